//! Text objects, options and confirmations: what blocks and elements are made of.

use serde_json::Value;

use super::Check;

/// Which text objects a place takes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Text {
    Plain,
    Either,
}

impl Check {
    /// A required text object of 1 to `most` characters under `key`.
    pub(super) fn text(&mut self, value: &Value, key: &str, kind: Text, most: usize, at: &str) {
        match value.get(key) {
            None | Some(Value::Null) => {
                self.complain(at, &format!("missing required field: {key}"));
            }
            Some(text) => self.text_object(text, kind, most, &format!("{at}/{key}")),
        }
    }

    /// The same, when it is there at all.
    pub(super) fn text_if_any(
        &mut self,
        value: &Value,
        key: &str,
        kind: Text,
        most: usize,
        at: &str,
    ) {
        if value.get(key).is_some() {
            self.text(value, key, kind, most, at);
        }
    }

    pub(super) fn text_object(&mut self, text: &Value, kind: Text, most: usize, at: &str) {
        match (text["type"].as_str(), kind) {
            (Some("plain_text"), _) => self.keys(text, &["text", "emoji"], at),
            (Some("mrkdwn"), Text::Either) => self.keys(text, &["text", "verbatim"], at),
            (_, Text::Plain) => return self.complain(&format!("{at}/type"), "must be plain_text"),
            (_, Text::Either) => {
                return self.complain(&format!("{at}/type"), "must be one of: plain_text, mrkdwn");
            }
        }
        self.required_text(text, "text", most, at);
        self.optional_flag(text, "emoji", at);
        self.optional_flag(text, "verbatim", at);
    }

    pub(super) fn confirm(&mut self, element: &Value, at: &str) {
        let Some(confirm) = element.get("confirm") else {
            return;
        };
        let at = format!("{at}/confirm");
        self.keys(confirm, &["title", "text", "confirm", "deny", "style"], &at);
        self.text(confirm, "title", Text::Plain, 100, &at);
        self.text(confirm, "text", Text::Either, 300, &at);
        self.text(confirm, "confirm", Text::Plain, 30, &at);
        self.text(confirm, "deny", Text::Plain, 30, &at);
        self.one_of(confirm, "style", &["primary", "danger"], &at);
    }

    /// Options, or groups of them where the element allows groups.
    pub(super) fn options(&mut self, element: &Value, most: usize, at: &str) {
        let Some(groups) = element.get("option_groups") else {
            return self.option_list(element, most, Text::Plain, at);
        };
        if element.get("options").is_some() {
            self.complain(at, "only one of options and option_groups is allowed");
        }
        let groups_at = format!("{at}/option_groups");
        if groups
            .as_array()
            .is_none_or(|g| g.is_empty() || g.len() > 100)
        {
            return self.complain(&groups_at, "must have 1 to 100 items");
        }
        for (i, group) in groups.as_array().into_iter().flatten().enumerate() {
            let at = format!("{groups_at}/{i}");
            self.text(group, "label", Text::Plain, 75, &at);
            self.option_list(group, most, Text::Plain, &at);
        }
    }

    pub(super) fn option_list(&mut self, element: &Value, most: usize, kind: Text, at: &str) {
        let mut seen = Vec::new();
        for (i, option) in self.list(element, "options", most, at).iter().enumerate() {
            let at = format!("{at}/options/{i}");
            self.option(option, kind, &at);
            let value = option["value"].as_str().unwrap_or_default();
            if seen.contains(&value) {
                self.complain(&at, &format!("option values must be unique: {value}"));
            }
            seen.push(value);
        }
    }

    pub(super) fn option(&mut self, option: &Value, kind: Text, at: &str) {
        self.keys(option, &["text", "value", "description", "url"], at);
        self.text(option, "text", kind, 75, at);
        self.required_text(option, "value", 150, at);
        self.text_if_any(option, "description", kind, 75, at);
        self.address(option, "url", at);
    }

    /// An option given as already chosen must be one of those on offer.
    pub(super) fn initial_option(&mut self, element: &Value, at: &str) {
        let Some(initial) = element.get("initial_option") else {
            return;
        };
        if !all_options(element).any(|option| option["value"] == initial["value"]) {
            self.complain(
                &format!("{at}/initial_option"),
                "must be one of the options",
            );
        }
    }
}

/// Every option of an element, out of its groups too.
pub(super) fn all_options(element: &Value) -> impl Iterator<Item = &Value> {
    let grouped = element["option_groups"].as_array().into_iter().flatten();
    let grouped = grouped.flat_map(|group| group["options"].as_array().into_iter().flatten());
    element["options"]
        .as_array()
        .into_iter()
        .flatten()
        .chain(grouped)
}
