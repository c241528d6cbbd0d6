//! Arguments of a call: from the query, a form or JSON, as Slack takes them per method.

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value, json};

use super::{Refusal, Result};

/// These methods do not read JSON bodies; what is in one is as good as not given.
const FORM_ONLY: [&str; 8] = [
    "users.info",
    "users.lookupByEmail",
    "users.getPresence",
    "users.list",
    "files.getUploadURLExternal",
    "usergroups.list",
    "usergroups.users.list",
    "bots.info",
];

/// What a call was given.
pub(super) struct Args {
    values: Map<String, Value>,
    no_charset: bool,
    broken: bool,
}

impl Args {
    pub(super) fn read(method: &str, query: &str, headers: &HeaderMap, body: &[u8]) -> Self {
        let kind = headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        let mut args = Self {
            values: pairs(query.as_bytes()),
            no_charset: false,
            broken: false,
        };
        if kind.starts_with("application/json") {
            args.no_charset = !kind.contains("charset");
            if !FORM_ONLY.contains(&method) {
                args.take_json(body);
            }
        } else {
            args.values.extend(pairs(body));
        }
        args
    }

    fn take_json(&mut self, body: &[u8]) {
        match serde_json::from_slice(body) {
            Ok(Value::Object(map)) => self.values.extend(map),
            Ok(_) => self.broken = true,
            Err(_) => self.broken = !body.is_empty(),
        }
    }

    /// Adds Slack's remark about a JSON body without a charset.
    pub(super) fn warn(&self, answer: &mut Value) {
        if self.no_charset {
            answer["warning"] = json!("missing_charset");
            answer["response_metadata"]["warnings"] = json!(["missing_charset"]);
        }
    }

    /// What the log shows: everything but the token.
    pub(super) fn shown(&self) -> Value {
        let shown = self.values.iter().filter(|(key, _)| *key != "token");
        Value::Object(
            shown
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        )
    }

    /// A text or number, as text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        match self.values.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    pub(super) fn required(&self, key: &str) -> Result<String> {
        if self.broken {
            return Err("invalid_json".into());
        }
        self.text(key)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| Refusal::missing(key))
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        match self.values.get(key) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text == "true" || text == "1",
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => false,
        }
    }

    /// Structured data, which forms carry as JSON in a text.
    pub(super) fn json(&self, key: &str, error: &str) -> Result<Option<Value>> {
        match self.values.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| error.into()),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// How many items a page has, and the cursor to start at.
    pub(super) fn page(&self, most: usize) -> (usize, String) {
        let limit = self
            .text("limit")
            .and_then(|text| text.parse().ok())
            .unwrap_or(100);
        (
            limit.clamp(1, most),
            self.text("cursor").unwrap_or_default(),
        )
    }
}

fn pairs(text: &[u8]) -> Map<String, Value> {
    form_urlencoded::parse(text)
        .map(|(key, value)| (key.into_owned(), Value::String(value.into_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &str, kind: &'static str, body: &str) -> Args {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        Args::read(method, "limit=5", &headers, body.as_bytes())
    }

    #[test]
    fn forms_and_json_are_the_same_to_a_method() {
        let form = read(
            "chat.postMessage",
            "application/x-www-form-urlencoded",
            "channel=D1&blocks=%5B1%5D&mrkdwn=true",
        );
        let json = read(
            "chat.postMessage",
            "application/json; charset=utf-8",
            r#"{"channel":"D1","blocks":[1],"mrkdwn":true}"#,
        );
        for args in [form, json] {
            assert_eq!(args.text("channel").as_deref(), Some("D1"));
            assert_eq!(
                args.json("blocks", "invalid_blocks").unwrap(),
                Some(json!([1]))
            );
            assert!(args.flag("mrkdwn"));
            assert_eq!(args.page(10).0, 5);
        }
    }

    #[test]
    fn some_methods_do_not_read_json() {
        let args = read("users.info", "application/json", r#"{"user":"U1"}"#);
        assert_eq!(
            args.required("user").unwrap_err().error,
            "invalid_arguments"
        );
    }

    #[test]
    fn json_without_a_charset_is_remarked_upon() {
        let mut answer = json!({"ok": true});
        read("chat.update", "application/json", "{}").warn(&mut answer);
        assert_eq!(answer["warning"], "missing_charset");
    }

    #[test]
    fn broken_json_is_named() {
        let args = read("chat.update", "application/json; charset=utf-8", "{");
        assert_eq!(args.required("channel").unwrap_err().error, "invalid_json");
    }
}
