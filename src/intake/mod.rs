//! What vendors send, made into canonical leads: who sent it, what it says, whom it describes.
//!
//! A request is verified by its source's [`Scheme`], recognised when it comes again by
//! [`delivery_id`] or [`body_hash`], and read by [`read`]. Nothing here keeps anything.

pub mod body;
mod form;
pub mod map;
mod names;
pub mod normal;
pub mod number;
pub mod place;
pub mod text;
mod tree;
pub mod verify;

use http::{HeaderMap, HeaderName};
use jiff::SignedDuration;
use serde_json::Value;
use serde_json_path::JsonPath;
use sha2::{Digest, Sha256};

pub use self::{
    body::{Format, Unreadable},
    map::{FieldPath, Mapping},
    verify::{Denied, Request, Scheme},
};
use crate::domain::{id::SourceId, submission::NewLead};

/// How many people one body may name.
pub const MOST_LEADS: usize = 1_000;

/// An id longer than this is kept as its digest.
const LONGEST_DELIVERY_ID: usize = 200;

/// A configured webhook, as far as reading what it sends goes.
#[derive(Debug)]
pub struct Source {
    /// Its name, also in its address.
    pub id: SourceId,
    /// How it writes its bodies.
    pub format: Format,
    /// How it proves who it is.
    pub scheme: Scheme,
    /// Where the canonical fields stand, and what holds of all its leads.
    pub mapping: Mapping,
    /// Where a delivery's own id stands, besides `Idempotency-Key`.
    pub delivery_id: Option<DeliveryId>,
    /// For how long a byte-identical body is the same delivery again.
    pub window: SignedDuration,
    /// How much it may send.
    pub rate: Option<Rate>,
    /// What happens to what it sends beyond that.
    pub over: Over,
}

/// Where the sender's id of a delivery stands.
#[derive(Clone, Debug)]
pub enum DeliveryId {
    /// In a header.
    Header(HeaderName),
    /// In the body.
    Field(JsonPath),
}

/// So many submissions in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// In how long.
    pub per: SignedDuration,
}

/// What happens to submissions over the rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Over {
    /// They are kept and let in later.
    #[default]
    Hold,
    /// They are answered 429.
    Refuse,
}

/// What a submission turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// People to get in touch with.
    Leads {
        /// At least one.
        leads: Vec<NewLead>,
        /// What was wrong all the same.
        problems: Vec<String>,
    },
    /// Nothing usable, with the problems: kept whole until somebody has looked at it.
    Quarantined(Vec<String>),
    /// Well and good, and not a lead; with the reason.
    Ignored(String),
}

/// Reads a body that was verified. The query says nothing to `json` and `form`.
#[must_use]
pub fn read(source: &Source, content_type: Option<&str>, body: &[u8]) -> Reading {
    match source.format.read(content_type, body) {
        Ok(payload) => read_payload(source, &payload),
        Err(Unreadable(why)) => Reading::Quarantined(vec![why]),
    }
}

/// Reads a payload: one person, or a list of them.
#[must_use]
pub fn read_payload(source: &Source, payload: &Value) -> Reading {
    let people: Vec<&Value> = match payload {
        Value::Object(_) => vec![payload],
        Value::Array(_) if tree::is_questionnaire(payload) => vec![payload],
        Value::Array(list) if list.is_empty() => {
            return Reading::Ignored("an empty list".into());
        }
        Value::Array(list) if list.len() > MOST_LEADS => {
            return Reading::Quarantined(vec![format!("more than {MOST_LEADS} leads in one body")]);
        }
        Value::Array(list) if list.iter().all(Value::is_object) => list.iter().collect(),
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Reading::Quarantined(vec!["neither an object nor a list of objects".into()]);
        }
    };
    read_people(source, &people)
}

fn read_people(source: &Source, people: &[&Value]) -> Reading {
    let (mut leads, mut problems) = (Vec::new(), Vec::new());
    for (index, person) in people.iter().enumerate() {
        let mut mapped = source.mapping.apply(person);
        let contactable = mapped.is_contactable();
        if !contactable {
            mapped.problems.push("no e-mail and no phone".into());
        }
        let place = if people.len() > 1 {
            format!("lead {}: ", index + 1)
        } else {
            String::new()
        };
        problems.extend(
            mapped
                .problems
                .iter()
                .map(|problem| format!("{place}{problem}")),
        );
        if contactable {
            leads.push(mapped.lead);
        }
    }
    if leads.is_empty() {
        Reading::Quarantined(problems)
    } else {
        Reading::Leads { leads, problems }
    }
}

/// The sender's own id of this delivery: `Idempotency-Key`, else where the source says.
#[must_use]
pub fn delivery_id(
    source: &Source,
    headers: &HeaderMap,
    payload: Option<&Value>,
) -> Option<String> {
    let in_header = |name: &str| {
        let text = String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned();
        usable_id(&text)
    };
    in_header("idempotency-key").or_else(|| match source.delivery_id.as_ref()? {
        DeliveryId::Header(name) => in_header(name.as_str()),
        DeliveryId::Field(path) => usable_id(&tree::text(path.query(payload?).first()?)),
    })
}

fn usable_id(text: &str) -> Option<String> {
    let id = text.trim();
    match id.len() {
        0 => None,
        1..=LONGEST_DELIVERY_ID => Some(id.to_owned()),
        _ => Some(format!("sha256:{}", body_hash(id.as_bytes()))),
    }
}

/// The SHA-256 of a body in hexadecimal, by which it is known when it comes again.
#[must_use]
pub fn body_hash(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}
