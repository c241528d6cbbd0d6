//! Unbounce: a form whose field `data.json` is what the visitor typed, each value a list.

use serde_json::json;

use crate::intake::{
    Body,
    body::inner_json,
    preset::{Call, Preset, Seen, list},
};

pub(super) const PRESET: Preset = Preset {
    word: "unbounce",
    title: "Unbounce",
    bodies: &[Body::Form],
    read,
    ..Preset::PLAIN
};

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let sent = call.payload;
    // PHP between Unbounce and Baton makes an underscore of the dot.
    let data = ["data.json", "data_json"].map(|key| sent[key].as_str());
    let Some(data) = data.into_iter().flatten().next() else {
        return Seen::Strange("it has no `data.json`".into());
    };
    let mut data = inner_json(data);
    let Some(fields) = data.as_object_mut() else {
        return Seen::Strange("its `data.json` is no JSON object".into());
    };
    let mut take = |key: &str| fields.shift_remove(key).unwrap_or_default();
    let when = ["date_submitted", "time_submitted"].map(&mut take);
    let when: Vec<_> = when
        .iter()
        .filter_map(|it| list(it).next()?.as_str())
        .collect();
    let when = when.join(" ");
    for known in ["page_name", "page_id", "page_uuid", "page_url", "variant"] {
        take(known);
    }
    Seen::one(
        call,
        json!({
            "answers": data,
            "form": sent["page_name"],
            "form_id": sent["page_id"],
            "page": sent["page_url"],
            "variant": sent["variant"],
            "submitted_at": when,
        }),
    )
}
