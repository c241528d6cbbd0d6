//! What vendors answer when they are asked for somebody, and what they see when they ask whether an address is ours.

use std::collections::BTreeMap;

use baton::{
    domain::submission::Wanted,
    intake::{
        Format, Preset, Reading, Source,
        preset::{Challenge, Get},
        read_fetched,
    },
};
use serde_json::Value;

use crate::{expected::compare, intake::Case};

/// What is wrong with what came of a case, if it is one of these.
pub fn wrong_with(preset: &'static Preset, case: &Case) -> Option<Vec<String>> {
    match (case.text("kind")?, preset.get) {
        ("fetched_lead", _) => Some(compare(case, &fetched(preset, case))),
        ("handshake", Get::Challenge(_)) => Some(challenge(preset, case)),
        _ => None,
    }
}

fn fetched(preset: &'static Preset, case: &Case) -> Reading {
    let source = Source {
        mapping: case.mapping(),
        ..Source::new("fixture".into(), Format::Preset(preset))
    };
    let answer: Value = serde_json::from_slice(&case.body).unwrap();
    let answers: Vec<Value> = match case.meta["answers"].as_u64() {
        // One file, and in it a list of them.
        Some(_) => answer.as_array().unwrap().clone(),
        None => vec![answer],
    };
    read_fetched(&source, &somebody(), &answers)
}

/// Reads anything as an answer of the source's vendor.
pub fn expect_no_panic(source: &Source, answer: &Value) {
    let _ = read_fetched(source, &somebody(), std::slice::from_ref(answer));
}

fn somebody() -> Wanted {
    Wanted {
        id: "1".to_owned(),
        key: "1".to_owned(),
        account: String::new(),
        known: Value::Null,
        test: false,
        update: false,
    }
}

fn challenge(preset: &Preset, case: &Case) -> Vec<String> {
    let Get::Challenge(answer) = preset.get else {
        return vec!["it asks nothing".to_owned()];
    };
    let query = case.text("query").unwrap_or_default();
    let query: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let secret = case.text("secret").unwrap_or_default();
    let (secrets, token) = ([secret.into()], secret.into());
    let asked = Challenge {
        query: &query,
        secrets: &secrets,
        verify_token: Some(&token),
    };
    let expected = &case.meta["required_response"];
    match answer(&asked) {
        Err(denied) if expected["status"] == 403 => {
            drop(denied);
            Vec::new()
        }
        Err(denied) => vec![format!("refused: {denied}")],
        Ok(_) if expected["status"] == 403 => vec!["answered, and should not be".to_owned()],
        Ok(reply) => {
            let right = match expected["body"].as_str() {
                Some(body) => reply.body == body,
                None if expected["body_json"].is_null() => true,
                None => {
                    let said: Value = serde_json::from_str(&reply.body).unwrap();
                    said == expected["body_json"]
                }
            };
            let kind = expected["content_type"].as_str().unwrap_or_default();
            let mut wrong = Vec::new();
            if !right {
                wrong.push(format!("answered {}", reply.body));
            }
            if !reply.content_type.starts_with(kind) {
                wrong.push(format!("answered as {}", reply.content_type));
            }
            wrong
        }
    }
}
