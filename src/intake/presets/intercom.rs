//! Intercom: leads and users that were made, became reachable or wrote. Somebody who chats without leaving an address
//! has an invented name and is nobody to call back.

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::{
    domain::activity::Deed,
    intake::{
        preset::{Call, Get, Person, Preset, Reply, Seen, list, pairs, text_at},
        verify::{Hmac, Scheme, SetupError, vendors},
    },
};

pub(super) const PRESET: Preset = Preset {
    word: "intercom",
    title: "Intercom",
    scheme,
    delivery: |call| call.id("/id"),
    counts_retries: true,
    read,
    // It looks whether the address is there, unsigned.
    get: Get::Challenge(|_| {
        Ok(Reply {
            content_type: "text/plain",
            body: String::new(),
        })
    }),
    ..Preset::PLAIN
};

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    Hmac::new(vendors::hub_sha1(secrets)).map(Scheme::HmacSha1)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let item = &call.payload["data"]["item"];
    let topic = call.text("/topic");
    let said = match &*topic {
        "contact.lead.created"
        | "contact.lead.added_email"
        | "contact.lead.signed_up"
        | "contact.added_email"
        | "contact.user.created"
        | "contact.user.updated"
        | "user.created" => contact(item),
        "conversation.user.created" => conversation(item),
        "contact.deleted" | "user.deleted" => {
            return Seen::did(signs(item), Deed::Deleted, topic);
        }
        "contact.unsubscribed" | "contact.email.unsubscribed" | "user.unsubscribed" => {
            return Seen::did(signs(item), Deed::Unsubscribed, topic);
        }
        other => return Seen::other(other, "topic"),
    };
    let reachable = ["/email", "/phone"]
        .iter()
        .any(|at| !text_at(&said, at).is_empty());
    if reachable {
        let update = [
            "contact.user.updated",
            "contact.added_email",
            "contact.lead.added_email",
        ];
        let person = Person::new(call.payload, said);
        Seen::People(vec![person.updated(update.contains(&topic.as_str()))])
    } else {
        Seen::nothing(format!(
            "{topic} without an e-mail address or a phone number"
        ))
    }
}

/// By what somebody is known.
fn signs(item: &Value) -> Value {
    json!({"email": item["email"], "phone": item["phone"], "external_id": item["id"]})
}

fn contact(item: &Value) -> Value {
    let names =
        |of: &Value| -> Vec<Value> { list(&of["data"]).map(|it| it["name"].clone()).collect() };
    let utm = pairs(item).filter(|(key, _)| key.starts_with("utm_"));
    let mut said = json!({
        "email": item["email"],
        "phone": item["phone"],
        "name": item["name"],
        "company": names(&item["companies"]),
        "tags": names(&item["tags"]),
        "country": item["location"]["country"],
        "region": item["location"]["region"],
        "city": item["location"]["city"],
        "language": item["language_override"],
        "referrer": item["referrer"],
        "custom": item["custom_attributes"],
        // By which the workspace's own system knows them.
        "Intercom external_id": item["external_id"],
        "external_id": item["id"],
        "submitted_at": item["created_at"],
    });
    for (key, value) in utm {
        said[key] = value.clone();
    }
    said
}

/// Who began it, and with what.
fn conversation(item: &Value) -> Value {
    let first = match &item["source"] {
        Value::Null => &item["conversation_message"],
        source => source,
    };
    let author = match first["author"]["type"].as_str() {
        Some("lead" | "user" | "contact") => &first["author"],
        // What a colleague or a robot began is about the one it is for.
        Some(_) | None => &item["user"],
    };
    json!({
        "email": author["email"],
        "phone": author["phone"],
        "name": author["name"],
        "external_id": author["id"],
        "message": plain(&text_at(first, "/body")),
        "page": first["url"],
    })
}

/// A text without its markup.
fn plain(html: &str) -> String {
    let lines = html.replace("</p>", "\n").replace("<br>", "\n");
    let mut text = String::new();
    let mut outside = true;
    for char in lines.chars() {
        match char {
            '<' => outside = false,
            '>' if !outside => outside = true,
            _ if outside => text.push(char),
            _ => {}
        }
    }
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
}
