//! Salesforce Web-to-Lead: the form that Salesforce generates, with its `action` pointed at Baton. Where the
//! visitor should go (`retURL`) the form says itself, so it is not followed.

use serde_json::{Map, Value, json};

use crate::intake::{
    Body,
    preset::{Call, Person, Preset, Seen, pairs},
};

pub(super) const PRESET: Preset = Preset {
    word: "salesforce-web-to-lead",
    title: "Salesforce Web-to-Lead",
    bodies: &[Body::Form],
    read,
    ..Preset::PLAIN
};

/// What Salesforce needs and says nothing of the lead; `debugEmail` is a developer's.
const BOOKKEEPING: [&str; 9] = [
    "oid",
    "retURL",
    "encoding",
    "submit",
    "debug",
    "debugEmail",
    "captcha_settings",
    "g-recaptcha-response",
    "recordType",
];

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let sent = call.payload;
    let fields = pairs(sent).filter(|(key, _)| !BOOKKEEPING.contains(key));
    let mut said: Map<_, _> = fields
        .map(|(key, value)| (named(key).to_owned(), value.clone()))
        .collect();
    if sent["emailOptOut"] == "1" {
        said.insert("consent".to_owned(), json!("false"));
    }
    Seen::People(vec![Person {
        test: sent["debug"] == "1",
        ..Person::new(sent, Value::Object(said))
    }])
}

fn named(key: &str) -> &str {
    match key {
        "URL" => "website",
        _ => key,
    }
}
