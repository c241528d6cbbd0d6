//! From what a payload says to a lead: the source's own mapping first, sensible names for the
//! rest, attributes for what is left.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use serde_json_path::JsonPath;

use super::{
    names::{self, Sureness},
    normal::{self, Normal},
    text,
    tree::{self, Entry},
};
use crate::domain::{
    contact::{Contact, Field, FieldValue},
    submission::NewLead,
};

/// How many attributes a lead keeps.
pub const MOST_ATTRIBUTES: usize = 200;
const LONGEST_LABEL: usize = 200;
const LONGEST_ATTRIBUTE: usize = 5_000;

/// Where a canonical field stands in a source's payloads.
#[derive(Clone, Debug)]
pub enum FieldPath {
    /// A JSONPath, from the lead's own object: `$.contact.email`.
    Json(JsonPath),
    /// A field label, compared without case, blanks, accents and punctuation: `Your e-mail`,
    /// or `contact.email`.
    Label(String),
}

/// Why a text is no JSONPath.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PathError {
    /// The byte of the text at which it goes wrong.
    pub at: usize,
    /// What is wrong there.
    pub message: String,
}

impl FieldPath {
    /// Reads what the configuration says: a JSONPath begins with `$`, all else is a label.
    ///
    /// # Errors
    /// What is wrong with the JSONPath, and where.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.starts_with('$') {
            json_path(text).map(Self::Json)
        } else {
            Ok(Self::Label(text.into()))
        }
    }

    fn find<'a>(&self, payload: &'a Value, entries: &[Entry<'a>]) -> Vec<&'a Value> {
        match self {
            FieldPath::Json(path) => {
                let mut values = Vec::new();
                for node in path.query(payload).all() {
                    leaves(node, &mut values);
                }
                values
            }
            FieldPath::Label(label) => {
                let wanted = text::key(label);
                let is_it = |entry: &&Entry<'a>| {
                    text::key(&entry.label()) == wanted
                        || entry
                            .path
                            .last()
                            .is_some_and(|last| text::key(last) == wanted)
                        || entry.alias.is_some_and(|alias| alias == label)
                };
                entries
                    .iter()
                    .find(is_it)
                    .map(|entry| entry.values.clone())
                    .unwrap_or_default()
            }
        }
    }
}

/// Compiles a JSONPath.
///
/// # Errors
/// What is wrong with it, and where.
pub fn json_path(text: &str) -> Result<JsonPath, PathError> {
    JsonPath::parse(text).map_err(|error| PathError {
        at: error.position(),
        message: error.message().to_owned(),
    })
}

/// Everything below a value that says something; the reader of the body has bounded how deep.
fn leaves<'a>(value: &'a Value, into: &mut Vec<&'a Value>) {
    match value {
        Value::Array(list) => list.iter().for_each(|item| leaves(item, into)),
        Value::Object(object) => object.values().for_each(|item| leaves(item, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            if tree::is_said(value) {
                into.push(value);
            }
        }
    }
}

/// A source's `fields` and `defaults`.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// Where these fields stand. Such a field is looked for nowhere else.
    pub fields: Vec<(Field, FieldPath)>,
    /// What these fields are when a payload doesn't say.
    pub defaults: Vec<(Field, FieldValue)>,
    /// The country of payloads that name none, as ISO code; phone numbers are read by it.
    pub country: Option<String>,
    /// The language of payloads that name none, as ISO code.
    pub language: Option<String>,
}

/// One person of a payload, and what was wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mapped {
    pub lead: NewLead,
    pub problems: Vec<String>,
}

impl Mapped {
    /// Whether anybody could be reached.
    pub fn is_contactable(&self) -> bool {
        [Field::Email, Field::Phone]
            .iter()
            .any(|field| !self.lead.contact.text(*field).is_empty())
    }
}

impl Mapping {
    /// Makes one lead of what a payload says about one person.
    pub(super) fn apply(&self, payload: &Value) -> Mapped {
        let entries = tree::entries(payload);
        let mut found = self.mapped(payload, &entries);
        self.recognise(&entries, &mut found);
        let mut making = Making {
            country: self.country.clone().unwrap_or_default(),
            ..Making::default()
        };
        // The country first: phone numbers are read by it.
        for field in [Field::Country]
            .iter()
            .chain(Field::ALL.iter().filter(|field| **field != Field::Country))
        {
            if let Some(values) = found.get(field) {
                making.set(*field, values);
            }
        }
        making.attributes(&entries);
        self.complete(&mut making.contact);
        making.finish()
    }

    /// The fields the source says where to find.
    fn mapped<'a>(&self, payload: &'a Value, entries: &[Entry<'a>]) -> Found<'a> {
        let mut found = Found::new();
        for (field, path) in &self.fields {
            let values = path.find(payload, entries);
            if !values.is_empty() {
                found.entry(*field).or_insert(values);
            }
        }
        found
    }

    /// The fields that are called what they are, the surest name of each.
    fn recognise<'a>(&self, entries: &[Entry<'a>], found: &mut Found<'a>) {
        let taken: HashSet<*const Value> = addresses(found.values().flatten());
        let mut best: BTreeMap<Field, (Sureness, &Entry<'a>)> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| !is_taken(entry, &taken)) {
            let Some((field, sureness)) = names::recognise(entry) else {
                continue;
            };
            if self.fields.iter().any(|(mapped, _)| *mapped == field) {
                continue;
            }
            if best
                .get(&field)
                .is_none_or(|(before, _)| sureness < *before)
            {
                best.insert(field, (sureness, entry));
            }
        }
        found.extend(
            best.into_iter()
                .map(|(field, (_, entry))| (field, entry.values.clone())),
        );
    }

    /// Fills in what the source knows of all its leads.
    fn complete(&self, contact: &mut Contact) {
        normal::complete(contact);
        let mut known = Contact::default();
        for (field, value) in &self.defaults {
            known.set(*field, value.clone());
        }
        contact.fill_from(&known);
        for (field, value) in [
            (Field::Country, &self.country),
            (Field::Language, &self.language),
        ] {
            if let Some(value) = value.as_ref().filter(|_| contact.text(field).is_empty()) {
                contact.set_text(field, value.as_str());
            }
        }
    }
}

type Found<'a> = BTreeMap<Field, Vec<&'a Value>>;

/// A lead in the making.
#[derive(Default)]
struct Making {
    country: String,
    contact: Contact,
    /// What is in the contact and need not be an attribute too.
    kept: HashSet<*const Value>,
    attributes: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Making {
    fn set(&mut self, field: Field, sent: &[&Value]) {
        match normal::normal(field, sent, &self.country) {
            Normal::Value(value) => {
                self.contact.set(field, value);
                self.kept.extend(addresses(sent));
            }
            Normal::Less(value) => self.contact.set(field, value),
            Normal::Unusable(problem) => self.problems.extend(problem.map(str::to_owned)),
        }
        if field == Field::Country && !self.contact.text(field).is_empty() {
            self.contact.text(field).clone_into(&mut self.country);
        }
    }

    /// Keeps everything that is not in the contact, under its own label.
    fn attributes(&mut self, entries: &[Entry<'_>]) {
        let known: HashSet<String> = self
            .contact
            .iter()
            .filter_map(|(_, value)| match value {
                FieldValue::Text(text) => Some(text.to_lowercase()),
                FieldValue::Number(_) | FieldValue::List(_) => None,
            })
            .collect();
        for entry in entries.iter().filter(|entry| !is_taken(entry, &self.kept)) {
            let said = text::lines(&entry.text(), LONGEST_ATTRIBUTE);
            let again = names::recognise(entry).is_some() && known.contains(&said.to_lowercase());
            if !again {
                add(&mut self.attributes, &entry.label(), &said);
            }
        }
    }

    fn finish(mut self) -> Mapped {
        let lead_type = self.contact.text(Field::Type).to_owned();
        self.contact.set_text(Field::Type, "");
        let Self {
            contact,
            attributes,
            problems,
            ..
        } = self;
        Mapped {
            lead: NewLead {
                contact,
                attributes,
                lead_type,
                test: false,
            },
            problems,
        }
    }
}

/// Adds an attribute. What has the same label stands in the same attribute.
fn add(attributes: &mut BTreeMap<String, String>, label: &str, said: &str) {
    let label = text::line(label, LONGEST_LABEL);
    if label.is_empty() || said.is_empty() {
        return;
    }
    if let Some(before) = attributes.get_mut(&label) {
        if before != said && before.chars().count() < LONGEST_ATTRIBUTE {
            *before = text::cut(&format!("{before}, {said}"), LONGEST_ATTRIBUTE);
        }
    } else if attributes.len() < MOST_ATTRIBUTES {
        attributes.insert(label, said.to_owned());
    }
}

/// Where values lie: two equal ones are still two.
fn addresses<'a, 'b: 'a>(values: impl IntoIterator<Item = &'a &'b Value>) -> HashSet<*const Value> {
    values
        .into_iter()
        .map(|value| std::ptr::from_ref(*value))
        .collect()
}

fn is_taken(entry: &Entry<'_>, taken: &HashSet<*const Value>) -> bool {
    entry
        .values
        .iter()
        .all(|value| taken.contains(&std::ptr::from_ref(*value)))
}
