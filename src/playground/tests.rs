//! Journeys through the playground with a small app on the other side.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use jiff::Timestamp;

use super::*;

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

#[tokio::test]
async fn a_press_reaches_the_app_signed_and_can_be_answered_in_place() {
    let stage = Stage::new().await;
    let ts = stage.offer().await;
    let outcome = stage.slack.press("U0SELIN", &ts, "offer.accept").await;
    assert_eq!((outcome.answer.status, outcome.problem), (200, None));
    let (path, headers, body) = stage.app.got.lock().unwrap()[0].clone();
    assert_eq!(path, "interactions");
    let stamp = headers["x-slack-request-timestamp"].to_str().unwrap();
    assert_eq!(
        headers["x-slack-signature"],
        callbacks::sign(SECRET, stamp, &body)
    );
    let payload = stage.app.payload(0);
    assert_eq!(payload["actions"][0]["value"], "offer_1");
    assert_eq!(payload["container"]["message_ts"], ts.as_str());
    let answer = json!({"replace_original": true, "text": "Yours"});
    let address = payload["response_url"].as_str().unwrap();
    for _ in 0..5 {
        assert_eq!(
            stage
                .http
                .post(address)
                .body(answer.to_string())
                .send()
                .await
                .unwrap()
                .status(),
            200
        );
    }
    assert_eq!(
        stage
            .http
            .post(address)
            .body(answer.to_string())
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let message = &stage.slack.messages_of("U0SELIN")[0];
    assert_eq!(
        (
            message.text.as_str(),
            message.blocks.len(),
            message.edits.len()
        ),
        ("Yours", 0, 5)
    );
}

#[tokio::test]
async fn nobody_presses_what_they_do_not_see() {
    let stage = Stage::new().await;
    let ts = stage.offer().await;
    let outcome = stage.slack.press("U0JONAS", &ts, "offer.accept").await;
    assert_eq!(outcome.problem.as_deref(), Some("not_there"));
    assert!(stage.app.got.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_dialog_opens_within_three_seconds_and_is_answered_with_errors_then_closed() {
    let stage = Stage::new().await;
    let ts = stage.offer().await;
    stage.slack.press("U0SELIN", &ts, "offer.accept").await;
    let trigger = stage.app.payload(0)["trigger_id"].clone();
    let opened = stage
        .api(
            "views.open",
            json!({"trigger_id": trigger, "view": dialog()}),
        )
        .await;
    assert_eq!(opened["ok"], true, "{opened}");
    let again = stage
        .api(
            "views.open",
            json!({"trigger_id": trigger, "view": dialog()}),
        )
        .await;
    assert_eq!(again["error"], "exchanged_trigger_id");
    let empty = stage.slack.submit("U0SELIN", &json!({})).await;
    assert!(
        empty.errors.contains_key("note") && empty.answer.status == 0,
        "the client refuses by itself"
    );
    stage
        .app
        .answers(&json!({"response_action": "errors", "errors": {"note": "Say more"}}));
    let refused = stage.slack.submit("U0SELIN", &json!({"note": "no"})).await;
    assert_eq!(refused.errors["note"], "Say more");
    let done = stage
        .slack
        .submit("U0SELIN", &json!({"note": "not my region"}))
        .await;
    assert_eq!((done.dialog, done.problem), (None, None));
    let payload = stage.app.payload(2);
    assert_eq!(
        payload["view"]["state"]["values"]["note"]["text"]["value"],
        "not my region"
    );
    assert_eq!(payload["view"]["private_metadata"], "offer_1");
}

#[tokio::test]
async fn a_late_trigger_opens_nothing_and_closing_is_told() {
    let stage = Stage::new().await;
    let ts = stage.offer().await;
    stage.slack.press("U0SELIN", &ts, "offer.accept").await;
    stage.slack.press("U0SELIN", &ts, "offer.accept").await;
    let opened = json!({"trigger_id": stage.app.payload(0)["trigger_id"], "view": dialog()});
    let late = json!({"trigger_id": stage.app.payload(1)["trigger_id"], "view": dialog()});
    assert_eq!(stage.api("views.open", opened).await["ok"], true);
    stage.later(4);
    assert_eq!(
        stage.api("views.open", late).await["error"],
        "expired_trigger_id"
    );
    stage.slack.close("U0SELIN", false).await;
    assert_eq!(stage.app.payload(2)["type"], "view_closed");
    assert_eq!(stage.slack.dialog_of("U0SELIN"), None);
}

#[tokio::test]
async fn an_answer_with_unknown_fields_shows_trouble() {
    let stage = Stage::new().await;
    let ts = stage.offer().await;
    stage.slack.press("U0SELIN", &ts, "offer.accept").await;
    let open = json!({"trigger_id": stage.app.payload(0)["trigger_id"], "view": dialog()});
    stage.api("views.open", open).await;
    stage
        .app
        .answers(&json!({"response_action": "errors", "errors": {"other": "x"}}));
    let outcome = stage.slack.submit("U0SELIN", &json!({"note": "x"})).await;
    assert!(outcome.problem.is_some() && outcome.dialog.is_some());
}

#[tokio::test]
async fn a_command_is_answered_to_the_person_alone() {
    let stage = Stage::new().await;
    stage.app.answers(&json!({"text": "You are away."}));
    let outcome = stage
        .slack
        .slash("U0MARTA", "/away", "@jonas until Monday")
        .await;
    assert_eq!(outcome.messages[0].text, "You are away.");
    assert_eq!(stage.slack.ephemeral_to("U0MARTA").len(), 1);
    let (path, _, body) = stage.app.got.lock().unwrap()[0].clone();
    assert_eq!(path, "commands");
    assert!(
        body.contains("text=%3C%40U0JONAS%3E+until+Monday"),
        "{body}"
    );
    let history = stage
        .api("conversations.history", json!({"channel": "D0MARTA"}))
        .await;
    assert_eq!(history["messages"], json!([]));
}

#[tokio::test]
async fn an_app_that_is_down_is_told_as_slack_tells_it() {
    let stage =
        Stage::with(|settings| "http://127.0.0.1:9".clone_into(&mut settings.baton_url)).await;
    let outcome = stage.slack.slash("U0MARTA", "/leads", "").await;
    assert_eq!(
        outcome.problem.as_deref(),
        Some("/leads failed with the error \"dispatch_failed\"")
    );
}

#[tokio::test]
async fn metadata_is_read_only_by_who_asks() {
    let stage = Stage::new().await;
    let metadata = json!({"event_type": "card", "event_payload": {"key": "out_1"}});
    stage
        .api(
            "chat.postMessage",
            json!({"channel": "D0SELIN", "text": "x", "metadata": metadata}),
        )
        .await;
    let read = async |all: bool| {
        stage
            .api(
                "conversations.history",
                json!({"channel": "D0SELIN", "include_all_metadata": all}),
            )
            .await
    };
    assert_eq!(read(true).await["messages"][0]["metadata"], metadata);
    assert_eq!(
        read(false).await["messages"][0]["metadata"]["event_payload"],
        Value::Null
    );
}

#[tokio::test]
async fn what_slack_would_refuse_is_refused() {
    let stage = Stage::new().await;
    let cases = [
        ("chat.postMessage", json!({"channel": "D0SELIN"}), "no_text"),
        (
            "chat.postMessage",
            json!({"channel": "C0NOWHERE", "text": "x"}),
            "channel_not_found",
        ),
        (
            "chat.postMessage",
            json!({"channel": "D0SELIN", "blocks": [{"type": "section"}]}),
            "invalid_blocks",
        ),
        (
            "chat.postMessage",
            json!({"channel": "D0SELIN", "blocks": "nonsense"}),
            "invalid_blocks_format",
        ),
        (
            "chat.update",
            json!({"channel": "U0SELIN", "ts": "1.1", "text": "x"}),
            "channel_not_found",
        ),
        (
            "chat.update",
            json!({"channel": "D0SELIN", "ts": "1.1", "text": "x"}),
            "message_not_found",
        ),
        (
            "conversations.open",
            json!({"users": "U0NOBODY"}),
            "user_not_found",
        ),
        ("users.info", json!({"user": "U0SELIN"}), "user_not_found"),
        ("users.everything", json!({}), "unknown_method"),
    ];
    for (method, body, error) in cases {
        assert_eq!(
            stage.api(method, body.clone()).await["error"],
            error,
            "{method} {body}"
        );
    }
    assert_eq!(
        stage
            .form("users.lookupByEmail", &[("email", "x@y.z")])
            .await["error"],
        "users_not_found"
    );
    assert_eq!(
        stage
            .form("users.lookupByEmail", &[("email", "Selin@Example.com")])
            .await["user"]["id"],
        "U0SELIN"
    );
    let bare = stage
        .http
        .post(format!("{}/api/auth.test", stage.url))
        .send()
        .await
        .unwrap();
    assert_eq!(bare.json::<Value>().await.unwrap()["error"], "not_authed");
}

#[tokio::test]
async fn the_deactivated_are_reached_no_more() {
    let stage = Stage::new().await;
    let mut person = Person::new(
        "U0SELIN",
        "Selin Kaya",
        "selin@example.com",
        "Europe/Istanbul",
        "",
    );
    person.deleted = true;
    stage.slack.put_person(person);
    assert_eq!(
        stage
            .api("conversations.open", json!({"users": "U0SELIN"}))
            .await["error"],
        "user_disabled"
    );
    assert_eq!(
        stage
            .api(
                "chat.postMessage",
                json!({"channel": "D0SELIN", "text": "x"})
            )
            .await["error"],
        "user_disabled"
    );
    assert_eq!(
        stage
            .form("users.lookupByEmail", &[("email", "selin@example.com")])
            .await["error"],
        "users_not_found"
    );
}

#[tokio::test]
async fn posts_to_one_channel_are_limited_and_recover() {
    let stage = Stage::new().await;
    let post = json!({"channel": "D0SELIN", "text": "x"});
    for _ in 0..5 {
        assert_eq!(
            stage.raw("chat.postMessage", &post).await.unwrap().status(),
            200
        );
    }
    let limited = stage.raw("chat.postMessage", &post).await.unwrap();
    assert_eq!(
        (
            limited.status().as_u16(),
            limited.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "1")
    );
    stage.later(1);
    assert_eq!(
        stage.raw("chat.postMessage", &post).await.unwrap().status(),
        200
    );
    assert_eq!(stage.slack.messages_of("U0SELIN").len(), 6);
}

#[tokio::test]
async fn faults_come_before_or_after_the_effect() {
    let stage = Stage::new().await;
    let post = json!({"channel": "D0SELIN", "text": "x"});
    let count = || stage.slack.messages_of("U0SELIN").len();
    stage
        .slack
        .fault(FaultRule::next(1, "chat.postMessage", Fault::DropBefore).to("U0SELIN"));
    let dropped = stage.raw("chat.postMessage", &post).await;
    assert!(dropped.is_err() && count() == 0, "{dropped:?}");
    stage
        .slack
        .fault(FaultRule::next(1, "chat.postMessage", Fault::DropAfter));
    let dropped = stage.raw("chat.postMessage", &post).await;
    assert!(dropped.is_err() && count() == 1, "{dropped:?}");
    stage
        .slack
        .fault(FaultRule::next(1, "*", Fault::RateLimited { seconds: 7 }));
    assert_eq!(
        stage
            .raw("chat.postMessage", &post)
            .await
            .unwrap()
            .headers()["retry-after"],
        "7"
    );
    stage
        .slack
        .fault(FaultRule::next(1, "*", Fault::Status { status: 503 }));
    assert_eq!(
        stage.raw("chat.postMessage", &post).await.unwrap().status(),
        503
    );
    stage.slack.fault(FaultRule::next(
        1,
        "*",
        Fault::Refuse {
            error: "fatal_error".to_owned(),
        },
    ));
    assert_eq!(
        stage.api("chat.postMessage", post.clone()).await["error"],
        "fatal_error"
    );
    assert_eq!(count(), 1);
    let statuses: Vec<_> = stage.slack.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [None, None, Some(429), Some(503), Some(200)]);
}

#[tokio::test]
async fn a_callback_can_come_twice_or_not_at_all() {
    let stage = Stage::new().await;
    let ts = stage.offer().await;
    stage
        .slack
        .fault(FaultRule::next(1, "interactions", Fault::Twice));
    stage.slack.press("U0SELIN", &ts, "offer.accept").await;
    assert_eq!(stage.app.payload(0), stage.app.payload(1));
    stage
        .slack
        .fault(FaultRule::next(1, "interactions", Fault::Lost));
    let lost = stage.slack.press("U0SELIN", &ts, "offer.accept").await;
    assert_eq!(lost.problem.as_deref(), Some("operation_timeout"));
    assert_eq!(stage.app.got.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_picture_is_uploaded_in_three_steps_and_shown() {
    let stage = Stage::new().await;
    let bytes = b"\x89PNG\r\nnot much of one".to_vec();
    let length = bytes.len().to_string();
    let asked = stage
        .form(
            "files.getUploadURLExternal",
            &[("filename", "a.png"), ("length", &length)],
        )
        .await;
    let (url, id) = (
        asked["upload_url"].as_str().unwrap(),
        asked["file_id"].as_str().unwrap(),
    );
    let image = json!([{"type": "image", "slack_file": {"id": id}, "alt_text": "chart"}]);
    let post = json!({"channel": "D0SELIN", "text": "x", "blocks": image});
    assert_eq!(
        stage.api("chat.postMessage", post.clone()).await["error"],
        "invalid_blocks",
        "not uploaded yet"
    );
    let sent = stage
        .http
        .post(url)
        .body(bytes.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(sent.text().await.unwrap(), format!("OK - {length}"));
    let done = stage
        .api(
            "files.completeUploadExternal",
            json!({"files": [{"id": id, "title": "A"}]}),
        )
        .await;
    assert_eq!(done["ok"], true);
    assert_eq!(stage.api("chat.postMessage", post).await["ok"], true);
    let shown = stage
        .http
        .get(format!("{}/files/{id}", stage.url))
        .send()
        .await
        .unwrap();
    assert_eq!(shown.bytes().await.unwrap(), bytes);
}

#[tokio::test]
async fn the_home_tab_is_announced_and_published() {
    let stage = Stage::new().await;
    stage.slack.open_home("U0SELIN");
    let wait = Duration::from_secs(5);
    tokio::time::timeout(wait, stage.app.arrived.notified())
        .await
        .unwrap();
    let (path, _, body) = stage.app.got.lock().unwrap()[0].clone();
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (path.as_str(), &event["event"]["type"]),
        ("events", &json!("app_home_opened"))
    );
    let view = json!({"type": "home", "blocks": [{"type": "divider"}]});
    let published = stage
        .api("views.publish", json!({"user_id": "U0SELIN", "view": view}))
        .await;
    let found = stage
        .slack
        .wait_for(wait, |slack| slack.home_of("U0SELIN"))
        .await
        .unwrap();
    assert_eq!(published["view"]["hash"], found.hash.as_str());
    let stale = json!({"user_id": "U0SELIN", "view": view, "hash": "old"});
    assert_eq!(
        stage.api("views.publish", stale).await["error"],
        "hash_conflict"
    );
}

#[tokio::test]
async fn waiting_ends_when_the_message_comes() {
    let stage = Stage::new().await;
    let slack = stage.slack.clone();
    let waiting = tokio::spawn(async move {
        slack
            .wait_for(Duration::from_secs(10), |slack| {
                slack.messages_of("U0SELIN").first().cloned()
            })
            .await
    });
    stage.offer().await;
    assert_eq!(waiting.await.unwrap().unwrap().text, "Lead 7");
}

#[tokio::test]
async fn everything_shown_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("playground.json");
    let clock: Clock = Arc::new(|| Timestamp::UNIX_EPOCH);
    let mut settings = Settings::new("http://127.0.0.1:9", SECRET, clock);
    settings.state_file = Some(path);
    let stop = CancellationToken::new();
    let slack = Playground::new(settings.clone()).unwrap();
    let said = slack.core.say("U0SELIN", "C0SALES", "hello");
    assert_eq!(said.problem, None);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    stop.cancel();
    slack.run(listener, stop).await.unwrap();
    let again = Playground::new(settings).unwrap();
    assert_eq!(again.messages_in("C0SALES")[0].text, "hello");
}

#[tokio::test]
async fn foreign_pages_can_not_press() {
    let stage = Stage::new().await;
    let request = stage
        .http
        .post(format!("{}/_playground/reset", stage.url))
        .body("{}");
    assert_eq!(request.send().await.unwrap().status(), 415);
}
