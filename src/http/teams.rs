//! `POST /api/messages`: what people do in Microsoft Teams. Believed only with a token that Microsoft has signed for
//! this app and this activity; what it means is the [desk's](crate::desk) business.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};
use serde_json::Value;

use super::{App, Error, body::Whole};
use crate::{
    chat::teams::verify::NotBelieved,
    desk::teams::{self, Reply},
};

const JSON: &str = "application/json";

/// An activity.
pub(super) async fn message(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Whole, Error>,
) -> Response {
    let body = match body {
        Ok(Whole(body)) => body,
        Err(error) => return error.into_response(),
    };
    let Ok(activity) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(teams) = app.desk.chats().teams() else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let authorization = headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    let now = app.engine.clock().now();
    let read = teams.read(authorization.unwrap_or_default(), &activity, now);
    match read.await {
        Ok(request) => answered(teams::answer(&app.desk, &activity, request).await),
        Err(why) => refused(why),
    }
}

fn answered(reply: Reply) -> Response {
    match reply {
        Reply::Taken => StatusCode::OK.into_response(),
        Reply::Said(said) => ([(CONTENT_TYPE, JSON)], said.to_string()).into_response(),
        Reply::Unknown => StatusCode::NOT_IMPLEMENTED.into_response(),
    }
}

/// What was wrong is nobody's business but the log's.
fn refused(why: NotBelieved) -> Response {
    match why {
        NotBelieved::Forged(what) => {
            tracing::debug!(what, "a request in Teams' name is not believed");
            StatusCode::UNAUTHORIZED.into_response()
        }
        NotBelieved::NoKeys => {
            tracing::warn!(
                "nothing from teams can be checked: microsoft's keys could not be fetched"
            );
            (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")]).into_response()
        }
    }
}
