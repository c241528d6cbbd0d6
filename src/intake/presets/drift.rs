//! Drift: people who leave their address in a chat on the site. A delivery names them by their id; it carries the app's
//! verification token in a header and once more in the body.

use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::{
    domain::submission::Wanted,
    intake::{
        fetch::{Ask, Fetched, Fetching},
        preset::{Call, Person, Preset, Seen, moment, text_at},
        verify::{Scheme, SetupError, Token, TokenPlace},
    },
};

pub(super) const PRESET: Preset = Preset {
    word: "drift",
    title: "Drift",
    scheme,
    credentials: &["token"],
    read,
    fetch: Some(&FETCHING),
    ..Preset::PLAIN
};

static FETCHING: Fetching = Fetching {
    url: "https://driftapi.com/",
    token_header: None,
    headers: &[],
    proof: None,
    next: |wanted, answers| {
        let first = answers.is_empty();
        first.then(|| Ask::path(&["contacts", &wanted.id]))
    },
    read: fetched,
    meaning: |_, _| None,
};

/// Of a contact's attributes those that Drift keeps for itself.
const OWN: [&str; 8] = [
    "events",
    "socialProfiles",
    "ip",
    "original_ip",
    "last_active",
    "start_date",
    "last_contacted",
    "externalId",
];

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    Token::new(secrets, TokenPlace::header("x-verification-token")?).map(Scheme::Token)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let kind = call.text("/type");
    match kind.as_str() {
        "contact_identified" | "new_conversation" => {}
        other => return Seen::other(other, "type"),
    }
    let contact = &call.payload["data"];
    let contact = if contact["contact"].is_object() {
        &contact["contact"]
    } else {
        contact
    };
    if !text_at(contact, "/attributes/email").is_empty() {
        return Seen::one(call, said(contact));
    }
    // A conversation's own id is no person's.
    let places: &[&str] = match kind.as_str() {
        "new_conversation" => &["/contactId", "/endUserId"],
        _ => &["/contactId", "/endUserId", "/id"],
    };
    let id = places
        .iter()
        .map(|at| text_at(contact, at))
        .find(|id| !id.is_empty());
    let Some(id) = id else {
        return Seen::Strange("it names no contact".to_owned());
    };
    Seen::Ids(vec![Wanted {
        key: id.clone(),
        account: call.text("/orgId"),
        known: json!({
            "external_id": id,
            "submitted_at": moment(&call.text("/createdAt")),
        }),
        id,
        test: false,
        update: false,
    }])
}

fn fetched<'a>(fetched: &Fetched<'a>) -> Seen<'a> {
    let contact = &fetched.first()["data"];
    if !contact["attributes"].is_object() {
        return Seen::Strange("the contact has no attributes".to_owned());
    }
    Seen::People(vec![Person::new(contact, said(contact))])
}

fn said(contact: &Value) -> Value {
    let mut said = Map::new();
    for (name, value) in contact["attributes"].as_object().into_iter().flatten() {
        let own = name.starts_with('_') || OWN.contains(&name.as_str());
        if !own {
            let name = match name.as_str() {
                "recent_entrance_page_url" => "page",
                "original_entrance_page_url" => "first page",
                other => other,
            };
            said.insert(name.to_owned(), value.clone());
        }
    }
    said.insert("external_id".to_owned(), contact["id"].clone());
    Value::Object(said)
}
