//! Slack's adapter against a server that answers as Slack does on bad days.

use std::collections::VecDeque;
use std::sync::OnceLock;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use axum::response::IntoResponse;

use super::post::EVENT_TYPE;
use super::*;
use crate::chat::{Recipient, Sent};
use crate::domain::action::Action;
use crate::domain::card::{Button, Choice, Input, InputKind, Part, Picture, Run};

/// One prepared answer.
struct Prepared {
    status: u16,
    header: Option<(&'static str, &'static str)>,
    body: String,
    /// Never answers; the client must give up by itself.
    silent: bool,
}

fn ok(body: Value) -> Prepared {
    Prepared {
        status: 200,
        header: None,
        body: body.to_string(),
        silent: false,
    }
}

fn raw(status: u16, body: &str) -> Prepared {
    Prepared {
        status,
        header: None,
        body: body.to_owned(),
        silent: false,
    }
}

fn refusal(word: &str) -> Prepared {
    ok(json!({"ok": false, "error": word}))
}

fn silence() -> Prepared {
    Prepared {
        silent: true,
        ..raw(200, "")
    }
}

/// What was asked.
#[derive(Clone, Debug)]
struct Asked {
    path: String,
    headers: HeaderMap,
    body: String,
}

impl Asked {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

type Script = Arc<Mutex<(VecDeque<Prepared>, Vec<Asked>)>>;

/// A server that gives the prepared answers in order, and fails whatever comes after.
struct Server {
    address: String,
    script: Script,
}

impl Server {
    async fn start(answers: impl IntoIterator<Item = Prepared>) -> Self {
        let script: Script = Arc::new(Mutex::new((answers.into_iter().collect(), Vec::new())));
        let shared = Arc::clone(&script);
        let app = axum::Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let asked = Asked {
                path: uri.path().to_owned(),
                headers,
                body: String::from_utf8_lossy(&body).into_owned(),
            };
            answer(Arc::clone(&shared), asked)
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/api/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, script }
    }

    fn slack(&self) -> Slack {
        slack_at(&self.address)
    }

    fn asked(&self) -> Vec<Asked> {
        self.script.lock().unwrap().1.clone()
    }

    fn prepare(&self, answer: Prepared) {
        self.script.lock().unwrap().0.push_back(answer);
    }
}

async fn answer(script: Script, asked: Asked) -> impl IntoResponse {
    let next = {
        let mut script = script.lock().unwrap();
        script.1.push(asked);
        script.0.pop_front()
    };
    let next = next.unwrap_or_else(|| raw(418, "nothing prepared"));
    if next.silent {
        std::future::pending::<()>().await;
    }
    let mut headers = HeaderMap::new();
    if let Some((name, value)) = next.header {
        headers.insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    (
        StatusCode::from_u16(next.status).unwrap(),
        headers,
        next.body,
    )
}

fn slack_at(address: &str) -> Slack {
    static PROVIDER: OnceLock<()> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        // Another test of this process may have been first; then there is a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let settings = Settings::new(address.parse().unwrap(), Secrets::http("xoxb-secret", ""));
    Slack::new(Settings {
        timeout: Duration::from_millis(300),
        ..settings
    })
    .unwrap()
}

fn channel() -> Recipient {
    Recipient::Channel("C1".to_owned())
}

fn card() -> Card {
    Card::sentence("Ada wants a demo")
}

fn sent() -> Sent {
    Sent {
        conversation: "D1".into(),
        message: "1700000000.000100".into(),
    }
}

async fn post(slack: &Slack) -> Result<Sent, SendError> {
    slack.post(&channel(), &card(), "out_1", None).await
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn retry(after: Option<u64>, why: &str) -> SendError {
    SendError::Retry {
        after: after.map(Duration::from_secs),
        why: why.to_owned(),
    }
}

fn unknown(why: &str) -> SendError {
    SendError::Unknown {
        why: why.to_owned(),
    }
}

#[tokio::test]
async fn a_post_carries_the_key_and_nothing_that_unfurls() {
    let server = Server::start([ok(
        json!({"ok": true, "channel": "D1", "ts": "1700000000.000100"}),
    )])
    .await;
    assert_eq!(post(&server.slack()).await, Ok(sent()));
    let asked = &server.asked()[0];
    assert_eq!(asked.path, "/api/chat.postMessage");
    assert_eq!(asked.headers["authorization"], "Bearer xoxb-secret");
    assert_eq!(
        asked.headers["content-type"],
        "application/json; charset=utf-8"
    );
    assert_eq!(
        asked.headers["user-agent"],
        concat!("baton/", env!("CARGO_PKG_VERSION"))
    );
    let body = asked.json();
    assert_eq!(body["metadata"]["event_payload"]["key"], "out_1");
    assert_eq!(
        (&body["unfurl_links"], &body["unfurl_media"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(body["text"], "Ada wants a demo");
}

#[tokio::test]
async fn every_bad_answer_to_a_post_has_its_meaning() {
    let limited = Prepared {
        header: Some(("retry-after", "7")),
        ..raw(429, "{\"ok\":false,\"error\":\"ratelimited\"}")
    };
    let scope =
        ok(json!({"ok": false, "error": "missing_scope", "needed": "chat:write", "provided": ""}));
    let table = [
        (limited, retry(Some(7), "ratelimited")),
        (
            raw(429, "<html>slow down</html>"),
            retry(Some(30), "ratelimited"),
        ),
        (raw(500, ""), unknown("http_500")),
        (raw(503, "<html>maintenance</html>"), unknown("http_503")),
        (
            raw(200, "<html>hello</html>"),
            unknown("answer is not JSON"),
        ),
        (
            raw(200, "{\"ok\":true,\"ts\":\"17"),
            unknown("answer is not JSON"),
        ),
        (
            raw(200, "{}"),
            unknown("answer says neither ok nor why not"),
        ),
        (ok(json!({"ok": true})), unknown("answer without ts")),
        (silence(), unknown("timeout")),
        (refusal("fatal_error"), unknown("fatal_error")),
        (
            refusal("invalid_auth"),
            SendError::fail(FailKind::TokenDead, "invalid_auth"),
        ),
        (
            refusal("<b>x</b>"),
            SendError::fail(FailKind::Other, "unreadable_error"),
        ),
        (
            scope,
            SendError::fail(FailKind::Config, "missing_scope: chat:write"),
        ),
        (
            raw(404, "not found"),
            SendError::fail(FailKind::Config, "http_404"),
        ),
        (raw(302, ""), SendError::fail(FailKind::Config, "http_302")),
    ];
    for (answer, expected) in table {
        let server = Server::start([answer]).await;
        assert_eq!(post(&server.slack()).await, Err(expected));
        assert_eq!(
            server.asked().len(),
            1,
            "a post is never repeated by itself"
        );
    }
}

#[tokio::test]
async fn what_is_harmless_to_repeat_may_be_repeated() {
    for answer in [
        raw(500, ""),
        silence(),
        refusal("internal_error"),
        raw(200, "<html>"),
    ] {
        let server = Server::start([answer]).await;
        let error = server.slack().update(&sent(), &card()).await.unwrap_err();
        assert!(
            matches!(error, SendError::Retry { after: None, .. }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_connection_that_was_never_made_posted_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let slack = slack_at(&format!("http://{}/", listener.local_addr().unwrap()));
    drop(listener);
    assert_eq!(post(&slack).await, Err(retry(None, "no connection")));
}

#[tokio::test]
async fn retry_after_is_kept_without_asking_again() {
    let limited = Prepared {
        header: Some(("retry-after", "60")),
        ..raw(429, "")
    };
    let server = Server::start([limited]).await;
    let slack = server.slack();
    post(&slack).await.unwrap_err();
    let again = post(&slack).await.unwrap_err();
    assert!(
        matches!(again, SendError::NotYet { after } if after > Duration::from_secs(50)),
        "{again}"
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_stale_conversation_is_opened_again_once() {
    let opened = |id: &str| ok(json!({"ok": true, "channel": {"id": id}}));
    let posted = || ok(json!({"ok": true, "channel": "D2", "ts": "1.2"}));
    let server = Server::start([opened("D1")]).await;
    let slack = server.slack();
    assert_eq!(slack.conversation_with("U1").await.as_deref(), Ok("D1"));
    for answer in [refusal("channel_not_found"), opened("D2"), posted()] {
        server.prepare(answer);
    }
    let sent = slack
        .post(&Recipient::User("U1".into()), &card(), "out_1", None)
        .await
        .unwrap();
    assert_eq!(sent.conversation, "D2");
    let paths: Vec<String> = server
        .asked()
        .iter()
        .map(|asked| asked.path.replace("/api/", ""))
        .collect();
    assert_eq!(
        paths,
        [
            "conversations.open",
            "chat.postMessage",
            "conversations.open",
            "chat.postMessage"
        ]
    );
}

#[tokio::test]
async fn lost_posts_are_found_by_their_keys_and_only_if_they_are_ours() {
    let metadata = |key: &str| json!({"event_type": EVENT_TYPE, "event_payload": {"key": key}});
    let me =
        ok(json!({"ok": true, "team_id": "T1", "team": "Sales", "user_id": "UB", "bot_id": "B1"}));
    let first = ok(json!({"ok": true, "messages": [
        {"ts": "9.0", "user": "U1", "metadata": metadata("out_1")},
        {"ts": "8.0", "bot_id": "B1", "metadata": metadata("out_2")},
        {"ts": "7.0", "bot_id": "B1", "metadata": metadata("out_1")},
    ], "response_metadata": {"next_cursor": "more"}}));
    let second = ok(json!({"ok": true, "messages": [
        {"ts": "6.0", "bot_id": "B1", "metadata": metadata("out_1")},
        {"ts": "5.0", "bot_id": "B1", "metadata": metadata("out_3")},
    ], "response_metadata": {"next_cursor": "not needed"}}));
    let server = Server::start([me, first, second]).await;
    let since = Timestamp::from_second(1_700_000_000).unwrap();
    let found = server
        .slack()
        .find("D1", &keys(&["out_1", "out_3"]), since, None)
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found["out_1"].message, "6.0");
    assert_eq!(found["out_3"].message, "5.0");
    let asked = server.asked();
    assert_eq!(asked[1].path, "/api/conversations.history");
    assert_eq!(
        asked[1].body,
        "channel=D1&oldest=1699999995.000000&inclusive=true&limit=200&include_all_metadata=true"
    );
    assert!(asked[2].body.ends_with("&cursor=more"));
    assert_eq!(asked.len(), 3);
}

#[tokio::test]
async fn what_was_never_posted_is_not_found() {
    let me = ok(json!({"ok": true, "user_id": "UB", "bot_id": "B1"}));
    let server = Server::start([me, ok(json!({"ok": true, "messages": []}))]).await;
    let found = server
        .slack()
        .find("D1", &keys(&["out_1"]), Timestamp::UNIX_EPOCH, Some("1.0"))
        .await;
    assert_eq!(found, Ok(HashMap::new()));
    assert_eq!(server.asked()[1].path, "/api/conversations.replies");
}

#[tokio::test]
async fn people_are_looked_up_with_whatever_slack_tells() {
    let full = json!({"ok": true, "user": {"id": "U1", "tz": "Europe/Istanbul", "is_restricted": true,
        "profile": {"real_name": "Ayşe Yılmaz", "email": "ayse@example.com"}}});
    let bare = json!({"ok": true, "user": {"id": "U2", "deleted": true, "name": "jo", "tz": null, "profile": null}});
    let server = Server::start([ok(full), ok(bare), refusal("users_not_found")]).await;
    let slack = server.slack();
    let ayse = slack
        .person(&Who::Email("ayse@example.com".into()))
        .await
        .unwrap();
    assert_eq!(
        (ayse.name.as_str(), ayse.zone.as_deref(), ayse.guest),
        ("Ayşe Yılmaz", Some("Europe/Istanbul"), true)
    );
    assert_eq!(server.asked()[0].body, "email=ayse%40example.com");
    let gone = slack.person(&Who::Id("U2".into())).await.unwrap();
    assert_eq!(
        (gone.name.as_str(), gone.deleted, gone.zone),
        ("jo", true, None)
    );
    let nobody = slack.person(&Who::Id("U3".into())).await.unwrap_err();
    assert_eq!(nobody.kind(), Some(FailKind::RecipientGone));
}

#[tokio::test]
async fn replies_go_to_slack_and_to_our_own_api_only() {
    let server = Server::start([raw(200, "ok"), raw(404, "expired_url")]).await;
    let slack = server.slack();
    let home = server.address.replace("/api/", "/respond/1");
    let reply = async |address: &str| slack.reply(&ReplyTo(address.into()), &card(), true).await;
    assert_eq!(reply(&home).await, Ok(()));
    assert!(server.asked()[0].headers.get("authorization").is_none());
    assert_eq!(server.asked()[0].json()["replace_original"], true);
    assert_eq!(
        reply(&home).await.unwrap_err().kind(),
        Some(FailKind::MessageGone)
    );
    let elsewhere = [
        "http://hooks.slack.com/x",
        "https://slack.com.evil.example/x",
        "https://evilslack.com/x",
        "http://10.0.0.1/x",
        "https://hooks.slack.com@evil.example/x",
        "file:///etc/passwd",
        "not an address",
        "",
        "ftp://127.0.0.1/x",
    ];
    for address in elsewhere {
        let expected = Err(SendError::fail(FailKind::OurBug, "untrusted_address"));
        assert_eq!(reply(address).await, expected, "{address}");
    }
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn a_picture_is_uploaded_in_three_steps() {
    let server = Server::start([]).await;
    let upload_url = server.address.replace("/api/", "/upload/F1");
    server.prepare(ok(
        json!({"ok": true, "upload_url": upload_url, "file_id": "F1"}),
    ));
    server.prepare(raw(200, "OK - 3"));
    server.prepare(ok(json!({"ok": true, "files": [{"id": "F1"}]})));
    let slack = server.slack();
    let uploaded = slack
        .upload("week.png", vec![1, 2, 3], "Leads by day")
        .await;
    assert_eq!(uploaded, Ok(ImageRef("F1".into())));
    let asked = server.asked();
    assert_eq!(
        asked[0].body,
        "filename=week.png&length=3&alt_txt=Leads+by+day"
    );
    assert_eq!(
        (asked[1].path.as_str(), asked[1].body.as_str()),
        ("/upload/F1", "\u{1}\u{2}\u{3}")
    );
    assert!(asked[1].headers.get("authorization").is_none());
    assert_eq!(asked[2].json()["files"][0]["id"], "F1");
}

#[tokio::test]
async fn the_check_names_the_workspace_and_the_scopes() {
    let body =
        json!({"ok": true, "team_id": "T1", "team": "Sales", "user_id": "UB", "bot_id": "B1"});
    let server = Server::start([Prepared {
        header: Some(("x-oauth-scopes", "chat:write, commands")),
        ..ok(body)
    }])
    .await;
    let me = server.slack().check().await.unwrap();
    assert_eq!(me.scopes, ["chat:write", "commands"]);
    assert_eq!(me.team, "Sales");
}

#[tokio::test]
async fn a_dialog_opens_updates_and_publishes() {
    let opened = json!({"ok": true, "view": {"id": "V1", "hash": "1.abc"}});
    let server = Server::start([
        ok(opened),
        refusal("hash_conflict"),
        ok(json!({"ok": true})),
        refusal("fatal_error"),
    ])
    .await;
    let slack = server.slack();
    let dialog = Dialog {
        action: Action::OfferDecline,
        subject: "offer_1".into(),
        title: "Why?".into(),
        submit: "Decline".into(),
        parts: vec![Part::Text(vec![Run::plain("Ada wants a demo")])],
        inputs: vec![Input {
            id: "reason".into(),
            label: "Reason".into(),
            hint: None,
            kind: InputKind::Radio(vec![Choice {
                value: "busy".into(),
                label: "Busy".into(),
            }]),
            optional: false,
            initial: None,
        }],
    };
    let open = slack.open_dialog("trigger", &dialog).await.unwrap();
    assert_eq!(
        open,
        OpenDialog {
            id: "V1".into(),
            hash: Some("1.abc".into())
        }
    );
    let conflict = slack.update_dialog(&open, &dialog).await.unwrap_err();
    assert_eq!(conflict.kind(), Some(FailKind::MessageGone));
    slack.home("U1", &card()).await.unwrap();
    assert_eq!(server.asked()[2].json()["view"]["type"], "home");
    // The trigger works once: what may have opened isn't opened again.
    assert_eq!(
        slack.open_dialog("trigger", &dialog).await,
        Err(unknown("fatal_error"))
    );
}

#[tokio::test]
async fn a_card_that_slack_refuses_still_arrives_with_its_buttons() {
    let posted = ok(json!({"ok": true, "channel": "D1", "ts": "1700000000.000100"}));
    let server = Server::start([refusal("invalid_blocks"), posted]).await;
    let mut card = card();
    card.parts.push(Part::Divider);
    card.parts.push(Part::Buttons(vec![Button::new(
        Action::OfferAccept,
        "offer_1",
        "Accept",
    )]));
    let posted = server.slack().post(&channel(), &card, "out_1", None).await;
    assert_eq!(posted, Ok(sent()));
    let again = server.asked()[1].json();
    let kinds: Vec<&str> = again["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["rich_text", "actions"]);
    assert_eq!(again["metadata"]["event_payload"]["key"], "out_1");
}

#[tokio::test]
async fn a_picture_that_slack_has_not_digested_is_left_out() {
    let posted = ok(json!({"ok": true, "channel": "D1", "ts": "1700000000.000100"}));
    let server = Server::start([refusal("invalid_blocks"), posted]).await;
    let picture = Picture {
        image: ImageRef("F1".into()),
        alt: "Leads by day".into(),
    };
    let parts = vec![
        Part::Title("This week".into()),
        Part::Picture(picture),
        Part::Divider,
    ];
    let card = Card { parts, ..card() };
    server
        .slack()
        .post(&channel(), &card, "out_1", None)
        .await
        .unwrap();
    let again = server.asked()[1].json();
    let kinds: Vec<&str> = again["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["header", "divider"]);
}

#[tokio::test]
async fn a_refused_update_still_takes_the_old_buttons_away() {
    let server = Server::start([refusal("msg_blocks_too_long"), ok(json!({"ok": true}))]).await;
    let parts = vec![Part::Title("Taken".into()), Part::Divider];
    server
        .slack()
        .update(&sent(), &Card { parts, ..card() })
        .await
        .unwrap();
    let again = server.asked()[1].json();
    assert_eq!(
        (&again["channel"], &again["ts"]),
        (&json!("D1"), &json!("1700000000.000100"))
    );
    assert_eq!(again["blocks"].as_array().unwrap().len(), 1);
    assert_eq!(again["blocks"][0]["type"], "rich_text");
}

#[tokio::test]
async fn a_socket_elsewhere_is_not_believed() {
    let slack = slack_at("http://127.0.0.1:1/api/");
    let upgrade = async |address| slack.client.upgrade(address, "key").await.unwrap_err();
    for address in [
        "wss://evil.example/link/?ticket=1",
        "ws://wss-primary.slack.com/link/?ticket=1",
        "wss://slack.com.evil.example/",
        "https://wss-primary.slack.com/",
        "file:///etc/passwd",
        "",
        "wss://127.0.0.1:1/link/",
    ] {
        let untrusted = SendError::fail(FailKind::OurBug, "untrusted_address");
        assert_eq!(upgrade(address).await, untrusted, "{address}");
    }
    // Here nobody answers, but it is tried.
    let tried = upgrade("ws://127.0.0.1:1/link/").await;
    assert!(matches!(tried, SendError::Retry { .. }), "{tried}");
}
