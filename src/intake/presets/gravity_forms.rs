//! Gravity Forms' Webhooks add-on. Keys are the numbers of the fields, unless the feed chooses names for them;
//! what they mean, the source's `fields` say. A name alone shows by its parts: `1.3` and `1.6`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::intake::{
    Body,
    preset::{Call, Get, Preset, Seen, pairs},
};

pub(super) const PRESET: Preset = Preset {
    word: "gravity-forms",
    title: "Gravity Forms",
    bodies: &[Body::Json, Body::Form],
    delivery: |call| call.ids(&["/id", "/form_id"]),
    read,
    get: Get::Lead,
    ..Preset::PLAIN
};

/// What WordPress keeps of an entry and says nothing of the lead.
const BOOKKEEPING: [&str; 21] = [
    "id",
    "form_id",
    "post_id",
    "date_created",
    "date_updated",
    "is_starred",
    "is_read",
    "source_url",
    "user_agent",
    "currency",
    "payment_status",
    "payment_date",
    "payment_amount",
    "payment_method",
    "transaction_id",
    "is_fulfilled",
    "created_by",
    "transaction_type",
    "status",
    "source_id",
    "submission_speeds",
];

/// The parts of a name: prefix, first, middle, last, suffix.
const PARTS: [&str; 5] = ["2", "3", "4", "6", "8"];

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let entry = call.payload;
    if !entry.is_object() {
        return Seen::Strange("it is no entry of a form".into());
    }
    let name = name(entry);
    let field = |part: &str| match &name {
        Some(field) => entry[format!("{field}.{part}")].clone(),
        None => Value::Null,
    };
    let answers: Map<_, _> = pairs(entry)
        .filter(|(key, _)| !BOOKKEEPING.contains(key))
        .map(|(key, said)| (key.to_owned(), said.clone()))
        .collect();
    Seen::one(
        call,
        json!({
            "answers": answers,
            "first_name": field("3"),
            "last_name": field("6"),
            "form_id": entry["form_id"],
            "page": entry["source_url"],
            "submitted_at": entry["date_created"],
        }),
    )
}

/// The number of the first field that can only be a name: boxes and addresses have a part `.1`.
fn name(entry: &Value) -> Option<String> {
    let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (field, part) in pairs(entry).filter_map(|(key, _)| key.split_once('.')) {
        fields.entry(field).or_default().push(part);
    }
    let is_name = |parts: &Vec<&str>| {
        parts.contains(&"3") && parts.contains(&"6") && parts.iter().all(|it| PARTS.contains(it))
    };
    let found = fields.into_iter().find(|(_, parts)| is_name(parts));
    found.map(|(field, _)| field.to_owned())
}
