// The panel of a demo: post a lead, let ten in, skip to the next deadline.

import { clock, el } from "./mrkdwn.js";

export async function showPanel(holder, toast) {
  let info;
  try {
    const answer = await fetch("/demo/info");
    if (!answer.ok) return;
    info = await answer.json();
  } catch {
    return;
  }
  holder.hidden = false;
  const next = el("p", { class: "deadline" });
  const refresh = async () => {
    const fresh = await (await fetch("/demo/info")).json();
    if (fresh.now) clock.set(fresh.now);
    next.replaceChildren(...deadline(fresh.next_deadline));
  };
  const post = async (what, body, button) => {
    button?.classList.add("busy");
    const answer = await fetch(`/demo/${what}`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    }).catch(() => null);
    button?.classList.remove("busy");
    const said = await answer?.json().catch(() => ({}));
    toast(said?.message ?? said?.detail ?? (answer?.ok ? "Done." : "That did not work."), !answer?.ok);
    await refresh();
  };
  const action = (what, label, style) =>
    el("button", { type: "button", class: `btn ${style}`, onclick: (event) => post(what, {}, event.currentTarget) }, label);
  holder.replaceChildren(
    el("h2", {}, "Try it"),
    info.note && el("p", { class: "note" }, info.note),
    el("div", { class: "stack" }, action("samples", "Let ten sample leads in", ""), action("skip", "Skip to the next deadline", "")),
    ...(info.links ?? []).map((it) => el("p", {}, el("a", { href: it.url, target: "_blank", rel: "noopener" }, it.label))),
    next, form(info, post));
  await refresh();
  setInterval(() => refresh().catch(() => {}), 5000);
}

function deadline(at) {
  if (!at) return ["No deadline is running."];
  const minutes = Math.max(0, Math.round((new Date(at).getTime() - clock.now()) / 60000));
  const left = minutes >= 90 ? `${Math.round(minutes / 60)} hours` : `${minutes} min`;
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
  return ["Next deadline in ", el("strong", {}, left), ` (${time} here)`];
}

function form(info, post) {
  const given = info.form?.fields ?? Object.entries(info.form ?? {}).map(([name, label]) => ({ name, label: String(label) }));
  const sources = (info.sources ?? []).map((source) => (typeof source === "string" ? { id: source, label: source } : source));
  const fields = [
    sources.length > 0 && field({ name: "source", label: "Comes in by", type: "select", options: sources.map((s) => [s.id, s.label]) }),
    ...given.map(field),
  ];
  const send = (event) => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== ""));
    post("lead", values, event.target.querySelector("button"));
  };
  return el("form", { class: "lead", onsubmit: send }, el("h3", {}, "Post a lead"), fields, el("button", { class: "btn primary wide" }, "Post the lead"));
}

function field(f) {
  const common = { name: f.name, required: Boolean(f.required) };
  const value = f.value === undefined || f.value === null ? null : String(f.value);
  const pairs = (f.options ?? []).map((o) => (Array.isArray(o) ? o : [o.id ?? o, o.label ?? o]));
  const control = f.type === "select" ? el("select", common, pairs.map(([v, label]) => el("option", { value: String(v), selected: v === f.value }, String(label))))
    : f.type === "textarea" ? el("textarea", { ...common, rows: "2" }, value ?? "")
    : el("input", { ...common, type: f.type ?? "text", value });
  return el("label", {}, el("span", {}, f.label ?? f.name), control);
}
