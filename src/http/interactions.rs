//! `POST /slack/commands`, `/slack/interactions`, `/slack/events`: what people do in Slack. Believed
//! only with Slack's signature over the raw body; what it means is the [desk's](crate::desk) business,
//! as it is for the same payloads in Socket Mode.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;

use super::{App, Error, body::Whole};
use crate::{
    chat::{
        incoming::Unreadable,
        slack::inbound::{self, Kind},
    },
    desk,
};

const JSON: &str = "application/json";
const TIMESTAMP: &str = "x-slack-request-timestamp";
const SIGNATURE: &str = "x-slack-signature";

/// A slash command.
pub(super) async fn command(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Whole, Error>,
) -> Response {
    handle(&app, &headers, body, Kind::Command).await
}

/// A press or a dialog.
pub(super) async fn interaction(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Whole, Error>,
) -> Response {
    handle(&app, &headers, body, Kind::Interaction).await
}

/// An event.
pub(super) async fn event(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Whole, Error>,
) -> Response {
    handle(&app, &headers, body, Kind::Event).await
}

async fn handle(
    app: &App,
    headers: &HeaderMap,
    body: Result<Whole, Error>,
    kind: Kind,
) -> Response {
    let body = match body {
        Ok(Whole(body)) => body,
        Err(error) => return error.into_response(),
    };
    if !is_slacks(app, headers, &body) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match answer_to(app, kind, &body).await {
        Ok(Some(said)) => ([(CONTENT_TYPE, JSON)], said.to_string()).into_response(),
        // Truly empty: a dialog closes by that only.
        Ok(None) => ([(CONTENT_TYPE, "text/plain")], String::new()).into_response(),
        Err(unreadable) => {
            tracing::warn!(%unreadable, "a request of Slack's can't be understood");
            StatusCode::BAD_REQUEST.into_response()
        }
    }
}

async fn answer_to(app: &App, kind: Kind, body: &[u8]) -> Result<Option<Value>, Unreadable> {
    let payload = inbound::payload(kind, body)?;
    desk::slack::answer(&app.desk, kind, &payload).await
}

/// Whether Slack has signed the request, lately. Without Slack nothing is.
fn is_slacks(app: &App, headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let Some(slack) = app.desk.chats().slack() else {
        return false;
    };
    let now = app.engine.clock().now();
    let (timestamp, signature) = (header(TIMESTAMP), header(SIGNATURE));
    slack.verify(timestamp, signature, body, now).is_ok()
}
