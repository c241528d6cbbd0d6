//! Whether a request comes from whom the source says: the schemes of a source's `verify`.

mod hmac;
mod token;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

pub use self::{
    hmac::{Encoding, Hmac, HmacSettings, TimestampUnit},
    token::{Token, TokenPlace},
};

/// How a source proves that it is the sender.
#[derive(Clone, Debug)]
pub enum Scheme {
    /// It doesn't: everybody who knows the address may send.
    None,
    /// It signs the raw body with a shared key.
    HmacSha256(Hmac),
    /// It shows a shared secret.
    Token(Token),
}

/// A request, as far as its sender can be told from it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
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
}

impl Scheme {
    /// Says whether the request is its sender's.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn verify(&self, request: &Request<'_>) -> Result<(), Denied> {
        match self {
            Scheme::None => Ok(()),
            Scheme::HmacSha256(hmac) => hmac.verify(request),
            Scheme::Token(token) => token.verify(request),
        }
    }
}

/// What a sender adds to a body to be believed.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// Headers, credentials among them.
    pub headers: HeaderMap,
    /// The query, without the question mark.
    pub query: String,
}

impl Scheme {
    /// The parameter of the query that carries the secret, so that it is not stored.
    #[must_use]
    pub fn query_parameter(&self) -> Option<&str> {
        match self {
            Scheme::None | Scheme::HmacSha256(_) => None,
            Scheme::Token(token) => token.query_parameter(),
        }
    }

    /// Proves `body` as the source would, with the first of its keys: for trying a webhook out.
    ///
    /// # Errors
    /// When a key can't stand in a header.
    pub fn prove(&self, body: &[u8], now: Timestamp, id: &str) -> Result<Proof, SetupError> {
        match self {
            Scheme::None => Ok(Proof::default()),
            Scheme::HmacSha256(hmac) => {
                let headers = hmac.sign(body, now, id)?;
                Ok(Proof {
                    headers,
                    query: String::new(),
                })
            }
            Scheme::Token(token) => {
                let (headers, query) = token.show()?;
                Ok(Proof { headers, query })
            }
        }
    }
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
