//! What stands before every handler: time, panics, unknown paths, and who may ask.

use std::any::Any;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, Uri, header::AUTHORIZATION};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{ApiToken, App, Error, Kind, Limits};

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads, without contact data.
    Reader,
    /// Reads and moves leads.
    Manager,
    /// Everything.
    Admin,
}

impl Role {
    /// Whether it changes anything.
    #[must_use]
    pub fn writes(self) -> bool {
        match self {
            Self::Reader => false,
            Self::Manager | Self::Admin => true,
        }
    }

    /// Whether it reads who a lead is.
    #[must_use]
    pub fn sees_contacts(self) -> bool {
        match self {
            Self::Reader => false,
            Self::Manager | Self::Admin => true,
        }
    }
}

/// Gives up a request that takes too long; what it had begun in the database is rolled back.
pub(super) async fn in_time(
    State(limits): State<Limits>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(limits.time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::unavailable("the request took too long").into_response(),
    }
}

/// Answers for a handler that panicked; the panic itself is in the log already.
pub(super) fn panicked(_: Box<dyn Any + Send>) -> Response {
    Error::new(
        Kind::Internal,
        "something went wrong in Baton; its log says what",
    )
    .into_response()
}

/// Answers for a path that nobody serves.
pub(super) async fn not_found(uri: Uri) -> Error {
    let known = uri.path().len() <= 200;
    let what = if known { uri.path() } else { "that path" };
    Error::new(Kind::NotFound, format!("there is nothing at {what}"))
}

/// Answers for a path that is served with other methods.
pub(super) async fn method_not_allowed(method: Method) -> Error {
    Error::new(
        Kind::MethodNotAllowed,
        format!("{method} is not for this path"),
    )
}

/// The token that the request shows.
///
/// # Errors
/// 401 when it shows none, or one that nobody has.
pub(super) fn token_of(app: &App, headers: &HeaderMap) -> Result<ApiToken, Error> {
    let shown = headers
        .get(AUTHORIZATION)
        .map(|value| value.as_bytes().split_at_checked(7));
    let Some(Some((scheme, shown))) = shown else {
        return Err(Error::needs_bearer(
            "a bearer token is needed in the header Authorization",
        ));
    };
    if !scheme.eq_ignore_ascii_case(b"bearer ") {
        return Err(Error::needs_bearer(
            "the header Authorization must carry a bearer token",
        ));
    }
    let shown = Sha256::digest(shown.trim_ascii());
    // Digests are of one length, so neither a token's length nor its beginning can be timed.
    let is_it = |token: &&ApiToken| -> bool {
        let secret = token.token.expose_secret();
        !secret.is_empty() && Sha256::digest(secret).ct_eq(&shown).into()
    };
    let tokens = app.tokens.load();
    let token = tokens.iter().find(is_it).cloned();
    token.ok_or_else(|| Error::needs_bearer("the bearer token is not valid"))
}
