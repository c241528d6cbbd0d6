//! Teams' connector: one call, and what becomes of it. Baton's token goes to the service hosts and nowhere else.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::errors::{Call, DISABLED, meaning};
use super::hosts::ServiceHosts;
use super::limits::Limits;
use super::token::{Audience, Tokens};
use crate::chat::exchange::{client, exchange};
use crate::chat::outcome::{FailKind, SendError};
use crate::chat::reach::Reached;
use crate::chat::{Elapsed, Reach, Room};

/// A client of the connector.
pub struct Connector {
    http: reqwest::Client,
    hosts: ServiceHosts,
    limits: Limits,
    reached: Reached,
}

/// What is called.
pub struct Called<'a> {
    /// What it is for.
    pub call: Call,
    /// The `serviceUrl` that it goes to.
    pub address: &'a str,
    /// The rest of the path, each part as it is.
    pub path: &'a [&'a str],
    /// The conversation that it counts for.
    pub conversation: &'a str,
    /// What is sent.
    pub body: Option<&'a Value>,
}

impl Connector {
    /// A client that waits at most `timeout` for an answer.
    ///
    /// # Errors
    /// When the process has no TLS provider or no certificates to trust.
    pub fn new(hosts: ServiceHosts, timeout: Duration, elapsed: Elapsed) -> reqwest::Result<Self> {
        Ok(Self {
            http: client(timeout)?,
            hosts,
            limits: Limits::new(Elapsed::clone(&elapsed)),
            reached: Reached::new(elapsed),
        })
    }

    /// Calls. A token that is refused is replaced once.
    pub async fn call(&self, tokens: &Tokens, request: &Called<'_>) -> Result<Value, SendError> {
        let url = self.url(request)?;
        self.limits
            .take(request.conversation)
            .map_err(|after| SendError::NotYet { after })?;
        let answer = self.call_at(&url, tokens, request).await;
        self.reached.note(&answer);
        match &answer {
            Err(SendError::Retry {
                after: Some(wait), ..
            }) => self.limits.block(request.conversation, *wait),
            Err(error) => {
                tracing::debug!(teams.call = ?request.call, %error, "teams answered with an error");
            }
            Ok(_) => {}
        }
        answer
    }

    async fn call_at(
        &self,
        url: &Url,
        tokens: &Tokens,
        request: &Called<'_>,
    ) -> Result<Value, SendError> {
        let token = tokens.get(Audience::Teams).await?;
        let answer = self.send(url, &token, request).await;
        if !answer.as_ref().is_err_and(is_refused_token) {
            return answer;
        }
        tokens.forget(Audience::Teams, &token).await;
        let token = tokens.get(Audience::Teams).await?;
        self.send(url, &token, request).await
    }

    async fn send(
        &self,
        url: &Url,
        token: &SecretString,
        request: &Called<'_>,
    ) -> Result<Value, SendError> {
        let repeat = request.call.repeat();
        let mut http = self
            .http
            .request(method(request.call), url.clone())
            .bearer_auth(token.expose_secret());
        if let Some(body) = request.body {
            // The charset matters to Teams: without it signs beyond ASCII may be misread.
            http = http
                .header(CONTENT_TYPE, "application/json; charset=utf-8")
                .body(body.to_string());
        }
        let (headers, status, body) = exchange(http, repeat).await?;
        read(request.call, status, &headers, &body)
    }

    /// How many calls may be made now.
    pub fn room(&self) -> Room {
        self.limits.room()
    }

    /// Whether Teams has answered lately.
    pub fn reach(&self) -> Reach {
        self.reached.now()
    }

    /// For how long nobody has asked Teams anything since it last answered.
    pub fn quiet_for(&self) -> Option<Duration> {
        self.reached.quiet_for()
    }

    /// Whether calls may go there.
    pub fn trusts(&self, address: &str) -> bool {
        self.hosts.trusted(address).is_some()
    }

    fn url(&self, request: &Called<'_>) -> Result<Url, SendError> {
        let bug = |word: &str| SendError::fail(FailKind::OurBug, word);
        let base = self.hosts.trusted(request.address);
        let mut url = base.ok_or_else(|| bug("untrusted_address"))?;
        // What would be another path than the one meant.
        if request
            .path
            .iter()
            .any(|part| matches!(*part, "" | "." | ".."))
        {
            return Err(bug("unusable_id"));
        }
        url.path_segments_mut()
            .map_err(|()| bug("untrusted_address"))?
            .pop_if_empty()
            .push("v3")
            .extend(request.path);
        Ok(url)
    }
}

/// Whether another token may do better. An app that is switched off is so with any.
fn is_refused_token(error: &SendError) -> bool {
    match error {
        SendError::Fail { kind, word } => *kind == FailKind::TokenDead && word != DISABLED,
        SendError::NotYet { .. } | SendError::Retry { .. } | SendError::Unknown { .. } => false,
    }
}

fn method(call: Call) -> Method {
    match call {
        Call::Converse | Call::Post => Method::POST,
        Call::Update => Method::PUT,
        Call::Delete => Method::DELETE,
        Call::Member | Call::Knock => Method::GET,
    }
}

/// An answer may be empty where there is nothing to say.
fn read(
    call: Call,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, SendError> {
    if !status.is_success() {
        return Err(meaning(call, status, headers, body));
    }
    if body.trim_ascii().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|_| call.repeat().ambiguous("answer is not JSON"))
}
