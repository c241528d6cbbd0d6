//! XML bodies, as a tree: `<lead id="7"><email>a@b.de</email></lead>` is `{"lead": {"@id": "7", "email": "a@b.de"}}`.
//!
//! Elements that come again make a list, attributes stand under `@name`, and the text of an element that has
//! attributes or elements too under `#text`. Prefixes of namespaces are dropped. DTDs are refused, so that no
//! entity is there to be expanded.

use std::borrow::Cow;

use roxmltree::{Document, Error, Node, ParsingOptions};
use serde_json::{Map, Value};

use super::body::{MAX_DEPTH, MAX_VALUES, Unreadable, too_deep, too_many, windows_1252};

/// The key of an element's own text, where it has more than that.
pub(super) const TEXT: &str = "#text";

/// The parser compares each attribute of an element with the others, and each namespace too.
const MOST_ATTRIBUTES: usize = 500;
const MOST_NAMESPACES: usize = 100;

/// Reads XML; `latin` is what the content type says of its charset.
pub(super) fn read(body: &[u8], latin: bool) -> Result<Value, Unreadable> {
    let text = text(body, latin)?;
    let document = parse(&text)?;
    let root = document.root_element();
    let mut tree = Map::new();
    tree.insert(root.tag_name().name().to_owned(), value(root, 1)?);
    Ok(Value::Object(tree))
}

/// The body without the elements and attributes of these names, if it has any.
pub(super) fn without(
    body: &[u8],
    latin: bool,
    names: &[&str],
) -> Result<Option<Vec<u8>>, Unreadable> {
    let text = text(body, latin)?;
    let document = parse(&text)?;
    let mut cuts = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        if names.contains(&node.tag_name().name()) {
            cuts.push(node.range());
        }
        let named = node.attributes().filter(|it| names.contains(&it.name()));
        cuts.extend(named.map(|it| it.range()));
    }
    if cuts.is_empty() {
        return Ok(None);
    }
    let (mut kept, mut at) = (String::new(), 0);
    // In the order of the document; what lies within one that is cut begins before its end.
    for cut in cuts.into_iter().filter(|cut| !cut.is_empty()) {
        if cut.start >= at {
            kept.push_str(&text[at..cut.start]);
        }
        at = at.max(cut.end);
    }
    kept.push_str(&text[at..]);
    Ok(Some(kept.into_bytes()))
}

/// The text of an element, whether or not it has attributes; of several the first.
#[must_use]
pub fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Object(object) => object.get(TEXT).map_or(Cow::Borrowed(""), text_of),
        Value::Array(list) => list.first().map_or(Cow::Borrowed(""), text_of),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            super::tree::text(value)
        }
    }
}

/// The characters of a body, without what says how they are written.
fn text(body: &[u8], latin: bool) -> Result<String, Unreadable> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let body = body.trim_ascii();
    if body.is_empty() {
        return Err(Unreadable("the body is empty".into()));
    }
    let text = match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) if latin || declares_latin(body) => windows_1252(body),
        Err(_) => return Err(Unreadable("the body is not UTF-8".into())),
    };
    Ok(undeclared(&text))
}

/// Whether the declaration says so: `<?xml version="1.0" encoding="ISO-8859-1"?>`.
fn declares_latin(body: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&body[..body.len().min(400)]).to_ascii_lowercase();
    let named = head.split_once("encoding").map(|(_, rest)| rest);
    let named = named.and_then(|rest| rest.split(['"', '\'']).nth(1));
    named.is_some_and(super::body::is_latin)
}

/// The document without its declaration, which some write behind instructions of their own.
fn undeclared(text: &str) -> String {
    let declared = || {
        let (before, rest) = text.split_once("<?xml")?;
        let (_, after) = rest.split_once("?>")?;
        let alone = rest.starts_with(|it: char| it.is_ascii_whitespace());
        let first = before.trim().is_empty() || before.trim_end().ends_with("?>");
        (alone && first).then(|| format!("{before}{after}"))
    };
    declared().unwrap_or_else(|| text.to_owned())
}

fn parse(text: &str) -> Result<Document<'_>, Unreadable> {
    measure(text)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: u32::try_from(MAX_VALUES).unwrap_or(u32::MAX),
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| match error {
        Error::DtdDetected => Unreadable("it has a DTD, and those are not read".into()),
        Error::NodesLimitReached => too_many(),
        other => {
            let at = other.pos();
            Unreadable(format!("not XML at line {}, column {}", at.row, at.col))
        }
    })
}

/// Refuses what is too deep, too large or slow to read, before anything is built of it.
fn measure(text: &str) -> Result<(), Unreadable> {
    if text.matches("xmlns").take(MOST_NAMESPACES + 1).count() > MOST_NAMESPACES {
        return Err(Unreadable(format!(
            "more than {MOST_NAMESPACES} namespaces"
        )));
    }
    let (mut depth, mut values) = (0_usize, 0_usize);
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        rest = match after.as_bytes() {
            [b'!', b'-', b'-', ..] => behind(after, "-->"),
            [b'!', b'[', ..] => behind(after, "]]>"),
            [b'?', ..] => behind(after, "?>"),
            [b'/', ..] => {
                depth = depth.saturating_sub(1);
                behind(after, ">")
            }
            _ => {
                let (tag, rest) = tag(after);
                let attributes = tag.matches('=').count();
                if attributes > MOST_ATTRIBUTES {
                    return Err(Unreadable(format!(
                        "more than {MOST_ATTRIBUTES} attributes"
                    )));
                }
                values += 1 + attributes;
                depth += usize::from(!tag.ends_with('/'));
                rest
            }
        };
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        if values > MAX_VALUES {
            return Err(too_many());
        }
    }
    Ok(())
}

fn behind<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// What stands in a tag, and what behind it; a `>` between quotes ends none.
fn tag(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return (&text[..at], &text[at + 1..]),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None | Some(_), _) => {}
        }
    }
    (text, "")
}

fn value(element: Node<'_, '_>, depth: usize) -> Result<Value, Unreadable> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    let mut tree = Map::new();
    for attribute in element.attributes() {
        add(
            &mut tree,
            format!("@{}", attribute.name()),
            attribute.value().into(),
        );
    }
    let mut text = String::new();
    for child in element.children() {
        if child.is_element() {
            let name = child.tag_name().name().to_owned();
            add(&mut tree, name, value(child, depth + 1)?);
        } else if child.is_text() {
            text.push_str(child.text().unwrap_or_default());
        }
    }
    let text = text.trim();
    if tree.is_empty() {
        return Ok(text.into());
    }
    if !text.is_empty() {
        tree.insert(TEXT.to_owned(), text.into());
    }
    Ok(Value::Object(tree))
}

/// Adds a value, as a list with those of its name that are there. No value is a list by itself.
fn add(tree: &mut Map<String, Value>, name: String, value: Value) {
    match tree.get_mut(&name) {
        None => {
            tree.insert(name, value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
}

#[cfg(test)]
mod tests;
