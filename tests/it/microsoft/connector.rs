//! Conversations as Teams' connector keeps them: one with each person who has the app, and channels with threads.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde_json::{Value, json};

use super::{ISSUER, Kept, Microsoft, Refusal, TENANT, World, refusal};

/// A message as it stands.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// What was sent last.
    pub activity: Value,
    /// How often it was changed.
    pub changes: usize,
}

impl Message {
    /// The card that it shows.
    pub fn card(&self) -> &Value {
        &self.activity["attachments"][0]["content"]
    }
}

/// What is kept of it.
#[derive(Default)]
pub(super) struct Connector {
    conversations: BTreeMap<String, Vec<Message>>,
    /// Who has the app not.
    without: BTreeSet<String>,
    /// Who has blocked Baton.
    blocked: BTreeSet<String>,
    /// The channels that Baton is in, as far as somebody asks.
    joined: BTreeSet<String>,
    last_id: u64,
    /// All that was ever sent, also what was changed since.
    sent: Vec<Value>,
}

impl Microsoft {
    /// What stands in somebody's conversation with Baton, oldest first.
    pub fn messages_of(&self, user: &str) -> Vec<Message> {
        self.messages_in(&personal(user))
    }

    /// What stands in a conversation.
    pub fn messages_in(&self, conversation: &str) -> Vec<Message> {
        let kept = self.kept();
        let found = kept.connector.conversations.get(conversation);
        found.cloned().unwrap_or_default()
    }

    /// All that Baton ever sent of itself.
    pub fn all_sent(&self) -> Vec<Value> {
        self.kept().connector.sent.clone()
    }

    /// The threads of a channel, each by its conversation.
    pub fn threads_of(&self, channel: &str) -> Vec<String> {
        let begin = format!("{channel};messageid=");
        let kept = self.kept();
        let all = kept.connector.conversations.keys();
        all.filter(|id| id.starts_with(&begin)).cloned().collect()
    }

    /// Takes the app from somebody, or gives it back.
    pub fn set_installed(&self, user: &str, installed: bool) {
        let mut kept = self.kept();
        if installed {
            kept.connector.without.remove(user);
        } else {
            kept.connector.without.insert(user.to_owned());
        }
    }

    /// Lets somebody block Baton.
    pub fn block(&self, user: &str) {
        self.kept().connector.blocked.insert(user.to_owned());
    }

    /// Adds Baton to the team of a channel.
    pub fn join(&self, channel: &str) {
        self.kept().connector.joined.insert(channel.to_owned());
    }

    /// Lets them have it again.
    pub fn unblock(&self, user: &str) {
        self.kept().connector.blocked.remove(user);
    }

    /// Takes a message away, as a person does who doesn't want to see it any more.
    pub fn take_away(&self, user: &str, message: &str) {
        let mut kept = self.kept();
        let messages = kept.connector.conversations.get_mut(&personal(user));
        messages.unwrap().retain(|one| one.id != message);
    }

    /// Loses a conversation, as after a long time.
    pub fn lose_conversation(&self, user: &str) {
        let mut kept = self.kept();
        kept.connector.conversations.remove(&personal(user));
    }
}

impl Connector {
    pub(super) fn install(&mut self, user: &str) -> bool {
        self.without.remove(user)
    }

    fn post(&mut self, conversation: &str, activity: Value) -> String {
        self.last_id += 1;
        self.sent.push(activity.clone());
        let id = format!("17952880754{:02}", self.last_id);
        let messages = self.conversations.entry(conversation.to_owned());
        messages.or_default().push(Message {
            id: id.clone(),
            activity,
            changes: 0,
        });
        id
    }
}

/// Somebody's own conversation with Baton.
pub fn personal(user: &str) -> String {
    format!("a:1-{user}")
}

/// What Baton calls.
pub(super) fn router() -> Router<Kept> {
    let one = "/{region}/v3/conversations/{conversation}/activities/{activity}";
    Router::new()
        .route("/{region}/v3/conversations", post(converse))
        .route(
            "/{region}/v3/conversations/{conversation}/activities",
            post(send),
        )
        .route(one, put(change).delete(take_away))
        .route(
            "/{region}/v3/conversations/{conversation}/pagedmembers",
            get(members),
        )
        .route(
            "/{region}/v3/conversations/{conversation}/members/{member}",
            get(member),
        )
}

fn lets_in(world: &World, headers: &HeaderMap) -> Result<(), Refusal> {
    let scope = format!("{ISSUER}/.default");
    if world.login.lets_in(&scope, headers) {
        return Ok(());
    }
    Err(Refusal {
        status: 401,
        said: r#"{"message":"Authorization has been denied for this request."}"#.to_owned(),
    })
}

async fn converse(
    State(kept): State<Kept>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Result<Response, Refusal> {
    let mut world = kept.lock().unwrap();
    lets_in(&world, &headers)?;
    if asked["tenantId"] != TENANT || asked["channelData"]["tenant"]["id"] != TENANT {
        return Err(refusal(400, "BadArgument"));
    }
    let connector = &mut world.connector;
    if let Some(channel) = asked["channelData"]["channel"]["id"].as_str() {
        let thread = format!("{channel};messageid={}", connector.last_id + 1);
        let id = connector.post(&thread, asked["activity"].clone());
        let said = json!({"id": thread, "activityId": id});
        return Ok((StatusCode::CREATED, Json(said)).into_response());
    }
    let members = asked["members"].as_array().map_or(0, Vec::len);
    let user = asked["members"][0]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    if members != 1 || asked["isGroup"] != false {
        return Err(refusal(400, "BadSyntax"));
    }
    if user.starts_with("29:") || user.contains('@') {
        return Err(refusal(403, "BadArgument"));
    }
    if connector.without.contains(&user) {
        return Err(refusal(403, "BotNotInConversationRoster"));
    }
    let id = personal(&user);
    connector.conversations.entry(id.clone()).or_default();
    Ok((StatusCode::CREATED, Json(json!({"id": id}))).into_response())
}

async fn send(
    State(kept): State<Kept>,
    Path((_, conversation)): Path<(String, String)>,
    headers: HeaderMap,
    Json(activity): Json<Value>,
) -> Result<Response, Refusal> {
    let mut world = kept.lock().unwrap();
    lets_in(&world, &headers)?;
    let connector = &mut world.connector;
    let user = conversation.strip_prefix("a:1-").unwrap_or_default();
    if connector.blocked.contains(user) {
        let said = r#"{"errorCode":209,"message":"{\"subCode\":\"MessageWritesBlocked\"}"}"#;
        return Err(Refusal {
            status: 403,
            said: said.to_owned(),
        });
    }
    if connector.without.contains(user) {
        return Err(refusal(403, "BotNotInConversationRoster"));
    }
    if !connector.conversations.contains_key(&conversation) {
        return Err(refusal(404, "ConversationNotFound"));
    }
    is_right(&activity)?;
    let id = connector.post(&conversation, activity);
    Ok((StatusCode::CREATED, Json(json!({"id": id}))).into_response())
}

/// Teams refuses what is too long or says nothing.
fn is_right(activity: &Value) -> Result<(), Refusal> {
    if activity["type"] != "message" || activity["attachments"][0]["contentType"].is_null() {
        return Err(refusal(400, "BadSyntax"));
    }
    if activity.to_string().encode_utf16().count() * 2 > 100 * 1024 {
        return Err(refusal(413, "MessageSizeTooBig"));
    }
    Ok(())
}

async fn change(
    State(kept): State<Kept>,
    Path((_, conversation, id)): Path<(String, String, String)>,
    headers: HeaderMap,
    Json(activity): Json<Value>,
) -> Result<Response, Refusal> {
    let mut world = kept.lock().unwrap();
    lets_in(&world, &headers)?;
    is_right(&activity)?;
    world.connector.sent.push(activity.clone());
    let messages = world.connector.conversations.get_mut(&conversation);
    let messages = messages.ok_or_else(|| refusal(404, "ConversationNotFound"))?;
    let message = messages.iter_mut().find(|message| message.id == id);
    let message = message.ok_or_else(|| refusal(404, "ActivityNotFoundInConversation"))?;
    message.activity = activity;
    message.changes += 1;
    Ok(Json(json!({"id": id})).into_response())
}

async fn take_away(
    State(kept): State<Kept>,
    Path((_, conversation, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let mut world = kept.lock().unwrap();
    lets_in(&world, &headers)?;
    let messages = world.connector.conversations.get_mut(&conversation);
    let messages = messages.ok_or_else(|| refusal(404, "ConversationNotFound"))?;
    let at = messages.iter().position(|message| message.id == id);
    let at = at.ok_or_else(|| refusal(404, "ActivityNotFoundInConversation"))?;
    messages.remove(at);
    Ok(StatusCode::OK.into_response())
}

async fn members(
    State(kept): State<Kept>,
    Path((_, conversation)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let world = kept.lock().unwrap();
    lets_in(&world, &headers)?;
    if !world.connector.joined.contains(&conversation) {
        return Err(refusal(403, "BotNotInConversationRoster"));
    }
    Ok(Json(json!({"members": []})).into_response())
}

async fn member(
    State(kept): State<Kept>,
    Path((_, conversation, member)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let world = kept.lock().unwrap();
    lets_in(&world, &headers)?;
    let user = world.graph.user(&member);
    let user = user.filter(|_| conversation == personal(&member));
    let user = user.ok_or_else(|| refusal(404, "MemberNotFoundInConversation"))?;
    let said = json!({
        "id": format!("29:{member}"),
        "aadObjectId": member,
        "name": user.name,
        "email": user.email,
        "userPrincipalName": user.email,
        "tenantId": TENANT,
        "userRole": "user",
    });
    Ok(Json(said).into_response())
}
