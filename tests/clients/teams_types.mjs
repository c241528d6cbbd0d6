// Writes the cards, dialogs and answers that Baton's tests left behind as TypeScript, for the compiler to hold
// against Microsoft's own types: `node teams_types.mjs FOLDER OUT.mts`.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const [folder, out] = process.argv.slice(2);
const kinds = {
  message: { type: "IAdaptiveCard", part: (message) => message.attachments[0].content },
  answer: { type: "AdaptiveCardActionResponse", part: (answer) => answer },
  task: { type: "TaskModuleResponse", part: (task) => task },
  // How a dialog ends.
  ended: { type: "TaskModuleResponse", part: (task) => task },
  // What a dialog shows, which its answer's type leaves open.
  "dialog card": { from: "task", type: "IAdaptiveCard", part: (task) => task.task.value.card.content },
};

const lines = [
  'import type { AdaptiveCardActionResponse, TaskModuleResponse } from "@microsoft/teams.api";',
  'import type { IAdaptiveCard } from "@microsoft/teams.cards";',
  "// The compiler does look: this is no card.",
  "// @ts-expect-error",
  'export const wrong: IAdaptiveCard = { type: "AdaptiveCard", version: "1.5", body: [{ type: "TextBlock", text: "x", colour: "Good" }] };',
];
let count = 0;
for (const [kind, { from, type, part }] of Object.entries(kinds)) {
  for (const file of readdirSync(`${folder}/${from ?? kind}`)) {
    const sample = part(JSON.parse(readFileSync(`${folder}/${from ?? kind}/${file}`, "utf8")));
    lines.push(`// ${kind} ${file}`, `export const sample${count}: ${type} = ${JSON.stringify(sample, null, 1)};`);
    count += 1;
  }
}
if (count < 40) throw new Error(`only ${count} samples in ${folder}`);
writeFileSync(out, `${lines.join("\n")}\n`);
