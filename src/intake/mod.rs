//! What vendors send, made into canonical leads: who sent it, what it says, whom it describes.
//!
//! A request is verified by its source's [`Scheme`], recognised when it comes again by
//! [`delivery_id`] or [`body_hash`], and read by [`read`]; how a known vendor does all that is its
//! [`Preset`]. Nothing here keeps anything.

pub mod accounts;
pub mod activities;
pub mod body;
pub mod columns;
mod credentials;
mod delivery;
pub mod fetch;
mod form;
pub mod guess;
pub mod hosted;
mod mail;
pub mod map;
mod multipart;
mod names;
pub mod normal;
pub mod number;
pub mod path;
pub mod place;
pub mod preset;
pub mod presets;
pub mod rows;
pub mod send;
pub mod table;
pub mod text;
mod tree;
pub mod verify;
pub mod xml;

use std::{collections::BTreeMap, sync::Arc};

use http::{HeaderMap, HeaderName};
use jiff::SignedDuration;
use secrecy::SecretString;
use serde_json::Value;
use serde_json_path::JsonPath;

pub use self::{
    body::{Body, Format, Unreadable},
    delivery::{body_hash, delivery_hash, delivery_id},
    fetch::FetchFrom,
    hosted::HostedForm,
    map::Mapping,
    path::FieldPath,
    preset::{Call, Person, Preset, Seen},
    verify::{Denied, Request, Scheme, Sending},
};
use crate::domain::{
    activity::Activity,
    id::SourceId,
    submission::{NewLead, Wanted},
};

/// How many people one body may name.
pub const MOST_LEADS: usize = 1_000;

/// Of a header that is kept with a delivery, so many characters.
const LONGEST_HEADER: usize = 500;

/// A configured webhook, as far as reading what it sends goes.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name, also in its address.
    pub id: SourceId,
    /// How it writes its bodies.
    pub format: Format,
    /// How it proves who it is.
    pub scheme: Scheme,
    /// What it answers a vendor's challenge with.
    pub keys: Keys,
    /// Where the canonical fields stand, and what holds of all its leads.
    pub mapping: Mapping,
    /// Where the people are fetched of whom its vendor sends ids only.
    pub fetch: FetchFrom,
    /// Where a delivery's own id stands, besides `Idempotency-Key`.
    pub delivery_id: Option<DeliveryId>,
    /// For how long a byte-identical body is the same delivery again.
    pub window: SignedDuration,
    /// How much it may send.
    pub rate: Option<Rate>,
    /// What happens to what it sends beyond that.
    pub over: Over,
    /// The form that Baton shows for it.
    pub form: Option<Arc<HostedForm>>,
}

impl Source {
    /// A source that anybody may send to, of which nothing else is said.
    #[must_use]
    pub fn new(id: SourceId, format: Format) -> Self {
        Self {
            id,
            format,
            scheme: Scheme::None,
            keys: Keys::default(),
            mapping: Mapping::default(),
            fetch: FetchFrom::default(),
            delivery_id: None,
            window: SignedDuration::from_mins(10),
            rate: None,
            over: Over::default(),
            form: None,
        }
    }
}

impl Source {
    /// What a body says, without credentials that stand in it.
    ///
    /// # Errors
    /// What is wrong with the body, without quoting it.
    pub fn payload(&self, content_type: Option<&str>, body: &[u8]) -> Result<Value, Unreadable> {
        let mut payload = self.format.read(content_type, body)?;
        credentials::strip(&mut payload, &self.credentials());
        Ok(payload)
    }

    /// Whether its vendor sends ids of people, who are then fetched.
    #[must_use]
    pub fn fetches(&self) -> bool {
        fetch::of(self).is_some()
    }
}

/// What a preset's handshake is answered with.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// The source's own `secret` or `secrets`.
    pub secrets: Vec<SecretString>,
    /// The source's `verify_token`.
    pub verify_token: Option<SecretString>,
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
    /// Ids of people, who have to be fetched first.
    Ids(Vec<Wanted>),
    /// Nothing usable, with the problems: kept whole until somebody has looked at it.
    Quarantined(Vec<String>),
    /// Who is not to be fetched any more, by the keys of what was wanted; with the reason.
    Withdrawn(Vec<String>, String),
    /// What people did, who of them are described, and what was wrong all the same; with the vendor's word for it.
    Activities {
        /// At least one.
        activities: Vec<Activity>,
        /// Who they are, where that is said.
        leads: Vec<NewLead>,
        /// What was wrong.
        problems: Vec<String>,
        /// What it is.
        why: String,
    },
    /// Well and good, and not a lead; with the reason.
    Ignored(String),
}

/// Those of a request's headers that say what the delivery is, by name in lower case.
#[must_use]
pub fn kept_headers(source: &Source, headers: &HeaderMap) -> BTreeMap<String, String> {
    let Some(preset) = source.format.preset() else {
        return BTreeMap::new();
    };
    let said = |name: &&str| {
        let value = String::from_utf8_lossy(headers.get(*name)?.as_bytes()).into_owned();
        Some(((*name).to_owned(), text::line(&value, LONGEST_HEADER)))
    };
    preset.headers.iter().filter_map(said).collect()
}

/// Reads a body that was verified, or was kept after that with these of its headers.
#[must_use]
pub fn read(
    source: &Source,
    content_type: Option<&str>,
    headers: &BTreeMap<String, String>,
    body: &[u8],
) -> Reading {
    if let Some(origin) = rows::Origin::of(headers) {
        return rows::read(source, origin, body);
    }
    if headers.contains_key(activities::HEADER) {
        return activities::read(source, content_type, body);
    }
    match source.payload(content_type, body) {
        Ok(payload) => read_payload(source, headers, &payload),
        Err(Unreadable(why)) => Reading::Quarantined(vec![why]),
    }
}

/// Reads a payload: one person, or a list of them.
#[must_use]
pub fn read_payload(
    source: &Source,
    headers: &BTreeMap<String, String>,
    payload: &Value,
) -> Reading {
    let seen = match source.format {
        Format::Json | Format::Form | Format::Multipart | Format::Xml => people(payload),
        Format::Email => mail::seen(payload),
        Format::Preset(preset) => (preset.read)(&Call { headers, payload }),
    };
    reading(source, seen)
}

/// Reads what a vendor answered when it was asked for somebody.
#[must_use]
pub fn read_fetched(source: &Source, wanted: &Wanted, answers: &[Value]) -> Reading {
    let Some(fetching) = fetch::of(source) else {
        return Reading::Quarantined(vec!["this source fetches nobody".into()]);
    };
    let seen = (fetching.read)(&fetch::Fetched { wanted, answers });
    let seen = match seen {
        Seen::People(people) => {
            let people = people.into_iter();
            Seen::People(people.map(|it| it.with_known(wanted)).collect())
        }
        Seen::Ids(_) | Seen::Withdrawn(..) | Seen::Did(..) => {
            Seen::Strange("what the vendor answered names ids only".into())
        }
        Seen::Nothing(_) | Seen::Strange(_) => seen,
    };
    reading(source, seen)
}

/// What is known of somebody who was not fetched.
#[must_use]
pub fn read_known(source: Option<&Source>, wanted: &Wanted) -> NewLead {
    let nothing = Mapping::default();
    let mapping = source.map_or(&nothing, |source| &source.mapping);
    let mut lead = mapping.apply(&wanted.known, &wanted.known).lead;
    lead.test = wanted.test;
    lead.update = wanted.update;
    lead
}

fn reading(source: &Source, seen: Seen<'_>) -> Reading {
    match seen {
        Seen::People(people) if people.len() > MOST_LEADS => {
            Reading::Quarantined(vec![format!("more than {MOST_LEADS} leads in one body")])
        }
        Seen::People(people) => read_people(source, &people),
        Seen::Ids(ids) if ids.len() > MOST_LEADS => {
            Reading::Quarantined(vec![format!("more than {MOST_LEADS} leads in one body")])
        }
        Seen::Ids(ids) if ids.iter().all(fetch::is_usable) => Reading::Ids(ids),
        Seen::Ids(_) => Reading::Quarantined(vec!["an id is missing, or can't be one".into()]),
        Seen::Withdrawn(keys, why) => Reading::Withdrawn(keys, why),
        Seen::Did(doings, people, why) => activities::reading(source, &doings, &people, why),
        Seen::Nothing(why) => Reading::Ignored(why),
        Seen::Strange(why) => Reading::Quarantined(vec![why]),
    }
}

/// The people whom a payload of nobody's own shape describes.
fn people(payload: &Value) -> Seen<'_> {
    match payload {
        Value::Object(_) => Seen::People(vec![Person::as_sent(payload)]),
        Value::Array(_) if tree::is_questionnaire(payload) => {
            Seen::People(vec![Person::as_sent(payload)])
        }
        Value::Array(list) if list.is_empty() => Seen::nothing("an empty list"),
        Value::Array(list) if list.iter().all(Value::is_object) => {
            // Of more than that nothing is read.
            let read = list.iter().take(MOST_LEADS + 1);
            Seen::People(read.map(Person::as_sent).collect())
        }
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Seen::Strange("neither an object nor a list of objects".into())
        }
    }
}

fn read_people(source: &Source, people: &[Person<'_>]) -> Reading {
    let (mut leads, mut problems) = (Vec::new(), Vec::new());
    for (index, person) in people.iter().enumerate() {
        let mut mapped = source.mapping.apply(person.raw, &person.said);
        mapped.lead.test = person.test;
        mapped.lead.update = person.update;
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

#[cfg(test)]
mod tests;
