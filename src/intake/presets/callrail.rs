//! CallRail: calls, texts and forms, all of it in the query of a GET or as a posted form. The tracking and business
//! numbers are the company's own, as is `company_name`; the lead is the customer.

use serde_json::{Map, Value, json};

use crate::intake::{
    Body,
    body::inner_json,
    preset::{Call, Get, Preset, Seen, pairs, text_at},
};

pub(super) const PRESET: Preset = Preset {
    word: "callrail",
    title: "CallRail",
    bodies: &[Body::Form, Body::Json],
    // A call comes when it begins, when it has ended, and when somebody changed it.
    delivery: |call| {
        let by = |id: &str| call.ids_and_content(&[id]);
        by("/resource_id").or_else(|| by("/id"))
    },
    read,
    get: Get::Lead,
    ..Preset::PLAIN
};

/// What is the lead's, by CallRail's names for it, the older ones too.
const OF_THE_LEAD: [(&str, &[&str]); 14] = [
    ("name", &["customer_name", "callername"]),
    ("email", &["customer_email"]),
    ("phone", &["customer_phone_number", "callernum"]),
    ("city", &["customer_city", "callercity"]),
    ("region", &["customer_state", "callerstate"]),
    ("country", &["customer_country", "callercountry"]),
    ("page", &["landing_page_url", "landingpage"]),
    ("referrer", &["referring_url"]),
    ("click_id", &["gclid"]),
    ("utm_source", &["utm_source"]),
    ("utm_medium", &["utm_medium"]),
    ("utm_campaign", &["utm_campaign"]),
    ("utm_term", &["utm_term"]),
    ("submitted_at", &["start_time", "datetime", "submitted_at"]),
];

/// What is worth knowing of the call.
const OF_THE_CALL: [&str; 8] = [
    "direction",
    "answered",
    "voicemail",
    "duration",
    "recording",
    "source",
    "keywords",
    "note",
];

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let sent = call.payload;
    if !sent.is_object() {
        return Seen::Strange("it is no call, text or form".into());
    }
    if sent["direction"] == "outbound" {
        return Seen::nothing("outbound");
    }
    let first = |keys: &[&str]| {
        let known = keys.iter().map(|key| &sent[*key]);
        known.into_iter().find(|it| !it.is_null()).cloned()
    };
    let mut said: Map<_, _> = OF_THE_LEAD
        .iter()
        .filter_map(|(field, keys)| Some(((*field).to_owned(), first(keys)?)))
        .collect();
    let of_call = OF_THE_CALL
        .iter()
        .map(|key| ((*key).to_owned(), sent[*key].clone()));
    said.insert("call".to_owned(), Value::Object(of_call.collect()));
    said.insert("answers".to_owned(), form(&sent["form_data"]));
    said.insert("message".to_owned(), json!(text_at(sent, "/content")));
    Seen::one(call, Value::Object(said))
}

/// What was typed into a form; in a query it is JSON.
fn form(typed: &Value) -> Value {
    let typed = match typed.as_str() {
        Some(text) => inner_json(text),
        None => typed.clone(),
    };
    let fields = pairs(&typed).map(|(key, value)| (key.to_owned(), value.clone()));
    Value::Object(fields.collect())
}
