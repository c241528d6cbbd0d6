//! Cal.com: bookings and routing forms. `organizer` is the host, never the lead.

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::intake::{
    people,
    preset::{Call, Preset, Seen, answer, pairs, text_at},
    verify::{Hmac, HmacSettings, Scheme, SetupError},
};

pub(super) const PRESET: Preset = Preset {
    word: "cal-com",
    title: "Cal.com",
    scheme,
    delivery: |call| call.ids(&["/payload/uid", "/triggerEvent"]),
    read,
    ..Preset::PLAIN
};

/// What is asked for the meeting and says nothing of the person.
const OF_THE_MEETING: [&str; 4] = ["location", "guests", "rescheduleReason", "title"];

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    Hmac::new(HmacSettings::new("x-cal-signature-256", secrets)).map(Scheme::HmacSha256)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let payload = &call.payload["payload"];
    let made = &call.payload["createdAt"];
    match &*call.text("/triggerEvent") {
        "BOOKING_CREATED" | "BOOKING_REQUESTED" | "BOOKING_RESCHEDULED" | "INSTANT_MEETING" => {
            Seen::one(call, booking(payload, made))
        }
        "FORM_SUBMITTED" | "FORM_SUBMITTED_NO_EVENT" => Seen::one(
            call,
            json!({
                "answers": answers(&payload["responses"]),
                "form": payload["formName"],
                "form_id": payload["formId"],
                "submitted_at": made,
            }),
        ),
        // The operator's own template.
        "" => people(call.payload),
        event => Seen::other(event, "triggerEvent"),
    }
}

fn booking(payload: &Value, made: &Value) -> Value {
    let attendee = &payload["attendees"][0];
    let asked = &payload["responses"];
    json!({
        "answers": answers(asked),
        "custom": answers(&payload["userFieldsResponses"]),
        "name": attendee["name"],
        "email": attendee["email"],
        "phone": phone(attendee, asked),
        "timezone": attendee["timeZone"],
        "language": attendee["language"]["locale"],
        "message": payload["additionalNotes"],
        "utm": payload["tracking"],
        "form": payload["eventTitle"],
        "form_id": payload["eventTypeId"],
        "meeting": {
            "title": payload["title"],
            "start": payload["startTime"],
            "end": payload["endTime"],
            "location": payload["location"],
            "guests": asked["guests"]["value"],
        },
        "submitted_at": made,
    })
}

/// The attendee's number; where the meeting is a call, the one to call.
fn phone<'a>(attendee: &'a Value, asked: &'a Value) -> &'a Value {
    let place = &asked["location"]["value"];
    match place["value"].as_str() {
        Some("phone") => &place["optionValue"],
        _ => &attendee["phoneNumber"],
    }
}

fn answers(asked: &Value) -> Vec<Value> {
    let asked = pairs(asked).filter(|(key, _)| !OF_THE_MEETING.contains(key));
    let answers = asked.map(|(key, field)| {
        let said = match &field["value"] {
            Value::Null => &field["response"],
            said => said,
        };
        let said = match said["optionValue"].as_str() {
            Some("") => &said["value"],
            Some(_) => &said["optionValue"],
            None => said,
        };
        answer(&text_at(field, "/label"), key, said)
    });
    answers.collect()
}
