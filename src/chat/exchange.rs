//! One HTTP exchange with a platform, and what can come of it instead of an answer.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode};

use super::outcome::{FailKind, SendError};

/// The largest answer that is read.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// What is waited when a platform says "too often" without saying for how long, and the most that is believed.
const RETRY_UNSAID: Duration = Duration::from_secs(30);
const RETRY_MOST: Duration = Duration::from_secs(3_600);

/// Whether doing it twice does harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Twice is the same as once.
    Harmless,
    /// Twice is seen twice.
    Seen,
}

impl Repeat {
    /// The error when it may have been done already.
    pub fn ambiguous(self, why: impl Into<String>) -> SendError {
        match self {
            Self::Harmless => SendError::Retry {
                after: None,
                why: why.into(),
            },
            Self::Seen => SendError::Unknown { why: why.into() },
        }
    }
}

/// A client that waits at most `timeout` for an answer, and follows nobody anywhere: what a request carries
/// is for one address.
///
/// # Errors
/// When the process has no TLS provider or no certificates to trust.
pub fn client(timeout: Duration) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        .connect_timeout(timeout / 2)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .build()
}

/// The error when nothing was done.
pub fn retry(after: Option<Duration>, why: &str) -> SendError {
    SendError::Retry {
        after,
        why: why.to_owned(),
    }
}

/// Sends and reads the whole answer. Only a connection that was never made is certain to have done nothing.
pub async fn exchange(
    request: RequestBuilder,
    repeat: Repeat,
) -> Result<(HeaderMap, StatusCode, Vec<u8>), SendError> {
    let response = request.send().await.map_err(|error| match error {
        error if error.is_connect() => retry(None, "no connection"),
        error if error.is_builder() => SendError::fail(FailKind::OurBug, "unbuildable_request"),
        error => repeat.ambiguous(broken(&error)),
    })?;
    let (headers, status) = (response.headers().clone(), response.status());
    let body = read_body(response)
        .await
        .map_err(|why| repeat.ambiguous(why))?;
    Ok((headers, status, body))
}

/// What happened to a connection that broke.
pub fn broken(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else {
        "connection broken"
    }
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, &'static str> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err("answer too large");
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// How long a platform that is asked too often wants to be left alone.
pub fn retry_after(headers: &HeaderMap) -> Duration {
    let seconds = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    seconds
        .map_or(RETRY_UNSAID, |seconds: u64| {
            Duration::from_secs(seconds.max(1))
        })
        .min(RETRY_MOST)
}
