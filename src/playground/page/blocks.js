// Block Kit as DOM: every block Baton might send, and the elements people press, choose and fill in.

import { anchor, el, mrkdwn, plain, richText, textObject } from "./mrkdwn.js";

/** Draws blocks. `ctx.press(block_id, element, value)` is called for what is pressed or chosen. */
export function drawBlocks(blocks, ctx) {
  return blocks.map((block) => drawBlock(block, ctx));
}

function drawBlock(block, ctx) {
  switch (block.type) {
    case "header": return el("h4", { class: "b-header" }, plain(block.text));
    case "divider": return el("hr", { class: "b-divider" });
    case "section": return section(block, ctx);
    case "context": return el("div", { class: "b-context" }, block.elements.map((part) => contextPart(part, ctx)));
    case "actions": return el("div", { class: "b-actions" }, block.elements.map((e) => drawElement(block, e, ctx)));
    case "image": return picture(block);
    case "input": return input(block, ctx);
    case "rich_text": return richText(block, ctx);
    case "markdown": return el("div", { class: "b-markdown" }, block.text);
    case "alert": return el("div", { class: `b-alert ${block.level ?? "default"}` }, textObject(block.text, ctx));
    case "table": return table(block, ctx);
    default: return el("div", { class: "b-unknown" }, `A block of the kind “${block.type}” is here; this page does not draw it.`);
  }
}

function section(block, ctx) {
  const fields = (block.fields ?? []).map((field) => el("div", { class: "field" }, textObject(field, ctx)));
  const body = el("div", { class: "grow" },
    block.text && el("div", { class: "b-text" }, textObject(block.text, ctx)),
    fields.length > 0 && el("div", { class: "b-fields" }, fields));
  const accessory = block.accessory && el("div", { class: "accessory" }, drawElement(block, block.accessory, ctx));
  return el("div", { class: "b-section" }, body, accessory);
}

function contextPart(part, ctx) {
  if (part.type === "image") return el("img", { src: source(part), alt: part.alt_text, class: "tiny" });
  return el("span", {}, textObject(part, ctx));
}

function source(image) {
  return image.slack_file ? `/files/${encodeURIComponent(image.slack_file.id ?? "")}` : image.image_url;
}

function picture(block) {
  const image = el("img", { src: source(block), alt: block.alt_text, loading: "lazy" });
  return el("figure", { class: "b-image" }, block.title && el("figcaption", {}, plain(block.title)), image);
}

function table(block, ctx) {
  const cell = (c) => (c.type === "rich_text" ? richText(c, ctx) : (c.text ?? ""));
  const rows = (block.rows ?? []).map((row, i) => el("tr", {}, row.map((c) => el(i === 0 ? "th" : "td", {}, cell(c)))));
  return el("div", { class: "b-table" }, el("table", {}, rows));
}

function input(block, ctx) {
  const id = `f${++serial}`;
  const field = drawElement(block, block.element, { ...ctx, press: block.dispatch_action ? ctx.press : null }, id);
  const group = ["radio_buttons", "checkboxes"].includes(block.element.type);
  const label = el(group ? "legend" : "label", { for: group ? null : id }, plain(block.label),
    block.optional && el("span", { class: "optional" }, " (optional)"));
  const error = el("p", { class: "error", role: "alert", "data-error": block.block_id });
  return el(group ? "fieldset" : "div", { class: "b-input", "data-block": block.block_id }, label, field,
    block.hint && el("p", { class: "hint" }, plain(block.hint)), error);
}

let serial = 0;

/** One element; `data-field` marks those that carry a value for the dialog. */
function drawElement(block, e, ctx, id = `f${++serial}`) {
  const chosen = (value) => ctx.press?.(block.block_id, e, value);
  const mark = { id, "data-field": e.action_id, "data-in": block.block_id, "data-kind": e.type };
  switch (e.type) {
    case "image": return el("img", { src: source(e), alt: e.alt_text, class: "thumb" });
    case "button": case "workflow_button": return button(e, chosen, ctx);
    case "overflow": return overflow(e, chosen);
    case "static_select": case "external_select": return select(e, mark, chosen, options(e), e.initial_option?.value);
    case "users_select": return select(e, mark, chosen, ctx.people(), e.initial_user);
    case "channels_select": case "conversations_select":
      return select(e, mark, chosen, ctx.rooms(), e.initial_channel ?? e.initial_conversation);
    case "multi_static_select": case "multi_external_select": case "checkboxes":
      return many(e, mark, chosen, options(e), (e.initial_options ?? []).map((o) => o.value), "checkbox", ctx);
    case "multi_users_select": return many(e, mark, chosen, ctx.people(), e.initial_users ?? [], "checkbox", ctx);
    case "radio_buttons": return many(e, mark, chosen, options(e), [e.initial_option?.value], "radio", ctx);
    case "plain_text_input": return typed(e, mark, e.multiline ? "textarea" : "text", chosen);
    case "rich_text_input": return typed(e, mark, "textarea", chosen);
    case "email_text_input": return typed(e, mark, "email", chosen);
    case "url_text_input": return typed(e, mark, "url", chosen);
    case "number_input": return typed(e, mark, "number", chosen);
    case "datepicker": return picker(e, mark, "date", e.initial_date, chosen);
    case "timepicker": return picker(e, mark, "time", e.initial_time, chosen);
    case "datetimepicker": return picker(e, mark, "datetime-local", unixToLocal(e.initial_date_time, ctx.tz), (v) => chosen(localToUnix(v, ctx.tz)));
    default: return el("span", { class: "b-unknown" }, e.type);
  }
}

function button(e, chosen, ctx) {
  const style = { primary: "primary", danger: "danger" }[e.style] ?? "";
  const press = async (event) => {
    const node = event.currentTarget;
    if (e.confirm && !(await ask(e.confirm, ctx))) return;
    if (e.url && /^(https?|mailto|tel):/i.test(e.url)) window.open(e.url, "_blank", "noopener");
    node.classList.add("busy");
    await chosen(e.value);
    node.classList.remove("busy");
  };
  return el("button", { type: "button", class: `btn ${style}`, "aria-label": e.accessibility_label, onclick: press }, plain(e.text), e.url && el("span", { class: "out", "aria-hidden": "true" }, "↗"));
}

function overflow(e, chosen) {
  const menu = el("details", { class: "overflow" }, el("summary", { class: "btn", "aria-label": "More actions" }, "⋯"));
  menu.append(el("div", { class: "menu" }, options(e).map(([value, label]) =>
    el("button", { type: "button", onclick: () => { menu.open = false; chosen(value); } }, words(label)))));
  return menu;
}

function options(e) {
  const groups = e.option_groups?.flatMap((group) => group.options) ?? [];
  return [...(e.options ?? []), ...groups].map((o) => [o.value, o.text, o.description]);
}

function words(label) {
  return typeof label === "string" ? label : plain(label);
}

function select(e, mark, chosen, all, initial) {
  const empty = el("option", { value: "" }, e.placeholder ? plain(e.placeholder) : "Choose…");
  const list = all.map(([value, label]) => el("option", { value, selected: value === initial }, words(label)));
  const label = e.placeholder ? plain(e.placeholder) : "Choose";
  return el("select", { ...mark, "aria-label": mark.id ? null : label, onchange: (ev) => chosen(ev.target.value) }, empty, list);
}

function many(e, mark, chosen, all, initial, type, ctx) {
  const group = el("div", { ...mark, class: "choices", role: "group" });
  const value = () => {
    const checked = [...group.querySelectorAll("input:checked")].map((box) => box.value);
    return type === "radio" ? checked[0] : checked;
  };
  group.append(...all.map(([v, label, description]) => el("label", { class: "choice" },
    el("input", { type, name: mark.id, value: v, checked: initial.includes(v), onchange: () => chosen(value()) }),
    el("span", {}, typeof label === "string" ? label : textObject(label, ctx),
      description && el("small", {}, textObject(description, ctx))))));
  return group;
}

function typed(e, mark, type, chosen) {
  const common = {
    ...mark, placeholder: e.placeholder ? plain(e.placeholder) : null, maxlength: e.max_length ? String(e.max_length) : null,
    onkeydown: (ev) => { if (ev.key === "Enter" && type !== "textarea") chosen(ev.target.value); },
  };
  if (type === "textarea") return el("textarea", { ...common, rows: "3" }, typeof e.initial_value === "string" ? e.initial_value : "");
  return el("input", { ...common, type, value: e.initial_value ?? null, step: type === "number" ? "any" : null });
}

function picker(e, mark, type, initial, chosen) {
  const label = e.placeholder ? plain(e.placeholder) : null;
  return el("input", { ...mark, type, value: initial ?? null, title: label, onchange: (ev) => chosen(ev.target.value) });
}

/** What people filled in below `root`, as `{block_id: {action_id: value}}`. */
export function filled(root, tz) {
  const values = {};
  for (const node of root.querySelectorAll("[data-field]")) {
    const value = valueOf(node, tz);
    (values[node.dataset.in] ??= {})[node.dataset.field] = value;
  }
  return values;
}

function valueOf(node, tz) {
  const kind = node.dataset.kind;
  if (node.classList.contains("choices")) {
    const checked = [...node.querySelectorAll("input:checked")].map((box) => box.value);
    return kind === "radio_buttons" ? (checked[0] ?? null) : checked;
  }
  if (node.value === "") return null;
  return kind === "datetimepicker" ? localToUnix(node.value, tz) : node.value;
}

/** "2026-11-21T15:00" on a clock in `tz` as unix seconds. */
function localToUnix(text, tz) {
  if (!text) return null;
  const asUtc = Date.parse(`${text}Z`);
  const offset = (at) => Date.parse(`${unixToLocal(at / 1000, tz)}Z`) - Math.floor(at / 60000) * 60000;
  const first = asUtc - offset(asUtc);
  return Math.round((asUtc - offset(first)) / 1000);
}

function unixToLocal(seconds, tz) {
  if (!seconds) return null;
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: tz, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(new Date(seconds * 1000));
  const p = Object.fromEntries(parts.map((part) => [part.type, part.value]));
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}

/** Slack's confirmation, in the browser's own dialog. */
function ask(confirm, ctx) {
  return new Promise((resolve) => {
    const done = (answer) => () => { box.close(); box.remove(); resolve(answer); };
    const box = el("dialog", { class: "confirm", oncancel: done(false) },
      el("h3", {}, plain(confirm.title)), el("p", {}, textObject(confirm.text, ctx)),
      el("div", { class: "row" },
        el("button", { type: "button", class: "btn", onclick: done(false) }, plain(confirm.deny)),
        el("button", { type: "button", class: `btn ${confirm.style ?? "primary"}`, onclick: done(true) }, plain(confirm.confirm))));
    document.body.append(box);
    box.showModal();
  });
}

/** A message's body: its blocks, or its text, and the files shared with it. */
export function drawBody(message, ctx) {
  const blocks = message.blocks ?? [];
  const out = blocks.length > 0 ? drawBlocks(blocks, ctx) : [el("div", { class: "b-text" }, mrkdwn(message.text, ctx))];
  const files = (message.files ?? []).map((file) => el("figure", { class: "b-image" },
    el("figcaption", {}, anchor(`${location.origin}/files/${encodeURIComponent(file.id)}`, file.title ?? file.name)),
    el("img", { src: `/files/${encodeURIComponent(file.id)}`, alt: file.alt_txt || file.title || "" })));
  if (message.edited) out.push(el("span", { class: "edited" }, "(edited)"));
  return [...out, ...files];
}
