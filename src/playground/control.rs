//! `/_playground/…`: what people do and see, as JSON, for the page and for programs.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::acts::{Outcome, Press};
use super::core::Core;
use super::faults::FaultRule;
use super::settings::{Group, Person};
use super::socket::Trouble;
use super::world::World;

type Shared = State<Arc<Core>>;

/// The routes below `/_playground`.
pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/state", get(state))
        .route("/messages", get(messages))
        .route("/dialog", get(dialog))
        .route("/press", post(press))
        .route("/submit", post(submit))
        .route("/close", post(close))
        .route("/slash", post(slash))
        .route("/say", post(say))
        .route("/home", post(home))
        .route("/person", post(person))
        .route("/dnd", post(dnd))
        .route("/group", post(group))
        .route("/event", post(event))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/sockets", get(sockets).post(trouble))
        .route("/calls", get(calls))
        .route("/reset", post(reset))
        .route("/live", get(super::page::live))
}

/// Everything a page needs when it opens.
async fn state(State(core): Shared) -> Json<Value> {
    let settings = &core.settings;
    let world = core.world();
    let people = world.people.iter().map(|person| {
        let mut shown = json!(person);
        shown["dm"] = json!(person.dm());
        shown
    });
    let dialogs: serde_json::Map<String, Value> = world
        .people
        .iter()
        .filter_map(|person| Some((person.id.clone(), json!(world.open_dialog(&person.id)?))))
        .collect();
    let commands = settings
        .slash_commands
        .iter()
        .map(|(word, hint)| json!({"word": word, "hint": hint}));
    let mut messages: Vec<_> = world
        .rooms
        .values()
        .flat_map(std::collections::BTreeMap::values)
        .collect();
    messages.sort_by(|a, b| a.ts.cmp(&b.ts));
    // A page does not show a load test's million messages.
    let recent = &messages[messages.len().saturating_sub(5_000)..];
    Json(json!({
        "people": people.collect::<Vec<_>>(), "channels": world.channels, "groups": world.groups,
        "workspace": settings.workspace, "commands": commands.collect::<Vec<_>>(), "banner": settings.banner,
        "controls": settings.controls.is_some(), "now": core.now(), "messages": recent,
        "dialogs": dialogs, "homes": world.homes,
    }))
}

#[derive(Deserialize)]
struct Which {
    user: Option<String>,
    channel: Option<String>,
}

fn room_of(world: &World, user: Option<&str>, channel: Option<String>) -> Option<String> {
    channel.or_else(|| Some(world.person(user?)?.dm()))
}

async fn messages(State(core): Shared, Query(which): Query<Which>) -> Response {
    let world = core.world();
    match room_of(&world, which.user.as_deref(), which.channel) {
        Some(room) => Json(world.messages(&room).collect::<Vec<_>>()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn dialog(State(core): Shared, Query(which): Query<Which>) -> Json<Value> {
    Json(json!(
        core.world()
            .open_dialog(which.user.as_deref().unwrap_or_default())
    ))
}

#[derive(Deserialize)]
struct PressIn {
    user: String,
    #[serde(alias = "view_id")]
    ts: String,
    #[serde(flatten)]
    press: Press,
    #[serde(default)]
    filled: Option<Value>,
}

async fn press(State(core): Shared, Json(given): Json<PressIn>) -> Json<Outcome> {
    let filled = given.filled.unwrap_or_else(|| json!({}));
    Json(
        core.press(&given.user, &given.ts, &given.press, &filled)
            .await,
    )
}

#[derive(Deserialize)]
struct SubmitIn {
    user: String,
    #[serde(default)]
    values: Value,
}

async fn submit(State(core): Shared, Json(given): Json<SubmitIn>) -> Json<Outcome> {
    Json(core.submit(&given.user, &given.values).await)
}

#[derive(Deserialize)]
struct CloseIn {
    user: String,
    #[serde(default)]
    all: bool,
}

async fn close(State(core): Shared, Json(given): Json<CloseIn>) -> Json<Outcome> {
    Json(core.close(&given.user, given.all).await)
}

#[derive(Deserialize)]
struct SlashIn {
    user: String,
    command: String,
    #[serde(default)]
    text: String,
    channel: Option<String>,
}

async fn slash(State(core): Shared, Json(given): Json<SlashIn>) -> Response {
    let room = room_of(&core.world(), Some(&given.user), given.channel);
    match room {
        Some(room) => Json(
            core.slash(&given.user, &room, &given.command, &given.text)
                .await,
        )
        .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
struct SayIn {
    user: String,
    channel: String,
    text: String,
}

async fn say(State(core): Shared, Json(given): Json<SayIn>) -> Json<Outcome> {
    Json(core.say(&given.user, &given.channel, &given.text))
}

#[derive(Deserialize)]
struct HomeIn {
    user: String,
}

async fn home(State(core): Shared, Json(given): Json<HomeIn>) -> Json<Value> {
    core.open_home(&given.user);
    Json(json!({"ok": true}))
}

async fn person(State(core): Shared, Json(given): Json<Person>) -> Json<Value> {
    core.put_person(given);
    Json(json!({"ok": true}))
}

#[derive(Deserialize)]
struct DndIn {
    user: String,
    #[serde(default)]
    start: Option<i64>,
    #[serde(default)]
    end: Option<i64>,
}

async fn dnd(State(core): Shared, Json(given): Json<DndIn>) -> Json<Value> {
    core.pause(&given.user, given.start.zip(given.end)).await;
    Json(json!({"ok": true}))
}

async fn group(State(core): Shared, Json(given): Json<Group>) -> Json<Value> {
    core.put_group(given);
    Json(json!({"ok": true}))
}

#[derive(Deserialize)]
struct EventIn {
    #[serde(default)]
    user: String,
    event: Value,
}

async fn event(State(core): Shared, Json(given): Json<EventIn>) -> Json<Value> {
    core.happen(&given.user, &given.event);
    Json(json!({"ok": true}))
}

async fn faults(State(core): Shared) -> Json<Value> {
    Json(json!(core.faults().rules))
}

async fn add_fault(State(core): Shared, Json(rule): Json<FaultRule>) -> Json<Value> {
    core.faults().rules.push(rule);
    Json(json!({"ok": true}))
}

async fn clear_faults(State(core): Shared) -> Json<Value> {
    core.faults().rules.clear();
    Json(json!({"ok": true}))
}

async fn sockets(State(core): Shared) -> Json<Value> {
    Json(json!({"open": core.sockets().count()}))
}

#[derive(Deserialize)]
struct TroubleIn {
    r#do: Trouble,
}

async fn trouble(State(core): Shared, Json(given): Json<TroubleIn>) -> Json<Value> {
    core.trouble(given.r#do);
    Json(json!({"ok": true}))
}

#[derive(Deserialize)]
struct Since {
    after: Option<u64>,
    method: Option<String>,
}

async fn calls(State(core): Shared, Query(since): Query<Since>) -> Json<Value> {
    let calls = core.calls();
    let fresh = calls
        .kept
        .iter()
        .filter(|call| call.number > since.after.unwrap_or(0));
    let wanted = fresh.filter(|call| {
        since
            .method
            .as_ref()
            .is_none_or(|method| *method == call.method)
    });
    Json(json!({"total": calls.total, "calls": wanted.collect::<Vec<_>>()}))
}

async fn reset(State(core): Shared, Json(_): Json<Value>) -> Json<Value> {
    core.reset();
    Json(json!({"ok": true}))
}

/// A response address is used by the app.
pub(super) async fn respond(State(core): Shared, Path(id): Path<String>, body: Bytes) -> Response {
    let said = serde_json::from_slice(&body).unwrap_or_default();
    let done = core.respond(&id, &said);
    core.log(super::core::ApiCall {
        number: 0,
        at: core.now(),
        method: "response_url".to_owned(),
        arguments: said,
        status: Some(done.as_ref().err().map_or(200, |(status, _)| *status)),
        error: done.as_ref().err().map(|(_, error)| error.clone()),
    });
    match done {
        Ok(()) => "ok".into_response(),
        Err((status, error)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, Json(json!({"ok": false, "error": error}))).into_response()
        }
    }
}
