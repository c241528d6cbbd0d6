//! Chili Piper: meetings that were booked. The lead is the primary guest; host, assignee and booker are colleagues.

use serde_json::json;

use crate::intake::preset::{Call, Preset, Seen};

pub(super) const PRESET: Preset = Preset {
    word: "chili-piper",
    title: "Chili Piper",
    delivery: |call| call.ids_and_content(&["/meetingIdChili", "/type"]),
    read,
    ..Preset::PLAIN
};

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    match &*call.text("/type") {
        "Created" | "Updated" => {}
        kind => return Seen::other(kind, "type"),
    }
    let sent = call.payload;
    Seen::one(
        call,
        json!({
            "email": sent["primaryGuestEmail"],
            "name": sent["primaryGuestName"],
            "timezone": sent["primaryGuestTimeZone"],
            "answers": sent["primaryGuestDataFields"],
            "form": sent["meetingTypeName"],
            "form_id": sent["meetingTypeId"],
            "meeting": {
                "title": sent["title"],
                "start": sent["start"],
                "end": sent["end"],
                "location": sent["location"],
                "guests": sent["additionalGuests"],
            },
            "router": sent["productFeatureName"],
        }),
    )
}
