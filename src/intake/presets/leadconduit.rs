//! LeadConduit (ActiveProspect), delivering leads: by GET or POST, as a form, JSON or XML, with dotted keys. It wants to be
//! told what became of the lead.

use serde_json::{Map, Value, json};

use crate::{
    domain::submission::Status,
    intake::{
        Body, people,
        preset::{Call, Get, Preset, Reply, Seen, Told, pairs},
        text,
    },
};

pub(super) const PRESET: Preset = Preset {
    word: "leadconduit",
    title: "LeadConduit",
    bodies: &[Body::Form, Body::Json, Body::Xml],
    delivery: |call| {
        let nested = call.id("/lead/id");
        nested.or_else(|| call.id("/lead.id"))
    },
    read,
    get: Get::Lead,
    answer: Some(answer),
    ..Preset::PLAIN
};

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    if !call.payload.is_object() {
        return people(call.payload);
    }
    let said: Map<_, _> = pairs(lead(call.payload))
        .map(|(key, value)| (named(key).to_owned(), value.clone()))
        .collect();
    Seen::one(call, Value::Object(said))
}

/// The lead's own fields: in XML they stand in an element.
fn lead(sent: &Value) -> &Value {
    let mut fields = pairs(sent);
    match (fields.next(), fields.next()) {
        (Some((_, inner @ Value::Object(_))), None) => inner,
        _ => sent,
    }
}

fn named(key: &str) -> &str {
    match &*text::key(key) {
        // The certificate is the proof of what the person agreed to.
        "xxtrustedformcerturl" | "trustedformcerturl" => "consent",
        "leadid" => "external_id",
        _ => key,
    }
}

fn answer(told: &Told<'_>) -> Reply {
    let outcome = match told.status {
        Status::Accepted | Status::Duplicate | Status::Pending | Status::Held | Status::Test => {
            "success"
        }
        Status::Quarantined | Status::Ignored => "failure",
    };
    let reason = told.problems.join("; ");
    let body = json!({"outcome": outcome, "reason": reason, "lead": {"id": told.lead}, "price": 0});
    Reply {
        content_type: "application/json",
        body: body.to_string(),
    }
}
