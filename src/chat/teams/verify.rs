//! Whether an activity comes from Teams: by the token that came with it, signed by Microsoft for this app, and by
//! what the token says of the activity. There is no way around it, not for tests and not for emulators.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::hosts::ServiceHosts;
use super::jwt;
use super::keys::{Key, Keys, NoKey};

/// How far the sender's clock may be from ours, in seconds.
const SKEW: i64 = 300;
/// The longest token that is looked at; Microsoft's have about a thousand signs.
const LONGEST: usize = 8_192;
/// What Teams calls itself.
const CHANNEL: &str = "msteams";

/// Whom an activity must be from and for.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Baton's own app.
    pub app_id: String,
    /// The only tenant that is served.
    pub tenant_id: String,
    /// Who signs: `https://api.botframework.com`.
    pub issuer: String,
    /// Where the keys are to be found; elsewhere for national clouds and tests.
    pub metadata_url: Url,
    /// Where Teams may be.
    pub hosts: ServiceHosts,
}

/// Why an activity is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBelieved {
    /// It isn't from Teams, not for this app, or not of now. Why is for the log, not for whoever sent it.
    #[error("{0}")]
    Forged(&'static str),
    /// Nothing can be said: Microsoft's keys could not be fetched yet.
    #[error("the keys to check it with could not be fetched")]
    NoKeys,
}

use NotBelieved::Forged;

/// Believes activities, or does not.
pub struct Verifier {
    expected: Expected,
    keys: Keys,
}

/// What the token must say. A claim that is missing or of another kind makes it unreadable.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    exp: i64,
    nbf: i64,
    serviceurl: String,
}

impl Verifier {
    /// Fetches no keys yet.
    ///
    /// # Errors
    /// When the process has no TLS provider or no certificates to trust.
    pub fn new(expected: Expected) -> reqwest::Result<Self> {
        jwt::use_ring();
        let keys = Keys::new(expected.metadata_url.clone())?;
        Ok(Self { expected, keys })
    }

    /// Checks an activity by the header `Authorization` that came with it.
    ///
    /// # Errors
    /// When it isn't what it must be, or when that can't be told.
    pub async fn check(
        &self,
        authorization: &str,
        activity: &Value,
        now: Timestamp,
    ) -> Result<(), NotBelieved> {
        let token = bearer(authorization).ok_or(Forged("no bearer token"))?;
        let kid = key_name(token)?;
        let key = self.keys.get(&kid, now).await.map_err(|why| match why {
            NoKey::Unknown => Forged("signed with a key that nobody knows"),
            NoKey::NotFetched => NotBelieved::NoKeys,
        })?;
        let claims = claims(token, &key)?;
        self.check_claims(&claims, now)?;
        check_channel(&key, activity)?;
        self.check_address(&claims, activity)?;
        self.check_tenant(activity)
    }

    fn check_claims(&self, claims: &Claims, now: Timestamp) -> Result<(), NotBelieved> {
        if claims.iss != self.expected.issuer {
            return Err(Forged("issued by somebody else"));
        }
        if !claims.aud.eq_ignore_ascii_case(&self.expected.app_id) {
            return Err(Forged("for another app"));
        }
        let now = now.as_second();
        if claims.exp.saturating_add(SKEW) < now {
            return Err(Forged("expired"));
        }
        if claims.nbf.saturating_sub(SKEW) > now {
            return Err(Forged("not valid yet"));
        }
        Ok(())
    }

    /// The address in the activity is where answers, and Baton's token, would go.
    fn check_address(&self, claims: &Claims, activity: &Value) -> Result<(), NotBelieved> {
        let address = activity["serviceUrl"].as_str().unwrap_or_default();
        let same = |one: &str, other: &str| {
            let bare = |text: &'_ str| text.trim_end_matches('/').to_ascii_lowercase();
            bare(one) == bare(other)
        };
        if address.is_empty() || !same(address, &claims.serviceurl) {
            return Err(Forged("the serviceUrl is not the signed one"));
        }
        if self.expected.hosts.trusted(address).is_none() {
            return Err(Forged("the serviceUrl is on none of the service hosts"));
        }
        Ok(())
    }

    /// The token doesn't say which tenant; the activity must, and wherever it does.
    fn check_tenant(&self, activity: &Value) -> Result<(), NotBelieved> {
        let said = [
            &activity["channelData"]["tenant"]["id"],
            &activity["conversation"]["tenantId"],
        ];
        let mut said = said.into_iter().filter_map(Value::as_str).peekable();
        let ours = |tenant: &str| tenant.eq_ignore_ascii_case(&self.expected.tenant_id);
        if said.peek().is_none() || !said.all(ours) {
            return Err(Forged("from another tenant"));
        }
        Ok(())
    }
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    let right = scheme.eq_ignore_ascii_case("bearer") && token.len() <= LONGEST;
    right.then_some(token)
}

/// The name of the key, which is all that is taken from a token before its signature is checked.
fn key_name(token: &str) -> Result<String, NotBelieved> {
    let header = decode_header(token).map_err(|_| Forged("the token's head is unreadable"))?;
    if header.alg != Algorithm::RS256 {
        return Err(Forged("not signed by RS256"));
    }
    // What a token calls critical must be understood, and nothing is.
    if header.crit.is_some() {
        return Err(Forged("the token demands more than is understood"));
    }
    header.kid.ok_or(Forged("the token names no key"))
}

fn claims(token: &str, key: &Key) -> Result<Claims, NotBelieved> {
    let mut validation = Validation::new(Algorithm::RS256);
    // All claims are checked by ourselves: times by Baton's clock, which the library can't read.
    validation.set_required_spec_claims::<&str>(&[]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let data = decode::<Claims>(token, &key.decoding, &validation);
    let data = data.map_err(|_| Forged("the signature is wrong or a claim is missing"))?;
    Ok(data.claims)
}

/// A key signs for the channels that it is endorsed for.
fn check_channel(key: &Key, activity: &Value) -> Result<(), NotBelieved> {
    if activity["channelId"] != CHANNEL {
        return Err(Forged("not from Teams"));
    }
    if !key.endorsements.iter().any(|channel| channel == CHANNEL) {
        return Err(Forged("signed with a key that is not Teams'"));
    }
    Ok(())
}
