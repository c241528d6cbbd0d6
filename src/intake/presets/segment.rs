//! Segment and RudderStack: what a person is (`identify`) and does (`track`). Whoever is known by e-mail or phone in
//! the traits is a lead, once; what they do is an activity, also of whoever is known by the id alone. The rest says
//! nothing that anybody could be called about.

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::{
    domain::activity::Deed,
    intake::{
        preset::{Call, Doing, Person, Preset, Seen, text_at},
        verify::{Hmac, Scheme, SetupError, vendors},
    },
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
    let doings: Vec<Doing> = events.iter().filter_map(|event| doing(event)).collect();
    let people: Vec<_> = events.iter().filter_map(|event| person(event)).collect();
    if !doings.is_empty() {
        let why = format!("track: {}", text_at(first, "/event"));
        Seen::Did(doings, people, why)
    } else if people.is_empty() {
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

/// What a `track` tells of whoever has an id or an address.
fn doing(event: &Value) -> Option<Doing> {
    let what = Deed::by_name(event["event"].as_str()?).filter(|_| event["type"] == "track")?;
    let traits = traits(event);
    let user = text_at(event, "/userId");
    if traits.is_none() && user.is_empty() {
        return None;
    }
    let of_person = |key: &str| traits.map_or(Value::Null, |traits| traits[key].clone());
    Some(Doing {
        who: json!({
            "email": of_person("email"), "phone": of_person("phone"), "external_id": user,
        }),
        what,
        at: event["timestamp"].clone(),
        id: Some(text_at(event, "/messageId")).filter(|id| !id.is_empty()),
    })
}

/// What is said of whoever can be reached.
fn traits(event: &Value) -> Option<&Value> {
    let places = [&event["traits"], &event["context"]["traits"]];
    places.into_iter().find(|it| is_reachable(it))
}

/// Whom an event names.
fn person(event: &Value) -> Option<Person<'_>> {
    let kind = event["type"].as_str()?;
    if !matches!(kind, "identify" | "track") {
        return None;
    }
    let context = &event["context"];
    let traits = traits(event)?;
    let person = Person::new(
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
    );
    Some(person.updated(true))
}

fn is_reachable(traits: &Value) -> bool {
    let said = |key: &str| !text_at(traits, key).trim().is_empty();
    said("/email") || said("/phone")
}
