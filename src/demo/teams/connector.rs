//! The way of messages: what Baton sends goes on to the Agents Playground, and what is done there is signed and goes
//! on to Baton.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Between, CONNECTOR, login};

pub(super) fn router() -> Router<Arc<Between>> {
    Router::new()
        // The Agents Playground looks whether there is somebody before it sends anything.
        .route("/api/messages", get(StatusCode::OK).post(from_teams))
        .route("/teams/v3/conversations", post(converse))
        .route("/teams/v3/{*path}", any(to_teams))
}

/// What was done in the Agents Playground: where answers go is here, and a token says so.
async fn from_teams(
    State(between): State<Arc<Between>>,
    Json(mut activity): Json<Value>,
) -> Response {
    let service_url = format!("{}{CONNECTOR}", between.own);
    activity["serviceUrl"] = service_url.as_str().into();
    let token = match between.signer.token(&service_url, between.clock.now()) {
        Ok(token) => token,
        Err(error) => return not_passed_on(&error),
    };
    let url = format!("{}/api/messages", between.baton_url);
    let request = between.http.post(url).bearer_auth(token).json(&activity);
    passed_on(request).await
}

/// A direct conversation is the one that the Agents Playground has opened: it would make another, and not show it.
async fn converse(
    State(between): State<Arc<Between>>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Response {
    if !login::lets_in(&headers, login::FOR_TEAMS) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if asked["isGroup"] == true {
        let url = format!("{}/_connector/v3/conversations", between.agents_url);
        return passed_on(between.http.post(url).json(&asked)).await;
    }
    let shown = &between.tenant.shown;
    if asked["members"][0]["id"] != shown.id.as_str() {
        let refused = json!({"error": {"code": "BotNotInConversationRoster",
            "message": "only one person's Teams is shown here"}});
        return (StatusCode::FORBIDDEN, Json(refused)).into_response();
    }
    Json(json!({"id": shown.conversation()})).into_response()
}

/// Everything else that Baton calls.
async fn to_teams(
    State(between): State<Arc<Between>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !login::lets_in(&headers, login::FOR_TEAMS) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    // As it came, since parts of it are encoded.
    let path = uri.path().trim_start_matches('/');
    let path = path.strip_prefix(CONNECTOR).unwrap_or(path);
    let url = format!("{}/_connector/{path}", between.agents_url);
    let mut request = between.http.request(method, url);
    if let Some(kind) = headers.get(CONTENT_TYPE) {
        request = request.header(CONTENT_TYPE, kind).body(body);
    }
    passed_on(request).await
}

/// Sends it, and answers what was answered.
async fn passed_on(request: reqwest::RequestBuilder) -> Response {
    let answer = async {
        let answer = request.send().await?;
        let (status, kind) = (answer.status(), answer.headers().get(CONTENT_TYPE).cloned());
        anyhow::Ok((status, kind, answer.bytes().await?))
    };
    match answer.await {
        Ok((status, Some(kind), body)) => (status, [(CONTENT_TYPE, kind)], body).into_response(),
        Ok((status, None, body)) => (status, body).into_response(),
        Err(error) => not_passed_on(&error),
    }
}

fn not_passed_on(error: &anyhow::Error) -> Response {
    tracing::debug!(error = format!("{error:#}"), "a message was not passed on");
    StatusCode::BAD_GATEWAY.into_response()
}
