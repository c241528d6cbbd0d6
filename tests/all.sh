#!/usr/bin/env bash
# Runs every test, and brings what they need: PostgreSQL, and Slack's own clients for Python and Node.
# On a fresh Debian machine with Rust this is the only command. BATON_TEST_POSTGRES names a server of
# your own instead (its user must be allowed to make databases).
set -euo pipefail
cd "$(dirname "$0")/.."

started=$(bash tests/postgres.sh)
eval "$started"

cargo test --locked

# The binary's own journeys with Slack's official clients.
cargo build --locked
bash tests/clients/run.sh
