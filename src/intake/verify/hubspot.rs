//! HubSpot's three signatures. The newest that a request has counts: version 3 where its header is there, else
//! what `X-HubSpot-Signature-Version` says.
//!
//! Versions 2 and 3 sign the address as HubSpot called it, which is `server.public_url` with the request's path
//! and query: behind a proxy nothing else is known of it.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    Denied, Encoding, Request, Sending, SetupError, TimestampUnit, header_value, mac::Hash,
    none_empty, single, window::Window,
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-hubspot-signature");
const VERSION: HeaderName = HeaderName::from_static("x-hubspot-signature-version");
const SIGNATURE_V3: HeaderName = HeaderName::from_static("x-hubspot-signature-v3");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-hubspot-request-timestamp");

/// What HubSpot decodes of an address before it signs it.
const DECODED: [(&str, &str); 12] = [
    ("%3A", ":"),
    ("%2F", "/"),
    ("%3F", "?"),
    ("%40", "@"),
    ("%21", "!"),
    ("%24", "$"),
    ("%27", "'"),
    ("%28", "("),
    ("%29", ")"),
    ("%2A", "*"),
    ("%2C", ","),
    ("%3B", ";"),
];

/// A checked HubSpot source.
#[derive(Clone, Debug)]
pub struct HubSpot {
    secrets: Vec<SecretString>,
    window: Window,
}

impl HubSpot {
    /// Takes the app's client secrets, several while one is being changed.
    ///
    /// # Errors
    /// When there is none or an empty one.
    pub fn new(secrets: Vec<SecretString>) -> Result<Self, SetupError> {
        none_empty(&secrets)?;
        Ok(Self {
            secrets,
            window: Window::new(TimestampUnit::Millis, Window::USUAL)?,
        })
    }

    pub(super) fn verify(&self, request: &Request<'_>) -> Result<(), Denied> {
        if request.headers.contains_key(SIGNATURE_V3) {
            return self.third(request);
        }
        let signature = single(request.headers, &SIGNATURE)?.as_bytes();
        let version = match request.headers.contains_key(VERSION) {
            true => single(request.headers, &VERSION)?.as_bytes(),
            false => b"v1",
        };
        let before: [&[u8]; 2] = match version {
            b"v1" => [b"", b""],
            b"v2" => [request.method.as_str().as_bytes(), request.url.as_bytes()],
            _ => return Err(Denied::Version(VERSION.to_string())),
        };
        let given = Encoding::Hex.decode(signature);
        let given = given.ok_or_else(|| Denied::Encoding(SIGNATURE.to_string()))?;
        let fits = |secret: &SecretString| {
            let mut hash = Sha256::new();
            hash.update(secret.expose_secret());
            hash.update(before[0]);
            hash.update(before[1]);
            hash.update(request.body);
            bool::from(hash.finalize().as_slice().ct_eq(&given))
        };
        if self.secrets.iter().any(fits) {
            Ok(())
        } else {
            Err(Denied::Mismatch(SIGNATURE.to_string()))
        }
    }

    fn third(&self, request: &Request<'_>) -> Result<(), Denied> {
        let signature = single(request.headers, &SIGNATURE_V3)?.as_bytes();
        let time = single(request.headers, &TIMESTAMP)?.as_bytes();
        self.window.holds(time, request.now, TIMESTAMP.as_str())?;
        let given = Encoding::Base64.decode(signature);
        let given = given.ok_or_else(|| Denied::Encoding(SIGNATURE_V3.to_string()))?;
        let fits = |secret: &SecretString| {
            spellings(request.url).iter().any(|url| {
                let code = code(secret, request.method, url, request.body, time);
                code.ct_eq(&given).into()
            })
        };
        if self.secrets.iter().any(fits) {
            Ok(())
        } else {
            Err(Denied::Mismatch(SIGNATURE_V3.to_string()))
        }
    }

    /// The headers by which HubSpot proves what it posts, of the third version.
    pub(super) fn sign(&self, sending: &Sending<'_>) -> Result<HeaderMap, SetupError> {
        let secret = self.secrets.first().ok_or(SetupError::EmptySecret)?;
        let time = self.window.write(sending.now);
        let [_, url] = spellings(sending.url);
        let code = code(secret, &Method::POST, &url, sending.body, time.as_bytes());
        let signature = Encoding::Base64.encode(&code);
        let values: [(HeaderName, HeaderValue); 2] = [
            (SIGNATURE_V3, header_value(&signature)?),
            (TIMESTAMP, header_value(&time)?),
        ];
        Ok(values.into_iter().collect())
    }
}

fn code(secret: &SecretString, method: &Method, url: &str, body: &[u8], time: &[u8]) -> Vec<u8> {
    let parts = [method.as_str().as_bytes(), url.as_bytes(), body, time];
    Hash::Sha256.code(secret.expose_secret().as_bytes(), parts)
}

/// An address as it was called, and as HubSpot decodes it.
fn spellings(url: &str) -> [String; 2] {
    let mut decoded = url.to_owned();
    for (code, character) in DECODED {
        decoded = decoded.replace(code, character);
        decoded = decoded.replace(&code.to_ascii_lowercase(), character);
    }
    [url.to_owned(), decoded]
}

#[cfg(test)]
mod tests;
