//! Calendly: invitees, and answers to routing forms. The hosts in `event_memberships` are never the lead.

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::intake::{
    preset::{Call, Preset, Seen},
    verify::{Hmac, Scheme, SetupError, vendors},
};

pub(super) const PRESET: Preset = Preset {
    word: "calendly",
    title: "Calendly",
    scheme,
    // Who cancels is the same invitee.
    delivery: |call| call.ids(&["/payload/uri", "/event"]),
    read,
    ..Preset::PLAIN
};

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    Hmac::new(vendors::calendly(secrets)).map(Scheme::HmacSha256)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let payload = &call.payload["payload"];
    match &*call.text("/event") {
        "invitee.created" => Seen::one(call, invitee(payload)),
        "routing_form_submission.created" => Seen::one(
            call,
            json!({
                "answers": payload["questions_and_answers"],
                "form_id": payload["routing_form"],
                "utm": payload["tracking"],
                "submitted_at": payload["created_at"],
            }),
        ),
        event => Seen::other(event, "event"),
    }
}

fn invitee(payload: &Value) -> Value {
    let event = &payload["scheduled_event"];
    json!({
        "email": payload["email"],
        "name": payload["name"],
        "first_name": payload["first_name"],
        "last_name": payload["last_name"],
        "phone": phone(payload),
        "timezone": payload["timezone"],
        "answers": payload["questions_and_answers"],
        "utm": payload["tracking"],
        "form": event["name"],
        "form_id": event["event_type"],
        "meeting": {
            "start": event["start_time"],
            "end": event["end_time"],
            "place": event["location"]["location"],
            "join_url": event["location"]["join_url"],
            "reschedule_url": payload["reschedule_url"],
        },
        "submitted_at": payload["created_at"],
    })
}

/// The number for reminders; else the one to call, where the host calls.
fn phone(payload: &Value) -> &Value {
    let place = &payload["scheduled_event"]["location"];
    match (&payload["text_reminder_number"], place["type"].as_str()) {
        (Value::Null, Some("outbound_call")) => &place["location"],
        (number, _) => number,
    }
}
