// A Bolt app lives a day with the playground: command, press, dialog, home tab; signatures verified by Bolt.

import assert from "node:assert/strict";
import bolt from "@slack/bolt";
import { card, dialog, home } from "./dist/blocks.mjs";
import { freePort, startPlayground } from "./playground.mjs";

const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const port = await freePort();
const { url, stop } = await startPlayground(`http://127.0.0.1:${port}`, SECRET);

const act = async (what, body) => {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/_playground/${what}`, { method: "POST", headers, body: JSON.stringify({ user: "U0SELIN", ...body }) });
  assert.equal(answer.status, 200, `${what}: ${answer.status}`);
  return answer.json();
};
const look = async (what) => (await fetch(`${url}/_playground/${what}`)).json();

const receiver = new bolt.HTTPReceiver({ signingSecret: SECRET, endpoints: ["/slack/commands", "/slack/interactions", "/slack/events"], port });
const app = new bolt.App({ token: "xoxb-playground", receiver, clientOptions: { slackApiUrl: `${url}/api/` } });
const seen = {};

// Bolt goes on after it has acknowledged: what a handler did last is waited for by name.
const waiting = new Map();
const slot = (name) => {
  if (!waiting.has(name)) waiting.set(name, withResolvers());
  return waiting.get(name);
};
const withResolvers = () => {
  const slot = {};
  slot.promise = new Promise((resolve) => { slot.resolve = resolve; });
  return slot;
};
const done = (name, value) => slot(name).resolve(value);
const until = async (name) => {
  const value = await slot(name).promise;
  waiting.delete(name);
  return value;
};

app.command("/leads", async ({ command, ack, respond }) => {
  seen.command = command;
  await ack({ text: "Your leads", blocks: card });
  await respond({ response_type: "in_channel", text: "said to all" });
  done("said");
});
app.action("offer.decline", async ({ ack, body, client }) => {
  await ack();
  seen.press = body;
  done("opened", await client.views.open({ trigger_id: body.trigger_id, view: dialog }));
});
app.action("offer.accept", async ({ ack, body, client, respond }) => {
  await ack();
  await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text: "Yours", blocks: [] });
  await respond({ replace_original: false, text: "Well done" });
  done("accepted");
});
app.view("decline", async ({ ack, view }) => {
  seen.values = view.state.values;
  if (view.state.values.note.note.value === null) await ack({ response_action: "errors", errors: { note: "Say why" } });
  else await ack();
});
app.view({ type: "view_closed", callback_id: "decline" }, async ({ ack, body }) => {
  seen.closed = body.is_cleared;
  await ack();
});
app.event("app_home_opened", async ({ event, client }) => {
  done("home", await client.views.publish({ user_id: event.user, view: home }));
});
await app.start(port);

const me = await app.client.auth.test();
assert.equal(me.team_id, "T0PLAYGROUND");

const { channel } = await app.client.conversations.open({ users: "U0SELIN" });
const post = await app.client.chat.postMessage({ channel: channel.id, text: "Lead 4711", blocks: card });
assert.equal(post.message.blocks.length, card.length);

const listed = await act("slash", { command: "/leads", text: "mine" });
assert.equal(listed.problem, null);
// The response address may be quicker than the acknowledgement, so the order is not asked for.
assert.ok(listed.messages.some((m) => m.text === "Your leads" && m.ephemeral_to === "U0SELIN"));
assert.equal(seen.command.text, "mine");
await until("said");
const said = (await look("messages?user=U0SELIN")).find((m) => m.text === "said to all");
assert.equal(said.ephemeral_to, null);

await act("press", { ts: post.ts, action_id: "offer.decline" });
assert.equal(seen.press.actions[0].value, "offer_1");
assert.equal((await until("opened")).ok, true);
const empty = await act("submit", { values: {} });
assert.deepEqual(Object.keys(empty.errors), ["reason"]);
const refused = await act("submit", { values: { reason: "region" } });
assert.deepEqual(refused.errors, { note: "Say why" });
const sent = await act("submit", { values: { reason: "region", note: "far away", cover: "U0JONAS" } });
assert.equal(sent.dialog, null);
assert.equal(seen.values.reason.reason.selected_option.value, "region");
assert.equal(seen.values.until.until.selected_date, "2026-12-01");
assert.equal(seen.values.cover.cover.selected_user, "U0JONAS");

await act("press", { ts: post.ts, action_id: "offer.decline" });
await until("opened");
await act("close", { all: true });
assert.equal(seen.closed, true);

await act("press", { ts: post.ts, action_id: "offer.accept" });
await until("accepted");
const { messages } = await app.client.conversations.history({ channel: channel.id });
assert.equal(messages.find((m) => m.ts === post.ts).text, "Yours");
assert.ok((await look("messages?user=U0SELIN")).some((m) => m.text === "Well done" && m.ephemeral_to === "U0SELIN"));

await act("home", {});
assert.equal((await until("home")).ok, true);

await assert.rejects(
  app.client.chat.postMessage({ channel: channel.id, text: "x", blocks: [{ type: "section", text: { type: "mrkdwn", text: "" } }] }),
  (error) => error.data.error === "invalid_blocks" && error.data.response_metadata.messages[0].includes("/blocks/0/text/text"),
);
const foreign = await fetch(`http://127.0.0.1:${port}/slack/commands`, { method: "POST", body: "command=/leads" });
assert.equal(foreign.status, 401, "Bolt verifies signatures");

await app.stop();
stop();
console.log("bolt: all well");
