//! Bad days to order: what is answered instead of, or after, what was asked.

use std::time::Duration;

use axum::{http::StatusCode, response::IntoResponse, response::Response};

/// How one request is answered.
#[derive(Clone, Debug)]
pub enum Order {
    /// With this, and nothing is done.
    Answer {
        status: u16,
        retry_after: Option<u32>,
        body: String,
    },
    /// Never, and nothing is done.
    Silence,
    /// It is done, but then it is answered so.
    LoseAnswer(Box<Order>),
}

impl Order {
    /// A refusal in Microsoft's usual words.
    pub fn refuse(status: u16, code: &str) -> Self {
        Self::Answer {
            status,
            retry_after: None,
            body: format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#),
        }
    }

    /// Too often.
    pub fn throttle(seconds: u32) -> Self {
        Self::Answer {
            status: 429,
            retry_after: Some(seconds),
            body: String::new(),
        }
    }

    /// Done, but who asked learns nothing but a status.
    pub fn lose(status: u16) -> Self {
        Self::LoseAnswer(Box::new(Self::refuse(status, "ServiceError")))
    }

    pub(super) async fn answer(self) -> Response {
        let (status, retry_after, body) = match self {
            Self::Answer {
                status,
                retry_after,
                body,
            } => (status, retry_after, body),
            Self::Silence | Self::LoseAnswer(_) => {
                tokio::time::sleep(Duration::from_secs(600)).await;
                (504, None, String::new())
            }
        };
        let mut answer = (StatusCode::from_u16(status).unwrap(), body).into_response();
        if let Some(seconds) = retry_after {
            answer.headers_mut().insert("retry-after", seconds.into());
        }
        answer
    }
}

/// What is ordered.
#[derive(Default)]
pub(super) struct Orders {
    pub(super) down: bool,
    /// Whether the tenant's administrator has switched the app off.
    pub(super) disabled: bool,
    /// Down for all but its keys.
    pub(super) deaf: bool,
    waiting: Vec<(String, Order)>,
}

impl Orders {
    pub(super) fn add(&mut self, what: &str, orders: impl IntoIterator<Item = Order>) {
        let orders = orders.into_iter().map(|order| (what.to_owned(), order));
        self.waiting.extend(orders);
    }

    /// The first that is for this request.
    pub(super) fn next(&mut self, asked: &str) -> Option<Order> {
        if self.down || self.deaf && !asked.contains("/.well-known/") {
            return Some(Order::refuse(503, "ServiceUnavailable"));
        }
        if self.disabled && asked.contains("/v3/") {
            return Some(Order::refuse(403, "BotDisabledByAdmin"));
        }
        let at = self
            .waiting
            .iter()
            .position(|(what, _)| asked.contains(what.as_str()))?;
        Some(self.waiting.remove(at).1)
    }
}
