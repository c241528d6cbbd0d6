//! Whether messages stand there after all: what is asked before they are posted again. One call answers for
//! everything that may have been posted in a conversation.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Slack;
use super::method::Method;
use super::post::EVENT_TYPE;
use crate::chat::outcome::SendError;
use crate::chat::{Identity, Sent};

/// How much of a conversation is asked for at a time; some apps are given fifteen messages whatever they ask.
const PAGE: u32 = 200;
/// How many pages are looked through. What lies behind them is not known, so nothing may be posted on it.
const PAGES: u32 = 40;
/// How far our clock may be ahead of Slack's when looking for a message.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

impl Slack {
    pub(in crate::chat) async fn find(
        &self,
        conversation: &str,
        keys: &[String],
        since: Timestamp,
        thread: Option<&str>,
    ) -> Result<HashMap<String, Sent>, SendError> {
        let me = self.me().await?;
        let mut search = search(conversation, since, thread);
        let method = match thread {
            Some(_) => Method::Replies,
            None => Method::History,
        };
        let mut found = HashMap::new();
        for _ in 0..PAGES {
            let page = self.client.call(method, "", &search).await?.body;
            for message in messages(&page) {
                note(message, me, conversation, keys, &mut found);
            }
            match page["response_metadata"]["next_cursor"].as_str() {
                Some(cursor) if !cursor.is_empty() && found.len() < keys.len() => {
                    search["cursor"] = cursor.into();
                }
                Some(_) | None => return Ok(found),
            }
        }
        Err(SendError::Retry {
            after: None,
            why: "more messages than are looked through".to_owned(),
        })
    }
}

/// Remembers where a message stands, if it is one of those looked for.
fn note(
    message: &Value,
    me: &Identity,
    conversation: &str,
    keys: &[String],
    found: &mut HashMap<String, Sent>,
) {
    let Some((key, ts)) = key_of(message, me).zip(message["ts"].as_str()) else {
        return;
    };
    if !keys.iter().any(|wanted| wanted == key) {
        return;
    }
    let stands = found.entry(key.to_owned()).or_insert_with(|| Sent {
        conversation: conversation.to_owned(),
        message: ts.to_owned(),
    });
    if ts < stands.message.as_str() {
        ts.clone_into(&mut stands.message);
    }
}

fn search(conversation: &str, since: Timestamp, thread: Option<&str>) -> Value {
    let from = since.checked_sub(SKEW).unwrap_or(Timestamp::MIN);
    let mut search = json!({
        "channel": conversation,
        "oldest": format!("{}.{:06}", from.as_second(), from.subsec_microsecond()),
        "inclusive": true,
        "limit": PAGE,
        "include_all_metadata": true,
    });
    if let Some(thread) = thread {
        search["ts"] = thread.into();
    }
    search
}

fn messages(page: &Value) -> impl Iterator<Item = &Value> {
    page["messages"].as_array().into_iter().flatten()
}

/// The key of a message of ours. Anybody in the conversation can write the metadata; only what we posted
/// counts.
fn key_of<'m>(message: &'m Value, me: &Identity) -> Option<&'m str> {
    let metadata = &message["metadata"];
    let same = |field: &str, id: &str| !id.is_empty() && message[field].as_str() == Some(id);
    let ours = metadata["event_type"] == EVENT_TYPE
        && (same("bot_id", &me.bot_id) || same("user", &me.user_id));
    metadata["event_payload"]["key"].as_str().filter(|_| ours)
}
