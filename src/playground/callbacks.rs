//! Sends callbacks to Baton, signed as Slack signs them, and says what Slack would show afterwards.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::Value;
use sha2::Sha256;

use super::core::Core;
use super::faults::{Call, Fault};

/// How long Slack waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What Baton answered to a callback.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The HTTP status; 0 when there was no answer.
    pub status: u16,
    /// The body as it came.
    pub body: String,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// Slack's word for what went wrong: `operation_timeout`, `dispatch_failed`, `http_client_error`,
    /// `http_service_error`.
    pub problem: Option<String>,
    /// True when the app refused an event for good (`x-slack-no-retry`).
    #[serde(skip)]
    pub no_retry: bool,
}

/// A callback about to be sent.
#[derive(Clone)]
pub(super) struct Callback {
    /// `interactions`, `commands` or `events`.
    pub(super) path: &'static str,
    pub(super) body: String,
    /// Whom it concerns, for faults.
    pub(super) user: String,
    /// The number and reason of a repeated event.
    pub(super) retry: Option<(u32, &'static str)>,
}

impl Callback {
    /// An event that is sent for the first time.
    pub(super) fn event(user: String, body: String) -> Self {
        Self {
            path: "events",
            body,
            user,
            retry: None,
        }
    }

    /// The word and the payload of its envelope in Socket Mode.
    pub(super) fn envelope(&self) -> (&'static str, Value) {
        let fields: serde_json::Map<String, Value> = form_urlencoded::parse(self.body.as_bytes())
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
            .collect();
        let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
        match self.path {
            "commands" => ("slash_commands", Value::Object(fields)),
            "interactions" => {
                let payload = fields.get("payload").and_then(Value::as_str);
                ("interactive", read(payload.unwrap_or_default()))
            }
            _ => ("events_api", read(&self.body)),
        }
    }
}

/// A form with these fields.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// Slack's signature, version 0.
pub(super) fn sign(secret: &str, timestamp: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .expect("an HMAC takes a key of any length");
    mac.update(format!("v0:{timestamp}:").as_bytes());
    mac.update(body.as_bytes());
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

impl Core {
    /// Sends one interactive payload.
    pub(super) async fn interact(self: &Arc<Self>, user: &str, payload: &Value) -> Answer {
        let body = form(&[("payload", &payload.to_string())]);
        self.call_back(Callback {
            path: "interactions",
            body,
            user: user.to_owned(),
            retry: None,
        })
        .await
    }

    /// Sends a callback once, or as often and late as the faults want.
    pub(super) async fn call_back(self: &Arc<Self>, callback: Callback) -> Answer {
        let fault = self.faults().take(
            Call::Callback,
            callback.path,
            std::slice::from_ref(&callback.user),
        );
        match fault {
            Some(Fault::Lost | Fault::DropBefore) => {
                let problem = Some("operation_timeout".to_owned());
                return Answer {
                    problem,
                    ..Answer::default()
                };
            }
            Some(Fault::Late { .. } | Fault::Slow { .. }) => {
                tokio::time::sleep(fault.map_or(Duration::ZERO, |f| f.delay())).await;
            }
            Some(Fault::Twice) => {
                let answer = self.send(&callback).await;
                self.send(&callback).await;
                return answer;
            }
            // The others are faults of the Web API or of sockets and mean nothing here.
            Some(
                Fault::RateLimited { .. }
                | Fault::Status { .. }
                | Fault::DropAfter
                | Fault::Refuse { .. }
                | Fault::Refresh,
            )
            | None => {}
        }
        self.send(&callback).await
    }

    async fn send(self: &Arc<Self>, callback: &Callback) -> Answer {
        let started = Instant::now();
        let by_socket = self.sockets().are_in_use();
        let delivery = async {
            if by_socket {
                self.deliver_by_socket(callback).await
            } else {
                self.deliver(callback).await.ok()
            }
        };
        let sent = tokio::time::timeout(PATIENCE, delivery).await;
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (mut answer, problem) = match sent {
            Ok(Some(answer)) => (answer, None),
            Ok(None) => (Answer::default(), Some("dispatch_failed")),
            Err(_) => (Answer::default(), Some("operation_timeout")),
        };
        answer.millis = millis;
        answer.problem = problem
            .or_else(|| problem_of(answer.status))
            .map(str::to_owned);
        answer
    }

    async fn deliver(&self, callback: &Callback) -> reqwest::Result<Answer> {
        let base = self.settings.baton_url.trim_end_matches('/');
        let timestamp = self.now().as_second().to_string();
        let json = callback.path == "events";
        let kind = if json {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        let mut request = self
            .http
            .post(format!("{base}/slack/{}", callback.path))
            .header("content-type", kind)
            .header("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
            .header(
                "x-slack-signature",
                sign(&self.settings.signing_secret, &timestamp, &callback.body),
            )
            .header("x-slack-request-timestamp", timestamp)
            .body(callback.body.clone());
        if let Some((number, reason)) = callback.retry {
            request = request
                .header("x-slack-retry-num", number)
                .header("x-slack-retry-reason", reason);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let no_retry = response
            .headers()
            .get("x-slack-no-retry")
            .is_some_and(|value| value == "1");
        Ok(Answer {
            status,
            no_retry,
            body: response.text().await?,
            ..Answer::default()
        })
    }

    /// Sends an event, and again after a minute and after five when it is not taken.
    pub(super) fn announce(self: &Arc<Self>, user: String, body: String) {
        let core = Arc::clone(self);
        tokio::spawn(async move {
            let mut callback = Callback::event(user, body);
            for (number, wait) in [(1, 0), (2, 60), (3, 300)] {
                let answer = core.call_back(callback.clone()).await;
                let Some(problem) = answer.problem.filter(|_| !answer.no_retry) else {
                    return;
                };
                tokio::time::sleep(Duration::from_secs(wait)).await;
                callback.retry = Some((number, retry_reason(&problem)));
            }
            core.call_back(callback).await;
        });
    }
}

fn problem_of(status: u16) -> Option<&'static str> {
    match status {
        200..=299 => None,
        400..=499 => Some("http_client_error"),
        500..=599 => Some("http_service_error"),
        _ => Some("dispatch_failed"),
    }
}

fn retry_reason(problem: &str) -> &'static str {
    match problem {
        "operation_timeout" => "http_timeout",
        "dispatch_failed" => "connection_failed",
        _ => "http_error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_slacks_own_example() {
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
            &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=\
            https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=\
            398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let signature = sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body);
        assert_eq!(
            signature,
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        );
    }

    #[test]
    fn statuses_are_told_in_slacks_words() {
        assert_eq!(problem_of(204), None);
        assert_eq!(problem_of(302), Some("dispatch_failed"));
        assert_eq!(problem_of(401), Some("http_client_error"));
        assert_eq!(problem_of(503), Some("http_service_error"));
    }
}
