//! Socket Mode: Baton opens WebSockets to Slack and gets its requests through them, so that Slack need
//! not reach Baton. Slack gives each request to any one of the sockets and wants it acknowledged on the
//! same one; what was not is delivered again, perhaps through another.
//!
//! ```text
//! listen ─▶ keep one place filled, and another ─▶ open ─▶ hello ─▶ serve ─▶ closed
//!                     ▲                                             │
//!                     └── asked to leave, broken, refused ◀─────────┘
//! ```
//!
//! A socket that Slack asks to leave serves until the one after it has said hello.

mod connection;
mod frame;
mod open;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use secrecy::SecretString;
use serde_json::Value;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::Slack;
use super::inbound::Kind;
use crate::chat::outcome::{FailKind, SendError};
use connection::Connection;
use open::open;

/// How sockets are kept.
#[derive(Clone)]
pub struct Options {
    /// How many stand side by side; Slack allows ten.
    pub connections: usize,
    /// How long things take.
    pub pace: Pace,
    /// A fresh number from 0 to 1 each time, so that many Batons don't come back in step.
    pub chance: Arc<dyn Fn() -> f64 + Send + Sync>,
}

/// How long things take.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Until a new socket has said hello.
    pub hello: Duration,
    /// Between two questions whether the other side is there.
    pub ping: Duration,
    /// Of silence, after which it isn't.
    pub silence: Duration,
    /// Until a request is acknowledged, done or not: Slack waits three seconds, the way included.
    pub acknowledge: Duration,
    /// What is at work when a socket is left may take this long.
    pub last: Duration,
    /// The wait after the second failure in a row; each after it is twice as long.
    pub first_wait: Duration,
    /// The longest.
    pub longest_wait: Duration,
    /// Between two tries when only a person can help.
    pub refused: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            hello: Duration::from_secs(10),
            ping: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            acknowledge: Duration::from_millis(2_600),
            last: Duration::from_secs(5),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            refused: Duration::from_secs(300),
        }
    }
}

/// Why a socket is not, or no longer, of use.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Over {
    /// Slack wants another in its place; this one serves until then.
    Refresh,
    /// The app's token was changed; the same.
    Renewed,
    /// The connection is gone.
    Broken(String),
    /// Slack has enough of them, or of calls.
    TooMany,
    /// A person has to do something; what Slack said.
    Refused(String),
}

impl Slack {
    /// Takes requests through sockets until `stop`; what is at work then is finished. `handle` answers
    /// one. Without an app's token it waits until there is one.
    pub async fn listen<H, F>(&self, options: &Options, handle: H, stop: &CancellationToken)
    where
        H: Fn(Kind, Value) -> F + Clone + Send + 'static,
        F: Future<Output = Option<Value>> + Send + 'static,
    {
        let places = (0..options.connections.clamp(1, 10))
            .map(|_| Place::new(self, options).keep(handle.clone(), stop));
        join_all(places).await;
    }
}

/// The place of one socket among those side by side.
struct Place<'a> {
    slack: &'a Slack,
    options: &'a Options,
    /// Failures since it last went well.
    failures: u32,
}

impl<'a> Place<'a> {
    fn new(slack: &'a Slack, options: &'a Options) -> Self {
        let failures = 0;
        Self {
            slack,
            options,
            failures,
        }
    }

    async fn keep<H, F>(mut self, handle: H, stop: &CancellationToken)
    where
        H: Fn(Kind, Value) -> F + Clone + Send + 'static,
        F: Future<Output = Option<Value>> + Send + 'static,
    {
        let mut before: Option<Connection> = None;
        while !stop.is_cancelled() {
            let token = self.slack.client.secrets().now().app_token;
            let over = tokio::select! {
                () = stop.cancelled() => break,
                over = self.fill(token.as_ref(), &handle, &mut before) => over,
            };
            let wait = self.wait_after(&over);
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.token_changed(token.as_ref()) => {}
                () = sleep(wait) => {}
            }
        }
        if let Some(last) = before {
            last.leave().await;
        }
    }

    /// Puts a socket in the place of the one before; returns when it must be replaced itself.
    async fn fill<H, F>(
        &mut self,
        token: Option<&SecretString>,
        handle: &H,
        before: &mut Option<Connection>,
    ) -> Over
    where
        H: Fn(Kind, Value) -> F + Clone + Send + 'static,
        F: Future<Output = Option<Value>> + Send + 'static,
    {
        if token.is_none() {
            if let Some(before) = before.take() {
                before.leave().await;
            }
            self.token_changed(token).await;
            return Over::Renewed;
        }
        let socket = match open(&self.slack.client, self.options.pace.hello).await {
            Ok(socket) => socket,
            Err(error) => return not_opened(error),
        };
        let fresh = Connection::start(socket, handle.clone(), self.options.pace);
        if let Some(before) = before.replace(fresh) {
            tokio::spawn(before.leave());
        }
        let Some(now) = before.as_mut() else {
            return Over::Broken("no socket".to_owned());
        };
        let over = tokio::select! {
            over = now.over() => over,
            () = self.token_changed(token) => Over::Renewed,
        };
        if now.lasted() {
            self.failures = 0;
        }
        over
    }

    async fn token_changed(&self, from: Option<&SecretString>) {
        self.slack.client.secrets().app_token_changed(from).await;
    }

    /// How long to wait before the next try; says what a person should know.
    fn wait_after(&mut self, over: &Over) -> Duration {
        match over {
            Over::Refresh | Over::Renewed => Duration::ZERO,
            Over::Broken(why) => {
                self.failures += 1;
                tracing::warn!(
                    why,
                    failures = self.failures,
                    "a socket to Slack is gone; opening another"
                );
                self.jittered(self.back_off())
            }
            Over::TooMany => {
                self.failures += 1;
                tracing::warn!(
                    "Slack has enough sockets of this app: does another Baton use its token?"
                );
                self.jittered(self.options.pace.longest_wait)
            }
            Over::Refused(word) => {
                tracing::error!(word, "{}", advice(word));
                self.jittered(self.options.pace.refused)
            }
        }
    }

    /// Nearly nothing the first time: whoever presses meanwhile presses in vain.
    fn back_off(&self) -> Duration {
        let first = self.options.pace.first_wait;
        match self.failures.checked_sub(2) {
            None => first / 10,
            Some(doublings) => {
                (first * (1 << doublings.min(16))).min(self.options.pace.longest_wait)
            }
        }
    }

    /// Half of it for sure, the rest by chance.
    fn jittered(&self, wait: Duration) -> Duration {
        wait.mul_f64(0.5 + 0.5 * (self.options.chance)().clamp(0.0, 1.0))
    }
}

fn not_opened(error: SendError) -> Over {
    match error {
        SendError::NotYet { .. } => Over::TooMany,
        SendError::Retry { why, .. } if why == "ratelimited" => Over::TooMany,
        SendError::Retry { why, .. } | SendError::Unknown { why } => Over::Broken(why),
        SendError::Fail { kind, word } => match kind {
            FailKind::TokenDead | FailKind::Config | FailKind::Other | FailKind::OurBug => {
                Over::Refused(word)
            }
            FailKind::RecipientGone | FailKind::MessageGone => Over::Broken(word),
        },
    }
}

/// What whoever reads the log should do about Slack's word.
fn advice(word: &str) -> &'static str {
    match word.split(':').next().unwrap_or_default() {
        "link_disabled" | "socket_mode_disabled" => {
            "Socket Mode is switched off: switch it on under Socket Mode of the Slack app; \
             until then nobody can press or type anything"
        }
        "missing_scope" => {
            "the app's token lacks the scope connections:write: make one with it under Basic \
             Information, App-Level Tokens, and put it in slack.app_token"
        }
        "not_allowed_token_type" => {
            "slack.app_token is no app-level token: it starts with xapp-, see Basic Information, \
             App-Level Tokens"
        }
        _ => {
            "Slack refuses the app's token: make one under Basic Information, App-Level Tokens, put \
             it in slack.app_token and reload; until then nobody can press or type anything"
        }
    }
}
