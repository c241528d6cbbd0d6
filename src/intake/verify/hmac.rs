//! `hmac-sha256`: the sender signs the raw body, and where it can the time, with a shared key.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hmac::{KeyInit, Mac};
use http::{HeaderMap, HeaderName};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::{Denied, Request, SetupError, header_name, header_value, single};

/// Padding or none: vendors do both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// How the signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Hexadecimal digits, in any case.
    Hex,
    /// Base64, of the standard or the URL alphabet, padded or not.
    Base64,
}

/// What the timestamp counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampUnit {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
}

/// The scheme as the configuration gives it; [`Hmac::new`] checks it.
#[derive(Clone, Debug)]
pub struct HmacSettings {
    /// The header with the signature.
    pub header: String,
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
    /// How far the time of signing may be from now, both ways.
    pub tolerance: SignedDuration,
}

impl HmacSettings {
    /// What holds where the configuration is silent.
    #[must_use]
    pub fn new(header: impl Into<String>, secrets: Vec<SecretString>) -> Self {
        Self {
            header: header.into(),
            prefix: String::new(),
            encoding: Encoding::Hex,
            secrets,
            timestamp_header: None,
            timestamp_unit: TimestampUnit::Seconds,
            id_header: None,
            base: "{body}".to_owned(),
            tolerance: SignedDuration::from_mins(5),
        }
    }
}

/// A checked `hmac-sha256`.
#[derive(Clone, Debug)]
pub struct Hmac {
    header: HeaderName,
    prefix: String,
    encoding: Encoding,
    secrets: Vec<SecretString>,
    timestamp_header: Option<HeaderName>,
    timestamp_unit: TimestampUnit,
    id_header: Option<HeaderName>,
    base: Vec<Part>,
    tolerance: SignedDuration,
}

/// One piece of the text that is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Body,
    Timestamp,
    Id,
}

impl Hmac {
    /// Checks the settings.
    ///
    /// # Errors
    /// The first thing about them that would make signatures worthless or impossible.
    pub fn new(settings: HmacSettings) -> Result<Self, SetupError> {
        let HmacSettings {
            header,
            prefix,
            encoding,
            secrets,
            timestamp_unit,
            ..
        } = settings;
        if secrets.is_empty()
            || secrets
                .iter()
                .any(|secret| secret.expose_secret().is_empty())
        {
            return Err(SetupError::EmptySecret);
        }
        if settings.tolerance <= SignedDuration::ZERO {
            return Err(SetupError::Tolerance);
        }
        let base = parts(&settings.base)?;
        let timestamp_header = signed_header(
            &base,
            &Part::Timestamp,
            settings.timestamp_header.as_deref(),
        )?;
        let id_header = signed_header(&base, &Part::Id, settings.id_header.as_deref())?;
        Ok(Self {
            header: header_name(&header)?,
            prefix,
            encoding,
            secrets,
            timestamp_header,
            timestamp_unit,
            id_header,
            base,
            tolerance: settings.tolerance,
        })
    }

    pub(super) fn verify(&self, request: &Request<'_>) -> Result<(), Denied> {
        let given = self.given_signature(request)?;
        let timestamp = self.timestamp(request)?;
        let id = optional(request, self.id_header.as_ref())?;
        let signs = |secret: &SecretString| {
            let mac = self.mac(secret, request.body, timestamp, id);
            mac.verify_slice(&given).is_ok()
        };
        if self.secrets.iter().any(signs) {
            Ok(())
        } else {
            Err(Denied::Mismatch(self.header.to_string()))
        }
    }

    /// The headers by which the sender proves `body` with the first key.
    pub(super) fn sign(
        &self,
        body: &[u8],
        now: Timestamp,
        id: &str,
    ) -> Result<HeaderMap, SetupError> {
        let count = match self.timestamp_unit {
            TimestampUnit::Seconds => now.as_second(),
            TimestampUnit::Millis => now.as_millisecond(),
        }
        .to_string();
        let secret = self.secrets.first().ok_or(SetupError::EmptySecret)?;
        let tag = self
            .mac(secret, body, count.as_bytes(), id.as_bytes())
            .finalize()
            .into_bytes();
        let encoded = match self.encoding {
            Encoding::Hex => hex::encode(tag),
            Encoding::Base64 => BASE64.encode(tag),
        };
        let mut headers = HeaderMap::new();
        let mut put = |name: Option<&HeaderName>, value: &str| {
            if let Some(name) = name {
                headers.insert(name.clone(), header_value(value)?);
            }
            Ok(())
        };
        put(Some(&self.header), &format!("{}{encoded}", self.prefix))?;
        put(self.timestamp_header.as_ref(), &count)?;
        put(self.id_header.as_ref(), id)?;
        Ok(headers)
    }

    /// The code of what is signed.
    fn mac(
        &self,
        secret: &SecretString,
        body: &[u8],
        timestamp: &[u8],
        id: &[u8],
    ) -> hmac::Hmac<Sha256> {
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
            .expect("HMAC takes keys of any length");
        for part in &self.base {
            mac.update(match part {
                Part::Literal(text) => text.as_bytes(),
                Part::Body => body,
                Part::Timestamp => timestamp,
                Part::Id => id,
            });
        }
        mac
    }

    fn given_signature(&self, request: &Request<'_>) -> Result<Vec<u8>, Denied> {
        let value = single(request.headers, &self.header)?.as_bytes();
        let encoded = value
            .strip_prefix(self.prefix.as_bytes())
            .ok_or_else(|| Denied::Prefix(self.header.to_string()))?;
        decode(self.encoding, encoded).ok_or_else(|| Denied::Encoding(self.header.to_string()))
    }

    /// The timestamp as it was sent, which is what was signed, once it is found to be of now.
    fn timestamp<'a>(&self, request: &Request<'a>) -> Result<&'a [u8], Denied> {
        let Some(header) = &self.timestamp_header else {
            return Ok(&[]);
        };
        let raw = optional(request, Some(header))?;
        let signed_at = std::str::from_utf8(raw)
            .ok()
            .and_then(|text| text.parse().ok())
            .and_then(|count| self.instant(count))
            .ok_or_else(|| Denied::TimestampNotANumber(header.to_string()))?;
        let age = request.now.duration_since(signed_at);
        if age > self.tolerance {
            Err(Denied::TooOld(header.to_string()))
        } else if -age > self.tolerance {
            Err(Denied::TooNew(header.to_string()))
        } else {
            Ok(raw)
        }
    }

    fn instant(&self, count: i64) -> Option<Timestamp> {
        match self.timestamp_unit {
            TimestampUnit::Seconds => Timestamp::from_second(count).ok(),
            TimestampUnit::Millis => Timestamp::from_millisecond(count).ok(),
        }
    }
}

/// The bytes of a header that must be there once; nothing when none is asked for.
fn optional<'a>(request: &Request<'a>, name: Option<&HeaderName>) -> Result<&'a [u8], Denied> {
    name.map_or(Ok(&[]), |name| {
        single(request.headers, name).map(http::HeaderValue::as_bytes)
    })
}

/// Cuts the base into its parts.
fn parts(base: &str) -> Result<Vec<Part>, SetupError> {
    let mut parts = Vec::new();
    let mut rest = base;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, tail) = after
            .split_once('}')
            .ok_or_else(|| SetupError::UnknownPart(format!("{{{after}")))?;
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        parts.push(match name {
            "body" => Part::Body,
            "timestamp" => Part::Timestamp,
            "id" => Part::Id,
            other => return Err(SetupError::UnknownPart(format!("{{{other}}}"))),
        });
        rest = tail;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    if parts.iter().filter(|part| **part == Part::Body).count() == 1 {
        Ok(parts)
    } else {
        Err(SetupError::BodyNotSigned)
    }
}

/// The header a part comes from. An unsigned timestamp would prove nothing, so one without the
/// other is refused.
fn signed_header(
    base: &[Part],
    part: &Part,
    header: Option<&str>,
) -> Result<Option<HeaderName>, SetupError> {
    match (base.contains(part), header) {
        (true, Some(header)) => header_name(header).map(Some),
        (false, None) => Ok(None),
        (true, None) | (false, Some(_)) => Err(match part {
            Part::Id => SetupError::PartWithoutHeader {
                part: "id",
                header: "id_header",
            },
            Part::Timestamp | Part::Body | Part::Literal(_) => SetupError::PartWithoutHeader {
                part: "timestamp",
                header: "timestamp_header",
            },
        }),
    }
}

fn decode(encoding: Encoding, text: &[u8]) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Hex => hex::decode(text).ok(),
        Encoding::Base64 => {
            let standard: Vec<u8> = text
                .iter()
                .map(|byte| match byte {
                    b'-' => b'+',
                    b'_' => b'/',
                    other => *other,
                })
                .collect();
            BASE64.decode(standard).ok()
        }
    }
}

#[cfg(test)]
mod tests;
