// A dialog over the column of the person who has it open.

import { drawBlocks, filled } from "./blocks.js";
import { el, plain } from "./mrkdwn.js";

/** Draws `dialog` into `holder`, or takes the old one away. `act` sends what the person does. */
export function showDialog(holder, dialog, ctx, act) {
  const old = holder.querySelector(".modal");
  if (old && dialog && old.dataset.hash === dialog.hash) return;
  const kept = old && dialog && old.dataset.id === dialog.id ? typedIn(old) : new Map();
  holder.querySelector(".veil")?.remove();
  if (!dialog) return;
  const view = dialog.view;
  const form = el("form", { class: "modal", role: "dialog", "aria-label": plain(view.title), "data-id": dialog.id, "data-hash": dialog.hash, noValidate: true });
  const trouble = el("p", { class: "error", role: "alert" });
  const send = async (event) => {
    event.preventDefault();
    form.classList.add("busy");
    const outcome = await act("submit", { values: filled(form, ctx.tz) });
    form.classList.remove("busy");
    for (const place of form.querySelectorAll("[data-error]")) place.textContent = outcome.errors?.[place.dataset.error] ?? "";
    trouble.textContent = outcome.problem ?? "";
    form.querySelector("[data-error]:not(:empty)")?.closest(".b-input")?.querySelector("input, select, textarea")?.focus();
  };
  form.addEventListener("submit", send);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") act("close", { all: true });
  });
  const press = (block, element, value) =>
    act("press", { view_id: dialog.id, action_id: element.action_id, block_id: block, value, filled: filled(form, ctx.tz) });
  form.append(
    el("header", {}, el("h3", {}, plain(view.title)),
      el("button", { type: "button", class: "icon", "aria-label": "Close", onclick: () => act("close", { all: true }) }, "×")),
    el("div", { class: "fields" }, drawBlocks(view.blocks ?? [], { ...ctx, press }), trouble),
    el("footer", {},
      el("button", { type: "button", class: "btn", onclick: () => act("close", {}) }, view.close ? plain(view.close) : "Cancel"),
      view.submit && el("button", { class: "btn primary" }, plain(view.submit))));
  refill(form, kept);
  holder.append(el("div", { class: "veil" }, form));
  form.querySelector("input, select, textarea, button.primary")?.focus();
}

/** What was typed survives an update of the view, where the names are the same. */
function typedIn(form) {
  const kept = new Map();
  for (const node of form.querySelectorAll(FIELDS)) kept.set(name(node), node.value);
  for (const box of form.querySelectorAll(BOXES)) kept.set(`${name(box.closest(".choices"))} ${box.value}`, box.checked);
  return kept;
}

function refill(form, kept) {
  for (const node of form.querySelectorAll(FIELDS)) node.value = kept.get(name(node)) ?? node.value;
  for (const box of form.querySelectorAll(BOXES)) {
    box.checked = kept.get(`${name(box.closest(".choices"))} ${box.value}`) ?? box.checked;
  }
}

function name(node) {
  return `${node.dataset.in} ${node.dataset.field}`;
}

const FIELDS = "input[data-field], textarea[data-field], select[data-field]";
const BOXES = ".choices input";
