//! Who a lead is: the canonical fields of the contract, whatever the source calls them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a canonical field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text, `""` when not given.
    Text,
    /// A number, absent when not given.
    Number,
    /// A list of texts, empty when not given.
    List,
}

macro_rules! fields {
    ($($variant:ident $name:literal $kind:ident,)*) => {
        /// A canonical field of a lead, as the contract lists them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Field {
            $(
                #[doc = concat!("`", $name, "`")]
                #[serde(rename = $name)]
                $variant,
            )*
        }

        impl Field {
            /// All of them, in the contract's order.
            pub const ALL: &'static [Field] = &[$(Field::$variant),*];

            /// By which people look for a lead.
            pub const SEARCHED: [Field; 6] = [
                Field::Name,
                Field::FirstName,
                Field::LastName,
                Field::Company,
                Field::Email,
                Field::Phone,
            ];

            /// The field's name in configuration, conditions and JSON.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Field::$variant => $name),* }
            }

            /// What it holds.
            #[must_use]
            pub fn kind(self) -> FieldKind {
                match self { $(Field::$variant => FieldKind::$kind),* }
            }

            /// The field with this exact name.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Field> {
                match name { $($name => Some(Field::$variant),)* _ => None }
            }
        }
    };
}

fields! {
    Email "email" Text,
    Name "name" Text,
    FirstName "first_name" Text,
    LastName "last_name" Text,
    Phone "phone" Text,
    Company "company" Text,
    Website "website" Text,
    Title "title" Text,
    Country "country" Text,
    Region "region" Text,
    City "city" Text,
    PostalCode "postal_code" Text,
    Language "language" Text,
    Timezone "timezone" Text,
    Industry "industry" Text,
    Employees "employees" Number,
    Revenue "revenue" Number,
    Message "message" Text,
    Product "product" Text,
    UseCase "use_case" Text,
    DealValue "deal_value" Number,
    Currency "currency" Text,
    Campaign "campaign" Text,
    Ad "ad" Text,
    ClickId "click_id" Text,
    UtmSource "utm_source" Text,
    UtmMedium "utm_medium" Text,
    UtmCampaign "utm_campaign" Text,
    UtmTerm "utm_term" Text,
    UtmContent "utm_content" Text,
    Page "page" Text,
    Referrer "referrer" Text,
    Tags "tags" List,
    Consent "consent" Text,
    Form "form" Text,
    FormId "form_id" Text,
    ExternalId "external_id" Text,
    SubmittedAt "submitted_at" Text,
    Type "type" Text,
}

/// The value of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FieldValue {
    /// Text, never empty.
    Text(String),
    /// A number; written without a fraction where it has none.
    Number(#[serde(serialize_with = "plain")] f64),
    /// Texts, never an empty list.
    List(Vec<String>),
}

/// Writes 120 and not 120.0.
#[expect(
    clippy::cast_possible_truncation,
    reason = "whole and small enough, as just checked"
)]
fn plain<S: serde::Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        to.serialize_i64(*number as i64)
    } else {
        to.serialize_f64(*number)
    }
}

/// Every canonical field that is known of a lead; what is not given is not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Contact(BTreeMap<Field, FieldValue>);

impl Contact {
    /// Sets a field; an empty text or list takes it away.
    pub fn set(&mut self, field: Field, value: FieldValue) {
        let empty = match &value {
            FieldValue::Text(text) => text.is_empty(),
            FieldValue::Number(number) => !number.is_finite(),
            FieldValue::List(list) => list.is_empty(),
        };
        if empty {
            self.0.remove(&field);
        } else {
            self.0.insert(field, value);
        }
    }

    /// Sets a text field.
    pub fn set_text(&mut self, field: Field, text: impl Into<String>) {
        self.set(field, FieldValue::Text(text.into()));
    }

    /// The value, if given.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&FieldValue> {
        self.0.get(&field)
    }

    /// The text of a field, `""` when it was not given or is no text.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        match self.0.get(&field) {
            Some(FieldValue::Text(text)) => text,
            Some(FieldValue::Number(_) | FieldValue::List(_)) | None => "",
        }
    }

    /// The number of a field, if given.
    #[must_use]
    pub fn number(&self, field: Field) -> Option<f64> {
        match self.0.get(&field) {
            Some(FieldValue::Number(number)) => Some(*number),
            Some(FieldValue::Text(_) | FieldValue::List(_)) | None => None,
        }
    }

    /// The texts of a list field, empty when not given.
    #[must_use]
    pub fn list(&self, field: Field) -> &[String] {
        match self.0.get(&field) {
            Some(FieldValue::List(list)) => list,
            Some(FieldValue::Text(_) | FieldValue::Number(_)) | None => &[],
        }
    }

    /// All that is known, in the contract's order.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &FieldValue)> {
        self.0.iter().map(|(field, value)| (*field, value))
    }

    /// Fills in what `other` knows and this one doesn't.
    pub fn fill_from(&mut self, other: &Contact) {
        for (field, value) in &other.0 {
            self.0.entry(*field).or_insert_with(|| value.clone());
        }
    }
}

impl std::fmt::Display for FieldValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::List(list) => f.write_str(&list.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_plainly_and_read_back() {
        for (number, text) in [
            (120.0, "120"),
            (0.5, "0.5"),
            (-3.0, "-3"),
            (1e300, "1e+300"),
        ] {
            let value = FieldValue::Number(number);
            let written = serde_json::to_string(&value).expect("a number can be written");
            assert_eq!(written, text);
            assert_eq!(
                serde_json::from_str::<FieldValue>(&written).expect("it was just written"),
                value
            );
        }
    }
}
