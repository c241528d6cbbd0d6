//! What comes from Teams: activities. Fields are looked up, not demanded: Microsoft adds and leaves out, and what
//! isn't understood is ignored rather than refused. A button's value is only a name; who pressed it is said by
//! `from.aadObjectId`, which nobody but Teams can fill in.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::dialog::{self, Did};
use super::known::user_of;
use crate::chat::Sent;
use crate::chat::incoming::{Incoming, OpenDialog, Presser, Takes};
use crate::domain::policy::Platform;

/// How much of a message is read.
const MAX_TEXT: usize = 4_000;
/// The longest id or name that is believed to be one.
const MAX_ID: usize = 2_000;
/// The most entities and members that are looked at.
const MOST: usize = 50;

/// What is asked of Baton.
#[derive(Clone, Debug)]
pub enum Request {
    /// Somebody did something.
    Did {
        /// What: several things, or nothing that concerns Baton.
        all: Vec<Incoming>,
        /// How that is answered.
        how: How,
    },
    /// A press that asks first: answered with this question.
    Asks(Value),
    /// Something that must be answered, and of which Baton has never heard.
    Unknown,
}

/// How something is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Not at all: what there is to say goes out as a message.
    Silently,
    /// By what is shown where the pressed card stands.
    AtCard,
    /// By what is shown in a dialog.
    InDialog,
}

impl Request {
    /// Who has taken Baton out.
    pub(super) fn left(&self) -> impl Iterator<Item = &str> {
        let all = match self {
            Self::Did { all, .. } => all.as_slice(),
            Self::Asks(_) | Self::Unknown => &[],
        };
        all.iter().filter_map(|one| match one {
            Incoming::Left { who } => Some(who.user_id.as_str()),
            _ => None,
        })
    }

    fn told(all: Vec<Incoming>) -> Self {
        Self::Did {
            all,
            how: How::Silently,
        }
    }

    fn ignored(what: &str) -> Self {
        Self::told(vec![Incoming::Ignored(bounded(what))])
    }
}

/// The name of an activity, the same each time that Teams delivers it; `None` where it has none. Who did it
/// stands beside it, so that nobody is ever given another's answer.
#[must_use]
pub fn delivery(activity: &Value) -> Option<String> {
    let id = id_of(&activity["id"]);
    let conversation = id_of(&activity["conversation"]["id"]);
    let kind = id_of(&activity["type"]);
    let user = user_of(activity);
    (!id.is_empty()).then(|| format!("{kind} {id} {user} {conversation}"))
}

/// The time zone in which somebody's own Teams shows times.
#[must_use]
pub fn zone(activity: &Value) -> Option<&str> {
    activity["localTimezone"].as_str()
}

/// Reads what somebody did. `mentioned` says which user a mention means, if that is known.
pub fn read(activity: &Value, mentioned: &dyn Fn(&str) -> Option<String>) -> Request {
    let kind = id_of(&activity["type"]);
    let who = presser(activity);
    if kind == "invoke" {
        return invoke(activity, who);
    }
    if who.user_id.is_empty() {
        return Request::ignored(&format!("{kind} by nobody"));
    }
    match kind.as_str() {
        "message" if activity["value"].is_object() => submitted(activity, who),
        "message" => typed(activity, who, mentioned),
        "installationUpdate" => installation(activity, who),
        "conversationUpdate" => membership(activity, who),
        _ => Request::ignored(&kind),
    }
}

fn presser(activity: &Value) -> Presser {
    Presser {
        platform: Platform::Teams,
        team_id: id_of(&activity["channelData"]["tenant"]["id"]),
        user_id: user_of(activity),
        name: id_of(&activity["from"]["name"]),
    }
}

/// What waits for an answer. Whoever is nobody can be told nothing, but the answer must come.
fn invoke(activity: &Value, who: Presser) -> Request {
    let value = &activity["value"];
    let (data, how) = match activity["name"].as_str() {
        Some("adaptiveCard/action") => (&value["action"]["data"], How::AtCard),
        Some("task/fetch" | "task/submit") => (&value["data"], How::InDialog),
        Some(_) | None => return Request::Unknown,
    };
    // What stands in a dialog is no message.
    let message = match activity["name"].as_str() {
        Some("task/submit") => None,
        Some(_) | None => message(activity),
    };
    match did(activity, data, who, message, Takes::All) {
        Meant::Asks(question) if how == How::InDialog => Request::Asks(question),
        Meant::Asks(_) => Request::Did {
            all: vec![Incoming::Ignored(
                "a question outside of a dialog".to_owned(),
            )],
            how,
        },
        Meant::Does(one) => Request::Did {
            all: vec![one],
            how,
        },
    }
}

/// A button pressed in a client that knows no better: nothing can be answered, so all is said by messages.
fn submitted(activity: &Value, who: Presser) -> Request {
    let data = &activity["value"];
    match did(activity, data, who, message(activity), Takes::Nothing) {
        Meant::Asks(_) => Request::ignored("a question outside of a dialog"),
        Meant::Does(one) => Request::told(vec![one]),
    }
}

enum Meant {
    Asks(Value),
    Does(Incoming),
}

fn did(activity: &Value, data: &Value, who: Presser, message: Option<Sent>, takes: Takes) -> Meant {
    if who.user_id.is_empty() {
        return Meant::Does(Incoming::Ignored("a press by nobody".to_owned()));
    }
    Meant::Does(match dialog::read(data) {
        Some(Did::WasAsked(question)) => return Meant::Asks(question),
        Some(Did::Pressed { action, value }) => Incoming::Press {
            who,
            action,
            value,
            trigger: delivery(activity).unwrap_or_default(),
            message,
            dialog: None,
            reply: None,
            takes,
        },
        Some(Did::Submitted {
            action,
            subject,
            values,
        }) => Incoming::Submit {
            who,
            action,
            subject,
            values,
            dialog: OpenDialog {
                id: String::new(),
                hash: None,
            },
            trigger: String::new(),
        },
        Some(Did::Closed) => Incoming::Ignored("a dialog closed".to_owned()),
        None => Incoming::Ignored("a press that is not Baton's".to_owned()),
    })
}

/// The message that was pressed.
fn message(activity: &Value) -> Option<Sent> {
    let sent = Sent {
        conversation: id_of(&activity["conversation"]["id"]),
        message: id_of(&activity["replyToId"]),
    };
    (!sent.message.is_empty()).then_some(sent)
}

fn typed(activity: &Value, who: Presser, mentioned: &dyn Fn(&str) -> Option<String>) -> Request {
    let text = without_mentions(activity, mentioned);
    let text: String = text.trim().nfc().take(MAX_TEXT).collect();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
    let command = Incoming::Command {
        who: who.clone(),
        word: word.to_owned(),
        text: rest.trim().to_owned(),
        conversation: id_of(&activity["conversation"]["id"]),
        // By this name a repetition is known again, also after a restart.
        trigger: delivery(activity).unwrap_or_default(),
        reply: None,
        takes: Takes::Nothing,
    };
    // Whoever writes is there, also if Baton has missed their coming.
    let met = is_personal(activity).then(|| met(activity, who, false));
    Request::told(met.into_iter().chain([command]).collect())
}

/// The text as a person reads it: Baton's own name left out, others' as the commands know them.
fn without_mentions(activity: &Value, mentioned: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = activity["text"].as_str().unwrap_or_default().to_owned();
    let ours = id_of(&activity["recipient"]["id"]);
    for entity in list(&activity["entities"]) {
        let (id, shown) = (&entity["mentioned"]["id"], &entity["text"]);
        let (Some(id), Some(shown)) = (id.as_str(), shown.as_str()) else {
            continue;
        };
        if entity["type"] != "mention" || shown.is_empty() {
            continue;
        }
        let instead = if id == ours {
            String::new()
        } else {
            colleague(id, &entity["mentioned"]["name"], mentioned)
        };
        text = text.replacen(shown, &instead, 1);
    }
    // Teams puts one behind a mention.
    text.replace('\u{a0}', " ")
}

fn colleague(id: &str, name: &Value, mentioned: &dyn Fn(&str) -> Option<String>) -> String {
    let first = || name.as_str().unwrap_or_default().split_whitespace().next();
    match mentioned(id) {
        Some(user) => format!("<@{user}>"),
        None => first().map_or_else(String::new, |first| format!("@{first}")),
    }
}

fn installation(activity: &Value, who: Presser) -> Request {
    let action = id_of(&activity["action"]).to_ascii_lowercase();
    if !is_personal(activity) {
        return Request::ignored(&format!("{action} in a channel or group"));
    }
    match action.as_str() {
        "add" => Request::told(vec![met(activity, who, true)]),
        "add-upgrade" => Request::told(vec![met(activity, who, false)]),
        "remove" | "remove-upgrade" => Request::told(left(&action, who)),
        _ => Request::ignored(&format!("installationUpdate {action}")),
    }
}

/// An upgrade takes the old version out and puts the new one in.
fn left(action: &str, who: Presser) -> Vec<Incoming> {
    match action {
        "remove" => vec![Incoming::Left { who }],
        upgrade => vec![Incoming::Ignored(upgrade.to_owned())],
    }
}

/// Often the only word of an installation, and often the second one.
fn membership(activity: &Value, who: Presser) -> Request {
    let ours = id_of(&activity["recipient"]["id"]);
    let is_us = |member: &Value| !ours.is_empty() && member["id"] == ours.as_str();
    if !is_personal(activity) {
        return Request::ignored("conversationUpdate in a channel or group");
    }
    if list(&activity["membersAdded"]).any(is_us) {
        return Request::told(vec![met(activity, who, true)]);
    }
    if list(&activity["membersRemoved"]).any(is_us) {
        return Request::told(vec![Incoming::Left { who }]);
    }
    Request::ignored("conversationUpdate")
}

fn met(activity: &Value, who: Presser, installed: bool) -> Incoming {
    Incoming::Met {
        who,
        conversation: id_of(&activity["conversation"]["id"]),
        address: activity["serviceUrl"].as_str().map(bounded),
        installed,
    }
}

fn is_personal(activity: &Value) -> bool {
    let kind = activity["conversation"]["conversationType"].as_str();
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("personal"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten().take(MOST)
}

fn id_of(value: &Value) -> String {
    bounded(value.as_str().unwrap_or_default())
}

fn bounded(text: &str) -> String {
    text.chars().take(MAX_ID).collect()
}

#[cfg(test)]
mod tests;
