//! Microsoft Forms, by a flow of Power Automate: `r…` keys of the questions (what they are, the source's `fields`
//! say) or names that the flow's author chose. What was ticked is a list, written as text.

use serde_json::{Map, Value};

use crate::intake::{
    body::inner_json,
    people,
    preset::{Call, Preset, Seen, answer, pairs},
};

pub(super) const PRESET: Preset = Preset {
    word: "ms-forms",
    title: "Microsoft Forms (Power Automate)",
    // Responses are counted within a form.
    delivery: |call| {
        let ids = |form: &str| call.ids(&[form, "/responseId"]);
        ids("/formId").or_else(|| ids("/form_id"))
    },
    read,
    ..Preset::PLAIN
};

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let sent = match &call.payload["body"] {
        body @ Value::Object(_) => body,
        _ => call.payload,
    };
    if !sent.is_object() {
        return people(sent);
    }
    let mut said: Map<_, _> = pairs(sent)
        .filter(|(key, _)| *key != "responder")
        .map(|(key, value)| (named(key).to_owned(), ticked(value)))
        .collect();
    // Last: an address that was asked for goes before the account somebody was signed in with.
    if let Some(responder) = sent["responder"].as_str().filter(|it| it.contains('@')) {
        let responder = answer("responder", "email", &responder.into());
        said.insert("account".to_owned(), Value::Array(vec![responder]));
    }
    Seen::one(call, Value::Object(said))
}

fn named(key: &str) -> &str {
    match key {
        "submitDate" => "submitted_at",
        _ => key,
    }
}

fn ticked(value: &Value) -> Value {
    let text = value.as_str().unwrap_or_default();
    if text.starts_with('[')
        && let list @ Value::Array(_) = inner_json(text)
    {
        return list;
    }
    value.clone()
}
