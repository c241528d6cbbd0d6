//! Where tokens come from, and the keys that activities are signed with.

use std::collections::BTreeMap;

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{
    APP_ID, APP_PASSWORD, ISSUER, Kept, Microsoft, TENANT, signing::is_batons, signing::published,
};

/// What is kept of it.
#[derive(Default)]
pub(super) struct Login {
    /// The keys that are published; `None`: as usual.
    keys: Option<Value>,
    /// Where the metadata say that the keys are; `None`: here.
    jwks_uri: Option<String>,
    /// The tokens that are good, by their scope.
    good: Vec<(String, String)>,
    handed_out: usize,
    /// What the last request for a token said.
    last: BTreeMap<String, String>,
}

impl Login {
    /// Whether a request carries a good token for that scope.
    pub(super) fn lets_in(&self, scope: &str, headers: &HeaderMap) -> bool {
        let shown = headers.get("authorization").and_then(|it| it.to_str().ok());
        let shown = shown.and_then(|it| it.strip_prefix("Bearer "));
        self.good
            .iter()
            .any(|(for_, token)| for_ == scope && shown == Some(token))
    }
}

impl Microsoft {
    /// Publishes other keys from now on.
    pub fn publish(&self, keys: Value) {
        self.kept().login.keys = Some(keys);
    }

    /// Says that the keys are there.
    pub fn point_to_keys_at(&self, address: &str) {
        self.kept().login.jwks_uri = Some(address.to_owned());
    }

    /// Takes all tokens back.
    pub fn revoke_tokens(&self) {
        self.kept().login.good.clear();
    }

    /// What the last request for a token said.
    pub fn last_login(&self) -> BTreeMap<String, String> {
        self.kept().login.last.clone()
    }
}

/// The metadata, the keys and the token endpoint.
pub(super) fn router() -> Router<Kept> {
    Router::new()
        .route("/v1/.well-known/openidconfiguration", get(metadata))
        .route("/v1/.well-known/keys", get(keys))
        .route("/{tenant}/oauth2/v2.0/token", post(token))
}

async fn metadata(State(kept): State<Kept>) -> Json<Value> {
    let kept = kept.lock().unwrap();
    let here = || format!("{}/v1/.well-known/keys", kept.address);
    Json(json!({
        "issuer": ISSUER,
        "jwks_uri": kept.login.jwks_uri.clone().unwrap_or_else(here),
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
    Json(kept.login.keys.clone().unwrap_or_else(usual))
}

async fn token(
    State(kept): State<Kept>,
    Path(tenant): Path<String>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let mut kept = kept.lock().unwrap();
    let address = kept.address.clone();
    let audience = format!("{address}/{tenant}/oauth2/v2.0/token");
    let login = &mut kept.login;
    login.last.clone_from(&form);
    let said = |name: &str| form.get(name).map_or("", String::as_str);
    let known = said("client_secret") == APP_PASSWORD
        || is_batons(said("client_assertion"), &audience)
            && said("client_assertion_type")
                == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let wrong = match () {
        () if tenant != TENANT => Some(90_002),
        () if said("client_id") != APP_ID => Some(700_016),
        () if said("client_assertion").is_empty() && !known => Some(7_000_215),
        () if !known => Some(700_027),
        () if said("grant_type") != "client_credentials" => Some(70_003),
        () => None,
    };
    if let Some(code) = wrong {
        let said = json!({"error": "invalid_client", "error_codes": [code],
            "error_description": format!("AADSTS{code}: words. Trace ID: x")});
        return (StatusCode::UNAUTHORIZED, Json(said)).into_response();
    }
    login.handed_out += 1;
    let token = format!("t0ken-{}", login.handed_out);
    login.good.push((said("scope").to_owned(), token.clone()));
    Json(json!({"token_type": "Bearer", "expires_in": 3_599, "access_token": token}))
        .into_response()
}
