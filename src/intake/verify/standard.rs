//! `standard-webhooks`: Standard Webhooks, and Svix, which it grew from. The headers are called `webhook-…` or
//! `svix-…`; id and time are signed with the body, by a shared key or by a private one of the sender.

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::SignedDuration;
use ring::signature::{ED25519, UnparsedPublicKey};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use subtle::ConstantTimeEq;

use super::{
    Denied, Encoding, Request, Sending, SetupError, TimestampUnit, header_value, mac::Hash,
    none_empty, single, window::Window,
};

/// How many signatures one header may have: far more than anybody changes keys.
const MOST_SIGNATURES: usize = 32;

/// An ed25519 public key has so many bytes.
const PUBLIC_KEY: usize = 32;

/// The headers of one spelling.
struct Names {
    id: HeaderName,
    timestamp: HeaderName,
    signature: HeaderName,
}

impl Names {
    fn of(family: &Family) -> Self {
        let [id, timestamp, signature] = family.map(HeaderName::from_static);
        Self {
            id,
            timestamp,
            signature,
        }
    }

    /// The spelling that the request uses; the standard's where it uses none.
    fn in_use(headers: &HeaderMap) -> Self {
        let svix = headers.contains_key(SVIX[2]) && !headers.contains_key(STANDARD[2]);
        Self::of(if svix { &SVIX } else { &STANDARD })
    }
}

type Family = [&'static str; 3];
const STANDARD: Family = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const SVIX: Family = ["svix-id", "svix-timestamp", "svix-signature"];

/// A checked `standard-webhooks`.
#[derive(Clone, Debug)]
pub struct Standard {
    keys: Vec<Key>,
    window: Window,
}

/// What a signature is checked with.
#[derive(Clone, Debug)]
enum Key {
    /// `whsec_…`: both sides have it.
    Shared(SecretSlice<u8>),
    /// `whpk_…`: the sender alone can sign.
    Public(UnparsedPublicKey<Vec<u8>>),
}

impl Standard {
    /// Takes the keys, several while one is being changed.
    ///
    /// # Errors
    /// When one is empty, not base64, or no key to check with.
    pub fn new(
        secrets: &[SecretString],
        tolerance: Option<SignedDuration>,
    ) -> Result<Self, SetupError> {
        none_empty(secrets)?;
        let tolerance = tolerance.unwrap_or(Window::USUAL);
        let keys = secrets.iter().map(Key::read);
        Ok(Self {
            keys: keys.collect::<Result<_, _>>()?,
            window: Window::new(TimestampUnit::Seconds, tolerance)?,
        })
    }

    pub(super) fn verify(&self, request: &Request<'_>) -> Result<(), Denied> {
        let names = Names::in_use(request.headers);
        let signatures = single(request.headers, &names.signature)?.as_bytes();
        let id = single(request.headers, &names.id)?.as_bytes();
        let timestamp = single(request.headers, &names.timestamp)?.as_bytes();
        let place = names.timestamp.as_str();
        self.window.holds(timestamp, request.now, place)?;
        let text = Text {
            id,
            timestamp,
            body: request.body,
        };
        let signatures = signatures.split(u8::is_ascii_whitespace);
        let fits = |one: &[u8]| self.keys.iter().any(|key| key.fits(one, &text));
        if signatures.take(MOST_SIGNATURES).any(fits) {
            Ok(())
        } else {
            Err(Denied::Mismatch(names.signature.to_string()))
        }
    }

    /// The headers by which the sender proves a body with the first shared key.
    pub(super) fn sign(&self, sending: &Sending<'_>) -> Result<HeaderMap, SetupError> {
        let shared = |key: &'_ Key| match key {
            Key::Shared(key) => Some(key.clone()),
            Key::Public(_) => None,
        };
        let key = self.keys.iter().find_map(shared);
        let key = key.ok_or(SetupError::OnlyTheSenderSigns)?;
        let timestamp = self.window.write(sending.now);
        let text = Text {
            id: sending.id.as_bytes(),
            timestamp: timestamp.as_bytes(),
            body: sending.body,
        };
        let signature = Encoding::Base64.encode(&text.code(&key));
        let names = Names::of(&STANDARD);
        let values: [(HeaderName, HeaderValue); 3] = [
            (names.id, header_value(sending.id)?),
            (names.timestamp, header_value(&timestamp)?),
            (names.signature, header_value(&format!("v1,{signature}"))?),
        ];
        Ok(values.into_iter().collect())
    }
}

impl Key {
    fn read(secret: &SecretString) -> Result<Self, SetupError> {
        let secret = secret.expose_secret();
        let decoded = |text: &str| {
            let bytes = Encoding::Base64.decode(text.as_bytes());
            let bytes = bytes.filter(|bytes| !bytes.is_empty());
            bytes.ok_or(SetupError::KeyNotBase64)
        };
        if secret.starts_with("whsk_") {
            return Err(SetupError::PrivateKey);
        }
        if let Some(text) = secret.strip_prefix("whpk_") {
            let key = decoded(text)?;
            if key.len() != PUBLIC_KEY {
                return Err(SetupError::KeyNotBase64);
            }
            return Ok(Key::Public(UnparsedPublicKey::new(&ED25519, key)));
        }
        let key = decoded(secret.strip_prefix("whsec_").unwrap_or(secret))?;
        Ok(Key::Shared(key.into()))
    }

    /// Whether one signature of the list is this key's; one of another version is not.
    fn fits(&self, signature: &[u8], text: &Text<'_>) -> bool {
        let after = |version: &str| {
            let encoded = signature.strip_prefix(version.as_bytes())?;
            Encoding::Base64.decode(encoded)
        };
        match self {
            Key::Shared(key) => {
                after("v1,").is_some_and(|given| text.code(key).ct_eq(&given).into())
            }
            Key::Public(key) => after("v1a,")
                .is_some_and(|given| key.verify(&text.parts().concat(), &given).is_ok()),
        }
    }
}

/// What is signed.
struct Text<'a> {
    id: &'a [u8],
    timestamp: &'a [u8],
    body: &'a [u8],
}

impl Text<'_> {
    fn parts(&self) -> [&[u8]; 5] {
        [self.id, b".", self.timestamp, b".", self.body]
    }

    fn code(&self, key: &SecretSlice<u8>) -> Vec<u8> {
        Hash::Sha256.code(key.expose_secret(), self.parts())
    }
}

#[cfg(test)]
mod tests;
