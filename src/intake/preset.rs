//! What a preset is: how one vendor writes, proves and names its deliveries, and whom they describe.
//!
//! A preset is data and a function that reads: it puts a vendor's payload into the shape in which any form
//! would say the same ([`Person::said`]), and the names of the fields are then recognised as everywhere.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt::{Debug, Formatter},
};

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    Scheme,
    body::Body,
    fetch::Fetching,
    text,
    verify::{Denied, SetupError, Token, TokenPlace},
};
use crate::domain::{
    activity::Deed,
    submission::{Status, Wanted},
};

/// Of a vendor's word for a kind of delivery, so many characters.
const LONGEST_KIND: usize = 100;

/// How one vendor sends leads.
pub struct Preset {
    /// What the configuration calls it: `format = "typeform"`.
    pub word: &'static str,
    /// What its vendor calls it.
    pub title: &'static str,
    /// How it writes bodies; the first where the request doesn't say and the bytes don't show.
    pub bodies: &'static [Body],
    /// How it proves itself by the source's secrets.
    pub scheme: fn(Vec<SecretString>) -> Result<Scheme, SetupError>,
    /// Headers that say what a delivery is, in lower case; kept with it.
    pub headers: &'static [&'static str],
    /// Fields of the body that carry credentials; never stored.
    pub credentials: &'static [&'static str],
    /// The vendor's id of a delivery.
    pub delivery: fn(&Call<'_>) -> Option<String>,
    /// Whether its retries say which attempt they are, or may differ otherwise: then only the id tells that it is the
    /// same delivery.
    pub counts_retries: bool,
    /// What a delivery says.
    pub read: for<'a> fn(&Call<'a>) -> Seen<'a>,
    /// How the people are fetched of whom it sends ids only.
    pub fetch: Option<&'static Fetching>,
    /// What it means by a GET.
    pub get: Get,
    /// What the vendor must see, where Baton's own answer won't do.
    pub answer: Option<fn(&Told<'_>) -> Reply>,
}

impl Preset {
    /// A vendor that posts JSON, signs nothing (a secret is a token then) and wants to see nothing.
    pub(super) const PLAIN: Self = Self {
        word: "",
        title: "",
        bodies: &[Body::Json],
        scheme: token,
        headers: &[],
        credentials: &[],
        delivery: |_| None,
        counts_retries: false,
        read: |call| super::people(call.payload),
        fetch: None,
        get: Get::Nothing,
        answer: None,
    };
}

impl Debug for Preset {
    fn fmt(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
        to.write_str(self.word)
    }
}

impl PartialEq for Preset {
    fn eq(&self, other: &Self) -> bool {
        self.word == other.word
    }
}

impl Eq for Preset {}

/// A secret in the address or a header, for vendors that sign nothing.
fn token(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    Token::new(secrets, TokenPlace::QueryOrBearer).map(Scheme::Token)
}

/// A delivery as a preset sees it; also when it is read again, from what was kept.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Those of the headers that the preset names, by name in lower case.
    pub headers: &'a BTreeMap<String, String>,
    /// The body.
    pub payload: &'a Value,
}

impl Call<'_> {
    /// The text at a JSON Pointer; `""` where there is none.
    pub(super) fn text(&self, pointer: &str) -> String {
        text_at(self.payload, pointer)
    }

    /// A header; `""` where there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The text at a JSON Pointer as a delivery's id.
    pub(super) fn id(&self, pointer: &str) -> Option<String> {
        Some(self.text(pointer)).filter(|id| !id.is_empty())
    }

    /// Ids that name a delivery only together; none where one of them is missing.
    pub(super) fn ids(&self, pointers: &[&str]) -> Option<String> {
        let ids: Option<Vec<String>> = pointers.iter().map(|it| self.id(it)).collect();
        ids.map(|ids| ids.join("/"))
    }

    /// Ids of what may come again and say something new: that is another delivery.
    pub(super) fn ids_and_content(&self, pointers: &[&str]) -> Option<String> {
        let content = super::body_hash(self.payload.to_string().as_bytes());
        Some(format!("{}/{content}", self.ids(pointers)?))
    }
}

/// The elements of a list; nothing of what is none.
pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The keys and values of an object; nothing of what is none.
pub(super) fn pairs(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let pairs = value.as_object().into_iter().flatten();
    pairs.map(|(key, value)| (key.as_str(), value))
}

/// An answer as any form gives it: what was asked (the vendor's own name, if it doesn't say), and what was said.
pub(super) fn answer(asked: &str, own: &str, said: &Value) -> Value {
    let label = if asked.trim().is_empty() { own } else { asked };
    json!({"label": label, "ref": own, "value": said})
}

/// Text, number or truth value at a JSON Pointer, as text.
pub(super) fn text_at(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).map(super::tree::text);
    found.unwrap_or_default().into_owned()
}

/// A moment that is written as seconds or milliseconds since 1970, as people write it; other texts as they are.
pub(super) fn moment(text: &str) -> String {
    let count: Option<i64> = text.parse().ok();
    let at = count.and_then(|count| match count {
        // Seconds of that size are four thousand years away.
        100_000_000_000.. => Timestamp::from_millisecond(count).ok(),
        _ => Timestamp::from_second(count).ok(),
    });
    at.map_or_else(|| text.to_owned(), |at| at.to_string())
}

/// What a delivery says.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen<'a> {
    /// People.
    People(Vec<Person<'a>>),
    /// Ids of people, who have to be fetched.
    Ids(Vec<Wanted>),
    /// What is not to be fetched any more, by its keys, and why; of whom there is a lead already, their vendor has
    /// deleted them.
    Withdrawn(Vec<String>, String),
    /// What people did, who of them are described, and the vendor's word for it.
    Did(Vec<Doing>, Vec<Person<'a>>, String),
    /// Nothing to do with leads, and why.
    Nothing(String),
    /// Not what this vendor sends, and why: kept for somebody to look at.
    Strange(String),
}

impl<'a> Seen<'a> {
    /// One person, whom the whole body describes.
    pub(super) fn one(call: &Call<'a>, said: Value) -> Self {
        Self::People(vec![Person::new(call.payload, said)])
    }

    /// One of whom only this is told: what they did.
    pub(super) fn did(who: Value, what: Deed, why: impl Into<String>) -> Self {
        let doing = Doing {
            who,
            what,
            at: Value::Null,
            id: None,
        };
        Self::Did(vec![doing], Vec::new(), why.into())
    }

    /// Nothing to do with leads.
    pub(super) fn nothing(why: impl Into<String>) -> Self {
        Self::Nothing(why.into())
    }

    /// A kind of delivery that has nothing to do with leads; strange where the field that says it is empty.
    pub(super) fn other(kind: &str, field: &str) -> Self {
        let kind = text::line(kind, LONGEST_KIND);
        if kind.is_empty() {
            Self::Strange(format!("it does not say its `{field}`"))
        } else {
            Self::Nothing(kind)
        }
    }
}

/// One person of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct Person<'a> {
    /// What the vendor sent of them; the source's own JSONPaths begin here.
    pub raw: &'a Value,
    /// What is said of them, in the shape of any form: canonical names, or questions with their answers.
    pub said: Cow<'a, Value>,
    /// What the vendor marks as sent to try the webhook out.
    pub test: bool,
    /// They are only described anew, and ask for nothing.
    pub update: bool,
}

/// What one person of a delivery did.
#[derive(Clone, Debug, PartialEq)]
pub struct Doing {
    /// By what they are known, in the shape of any form.
    pub who: Value,
    /// What.
    pub what: Deed,
    /// When, as it was sent.
    pub at: Value,
    /// The vendor's id of it.
    pub id: Option<String>,
}

impl<'a> Person<'a> {
    /// Described in the vendor's own words.
    pub(super) fn as_sent(raw: &'a Value) -> Self {
        Self {
            raw,
            said: Cow::Borrowed(raw),
            test: false,
            update: false,
        }
    }

    /// Described like this.
    pub(super) fn new(raw: &'a Value, said: Value) -> Self {
        Self {
            raw,
            said: Cow::Owned(said),
            test: false,
            update: false,
        }
    }
}

impl Person<'_> {
    /// The same person with what the notification said of them, where the answer does not say it.
    pub(super) fn with_known(mut self, wanted: &Wanted) -> Self {
        if let (Value::Object(said), Value::Object(known)) = (self.said.to_mut(), &wanted.known) {
            for (name, value) in known {
                said.entry(name.as_str()).or_insert_with(|| value.clone());
            }
        }
        self.test |= wanted.test;
        self.update |= wanted.update;
        self
    }

    /// The same person, who asks for something or, if it is an `update`, is only described anew.
    #[must_use]
    pub(super) fn updated(self, update: bool) -> Self {
        Self { update, ..self }
    }
}

/// What a vendor means by a GET.
#[derive(Clone, Copy, Debug)]
pub enum Get {
    /// Nothing: it sends none.
    Nothing,
    /// It looks whether anybody is there.
    Probe,
    /// It asks for proof that the address is ours.
    Challenge(fn(&Challenge<'_>) -> Result<Reply, Denied>),
    /// A lead, all of it in the query.
    Lead,
}

/// A vendor's question.
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    /// The parameters of the query.
    pub query: &'a BTreeMap<String, String>,
    /// The source's `secret` or `secrets`.
    pub secrets: &'a [SecretString],
    /// The source's `verify_token`.
    pub verify_token: Option<&'a SecretString>,
}

/// What became of a delivery, as far as its sender is told.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// What.
    pub status: Status,
    /// The first lead that it made or joined.
    pub lead: Option<&'a str>,
    /// What could not be understood.
    pub problems: &'a [String],
}

/// What a vendor sees, with status 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}
