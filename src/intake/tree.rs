//! A payload as a flat list of what it says: labels and values, however deep they lie.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// What one payload may say; more is left out. Leads have a few dozen fields.
const MAX_ENTRIES: usize = 2_000;

/// How much of a label is worth reading: a sender may repeat a huge one for every value.
const LONGEST_LABEL: usize = 400;

/// Keys of an object that is one answer: `{"label": "Your e-mail", "value": "a@b.de"}`.
const LABELS: [&str; 5] = ["label", "title", "question", "name", "key"];
const VALUES: [&str; 4] = ["value", "answer", "values", "answers"];
const ALIASES: [&str; 6] = ["key", "name", "slug", "ref", "id", "field"];
const BESIDE: [&str; 10] = [
    "slug",
    "ref",
    "id",
    "field",
    "type",
    "required",
    "raw_value",
    "options",
    "position",
    "question_uuid",
];

/// Keys under which each key is a question somebody wrote.
const QUESTIONNAIRES: [&str; 3] = ["namedValues", "answers", "responses"];

/// One thing a payload says.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    /// The keys that lead to it.
    pub path: Vec<Cow<'a, str>>,
    /// Where in the path its own label begins.
    own: usize,
    /// What else the sender calls it.
    pub alias: Option<&'a str>,
    /// The kind of input field it was typed into, if the sender says so.
    pub input: Option<&'a str>,
    /// Texts, numbers and truth values; never empty.
    pub values: Vec<&'a Value>,
}

impl Entry<'_> {
    /// The label under which it becomes an attribute; of a very long one the beginning.
    pub fn label(&self) -> String {
        let own = self.path.get(self.own..).unwrap_or_default();
        let dotted = own.iter().flat_map(|key| [".", key]).flat_map(str::chars);
        dotted.skip(1).take(LONGEST_LABEL).collect()
    }

    /// All of it as one text.
    pub fn text(&self) -> String {
        join(&self.values)
    }
}

/// Values as one text, with commas between them.
pub(super) fn join(values: &[&Value]) -> String {
    values
        .iter()
        .map(|value| text(value))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A single value as text; nothing for lists and objects.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Bool(yes) => Cow::Borrowed(if *yes { "true" } else { "false" }),
        Value::Null | Value::Array(_) | Value::Object(_) => Cow::Borrowed(""),
    }
}

/// Whether it says anything by itself.
pub(super) fn is_said(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::Number(_) | Value::Bool(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// Everything a payload says, in its order.
pub(super) fn entries(payload: &Value) -> Vec<Entry<'_>> {
    let mut walk = Walk::default();
    walk.value(payload);
    walk.found
}

/// Whether it is a list of answers, which together describe one person.
pub(super) fn is_questionnaire(payload: &Value) -> bool {
    payload.as_array().is_some_and(|list| {
        !list.is_empty()
            && list
                .iter()
                .all(|item| item.as_object().is_some_and(|item| answer(item).is_some()))
    })
}

#[derive(Default)]
struct Walk<'a> {
    path: Vec<Cow<'a, str>>,
    own: usize,
    alias: Option<&'a str>,
    input: Option<&'a str>,
    found: Vec<Entry<'a>>,
}

impl<'a> Walk<'a> {
    /// Walks on; the reader of the body has bounded how deep.
    fn value(&mut self, value: &'a Value) {
        match value {
            Value::Array(list) => self.list(list),
            Value::Object(object) => self.object(object),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                self.found(vec![value]);
            }
        }
    }

    fn found(&mut self, values: Vec<&'a Value>) {
        let values: Vec<_> = values.into_iter().filter(|value| is_said(value)).collect();
        if !values.is_empty() && self.found.len() < MAX_ENTRIES {
            let Self {
                path,
                own,
                alias,
                input,
                ..
            } = self;
            let (path, own) = (path.clone(), *own);
            self.found.push(Entry {
                path,
                own,
                alias: *alias,
                input: *input,
                values,
            });
        }
    }

    fn list(&mut self, list: &'a [Value]) {
        let (nested, plain): (Vec<_>, Vec<_>) = list
            .iter()
            .partition(|item| item.is_object() || item.is_array());
        self.found(plain);
        for (index, item) in nested.iter().enumerate() {
            match item.as_object().and_then(answer) {
                Some(answer) => self.answer(&answer, None),
                None if nested.len() == 1 => self.value(item),
                None => self.below(Cow::Owned((index + 1).to_string()), item),
            }
        }
    }

    fn object(&mut self, object: &'a Map<String, Value>) {
        for (key, value) in object {
            match value.as_object().and_then(field) {
                Some(answer) => self.answer(&answer, Some(key)),
                None => self.below(Cow::Borrowed(key), value),
            }
        }
    }

    fn below(&mut self, key: Cow<'a, str>, value: &'a Value) {
        let own = self.own;
        let questionnaire = QUESTIONNAIRES.contains(&&*key);
        self.path.push(key);
        if questionnaire && value.is_object() {
            self.own = self.path.len();
        }
        self.value(value);
        self.path.pop();
        self.own = own;
    }

    fn answer(&mut self, answer: &Answer<'a>, key: Option<&'a str>) {
        let label = if answer.label.is_empty() {
            key.unwrap_or_default()
        } else {
            answer.label
        };
        let before = (self.own, self.alias, self.input);
        self.own = self.path.len();
        self.alias = answer.alias.or(key);
        self.input = answer.input;
        self.path.push(Cow::Borrowed(label));
        self.value(answer.value);
        self.path.pop();
        (self.own, self.alias, self.input) = before;
    }
}

struct Answer<'a> {
    label: &'a str,
    alias: Option<&'a str>,
    input: Option<&'a str>,
    value: &'a Value,
}

/// The answer an element of a list is: it has a label and a value and nothing that is foreign
/// to an answer.
fn answer(object: &Map<String, Value>) -> Option<Answer<'_>> {
    let known = |key: &str| LABELS.contains(&key) || VALUES.contains(&key) || BESIDE.contains(&key);
    if !object.keys().all(|key| known(key)) {
        return None;
    }
    let text = |key: &&str| {
        object
            .get(*key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    Some(Answer {
        label: LABELS.iter().find_map(text)?,
        alias: ALIASES.iter().find_map(text),
        input: object.get("type").and_then(Value::as_str),
        value: VALUES.iter().find_map(|key| object.get(*key))?,
    })
}

/// The answer a keyed object is. A `name` beside a `value` may be any named thing with a price,
/// so here the label has to be one by its key; it may be empty.
fn field(object: &Map<String, Value>) -> Option<Answer<'_>> {
    let label = ["label", "title", "question"]
        .iter()
        .find_map(|key| object.get(*key))?;
    answer(object).or_else(|| {
        let value = VALUES.iter().find_map(|key| object.get(*key))?;
        label.as_str().filter(|label| label.is_empty())?;
        let input = object.get("type").and_then(Value::as_str);
        Some(Answer {
            label: "",
            alias: None,
            input,
            value,
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(payload: &Value) -> Vec<(String, String)> {
        entries(payload)
            .iter()
            .map(|entry| (entry.label(), entry.text()))
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected
            .iter()
            .map(|(label, text)| ((*label).to_owned(), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn nested_keys_are_joined_and_lists_too() {
        let payload = json!({
            "contact": {"email": "a@b.de", "age": 41, "ok": true, "none": null, "empty": " "},
            "topics": ["x", "", "y"],
            "items": [{"sku": 1}, {"sku": 2}],
            "only": [{"sku": 3}],
        });
        assert_eq!(
            said(&payload),
            pairs(&[
                ("contact.email", "a@b.de"),
                ("contact.age", "41"),
                ("contact.ok", "true"),
                ("topics", "x, y"),
                ("items.1.sku", "1"),
                ("items.2.sku", "2"),
                ("only.sku", "3"),
            ])
        );
    }

    #[test]
    fn answers_stand_under_their_questions() {
        let expected = pairs(&[("Your e-mail", "a@b.de"), ("Budget?", "5k")]);
        for payload in [
            json!([{"label": "Your e-mail", "value": "a@b.de"}, {"title": "Budget?", "answer": "5k"}]),
            json!({"data": {"fields": [
                {"key": "q1", "label": "Your e-mail", "type": "INPUT_EMAIL", "value": "a@b.de"},
                {"key": "q2", "label": "Budget?", "type": "INPUT_TEXT", "value": "5k"},
            ]}}),
            json!({"fields": {
                "f1": {"id": "f1", "title": "Your e-mail", "type": "email", "value": "a@b.de"},
                "Budget?": {"id": "f2", "title": "", "type": "text", "value": "5k"},
            }}),
            json!({"namedValues": {"Your e-mail": ["a@b.de"], "Budget?": ["5k"]}}),
        ] {
            assert_eq!(said(&payload), expected, "{payload}");
        }
    }

    #[test]
    fn a_person_with_a_value_is_no_answer() {
        let payload = json!([{"name": "Ada", "email": "a@b.de", "value": 5}]);
        assert!(!is_questionnaire(&payload));
        assert_eq!(
            said(&payload),
            pairs(&[("name", "Ada"), ("email", "a@b.de"), ("value", "5")])
        );
        assert_eq!(
            said(&json!({"deal": {"name": "Big", "value": 5}})),
            pairs(&[("deal.name", "Big"), ("deal.value", "5")])
        );
    }

    #[test]
    fn what_a_payload_may_say_is_bounded() {
        let list: Vec<_> = (0..MAX_ENTRIES * 2)
            .map(|n| json!({"n": n, "m": n}))
            .collect();
        assert_eq!(entries(&Value::Array(list)).len(), MAX_ENTRIES);
    }
}
