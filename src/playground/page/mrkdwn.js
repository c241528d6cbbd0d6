// Slack's mrkdwn, rich text and dates as DOM. Text is hostile: nodes are built, HTML is never parsed.

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in node && typeof value !== "string") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const EMOJI = {
  tada: "🎉", wave: "👋", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", fire: "🔥",
  rocket: "🚀", eyes: "👀", phone: "☎️", telephone_receiver: "📞", email: "📧", envelope: "✉️", bell: "🔔",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", alarm_clock: "⏰", stopwatch: "⏱️", clock3: "🕒", star: "⭐",
  sparkles: "✨", bulb: "💡", memo: "📝", calendar: "📅", chart_with_upwards_trend: "📈", bar_chart: "📊",
  moneybag: "💰", trophy: "🏆", medal: "🏅", runner: "🏃", running: "🏃", dart: "🎯", link: "🔗", lock: "🔒",
  palm_tree: "🌴", beach_with_umbrella: "🏖️", house: "🏠", office: "🏢", globe_with_meridians: "🌐", mag: "🔍",
  thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎", clap: "👏", raised_hands: "🙌", pray: "🙏", muscle: "💪",
  point_right: "👉", heart: "❤️", smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", zzz: "💤",
  red_circle: "🔴", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵", white_circle: "⚪",
  arrow_right: "➡️", repeat: "🔁", no_entry: "⛔", inbox_tray: "📥", outbox_tray: "📤", robot_face: "🤖", gem: "💎",
  rotating_light: "🚨", information_source: "ℹ️", question: "❓", exclamation: "❗", handshake: "🤝", baton: "🏃",
};

export function emoji(name) {
  return EMOJI[name] ?? `:${name}:`;
}

function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

export function plain(object) {
  const text = object?.text ?? "";
  return object?.emoji === false ? text : text.replace(/:([a-z0-9_+-]+):/g, (_, name) => emoji(name));
}

/** A text object of either kind. */
export function textObject(object, ctx) {
  if (!object) return "";
  return object.type === "mrkdwn" ? mrkdwn(object.text, ctx, !object.verbatim) : plain(object);
}

/** mrkdwn as a fragment; bare addresses become links unless the text is verbatim. */
export function mrkdwn(text, ctx, autolink = true) {
  const out = document.createDocumentFragment();
  String(text ?? "").split("```").forEach((part, i) => {
    if (i % 2 === 1) out.append(el("pre", {}, unescape(part.replace(/^\n|\n$/g, ""))));
    else lines(part, ctx, autolink, out);
  });
  return out;
}

function lines(text, ctx, autolink, out) {
  let quote = null;
  const all = text.split("\n");
  all.forEach((line, i) => {
    const quoted = /^(&gt;|>) ?/.exec(line);
    if (quoted) {
      if (!quote) out.append((quote = el("blockquote")));
      else quote.append(el("br"));
      inline(line.slice(quoted[0].length), ctx, autolink, quote);
      return;
    }
    const after = quote;
    quote = null;
    inline(line, ctx, autolink, out);
    if (i < all.length - 1 && !(after && line === "")) out.append(el("br"));
  });
}

const TOKEN = /`([^`\n]+)`|<([^<>\n]+)>|\*([^*\n]+)\*|_([^_\n]+)_|~([^~\n]+)~|:([a-z0-9_+-]+):|(https?:\/\/[^\s<>|]+)/g;

function inline(text, ctx, autolink, out) {
  let from = 0;
  const token = new RegExp(TOKEN);
  for (let m = token.exec(text); m; m = token.exec(text)) {
    const node = piece(m, text, ctx, autolink);
    if (node === null) {
      token.lastIndex = m.index + 1;
      continue;
    }
    out.append(unescape(text.slice(from, m.index)), node);
    from = m.index + m[0].length;
  }
  out.append(unescape(text.slice(from)));
}

function piece(m, text, ctx, autolink) {
  const [whole, code, entity, bold, italic, strike, name, url] = m;
  if (code !== undefined) return el("code", {}, unescape(code));
  if (entity !== undefined) return special(entity, ctx);
  if (name !== undefined) return name in EMOJI ? emoji(name) : null;
  if (url !== undefined) return autolink ? anchor(unescape(url), unescape(url)) : null;
  const before = text[m.index - 1] ?? " ";
  const after = text[m.index + whole.length] ?? " ";
  const inner = bold ?? italic ?? strike;
  if (/[\p{L}\p{N}]/u.test(before) || /[\p{L}\p{N}]/u.test(after) || /^\s|\s$/.test(inner)) return null;
  const node = el(bold !== undefined ? "strong" : italic !== undefined ? "em" : "s");
  inline(inner, ctx, autolink, node);
  return node;
}

function special(entity, ctx) {
  const bar = entity.indexOf("|");
  const head = bar < 0 ? entity : entity.slice(0, bar);
  const label = bar < 0 ? "" : unescape(entity.slice(bar + 1));
  if (head.startsWith("!date^")) return date(head, label, ctx);
  if (head.startsWith("@")) return mention(`@${ctx.name(head.slice(1)) ?? (label || head.slice(1))}`);
  if (head.startsWith("#")) return mention(`#${ctx.channel(head.slice(1)) ?? (label || head.slice(1))}`);
  if (head.startsWith("!subteam^")) return mention(`@${label || head.slice(9)}`);
  if (head.startsWith("!")) return mention(`@${head.slice(1)}`, true);
  return anchor(unescape(head), label || unescape(head));
}

function mention(text, loud = false) {
  return el("span", { class: loud ? "mention loud" : "mention" }, text);
}

export function anchor(href, label) {
  const safe = /^(https?|mailto|tel):/i.test(href);
  if (!safe) return el("span", {}, label);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, label);
}

function date(head, fallback, ctx) {
  const [, seconds, format = "", link] = head.split("^");
  const text = formatDate(Number(seconds), format, ctx.tz) ?? fallback;
  const node = el("time", { datetime: iso(Number(seconds)), title: fallback }, text);
  return link ? anchor(link, text) : node;
}

function iso(seconds) {
  const at = new Date(seconds * 1000);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString();
}

export function formatDate(seconds, format, tz) {
  const at = new Date(seconds * 1000);
  if (Number.isNaN(at.getTime())) return null;
  const show = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: tz, ...options }).format(at);
  const day = { year: "numeric", month: "2-digit", day: "2-digit" };
  const key = (when) => new Intl.DateTimeFormat("en-CA", { timeZone: tz, ...day }).format(when);
  const now = clock.now();
  const named = [[-1, "yesterday"], [0, "today"], [1, "tomorrow"]].find(([d]) => key(at) === key(now + d * 864e5))?.[1];
  const long = { day: "numeric", month: "long", year: "numeric" };
  const short = { day: "numeric", month: "short", year: "numeric" };
  const full = { weekday: "long", ...long };
  const tokens = {
    date_num: key(at), date: show(long), date_short: show(short), date_long: show(full),
    date_pretty: named ?? show(long), date_short_pretty: named ?? show(short), date_long_pretty: named ?? show(full),
    time: show({ hour: "2-digit", minute: "2-digit" }),
    time_secs: show({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: ago((now - at.getTime()) / 1000),
  };
  const text = format.replace(/\{(\w+)\}/g, (whole, token) => tokens[token] ?? whole);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function ago(seconds) {
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]].find(([s]) => Math.abs(seconds) >= s) ?? [1, "second"];
  return words.format(-Math.round(seconds / size), unit);
}

/** The playground's time: a demo can skip ahead of this machine's. */
export const clock = {
  ahead: 0,
  now() { return Date.now() + this.ahead; },
  set(iso) { this.ahead = new Date(iso).getTime() - Date.now(); },
};

/** A rich_text block. */
export function richText(block, ctx) {
  return el("div", { class: "rich" }, (block.elements ?? []).map((part) => richPart(part, ctx)));
}

function richPart(part, ctx) {
  const inner = () => (part.elements ?? []).map((piece) => richPiece(piece, ctx));
  switch (part.type) {
    case "rich_text_list": {
      const list = el(part.style === "ordered" ? "ol" : "ul", {}, part.elements.map((item) => el("li", {}, richPart(item, ctx))));
      list.style.setProperty("--indent", part.indent ?? 0);
      return list;
    }
    case "rich_text_quote": return el("blockquote", {}, inner());
    case "rich_text_preformatted": return el("pre", {}, inner());
    default: return el("p", {}, inner());
  }
}

function richPiece(piece, ctx) {
  switch (piece.type) {
    case "text": return styled(piece.text, piece.style);
    case "link": return anchor(piece.url, piece.text ?? piece.url);
    case "emoji": return piece.unicode ? String.fromCodePoint(...piece.unicode.split("-").map((c) => parseInt(c, 16))) : emoji(piece.name);
    case "user": return mention(`@${ctx.name(piece.user_id) ?? piece.user_id}`);
    case "channel": return mention(`#${ctx.channel(piece.channel_id) ?? piece.channel_id}`);
    case "usergroup": return mention(`@${piece.usergroup_id}`);
    case "broadcast": return mention(`@${piece.range}`, true);
    case "date": return formatDate(piece.timestamp, piece.format ?? "", ctx.tz) ?? piece.fallback ?? "";
    default: return "";
  }
}

function styled(text, style = {}) {
  const tags = [["bold", "strong"], ["italic", "em"], ["strike", "s"], ["code", "code"]];
  return tags.reduce((node, [key, tag]) => (style[key] ? el(tag, {}, node) : node), text);
}
