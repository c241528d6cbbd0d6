//! Fluent Forms: the fields by their name attributes, among them what WordPress needs, which begins with `_`.

use serde_json::{Map, Value, json};

use crate::intake::{
    Body, people,
    preset::{Call, Preset, Seen, pairs},
};

pub(super) const PRESET: Preset = Preset {
    word: "fluent-forms",
    title: "Fluent Forms",
    bodies: &[Body::Json, Body::Form],
    read,
    ..Preset::PLAIN
};

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let sent = call.payload;
    if !sent.is_object() {
        return people(sent);
    }
    let kept = pairs(sent).filter(|(key, _)| !key.starts_with('_'));
    let mut said: Map<_, _> = kept.map(|(key, it)| (key.to_owned(), it.clone())).collect();
    let of_form = &sent["__submission"];
    let known = [
        ("form_id", of_form["form_id"].clone()),
        ("form_id", form_id(sent)),
        ("page", of_form["source_url"].clone()),
        ("page", sent["_wp_http_referer"].clone()),
        ("submitted_at", of_form["created_at"].clone()),
    ];
    for (key, value) in known.into_iter().filter(|(_, value)| !value.is_null()) {
        said.entry(key).or_insert(value);
    }
    Seen::one(call, Value::Object(said))
}

/// The form's number, out of the name of its nonce: `_fluentform_3_fluentformnonce`.
fn form_id(sent: &Value) -> Value {
    let number = |key: &str| {
        let rest = key.strip_prefix("_fluentform_")?;
        rest.strip_suffix("_fluentformnonce").map(str::to_owned)
    };
    json!(pairs(sent).find_map(|(key, _)| number(key)))
}
