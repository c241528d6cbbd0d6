//! Where a source's fields stand, as its configuration says it.

use serde_json::Value;
use serde_json_path::JsonPath;

use super::{
    text,
    tree::{self, Entry},
};

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

    /// What stands there; nothing when nothing does.
    pub(super) fn find<'a>(&self, payload: &'a Value, entries: &[Entry<'a>]) -> Vec<&'a Value> {
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

/// The longest JSONPath, in bytes.
const LONGEST: usize = 500;

/// How many `(`, `[` and `!` a JSONPath may have: each can nest, and the parser is recursive.
const MOST_NESTING: usize = 32;

/// Compiles a JSONPath.
///
/// # Errors
/// What is wrong with it, and where.
pub fn json_path(text: &str) -> Result<JsonPath, PathError> {
    if text.len() > LONGEST {
        let message = format!("it is longer than {LONGEST} bytes");
        return Err(PathError { at: 0, message });
    }
    if let Some((at, _)) = text.match_indices(['(', '[', '!']).nth(MOST_NESTING) {
        let message = format!("it has more than {MOST_NESTING} of `(`, `[` and `!`");
        return Err(PathError { at, message });
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_that_is_none_says_where() {
        let error = FieldPath::parse("$.contact[").unwrap_err();
        assert!(error.at > 0 && !error.message.is_empty(), "{error:?}");
        assert!(matches!(
            FieldPath::parse("Your e-mail"),
            Ok(FieldPath::Label(_))
        ));
    }

    #[test]
    fn a_path_that_would_overflow_the_parser_is_refused() {
        for deep in ["(", "[", "!", "@[?", "!("] {
            let long = format!("$[?{}", deep.repeat(3000));
            assert!(FieldPath::parse(&long).unwrap_err().message.contains("500"));
            let nested = format!("$[?{}", deep.repeat(40));
            let error = FieldPath::parse(&nested).unwrap_err();
            assert!(error.message.contains("more than 32"), "{error}");
        }
        assert!(FieldPath::parse("$.a[0][?(@.b == 1 && !(@.c))]['d']").is_ok());
    }

    #[test]
    fn fields_are_found_by_path_and_by_label() {
        let payload = json!({
            "buyer": {"mails": ["a@b.example", " ", "c@d.example"]},
            "answers": [{"key": "q_17", "label": "Wie groß?", "value": "L"}],
            "a.b": "dotted",
        });
        let entries = tree::entries(&payload);
        for (path, found) in [
            ("$.buyer.mails[0]", "a@b.example"),
            ("$.buyer.mails", "a@b.example, c@d.example"),
            ("$.buyer", "a@b.example, c@d.example"),
            ("$.nobody", ""),
            ("WIE GROSS", "L"),
            ("q_17", "L"),
            ("buyer.mails", "a@b.example, c@d.example"),
            ("mails", "a@b.example, c@d.example"),
            ("a.b", "dotted"),
            ("$['a.b']", "dotted"),
            ("nobody", ""),
        ] {
            let path_read = FieldPath::parse(path).unwrap();
            assert_eq!(
                tree::join(&path_read.find(&payload, &entries)),
                found,
                "{path}"
            );
        }
    }
}
