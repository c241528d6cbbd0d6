//! `baton demo --teams` without the Agents Playground: what it sends is signed and believed, what comes back reaches
//! it, and nobody gets around the signature.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::post,
};
use baton::{
    clock::Clock,
    demo::{self, Demo, Options, teams::Tenant},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What was sent to the Agents Playground: conversation and activity.
type Shown = Arc<Mutex<Vec<(String, Value)>>>;

/// Takes messages as the Agents Playground does.
async fn agents() -> (SocketAddr, Shown) {
    let shown = Shown::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let message = async |State(shown): State<Shown>,
                         Path(conversation): Path<String>,
                         Json(activity): Json<Value>| {
        shown.lock().unwrap().push((conversation, activity));
        Json(json!({"id": "17"}))
    };
    let path = "/_connector/v3/conversations/{conversation}/activities";
    let router = Router::new()
        .route(path, post(message))
        .with_state(Arc::clone(&shown));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, shown)
}

/// What the Agents Playground sends when the rep types.
fn typed(tenant: &Tenant, text: &str) -> Value {
    let rep = &tenant.shown;
    json!({
        "type": "message", "id": text, "text": text, "channelId": "msteams",
        "serviceUrl": "http://localhost:56150/_connector",
        "from": {"id": rep.user(), "name": rep.name, "aadObjectId": rep.id},
        "recipient": {"id": "28:baton", "name": "Baton"},
        "conversation": {"conversationType": "personal", "id": rep.conversation(),
            "tenantId": demo::teams::TENANT_ID},
        "channelData": {"tenant": {"id": demo::teams::TENANT_ID}},
    })
}

#[tokio::test]
async fn a_rep_of_the_demo_is_in_teams_and_only_what_is_signed_is_believed() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().unwrap();
    let (agents, shown) = agents().await;
    let clock = Clock::system();
    let compiled = demo::load(None, &clock).compiled.unwrap();
    let options = Options {
        dir: dir.path().to_owned(),
        listen: "127.0.0.1:0".parse().unwrap(),
        fresh: true,
        own_rules: false,
        teams: Some(agents),
    };
    let demo = Demo::build(compiled, &options, clock).await.unwrap();
    let baton = format!("http://{}/api/messages", demo.baton_address().unwrap());
    let page = format!("http://{}", demo.page_address().unwrap());
    let (microsoft, tenant) = demo.microsoft().unwrap().unwrap();
    let microsoft = format!("http://{microsoft}/api/messages");
    let stop = CancellationToken::new();
    let running = tokio::spawn(demo.run(stop.clone()));

    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let help = typed(&tenant, "help");
    let direct = client.post(&baton).json(&help).send().await.unwrap();
    assert_eq!(direct.status(), 401);
    let forged = client.post(&baton).bearer_auth("eyJhbGciOiJub25lIn0.e30.");
    assert_eq!(forged.json(&help).send().await.unwrap().status(), 401);
    assert!(shown.lock().unwrap().is_empty());

    let through = client.post(&microsoft).json(&help).send().await.unwrap();
    assert_eq!(through.status(), 200);
    let (conversation, answer) = loop {
        if let Some(first) = shown.lock().unwrap().first().cloned() {
            break first;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(conversation, tenant.shown.conversation());
    assert!(answer.to_string().contains("leadstats"), "{answer}");

    let state = client.get(format!("{page}/_playground/state")).send();
    let state: Value = state.await.unwrap().json().await.unwrap();
    let people = state["people"].as_array().unwrap();
    assert_eq!(people.len(), 5);
    assert!(
        people
            .iter()
            .all(|person| person["name"] != tenant.shown.name)
    );
    let banner = state["banner"].as_str().unwrap();
    assert!(banner.contains(&format!(
        "{} is in Microsoft Teams: http://{agents} ",
        tenant.shown.name
    )));

    stop.cancel();
    running.await.unwrap().unwrap();
}
