//! A lead written in every kind of body, as somebody would send it.

use serde_json::{Map, Value};

use crate::intake::body::Body;

/// What stands between the parts of a multipart body.
const BOUNDARY: &str = "a-lead-to-try-it-out";

impl Body {
    /// What it is called in a request.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Body::Json => "application/json",
            Body::Form => "application/x-www-form-urlencoded",
            Body::Multipart => "multipart/form-data; boundary=a-lead-to-try-it-out",
            Body::Xml => "application/xml",
            Body::Email => "message/rfc822",
        }
    }
}

/// Parts, each a key with its text.
pub(super) fn multipart(pairs: &[(String, String)]) -> String {
    let part = |(key, text): &(String, String)| {
        let key = key.replace(['"', '\r', '\n'], " ");
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{text}\r\n")
    };
    let parts: String = pairs.iter().map(part).collect();
    format!("{parts}--{BOUNDARY}--\r\n")
}

/// Elements in a root: the one that there is, else `lead`.
pub(super) fn xml(tree: &Map<String, Value>) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut fields = tree.iter();
    match (fields.next(), fields.next()) {
        (Some((root, inner @ Value::Object(_))), None) => element(root, inner, &mut text),
        _ => element("lead", &Value::Object(tree.clone()), &mut text),
    }
    text
}

fn element(name: &str, value: &Value, to: &mut String) {
    let name = tag(name);
    match value {
        Value::Array(list) => list.iter().for_each(|item| element(&name, item, to)),
        Value::Object(object) => {
            to.push_str(&format!("<{name}>"));
            object
                .iter()
                .for_each(|(key, value)| element(key, value, to));
            to.push_str(&format!("</{name}>"));
        }
        Value::Null => to.push_str(&format!("<{name}/>")),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            to.push_str(&format!("<{name}>{}</{name}>", escaped(&plain(value))));
        }
    }
}

/// A name that an element may have.
fn tag(name: &str) -> String {
    let allowed = |it: char| if it.is_ascii_alphanumeric() { it } else { '_' };
    let name: String = name.chars().map(allowed).collect();
    if name.starts_with(|it: char| it.is_ascii_alphabetic()) {
        name
    } else {
        format!("_{name}")
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let is_text = |it: &char| !it.is_control() || matches!(it, '\n' | '\r' | '\t');
    text.replace('>', "&gt;").chars().filter(is_text).collect()
}

/// The notification of a form, in lines of `name: text`.
pub(super) fn email(pairs: &[(String, String)]) -> String {
    let line = |(key, text): &(String, String)| {
        let key = key.replace([':', '\r', '\n'], " ");
        format!("{key}: {text}\r\n")
    };
    let lines: String = pairs.iter().map(line).collect();
    format!(
        "From: Website <no-reply@site.example>\r\nSubject: A lead\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{lines}"
    )
}

/// A value as the text that somebody would type.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}
