//! From what a payload says to a lead: the source's own mapping first, sensible names for the
//! rest, attributes for what is left.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{
    names::{self, Sureness},
    normal::{self, Normal},
    path::FieldPath,
    text,
    tree::{self, Entry},
};
use crate::domain::{
    contact::{Contact, Field, FieldValue},
    lead::MOST_ATTRIBUTES,
    submission::NewLead,
};

const LONGEST_LABEL: usize = 200;
const LONGEST_ATTRIBUTE: usize = 5_000;

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
    /// Makes one lead of what a payload says about one person. JSONPaths of the source go by what was sent,
    /// labels and names by what it says.
    pub(super) fn apply(&self, sent: &Value, said: &Value) -> Mapped {
        let entries = tree::entries(said);
        let mut found = self.mapped(sent, &entries);
        self.recognise(&entries, &mut found);
        self.make(&entries, &found)
    }

    /// Makes one lead of a row that calls canonical fields by their names; all else is an attribute, whatever it is
    /// called.
    pub(super) fn apply_row(&self, row: &Value) -> Mapped {
        let entries = tree::entries(row);
        let field = |entry: &Entry<'_>| match entry.path.as_slice() {
            [name] => Field::by_name(name),
            _ => None,
        };
        let named = entries
            .iter()
            .filter_map(|it| Some((field(it)?, it.values.clone())));
        self.make(&entries, &named.collect())
    }

    /// Brings what was found into its canonical form, and keeps the rest.
    fn make<'a>(&self, entries: &[Entry<'a>], found: &Found<'a>) -> Mapped {
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
        making.attributes(entries);
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
                ..NewLead::default()
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn apply(mapping: &Mapping, payload: &Value) -> NewLead {
        mapping.apply(payload, payload).lead
    }

    #[test]
    fn a_mapped_field_is_looked_for_nowhere_else() {
        let path = FieldPath::parse("$.buyer.mail").unwrap();
        let mapping = Mapping {
            fields: vec![(Field::Email, path)],
            ..Mapping::default()
        };
        let lead = apply(
            &mapping,
            &json!({"email": "shop@shop.example", "name": "Ada"}),
        );
        assert_eq!(lead.contact.text(Field::Email), "");
        assert_eq!(lead.contact.text(Field::Name), "Ada");
        assert_eq!(lead.attributes["email"], "shop@shop.example");
    }

    #[test]
    fn defaults_hold_where_the_payload_is_silent() {
        let mapping = Mapping {
            defaults: vec![
                (Field::Product, FieldValue::Text("sails".into())),
                (Field::City, FieldValue::Text("Kiel".into())),
            ],
            country: Some("DE".into()),
            ..Mapping::default()
        };
        let lead = apply(&mapping, &json!({"city": "Ulm", "phone": "030 901820"}));
        assert_eq!(lead.contact.text(Field::Product), "sails");
        assert_eq!(lead.contact.text(Field::City), "Ulm");
        assert_eq!(lead.contact.text(Field::Country), "DE");
        assert_eq!(lead.contact.text(Field::Phone), "+4930901820");
        let abroad = apply(
            &mapping,
            &json!({"country": "Austria", "phone": "01 5123456"}),
        );
        assert_eq!(abroad.contact.text(Field::Phone), "+4315123456");
    }

    #[test]
    fn the_surest_name_wins_and_the_rest_is_kept() {
        let payload = json!({
            "billing": {"email": "billing@b.example"},
            "data": {"email": "ada@b.example", "merges": {"EMAIL": "ada@b.example"}},
        });
        let lead = apply(&Mapping::default(), &payload);
        assert_eq!(lead.contact.text(Field::Email), "ada@b.example");
        let kept: Vec<_> = lead.attributes.keys().map(String::as_str).collect();
        assert_eq!(kept, ["billing.email"]);
    }

    #[test]
    fn what_a_number_leaves_out_is_kept() {
        let payload = json!({"company size": "51-200", "revenue": 5_000_000});
        let lead = apply(&Mapping::default(), &payload);
        assert_eq!(lead.contact.number(Field::Employees), Some(51.0));
        assert_eq!(lead.contact.number(Field::Revenue), Some(5e6));
        assert_eq!(
            lead.attributes,
            [("company size".to_owned(), "51-200".to_owned())].into()
        );
    }

    #[test]
    fn a_name_is_made_of_its_parts_and_never_split() {
        let lead = apply(
            &Mapping::default(),
            &json!({"first_name": "Ada", "last_name": "King"}),
        );
        assert_eq!(lead.contact.text(Field::Name), "Ada King");
        let lead = apply(&Mapping::default(), &json!({"name": "Mary Ann Evans"}));
        assert_eq!(lead.contact.text(Field::FirstName), "");
    }

    #[test]
    fn the_type_stands_apart() {
        let lead = apply(&Mapping::default(), &json!({"type": "demo"}));
        assert_eq!(lead.lead_type, "demo");
        assert_eq!(lead.contact.get(Field::Type), None);
        assert!(lead.attributes.is_empty());
    }

    #[test]
    fn attributes_are_bounded() {
        let many: serde_json::Map<_, _> = (0..500)
            .map(|n| (format!("q{n}"), Value::from("x".repeat(9_000))))
            .collect();
        let lead = apply(&Mapping::default(), &Value::Object(many));
        assert_eq!(lead.attributes.len(), MOST_ATTRIBUTES);
        assert!(
            lead.attributes
                .values()
                .all(|said| said.chars().count() == LONGEST_ATTRIBUTE)
        );
        let long = json!({ "q".repeat(999): "x" });
        let label = apply(&Mapping::default(), &long)
            .attributes
            .into_keys()
            .next();
        assert_eq!(
            label.map(|label| label.chars().count()),
            Some(LONGEST_LABEL)
        );
    }
}
