//! What the app may call, what is refused, and what goes wrong on request.

use super::*;

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
    tokio::time::timeout(Duration::from_secs(5), stage.app.arrived.notified())
        .await
        .unwrap();
    let (_, _, told) = stage.app.got.lock().unwrap()[0].clone();
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["event"]["type"], "user_change");
    assert_eq!(told["event"]["user"]["deleted"], true);
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
