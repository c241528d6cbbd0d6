//! Salesforce Web-to-Lead: the form that Salesforce generates, with its `action` pointed at Baton. Where the
//! visitor should go (`retURL`) the form says itself, so it is not followed.

use serde_json::{Map, Value, json};

use crate::intake::{
    Body,
    preset::{Call, Person, Preset, Reply, Seen, pairs},
};

pub(super) const PRESET: Preset = Preset {
    word: "salesforce-web-to-lead",
    title: "Salesforce Web-to-Lead",
    bodies: &[Body::Form],
    read,
    // A person looks at it, whatever became of what they sent.
    answer: Some(|_| Reply {
        content_type: "text/html; charset=utf-8",
        body: THANKS.to_owned(),
    }),
    ..Preset::PLAIN
};

/// What a visitor sees whose form went to Baton.
const THANKS: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>Thank you</title>\
    <body style=\"font:1.1em system-ui,sans-serif;margin:15vh auto;max-width:30em;padding:1em\">\
    <h1>Thank you</h1><p>Your request has arrived. We will be in touch.</p>\n";

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
