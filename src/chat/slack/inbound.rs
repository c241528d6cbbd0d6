//! What comes from Slack: slash commands, presses and dialogs, events, as JSON whichever way they came
//! (over HTTP commands and presses are forms around it). Fields are looked up, not demanded: Slack adds and leaves out, and what isn't understood is ignored rather than refused.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::{dialog, status, text_of};
use crate::chat::Sent;
use crate::chat::incoming::{Incoming, Presser, ReplyTo, Takes, Unreadable};
use crate::domain::action::Action;
use crate::domain::policy::Platform;

/// How much of a command's text is read.
const MAX_COMMAND_TEXT: usize = 4_000;
/// The longest id, value or trigger that is believed to be one.
const MAX_ID: usize = 2_000;
/// The most presses in one request.
const MAX_ACTIONS: usize = 25;

/// What kind of request something came as: Slack has an address for each, and a word in Socket Mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A slash command.
    Command,
    /// A press or a dialog.
    Interaction,
    /// An event.
    Event,
}

/// The payload in the body of an HTTP request: what Socket Mode delivers as it is.
///
/// # Errors
/// When the body holds none.
pub fn payload(kind: Kind, body: &[u8]) -> Result<Value, Unreadable> {
    match kind {
        Kind::Command => Ok(fields(body)),
        Kind::Interaction => {
            let form = fields(body);
            match form["payload"].as_str() {
                Some(text) => {
                    serde_json::from_str(text).map_err(|_| Unreadable("payload is not JSON"))
                }
                None if form["ssl_check"].is_string() => Ok(form),
                None => Err(Unreadable("no payload")),
            }
        }
        Kind::Event => serde_json::from_slice(body).map_err(|_| Unreadable("event is not JSON")),
    }
}

/// Reads what somebody did. One payload may carry several presses.
///
/// # Errors
/// When it doesn't say who did what.
pub fn read(kind: Kind, payload: &Value) -> Result<Vec<Incoming>, Unreadable> {
    if !text_of(&payload["ssl_check"]).is_empty() {
        return Ok(vec![Incoming::Ignored("ssl_check".to_owned())]);
    }
    match kind {
        Kind::Command => command(payload).map(|one| vec![one]),
        Kind::Interaction => interaction(payload),
        Kind::Event => Ok(vec![envelope(payload)]),
    }
}

/// The name of a delivery, the same each time that Slack delivers it; `None` where it has none. A
/// trigger is of one act; who acted stands beside it, so that nobody is ever given another's answer.
#[must_use]
pub fn delivery(kind: Kind, payload: &Value) -> Option<String> {
    let (name, user, team) = match kind {
        Kind::Command => ("trigger_id", &payload["user_id"], &payload["team_id"]),
        Kind::Interaction => {
            let user = &payload["user"];
            ("trigger_id", &user["id"], &user["team_id"])
        }
        Kind::Event => ("event_id", &Value::Null, &payload["team_id"]),
    };
    let name = id_of(&payload[name]);
    (!name.is_empty()).then(|| format!("{name} {} {}", id_of(user), id_of(team)))
}

fn command(payload: &Value) -> Result<Incoming, Unreadable> {
    let field = |name: &str| id_of(&payload[name]);
    let who = Presser {
        platform: Platform::Slack,
        team_id: field("team_id"),
        user_id: field("user_id"),
        name: field("user_name"),
    };
    let word = field("command");
    if who.user_id.is_empty() || word.is_empty() {
        return Err(Unreadable("a command without user or word"));
    }
    let text = payload["text"].as_str().unwrap_or_default();
    Ok(Incoming::Command {
        who,
        word,
        text: text.trim().nfc().take(MAX_COMMAND_TEXT).collect(),
        conversation: field("channel_id"),
        trigger: field("trigger_id"),
        reply: reply_to(text_of(&payload["response_url"])),
        takes: Takes::Words,
    })
}

fn interaction(payload: &Value) -> Result<Vec<Incoming>, Unreadable> {
    let kind = id_of(&payload["type"]);
    match kind.as_str() {
        "block_actions" => presses(payload, &presser(payload)?),
        "view_submission" => Ok(vec![submit(payload, presser(payload)?)]),
        "view_closed" => Ok(vec![closed(payload, presser(payload)?)]),
        _ => Ok(vec![Incoming::Ignored(kind)]),
    }
}

fn envelope(envelope: &Value) -> Incoming {
    let kind = id_of(&envelope["type"]);
    match kind.as_str() {
        "url_verification" => Incoming::Challenge(id_of(&envelope["challenge"])),
        "event_callback" => event(envelope),
        _ => Incoming::Ignored(kind),
    }
}

fn event(envelope: &Value) -> Incoming {
    let event = &envelope["event"];
    let kind = id_of(&event["type"]);
    match kind.as_str() {
        "app_home_opened" if event["tab"] == "home" => Incoming::Home {
            who: Presser {
                platform: Platform::Slack,
                team_id: id_of(&envelope["team_id"]),
                user_id: id_of(&event["user"]),
                name: String::new(),
            },
        },
        "user_change" => Incoming::PersonChanged {
            platform: Platform::Slack,
            user_id: id_of(&event["user"]["id"]),
            deleted: event["user"]["deleted"].as_bool().unwrap_or(false),
        },
        "dnd_updated_user" => Incoming::QuietChanged {
            platform: Platform::Slack,
            user_id: id_of(&event["user"]),
            quiet: status::quiet(&event["dnd_status"]),
        },
        "subteam_members_changed" => Incoming::GroupChanged,
        "tokens_revoked" => tokens_revoked(event),
        "app_uninstalled" => Incoming::Uninstalled,
        _ => Incoming::Ignored(kind),
    }
}

/// Only the bot's token is Baton's; a person's may come and go.
fn tokens_revoked(event: &Value) -> Incoming {
    match event["tokens"]["bot"].as_array() {
        Some(bots) if !bots.is_empty() => Incoming::TokensRevoked,
        _ => Incoming::Ignored("tokens_revoked".to_owned()),
    }
}

fn presser(payload: &Value) -> Result<Presser, Unreadable> {
    let user = &payload["user"];
    let user_id = id_of(&user["id"]);
    if user_id.is_empty() {
        return Err(Unreadable("nobody did it"));
    }
    // An installation for a whole organisation has no team; the person always has one.
    let team = user["team_id"]
        .as_str()
        .or_else(|| payload["team"]["id"].as_str())
        .unwrap_or_default();
    let name = user["name"]
        .as_str()
        .or_else(|| user["username"].as_str())
        .unwrap_or_default();
    Ok(Presser {
        platform: Platform::Slack,
        team_id: bounded(team),
        user_id,
        name: bounded(name),
    })
}

fn presses(payload: &Value, who: &Presser) -> Result<Vec<Incoming>, Unreadable> {
    let actions = payload["actions"]
        .as_array()
        .ok_or(Unreadable("no actions"))?;
    Ok(actions
        .iter()
        .take(MAX_ACTIONS)
        .map(|action| press(payload, who, action))
        .collect())
}

fn press(payload: &Value, who: &Presser, pressed: &Value) -> Incoming {
    let id = id_of(&pressed["action_id"]);
    // The second button of a kind in a row is numbered after a `#`.
    let word = id.split('#').next().unwrap_or_default();
    let Some(action) = Action::by_word(word) else {
        return Incoming::Ignored(id);
    };
    let view = &payload["view"];
    Incoming::Press {
        who: who.clone(),
        action,
        value: id_of(&pressed["value"]),
        trigger: id_of(&payload["trigger_id"]),
        message: message(payload),
        dialog: (view["type"] == "modal").then(|| dialog::opened(view)),
        reply: reply_to(text_of(&payload["response_url"])),
        takes: Takes::Nothing,
    }
}

fn message(payload: &Value) -> Option<Sent> {
    let container = &payload["container"];
    let message = container["message_ts"]
        .as_str()
        .or_else(|| payload["message"]["ts"].as_str())?;
    let conversation = container["channel_id"]
        .as_str()
        .or_else(|| payload["channel"]["id"].as_str())?;
    Some(Sent {
        conversation: bounded(conversation),
        message: bounded(message),
    })
}

fn submit(payload: &Value, who: Presser) -> Incoming {
    let view = &payload["view"];
    let word = id_of(&view["callback_id"]);
    let Some(action) = Action::by_word(&word) else {
        return Incoming::Ignored(word);
    };
    Incoming::Submit {
        who,
        action,
        subject: id_of(&view["private_metadata"]),
        values: dialog::values(view),
        dialog: dialog::opened(view),
        trigger: id_of(&payload["trigger_id"]),
    }
}

fn closed(payload: &Value, who: Presser) -> Incoming {
    let view = &payload["view"];
    let word = id_of(&view["callback_id"]);
    let Some(action) = Action::by_word(&word) else {
        return Incoming::Ignored(word);
    };
    Incoming::Closed {
        who,
        action,
        subject: id_of(&view["private_metadata"]),
    }
}

fn reply_to(address: String) -> Option<ReplyTo> {
    (!address.is_empty() && address.len() <= MAX_ID).then(|| ReplyTo(address.into()))
}

/// A form as an object of texts; of a name given twice the first.
fn fields(body: &[u8]) -> Value {
    let mut fields = serde_json::Map::new();
    for (name, value) in form_urlencoded::parse(body) {
        let text = || Value::String(value.into_owned());
        fields.entry(name.into_owned()).or_insert_with(text);
    }
    Value::Object(fields)
}

fn id_of(value: &Value) -> String {
    bounded(value.as_str().unwrap_or_default())
}

fn bounded(text: &str) -> String {
    text.chars().take(MAX_ID).collect()
}

#[cfg(test)]
mod tests;
