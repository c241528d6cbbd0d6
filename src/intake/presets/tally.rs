//! Tally. What was chosen is given by the ids of the options; each box is there once more as a truth value.

use std::collections::HashMap;

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::intake::{
    preset::{Call, Preset, Seen, list, pairs},
    verify::{Encoding, Hmac, HmacSettings, Scheme, SetupError},
};

pub(super) const PRESET: Preset = Preset {
    word: "tally",
    title: "Tally",
    scheme,
    delivery: |call| call.id("/eventId"),
    read,
    ..Preset::PLAIN
};

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    let settings = HmacSettings {
        encoding: Encoding::Base64,
        ..HmacSettings::new("tally-signature", secrets)
    };
    Hmac::new(settings).map(Scheme::HmacSha256)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let kind = call.text("/eventType");
    if kind != "FORM_RESPONSE" {
        return Seen::other(&kind, "eventType");
    }
    let data = &call.payload["data"];
    let answers: Vec<_> = list(&data["fields"]).filter_map(answer).collect();
    Seen::one(
        call,
        json!({
            "answers": answers,
            "form": data["formName"],
            "form_id": data["formId"],
            "submitted_at": call.payload["createdAt"],
        }),
    )
}

fn answer(field: &Value) -> Option<Value> {
    let kind = &field["type"];
    let said = match kind.as_str() {
        Some("CHECKBOXES" | "MULTIPLE_CHOICE") if field["value"].is_boolean() => return None,
        Some("MATRIX") => matrix(field),
        _ => named(&field["value"], &texts(&field["options"])),
    };
    Some(json!({"label": field["label"], "key": field["key"], "type": kind, "value": said}))
}

/// The texts of options, rows or columns by their ids.
fn texts(options: &Value) -> HashMap<&str, &Value> {
    let texts = list(options).filter_map(|option| Some((option["id"].as_str()?, &option["text"])));
    texts.collect()
}

/// What ids stand for; files by their address.
fn named(said: &Value, texts: &HashMap<&str, &Value>) -> Value {
    match said {
        Value::Array(all) => all.iter().map(|one| named(one, texts)).collect(),
        Value::Object(file) => file.get("url").cloned().unwrap_or_default(),
        Value::String(id) => (*texts.get(id.as_str()).unwrap_or(&said)).clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) => said.clone(),
    }
}

/// `row: column` for each row.
fn matrix(field: &Value) -> Value {
    let (rows, columns) = (texts(&field["rows"]), texts(&field["columns"]));
    let rows = pairs(&field["value"]).map(|(row, chosen)| {
        let row = rows.get(row).and_then(|text| text.as_str()).unwrap_or(row);
        let chosen = named(chosen, &columns);
        let chosen: Vec<_> = list(&chosen).filter_map(Value::as_str).collect();
        json!(format!("{row}: {}", chosen.join(", ")))
    });
    rows.collect()
}
