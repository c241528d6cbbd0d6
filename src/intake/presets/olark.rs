//! Olark: a form whose field `data` is a conversation in JSON. What the visitor wrote is the message; a visitor who
//! left no address is nobody to call back.

use serde_json::{Value, json};

use crate::intake::{
    Body,
    body::inner_json,
    preset::{Call, Preset, Seen, list},
};

pub(super) const PRESET: Preset = Preset {
    word: "olark",
    title: "Olark",
    bodies: &[Body::Form, Body::Json],
    delivery: |call| conversation(call)["id"].as_str().map(str::to_owned),
    read,
    ..Preset::PLAIN
};

fn conversation(call: &Call<'_>) -> Value {
    match call.payload["data"].as_str() {
        Some(text) => inner_json(text),
        None => call.payload.clone(),
    }
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let chat = conversation(call);
    let visitor = &chat["visitor"];
    if !visitor.is_object() {
        return Seen::Strange("it has no conversation with a visitor".into());
    }
    let said = |key: &str| {
        visitor[key]
            .as_str()
            .is_some_and(|it| !it.trim().is_empty())
    };
    if !said("emailAddress") && !said("phoneNumber") {
        return Seen::nothing("Conversation without an e-mail address or a phone number");
    }
    Seen::one(
        call,
        json!({
            "name": visitor["fullName"],
            "email": visitor["emailAddress"],
            "phone": visitor["phoneNumber"],
            "company": visitor["organization"],
            "city": visitor["city"],
            "region": visitor["region"],
            "country": visitor["countryCode"],
            "page": visitor["conversationBeginPage"],
            "referrer": visitor["referrer"],
            "custom": visitor["customFields"],
            "tags": chat["tags"],
            "message": written(&chat),
        }),
    )
}

/// What the visitor wrote.
fn written(chat: &Value) -> String {
    let by_visitor = list(&chat["items"]).filter(|item| {
        let kind = item["kind"].as_str().unwrap_or_default();
        matches!(kind, "MessageToOperator" | "OfflineMessage")
    });
    let lines: Vec<_> = by_visitor.filter_map(|it| it["body"].as_str()).collect();
    lines.join("\n")
}
