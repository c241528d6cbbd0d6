//! Mailchimp's audience webhooks. It looks with a GET whether the address is there, and signs nothing.

use serde_json::json;

use crate::{
    domain::activity::Deed,
    intake::{
        Body,
        preset::{Call, Get, Person, Preset, Seen},
    },
};

pub(super) const PRESET: Preset = Preset {
    word: "mailchimp",
    title: "Mailchimp",
    bodies: &[Body::Form],
    delivery: |call| call.ids(&["/data/id", "/type", "/fired_at"]),
    read,
    get: Get::Probe,
    ..Preset::PLAIN
};

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    match &*call.text("/type") {
        "subscribe" | "profile" => {}
        "unsubscribe" => {
            let data = &call.payload["data"];
            let who = json!({"email": data["email"], "external_id": data["id"]});
            return Seen::did(who, Deed::Unsubscribed, "unsubscribe");
        }
        kind => return Seen::other(kind, "type"),
    }
    let data = &call.payload["data"];
    let said = json!({
        "email": data["email"],
        "answers": data["merges"],
        "external_id": data["id"],
        "form_id": data["list_id"],
        // Mailchimp says it in UTC.
        "submitted_at": call.text("/fired_at").replacen(' ', "T", 1) + "Z",
        "ip_signup": data["ip_signup"],
    });
    let person = Person::new(call.payload, said);
    Seen::People(vec![person.updated(call.text("/type") == "profile")])
}
