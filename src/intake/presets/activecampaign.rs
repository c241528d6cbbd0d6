//! ActiveCampaign: an automation's webhook, and the webhooks of a list, which name what happened as `type`. Of the
//! contact's own fields those of its owner are not the lead's.

use serde_json::{Value, json};

use crate::{
    domain::activity::Deed,
    intake::{
        Body,
        preset::{Call, Person, Preset, Seen, pairs},
    },
};

pub(super) const PRESET: Preset = Preset {
    word: "activecampaign",
    title: "ActiveCampaign",
    bodies: &[Body::Form],
    // A contact may go through an automation again, with something new.
    delivery: |call| {
        let automation = call.ids_and_content(&["/contact/id", "/seriesid"]);
        automation.or_else(|| call.ids_and_content(&["/contact/id", "/type", "/date_time"]))
    },
    read,
    ..Preset::PLAIN
};

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let contact = &call.payload["contact"];
    match &*call.text("/type") {
        "" if contact.is_object() => {}
        "" => return Seen::Strange("it has no `contact`".into()),
        "subscribe" | "update" | "contact_add" => {}
        "unsubscribe" => {
            let who = json!({
                "email": contact["email"], "phone": contact["phone"], "external_id": contact["id"],
            });
            return Seen::did(who, Deed::Unsubscribed, "unsubscribe");
        }
        kind => return Seen::other(kind, "type"),
    }
    let mut said = json!({"answers": contact["fields"], "submitted_at": call.payload["date_time"]});
    for (key, value) in pairs(contact).filter(|(key, _)| *key != "fields") {
        let key = match key {
            "id" => "external_id",
            "orgname" => "company",
            key => key,
        };
        said[key] = value.clone();
    }
    said["form_id"] = form(call);
    let person = Person::new(call.payload, said);
    Seen::People(vec![person.updated(call.text("/type") == "update")])
}

/// The automation or the list.
fn form(call: &Call<'_>) -> Value {
    let ids = ["/seriesid", "/list"].map(|at| call.text(at));
    json!(ids.into_iter().find(|id| !id.is_empty()))
}
