//! Meta Lead Ads: Facebook's and Instagram's lead forms. A delivery names leads by their ids; who they are is asked of
//! the Graph API, by the token of their page.

use std::collections::BTreeMap;

use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use subtle::ConstantTimeEq;

use crate::{
    domain::submission::Wanted,
    intake::{
        fetch::{Ask, Fetched, Fetching, Meaning},
        preset::{Call, Challenge, Get, Person, Preset, Reply, Seen, moment, text_at},
        verify::{Denied, Hmac, Scheme, SetupError, mac::Hash, vendors},
    },
};

pub(super) const PRESET: Preset = Preset {
    word: "meta",
    title: "Meta Lead Ads",
    scheme,
    delivery,
    // An id is one lead, however its delivery is put together.
    counts_retries: true,
    read,
    fetch: Some(&FETCHING),
    get: Get::Challenge(challenge),
    ..Preset::PLAIN
};

static FETCHING: Fetching = Fetching {
    url: "https://graph.facebook.com/v23.0/",
    token_header: None,
    headers: &[],
    proof: Some(proof),
    next,
    read: fetched,
    meaning,
};

/// That the token is used by the app itself; apps can demand it.
fn proof(token: &SecretString, secret: &SecretString) -> (&'static str, String) {
    let token = token.expose_secret().trim().as_bytes();
    let code = Hash::Sha256.code(secret.expose_secret().as_bytes(), [token]);
    ("appsecret_proof", hex::encode(code))
}

/// What the app's dashboard sends to try a webhook out; there is no such lead.
const SAMPLE: &str = "444444444444";

/// How the answers of Meta's own testing tool begin.
const DUMMY: &str = "<test lead: dummy data";

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    Hmac::new(vendors::github(secrets)).map(Scheme::HmacSha256)
}

fn challenge(asked: &Challenge<'_>) -> Result<Reply, Denied> {
    let said = |name: &str| asked.query.get(name).map_or("", String::as_str);
    let place = || "?hub.verify_token=".to_owned();
    let expected = asked.verify_token.map(ExposeSecret::expose_secret);
    let expected = expected.filter(|token| !token.is_empty());
    let expected = expected.ok_or_else(|| Denied::NoToken(place()))?;
    let right = said("hub.verify_token")
        .as_bytes()
        .ct_eq(expected.as_bytes());
    if said("hub.mode") != "subscribe" || !bool::from(right) {
        return Err(Denied::WrongToken(place()));
    }
    Ok(Reply {
        content_type: "text/plain; charset=utf-8",
        body: said("hub.challenge").to_owned(),
    })
}

/// A delivery may name several leads; each is known by its own id, however they are put together.
fn delivery(call: &Call<'_>) -> Option<String> {
    let ids: Vec<String> = leads(call)
        .map(|lead| text_at(lead, "/leadgen_id"))
        .collect();
    let said = ids.iter().all(|id| !id.is_empty());
    (said && !ids.is_empty()).then(|| ids.join(","))
}

fn leads<'a>(call: &Call<'a>) -> impl Iterator<Item = &'a Value> + use<'a> {
    let list = |value: &'a Value| value.as_array().into_iter().flatten();
    let changes = list(&call.payload["entry"]).flat_map(move |entry| list(&entry["changes"]));
    let leadgen = changes.filter(|change| change["field"] == "leadgen");
    leadgen.map(|change| &change["value"])
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    if !call.payload["entry"].is_array() {
        return Seen::Strange("it has no list of entries".to_owned());
    }
    let ids: Vec<Wanted> = leads(call).map(wanted).collect();
    if ids.is_empty() {
        return Seen::nothing("no lead among the changes");
    }
    if ids.iter().all(|wanted| wanted.id == SAMPLE) {
        return Seen::nothing("the dashboard's sample");
    }
    Seen::Ids(ids)
}

fn wanted(lead: &Value) -> Wanted {
    let id = text_at(lead, "/leadgen_id");
    Wanted {
        key: id.clone(),
        account: text_at(lead, "/page_id"),
        known: json!({
            "external_id": id,
            "form_id": text_at(lead, "/form_id"),
            "ad": text_at(lead, "/ad_id"),
            "ad set": text_at(lead, "/adgroup_id"),
            "page id": text_at(lead, "/page_id"),
            "submitted_at": moment(&text_at(lead, "/created_time")),
        }),
        id,
        test: false,
        update: false,
    }
}

fn next(wanted: &Wanted, answers: &[Value]) -> Option<Ask> {
    let fields = "created_time,id,ad_id,ad_name,campaign_name,form_id,field_data,custom_disclaimer_responses,\
                  is_organic,platform";
    answers.is_empty().then(|| Ask {
        query: vec![("fields", fields.to_owned())],
        ..Ask::path(&[&wanted.id])
    })
}

/// Graph says most of what is wrong by a code of its own, with status 400.
fn meaning(_: StatusCode, answer: &Value) -> Option<Meaning> {
    match answer["error"]["code"].as_i64()? {
        4 | 17 | 32 | 613 | 80_000..=80_014 => Some(Meaning::TooOften),
        1..=3 => Some(Meaning::InTrouble),
        10 | 102 | 104 | 190 | 200..=299 => Some(Meaning::Refused),
        100 => Some(Meaning::Missing),
        _ => None,
    }
}

fn fetched<'a>(fetched: &Fetched<'a>) -> Seen<'a> {
    let lead = fetched.first();
    let Some(fields) = lead["field_data"].as_array() else {
        return Seen::Strange("the lead has no field_data".to_owned());
    };
    let mut said = Map::new();
    for field in fields {
        let name = text_at(field, "/name");
        if !name.is_empty() {
            said.insert(name, field["values"].clone());
        }
    }
    let test = said.values().any(is_dummy);
    for (name, at) in [
        ("form_id", "/form_id"),
        ("external_id", "/id"),
        ("submitted_at", "/created_time"),
        ("campaign", "/campaign_name"),
        ("platform", "/platform"),
    ] {
        let value = text_at(lead, at);
        if !value.is_empty() {
            said.entry(name).or_insert(Value::from(value));
        }
    }
    let ad = ["/ad_name", "/ad_id"].iter().map(|at| text_at(lead, at));
    if let Some(ad) = ad.into_iter().find(|ad| !ad.is_empty()) {
        said.insert("ad".to_owned(), Value::from(ad));
    }
    consents(&lead["custom_disclaimer_responses"], &mut said);
    let mut person = Person::new(lead, Value::Object(said));
    person.test = test;
    Seen::People(vec![person])
}

fn is_dummy(values: &Value) -> bool {
    let mut values = values.as_array().into_iter().flatten();
    values.any(|value| value.as_str().is_some_and(|it| it.starts_with(DUMMY)))
}

/// The boxes that were ticked, or not, below the form: all of them ticked is consent.
fn consents(responses: &Value, said: &mut Map<String, Value>) {
    let boxes: BTreeMap<String, bool> = responses
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| Some((text_at(it, "/checkbox_key"), ticked(&it["is_checked"])?)))
        .collect();
    if boxes.is_empty() {
        return;
    }
    said.insert("consent".to_owned(), boxes.values().all(|it| *it).into());
    for (name, ticked) in boxes {
        if !name.is_empty() {
            said.entry(name).or_insert(ticked.into());
        }
    }
}

fn ticked(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(ticked) => Some(*ticked),
        Value::String(text) => Some(matches!(text.as_str(), "1" | "true")),
        Value::Number(number) => Some(number.as_i64() == Some(1)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
