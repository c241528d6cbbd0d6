//! A stand-in for Microsoft: it signs activities as the Bot Framework does, hands out tokens, keeps conversations as
//! Teams' connector does, and knows people as Graph does. It keeps everything that it was asked, so that a test
//! can say what was never asked, and fails to order.

mod activities;
mod connector;
mod graph;
mod login;
mod orders;
mod signing;

use std::sync::{Arc, Mutex, MutexGuard};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub use connector::Message;
pub use orders::Order;
pub use signing::{SignsWith, published, sign};

/// Baton's app, as it is registered.
pub const APP_ID: &str = "0b7c4f5e-1a2d-4c3b-9e8f-5a6b7c8d9e0f";
/// The value of its client secret.
pub const APP_PASSWORD: &str = "app~passw0rd";
/// The company's tenant.
pub const TENANT: &str = "7d3e9a10-52c4-4f6b-8a1e-90b2c3d4e5f6";
/// Who signs activities.
pub const ISSUER: &str = "https://api.botframework.com";

/// Microsoft, at an address of its own.
pub struct Microsoft {
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    client: reqwest::Client,
    kept: Kept,
}

type Kept = Arc<Mutex<World>>;

/// What it keeps.
#[derive(Default)]
struct World {
    address: String,
    /// Method, path and query of every request, in order.
    asked: Vec<String>,
    /// How many activities there were.
    activities: u64,
    orders: orders::Orders,
    login: login::Login,
    connector: connector::Connector,
    graph: graph::Graph,
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
            .merge(connector::router())
            .merge(graph::router())
            .layer(middleware::from_fn_with_state(Arc::clone(&kept), noted))
            .with_state(Arc::clone(&kept));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            address,
            client,
            kept,
        }
    }

    /// Where its OpenID metadata are.
    pub fn metadata_url(&self) -> String {
        format!("{}/v1/.well-known/openidconfiguration", self.address)
    }

    /// Where Teams is: what activities call their `serviceUrl`.
    pub fn service_url(&self) -> String {
        format!("{}/emea/", self.address)
    }

    /// The `[teams]` of a configuration that knows Microsoft to be here.
    pub fn table(&self) -> String {
        let address = &self.address;
        format!(
            "[teams]\napp_id = \"{APP_ID}\"\napp_password = \"{APP_PASSWORD}\"\ntenant_id = \"{TENANT}\"\n\
             service_url = \"{address}/teams/\"\nmetadata_url = \"{}\"\nlogin_url = \"{address}\"\n\
             graph_url = \"{address}/v1.0\"\n",
            self.metadata_url()
        )
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

    /// Sends an activity to a Baton at `url`, signed at `second`; status and body of the answer.
    pub async fn send(&self, url: &str, activity: &Value, second: i64) -> (u16, Value) {
        let head = json!({"typ": "JWT", "alg": "RS256", "kid": "key-of-teams"});
        let token = sign(&head, &self.claims(second), SignsWith::Microsoft);
        let request = self.client.post(format!("{url}/api/messages"));
        let answer = request.bearer_auth(token).json(activity).send().await;
        let answer = answer.unwrap();
        let status = answer.status().as_u16();
        let body = answer.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Everything that it was asked, as `GET /path?query`.
    pub fn asked(&self) -> Vec<String> {
        self.kept().asked.clone()
    }

    /// How often it was asked something whose method and path contain that.
    pub fn times_asked(&self, what: &str) -> usize {
        let kept = self.kept();
        let asked = kept.asked.iter();
        asked.filter(|asked| asked.contains(what)).count()
    }

    /// Answers the next requests whose method and path contain `what` in this way.
    pub fn order(&self, what: &str, orders: impl IntoIterator<Item = Order>) {
        self.kept().orders.add(what, orders);
    }

    /// Fails at everything, or no longer.
    pub fn set_down(&self, down: bool) {
        self.kept().orders.down = down;
    }

    /// Lets the tenant's administrator switch the app off, or on again.
    pub fn set_disabled(&self, disabled: bool) {
        self.kept().orders.disabled = disabled;
    }

    /// Fails at everything but its keys, or no longer: what people do still arrives and is believed.
    pub fn set_deaf(&self, deaf: bool) {
        self.kept().orders.deaf = deaf;
    }

    fn kept(&self) -> MutexGuard<'_, World> {
        self.kept.lock().unwrap()
    }
}

async fn noted(State(kept): State<Kept>, request: Request, next: Next) -> Response {
    let asked = format!("{} {}", request.method(), request.uri());
    let order = {
        let mut kept = kept.lock().unwrap();
        kept.asked.push(asked.clone());
        kept.orders.next(&asked)
    };
    match order {
        None => next.run(request).await,
        Some(Order::Answer { .. } | Order::Silence) => order.unwrap().answer().await,
        Some(Order::LoseAnswer(order)) => {
            next.run(request).await;
            order.answer().await
        }
    }
}

/// Microsoft's way to say no.
struct Refusal {
    status: u16,
    said: String,
}

fn refusal(status: u16, code: &str) -> Refusal {
    let said = json!({"error": {"code": code, "message": "words that help nobody"}});
    Refusal {
        status,
        said: said.to_string(),
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap();
        (status, self.said).into_response()
    }
}
