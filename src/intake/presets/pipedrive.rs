//! Pipedrive: leads and persons that were made or changed, as its webhooks of both versions tell it. A lead names its
//! person by an id; whoever looks after either is not it.

use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::{
    domain::{activity::Deed, submission::Wanted},
    intake::{
        fetch::{Ask, Fetched, Fetching},
        preset::{Call, Person, Preset, Seen, text_at},
        verify::{Basic, Scheme, SetupError},
    },
};

pub(super) const PRESET: Preset = Preset {
    word: "pipedrive",
    title: "Pipedrive",
    scheme: |credentials: Vec<SecretString>| -> Result<Scheme, SetupError> {
        Basic::new(credentials).map(Scheme::Basic)
    },
    delivery,
    counts_retries: true,
    read,
    fetch: Some(&FETCHING),
    ..Preset::PLAIN
};

static FETCHING: Fetching = Fetching {
    url: "https://api.pipedrive.com/",
    token_header: Some("x-api-token"),
    headers: &[],
    proof: None,
    next: |wanted, answers| {
        let first = answers.is_empty();
        first.then(|| Ask::path(&["v1", "persons", &wanted.id]))
    },
    read: |fetched: &Fetched<'_>| {
        let person = &fetched.first()["data"];
        match person {
            Value::Object(_) => Seen::People(vec![Person::new(person, said(person))]),
            _ => Seen::Strange("there is no person in the answer".to_owned()),
        }
    },
    meaning: |_, _| None,
};

/// The second version names each delivery; the first is known by what happened to what, and when.
fn delivery(call: &Call<'_>) -> Option<String> {
    let id = call.id("/meta/id")?;
    if call.payload["meta"]["entity"].is_string() {
        return Some(id);
    }
    let (event, at) = (call.id("/event")?, call.id("/meta/timestamp_micro")?);
    Some(format!("{event}:{id}:{at}"))
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let meta = &call.payload["meta"];
    let first = ["/entity", "/object"].map(|at| text_at(meta, at));
    let entity = first
        .into_iter()
        .find(|it| !it.is_empty())
        .unwrap_or_default();
    let action = text_at(meta, "/action");
    let data = match &call.payload["data"] {
        Value::Null => &call.payload["current"],
        data => data,
    };
    match (entity.as_str(), action.as_str()) {
        ("lead", "create" | "added" | "change" | "updated") => of_lead(call, data, &action),
        ("person", "create" | "added" | "change" | "updated") if data.is_object() => {
            let update = matches!(action.as_str(), "change" | "updated");
            Seen::People(vec![Person::new(data, said(data)).updated(update)])
        }
        ("person", "delete" | "deleted") if call.payload["previous"].is_object() => {
            let person = said(&call.payload["previous"]);
            Seen::did(person, Deed::Deleted, format!("{action} person"))
        }
        ("person", "create" | "added" | "change" | "updated") => {
            Seen::Strange("it says nothing of what was made or changed".to_owned())
        }
        ("lead", "delete" | "deleted") => {
            let ids = ["/meta/entity_id", "/meta/id"].map(|at| call.text(at));
            let id = ids.into_iter().find(|id| !id.is_empty());
            Seen::Withdrawn(id.into_iter().collect(), format!("{action} lead"))
        }
        (entity, action) => Seen::other(format!("{action} {entity}").trim(), "meta"),
    }
}

fn of_lead<'a>(call: &Call<'a>, lead: &Value, action: &str) -> Seen<'a> {
    let (id, person) = (text_at(lead, "/id"), text_at(lead, "/person_id"));
    if person.is_empty() {
        return Seen::Strange("the lead has no person".to_owned());
    }
    // A change is told once as well, and is another one than the next.
    let key = match action {
        "create" | "added" => id.clone(),
        _ => format!("{id}@{}", text_at(lead, "/update_time")),
    };
    Seen::Ids(vec![Wanted {
        id: person,
        key,
        account: call.text("/meta/company_id"),
        known: json!({
            "external_id": id,
            "deal title": text_at(lead, "/title"),
            "deal_value": text_at(lead, "/value/amount"),
            "currency": text_at(lead, "/value/currency"),
            "entered by": text_at(lead, "/source_name"),
            "submitted_at": text_at(lead, "/add_time"),
        }),
        test: false,
        update: matches!(action, "change" | "updated"),
    }])
}

/// A person, without those who look after them and the address that files mail under them.
fn said(person: &Value) -> Value {
    let mut said = Map::new();
    for name in ["name", "first_name", "last_name", "job_title"] {
        said.insert(name.to_owned(), text_at(person, &format!("/{name}")).into());
    }
    for (name, keys) in [
        ("email", ["email", "emails"]),
        ("phone", ["phone", "phones"]),
    ] {
        let given = keys.iter().find_map(|key| primary(&person[*key]));
        said.insert(name.to_owned(), given.unwrap_or_default().into());
    }
    let company = ["/org_name", "/org_id/name", "/organization/name"].map(|at| text_at(person, at));
    let company = company.into_iter().find(|name| !name.is_empty());
    said.insert("company".to_owned(), company.unwrap_or_default().into());
    said.insert("person id".to_owned(), text_at(person, "/id").into());
    Value::Object(said)
}

/// The first choice of several addresses or numbers.
fn primary(given: &Value) -> Option<String> {
    let list = match given {
        Value::Array(list) => list,
        Value::String(text) => return Some(text.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
    };
    let first = list
        .iter()
        .find(|it| it["primary"] == true)
        .or(list.first());
    let value = first.map(|it| text_at(it, "/value"))?;
    Some(value).filter(|value| !value.is_empty())
}
