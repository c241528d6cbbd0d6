//! HubSpot: an app's webhooks, which name contacts by their ids, and workflows, which send the contact itself.

use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::{
    domain::{activity::Deed, submission::Wanted},
    intake::{
        fetch::{Ask, Fetched, Fetching},
        preset::{Call, Doing, Person, Preset, Seen, moment, text_at},
        verify::{HubSpot, Scheme, SetupError},
    },
};

pub(super) const PRESET: Preset = Preset {
    word: "hubspot",
    title: "HubSpot",
    scheme,
    delivery,
    counts_retries: true,
    read,
    fetch: Some(&FETCHING),
    ..Preset::PLAIN
};

static FETCHING: Fetching = Fetching {
    url: "https://api.hubapi.com/",
    token_header: None,
    headers: &[],
    proof: None,
    next,
    read: |fetched: &Fetched<'_>| match &fetched.first()["properties"] {
        Value::Object(_) => {
            Seen::People(vec![Person::new(fetched.first(), contact(fetched.first()))])
        }
        _ => Seen::Strange("the contact has no properties".to_owned()),
    },
    meaning: |_, _| None,
};

/// What is asked of a contact.
const PROPERTIES: &str = "email,firstname,lastname,phone,mobilephone,company,jobtitle,website,country,state,city,zip,\
    industry,numemployees,annualrevenue,message,hs_language,lifecyclestage,hs_analytics_source,\
    recent_conversion_event_name,hs_analytics_first_url,hs_google_click_id,hs_facebook_click_id";

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    HubSpot::new(secrets).map(Scheme::HubSpot)
}

/// `eventId` alone is not promised to be unique.
fn delivery(call: &Call<'_>) -> Option<String> {
    let events = call
        .payload
        .as_array()
        .filter(|events| !events.is_empty())?;
    let ids: Vec<String> = events.iter().map(id_of).collect::<Option<_>>()?;
    Some(ids.join(","))
}

fn id_of(event: &Value) -> Option<String> {
    let parts = ["/eventId", "/subscriptionId", "/occurredAt"].map(|at| text_at(event, at));
    let said = parts.iter().all(|part| !part.is_empty());
    said.then(|| parts.join("/"))
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    match call.payload {
        Value::Array(events) if events.is_empty() => Seen::nothing("no event"),
        Value::Array(events) => read_events(events),
        Value::Object(_) if call.payload["properties"].is_object() => {
            Seen::one(call, contact(call.payload))
        }
        Value::Object(_) if call.payload["subscriptionType"].is_string() => {
            read_events(std::slice::from_ref(call.payload))
        }
        // A workflow whose author chose what it sends.
        Value::Object(_) => Seen::People(vec![Person::as_sent(call.payload)]),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Seen::Strange("neither a contact nor a list of events".to_owned())
        }
    }
}

fn read_events<'a>(events: &[Value]) -> Seen<'a> {
    let made: Vec<Wanted> = events
        .iter()
        .filter(|it| is_creation(it))
        .map(wanted)
        .collect();
    if !made.is_empty() {
        return Seen::Ids(made);
    }
    let out: Vec<Doing> = events.iter().filter_map(opted_out).collect();
    if !out.is_empty() {
        return Seen::Did(
            out,
            Vec::new(),
            "contact.propertyChange: opted out".to_owned(),
        );
    }
    let gone = events.iter().filter(|it| is_deletion(it));
    let gone: Vec<String> = gone.map(|it| text_at(it, "/objectId")).collect();
    let mut kinds: Vec<String> = events
        .iter()
        .map(|event| text_at(event, "/subscriptionType"))
        .collect();
    kinds.sort();
    kinds.dedup();
    if gone.is_empty() {
        Seen::other(&kinds.join(", "), "subscriptionType")
    } else {
        Seen::Withdrawn(gone, kinds.join(", "))
    }
}

/// Of a contact; a change is made by whoever works on it, too.
fn is_creation(event: &Value) -> bool {
    match text_at(event, "/subscriptionType").as_str() {
        "contact.creation" => true,
        "object.creation" => text_at(event, "/objectTypeId") == "0-1",
        _ => false,
    }
}

/// Who wants no more mails.
fn opted_out(event: &Value) -> Option<Doing> {
    let of_mails = text_at(event, "/propertyName") == "hs_email_optout";
    let out = of_mails && text_at(event, "/propertyValue") == "true";
    out.then(|| Doing {
        who: json!({"external_id": text_at(event, "/objectId")}),
        what: Deed::Unsubscribed,
        at: event["occurredAt"].clone(),
        id: id_of(event),
    })
}

fn is_deletion(event: &Value) -> bool {
    let kind = text_at(event, "/subscriptionType");
    matches!(
        kind.as_str(),
        "contact.deletion" | "contact.privacyDeletion"
    )
}

fn wanted(event: &Value) -> Wanted {
    let id = text_at(event, "/objectId");
    Wanted {
        key: id.clone(),
        account: text_at(event, "/portalId"),
        known: json!({
            "external_id": id,
            "portal id": text_at(event, "/portalId"),
            "submitted_at": moment(&text_at(event, "/occurredAt")),
        }),
        id,
        test: false,
        update: false,
    }
}

fn next(wanted: &Wanted, answers: &[Value]) -> Option<Ask> {
    answers.is_empty().then(|| Ask {
        query: vec![("properties", PROPERTIES.to_owned())],
        ..Ask::path(&["crm", "v3", "objects", "contacts", &wanted.id])
    })
}

/// A contact's properties, plain or each with its history, and the form it came by.
fn contact(contact: &Value) -> Value {
    let mut said = Map::new();
    for (name, property) in contact["properties"].as_object().into_iter().flatten() {
        let value = match property {
            Value::Object(property) => property.get("value").cloned().unwrap_or_default(),
            plain => plain.clone(),
        };
        if let Some(name) = label(name) {
            said.entry(name).or_insert(value);
        }
    }
    let id = ["/id", "/vid", "/canonical-vid"].map(|at| text_at(contact, at));
    if let Some(id) = id.into_iter().find(|id| !id.is_empty()) {
        said.insert("external_id".to_owned(), id.into());
    }
    if let Some(form) = last_form(contact) {
        for (name, at) in [
            ("form", "/title"),
            ("form_id", "/form-id"),
            ("page", "/page-url"),
        ] {
            let value = text_at(form, at);
            if !value.is_empty() {
                said.insert(name.to_owned(), value.into());
            }
        }
    }
    Value::Object(said)
}

/// What a property is called here; none for what HubSpot keeps for itself.
fn label(name: &str) -> Option<&str> {
    match name {
        "hs_language" => Some("language"),
        "hs_analytics_source" => Some("original source"),
        "hs_analytics_first_url" => Some("first page"),
        "hs_google_click_id" | "hs_facebook_click_id" => Some("click_id"),
        "recent_conversion_event_name" => Some("form"),
        "createdate" | "lastmodifieddate" => None,
        own if own.starts_with("hs_") || own.starts_with("hubspot_") => None,
        other => Some(other),
    }
}

fn last_form(contact: &Value) -> Option<&Value> {
    let forms = contact["form-submissions"].as_array()?;
    forms.iter().max_by_key(|form| form["timestamp"].as_i64())
}
