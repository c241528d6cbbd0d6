//! E-mails, `message/rfc822`, as a tree of what a reader sees; and the person that one is about.
//!
//! ```json
//! {"from": {"name": "Ada", "email": "ada@acme.example"}, "reply_to": {…}, "subject": "…", "date": "…",
//!  "text": "…", "message_id": "…", "headers": {"auto-submitted": "…"}, "attachments": [{"name": …, "type": …, "size": 5}]}
//! ```

use mail_parser::{Addr, Address, Message, MessageParser, MessagePart, MimeHeaders};
use serde_json::{Map, Value, json};

use super::{
    body::{MAX_VALUES, Unreadable},
    preset::{Person, Seen, text_at},
    text,
};

/// Messages within messages, and lists of parts within such lists, that one may have.
const MOST_NESTED: usize = 100;

/// Files that are named.
const MOST_FILES: usize = 100;

/// How much of a header is kept.
const LONGEST_HEADER: usize = 500;

/// Headers by which machines are known.
const KEPT: [&str; 9] = [
    "auto-submitted",
    "precedence",
    "x-autoreply",
    "x-autorespond",
    "x-auto-response-suppress",
    "x-failed-recipients",
    "return-path",
    "list-id",
    "content-type",
];

/// Senders that nobody is.
const MACHINES: [&str; 3] = ["mailer-daemon", "postmaster", "mail-daemon"];

/// A label in a notification is no longer than this.
const LONGEST_LABEL: usize = 60;

/// Reads a message: its text, of HTML only where there is no other.
pub(super) fn read(body: &[u8]) -> Result<Value, Unreadable> {
    if body.trim_ascii().is_empty() {
        return Err(Unreadable("the body is empty".into()));
    }
    if nested(body) > MOST_NESTED {
        return Err(Unreadable(format!(
            "more than {MOST_NESTED} messages within each other"
        )));
    }
    let message = MessageParser::default().parse(body.trim_ascii_start());
    let message = message.filter(|it| it.from().is_some() || it.subject().is_some());
    let message = message.ok_or_else(|| Unreadable("not an e-mail: it has no headers".into()))?;
    Ok(tree(&message))
}

/// Whether bytes begin like a header.
pub(super) fn looks_like(body: &[u8]) -> bool {
    let line = body.trim_ascii_start();
    let name = line.iter().take(80).position(|byte| *byte == b':');
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    name.is_some_and(|end| end > 1 && line[..end].iter().all(is_name))
}

/// How often a body says that something stands within it; the parser goes as deep.
fn nested(body: &[u8]) -> usize {
    let says = |word: &[u8]| {
        let windows = body.windows(word.len());
        windows.filter(|it| it.eq_ignore_ascii_case(word)).count()
    };
    says(b"message/") + says(b"multipart/")
}

fn tree(message: &Message<'_>) -> Value {
    let mut tree = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            tree.insert(name.to_owned(), value);
        }
    };
    put("from", message.from().map_or(Value::Null, address));
    put("reply_to", message.reply_to().map_or(Value::Null, address));
    put("subject", message.subject().into());
    put(
        "date",
        message.date().map(mail_parser::DateTime::to_rfc3339).into(),
    );
    put("message_id", message.message_id().into());
    let text: String = (0..message.text_body_count())
        .filter_map(|at| message.body_text(at))
        .collect::<Vec<_>>()
        .join("\n");
    put("text", text.trim().replace("\r\n", "\n").into());
    put("headers", headers(message));
    let files: Vec<Value> = message.attachments().take(MOST_FILES).map(file).collect();
    if !files.is_empty() {
        put("attachments", files.into());
    }
    Value::Object(tree)
}

fn address(address: &Address<'_>) -> Value {
    let shown = |one: &Addr<'_>| json!({"name": one.name(), "email": one.address()});
    address.first().map_or(Value::Null, shown)
}

fn headers(message: &Message<'_>) -> Value {
    let kept = KEPT.iter().filter_map(|name| {
        let value = message.header_raw(*name)?;
        Some(((*name).to_owned(), text::line(value, LONGEST_HEADER).into()))
    });
    Value::Object(kept.collect())
}

fn file(part: &MessagePart<'_>) -> Value {
    let kind = part.content_type().map(|it| match it.subtype() {
        Some(subtype) => format!("{}/{subtype}", it.ctype()),
        None => it.ctype().to_owned(),
    });
    json!({"name": part.attachment_name(), "type": kind, "size": part.len()})
}

/// The person an e-mail is about: who wrote it, or whom a notification of a form describes in lines of `Name: …`.
pub(super) fn seen(payload: &Value) -> Seen<'_> {
    if let Some(why) = machine(payload) {
        return Seen::nothing(why);
    }
    let text = text_at(payload, "/text");
    let lines = labelled(&text);
    let writer = ["/reply_to", "/from"]
        .into_iter()
        .find(|at| !text_at(payload, &format!("{at}/email")).is_empty())
        .unwrap_or("/from");
    let email = text_at(payload, &format!("{writer}/email"));
    let said = if lines.len() >= 2 && lines.iter().any(|(_, value)| value.contains('@')) {
        let answer = |(label, value): (String, String)| json!({"label": label, "value": value});
        json!({
            "answers": lines.into_iter().map(answer).collect::<Vec<_>>(),
            "subject": payload["subject"],
            "submitted_at": payload["date"],
        })
    } else {
        json!({
            "email": email,
            "name": text_at(payload, &format!("{writer}/name")),
            "message": text,
            "subject": payload["subject"],
            "submitted_at": payload["date"],
        })
    };
    Seen::People(vec![Person::new(payload, said)])
}

/// Why nobody wrote it, if nobody did.
fn machine(payload: &Value) -> Option<&'static str> {
    let header = |name: &str| text_at(payload, &format!("/headers/{name}")).to_ascii_lowercase();
    let from = text_at(payload, "/from/email").to_ascii_lowercase();
    let local = from.split('@').next().unwrap_or_default();
    if MACHINES.contains(&local)
        || header("content-type").starts_with("multipart/report")
        || !header("x-failed-recipients").is_empty()
        || header("return-path").trim() == "<>"
    {
        return Some("a bounce");
    }
    // Forms send their notifications by machine too; an answer to one of ours is what `auto-replied` says.
    let replied = header("auto-submitted").starts_with("auto-replied");
    let away = ["x-autoreply", "x-autorespond"];
    let away = away.iter().any(|name| !header(name).is_empty());
    (replied || away || header("precedence") == "auto_reply").then_some("an automatic reply")
}

/// Lines of `Label: value`, with what stands below such a line up to the next.
fn labelled(text: &str) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    for line in text.lines().take(MAX_VALUES).map(str::trim) {
        if let Some((name, value)) = label(line) {
            lines.push((name.to_owned(), value.to_owned()));
        } else if let Some((_, value)) = lines.last_mut()
            && !line.is_empty()
        {
            if !value.is_empty() {
                value.push('\n');
            }
            value.push_str(line);
        }
    }
    lines
}

fn label(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_matches(['*', ' ', '\t']);
    let short = !name.is_empty() && name.chars().count() <= LONGEST_LABEL;
    let starts = name.starts_with(char::is_alphabetic) && !name.contains(['@', '/', '<']);
    (short && starts && !value.starts_with("//"))
        .then(|| (name, value.trim_matches(['*', ' ', '\t'])))
}

#[cfg(test)]
mod tests;
