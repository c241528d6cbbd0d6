//! Canonical values: how each field of a lead is written, whatever the sender made of it.

use email_address::{EmailAddress, Options};
use phonenumber::{Mode, country};
use serde_json::Value;

use super::{number, place, text, tree};
use crate::domain::contact::{Contact, Field, FieldKind, FieldValue};

/// The longest address there is.
const LONGEST_EMAIL: usize = 254;
const LONGEST_LINE: usize = 300;
const LONGEST_ADDRESS: usize = 2_000;
const LONGEST_MESSAGE: usize = 10_000;
const MOST_TAGS: usize = 50;

/// Lines that may be as long as an address of a page.
const LONG: [Field; 5] = [
    Field::Page,
    Field::Referrer,
    Field::Website,
    Field::ClickId,
    Field::Consent,
];

/// What became of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Normal {
    /// The canonical value.
    Value(FieldValue),
    /// The canonical value, which says less than what was sent: worth keeping both.
    Less(FieldValue),
    /// Not a value of this field; with the reason, where somebody should hear of it.
    Unusable(Option<&'static str>),
}

/// Brings what was sent for a field into its canonical form. A phone number without a country
/// code is read as one of `country`.
pub(super) fn normal(field: Field, sent: &[&Value], country: &str) -> Normal {
    match field.kind() {
        FieldKind::Number => number_of(sent),
        FieldKind::List => {
            let tags = sent
                .iter()
                .flat_map(|value| tags(&tree::text(value)))
                .take(MOST_TAGS);
            Normal::Value(FieldValue::List(tags.collect()))
        }
        FieldKind::Text => text_of(field, &tree::join(sent), country),
    }
}

fn number_of(sent: &[&Value]) -> Normal {
    if let [Value::Number(number)] = sent {
        return match number.as_f64().filter(|number| *number >= 0.0) {
            Some(number) => Normal::Value(FieldValue::Number(number)),
            None => Normal::Unusable(None),
        };
    }
    let text = tree::join(sent);
    match number::parse(&text).map(FieldValue::Number) {
        Some(number) if number::is_plain(&text) => Normal::Value(number),
        Some(number) => Normal::Less(number),
        None => Normal::Unusable(None),
    }
}

fn text_of(field: Field, sent: &str, country: &str) -> Normal {
    if field == Field::Phone {
        return phone_of(sent, country);
    }
    if field == Field::Email {
        let Some(email) = email(sent) else {
            return Normal::Unusable(Some("email is not an e-mail address"));
        };
        return Normal::Value(FieldValue::Text(email));
    }
    let code = if field == Field::Country {
        place::country(sent)
    } else if field == Field::Language {
        place::language(sent)
    } else {
        None
    };
    let value = code.map_or_else(|| plain_text(field, sent), str::to_owned);
    Normal::Value(FieldValue::Text(value))
}

fn plain_text(field: Field, sent: &str) -> String {
    if field == Field::Message {
        text::lines(sent, LONGEST_MESSAGE)
    } else if field == Field::Currency {
        text::line(sent, LONGEST_LINE).to_uppercase()
    } else if LONG.contains(&field) {
        text::line(sent, LONGEST_ADDRESS)
    } else {
        text::line(sent, LONGEST_LINE)
    }
}

/// The tags in a text, which parts them by commas or semicolons.
fn tags(text: &str) -> Vec<String> {
    text.split([',', ';'])
        .map(|tag| text::line(tag, 100))
        .filter(|tag| !tag.is_empty())
        .collect()
}

/// An e-mail address in lower case, out of `Ada <ada@example.com>` and `mailto:` too; of several
/// the first.
#[must_use]
pub fn email(sent: &str) -> Option<String> {
    let line = text::line(sent, 1_000);
    let first = match line.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
        None => line
            .split([',', ';', ' '])
            .find(|part| part.contains('@'))?,
    };
    let first = first.trim().to_lowercase();
    let address = first.strip_prefix("mailto:").unwrap_or(&first);
    let address: String = address
        .chars()
        .filter(|char| !matches!(char, '\u{200c}' | '\u{200d}'))
        .collect();
    let options = Options::default()
        .with_required_tld()
        .without_display_text()
        .without_domain_literal();
    let good = address.len() <= LONGEST_EMAIL
        // A quoted local part is lawful, never somebody's, and a way to smuggle things in.
        && !address.contains('"')
        && EmailAddress::parse_with_options(&address, options).is_ok();
    good.then_some(address)
}

fn phone_of(sent: &str, country: &str) -> Normal {
    let line = text::line(sent, 60);
    if line.chars().filter(char::is_ascii_digit).count() < 5 {
        return Normal::Unusable(Some("phone is not a phone number"));
    }
    match phone(&line, country) {
        Some(Phone {
            number,
            extension: None,
        }) => Normal::Value(FieldValue::Text(number)),
        Some(Phone {
            number,
            extension: Some(_),
        }) => Normal::Less(FieldValue::Text(number)),
        None => Normal::Value(FieldValue::Text(line)),
    }
}

/// A phone number that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// The number as E.164: `+4930123456`.
    pub number: String,
    /// What to dial after it.
    pub extension: Option<String>,
}

/// Reads a phone number; without a country code it is one of `country`. A number that names
/// its country is taken at its word, one that doesn't must be one that country has.
#[must_use]
pub fn phone(sent: &str, country: &str) -> Option<Phone> {
    let plausible = |char: char| char.is_ascii_alphanumeric() || " +()-./#;=:,–".contains(char);
    if sent.chars().count() > 60 || !sent.chars().all(plausible) {
        return None;
    }
    let sent = sent
        .strip_prefix("00")
        .map_or_else(|| sent.to_owned(), |rest| format!("+{rest}"));
    let country: Option<country::Id> = country.parse().ok();
    let number = phonenumber::parse(country, &sent).ok()?;
    let good = sent.trim_start_matches(['(', ' ']).starts_with('+') || number.is_valid();
    let digits = number.format().mode(Mode::E164).to_string();
    let length = digits.chars().filter(char::is_ascii_digit).count();
    let extension = number.extension().map(ToString::to_string);
    (good && (7..=15).contains(&length)).then_some(Phone {
        number: digits,
        extension,
    })
}

/// Sets what two fields say of a third: the name, from its two parts. A full name is not split,
/// for nobody can tell where.
pub fn complete(contact: &mut Contact) {
    if contact.text(Field::Name).is_empty() {
        let parts = [
            contact.text(Field::FirstName),
            contact.text(Field::LastName),
        ];
        let name = parts.join(" ").trim().to_owned();
        contact.set_text(Field::Name, name);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_are_trimmed_lowered_and_checked() {
        for (sent, address) in [
            (" Ada@Example.COM ", Some("ada@example.com")),
            ("Ada Lovelace <ada@example.com>", Some("ada@example.com")),
            (
                "\"Lovelace, Ada\" <ada@example.com>",
                Some("ada@example.com"),
            ),
            ("mailto:ada@example.com", Some("ada@example.com")),
            (
                "ada+news@mail.example.co.uk",
                Some("ada+news@mail.example.co.uk"),
            ),
            ("ada@example.com, bob@example.com", Some("ada@example.com")),
            ("ada@exam\u{200b}ple.com", Some("ada@example.com")),
            ("ada@müller.de", Some("ada@müller.de")),
            ("ada@localhost", None),
            ("ada@[127.0.0.1]", None),
            ("\"a b\"@example.com", None),
            ("ada@@example.com", None),
            ("ada", None),
            ("<ada>", None),
            ("", None),
        ] {
            assert_eq!(email(sent).as_deref(), address, "{sent}");
        }
        assert_eq!(email(&format!("{}@example.com", "a".repeat(300))), None);
    }

    #[test]
    fn phone_numbers_become_e164_where_that_is_sure() {
        let number = |sent, country| phone(sent, country).map(|phone| phone.number);
        for (sent, country, e164) in [
            ("030 901820", "DE", Some("+4930901820")),
            ("+49 (0)30 901820", "", Some("+4930901820")),
            ("0049 30 901820", "", Some("+4930901820")),
            ("(212) 736-5000", "US", Some("+12127365000")),
            ("+1 (555) 010-0000", "", Some("+15550100000")),
            ("0532 123 45 67", "TR", Some("+905321234567")),
            ("+33 6 39 98 00 26", "DE", Some("+33639980026")),
            ("tel:+4930901820", "", Some("+4930901820")),
            ("030 901820", "", None),
            ("971500000012", "", None),
            ("12345", "DE", None),
            ("call me", "DE", None),
            ("+49 30 <script>", "DE", None),
        ] {
            assert_eq!(number(sent, country).as_deref(), e164, "{sent} {country}");
        }
        let with_extension = phone("+1 212 736 5000 ext. 42", "").unwrap();
        assert_eq!(with_extension.number, "+12127365000");
        assert_eq!(with_extension.extension.as_deref(), Some("42"));
    }

    #[test]
    fn each_field_is_written_its_way() {
        let text = |text: &str| Normal::Value(FieldValue::Text(text.into()));
        for (field, sent, canonical) in [
            (Field::Country, json!("Deutschland"), text("DE")),
            (Field::Country, json!("Atlantis"), text("Atlantis")),
            (Field::Language, json!("de-AT"), text("de")),
            (Field::Message, json!(" one\r\ntwo "), text("one\ntwo")),
            (
                Field::Company,
                json!(" Globex \n GmbH"),
                text("Globex GmbH"),
            ),
            (Field::Currency, json!("eur"), text("EUR")),
            (Field::Phone, json!(4_930_901_820_u64), text("4930901820")),
            (
                Field::Phone,
                json!("none"),
                Normal::Unusable(Some("phone is not a phone number")),
            ),
            (
                Field::Employees,
                json!(1.234),
                Normal::Value(FieldValue::Number(1.234)),
            ),
            (
                Field::Employees,
                json!("250"),
                Normal::Value(FieldValue::Number(250.0)),
            ),
            (
                Field::Employees,
                json!("51-200"),
                Normal::Less(FieldValue::Number(51.0)),
            ),
            (Field::Employees, json!(-1), Normal::Unusable(None)),
            (Field::Employees, json!("many"), Normal::Unusable(None)),
            (
                Field::Tags,
                json!("vip; hot , "),
                Normal::Value(FieldValue::List(vec!["vip".into(), "hot".into()])),
            ),
        ] {
            assert_eq!(normal(field, &[&sent], ""), canonical, "{field:?} {sent}");
        }
    }

    proptest! {
        #[test]
        fn no_phone_number_brings_it_down(sent in "[0-9+() .x#;=a-z:/-]{0,60}", any in "\\PC{0,30}") {
            for country in ["", "DE", "US", "ZZ"] {
                for sent in [&sent, &any] {
                    if let Some(phone) = phone(sent, country) {
                        prop_assert!(phone.number.starts_with('+'));
                        prop_assert!(phone.number[1..].bytes().all(|byte| byte.is_ascii_digit()));
                    }
                }
            }
        }

        #[test]
        fn no_address_brings_it_down(sent in any::<String>(), close in "[a@.<>\", ]{0,20}") {
            for sent in [sent, close] {
                if let Some(address) = email(&sent) {
                    prop_assert_eq!(email(&address), Some(address));
                }
            }
        }
    }
}
