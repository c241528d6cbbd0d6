//! Segment and RudderStack: what a person is (`identify`) and does (`track`). Whoever is known by e-mail or phone in
//! the traits is a lead; the rest says nothing that anybody could be called about.

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::intake::{
    preset::{Call, Person, Preset, Seen, text_at},
    verify::{Hmac, Scheme, SetupError, vendors},
};

pub(super) const SEGMENT: Preset = Preset {
    word: "segment",
    title: "Segment",
    scheme,
    ..RUDDERSTACK
};

/// It forwards the same events, and signs nothing.
pub(super) const RUDDERSTACK: Preset = Preset {
    word: "rudderstack",
    title: "RudderStack",
    delivery: |call| call.id("/messageId"),
    read,
    ..Preset::PLAIN
};

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    Hmac::new(vendors::segment(secrets)).map(Scheme::HmacSha1)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let events: Vec<&Value> = match (call.payload, &call.payload["batch"]) {
        (Value::Array(events), _) | (_, Value::Array(events)) => events.iter().collect(),
        (event, _) => vec![event],
    };
    let Some(first) = events.first().copied() else {
        return Seen::nothing("an empty batch");
    };
    let people: Vec<_> = events.into_iter().filter_map(person).collect();
    if people.is_empty() {
        why_none(first)
    } else {
        Seen::People(people)
    }
}

fn why_none<'a>(event: &Value) -> Seen<'a> {
    match &*text_at(event, "/type") {
        "track" => Seen::nothing(format!("track: {}", text_at(event, "/event"))),
        kind => Seen::other(kind, "type"),
    }
}

/// Whom an event names.
fn person(event: &Value) -> Option<Person<'_>> {
    let kind = event["type"].as_str()?;
    if !matches!(kind, "identify" | "track") {
        return None;
    }
    let context = &event["context"];
    let places = [&event["traits"], &context["traits"]];
    let traits = places.into_iter().find(|it| is_reachable(it))?;
    Some(Person::new(
        event,
        json!({
            "traits": traits,
            "external_id": event["userId"],
            "page": context["page"]["url"],
            "referrer": context["page"]["referrer"],
            "language": context["locale"],
            "timezone": context["timezone"],
            "campaign": context["campaign"]["name"],
            "utm_source": context["campaign"]["source"],
            "utm_medium": context["campaign"]["medium"],
            "utm_campaign": context["campaign"]["name"],
            "utm_term": context["campaign"]["term"],
            "utm_content": context["campaign"]["content"],
            "event": event["event"],
            "event properties": event["properties"],
            "submitted_at": event["timestamp"],
        }),
    ))
}

fn is_reachable(traits: &Value) -> bool {
    let said = |key: &str| !text_at(traits, key).trim().is_empty();
    said("/email") || said("/phone")
}
