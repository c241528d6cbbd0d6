#!/usr/bin/env bash
# Drives the playground with Slack's own clients, slack_sdk (Python), Bolt and the block types (JavaScript), and the
# API with schemathesis; holds the cards, dialogs and manifest for Teams against Microsoft's types, renderer and schema,
# those that a demo in Teams really sends among them.
# Needs python3 with venv, node 20 and the registries; keeps what it fetches in target/clients.
# BATON_BIN names the binary, target/debug/baton if not set.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
BATON_BIN=$(realpath "${BATON_BIN:-$root/target/debug/baton}")
export BATON_BIN
[ -x "$BATON_BIN" ] || { echo "$BATON_BIN is missing; run cargo build first" >&2; exit 1; }
# The playground is on this machine; no proxy stands between.
export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost

work=$root/target/clients
mkdir -p "$work"

venv=$work/venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
"$venv/bin/python" "$here/sdk.py"
"$venv/bin/python" "$here/api.py"
"$venv/bin/python" "$here/socket_mode.py"

# What Teams gets: the tests leave their samples in target/tmp/teams.
samples=$root/target/tmp/teams
rm -rf "$samples"
(cd "$root" && cargo test --locked --quiet --test it teams_cards)

cp "$here"/{package.json,package-lock.json,tsconfig.json,tsconfig.shown.json,blocks.mts,playground.mjs,bolt.mjs,teams.mjs,teams_live.mjs,teams_types.mjs} "$work/"
cd "$work"
if ! cmp --silent package-lock.json installed-lock.json; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json installed-lock.json
fi
node teams_live.mjs "$samples"
node teams_types.mjs "$samples" samples.mts
npx --no-install tsc --project tsconfig.json

# Every card, dialog and home tab of the longest lead, which the test journeys::longest has written down.
shown=$root/target/tmp/slack-shown.json
if [ -f "$shown" ]; then
  node "$here/shown.mjs" "$shown" > shown.mts
  npx --no-install tsc --project tsconfig.shown.json
  echo "@slack/types: all that Baton shows is well"
else
  echo "@slack/types: no $shown, run \`cargo nextest run -E 'test(longest)'\` first" >&2
fi
node bolt.mjs
node teams.mjs "$samples" "$root/manifests/teams/manifest.json"
