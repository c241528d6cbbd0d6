//! `body-field`: a secret that stands among the fields of the body, `{"google_key": "…"}`. It is taken out before
//! anything is kept.

use http::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{Denied, Request, SetupError, is_one_of, none_empty};
use crate::intake::{body, tree};

/// A checked `body-field`.
#[derive(Clone, Debug)]
pub struct BodyField {
    field: String,
    secrets: Vec<SecretString>,
}

impl BodyField {
    /// Takes the name of the field, and what may stand in it: several while it is being changed.
    ///
    /// # Errors
    /// When the name or a secret is empty.
    pub fn new(field: impl Into<String>, secrets: Vec<SecretString>) -> Result<Self, SetupError> {
        let field = field.into();
        if field.trim().is_empty() {
            return Err(SetupError::FieldName);
        }
        none_empty(&secrets)?;
        Ok(Self { field, secrets })
    }

    /// The field's name.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What the sender writes into it.
    pub(super) fn shown(&self) -> Option<&str> {
        self.secrets.first().map(ExposeSecret::expose_secret)
    }

    /// The whole body is read for it, within the bounds that hold for every body.
    pub(super) fn verify(&self, request: &Request<'_>) -> Result<(), Denied> {
        let place = || format!("the body's field {}", self.field);
        let payload = payload(request).ok_or_else(|| Denied::NoToken(place()))?;
        let mut found = Vec::new();
        find(&payload, &self.field, &mut found);
        match found.as_slice() {
            [] => Err(Denied::NoToken(place())),
            [one] if is_one_of(&self.secrets, tree::text(one).as_bytes()) => Ok(()),
            [_] => Err(Denied::WrongToken(place())),
            [_, _, ..] => Err(Denied::SeveralTokens(place())),
        }
    }
}

/// What the request says; without a body, what its query does.
fn payload(request: &Request<'_>) -> Option<Value> {
    let content_type = request.headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    if request.body.is_empty() {
        return body::query(request.query).ok();
    }
    body::any(content_type, request.body).ok()
}

/// Collects what stands under a name, wherever that is; a list counts by each of its values.
fn find<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::Array(list) if key == name => found.extend(list),
                    _ if key == name => found.push(value),
                    _ => find(value, name, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|item| find(item, name, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method};
    use jiff::Timestamp;

    use super::*;

    fn verify(content_type: Option<&'static str>, body: &str, query: &str) -> Result<(), Denied> {
        let mut headers = HeaderMap::new();
        if let Some(value) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(value));
        }
        let field = BodyField::new("google_key", vec!["s3cret".into(), "123456".into()]);
        field.unwrap().verify(&Request {
            method: &Method::POST,
            url: "",
            headers: &headers,
            query,
            body: body.as_bytes(),
            now: Timestamp::UNIX_EPOCH,
        })
    }

    #[test]
    fn the_field_counts_in_every_kind_of_body() {
        let form = Some("application/x-www-form-urlencoded");
        let parts =
            "--x\r\nContent-Disposition: form-data; name=\"google_key\"\r\n\r\ns3cret\r\n--x--\r\n";
        for (content_type, body, query) in [
            (Some("application/json"), r#"{"google_key": "s3cret"}"#, ""),
            (None, r#"{"a": 1, "google_key": 123456}"#, ""),
            (form, "a=b&google_key=s3cret", ""),
            (form, r#"{"google_key": "s3cret"}"#, ""),
            (
                Some("text/xml"),
                "<lead><google_key>s3cret</google_key></lead>",
                "",
            ),
            (Some("multipart/form-data; boundary=x"), parts, ""),
            (None, "", "a=b&google_key=s3cret"),
        ] {
            assert_eq!(verify(content_type, body, query), Ok(()), "{body}{query}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let place = || "the body's field google_key".to_owned();
        for (body, denied) in [
            ("", Denied::NoToken(place())),
            ("{", Denied::NoToken(place())),
            ("{}", Denied::NoToken(place())),
            (r#"{"Google_Key": "s3cret"}"#, Denied::NoToken(place())),
            (r#"{"google_key": "s3cre"}"#, Denied::WrongToken(place())),
            (
                r#"{"google_key": {"x": "s3cret"}}"#,
                Denied::WrongToken(place()),
            ),
            (r#"{"google_key": null}"#, Denied::WrongToken(place())),
            (
                "google_key=s3cret&google_key=x",
                Denied::SeveralTokens(place()),
            ),
            (
                r#"{"google_key": "s3cret", "b": {"google_key": "s3cret"}}"#,
                Denied::SeveralTokens(place()),
            ),
        ] {
            assert_eq!(verify(None, body, ""), Err(denied), "{body}");
        }
    }

    #[test]
    fn a_field_that_proves_nothing_is_refused() {
        assert_eq!(
            BodyField::new(" ", vec!["x".into()]).err(),
            Some(SetupError::FieldName)
        );
        assert_eq!(
            BodyField::new("key", vec![]).err(),
            Some(SetupError::EmptySecret)
        );
    }
}
