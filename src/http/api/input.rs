//! What programs send, read into types; what does not fit is told in words that name the field.
//!
//! ```json
//! {"type": "urn:baton:problem:bad-request", "title": "Bad Request", "status": 400,
//!  "detail": "`limit` is a number from 1 to 200"}
//! ```

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::http::{Error, Kind};

/// The most on a page.
const MOST: u32 = 200;
/// On a page if nobody says.
const USUAL: u32 = 50;

/// Text without control characters: no text that is stored has any, and PostgreSQL takes no NUL at all.
pub(super) const PLAIN: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";

/// Where nothing may stand behind the `?`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Reads a query string.
///
/// # Errors
/// 400 that names the parameter.
pub(super) fn query<T: DeserializeOwned>(query: &str) -> Result<T, Error> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    if let Some((name, _)) = pairs
        .clone()
        .find(|(_, value)| value.contains(char::is_control))
    {
        let detail = format!("`{}` has control characters in it", shown(&name));
        return Err(Error::new(Kind::BadRequest, detail));
    }
    let read = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs));
    read.map_err(|wrong| {
        let detail = said(&wrong.path().to_string(), &wrong.inner().to_string());
        Error::new(Kind::BadRequest, detail)
    })
}

/// Reads a JSON body.
///
/// # Errors
/// 400 if it is no JSON, 422 that names the field if it is not the JSON that belongs there.
pub(super) fn body<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let json: Result<IgnoredAny, _> = serde_json::from_slice(body);
    json.map_err(|wrong| Error::new(Kind::BadRequest, format!("the body is no JSON: {wrong}")))?;
    // A list would be taken for the fields in their order.
    if !body.trim_ascii_start().starts_with(b"{") {
        let detail = "the body must be a JSON object";
        return Err(Error::new(Kind::Unprocessable, detail));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_err(|wrong| {
        let (path, wrong) = (wrong.path().to_string(), wrong.into_inner());
        let at = format!(" at line {} column {}", wrong.line(), wrong.column());
        let words = wrong.to_string().replace(&at, "");
        Error::new(Kind::Unprocessable, said(&path, &words))
    })
}

/// A value of this field is wrong.
pub(super) fn wrong(field: &str, words: impl std::fmt::Display) -> Error {
    Error::new(Kind::Unprocessable, format!("`{field}` {words}"))
}

/// The words of a library after the field that they are about.
fn said(path: &str, words: &str) -> String {
    let words = shown(words);
    if path == "." || words.contains(&format!("`{path}`")) {
        return words;
    }
    format!("`{}`: {words}", shown(path))
}

/// What a caller wrote, as far as it may be said back.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(400).collect()
}

/// How many on a page.
pub(super) fn limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(USUAL)
}

/// A page's size: a number from 1 to 200.
pub(super) fn page<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let text = String::deserialize(from)?;
    let number = text
        .parse()
        .ok()
        .filter(|number| (1..=MOST).contains(number));
    let wrong = || serde::de::Error::custom(format!("a number from 1 to {MOST} is needed"));
    number.map(Some).ok_or_else(wrong)
}

/// A moment.
pub(super) fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(from)?;
    let wrong = |_| serde::de::Error::custom("a time like 2026-11-21T10:15:00Z is needed");
    text.parse().map(Some).map_err(wrong)
}

/// A moment, or nothing.
pub(super) fn moment_or_null<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let wrong = |_| serde::de::Error::custom("a time like 2026-11-21T10:15:00Z is needed");
    text.map(|text| text.parse().map_err(wrong)).transpose()
}

/// Text of one line, not empty, of at most 200 characters.
pub(super) fn line(field: &str, text: Option<&str>) -> Result<String, Error> {
    plain(field, text.unwrap_or_default(), 200, false)
}

/// Text of at most 2000 characters, with line breaks.
pub(super) fn note(field: &str, text: Option<&str>) -> Result<String, Error> {
    plain(field, text.unwrap_or_default(), 2000, true)
}

fn plain(field: &str, text: &str, most: usize, breaks: bool) -> Result<String, Error> {
    if text
        .chars()
        .any(|c| c.is_control() && !(breaks && matches!(c, '\n' | '\r' | '\t')))
    {
        return Err(wrong(field, "has control characters in it"));
    }
    if text.chars().count() > most {
        return Err(wrong(field, format!("has more than {most} characters")));
    }
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        #[serde(default, deserialize_with = "page")]
        limit: Option<u32>,
        #[serde(default, deserialize_with = "moment")]
        since: Option<Timestamp>,
        #[expect(dead_code, reason = "only whether it can be read matters")]
        q: Option<String>,
    }

    #[test]
    fn what_does_not_fit_a_query_is_named() {
        for (text, said) in [
            ("limit=0", "`limit`: a number from 1 to 200 is needed"),
            ("limit=many", "`limit`: a number from 1 to 200 is needed"),
            (
                "since=yesterday",
                "`since`: a time like 2026-11-21T10:15:00Z is needed",
            ),
            (
                "colour=red",
                "unknown field `colour`, expected one of `limit`, `since`, `q`",
            ),
            ("q=a&q=b", "duplicate field `q`"),
            ("q=%00", "`q` has control characters in it"),
        ] {
            let error = query::<Asked>(text).unwrap_err();
            assert_eq!(error.detail(), said);
        }
        let asked = query::<Asked>("limit=200&since=2026-11-21T10:15:00Z").unwrap();
        assert_eq!((asked.limit, asked.since.is_some()), (Some(200), true));
    }

    #[test]
    fn what_does_not_fit_a_body_is_named() {
        for (text, said) in [
            (
                r#"{"q": 5}"#,
                "`q`: invalid type: integer `5`, expected a string",
            ),
            (
                r#"{"q": "a", "x": 1}"#,
                "unknown field `x`, expected one of `limit`, `since`, `q`",
            ),
            (
                "[1",
                "the body is no JSON: EOF while parsing a list at line 1 column 2",
            ),
            (
                "{} {}",
                "the body is no JSON: trailing characters at line 1 column 4",
            ),
            (
                "",
                "the body is no JSON: EOF while parsing a value at line 1 column 0",
            ),
            ("[]", "the body must be a JSON object"),
            ("null", "the body must be a JSON object"),
        ] {
            let error = body::<Asked>(text.as_bytes()).unwrap_err();
            assert_eq!(error.detail(), said);
        }
    }
}
