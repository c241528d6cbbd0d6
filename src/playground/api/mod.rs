//! Slack's Web API under `/api/`: who may call, how arguments come, faults and limits; then the method.

mod args;
mod chat;
mod conversations;
mod files;
mod oauth;
mod users;
mod views;

pub(super) use files::{show, upload};

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use self::args::Args;
use super::core::{ApiCall, Core};
use super::faults::{Call, Fault};

/// Why a call is refused: Slack's word, and what goes with it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Refusal {
    pub(super) error: String,
    pub(super) messages: Vec<String>,
}

impl From<&str> for Refusal {
    fn from(error: &str) -> Self {
        Self {
            error: error.to_owned(),
            messages: Vec::new(),
        }
    }
}

impl Refusal {
    fn with(error: &str, messages: Vec<String>) -> Self {
        Self {
            error: error.to_owned(),
            messages,
        }
    }

    fn missing(field: &str) -> Self {
        Self::with(
            "invalid_arguments",
            vec![format!("[ERROR] missing required field: {field}")],
        )
    }

    fn json(&self) -> Value {
        let mut body = json!({"ok": false, "error": self.error});
        if !self.messages.is_empty() {
            body["errors"] = json!(self.messages);
            body["response_metadata"] = json!({"messages": self.messages});
        }
        body
    }
}

type Result<T, E = Refusal> = std::result::Result<T, E>;

/// Answers one call of the Web API.
pub(super) async fn call(
    State(core): State<Arc<Core>>,
    Path(method): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    learn_origin(&core, &headers);
    let args = Args::read(
        &method,
        query.as_deref().unwrap_or_default(),
        &headers,
        &body,
    );
    let fault = core
        .faults()
        .take(Call::Api, &method, &recipients(&core, &args));
    let response = refused_outright(&core, &method, &headers, &args, fault.as_ref())
        .unwrap_or_else(|| answered(&core, &method, &args));
    let scopes = core.settings.workspace.scopes.join(",");
    let dropped = matches!(fault, Some(Fault::DropBefore | Fault::DropAfter));
    core.log(ApiCall {
        number: 0,
        at: core.now(),
        method,
        arguments: args.shown(),
        status: (!dropped).then_some(response.status.as_u16()),
        error: response.body["error"].as_str().map(str::to_owned),
    });
    if let Some(fault) = &fault {
        tokio::time::sleep(fault.delay()).await;
    }
    if dropped {
        return hang_up();
    }
    let knows_the_token = response.body["ok"] == true;
    let mut response = response.into_response();
    if let Some(scopes) = HeaderValue::from_str(&scopes)
        .ok()
        .filter(|_| knows_the_token)
    {
        response.headers_mut().insert("x-oauth-scopes", scopes);
    }
    response
}

/// An answer before it is written, so that the log can read it.
struct Answered {
    status: StatusCode,
    body: Value,
    retry_after: Option<u64>,
}

impl Answered {
    fn json(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            body,
            retry_after: None,
        }
    }

    fn rate_limited(seconds: u64) -> Self {
        let body = json!({"ok": false, "error": "ratelimited"});
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            body,
            retry_after: Some(seconds),
        }
    }
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        if self.body.is_null() {
            return (
                self.status,
                "<html><body>Something went wrong</body></html>",
            )
                .into_response();
        }
        let mut response = (self.status, axum::Json(self.body)).into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// What is answered before the method is even looked at: faults, bad tokens, limits.
fn refused_outright(
    core: &Core,
    method: &str,
    headers: &HeaderMap,
    args: &Args,
    fault: Option<&Fault>,
) -> Option<Answered> {
    match fault {
        Some(Fault::RateLimited { seconds }) => return Some(Answered::rate_limited(*seconds)),
        Some(Fault::Status { status }) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return Some(Answered::json(status, Value::Null));
        }
        Some(Fault::Refuse { error }) => {
            return Some(Answered::json(
                StatusCode::OK,
                Refusal::from(error.as_str()).json(),
            ));
        }
        Some(Fault::DropBefore) => return Some(Answered::json(StatusCode::OK, Value::Null)),
        Some(
            Fault::DropAfter
            | Fault::Slow { .. }
            | Fault::Twice
            | Fault::Late { .. }
            | Fault::Lost
            | Fault::Refresh,
        )
        | None => {}
    }
    // Whoever renews a token shows the app's own secret in its place.
    let allowed = if method == oauth::ACCESS {
        oauth::allowed(core, headers, args)
    } else {
        allowed(core, method, headers, args)
    };
    if let Err(refusal) = allowed {
        return Some(Answered::json(StatusCode::OK, refusal.json()));
    }
    if !core.settings.limits {
        return None;
    }
    let channel = args.text("channel");
    let taken = core.limits().take(method, channel.as_deref(), core.now());
    taken.err().map(Answered::rate_limited)
}

fn allowed(core: &Core, method: &str, headers: &HeaderMap, args: &Args) -> Result<()> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let bearer = bearer
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::to_owned);
    let token = bearer.or_else(|| args.text("token")).ok_or("not_authed")?;
    if (method == "apps.connections.open") != token.starts_with("xapp-") {
        return Err("not_allowed_token_type".into());
    }
    if core.settings.rotation.is_some() && !token.starts_with("xapp-") {
        return Ok(core.tokens().check(&token, core.now())?);
    }
    let known = match &core.settings.workspace.token {
        _ if token.starts_with("xapp-") => token.len() > 5,
        Some(wanted) => *wanted == token,
        None => token.starts_with("xoxb-") && token.len() > 5,
    };
    if known {
        Ok(())
    } else {
        Err("invalid_auth".into())
    }
}

fn answered(core: &Core, method: &str, args: &Args) -> Answered {
    let mut answer = perform(core, method, args).unwrap_or_else(|refusal| refusal.json());
    args.warn(&mut answer);
    Answered::json(StatusCode::OK, answer)
}

fn perform(core: &Core, method: &str, args: &Args) -> Result<Value> {
    match method {
        oauth::ACCESS => oauth::access(core, args),
        "auth.test" => Ok(auth_test(core)),
        "team.info" => Ok(team_info(core)),
        "chat.postMessage" => chat::post_message(core, args),
        "chat.postEphemeral" => chat::post_ephemeral(core, args),
        "chat.update" => chat::update(core, args),
        "chat.delete" => chat::delete(core, args),
        "conversations.open" => conversations::open(core, args),
        "conversations.history" => conversations::history(core, args),
        "conversations.replies" => conversations::replies(core, args),
        "conversations.info" => conversations::info(core, args),
        "conversations.members" => conversations::members(core, args),
        "users.info" => users::info(core, args),
        "users.lookupByEmail" => users::lookup(core, args),
        "users.list" => users::list(core, args),
        "usergroups.list" => Ok(users::groups(core)),
        "usergroups.users.list" => users::group_members(core, args),
        "views.open" => views::open(core, args),
        "views.push" => views::push(core, args),
        "views.update" => views::update(core, args),
        "views.publish" => views::publish(core, args),
        "files.getUploadURLExternal" => files::upload_url(core, args),
        "files.completeUploadExternal" => files::complete(core, args),
        "apps.connections.open" => Ok(core.open_link()),
        "api.test" => Ok(json!({"ok": true})),
        _ => Err("unknown_method".into()),
    }
}

fn auth_test(core: &Core) -> Value {
    let workspace = &core.settings.workspace;
    json!({
        "ok": true, "url": format!("{}/", core.origin()), "team": workspace.name, "team_id": workspace.team,
        "user": workspace.bot_name.to_lowercase(), "user_id": workspace.bot_user, "bot_id": workspace.bot,
        "app_id": workspace.app, "is_enterprise_install": false,
    })
}

fn team_info(core: &Core) -> Value {
    let workspace = &core.settings.workspace;
    json!({"ok": true, "team": {
        "id": workspace.team, "name": workspace.name, "domain": "playground", "email_domain": "example.com",
    }})
}

/// Whom a call concerns, for faults that meet one person: ids as given, and who is behind a direct message.
fn recipients(core: &Core, args: &Args) -> Vec<String> {
    let given = ["channel", "channel_id", "user", "users", "user_id"]
        .into_iter()
        .filter_map(|key| args.text(key));
    let mut all: Vec<String> = given.collect();
    let world = core.world();
    let owners = all
        .iter()
        .filter_map(|room| world.dm_owner(room))
        .map(|person| person.id.clone());
    let owners: Vec<String> = owners.collect();
    let asked = args.text("email").map(|email| email.to_lowercase());
    let by_mail = world
        .people
        .iter()
        .filter(|person| asked.as_ref() == Some(&person.email.to_lowercase()));
    let by_mail: Vec<String> = by_mail.map(|person| person.id.clone()).collect();
    all.extend(owners);
    all.extend(by_mail);
    all
}

/// Notes under which address the app reaches us: response and upload addresses are built on it.
fn learn_origin(core: &Core, headers: &HeaderMap) {
    if let Some(host) = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
    {
        core.set_origin(format!("http://{host}"));
    }
}

/// Ends the connection without an answer.
fn hang_up() -> Response {
    let broken =
        futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("hung up")) });
    Response::new(Body::from_stream(broken))
}
