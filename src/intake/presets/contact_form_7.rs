//! Contact Form 7, by a webhook plugin: the tags of the form as they were posted, in JSON, as a form, or in the
//! query of a GET.

use serde_json::{Map, Value};

use crate::intake::{
    Body, people,
    preset::{Call, Get, Preset, Seen, pairs},
};

pub(super) const PRESET: Preset = Preset {
    word: "contact-form-7",
    title: "Contact Form 7",
    bodies: &[Body::Json, Body::Form, Body::Multipart],
    read,
    get: Get::Lead,
    ..Preset::PLAIN
};

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    if !call.payload.is_object() {
        return people(call.payload);
    }
    let said: Map<_, _> = pairs(call.payload)
        .filter_map(|(key, value)| Some((named(key)?.to_owned(), value.clone())))
        .collect();
    Seen::one(call, Value::Object(said))
}

/// What the lead or its form is told by; none for what only the plugin needs.
fn named(key: &str) -> Option<&str> {
    match key {
        "_wpcf7" => Some("form_id"),
        "_wpcf7_locale" => Some("language"),
        "g-recaptcha-response" | "cf-turnstile-response" | "_user_agent" => None,
        _ if key.starts_with("_wpcf7") => None,
        _ => Some(key),
    }
}
