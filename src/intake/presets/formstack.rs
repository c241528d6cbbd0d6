//! Formstack. `secret` is the webhook's HMAC key; who has a shared secret only, which comes among the fields, says
//! `verify = { scheme = "body-field", field = "HandshakeKey", secret = … }`.

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::intake::{
    Body,
    preset::{Call, Preset, Seen, pairs},
    verify::{Hmac, HmacSettings, Scheme, SetupError},
};

pub(super) const PRESET: Preset = Preset {
    word: "formstack",
    title: "Formstack",
    bodies: &[Body::Form, Body::Json],
    scheme,
    credentials: &["HandshakeKey"],
    delivery: |call| call.id("/UniqueID"),
    read,
    ..Preset::PLAIN
};

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    let settings = HmacSettings {
        prefix: "sha256=".into(),
        ..HmacSettings::new("x-fs-signature", secrets)
    };
    Hmac::new(settings).map(Scheme::HmacSha256)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    if call.id("/UniqueID").is_none() {
        return Seen::Strange("it has no `UniqueID`".into());
    }
    let fields = pairs(call.payload).filter(|(key, _)| *key != "UniqueID");
    let said: Map<_, _> = fields
        .filter(|(key, _)| *key != "HandshakeKey")
        .map(|(key, value)| (key.to_owned(), plain(value)))
        .collect();
    Seen::one(call, Value::Object(said))
}

/// What a value in lines may consist of.
const PARTS: [&str; 14] = [
    "value",
    "field_type",
    "prefix",
    "first",
    "middle",
    "initial",
    "last",
    "suffix",
    "address",
    "address2",
    "city",
    "state",
    "zip",
    "country",
];

/// A value out of what says its kind too: `{"value": …, "field_type": …}`, or the same in lines.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(field) if field.contains_key("field_type") => plain(&value["value"]),
        Value::String(text) => parts(text).unwrap_or_else(|| value.clone()),
        _ => value.clone(),
    }
}

/// `first = Ada`, `last = King`: a line for each part.
fn parts(text: &str) -> Option<Value> {
    let part = |line: &str| {
        let (key, value) = line.split_once(" = ")?;
        let known = PARTS.contains(&key);
        known.then(|| (key.to_owned(), Value::from(value.trim())))
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let parts: Option<Map<_, _>> = lines.map(part).collect();
    let parts = parts.filter(|parts| !parts.is_empty())?;
    match parts.get("value") {
        Some(value) => Some(value.clone()),
        None => Some(Value::Object(parts)),
    }
}
