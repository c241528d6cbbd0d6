//! One call to Slack's Web API and everything that can come back instead of an answer. Tokens,
//! addresses that work as keys, and texts are never logged.

use std::time::Duration;

use reqwest::header::{
    CONNECTION, CONTENT_TYPE, HeaderMap, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::ExposeSecret;
use serde_json::Value;
use url::Url;

use super::errors::meaning;
use super::limits::Limits;
use super::method::Method;
use super::secrets::{InForce, Secrets};
use crate::chat::exchange::{Repeat, broken, client, exchange, retry, retry_after};
use crate::chat::outcome::{FailKind, SendError};
use crate::chat::reach::Reached;
use crate::chat::{Reach, Room};

/// Slack's word for a token whose time is over.
const EXPIRED: &str = "token_expired";
/// How long a call waits for the next token; whoever pressed a button waits with it.
const NEXT_TOKEN: Duration = Duration::from_millis(1_500);

/// A client with one app's tokens.
pub struct Client {
    http: reqwest::Client,
    api: Url,
    secrets: InForce,
    limits: Limits,
    reached: Reached,
}

/// An answer with `ok: true`.
pub struct Answered {
    /// The whole body.
    pub body: Value,
    /// The scopes that the token has, if Slack named them.
    pub scopes: Option<String>,
}

impl Client {
    /// A client that waits at most `timeout` for an answer.
    pub fn new(
        api: Url,
        secrets: InForce,
        timeout: Duration,
        limits: Limits,
        reached: Reached,
    ) -> reqwest::Result<Self> {
        Ok(Self {
            http: client(timeout)?,
            api,
            secrets,
            limits,
            reached,
        })
    }

    /// What Slack and Baton know each other by.
    pub fn secrets(&self) -> &InForce {
        &self.secrets
    }

    /// Calls a method. `channel` is what its rate limit is counted by, `""` where there is none.
    pub async fn call(
        &self,
        method: Method,
        channel: &str,
        body: &Value,
    ) -> Result<Answered, SendError> {
        self.limits
            .take(method, channel)
            .map_err(|after| SendError::NotYet { after })?;
        let secrets = self.secrets.now();
        let mut answer = self.ask(method, body, &secrets).await;
        if secrets.rotation.is_some() && is_expired(&answer) {
            let token = &secrets.bot_token;
            answer = if self.secrets.ask_for_another(token, NEXT_TOKEN).await {
                self.ask(method, body, &self.secrets.now()).await
            } else {
                Err(retry(None, EXPIRED))
            };
        }
        self.reached.note(&answer);
        match &answer {
            Err(SendError::Retry {
                after: Some(wait), ..
            }) => self.limits.block(method, channel, *wait),
            Err(error) => {
                tracing::debug!(slack.method = method.name(), %error, "slack answered with an error");
            }
            Ok(_) => {}
        }
        answer
    }

    async fn ask(
        &self,
        method: Method,
        body: &Value,
        secrets: &Secrets,
    ) -> Result<Answered, SendError> {
        let request = self.request(method, body, secrets);
        let (headers, status, text) = exchange(request, method.repeat()).await?;
        let scopes = headers
            .get("x-oauth-scopes")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = read_answer(status, &headers, &text, method.repeat())?;
        Ok(Answered { body, scopes })
    }

    /// How many calls of a method may be made now.
    pub fn room(&self, method: Method) -> Room {
        self.limits.room(method)
    }

    /// Whether Slack has answered lately.
    pub fn reach(&self) -> Reach {
        self.reached.now()
    }

    /// For how long nobody has asked Slack anything since it last answered.
    pub fn quiet_for(&self) -> Option<Duration> {
        self.reached.quiet_for()
    }

    /// A request to a method, without a token.
    pub fn open(&self, method: &str) -> RequestBuilder {
        let api = self.api.as_str().trim_end_matches('/');
        self.http.post(format!("{api}/{method}"))
    }

    fn request(&self, method: Method, body: &Value, secrets: &Secrets) -> RequestBuilder {
        let app_token = secrets.app_token.as_ref().filter(|_| method.is_the_apps());
        let token = app_token.unwrap_or(&secrets.bot_token);
        let request = self.open(method.name()).bearer_auth(token.expose_secret());
        if method.takes_form() {
            return request.form(&form(body));
        }
        request
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .body(body.to_string())
    }

    /// Posts JSON to an address that Slack handed out; the token stays here.
    pub async fn post_to(
        &self,
        address: &str,
        body: &Value,
        repeat: Repeat,
    ) -> Result<(), SendError> {
        let request = self.http.post(self.trusted(address)?).json(body);
        let (headers, status, text) = exchange(request, repeat).await?;
        if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
            return Err(SendError::fail(
                FailKind::MessageGone,
                format!("http_{}", status.as_u16()),
            ));
        }
        status_error(status, &headers, &text, repeat).map_or(Ok(()), Err)
    }

    /// Posts bytes to an address that Slack handed out.
    pub async fn upload_to(&self, address: &str, bytes: Vec<u8>) -> Result<(), SendError> {
        let kind = (CONTENT_TYPE, "application/octet-stream");
        let request = self
            .http
            .post(self.trusted(address)?)
            .header(kind.0, kind.1)
            .body(bytes);
        let (headers, status, text) = exchange(request, Repeat::Harmless).await?;
        status_error(status, &headers, &text, Repeat::Harmless).map_or(Ok(()), Err)
    }

    /// Asks an address that Slack handed out for a WebSocket. It goes the way of all requests: the same
    /// TLS, the same proxy.
    pub async fn upgrade(&self, address: &str, key: &str) -> Result<Response, SendError> {
        let plain = match address.split_once("://") {
            Some(("wss", rest)) => format!("https://{rest}"),
            Some(("ws", rest)) => format!("http://{rest}"),
            Some(_) | None => String::new(),
        };
        let request = self
            .http
            .get(self.trusted(&plain)?)
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, key);
        request
            .send()
            .await
            .map_err(|error| Repeat::Harmless.ambiguous(broken(&error)))
    }

    /// The address, if it lies on Slack's hosts or on the host that this client calls.
    fn trusted(&self, address: &str) -> Result<Url, SendError> {
        let refused = || SendError::fail(FailKind::OurBug, "untrusted_address");
        let url = Url::parse(address).map_err(|_| refused())?;
        let host = url.host_str().unwrap_or_default();
        let slack = ["slack.com", "slack-gov.com"].iter().any(|home| {
            host == *home
                || host
                    .strip_suffix(home)
                    .is_some_and(|rest| rest.ends_with('.'))
        });
        let same = url.host() == self.api.host() && url.scheme() == self.api.scheme();
        if (slack && url.scheme() == "https") || same {
            Ok(url)
        } else {
            Err(refused())
        }
    }
}

/// The fields of an object as a form; what is no text goes in as JSON.
fn form(body: &Value) -> Vec<(&str, String)> {
    let fields = body.as_object().into_iter().flatten();
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    fields
        .map(|(name, value)| (name.as_str(), text(value)))
        .collect()
}

/// The body of an answer that says yes.
pub fn read_answer(
    status: StatusCode,
    headers: &HeaderMap,
    text: &[u8],
    repeat: Repeat,
) -> Result<Value, SendError> {
    if let Some(error) = status_error(status, headers, text, repeat) {
        return Err(error);
    }
    let body: Value =
        serde_json::from_slice(text).map_err(|_| repeat.ambiguous("answer is not JSON"))?;
    match (body["ok"].as_bool(), error_word(&body)) {
        (Some(true), _) => Ok(body),
        (_, Some(word)) => Err(with_scope(meaning(word, repeat), &body)),
        (_, None) => Err(repeat.ambiguous("answer says neither ok nor why not")),
    }
}

fn is_expired<T>(answer: &Result<T, SendError>) -> bool {
    matches!(answer, Err(SendError::Fail { word, .. }) if word == EXPIRED)
}

/// What a status other than success means; 429 did nothing, 5xx may have.
fn status_error(
    status: StatusCode,
    headers: &HeaderMap,
    text: &[u8],
    repeat: Repeat,
) -> Option<SendError> {
    if status.is_success() {
        return None;
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Some(retry(Some(retry_after(headers)), "ratelimited"));
    }
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return Some(repeat.ambiguous(format!("http_{}", status.as_u16())));
    }
    let body: Value = serde_json::from_slice(text).unwrap_or_default();
    Some(match error_word(&body) {
        Some(word) => meaning(word, repeat),
        None => SendError::fail(FailKind::Config, format!("http_{}", status.as_u16())),
    })
}

/// Slack's words are short and plain; anything else is not repeated into logs.
fn error_word(body: &Value) -> Option<&str> {
    let word = body["error"].as_str()?;
    let plain = word.len() <= 64
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
    Some(if plain { word } else { "unreadable_error" })
}

/// A missing scope is named, so that whoever mends it needs no search.
fn with_scope(error: SendError, body: &Value) -> SendError {
    match (error, body["needed"].as_str()) {
        (
            SendError::Fail {
                kind: FailKind::Config,
                word,
            },
            Some(needed),
        ) if needed.len() <= 200 => SendError::fail(FailKind::Config, format!("{word}: {needed}")),
        (error, _) => error,
    }
}
