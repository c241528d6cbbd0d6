// Writes what Baton has shown as TypeScript, so that the compiler holds it against Slack's own types.
// node shown.mjs target/tmp/slack-shown.json > shown.mts

import { readFileSync } from "node:fs";

const shown = JSON.parse(readFileSync(process.argv[2], "utf8"));
const declared = (name, type, all) => `export const ${name}: ${type}[] = ${JSON.stringify(all, null, 1)};`;
console.log(
  [
    'import type { HomeView, KnownBlock, ModalView } from "@slack/types";',
    declared("messages", "KnownBlock[]", shown.messages),
    declared("dialogs", "ModalView", shown.dialogs),
    declared("homes", "HomeView", shown.homes),
  ].join("\n"),
);
