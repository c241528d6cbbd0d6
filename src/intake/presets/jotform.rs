//! Jotform: `multipart/form-data`, of which the part `rawRequest` holds the answers in JSON. Their keys are
//! `q<number>_<slug>`, and all else in there is Jotform's own; uploads stand under their slug alone.

use serde_json::{Map, Value, json};

use crate::intake::{
    Body,
    body::inner_json,
    preset::{Call, Preset, Seen, answer, pairs, text_at},
};

pub(super) const PRESET: Preset = Preset {
    word: "jotform",
    title: "Jotform",
    bodies: &[Body::Multipart, Body::Form],
    delivery: |call| call.id("/submissionID"),
    read,
    ..Preset::PLAIN
};

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let sent = call.payload;
    let typed = inner_json(&call.text("/rawRequest"));
    if !typed.is_object() {
        return Seen::Strange("its `rawRequest` is no JSON object".into());
    }
    let name = first(&typed, |said| said["first"].is_string());
    let address = first(&typed, |said| said["addr_line1"].is_string());
    let apart = |said: &Value| {
        [name, address]
            .iter()
            .flatten()
            .any(|it| std::ptr::eq(*it, said))
    };
    let asked = pairs(&typed).filter(|(_, said)| !apart(said));
    let asked = asked.filter_map(|(key, said)| Some(answer(key, slug(key)?, &plain(said))));
    let answers: Vec<_> = asked.collect();
    let mut said = json!({
        "answers": answers,
        "address": address,
        "uploads": uploads(&typed),
        "form": sent["formTitle"],
        "form_id": sent["formID"],
        "ip": sent["ip"],
    });
    if let Some(name) = name {
        said["first_name"] = name["first"].clone();
        said["last_name"] = name["last"].clone();
    }
    Seen::one(call, said)
}

/// `typeOf` for `q33_typeOf`; none for what is no question.
fn slug(key: &str) -> Option<&str> {
    let (number, slug) = key.strip_prefix('q')?.split_once('_')?;
    let numbered = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
    numbered.then_some(slug)
}

/// The first answer of this shape: a name, an address.
fn first(typed: &Value, shape: impl Fn(&Value) -> bool) -> Option<&Value> {
    let mut questions = pairs(typed).filter(|(key, _)| slug(key).is_some());
    let found = questions.find(|(_, said)| shape(said));
    found.map(|(_, said)| said)
}

/// An answer as one would say it: a number that was asked for in parts is one number. Without what only says how the
/// question is built.
fn plain(said: &Value) -> Value {
    if said["phone"].is_string() {
        let parts = ["/country", "/area", "/phone"].map(|part| text_at(said, part));
        let parts: Vec<_> = parts
            .iter()
            .map(String::as_str)
            .filter(|it| !it.is_empty())
            .collect();
        return json!(parts.join(" "));
    }
    let Some(parts) = said.as_object() else {
        return said.clone();
    };
    if parts.contains_key("colIds") || parts.contains_key("implementation") && said["date"] == "" {
        return Value::Null;
    }
    let kept = parts.iter().filter(|(key, _)| *key != "implementation");
    Value::Object(kept.map(|(key, it)| (key.clone(), it.clone())).collect())
}

/// The addresses of what was uploaded.
fn uploads(typed: &Value) -> Value {
    let is_address = |it: &Value| it.as_str().is_some_and(|it| it.starts_with("https://"));
    let files = pairs(typed).filter(|(_, said)| {
        let list = said.as_array();
        list.is_some_and(|list| !list.is_empty() && list.iter().all(is_address))
    });
    let files: Map<_, _> = files
        .map(|(key, it)| (key.to_owned(), it.clone()))
        .collect();
    Value::Object(files)
}
