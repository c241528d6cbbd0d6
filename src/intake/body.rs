//! Reading a raw body into one tree of values, whatever format it came in.

use serde_json::Value;

use super::{form, preset::Preset};

/// How deeply lists and objects may be nested. Everything that walks a body relies on it.
pub const MAX_DEPTH: usize = 64;

/// How many values one body may hold: far beyond any lead, and little work all the same.
pub const MAX_VALUES: usize = 50_000;

/// What a source says that it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// What browsers send: `application/x-www-form-urlencoded`.
    Form,
    /// What a known vendor sends.
    Preset(&'static Preset),
}

/// How one body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// JSON.
    Json,
    /// What browsers send: `application/x-www-form-urlencoded`.
    Form,
}

/// All ways.
const ALL: [Body; 2] = [Body::Json, Body::Form];

/// Why a body can't be read; the submission is kept and quarantined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

impl Format {
    /// The ways in which the source may write a body.
    #[must_use]
    pub fn bodies(self) -> &'static [Body] {
        match self {
            Format::Json => &[Body::Json],
            Format::Form => &[Body::Form],
            Format::Preset(preset) => preset.bodies,
        }
    }

    /// Whether the source takes bodies of this content type; those it doesn't are answered 415.
    /// Senders that leave the type out, or call their JSON plain text, are understood.
    #[must_use]
    pub fn accepts(self, content_type: Option<&str>) -> bool {
        self.bodies().iter().any(|body| body.is(content_type))
    }

    /// Reads a body.
    ///
    /// # Errors
    /// What is wrong with it, without quoting it.
    pub fn read(self, content_type: Option<&str>, body: &[u8]) -> Result<Value, Unreadable> {
        read_as(self.bodies(), content_type, body)
    }
}

/// Reads a body of whatever kind, by its content type and else by its bytes.
///
/// # Errors
/// What is wrong with it, without quoting it.
pub(super) fn any(content_type: Option<&str>, body: &[u8]) -> Result<Value, Unreadable> {
    read_as(&ALL, content_type, body)
}

/// Reads what stands in a query as the form it is.
pub(super) fn query(query: &str) -> Result<Value, Unreadable> {
    form::read(query.as_bytes(), false)
}

fn read_as(ways: &[Body], content_type: Option<&str>, body: &[u8]) -> Result<Value, Unreadable> {
    let fits = |way: &&Body| way.is(content_type) && way.looks_like(body);
    let looks = |way: &&Body| way.looks_like(body);
    let way = ways.iter().find(fits).or(ways.iter().find(looks));
    match way.or(ways.first()) {
        Some(way) => way.read(content_type, body),
        None => Err(Unreadable("this source reads no body".into())),
    }
}

impl Body {
    /// Whether a body of this content type may be written so.
    fn is(self, content_type: Option<&str>) -> bool {
        let Some(content_type) = content_type else {
            return true;
        };
        let kind = content_type.split(';').next().unwrap_or_default();
        let kind = kind.trim().to_ascii_lowercase();
        match self {
            Body::Json => {
                matches!(&*kind, "" | "application/json" | "text/json" | "text/plain")
                    || (kind.starts_with("application/") && kind.ends_with("+json"))
            }
            Body::Form => matches!(&*kind, "" | "application/x-www-form-urlencoded"),
        }
    }

    /// Whether these bytes could be meant so, where the content type leaves it open.
    fn looks_like(self, body: &[u8]) -> bool {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let first = body.trim_ascii_start().first();
        match self {
            Body::Json => matches!(first, Some(b'{' | b'[')),
            Body::Form => !matches!(first, Some(b'{' | b'[' | b'<')),
        }
    }

    fn read(self, content_type: Option<&str>, body: &[u8]) -> Result<Value, Unreadable> {
        let latin = charset(content_type).is_some_and(|name| is_latin(&name));
        match self {
            Body::Json => json(body, latin),
            Body::Form => form::read(body, latin),
        }
    }
}

/// The `charset` of a content type, in lower case.
fn charset(content_type: Option<&str>) -> Option<String> {
    content_type?.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    })
}

fn is_latin(charset: &str) -> bool {
    matches!(
        charset,
        "iso-8859-1" | "iso8859-1" | "latin1" | "windows-1252" | "cp1252" | "us-ascii"
    )
}

/// Reads JSON. Of a key that an object has twice the last value counts, as in every browser.
fn json(body: &[u8], latin: bool) -> Result<Value, Unreadable> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    if body.trim_ascii().is_empty() {
        return Err(Unreadable("the body is empty".into()));
    }
    let text = match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) if latin => windows_1252(body),
        Err(_) => return Err(Unreadable("the body is not UTF-8".into())),
    };
    measure(&text)?;
    serde_json::from_str(&text).map_err(|error| {
        Unreadable(format!(
            "not JSON at line {}, column {}",
            error.line(),
            error.column()
        ))
    })
}

/// JSON that stands as a text inside of a body; null if it is none.
pub(super) fn inner_json(text: &str) -> Value {
    match measure(text) {
        Ok(()) => serde_json::from_str(text).unwrap_or_default(),
        Err(_) => Value::Null,
    }
}

/// Refuses what is too deep or too large before anything is built of it.
fn measure(text: &str) -> Result<(), Unreadable> {
    let (mut depth, mut values) = (0_usize, 1_usize);
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        if values > MAX_VALUES {
            return Err(too_many());
        }
    }
    Ok(())
}

pub(super) fn too_deep() -> Unreadable {
    Unreadable(format!("nested more than {MAX_DEPTH} levels deep"))
}

pub(super) fn too_many() -> Unreadable {
    Unreadable(format!("more than {MAX_VALUES} values"))
}

/// Decodes what the web means by ISO-8859-1: every byte is a character.
pub(super) fn windows_1252(bytes: &[u8]) -> String {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let decode = |byte: &u8| match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        other => char::from(*other),
    };
    bytes.iter().map(decode).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn content_types_are_taken_by_what_senders_really_write() {
        for (format, content_type, taken) in [
            (Format::Json, None, true),
            (Format::Json, Some("application/json"), true),
            (Format::Json, Some("Application/JSON; charset=UTF-8"), true),
            (Format::Json, Some("application/vnd.api+json"), true),
            (Format::Json, Some("text/plain;charset=utf-8"), true),
            (
                Format::Json,
                Some("application/x-www-form-urlencoded"),
                false,
            ),
            (Format::Json, Some("image/svg+json"), false),
            (Format::Json, Some("text/html"), false),
            (Format::Form, None, true),
            (
                Format::Form,
                Some("application/x-www-form-urlencoded; charset=UTF-8"),
                true,
            ),
            (Format::Form, Some("multipart/form-data; boundary=x"), false),
            (Format::Form, Some("application/json"), false),
        ] {
            assert_eq!(
                format.accepts(content_type),
                taken,
                "{format:?} {content_type:?}"
            );
        }
    }

    #[test]
    fn json_is_read_with_a_mark_in_front_and_in_old_encodings() {
        let read = |content_type, body: &[u8]| Format::Json.read(content_type, body);
        assert_eq!(read(None, b"\xEF\xBB\xBF{\"a\":1}"), Ok(json!({"a": 1})));
        assert_eq!(read(None, br#"{"a":1,"a":2}"#), Ok(json!({"a": 2})));
        let latin = Some("application/json; charset=\"ISO-8859-1\"");
        assert_eq!(
            read(latin, b"{\"a\":\"J\xFCrgen \x80\"}"),
            Ok(json!({"a": "Jürgen €"}))
        );
        assert_eq!(
            read(latin, "{\"a\":\"Jürgen\"}".as_bytes()),
            Ok(json!({"a": "Jürgen"}))
        );
    }

    #[test]
    fn what_cannot_be_read_says_where_and_quotes_nothing() {
        let why = |body: &[u8]| Format::Json.read(None, body).unwrap_err().to_string();
        assert_eq!(why(b""), "the body is empty");
        assert_eq!(why(b" \n"), "the body is empty");
        assert_eq!(why(b"{\"name\":\"\xFF\"}"), "the body is not UTF-8");
        assert_eq!(
            why(b"{\"name\":\"A\",\n\"email\":\"a@ex"),
            "not JSON at line 2, column 13"
        );
        assert_eq!(why(b"{} {}"), "not JSON at line 1, column 4");
    }

    #[test]
    fn depth_and_size_have_limits() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(
            Format::Json
                .read(None, nested(MAX_DEPTH).as_bytes())
                .is_ok()
        );
        assert_eq!(
            Format::Json.read(None, nested(MAX_DEPTH + 1).as_bytes()),
            Err(too_deep())
        );
        let wide = format!("[{}0]", "0,".repeat(MAX_VALUES));
        assert_eq!(Format::Json.read(None, wide.as_bytes()), Err(too_many()));
        let quoted = format!("[\"{}\"]", "[\\\"{".repeat(200));
        assert!(Format::Json.read(None, quoted.as_bytes()).is_ok());
    }
}
