//! Typeform. Answers name their question by id only; what was asked stands in the form's definition.

use std::collections::HashMap;

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::intake::{
    preset::{Call, Preset, Seen, list},
    verify::{Encoding, Hmac, HmacSettings, Scheme, SetupError},
};

pub(super) const PRESET: Preset = Preset {
    word: "typeform",
    title: "Typeform",
    scheme,
    delivery: |call| call.id("/event_id"),
    read,
    ..Preset::PLAIN
};

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    let settings = HmacSettings {
        prefix: "sha256=".into(),
        encoding: Encoding::Base64,
        ..HmacSettings::new("typeform-signature", secrets)
    };
    Hmac::new(settings).map(Scheme::HmacSha256)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let kind = call.text("/event_type");
    if kind != "form_response" {
        return Seen::other(&kind, "event_type");
    }
    let response = &call.payload["form_response"];
    let titles = titles(&response["definition"]["fields"]);
    let answers = list(&response["answers"]).map(|it| answer(it, &titles));
    Seen::one(
        call,
        json!({
            "answers": answers.collect::<Vec<_>>(),
            "hidden": response["hidden"],
            "form": response["definition"]["title"],
            "form_id": response["form_id"],
            "submitted_at": response["submitted_at"],
            "score": response["calculated"]["score"],
        }),
    )
}

/// What was asked, by the id of the field.
fn titles(fields: &Value) -> HashMap<&str, &str> {
    list(fields)
        .filter_map(|field| Some((field["id"].as_str()?, field["title"].as_str()?)))
        .collect()
}

fn answer(answer: &Value, titles: &HashMap<&str, &str>) -> Value {
    let field = &answer["field"];
    let asked = field["id"].as_str().and_then(|id| titles.get(id)).copied();
    let (kind, type_of_field) = (&answer["type"], field["type"].as_str().unwrap_or_default());
    let said = kind
        .as_str()
        .map(|kind| &answer[kind])
        .unwrap_or(&Value::Null);
    let value = match kind.as_str() {
        Some("choice") => choice(said, "label"),
        Some("choices") => choice(said, "labels"),
        _ => said.clone(),
    };
    let label = match (type_of_field, asked) {
        // What was agreed to is a long text of the operator's.
        ("legal", _) => "consent",
        (_, Some(title)) => title,
        (_, None) => field["ref"].as_str().unwrap_or("answer"),
    };
    json!({"label": label, "value": value, "type": type_of_field, "ref": field["ref"]})
}

/// What was chosen, with what was typed beside the choices.
fn choice(said: &Value, key: &str) -> Value {
    let mut chosen: Vec<Value> = match &said[key] {
        Value::Array(list) => list.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    chosen.extend(said["other"].as_str().map(Value::from));
    Value::Array(chosen)
}
