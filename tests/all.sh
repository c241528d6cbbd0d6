#!/usr/bin/env bash
# Runs every test, and brings what they need: PostgreSQL, and Slack's own clients for Python and Node.
# On a fresh Debian machine with Rust this is the only command. BATON_TEST_POSTGRES names a server of
# your own instead (its user must be allowed to make databases).
set -euo pipefail
cd "$(dirname "$0")/.."

started=$(bash tests/postgres.sh)
eval "$started"

cargo test --locked

# Slack's clients need Python with venv and Node 20; what a fresh Debian lacks is installed, and a Node
# that is too old gets a newer one beside it, from the npm registry.
missing=()
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
command -v npm >/dev/null || missing+=(nodejs npm)
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "tests/all.sh: please install ${missing[*]}" >&2
        exit 1
    fi
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y "${missing[@]}"; } >&2
fi
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    npm install --silent --no-audit --no-fund --prefix target/node node@20
    PATH=$PWD/target/node/node_modules/.bin:$PATH
    export PATH
fi

# The binary's own journeys with Slack's official clients.
cargo build --locked
bash tests/clients/run.sh
