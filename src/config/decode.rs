//! From the tree to [`Config`]: serde stops at the first mistake, so what it stumbled over is
//! complained of, taken out of the tree, and the rest is read again.

use std::ops::Range;

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue, Error, ValueDeserializer},
};

use super::{Complaint, Sources, raw::Config};
use crate::domain::suggest;

/// The most mistakes that are told at once.
const MOST: usize = 100;

/// The place of the whole tree, which is a merger of files.
const TOP: Range<usize> = 0..0;

/// What could be read.
pub(super) struct Decoded {
    pub config: Config,
    /// Whether nothing but unknown keys of known tables had to be taken out.
    pub whole: bool,
}

/// Reads what can be read and complains of the rest.
pub(super) fn config(
    mut tree: DeTable<'_>,
    sources: &Sources,
    complaints: &mut Vec<Complaint>,
) -> Decoded {
    let mut whole = true;
    // Keys whose absence is explained by a mistake that was already told.
    let mut explained: Vec<(Range<usize>, String)> = Vec::new();
    for _ in 0..MOST {
        let root = Spanned::new(0..0, DeValue::Table(tree.clone()));
        let error = match Config::deserialize(ValueDeserializer::from(root)) {
            Ok(config) => return Decoded { config, whole },
            Err(error) => error,
        };
        let span = error.span().unwrap_or(TOP);
        let said = Said::of(&error);
        let known = matches!(&said, Said::Missing(key)
            if explained.iter().any(|(table, it)| *table == span && it == key));
        let complaint = said.complaint(span.clone(), sources);
        if !known && !complaints.contains(&complaint) {
            complaints.push(complaint);
        }
        whole &= matches!(said, Said::Unknown { .. });
        let Some((table, key)) = take_out(&mut tree, &span, &TOP) else {
            break;
        };
        if let Said::Unknown { key, known } = &said
            && let Some(meant) = suggest::nearest(key, known.iter().map(String::as_str))
        {
            explained.push((table.clone(), meant.to_owned()));
        }
        // A whole table that is not understood leaves holes that others would fall into.
        whole &= table != TOP;
        explained.push((table, key));
    }
    Decoded {
        config: Config::default(),
        whole: false,
    }
}

/// What serde stumbled over.
enum Said {
    Unknown { key: String, known: Vec<String> },
    Missing(String),
    NoneOf { value: String, known: Vec<String> },
    Other(String),
}

impl Said {
    fn of(error: &Error) -> Said {
        let message = error.message();
        let mut quoted = message.split('`').skip(1).step_by(2).map(str::to_owned);
        let first = quoted.next().unwrap_or_default();
        let known = quoted.collect();
        if message.starts_with("unknown field") {
            Said::Unknown { key: first, known }
        } else if message.starts_with("unknown variant") {
            let value = first;
            Said::NoneOf { value, known }
        } else if message.starts_with("missing field") {
            Said::Missing(first)
        } else {
            Said::Other(translated(message))
        }
    }

    fn complaint(&self, span: Range<usize>, sources: &Sources) -> Complaint {
        match self {
            Said::Unknown { key, known } => {
                let message = format!("unknown key `{key}`");
                Complaint::mistake(span, message).help(help(key, known))
            }
            Said::NoneOf { value, known } => {
                let message = format!("`{value}` is not possible here");
                Complaint::mistake(span, message).help(help(value, known))
            }
            Said::Missing(key) => {
                let help = format!("add a line `{key} = …` to this table");
                Complaint::mistake(span, format!("`{key}` is missing")).help(help)
            }
            Said::Other(message) => {
                let header = sources.typed(&span);
                let single = header.starts_with('[') && !header.starts_with("[[");
                let several = single && message.ends_with("expected a list");
                let help = if several {
                    format!("there can be several: `[{header}]`")
                } else {
                    written(message).to_owned()
                };
                Complaint::mistake(span, message.clone()).help(help)
            }
        }
    }
}

fn help(typed: &str, known: &[String]) -> Option<String> {
    suggest::help(typed, known.iter().map(String::as_str))
}

/// serde's words for TOML's types, in a user's. What was typed is left out: it may be a secret,
/// and the caret stands below it.
fn translated(message: &str) -> String {
    let wrong = message.strip_prefix("invalid type: ");
    let Some(wrong) = wrong.or_else(|| message.strip_prefix("invalid value: ")) else {
        return message.replace("wanted string or table", "expected a text in quotes");
    };
    let (is, expected) = wrong.rsplit_once(", expected ").unwrap_or((wrong, ""));
    let is = match is.split(' ').next().unwrap_or_default() {
        "integer" | "floating" => "a number",
        "string" => "a text",
        "boolean" => "true or false",
        "sequence" => "a list",
        _ => "a table",
    };
    let expected = match expected {
        "a sequence" => "a list",
        "a map" => "a table",
        "a string" => "a text in quotes",
        "a boolean" => "true or false",
        "u32" | "u64" => "a whole number, 0 or more",
        "f64" => "a number",
        other if other.starts_with("struct ") => "a table",
        other => other,
    };
    format!("this is {is}, expected {expected}")
}

/// How to write what was expected.
fn written(message: &str) -> &'static str {
    match message
        .rsplit_once("expected ")
        .map(|(_, expected)| expected)
    {
        Some("a text in quotes") if message.contains("this is a list") => {
            "write one text, without the brackets"
        }
        Some("a text in quotes") => "write one text in quotes: `\"…\"`",
        Some("a list") => "write it in brackets, with commas between: `[\"…\", \"…\"]`",
        Some("a table") => "write its keys in braces: `{ key = \"…\" }`",
        Some("true or false") => "write `true` or `false`, without quotes",
        Some("a number" | "a whole number, 0 or more") => "write the number without quotes: `5`",
        Some(_) | None => "the example configuration shows how it is written",
    }
}

/// Takes out the key or the value at `span`, wherever it is; says from which table, by its span
/// and the key.
fn take_out(
    table: &mut DeTable<'_>,
    span: &Range<usize>,
    own: &Range<usize>,
) -> Option<(Range<usize>, String)> {
    let hit = table
        .iter()
        .find(|(key, value)| key.span() == *span || value.span() == *span && !begins(value, span))
        .map(|(key, _)| key.get_ref().to_string());
    if let Some(key) = hit {
        table.remove(key.as_str());
        return Some((own.clone(), key));
    }
    for (key, value) in table.iter_mut() {
        let place = value.span();
        if let Some((parent, name)) = take_out_of(value.get_mut(), span, &place) {
            let name = name.unwrap_or_else(|| key.get_ref().to_string());
            return Some((parent, name));
        }
    }
    None
}

/// Whether the first item of a list is at the same place: `[[rep]]` is both.
fn begins(value: &Spanned<DeValue<'_>>, span: &Range<usize>) -> bool {
    let first = value.get_ref().as_array().and_then(|list| list.first());
    first.is_some_and(|item| item.span() == *span)
}

fn take_out_of(
    value: &mut DeValue<'_>,
    span: &Range<usize>,
    own: &Range<usize>,
) -> Option<(Range<usize>, Option<String>)> {
    match value {
        DeValue::Table(table) => take_out(table, span, own).map(|(table, key)| (table, Some(key))),
        DeValue::Array(array) => {
            if let Some(index) = array.iter().position(|item| item.span() == *span) {
                let items = std::mem::replace(array, DeArray::new()).into_iter();
                let kept = items.enumerate().filter(|(at, _)| *at != index);
                *array = kept.map(|(_, item)| item).collect();
                return Some((own.clone(), None));
            }
            array.iter_mut().find_map(|item| {
                let place = item.span();
                take_out_of(item.get_mut(), span, &place)
            })
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => None,
    }
}
