// Drives `baton demo --teams` in the place of Microsoft's Agents Playground, and leaves what Baton really sends and
// answers among the samples that are held against Microsoft's types and renderer: `node teams_live.mjs FOLDER`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [folder] = process.argv.slice(2);
const dir = mkdtempSync(join(tmpdir(), "baton-teams-"));
// The demo starts the Agents Playground by npx; this one says how it was called, and leaves its place to this script.
writeFileSync(join(dir, "npx"), `#!/bin/sh\necho "$@" > ${dir}/called.new\nmv ${dir}/called.new ${dir}/called\nexec sleep 600\n`, { mode: 0o755 });
const demo = spawn(process.env.BATON_BIN, ["demo", "--teams", "--dir", join(dir, "demo"), "--listen", "127.0.0.1:0"], {
  env: { ...process.env, PATH: `${dir}:${process.env.PATH}` },
  stdio: ["ignore", "ignore", "pipe"],
});
let said = "";
demo.stderr.on("data", (data) => { said += data; });
process.on("exit", () => { demo.kill(); rmSync(dir, { recursive: true, force: true }); });

async function until(what, is) {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = is();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${what} did not come. The demo said:\n${said}`);
}
const saidBy = (line) => until(line, () => said.match(new RegExp(`${line} listening on (http://\\S+)`))?.[1]);
const baton = await saidBy("baton");
const page = await saidBy("playground");
const called = (await until("npx", () => existsSync(join(dir, "called")) && readFileSync(join(dir, "called"), "utf8"))).trim().split(" ");
const after = (option) => called[called.indexOf(option) + 1];
assert.ok(called.includes("--disable-telemetry") && called.some((it) => /^@microsoft\/m365agentsplayground@\d+\.\d+\.\d+$/.test(it)));
const bot = after("-e");
const described = JSON.parse(readFileSync(join(dir, "demo", ".m365agentsplayground.yml"), "utf8"));

/** Everything that Baton has sent: a message, by its id as it is now. */
const shown = new Map();
createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const put = request.method === "PUT" && decodeURIComponent(request.url.split("/").pop());
  const id = put || `${1_795_000_000_000 + shown.size}`;
  if (body) {
    const asked = JSON.parse(body);
    const conversation = asked.channelData?.channel?.id ?? decodeURIComponent(request.url.split("/")[4]);
    shown.set(id, { id, conversation, message: asked.activity ?? asked });
  }
  response.writeHead(put || !body ? 200 : 201, { "content-type": "application/json" });
  response.end(JSON.stringify({ id, activityId: id }));
}).listen(Number(after("-p")), "127.0.0.1");
await until("the demo's word that Teams is there", () => said.includes("is in Microsoft Teams"));

let count = 0;
function activity(more) {
  const { currentUser, personalChat, tenantId } = described;
  count += 1;
  return {
    id: `live-${count}`, channelId: "msteams", serviceUrl: "http://localhost/_connector",
    from: { id: currentUser.id, name: currentUser.name, aadObjectId: currentUser.aadObjectId },
    recipient: described.bot, conversation: { conversationType: "personal", id: personalChat.id, tenantId },
    channelData: { tenant: { id: tenantId } }, ...more,
  };
}
async function post(url, body, headers = {}) {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
}
function keep(kind, name, sample) {
  mkdirSync(join(folder, kind), { recursive: true });
  writeFileSync(join(folder, kind, `live-${name}.json`), JSON.stringify(sample));
}
async function invoke(name, value, replyToId) {
  const { status, text } = await post(bot, activity({ type: "invoke", name, value, replyToId }));
  assert.equal(status, 200, `${name}: ${text}`);
  // A dialog that is done is closed by an empty answer.
  return text ? JSON.parse(text) : {};
}

// Nobody is believed without Microsoft's signature, and that is the stand-in's here.
const typed = activity({ type: "message", text: "help" });
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = Math.floor(Date.now() / 1000);
const claims = { iss: "https://api.botframework.com", aud: described.bot.id.slice(3), nbf: now, exp: now + 3600, serviceurl: typed.serviceUrl };
const text = `${part({ typ: "JWT", alg: "RS256", kid: "key-of-the-stand-in" })}.${part(claims)}`;
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const forged = `${text}.${sign("sha256", Buffer.from(text), stranger).toString("base64url")}`;
const unsigned = `${part({ typ: "JWT", alg: "none" })}.${part(claims)}.`;
for (const authorization of [undefined, "Bearer ", `Bearer ${unsigned}`, `Bearer ${forged}`]) {
  const { status } = await post(`${baton}/api/messages`, typed, authorization && { authorization });
  assert.equal(status, 401, authorization);
}
assert.equal(shown.size, 0);

// What is typed is answered.
for (const words of ["help", "leads", "/leadstats", "leadrules", "lead 1001", "away for 2h lunch", "back", "what?"]) {
  const before = shown.size;
  const { status } = await post(bot, activity({ type: "message", text: words }));
  assert.equal(status, 200);
  await until(`the answer to ${words}`, () => shown.size > before);
  // As fast as somebody types.
  await new Promise((done) => setTimeout(done, 300));
}

// Leads come until the rep in Teams has two to answer.
const verbs = (node) => node === null || typeof node !== "object" ? [] : [...(node.data?.verb ? [node.data] : []), ...Object.values(node).flatMap(verbs)];
const card = (one) => one.message.attachments?.[0]?.content;
const button = (content, verb) => verbs(content).find((data) => data.verb === verb);
const offers = () => [...shown.values()].filter((one) => button(card(one), "offer.accept"));
for (let tries = 0; offers().length < 2 && tries < 12; tries += 1) {
  const lead = { source: "website", name: `Ada Lovelace ${tries}`, email: `ada${tries}@engines.example`, phone: "+493055501234",
    company: "Engines *Ltd*", country: "DE", employees: 12, type: "demo", message: "<at>all</at> [here](https://evil.example)" };
  assert.equal((await post(`${page}/demo/lead`, lead)).status, 200);
  await new Promise((done) => setTimeout(done, 1500));
}
const [first, second] = await until("two offers", () => offers().length >= 2 && offers());

const accept = button(card(first), "offer.accept");
const action = { type: "Action.Execute", verb: accept.verb, data: accept };
const accepted = await invoke("adaptiveCard/action", { action }, first.id);
assert.equal(accepted.type, "application/vnd.microsoft.card.adaptive");
const owned = accepted.value;
assert.ok(!button(owned, "offer.accept") && button(owned, "lead.contacted"));
keep("answer", "accepted", accepted);
keep("answer", "accepted-again", await invoke("adaptiveCard/action", { action }, first.id));

// Every button that opens a dialog opens one.
for (const [content, verb] of [[card(second), "offer.decline"], ...["lead.contacted", "lead.next_step", "lead.close", "lead.reassign", "lead.details", "lead.why"].map((verb) => [owned, verb])]) {
  const data = button(content, verb);
  if (data?.msteams?.type !== "task/fetch") continue;
  const opened = await invoke("task/fetch", { data, context: { theme: "default" } }, content === owned ? first.id : second.id);
  assert.equal(opened.task.type, "continue", verb);
  keep("task", verb, opened);
  if (verb !== "offer.decline") continue;
  const asked = opened.task.value.card.content;
  const [submit] = verbs(asked);
  const inputs = Object.fromEntries(fields(asked).map((field) => [field.id, field.choices?.[0].value ?? ""]));
  const sent = { data: { ...submit, ...inputs } };
  assert.deepEqual(await invoke("task/submit", sent, second.id), {});
  await until("the declined card without buttons", () => !button(card(shown.get(second.id)), "offer.accept"));
  // A second time there is nothing to decline, which is told.
  keep("ended", "declined-again", await invoke("task/submit", sent, second.id));
}
function fields(node) {
  if (node === null || typeof node !== "object") return [];
  return [...(node.type?.startsWith("Input.") ? [node] : []), ...Object.values(node).flatMap(fields)];
}

for (const one of shown.values()) keep("message", one.id, one.message);
demo.kill("SIGTERM");
await new Promise((done) => demo.on("exit", done));
console.log(`baton demo --teams sent ${shown.size} messages, opened dialogs, and believed nobody without a signature`);
process.exit(0);
