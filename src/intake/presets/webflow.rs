//! Webflow's forms. Webhooks made in its dashboard are unsigned: those take a token in the address.

use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::intake::{
    preset::{Call, Preset, Seen},
    verify::{Hmac, HmacSettings, Scheme, SetupError, TimestampUnit},
};

pub(super) const PRESET: Preset = Preset {
    word: "webflow",
    title: "Webflow",
    scheme,
    delivery: |call| call.id("/payload/id"),
    read,
    ..Preset::PLAIN
};

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    let settings = HmacSettings {
        timestamp_header: Some("x-webflow-timestamp".into()),
        timestamp_unit: TimestampUnit::Millis,
        base: "{timestamp}:{body}".into(),
        ..HmacSettings::new("x-webflow-signature", secrets)
    };
    Hmac::new(settings).map(Scheme::HmacSha256)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let kind = call.text("/triggerType");
    if kind != "form_submission" {
        return Seen::other(&kind, "triggerType");
    }
    let form = &call.payload["payload"];
    Seen::one(
        call,
        json!({
            "data": labelled(&form["data"]),
            "form": form["name"],
            "form_id": form["formId"],
            "page": form["pageUrl"],
            "submitted_at": form["submittedAt"],
        }),
    )
}

/// The fields without the numbers that Webflow's designer adds to names: `Email 2` is the form's e-mail if it has
/// no other.
fn labelled(data: &Value) -> Value {
    let Some(fields) = data.as_object() else {
        return data.clone();
    };
    let plain = |label: &str| {
        let name = label.trim_end_matches(|it: char| it.is_ascii_digit());
        let name = name.strip_suffix(' ')?;
        (!name.is_empty() && !fields.contains_key(name)).then(|| name.to_owned())
    };
    let mut said = Map::new();
    for (label, value) in fields {
        let name = plain(label).filter(|name| !said.contains_key(name));
        said.insert(name.unwrap_or_else(|| label.clone()), value.clone());
    }
    Value::Object(said)
}
