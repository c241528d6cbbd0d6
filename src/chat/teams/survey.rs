//! Looking at an installation from outside: what Baton may do, and where it can speak.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{StatusCode, header::DATE};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::{
    Teams,
    connector::Called,
    errors::Call,
    graph::{INSTALL, READ_CATALOG, READ_PEOPLE, READ_PRESENCE},
    token::Audience,
};
use crate::chat::{
    Person,
    exchange::{Repeat, client, exchange},
    outcome::SendError,
};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What Microsoft's metadata said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Who signs, as they say.
    pub issuer: String,
    /// The time on Microsoft's clock.
    pub at: Option<Timestamp>,
}

/// What the tenant grants to Baton at Graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Whether people can be looked up.
    pub people: Result<(), SendError>,
    /// Whether the app is found in the tenant's catalogue, or its id there is configured.
    pub catalog: Result<(), SendError>,
    /// Whether the app may be installed for people; none if the token doesn't tell.
    pub install: Option<bool>,
}

impl Granted {
    /// The permission for each of the three.
    pub const PERMISSIONS: [&str; 3] = [READ_PEOPLE, READ_CATALOG, INSTALL];
    /// That for who is out of office, where the configuration wants to know.
    pub const PRESENCE: &str = READ_PRESENCE;
}

impl Teams {
    /// What Baton may do at Graph.
    ///
    /// # Errors
    /// When there is no token for it.
    pub async fn granted(&self) -> Result<Granted, SendError> {
        let token = self.tokens.get(Audience::Graph).await?;
        Ok(Granted {
            people: self.graph.may_read_people(&self.tokens).await,
            catalog: self.graph.app_in_catalog(&self.tokens).await.map(drop),
            install: roles(&token).map(|roles| roles.iter().any(|role| role == INSTALL)),
        })
    }

    /// Everybody in the tenant, guests and people who have left included.
    ///
    /// # Errors
    /// Why they can't be listed.
    pub async fn people(&self) -> Result<Vec<Person>, SendError> {
        self.graph.everybody(&self.tokens).await
    }

    /// Whether Baton is in a channel.
    ///
    /// # Errors
    /// Why not, as far as Teams tells.
    pub async fn is_in_channel(&self, channel: &str) -> Result<(), SendError> {
        let called = Called {
            call: Call::Member,
            address: &self.known.address(channel),
            path: &["conversations", channel, "pagedmembers"],
            conversation: channel,
            body: None,
        };
        self.connector.call(&self.tokens, &called).await.map(drop)
    }
}

/// Reads Microsoft's metadata, by which what comes from Teams is checked.
///
/// # Errors
/// Why they can't be read.
pub async fn metadata(address: &Url) -> Result<Metadata, SendError> {
    let http = client(PATIENCE).map_err(|_| SendError::Retry {
        after: None,
        why: "no client for https".to_owned(),
    })?;
    let (headers, status, body) = exchange(http.get(address.clone()), Repeat::Harmless).await?;
    let said: Value = serde_json::from_slice(&body).unwrap_or_default();
    let issuer = said["issuer"].as_str().filter(|_| status == StatusCode::OK);
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    match issuer {
        Some(issuer) => Ok(Metadata {
            issuer: issuer.to_owned(),
            at: date.and_then(|date| Some(rfc2822::parse(date).ok()?.timestamp())),
        }),
        None => Err(SendError::Retry {
            after: None,
            why: format!("http_{}", status.as_u16()),
        }),
    }
}

/// The permissions that a token says it carries. Nothing is decided by that, so nobody checks its signature.
fn roles(token: &SecretString) -> Option<Vec<String>> {
    let claims = token.expose_secret().split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let roles = claims["roles"].as_array().map_or(&[][..], Vec::as_slice);
    let roles = roles.iter().filter_map(Value::as_str);
    Some(roles.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_its_permissions_where_it_can_be_read() {
        let token = |claims: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims)).into();
        let told = roles(&token(r#"{"roles":["User.Read.All"]}"#));
        assert_eq!(told, Some(vec!["User.Read.All".to_owned()]));
        assert_eq!(roles(&token("{}")), Some(Vec::new()));
        for opaque in ["t0ken", "a.b.c", "a.!.c"] {
            assert_eq!(roles(&opaque.into()), None, "{opaque}");
        }
    }
}
