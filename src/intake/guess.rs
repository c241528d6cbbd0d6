//! Where the fields of a lead may stand in a payload that a source's mapping does not understand: what `baton
//! submissions map` proposes. A proposal is for a person to look at; nothing is mapped by it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Call, FieldPath, Format, Person, Source, mail, names, normal, people,
    preset::Seen,
    text,
    tree::{self, Entry},
};
use crate::domain::contact::Field;

/// The fields that are looked for, those that decide whether somebody can be reached first.
const WANTED: [Field; 9] = [
    Field::Email,
    Field::Phone,
    Field::Name,
    Field::FirstName,
    Field::LastName,
    Field::Company,
    Field::Title,
    Field::Country,
    Field::Message,
];

/// How much of a value is shown.
const LONGEST_SAMPLE: usize = 60;

/// Where a field may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The field.
    pub field: Field,
    /// As `fields` says it.
    pub path: String,
    /// What stands there.
    pub sample: String,
    /// What speaks for it.
    pub why: Why,
}

/// What speaks for a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// What stands there can hardly be anything else.
    Value,
    /// It is called something like it.
    Name,
}

/// Where the fields may stand that the source does not find in this payload, at most one place for each.
#[must_use]
pub fn guesses(source: &Source, headers: &BTreeMap<String, String>, payload: &Value) -> Vec<Guess> {
    let seen = match source.format {
        Format::Json | Format::Form | Format::Multipart | Format::Xml => people(payload),
        Format::Email => mail::seen(payload),
        Format::Preset(preset) => (preset.read)(&Call { headers, payload }),
    };
    let person = match seen {
        Seen::People(people) | Seen::Did(_, people, _) => people.into_iter().next(),
        Seen::Ids(_) | Seen::Withdrawn(..) | Seen::Nothing(_) | Seen::Strange(_) => None,
    };
    person.map_or_else(Vec::new, |person| of_person(source, &person))
}

fn of_person(source: &Source, person: &Person<'_>) -> Vec<Guess> {
    let known = source.mapping.apply(person.raw, &person.said).lead.contact;
    let entries = tree::entries(&person.said);
    let country = known.text(Field::Country);
    let mut guesses: Vec<Guess> = Vec::new();
    for field in WANTED {
        let whole_name = field == Field::FirstName || field == Field::LastName;
        let has_name = whole_name && guesses.iter().any(|it| it.field == Field::Name);
        if known.get(field).is_some() || has_name {
            continue;
        }
        let free = |entry: &&Entry<'_>| guesses.iter().all(|it| it.path != entry.label());
        let free: Vec<&Entry<'_>> = entries.iter().filter(free).collect();
        let fits = |entry: &&&Entry<'_>| could_be(field, &entry.text(), country);
        let named = |entry: &&&Entry<'_>| names::sounds_like(entry) == Some(field);
        let own = |entry: &&&Entry<'_>| !names::is_somebody_else(entry);
        let by_value = matches!(field, Field::Email | Field::Phone);
        let found = free.iter().filter(fits).filter(named).find(own);
        let why = if by_value { Why::Value } else { Why::Name };
        let found = found.or_else(|| {
            let fits = free.iter().filter(fits).filter(|_| by_value);
            fits.clone().find(own)
        });
        guesses.extend(found.and_then(|entry| guess(field, entry, why, &entries)));
    }
    guesses
}

/// The guess, if its label leads back to it.
fn guess(field: Field, entry: &Entry<'_>, why: Why, entries: &[Entry<'_>]) -> Option<Guess> {
    let path = entry.label();
    let FieldPath::Label(_) = FieldPath::parse(&path).ok()? else {
        return None;
    };
    let found = FieldPath::Label(path.clone()).find(&Value::Null, entries);
    (tree::join(&found) == entry.text()).then(|| Guess {
        field,
        path,
        sample: text::line(&entry.text(), LONGEST_SAMPLE),
        why,
    })
}

/// Whether such a value could stand in the field.
fn could_be(field: Field, said: &str, country: &str) -> bool {
    let said = said.trim();
    match field {
        Field::Email => !said.contains(char::is_whitespace) && normal::email(said).is_some(),
        Field::Phone => {
            let digits = said.chars().filter(char::is_ascii_digit).count();
            let only = |it: char| it.is_ascii_digit() || " +()-./".contains(it);
            let read = said.starts_with('+') || said.starts_with("00") || !country.is_empty();
            (7..=15).contains(&digits)
                && said.chars().all(only)
                && (!read || normal::phone(said, country).is_some())
                && (read || said.starts_with('0'))
        }
        _ => !said.is_empty() && !said.contains('@'),
    }
}

/// The source with these guesses among its fields, to see what it would read then.
#[must_use]
pub fn with(source: &Source, guesses: &[Guess]) -> Source {
    let mut source = source.clone();
    for guess in guesses {
        source
            .mapping
            .fields
            .retain(|(field, _)| *field != guess.field);
        let path = FieldPath::Label(guess.path.clone());
        source.mapping.fields.push((guess.field, path));
    }
    source
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn guessed(payload: &Value) -> Vec<(&'static str, String)> {
        let source = Source::new("website".into(), Format::Json);
        let found = guesses(&source, &BTreeMap::new(), payload);
        let pairs = found.iter().map(|it| (it.field.name(), it.path.clone()));
        pairs.collect()
    }

    #[test]
    fn addresses_and_numbers_are_told_by_what_they_are() {
        let payload = json!({
            "owner": {"email": "rep@us.example"},
            "q17": "ada@acme.example",
            "q18": "+49 30 901820",
            "q19": "2026-11-22",
            "crm_customer_company_7": "Acme",
        });
        let pair = |field, path: &str| (field, path.to_owned());
        assert_eq!(
            guessed(&payload),
            [
                pair("email", "q17"),
                pair("phone", "q18"),
                pair("company", "crm_customer_company_7"),
            ]
        );
    }

    #[test]
    fn what_is_found_already_is_not_guessed_and_a_proposal_works() {
        let payload = json!({"name": "Ada", "x": {"how to reach": "ada@acme.example"}});
        let source = Source::new("website".into(), Format::Json);
        let headers = BTreeMap::new();
        let found = guesses(&source, &headers, &payload);
        let paths: Vec<&str> = found.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, ["x.how to reach"]);
        let mended = with(&source, &found);
        let reading = super::super::read_payload(&mended, &headers, &payload);
        let super::super::Reading::Leads { leads, .. } = reading else {
            panic!("{reading:?}");
        };
        assert_eq!(leads[0].contact.text(Field::Email), "ada@acme.example");
    }

    #[test]
    fn nothing_is_proposed_where_nothing_is() {
        assert_eq!(guessed(&json!({"a": 1, "b": true, "c": "hello"})), []);
        assert_eq!(guessed(&json!("text")), []);
    }
}
