//! Whether a request comes from whom the source says: the schemes of a source's `verify`.

mod basic;
mod body_field;
mod encoding;
mod hmac;
mod hubspot;
pub(super) mod mac;
mod standard;
mod token;
pub mod vendors;
mod window;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use self::mac::Hash;
pub use self::{
    basic::Basic,
    body_field::BodyField,
    encoding::Encoding,
    hmac::{Covers, Hmac, HmacSettings, Parts},
    hubspot::HubSpot,
    standard::Standard,
    token::{Token, TokenPlace},
    window::TimestampUnit,
};

/// How a source proves that it is the sender.
#[derive(Clone, Debug)]
pub enum Scheme {
    /// It doesn't: everybody who knows the address may send.
    None,
    /// It is nobody's webhook: its leads come by the form that Baton shows.
    FormOnly,
    /// It signs the raw body with a shared key.
    HmacSha256(Hmac),
    /// The same with an older code, which still nobody can forge.
    HmacSha1(Hmac),
    /// It signs as Standard Webhooks has it.
    Standard(Standard),
    /// It signs as HubSpot does.
    HubSpot(HubSpot),
    /// It shows a shared secret.
    Token(Token),
    /// It shows a user and a password.
    Basic(Basic),
    /// It writes a shared secret into the body.
    BodyField(BodyField),
}

/// A request, as far as its sender can be told from it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// How it was asked.
    pub method: &'a Method,
    /// The address as the sender called it: `server.public_url` with path and query, undecoded.
    pub url: &'a str,
    /// The headers as they came.
    pub headers: &'a HeaderMap,
    /// What stands after the `?`, undecoded; `""` when there is none.
    pub query: &'a str,
    /// The body's bytes before anybody read them.
    pub body: &'a [u8],
    /// When it came.
    pub now: Timestamp,
}

/// Why a request is not believed. Safe to log and to answer: names places, never what stood there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The header that carries the proof is not there.
    #[error("the header {0} is missing")]
    Missing(String),
    /// The header is there more than once, so it is unclear which one was meant.
    #[error("the header {0} is there more than once")]
    Several(String),
    /// The signature doesn't begin with the agreed prefix.
    #[error("the header {0} does not begin with the source's prefix")]
    Prefix(String),
    /// The signature is not in the agreed encoding.
    #[error("the header {0} is not in the source's encoding")]
    Encoding(String),
    /// One of the parts that the header consists of is not there.
    #[error("the header {header} has no `{part}=`")]
    Part {
        /// The header.
        header: String,
        /// What the part is called.
        part: &'static str,
    },
    /// It names a version of its signature that nobody knows.
    #[error("the header {0} names no version that is known")]
    Version(String),
    /// The signature was made with another key or over another body.
    #[error("the signature in {0} does not match")]
    Mismatch(String),
    /// The time of signing can't be read.
    #[error("the timestamp in {0} is not a number")]
    TimestampNotANumber(String),
    /// The request was signed too long ago.
    #[error("the timestamp in {0} is too old")]
    TooOld(String),
    /// The request was signed in the future, beyond what clocks differ.
    #[error("the timestamp in {0} is in the future")]
    TooNew(String),
    /// There is no token where one belongs.
    #[error("there is no token in {0}")]
    NoToken(String),
    /// There are several tokens where one belongs.
    #[error("there is more than one token in {0}")]
    SeveralTokens(String),
    /// The token is not this source's.
    #[error("the token in {0} is not valid for this source")]
    WrongToken(String),
    /// It shows something, and not by user and password.
    #[error("the header {0} is not of the kind `Basic`")]
    NotBasic(String),
    /// It has no webhook.
    #[error("leads come to this source by its form only")]
    FormOnly,
    /// User or password are not this source's.
    #[error("the user and password in {0} are not valid for this source")]
    WrongPassword(String),
}

/// Why a scheme can't be set up like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// No key, or an empty one: everybody could sign with it.
    #[error("a secret is empty or missing")]
    EmptySecret,
    /// A header name with characters that headers don't have.
    #[error("`{0}` is not a header name")]
    HeaderName(String),
    /// A query parameter without a name.
    #[error("the name of the query parameter is empty")]
    QueryName,
    /// The base has a part nobody can fill in.
    #[error("`base` knows {{timestamp}}, {{body}} and {{id}}, not `{0}`")]
    UnknownPart(String),
    /// The base doesn't cover the body: any body would do.
    #[error("`base` must have {{body}} in it exactly once")]
    BodyNotSigned,
    /// A part and its header go together.
    #[error("`base` must have {{{part}}} in it if, and only if, `{header}` is set")]
    PartWithoutHeader {
        /// The part of the base.
        part: &'static str,
        /// The setting that says where it comes from.
        header: &'static str,
    },
    /// A key with characters that no header can carry.
    #[error("a key can't be sent in a header: it has control characters or line breaks")]
    HeaderValue,
    /// A tolerance that nothing can meet.
    #[error("`tolerance` must be longer than nothing")]
    Tolerance,
    /// A key that should be base64 and is not.
    #[error("a key is not base64 as Standard Webhooks has it")]
    KeyNotBase64,
    /// A key that belongs to the sender alone.
    #[error("a key that begins with `whsk_` is the sender's own")]
    PrivateKey,
    /// With a public key one can check and not sign.
    #[error("with a `whpk_` key only the sender can sign")]
    OnlyTheSenderSigns,
    /// Nobody sends to it.
    #[error("leads come to this source by its form only")]
    FormOnly,
    /// A user without a password.
    #[error("a secret has no password in it")]
    NoPassword,
    /// A user's name that ends too early.
    #[error("`user` has a colon in it, which ends a user's name")]
    ColonInUser,
    /// A field of the body without a name.
    #[error("the name of the field is empty")]
    FieldName,
}

/// What is about to be posted, and has to be proved.
#[derive(Clone, Copy, Debug)]
pub struct Sending<'a> {
    /// Where to, as the receiver knows itself.
    pub url: &'a str,
    /// The body.
    pub body: &'a [u8],
    /// When.
    pub now: Timestamp,
    /// The delivery's id.
    pub id: &'a str,
}

/// What a sender adds to a body to be believed.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// Headers, credentials among them.
    pub headers: HeaderMap,
    /// The query, without the question mark.
    pub query: String,
}

impl From<HeaderMap> for Proof {
    fn from(headers: HeaderMap) -> Self {
        Self {
            headers,
            query: String::new(),
        }
    }
}

impl Scheme {
    /// Whether everybody who knows the address may send.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            // By the form anybody may.
            Self::None | Self::FormOnly => true,
            Self::HmacSha256(_)
            | Self::HmacSha1(_)
            | Self::Standard(_)
            | Self::HubSpot(_)
            | Self::Token(_)
            | Self::Basic(_)
            | Self::BodyField(_) => false,
        }
    }

    /// Says whether the request is its sender's.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn verify(&self, request: &Request<'_>) -> Result<(), Denied> {
        match self {
            Scheme::None => Ok(()),
            Scheme::FormOnly => Err(Denied::FormOnly),
            Scheme::HmacSha256(hmac) => hmac.verify(Hash::Sha256, request),
            Scheme::HmacSha1(hmac) => hmac.verify(Hash::Sha1, request),
            Scheme::Standard(standard) => standard.verify(request),
            Scheme::HubSpot(hubspot) => hubspot.verify(request),
            Scheme::Token(token) => token.verify(request),
            Scheme::Basic(basic) => basic.verify(request),
            Scheme::BodyField(field) => field.verify(request),
        }
    }

    /// Proves what is sent as the source would, with the first of its keys: for trying a webhook out. What
    /// belongs into the body is [`Scheme::written_into`] it before.
    ///
    /// # Errors
    /// When a key can't stand in a header, or only the sender can sign.
    pub fn prove(&self, sending: &Sending<'_>) -> Result<Proof, SetupError> {
        let Sending { body, now, id, .. } = *sending;
        match self {
            Scheme::None | Scheme::BodyField(_) => Ok(Proof::default()),
            Scheme::FormOnly => Err(SetupError::FormOnly),
            Scheme::HmacSha256(hmac) => hmac.sign(Hash::Sha256, body, now, id).map(Proof::from),
            Scheme::HmacSha1(hmac) => {
                let signed = hmac.sign(Hash::Sha1, body, now, id);
                signed.map(Proof::from)
            }
            Scheme::Standard(standard) => standard.sign(sending).map(Proof::from),
            Scheme::HubSpot(hubspot) => hubspot.sign(sending).map(Proof::from),
            Scheme::Token(token) => {
                let (headers, query) = token.show()?;
                Ok(Proof { headers, query })
            }
            Scheme::Basic(basic) => basic.show().map(Proof::from),
        }
    }

    /// The parameter of the query that carries the secret, so that it is not stored.
    #[must_use]
    pub fn query_parameter(&self) -> Option<&str> {
        match self {
            Scheme::None
            | Scheme::FormOnly
            | Scheme::HmacSha256(_)
            | Scheme::HmacSha1(_)
            | Scheme::Standard(_)
            | Scheme::HubSpot(_)
            | Scheme::Basic(_) => None,
            Scheme::Token(token) => token.query_parameter(),
            Scheme::BodyField(field) => Some(field.field()),
        }
    }

    /// The field of the body with the secret that the sender writes there.
    #[must_use]
    pub fn written_into(&self) -> Option<(&str, &str)> {
        match self {
            Scheme::None
            | Scheme::FormOnly
            | Scheme::HmacSha256(_)
            | Scheme::HmacSha1(_)
            | Scheme::Standard(_)
            | Scheme::HubSpot(_)
            | Scheme::Token(_)
            | Scheme::Basic(_) => None,
            Scheme::BodyField(field) => Some((field.field(), field.shown()?)),
        }
    }
}

/// Whether what was shown is one of the secrets. Digests are of one length, so neither a secret's length nor its
/// beginning can be timed.
fn is_one_of(secrets: &[SecretString], given: &[u8]) -> bool {
    let given = Sha256::digest(given);
    let matches = |secret: &SecretString| -> bool {
        Sha256::digest(secret.expose_secret()).ct_eq(&given).into()
    };
    secrets.iter().any(matches)
}

/// Refuses no secrets, and empty ones: everybody could show or sign with them.
fn none_empty(secrets: &[SecretString]) -> Result<(), SetupError> {
    let is_empty = |secret: &SecretString| secret.expose_secret().is_empty();
    if secrets.is_empty() || secrets.iter().any(is_empty) {
        return Err(SetupError::EmptySecret);
    }
    Ok(())
}

/// A header value that is not shown in logs.
fn header_value(text: &str) -> Result<HeaderValue, SetupError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| SetupError::HeaderValue)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The one header of this name.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a HeaderValue, Denied> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (Some(value), None) => Ok(value),
        (None, _) => Err(Denied::Missing(name.to_string())),
        (Some(_), Some(_)) => Err(Denied::Several(name.to_string())),
    }
}

/// A header name as the configuration gives it.
fn header_name(text: &str) -> Result<HeaderName, SetupError> {
    text.parse()
        .map_err(|_| SetupError::HeaderName(text.to_owned()))
}
