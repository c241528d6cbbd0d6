// The page: people side by side, each with their direct messages, kept fresh by server-sent events.

import { drawBlocks, drawBody } from "./blocks.js";
import { showPanel } from "./demo.js";
import { showDialog } from "./dialog.js";
import { clock, el } from "./mrkdwn.js";

const by = (id) => document.getElementById(id);
const SHOWN = 200;
let state = { people: [], channels: [], commands: [], messages: [], dialogs: {}, homes: {}, workspace: {} };
let rooms = new Map();
let unread = new Map();
let focus = null;

async function load() {
  state = await (await fetch("/_playground/state")).json();
  clock.set(state.now);
  by("workspace").textContent = state.workspace.name;
  drawBanner(state.banner ?? "");
  drawWall();
}

/** The line at the top; the addresses in it can be followed. */
function drawBanner(text) {
  const parts = text.split(/(http:\/\/\S+)/);
  const drawn = parts.map((part, at) => (at % 2 === 0 ? part : el("a", { href: part, target: "_blank" }, part)));
  by("banner").replaceChildren(...drawn);
}

function listen() {
  const live = new EventSource("/_playground/live");
  let lost = false;
  live.onopen = () => {
    by("link").textContent = "live";
    if (lost) load();
    lost = false;
  };
  live.onerror = () => {
    lost = true;
    by("link").textContent = "connection lost, trying again…";
  };
  live.onmessage = (event) => hear(JSON.parse(event.data));
}

function hear(news) {
  switch (news.kind) {
    case "message": return hearMessage(news.message);
    case "gone":
      state.messages = state.messages.filter((m) => m.ts !== news.ts || m.channel !== news.channel);
      for (const room of rooms.values()) if (room.id === news.channel) room.nodes.get(news.ts)?.article.remove();
      return;
    case "dialog":
      state.dialogs[news.user] = news.dialog;
      for (const room of rooms.values()) if (room.viewer.id === news.user) room.showDialog();
      return;
    case "home":
      state.homes[news.user] = news.home;
      for (const room of rooms.values()) if (room.viewer.id === news.user && room.tab === "home") room.drawHome();
      return;
    default: load();
  }
}

function hearMessage(message) {
  const at = state.messages.findLastIndex((m) => m.ts === message.ts && m.channel === message.channel);
  if (at < 0) state.messages.push(message);
  else state.messages[at] = message;
  const room = [...rooms.values()].find((r) => r.id === message.channel);
  if (room && room.tab === "messages") room.put(message, true);
  else if (at < 0) {
    unread.set(message.channel, (unread.get(message.channel) ?? 0) + 1);
    drawSide();
  }
}

async function post(what, body) {
  try {
    const answer = await fetch(`/_playground/${what}`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return await answer.json();
  } catch (error) {
    return { problem: `The playground did not answer: ${error.message}` };
  }
}

function toast(text, bad = false) {
  const node = el("div", { class: bad ? "toast bad" : "toast" }, text);
  by("toasts").append(node);
  setTimeout(() => node.remove(), 6000);
}

function initials(name) {
  return name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
}

function avatar(name, app = false) {
  const node = el("span", { class: app ? "avatar app" : "avatar", "aria-hidden": "true" }, initials(name));
  const hue = [...name].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 360, 7);
  node.style.setProperty("--hue", hue);
  return node;
}

/** One column: a person's direct messages with the app, or a channel seen by somebody. */
class Room {
  constructor(id, viewer, channel) {
    Object.assign(this, { id, viewer, channel, tab: "messages", nodes: new Map() });
    this.list = el("div", { class: "list", role: "log", "aria-label": `Messages of ${channel ? channel.name : viewer.name}` });
    this.clock = el("span", { class: "clock" });
    this.node = el("section", { class: "room", "aria-label": channel ? `#${channel.name}` : viewer.name },
      this.header(), !channel && this.tabs(), this.list, composer(this));
    this.draw();
    this.showDialog();
  }

  get ctx() {
    const person = (id) => state.people.find((p) => p.id === id);
    return {
      tz: this.viewer.tz,
      name: (id) => person(id)?.name ?? (id === state.workspace.bot_user ? state.workspace.bot_name : null),
      channel: (id) => state.channels.find((c) => c.id === id)?.name,
      people: () => state.people.filter((p) => !p.deleted).map((p) => [p.id, p.name]),
      rooms: () => state.channels.map((c) => [c.id, `#${c.name}`]),
    };
  }

  header() {
    if (!this.channel) {
      const role = [this.viewer.title, this.viewer.tz.split("/").at(-1).replaceAll("_", " ")].filter(Boolean).join(" · ");
      return el("header", {}, avatar(this.viewer.name), el("div", { class: "grow" }, el("h2", {}, this.viewer.name), el("p", {}, role)), this.clock);
    }
    const choose = el("select", { "aria-label": "Who is looking", onchange: (e) => { this.viewer = state.people.find((p) => p.id === e.target.value); this.draw(); this.showDialog(); } },
      this.members().map((p) => el("option", { value: p.id, selected: p.id === this.viewer.id }, p.name)));
    return el("header", {}, el("div", { class: "grow" }, el("h2", {}, `#${this.channel.name}`), el("p", {}, `${this.members().length} people`)), choose);
  }

  members() {
    return state.people.filter((p) => !p.deleted && (this.channel.members.length === 0 || this.channel.members.includes(p.id)));
  }

  tabs() {
    const tab = (name, label) => el("button", {
      type: "button", role: "tab", "aria-selected": String(this.tab === name),
      onclick: (event) => {
        this.tab = name;
        for (const b of event.target.parentNode.children) b.setAttribute("aria-selected", String(b === event.target));
        if (name === "home") { this.drawHome(); post("home", { user: this.viewer.id }); } else this.draw();
      },
    }, label);
    return el("div", { class: "tabs", role: "tablist" }, tab("messages", "Messages"), tab("home", "Home"));
  }

  tick() {
    const time = { timeZone: this.viewer.tz, weekday: "short", hour: "2-digit", minute: "2-digit" };
    this.clock.textContent = new Intl.DateTimeFormat("en-GB", time).format(new Date(clock.now()));
  }

  draw() {
    this.list.className = "list";
    this.nodes.clear();
    const mine = state.messages.filter((m) => m.channel === this.id).slice(-SHOWN);
    this.list.replaceChildren();
    if (mine.length === 0) this.list.append(this.nothing());
    for (const message of mine) this.put(message, false);
    this.list.scrollTop = this.list.scrollHeight;
    this.tick();
  }

  nothing() {
    const words = this.channel ? "Nothing has been said here yet."
      : `${state.workspace.bot_name} has not written to ${this.viewer.name.split(" ")[0]} yet.`;
    return el("div", { class: "empty" }, avatar(this.channel ? this.channel.name : state.workspace.bot_name, !this.channel), words);
  }

  drawHome() {
    this.list.className = "list home";
    const home = state.homes[this.viewer.id];
    const press = (block, element, value) => this.act("press", { view_id: home.id, action_id: element.action_id, block_id: block, value });
    this.list.replaceChildren(...(home ? drawBlocks(home.view.blocks, { ...this.ctx, press })
      : [el("div", { class: "empty" }, "The app has not published a home tab yet.")]));
  }

  put(message, fresh) {
    if (message.ephemeral_to && message.ephemeral_to !== this.viewer.id) return;
    this.list.querySelector(":scope > .empty")?.remove();
    const low = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 120;
    const known = this.nodes.get(message.ts);
    const press = (block, element, value) => this.act("press", { ts: message.ts, action_id: element.action_id, block_id: block, value });
    const content = el("div", { class: "content" }, drawBody(message, { ...this.ctx, press }));
    if (known) {
      known.content.replaceWith(content);
      known.content = content;
    } else this.add(message, content);
    const { article } = this.nodes.get(message.ts);
    if (fresh) {
      article.classList.remove("fresh");
      requestAnimationFrame(() => article.classList.add("fresh"));
    }
    if (low) this.list.scrollTop = this.list.scrollHeight;
    else if (fresh) article.scrollIntoView({ block: "nearest" });
  }

  add(message, content) {
    const bot = message.user === state.workspace.bot_user;
    const name = this.ctx.name(message.user) ?? message.user;
    const at = new Date(Number(message.ts) * 1000);
    const time = new Intl.DateTimeFormat("en-GB", { timeZone: this.viewer.tz, hour: "2-digit", minute: "2-digit" }).format(at);
    const replies = el("div", { class: "replies" });
    const meta = el("div", { class: "meta" }, el("b", {}, name), bot && el("span", { class: "badge" }, "App"), time);
    const article = el("article", { class: message.ephemeral_to ? "msg only" : "msg", "data-ts": message.ts },
      avatar(name, bot), el("div", { class: "body" }, meta, content, replies));
    this.nodes.set(message.ts, { article, content, replies });
    const parent = message.thread_ts !== message.ts ? this.nodes.get(message.thread_ts) : null;
    (parent?.replies ?? this.list).append(article);
  }

  showDialog() {
    const press = (what, body) => this.act(what, body);
    showDialog(this.node, state.dialogs[this.viewer.id], this.ctx, press);
  }

  async act(what, body) {
    const outcome = await post(what, { user: this.viewer.id, ...body });
    if (outcome.problem && what !== "submit") toast(outcome.problem === "not_there" ? "That is no longer there." : words(outcome.problem), true);
    return outcome;
  }
}

function words(problem) {
  const known = {
    operation_timeout: "The app took longer than three seconds. Slack shows a warning sign here.",
    dispatch_failed: "The app could not be reached.",
    http_client_error: "The app refused the request.",
    http_service_error: "The app had an error.",
  };
  return known[problem] ?? problem;
}

/** The box at the bottom: slash commands with suggestions, and plain text in channels. */
function composer(room) {
  let at = 0;
  const id = `hints-${room.id}`;
  const list = el("ul", { class: "hints", role: "listbox", id, hidden: true });
  const box = el("input", {
    type: "text", autocomplete: "off", role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-label": `Write as ${room.viewer.name}`,
    placeholder: room.channel ? `Write in #${room.channel.name}, or / for commands` : "Type / for commands",
  });
  const fits = () => {
    const found = /^\/\S*$/.test(box.value) ? state.commands.filter((c) => c.word.startsWith(box.value)) : [];
    return found.sort((a, b) => (b.word === box.value) - (a.word === box.value));
  };
  const show = () => {
    const found = fits();
    at = Math.min(at, Math.max(found.length - 1, 0));
    list.hidden = found.length === 0;
    box.setAttribute("aria-expanded", String(!list.hidden));
    list.replaceChildren(...found.map((c, i) => el("li", {
      role: "option", id: `${id}-${i}`, "aria-selected": String(i === at), onmousedown: (e) => { e.preventDefault(); take(c); },
    }, el("b", {}, c.word), el("span", {}, c.hint))));
    if (list.hidden) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", `${id}-${at}`);
  };
  const take = (command) => { box.value = `${command.word} `; at = 0; show(); box.focus(); };
  const send = async () => {
    const text = box.value.trim();
    if (text === "") return;
    box.value = "";
    show();
    const [, command, rest] = /^(\/\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    if (command) await room.act("slash", { command, text: rest, channel: room.id });
    else await room.act("say", { channel: room.id, text });
  };
  box.addEventListener("input", () => { at = 0; show(); });
  box.addEventListener("focus", show);
  box.addEventListener("blur", () => { list.hidden = true; });
  box.addEventListener("keydown", (event) => {
    const found = list.hidden ? [] : fits();
    if (event.key === "ArrowDown" && found.length) { at = (at + 1) % found.length; show(); event.preventDefault(); }
    else if (event.key === "ArrowUp" && found.length) { at = (at + found.length - 1) % found.length; show(); event.preventDefault(); }
    else if (event.key === "Tab" && found.length) { take(found[at]); event.preventDefault(); }
    else if (event.key === "Escape") list.hidden = true;
    else if (event.key === "Enter" && !event.isComposing) found.length && found[at].word !== box.value ? take(found[at]) : send();
  });
  return el("div", { class: "composer" }, list, box);
}

function drawWall() {
  const people = state.people.filter((p) => !p.deleted);
  const all = people.map((p) => [p.dm, p, null]);
  const one = focus && [...all, ...state.channels.map((c) => [c.id, viewerOf(c), c])].find(([id]) => id === focus);
  const shown = one ? [one] : all;
  rooms = new Map(shown.map(([id, viewer, channel]) => [id, new Room(id, viewer, channel)]));
  for (const [id] of shown) unread.delete(id);
  by("wall").classList.toggle("single", Boolean(one));
  by("wall").replaceChildren(...[...rooms.values()].map((room) => room.node));
  for (const room of rooms.values()) room.list.scrollTop = room.list.scrollHeight;
  by("everybody").setAttribute("aria-pressed", String(!one));
  drawSide();
}

function viewerOf(channel) {
  return state.people.find((p) => !p.deleted && (channel.members.length === 0 || channel.members.includes(p.id))) ?? state.people[0];
}

function drawSide() {
  const item = (id, face, name, role, gone) => el("li", {}, el("button", {
    type: "button", class: gone ? "gone" : null, "aria-current": String(focus === id), onclick: () => { focus = id; drawWall(); },
  }, face, el("span", { class: "who" }, el("span", {}, name), role && el("span", { class: "role" }, role)),
  unread.get(id) > 0 && el("span", { class: "count", "aria-label": `${unread.get(id)} unread` }, String(unread.get(id)))));
  by("people").replaceChildren(...state.people.map((p) => item(p.dm, avatar(p.name), p.name, p.title, p.deleted)));
  by("channels").replaceChildren(...state.channels.map((c) => item(c.id, el("span", { "aria-hidden": "true" }, "#"), c.name)));
}

by("everybody").addEventListener("click", () => { focus = null; drawWall(); });
setInterval(() => { for (const room of rooms.values()) room.tick(); }, 5000);
await load();
listen();
if (state.controls) showPanel(by("panel"), toast);
