// Shows what Baton's tests left behind in Microsoft's own renderer, and holds the app's manifest against the
// published schema: `node teams.mjs FOLDER MANIFEST.json`.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { JSDOM } from "jsdom";
import MarkdownIt from "markdown-it";

const [folder, manifestPath] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const { window } = new JSDOM("<!doctype html>");
for (const name of Object.getOwnPropertyNames(window).filter((name) => /^(HTML|document$|Node$|Element$|\w*Event$)/.test(name))) {
  globalThis[name] = window[name];
}
globalThis.window = window;
// jsdom lays nothing out and so knows no innerText; what is written by it is text all the same.
Object.defineProperty(window.HTMLElement.prototype, "innerText", {
  get() { return this.textContent; },
  set(text) { this.textContent = text; },
});
// Its ES modules are not for Node.
const AdaptiveCards = require("adaptivecards/dist/adaptivecards.js");

AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};
const markdown = new MarkdownIt({ linkify: true });

const read = (path) => JSON.parse(readFileSync(path, "utf8"));

function render(json) {
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig({ actions: { maxActions: 20 }, supportsInteractivity: true });
  const context = new AdaptiveCards.SerializationContext();
  card.parse(json, context);
  const events = [...Array(context.eventCount).keys()].map((at) => context.getEventAt(at).message);
  const problems = card.validateProperties().validationEvents.map((event) => event.message);
  return { element: card.render(), wrong: [...events, ...problems] };
}

/** All objects in a card of which `is` holds, those that stand in for another left out. */
function all(node, is) {
  if (Array.isArray(node)) return node.flatMap((one) => all(one, is));
  if (node === null || typeof node !== "object") return [];
  const inside = Object.entries(node).filter(([key]) => key !== "fallback" && key !== "data");
  return [...(is(node) ? [node] : []), ...inside.flatMap(([, one]) => all(one, is))];
}

function check(name, card) {
  const { element, wrong } = render(card);
  // Teams' own charts are not the renderer's; it shows what stands in for them.
  const left = wrong.filter((message) => !message.includes("Chart."));
  assert.deepEqual(left, [], name);
  const shown = element.textContent;
  for (const { text } of all(card, (node) => node.type === "TextRun" || node.type === "TextBlock")) {
    assert.ok(shown.includes(text), `${name} does not show ${JSON.stringify(text)} as it is`);
  }
  const made = all(card, (node) => node.type === "Action.OpenUrl").map((node) => node.url);
  const links = [...element.querySelectorAll("a[href]")].map((link) => link.getAttribute("href"));
  for (const link of links) assert.ok(made.includes(link), `${name} links to ${link}`);
  assert.equal(element.querySelectorAll("strong, em, img[src*='evil'], ul, ol").length, 0, `${name} formats what it should not`);
  const buttons = all(card, (node) => node.type === "Action.Execute" || node.type === "Action.Submit");
  const titles = [...element.querySelectorAll("button")].map((button) => button.textContent);
  for (const { title, mode } of buttons) {
    assert.ok(mode === "secondary" || titles.includes(title), `${name} has no button ${title}`);
  }
}

let count = 0;
for (const file of readdirSync(`${folder}/message`)) {
  const message = read(`${folder}/message/${file}`);
  assert.ok(message.summary.length > 0);
  check(file, message.attachments[0].content);
  count += 1;
}
for (const file of readdirSync(`${folder}/task`)) {
  check(file, read(`${folder}/task/${file}`).task.value.card.content);
  count += 1;
}
// The renderer does look: a heading may be formatted, and this one is.
assert.equal(render({ type: "AdaptiveCard", version: "1.5", body: [{ type: "TextBlock", text: "**x**" }] }).element.querySelectorAll("strong").length, 1);
assert.notDeepEqual(render({ type: "AdaptiveCard", version: "1.5", body: [{ type: "Nothing" }] }).wrong, []);

const manifest = read(manifestPath);
const schemas = require.resolve("@microsoft/app-manifest").replace(/build\/.*/, "build/json-schemas/teams");
const schema = read(`${schemas}/v${manifest.manifestVersion}/MicrosoftTeams.schema.json`);
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
const validate = ajv.compile(schema);
assert.ok(validate(manifest), JSON.stringify(validate.errors, null, 2));
assert.ok(!validate({ ...manifest, botz: [] }), "the schema takes anything");
assert.equal(manifest.bots[0].botId, manifest.webApplicationInfo.id);

console.log(`${count} cards and dialogs for Teams are shown as they should, and its manifest is valid`);
