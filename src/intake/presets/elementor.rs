//! Elementor's form action "Webhook". Its visitor waits for the answer, and sees an error for all but a 200.
//! With "Advanced Data" each field comes with its title and kind; without, the titles are the keys.

use serde_json::{Map, Value, json};

use crate::intake::{
    Body,
    preset::{Call, Preset, Seen, pairs},
};

pub(super) const PRESET: Preset = Preset {
    word: "elementor",
    title: "Elementor",
    bodies: &[Body::Form, Body::Json],
    read,
    ..Preset::PLAIN
};

/// Kinds of fields into which nobody types.
const SILENT: [&str; 5] = ["step", "html", "honeypot", "recaptcha", "recaptcha_v3"];

/// What the plugin adds and says nothing of the lead.
const BOOKKEEPING: [&str; 3] = ["User Agent", "Powered by", "form_id"];

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let sent = call.payload;
    if !sent.is_object() {
        return Seen::Strange("it is no submission of a form".into());
    }
    if !sent["fields"].is_object() {
        let kept = pairs(sent).filter(|(key, _)| !BOOKKEEPING.contains(key));
        let kept: Map<_, _> = kept.map(|(key, it)| (key.to_owned(), it.clone())).collect();
        return Seen::one(
            call,
            json!({"data": null, "answers": kept, "form_id": sent["form_id"]}),
        );
    }
    let fields = pairs(&sent["fields"]).filter(|(_, field)| {
        let kind = field["type"].as_str().unwrap_or_default();
        !SILENT.contains(&kind)
    });
    let fields: Map<_, _> = fields
        .map(|(id, field)| (id.to_owned(), titled(field)))
        .collect();
    let meta = |key: &str| sent["meta"][key]["value"].clone();
    Seen::one(
        call,
        json!({
            "fields": fields,
            "form": sent["form"]["name"],
            "form_id": sent["form"]["id"],
            "page": meta("page_url"),
            "Date": meta("date"),
            "Time": meta("time"),
            "Remote IP": meta("remote_ip"),
        }),
    )
}

/// A field; what was agreed to is a long text of the operator's.
fn titled(field: &Value) -> Value {
    let mut field = field.clone();
    if field["type"] == "acceptance" {
        field["title"] = json!("consent");
    }
    field
}
