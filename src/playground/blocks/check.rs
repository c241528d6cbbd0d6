//! The bookkeeping of a check: complaints with their place, and the shapes every block is made of.

use serde_json::Value;

/// Collects what Slack would complain about.
#[derive(Default)]
pub(in crate::playground) struct Check {
    pub(in crate::playground) complaints: Vec<String>,
}

impl Check {
    pub(super) fn complain(&mut self, at: &str, what: &str) {
        self.complaints
            .push(format!("[ERROR] {what} [json-pointer:{at}]"));
    }

    /// Complains about keys that are not in `known`; `type`, `block_id` and `action_id` always are.
    pub(super) fn keys(&mut self, value: &Value, known: &[&str], at: &str) {
        let Some(map) = value.as_object() else {
            return self.complain(at, "must be an object");
        };
        for key in map.keys() {
            if !["type", "block_id"].contains(&key.as_str()) && !known.contains(&key.as_str()) {
                self.complain(at, &format!("invalid additional property: {key}"));
            }
        }
        self.optional_text(value, "block_id", 255, at);
    }

    /// A required, non-empty text of at most `most` characters under `key`.
    pub(super) fn required_text(&mut self, value: &Value, key: &str, most: usize, at: &str) {
        match value.get(key) {
            None | Some(Value::Null) => {
                self.complain(at, &format!("missing required field: {key}"));
            }
            Some(_) => self.optional_text(value, key, most, at),
        }
    }

    /// The same, when it is there at all.
    pub(super) fn optional_text(&mut self, value: &Value, key: &str, most: usize, at: &str) {
        self.sized_text(value, key, 1, most, at);
    }

    /// A text that may be empty, when it is there at all.
    pub(super) fn sized_text(
        &mut self,
        value: &Value,
        key: &str,
        least: usize,
        most: usize,
        at: &str,
    ) {
        let at = format!("{at}/{key}");
        match value.get(key) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => self.length(text, least, most, &at),
            Some(_) => self.complain(&at, "must be a string"),
        }
    }

    pub(super) fn length(&mut self, text: &str, least: usize, most: usize, at: &str) {
        let count = text.chars().count();
        if count < least {
            self.complain(at, &format!("must be more than {} characters", least - 1));
        }
        if count > most {
            self.complain(at, &format!("must be less than {} characters", most + 1));
        }
    }

    pub(super) fn optional_flag(&mut self, value: &Value, key: &str, at: &str) {
        if value.get(key).is_some_and(|v| !v.is_boolean()) {
            self.complain(&format!("{at}/{key}"), "must be a boolean");
        }
    }

    pub(super) fn one_of(&mut self, value: &Value, key: &str, known: &[&str], at: &str) {
        let Some(given) = value.get(key) else { return };
        if !given.as_str().is_some_and(|text| known.contains(&text)) {
            self.complain(
                &format!("{at}/{key}"),
                &format!("must be one of: {}", known.join(", ")),
            );
        }
    }

    /// A web address; `javascript:` and the like are refused.
    pub(super) fn address(&mut self, value: &Value, key: &str, at: &str) {
        self.optional_text(value, key, 3000, at);
        let Some(text) = value.get(key).and_then(Value::as_str) else {
            return;
        };
        let fine = ["http", "https", "mailto", "tel"];
        let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
        if !text.is_empty() && !fine.contains(&scheme.to_ascii_lowercase().as_str()) {
            self.complain(&format!("{at}/{key}"), "must be a valid URL");
        }
    }

    /// The list under `key` with its size held; empty when it is missing or no list.
    pub(super) fn list<'v>(
        &mut self,
        value: &'v Value,
        key: &str,
        most: usize,
        at: &str,
    ) -> &'v [Value] {
        let Some(list) = value.get(key).and_then(Value::as_array) else {
            self.complain(at, &format!("missing required field: {key}"));
            return &[];
        };
        let at = format!("{at}/{key}");
        if list.is_empty() {
            self.complain(&at, "no fewer than 1 items allowed");
        }
        if list.len() > most {
            self.complain(&at, &format!("no more than {most} items allowed"));
        }
        list
    }
}
