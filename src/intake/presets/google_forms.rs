//! Google Forms, by a script of the form's owner: questions with their answers, as an event's `namedValues`, as a
//! list, or as plain keys.

use serde_json::{Value, json};

use crate::intake::{
    Body, people,
    preset::{Call, Preset, Seen, answer, list, text_at},
};

pub(super) const PRESET: Preset = Preset {
    word: "google-forms",
    title: "Google Forms",
    bodies: &[Body::Json, Body::Form],
    delivery: |call| call.id("/responseId").or_else(|| call.id("/response_id")),
    read,
    ..Preset::PLAIN
};

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let sent = call.payload;
    let lists = ["items", "itemResponses", "responses", "answers"];
    let Some(asked) = lists.into_iter().find(|key| sent[*key].is_array()) else {
        return people(sent);
    };
    let mut said = sent.clone();
    said[asked] = list(&sent[asked]).map(titled).collect();
    Seen::one(call, said)
}

/// A question with its answer, by whichever of their names the script uses.
fn titled(item: &Value) -> Value {
    let of = |keys: &[&str]| {
        let known = keys.iter().find(|key| !item[**key].is_null());
        known.map_or(&Value::Null, |key| &item[*key])
    };
    let asked = ["title", "question", "label"].map(|key| text_at(item, &format!("/{key}")));
    let asked = asked.into_iter().find(|text| !text.is_empty());
    match asked {
        Some(asked) => answer(
            &asked,
            &asked,
            of(&["response", "answer", "value", "answers"]),
        ),
        None => json!(item),
    }
}
