//! Canonical fields as somebody types them: golden leads, a source's defaults, `baton route`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    domain::{
        contact::{Contact, Field, FieldKind, FieldValue},
        suggest,
    },
    intake::{normal, number, place},
};

/// A lead in canonical fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// The fields.
    pub contact: Contact,
    /// What it asks for: the field `type`.
    pub lead_type: String,
    /// What is no canonical field, by label.
    pub attributes: BTreeMap<String, String>,
}

/// Why a field can't be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub message: String,
    pub help: Option<String>,
}

/// Reads canonical fields; what has another name becomes an attribute.
///
/// # Errors
/// What is wrong with a canonical field, naming it.
pub fn given(fields: &serde_json::Map<String, Value>) -> Result<Given, String> {
    let mut given = Given::default();
    for (name, value) in fields {
        let Some(field) = Field::by_name(name) else {
            let text = text_of(value).unwrap_or_else(|| value.to_string());
            given.attributes.insert(name.clone(), text);
            continue;
        };
        let value = field_value(field, value).map_err(|wrong| wrong.message)?;
        given.set(field, value);
    }
    normal::complete(&mut given.contact);
    Ok(given)
}

impl Given {
    pub(super) fn set(&mut self, field: Field, value: FieldValue) {
        if field == Field::Type {
            self.lead_type = value.to_string();
        } else {
            self.contact.set(field, value);
        }
    }
}

/// The field with this name, or what to say of it.
pub(super) fn field(name: &str) -> Result<Field, Wrong> {
    Field::by_name(name).ok_or_else(|| Wrong {
        message: format!("no field called `{name}`"),
        help: suggest::help(name, Field::ALL.iter().map(|it| it.name())),
    })
}

/// A value as a lead would have it.
pub(super) fn field_value(field: Field, value: &Value) -> Result<FieldValue, Wrong> {
    let name = field.name();
    let wrong = |expected: &str| Wrong {
        message: format!("`{name}` is {expected}"),
        help: Some(format!("write {expected}, or take `{name}` out")),
    };
    match field.kind() {
        FieldKind::Number => {
            let typed = value.as_f64();
            let read = value.as_str().and_then(number::parse);
            let number = typed.or(read).map(FieldValue::Number);
            number.ok_or_else(|| wrong("a number"))
        }
        FieldKind::List => list(value)
            .map(FieldValue::List)
            .ok_or_else(|| wrong("a list of texts")),
        FieldKind::Text => {
            let text = text_of(value).ok_or_else(|| wrong("a text"))?;
            normal_text(field, text).map(FieldValue::Text)
        }
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn list(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(items) => items.iter().map(text_of).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// What intake would make of the text.
fn normal_text(field: Field, text: String) -> Result<String, Wrong> {
    let (normal, what, help) = match field {
        Field::Email => (
            normal::email(&text),
            "no e-mail address",
            "write one address, as in `ada@example.com`",
        ),
        Field::Country => (
            place::country(&text).map(str::to_owned),
            "no country",
            "write an ISO code such as `DE`",
        ),
        Field::Language => (
            place::language(&text).map(str::to_owned),
            "no language",
            "write an ISO code such as `de`",
        ),
        _ => return Ok(text),
    };
    if text.is_empty() {
        return Ok(text);
    }
    normal.ok_or_else(|| Wrong {
        message: format!("`{text}` is {what}"),
        help: Some(help.to_owned()),
    })
}
