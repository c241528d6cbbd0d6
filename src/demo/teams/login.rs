//! Microsoft's login, as far as Baton asks it: whose keys are good, and tokens for the connector and for Graph.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{APP_ID, APP_PASSWORD, Between, TENANT_ID};

/// What Baton shows the connector.
pub(super) const FOR_TEAMS: &str = "stand-in-token-for-teams";
/// What Baton shows Graph.
pub(super) const FOR_GRAPH: &str = "stand-in-token-for-graph";

pub(super) fn router() -> Router<Arc<Between>> {
    Router::new()
        .route("/v1/.well-known/openidconfiguration", get(metadata))
        .route("/v1/.well-known/keys", get(keys))
        .route("/{tenant}/oauth2/v2.0/token", post(token))
}

/// Whether a request carries the token.
pub(super) fn lets_in(headers: &HeaderMap, token: &str) -> bool {
    let shown = headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    shown.and_then(|it| it.strip_prefix("Bearer ")) == Some(token)
}

async fn metadata(State(between): State<Arc<Between>>) -> Json<Value> {
    Json(json!({
        "issuer": "https://api.botframework.com",
        "jwks_uri": format!("{}v1/.well-known/keys", between.own),
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn keys(State(between): State<Arc<Between>>) -> Json<Value> {
    Json(between.signer.published())
}

async fn token(
    Path(tenant): Path<String>,
    Form(asked): Form<BTreeMap<String, String>>,
) -> Response {
    let said = |name: &str| asked.get(name).map_or("", String::as_str);
    let wrong = match () {
        () if tenant != TENANT_ID => Some(90_002),
        () if said("client_id") != APP_ID => Some(700_016),
        () if said("client_secret") != APP_PASSWORD => Some(7_000_215),
        () => None,
    };
    if let Some(code) = wrong {
        let refused = json!({"error": "invalid_client", "error_codes": [code]});
        return (StatusCode::UNAUTHORIZED, Json(refused)).into_response();
    }
    let token = match said("scope") {
        "https://api.botframework.com/.default" => FOR_TEAMS,
        _ => FOR_GRAPH,
    };
    Json(json!({"token_type": "Bearer", "expires_in": 3_599, "access_token": token}))
        .into_response()
}
