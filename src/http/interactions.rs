//! `POST /slack/commands`, `/slack/interactions`, `/slack/events`: what people do in Slack. Believed
//! only with Slack's signature over the raw body; what it means is the [desk's](crate::desk) business.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};

use super::{App, Error, body::Whole};
use crate::{
    chat::{
        Chat,
        incoming::{Answer, Incoming, Unreadable},
        slack::{answer, inbound},
    },
    desk,
};

const TIMESTAMP: &str = "x-slack-request-timestamp";
const SIGNATURE: &str = "x-slack-signature";

/// A slash command.
pub(super) async fn command(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Whole, Error>,
) -> Response {
    handle(&app, &headers, body, |body| {
        inbound::read_command(body).map(|one| vec![one])
    })
    .await
}

/// A press or a dialog.
pub(super) async fn interaction(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Whole, Error>,
) -> Response {
    handle(&app, &headers, body, inbound::read_interaction).await
}

/// An event.
pub(super) async fn event(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Whole, Error>,
) -> Response {
    handle(&app, &headers, body, |body| {
        inbound::read_event(body).map(|one| vec![one])
    })
    .await
}

async fn handle(
    app: &App,
    headers: &HeaderMap,
    body: Result<Whole, Error>,
    read: impl FnOnce(&[u8]) -> Result<Vec<Incoming>, Unreadable>,
) -> Response {
    let body = match body {
        Ok(Whole(body)) => body,
        Err(error) => return error.into_response(),
    };
    if !is_slacks(app, headers, &body) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match read(&body) {
        Ok(all) => in_slacks_words(&desk::handle_all(&app.desk, all).await),
        Err(unreadable) => {
            tracing::warn!(%unreadable, "a request of Slack's can't be understood");
            StatusCode::BAD_REQUEST.into_response()
        }
    }
}

/// Whether Slack has signed the request, lately. Without Slack nothing is.
fn is_slacks(app: &App, headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let Some(chat) = app.desk.chat() else {
        return false;
    };
    match chat {
        Chat::Slack(slack) => {
            let now = app.engine.clock().now();
            slack
                .verify(header(TIMESTAMP), header(SIGNATURE), body, now)
                .is_ok()
        }
    }
}

fn in_slacks_words(answer: &Answer) -> Response {
    let answer::Response { content_type, body } = answer::respond(answer);
    ([(CONTENT_TYPE, content_type)], body).into_response()
}
