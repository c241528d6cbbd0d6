//! Journeys through the playground with a small app on the other side: `people` act, `api` is called.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use jiff::Timestamp;

use super::*;

mod api;
mod people;

const SECRET: &str = "shh";

/// An app that answers what it was told to, and remembers what it got.
#[derive(Clone, Default)]
struct App {
    answers: Arc<Mutex<Vec<String>>>,
    got: Arc<Mutex<Vec<(String, HeaderMap, String)>>>,
    arrived: Arc<tokio::sync::Notify>,
}

impl App {
    fn answers(&self, body: &Value) {
        self.answers.lock().unwrap().push(body.to_string());
    }

    fn payload(&self, index: usize) -> Value {
        let (_, _, body) = self.got.lock().unwrap()[index].clone();
        let payload = form_urlencoded::parse(body.as_bytes())
            .find(|(key, _)| key == "payload")
            .unwrap()
            .1;
        serde_json::from_str(&payload).unwrap()
    }

    async fn start(&self) -> String {
        async fn take(
            State(app): State<App>,
            Path(path): Path<String>,
            headers: HeaderMap,
            body: Bytes,
        ) -> String {
            app.got.lock().unwrap().push((
                path,
                headers,
                String::from_utf8(body.to_vec()).unwrap(),
            ));
            app.arrived.notify_one();
            app.answers.lock().unwrap().pop().unwrap_or_default()
        }
        let router = Router::new()
            .route("/slack/{path}", post(take))
            .with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }
}

struct Stage {
    app: App,
    slack: Playground,
    url: String,
    now: Arc<Mutex<Timestamp>>,
    http: reqwest::Client,
    _stop: tokio_util::sync::DropGuard,
}

impl Stage {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let app = App::default();
        let now = Arc::new(Mutex::new(
            "2026-11-21T10:00:00Z".parse::<Timestamp>().unwrap(),
        ));
        let hand = Arc::clone(&now);
        let mut settings = Settings::new(
            app.start().await,
            SECRET,
            Arc::new(move || *hand.lock().unwrap()),
        );
        change(&mut settings);
        let slack = Playground::new(settings).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let (running, token) = (slack.clone(), stop.clone());
        tokio::spawn(async move { running.run(listener, token).await });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            app,
            slack,
            url,
            now,
            http,
            _stop: stop.drop_guard(),
        }
    }

    async fn raw(&self, method: &str, body: &Value) -> reqwest::Result<reqwest::Response> {
        let request = self
            .http
            .post(format!("{}/api/{method}", self.url))
            .bearer_auth("xoxb-1");
        let request = request.header("content-type", "application/json; charset=utf-8");
        request.body(body.to_string()).send().await
    }

    async fn api(&self, method: &str, body: Value) -> Value {
        self.raw(method, &body).await.unwrap().json().await.unwrap()
    }

    async fn form(&self, method: &str, fields: &[(&str, &str)]) -> Value {
        let request = self
            .http
            .post(format!("{}/api/{method}", self.url))
            .bearer_auth("xoxb-1")
            .form(fields);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn offer(&self) -> String {
        let button = json!({"type": "button", "action_id": "offer.accept", "value": "offer_1", "text": {"type": "plain_text", "text": "Accept"}});
        let blocks = json!([{"type": "actions", "block_id": "acts", "elements": [button]}]);
        let posted = self
            .api(
                "chat.postMessage",
                json!({"channel": "U0SELIN", "text": "Lead 7", "blocks": blocks}),
            )
            .await;
        posted["ts"].as_str().unwrap().to_owned()
    }

    fn later(&self, seconds: i64) {
        *self.now.lock().unwrap() += jiff::SignedDuration::from_secs(seconds);
    }
}

fn dialog() -> Value {
    json!({"type": "modal", "callback_id": "decline", "private_metadata": "offer_1", "notify_on_close": true,
        "title": {"type": "plain_text", "text": "Why?"}, "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [{"type": "input", "block_id": "note", "label": {"type": "plain_text", "text": "Note"},
            "element": {"type": "plain_text_input", "action_id": "text"}}]})
}
