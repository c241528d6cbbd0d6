//! Reading a raw body into one tree of values, whatever format it came in.

use serde_json::Value;

use super::{form, mail, multipart, preset::Preset, xml};

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
    /// What browsers send with files: `multipart/form-data`.
    Multipart,
    /// XML.
    Xml,
    /// E-mails: `message/rfc822`.
    Email,
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
    /// What browsers send with files: `multipart/form-data`.
    Multipart,
    /// XML, as the tree that [`super::xml`] makes of it.
    Xml,
    /// An e-mail, as the tree that `intake::mail` makes of it.
    Email,
}

/// All ways; a form looks like nothing else, so it comes last.
const ALL: [Body; 5] = [
    Body::Json,
    Body::Xml,
    Body::Multipart,
    Body::Email,
    Body::Form,
];

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
            Format::Multipart => &[Body::Multipart],
            Format::Xml => &[Body::Xml],
            Format::Email => &[Body::Email],
            Format::Preset(preset) => preset.bodies,
        }
    }

    /// The vendor whose format it is.
    #[must_use]
    pub fn preset(self) -> Option<&'static Preset> {
        match self {
            Format::Json | Format::Form | Format::Multipart | Format::Xml | Format::Email => None,
            Format::Preset(preset) => Some(preset),
        }
    }

    /// Whether the source takes bodies of this content type; those it doesn't are answered 415.
    /// Senders that leave the type out, or call what they send plain text, are understood.
    #[must_use]
    pub fn accepts(self, content_type: Option<&str>) -> bool {
        self.bodies().iter().any(|body| body.is(content_type))
    }

    /// The way in which a body is written: what its bytes look like, of several such ways the one that its type
    /// names.
    #[must_use]
    pub fn way(self, content_type: Option<&str>, body: &[u8]) -> Option<Body> {
        way(self.bodies(), content_type, body)
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

fn way(ways: &[Body], content_type: Option<&str>, body: &[u8]) -> Option<Body> {
    let looks = |way: &&Body| way.looks_like(body);
    let named = |way: &&Body| way.is(content_type);
    let both = ways.iter().find(|way| looks(way) && named(way));
    let way = both.or_else(|| ways.iter().find(looks));
    way.or_else(|| ways.iter().find(named))
        .or(ways.first())
        .copied()
}

fn read_as(ways: &[Body], content_type: Option<&str>, body: &[u8]) -> Result<Value, Unreadable> {
    match way(ways, content_type, body) {
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
        // These say nothing.
        if matches!(&*kind, "" | "text/plain" | "application/octet-stream") {
            return true;
        }
        let suffixed = |suffix| kind.starts_with("application/") && kind.ends_with(suffix);
        match self {
            Body::Json => matches!(&*kind, "application/json" | "text/json") || suffixed("+json"),
            Body::Form => kind == "application/x-www-form-urlencoded",
            Body::Multipart => kind == "multipart/form-data",
            Body::Xml => {
                matches!(
                    &*kind,
                    "application/xml" | "text/xml" | "application/x-adf" | "text/x-adf"
                ) || suffixed("+xml")
            }
            Body::Email => matches!(&*kind, "message/rfc822" | "message/global"),
        }
    }

    /// Whether these bytes could be meant so, where the content type leaves it open.
    fn looks_like(self, body: &[u8]) -> bool {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let first = body.trim_ascii_start().first();
        match self {
            Body::Json => matches!(first, Some(b'{' | b'[')),
            Body::Form => {
                let other = matches!(first, Some(b'{' | b'[' | b'<'));
                !other && body.contains(&b'=') && !multipart::looks_like(body)
            }
            Body::Multipart => multipart::looks_like(body),
            Body::Xml => matches!(first, Some(b'<')),
            Body::Email => mail::looks_like(body),
        }
    }

    /// Reads a body that is written so.
    pub(super) fn read(self, content_type: Option<&str>, body: &[u8]) -> Result<Value, Unreadable> {
        match self {
            Body::Json => json(body, latin(content_type)),
            Body::Form => form::read(body, latin(content_type)),
            Body::Multipart => multipart::read(content_type, body),
            Body::Xml => xml::read(body, latin(content_type)),
            Body::Email => mail::read(body),
        }
    }
}

/// Whether a content type names a charset in which every byte is a character.
pub(super) fn latin(content_type: Option<&str>) -> bool {
    charset(content_type).is_some_and(|name| is_latin(&name))
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

pub(super) fn is_latin(charset: &str) -> bool {
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
mod tests;
