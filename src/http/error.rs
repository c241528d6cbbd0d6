//! What goes wrong for a caller: one kind, words for them, and a cause for the log. Answered as
//! `application/problem+json` (RFC 9457):
//!
//! ```json
//! {"type": "urn:baton:problem:unauthorized", "title": "Unauthorized", "status": 401,
//!  "detail": "the header x-signature is missing"}
//! ```

use axum::{
    Json,
    extract::rejection::BytesRejection,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{engine, store};

/// After how many seconds a caller is asked to try again when the database does not answer.
const RETRY_WHEN_DOWN: u64 = 5;

/// The kinds of failure a caller can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request can't be understood.
    BadRequest,
    /// It is not proven who asks.
    Unauthorized,
    /// Who asks may not.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// Not with this method.
    MethodNotAllowed,
    /// Not in a form that the caller takes.
    NotAcceptable,
    /// The request did not arrive in time.
    TooSlow,
    /// What is asked for can't be as things are.
    Conflict,
    /// More bytes than are taken.
    TooLarge,
    /// A content type that is not taken here.
    UnsupportedType,
    /// It can be read, and can't be meant.
    Unprocessable,
    /// More often than agreed.
    TooMany,
    /// A mistake of ours.
    Internal,
    /// Not now, but later.
    Unavailable,
}

impl Kind {
    /// Its HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The problem type's last word.
    fn word(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::NotAcceptable => "not-acceptable",
            Self::TooSlow => "too-slow",
            Self::Conflict => "conflict",
            Self::TooLarge => "too-large",
            Self::UnsupportedType => "unsupported-type",
            Self::Unprocessable => "unprocessable",
            Self::TooMany => "too-many-requests",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }
}

/// A request that failed.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    /// For the caller; says nothing that they must not know.
    detail: String,
    /// For the log; the caller never sees it.
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    /// Seconds.
    retry_after: Option<u64>,
    /// How a caller would prove who they are.
    challenge: Option<&'static str>,
}

impl Error {
    /// A failure, in words for the caller.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            cause: None,
            retry_after: None,
            challenge: None,
        }
    }

    /// The words for the caller.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// A caller who must show a bearer token.
    pub fn needs_bearer(detail: impl Into<String>) -> Self {
        Self {
            challenge: Some("Bearer realm=\"baton\""),
            ..Self::new(Kind::Unauthorized, detail)
        }
    }

    /// The same, worth another try after so many seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds.max(1)),
            ..self
        }
    }

    /// Not now, but soon.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, detail).retry_after(RETRY_WHEN_DOWN)
    }

    /// More bytes than are taken.
    pub(super) fn too_large() -> Self {
        Self::new(
            Kind::TooLarge,
            "the body is larger than `server.max_body` allows",
        )
    }

    /// A mistake of ours.
    pub(super) fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(
                Kind::Internal,
                "something went wrong in Baton; its log says what",
            )
        }
    }

    /// A database error with its sources in one line, as the log wants it.
    pub(super) fn cause_of(error: store::Error) -> impl std::fmt::Display {
        Traced(error)
    }

    /// Logs what the operator should know; here the error ends.
    fn log(&self) {
        let cause = self.cause.as_deref().map(tracing::field::display);
        match self.kind {
            Kind::Internal => tracing::error!(cause, "a request failed"),
            Kind::Unavailable => tracing::warn!(cause, "a request was put off: {}", self.detail),
            Kind::BadRequest
            | Kind::Unauthorized
            | Kind::Forbidden
            | Kind::NotFound
            | Kind::MethodNotAllowed
            | Kind::NotAcceptable
            | Kind::TooSlow
            | Kind::Conflict
            | Kind::TooLarge
            | Kind::UnsupportedType
            | Kind::Unprocessable
            | Kind::TooMany => tracing::debug!("a request was refused: {}", self.detail),
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unavailable(_) => Self {
                cause: Some(Box::new(Traced(error))),
                ..Self::unavailable("the database does not answer; nothing was kept")
            },
            store::Error::Conflict { .. }
            | store::Error::Corrupt(_)
            | store::Error::Open(_)
            | store::Error::Other(_) => Self::internal(Traced(error)),
        }
    }
}

impl From<engine::Error> for Error {
    fn from(error: engine::Error) -> Self {
        match error {
            engine::Error::Store(error) => error.into(),
            engine::Error::NoSuchLead => Self::new(Kind::NotFound, "there is no such lead"),
            engine::Error::Refused { refusal, .. } => {
                Self::new(Kind::Conflict, refusal.to_string())
            }
        }
    }
}

impl From<BytesRejection> for Error {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Self::too_large()
        } else {
            Self::new(Kind::BadRequest, "the body did not arrive whole")
        }
    }
}

/// An error with its sources in one line, as the log wants it.
#[derive(Debug)]
struct Traced(store::Error);

impl std::fmt::Display for Traced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = std::error::Error::source(&self.0);
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Traced {}

/// What went wrong (RFC 9457).
#[derive(Serialize, JsonSchema)]
pub(super) struct Problem<'a> {
    /// The kind: `urn:baton:problem:…`.
    r#type: String,
    /// The status in words.
    title: &'a str,
    status: u16,
    /// What is wrong, with the name of the field.
    detail: &'a str,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.log();
        let status = self.kind.status();
        let problem = Problem {
            r#type: format!("urn:baton:problem:{}", self.kind.word()),
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: &self.detail,
        };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if matches!(self.kind, Kind::TooSlow | Kind::TooLarge) {
            // What is left of the body is not waited for.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}
