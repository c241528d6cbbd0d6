//! What people do, and what the app and they see of it.

use super::*;

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

#[tokio::test]
async fn an_open_page_does_not_hold_a_shutdown_up() {
    let slack = Playground::new(Settings::new(
        "http://127.0.0.1:9",
        SECRET,
        Arc::new(|| Timestamp::UNIX_EPOCH),
    ))
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/_playground/live", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let (running, token) = (slack.clone(), stop.clone());
    let running = tokio::spawn(async move { running.run(listener, token).await });
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut live = http.get(url).send().await.unwrap();
    slack.core.say("U0SELIN", "C0SALES", "hello");
    assert!(live.chunk().await.unwrap().unwrap().starts_with(b"data: {"));
    stop.cancel();
    assert_eq!(live.chunk().await.unwrap(), None);
    running.await.unwrap().unwrap();
}
