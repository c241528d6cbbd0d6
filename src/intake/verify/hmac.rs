//! `hmac-sha256` and `hmac-sha1`: the sender signs the raw body, and where it can the time, with a shared key.
//!
//! Some write signature and time into one header, `t=1782340245,v1=…`, with several signatures while their key is
//! being changed: that is [`Parts`].

mod base;

use http::{HeaderMap, HeaderName};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;

use self::base::{Part, parts, signed_header};
use super::{
    Denied, Encoding, Request, SetupError, TimestampUnit, header_name, header_value, mac::Hash,
    none_empty, single, window::Window,
};

/// How many parts one header may have: far more than anybody sends.
const MOST_PARTS: usize = 32;

/// The scheme as the configuration gives it; [`Hmac::new`] checks it.
#[derive(Clone, Debug)]
pub struct HmacSettings {
    /// The header with the signature.
    pub header: String,
    /// The names of the header's parts, where it holds several.
    pub parts: Option<Parts>,
    /// What stands before the signature, exactly: `sha256=`.
    pub prefix: String,
    /// How the signature is written.
    pub encoding: Encoding,
    /// The keys; several while one is being changed.
    pub secrets: Vec<SecretString>,
    /// The header with the time of signing.
    pub timestamp_header: Option<String>,
    /// What it counts.
    pub timestamp_unit: TimestampUnit,
    /// The header with the delivery's id, where that is signed too.
    pub id_header: Option<String>,
    /// The text that is signed, with `{body}`, `{timestamp}` and `{id}` in it.
    pub base: String,
    /// What `{body}` is.
    pub covers: Covers,
    /// How far the time of signing may be from now, both ways.
    pub tolerance: SignedDuration,
}

/// What a header of several parts calls them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The time of signing: `t`.
    pub timestamp: &'static str,
    /// A signature, of which there may be several: `v1`.
    pub signature: &'static str,
}

/// What the sender signs of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// All of it.
    Whole,
    /// All of it, or of a list of events the first, without spaces between its values.
    FirstOfBatch,
}

impl HmacSettings {
    /// What holds where the configuration is silent.
    #[must_use]
    pub fn new(header: impl Into<String>, secrets: Vec<SecretString>) -> Self {
        Self {
            header: header.into(),
            parts: None,
            prefix: String::new(),
            encoding: Encoding::Hex,
            secrets,
            timestamp_header: None,
            timestamp_unit: TimestampUnit::Seconds,
            id_header: None,
            base: "{body}".to_owned(),
            covers: Covers::Whole,
            tolerance: Window::USUAL,
        }
    }
}

/// A checked `hmac-*`.
#[derive(Clone, Debug)]
pub struct Hmac {
    header: HeaderName,
    parts: Option<Parts>,
    prefix: String,
    encoding: Encoding,
    secrets: Vec<SecretString>,
    timestamp_header: Option<HeaderName>,
    id_header: Option<HeaderName>,
    base: Vec<Part>,
    covers: Covers,
    window: Window,
}

/// What a request says of its signature.
struct Given<'a> {
    signatures: Vec<Vec<u8>>,
    /// As it was sent, which is what was signed.
    timestamp: &'a [u8],
    id: &'a [u8],
}

impl Hmac {
    /// Checks the settings.
    ///
    /// # Errors
    /// The first thing about them that would make signatures worthless or impossible.
    pub fn new(settings: HmacSettings) -> Result<Self, SetupError> {
        none_empty(&settings.secrets)?;
        let window = Window::new(settings.timestamp_unit, settings.tolerance)?;
        let base = parts(&settings.base)?;
        let timestamp_header = match settings.parts {
            Some(_) => None,
            None => {
                let header = settings.timestamp_header.as_deref();
                signed_header(&base, &Part::Timestamp, header)?
            }
        };
        let id_header = signed_header(&base, &Part::Id, settings.id_header.as_deref())?;
        Ok(Self {
            header: header_name(&settings.header)?,
            parts: settings.parts,
            prefix: settings.prefix,
            encoding: settings.encoding,
            secrets: settings.secrets,
            timestamp_header,
            id_header,
            base,
            covers: settings.covers,
            window,
        })
    }

    /// Whether the time of signing is signed too, so that a request can't be sent again later.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.base.contains(&Part::Timestamp)
    }

    pub(super) fn verify(&self, hash: Hash, request: &Request<'_>) -> Result<(), Denied> {
        let given = self.given(request)?;
        let signs = |body: &[u8]| {
            self.secrets.iter().any(|secret| {
                let code = self.code(hash, secret, body, given.timestamp, given.id);
                let fits = |one: &Vec<u8>| bool::from(code.ct_eq(one));
                given.signatures.iter().any(fits)
            })
        };
        if signs(request.body) || self.first(request.body).is_some_and(|first| signs(&first)) {
            Ok(())
        } else {
            Err(Denied::Mismatch(self.header.to_string()))
        }
    }

    /// The headers by which the sender proves `body` with the first key.
    pub(super) fn sign(
        &self,
        hash: Hash,
        body: &[u8],
        now: Timestamp,
        id: &str,
    ) -> Result<HeaderMap, SetupError> {
        let time = self.window.write(now);
        let secret = self.secrets.first().ok_or(SetupError::EmptySecret)?;
        let first = self.first(body);
        let covered = first.as_deref().unwrap_or(body);
        let code = self.code(hash, secret, covered, time.as_bytes(), id.as_bytes());
        let mut signature = format!("{}{}", self.prefix, self.encoding.encode(&code));
        if let Some(parts) = self.parts {
            signature = format!("{}={time},{}={signature}", parts.timestamp, parts.signature);
        }
        let mut headers = HeaderMap::new();
        let mut put = |name: Option<&HeaderName>, value: &str| {
            if let Some(name) = name {
                headers.insert(name.clone(), header_value(value)?);
            }
            Ok(())
        };
        put(Some(&self.header), &signature)?;
        put(self.timestamp_header.as_ref(), &time)?;
        put(self.id_header.as_ref(), id)?;
        Ok(headers)
    }

    /// The code of what is signed.
    fn code(
        &self,
        hash: Hash,
        secret: &SecretString,
        body: &[u8],
        timestamp: &[u8],
        id: &[u8],
    ) -> Vec<u8> {
        let parts = self.base.iter().map(|part| match part {
            Part::Literal(text) => text.as_bytes(),
            Part::Body => body,
            Part::Timestamp => timestamp,
            Part::Id => id,
        });
        hash.code(secret.expose_secret().as_bytes(), parts)
    }

    /// What is covered of a body that is a batch.
    fn first(&self, body: &[u8]) -> Option<Vec<u8>> {
        match self.covers {
            Covers::Whole => None,
            Covers::FirstOfBatch => first_of_batch(body),
        }
    }

    fn given<'a>(&self, request: &Request<'a>) -> Result<Given<'a>, Denied> {
        let value = single(request.headers, &self.header)?.as_bytes();
        let (signatures, timestamp) = match self.parts {
            Some(parts) => self.of_parts(value, parts)?,
            None => (
                vec![self.signature(value)?],
                optional(request, self.timestamp_header.as_ref())?,
            ),
        };
        if self.is_timed() {
            let place = self.timestamp_header.as_ref().unwrap_or(&self.header);
            self.window.holds(timestamp, request.now, place.as_str())?;
        }
        Ok(Given {
            signatures,
            timestamp,
            id: optional(request, self.id_header.as_ref())?,
        })
    }

    fn signature(&self, value: &[u8]) -> Result<Vec<u8>, Denied> {
        let encoded = value
            .strip_prefix(self.prefix.as_bytes())
            .ok_or_else(|| Denied::Prefix(self.header.to_string()))?;
        let decoded = self.encoding.decode(encoded);
        decoded.ok_or_else(|| Denied::Encoding(self.header.to_string()))
    }

    /// The signatures and the time that stand in one header. What is called otherwise is of other schemes.
    fn of_parts<'a>(
        &self,
        value: &'a [u8],
        parts: Parts,
    ) -> Result<(Vec<Vec<u8>>, &'a [u8]), Denied> {
        let (mut written, mut times) = (Vec::new(), Vec::new());
        for part in value.split(|byte| *byte == b',').take(MOST_PARTS) {
            let part = part.trim_ascii();
            let Some(at) = part.iter().position(|byte| *byte == b'=') else {
                continue;
            };
            let (name, value) = (&part[..at], &part[at + 1..]);
            if name == parts.timestamp.as_bytes() {
                times.push(value);
            } else if name == parts.signature.as_bytes() {
                written.push(value);
            }
        }
        let signatures: Vec<_> = written
            .iter()
            .filter_map(|one| self.signature(one).ok())
            .collect();
        if let (true, Some(first)) = (signatures.is_empty(), written.first()) {
            self.signature(first)?;
        }
        let missing = |part: &'static str| Denied::Part {
            header: self.header.to_string(),
            part,
        };
        match (times.as_slice(), signatures.is_empty()) {
            ([], _) => Err(missing(parts.timestamp)),
            (_, true) => Err(missing(parts.signature)),
            ([time], false) => Ok((signatures, time)),
            ([_, _, ..], false) => Err(Denied::Several(self.header.to_string())),
        }
    }
}

/// The bytes of a header that must be there once; nothing when none is asked for.
fn optional<'a>(request: &Request<'a>, name: Option<&HeaderName>) -> Result<&'a [u8], Denied> {
    name.map_or(Ok(&[]), |name| {
        single(request.headers, name).map(http::HeaderValue::as_bytes)
    })
}

/// A body that holds a list of events under a name.
#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    batch: Vec<&'a RawValue>,
}

/// The first event of a list, written without spaces between its values. Nothing is spelled anew: numbers and
/// escapes are signed as they were sent.
fn first_of_batch(body: &[u8]) -> Option<Vec<u8>> {
    let events = serde_json::from_slice::<Vec<&RawValue>>(body)
        .or_else(|_| serde_json::from_slice::<Batch<'_>>(body).map(|body| body.batch))
        .ok()?;
    let (mut quoted, mut escaped) = (false, false);
    let mut is_said = |byte: &u8| {
        let within = quoted;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        within || !byte.is_ascii_whitespace()
    };
    let first = events.first()?.get().as_bytes();
    Some(first.iter().copied().filter(|byte| is_said(byte)).collect())
}

#[cfg(test)]
mod tests;
