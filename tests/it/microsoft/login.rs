//! Where tokens come from, and the keys that activities are signed with.

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{Kept, signing::published};

/// The metadata, the keys and the token endpoint.
pub fn router() -> Router<Kept> {
    Router::new()
        .route("/v1/.well-known/openidconfiguration", get(metadata))
        .route("/v1/.well-known/keys", get(keys))
        .route("/{tenant}/oauth2/v2.0/token", post(token))
}

async fn metadata(State(kept): State<Kept>) -> Json<Value> {
    let kept = kept.lock().unwrap();
    let here = || format!("{}/v1/.well-known/keys", kept.address);
    Json(json!({
        "issuer": super::ISSUER,
        "jwks_uri": kept.jwks_uri.clone().unwrap_or_else(here),
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

/// A key for Teams, and others that must not do.
async fn keys(State(kept): State<Kept>) -> Json<Value> {
    let kept = kept.lock().unwrap();
    let usual = || {
        json!({"keys": [
            {"kty": "EC", "kid": "curve", "crv": "P-256", "x": "AA", "y": "AA"},
            published("key-of-teams", &["msteams", "skype"]),
            published("key-of-others", &["webchat"]),
            published("key-of-nobody", &[]),
        ]})
    };
    Json(kept.keys.clone().unwrap_or_else(usual))
}

async fn token(State(_): State<Kept>) -> Json<Value> {
    Json(json!({"token_type": "Bearer", "expires_in": 3_599, "access_token": "t0ken-for-teams"}))
}
