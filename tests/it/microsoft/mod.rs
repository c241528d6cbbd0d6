//! A stand-in for Microsoft: it signs activities as the Bot Framework does and hands out tokens. It keeps
//! everything that it was asked, so that a test can say what was never asked.

mod login;
mod signing;

use std::sync::{Arc, Mutex, MutexGuard};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub use signing::{SignsWith, published, sign};

/// Baton's app, as it is registered.
pub const APP_ID: &str = "0b7c4f5e-1a2d-4c3b-9e8f-5a6b7c8d9e0f";
/// The company's tenant.
pub const TENANT: &str = "7d3e9a10-52c4-4f6b-8a1e-90b2c3d4e5f6";
/// Who signs activities.
pub const ISSUER: &str = "https://api.botframework.com";

/// Microsoft, at an address of its own.
pub struct Microsoft {
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    kept: Kept,
}

type Kept = Arc<Mutex<World>>;

/// What it keeps.
#[derive(Default)]
struct World {
    address: String,
    /// Method and path of every request, in order.
    asked: Vec<String>,
    /// The keys that it publishes; `None`: as usual.
    keys: Option<Value>,
    /// Where its metadata say that the keys are; `None`: here.
    jwks_uri: Option<String>,
    /// Whether it fails at everything.
    down: bool,
}

impl Microsoft {
    /// Starts one.
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let kept = Kept::default();
        kept.lock().unwrap().address.clone_from(&address);
        let router = Router::new()
            .merge(login::router())
            .layer(middleware::from_fn_with_state(Arc::clone(&kept), noted))
            .with_state(Arc::clone(&kept));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, kept }
    }

    /// Where its OpenID metadata are.
    pub fn metadata_url(&self) -> String {
        format!("{}/v1/.well-known/openidconfiguration", self.address)
    }

    /// Where Teams is: what activities call their `serviceUrl`.
    pub fn service_url(&self) -> String {
        format!("{}/emea/", self.address)
    }

    /// What a token says whose activity is sent at `second`.
    pub fn claims(&self, second: i64) -> Value {
        json!({
            "iss": ISSUER,
            "aud": APP_ID,
            "nbf": second - 10,
            "exp": second + 3_600,
            "serviceurl": self.service_url(),
        })
    }

    /// A message that somebody types, with what every activity says.
    pub fn typed(&self, text: &str) -> Value {
        json!({
            "type": "message",
            "id": "1795288075409",
            "channelId": "msteams",
            "serviceUrl": self.service_url(),
            "text": text,
            "from": {"id": "29:ayse", "name": "Ayse", "aadObjectId": "a7e00000-0000-4000-8000-000000000001"},
            "recipient": {"id": format!("28:{APP_ID}"), "name": "Baton"},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:ayse"},
            "channelData": {"tenant": {"id": TENANT}},
        })
    }

    /// Everything that it was asked, as `GET /path`.
    pub fn asked(&self) -> Vec<String> {
        self.kept().asked.clone()
    }

    /// How often it was asked something whose method and path contain that.
    pub fn times_asked(&self, what: &str) -> usize {
        let kept = self.kept();
        kept.asked
            .iter()
            .filter(|asked| asked.contains(what))
            .count()
    }

    /// Publishes other keys from now on.
    pub fn publish(&self, keys: Value) {
        self.kept().keys = Some(keys);
    }

    /// Says that the keys are there.
    pub fn point_to_keys_at(&self, address: &str) {
        self.kept().jwks_uri = Some(address.to_owned());
    }

    /// Fails at everything, or no longer.
    pub fn set_down(&self, down: bool) {
        self.kept().down = down;
    }

    fn kept(&self) -> MutexGuard<'_, World> {
        self.kept.lock().unwrap()
    }
}

async fn noted(State(kept): State<Kept>, request: Request, next: Next) -> Response {
    let down = {
        let mut kept = kept.lock().unwrap();
        let asked = format!("{} {}", request.method(), request.uri());
        kept.asked.push(asked);
        kept.down
    };
    if down {
        return Response::builder().status(503).body("down".into()).unwrap();
    }
    next.run(request).await
}
