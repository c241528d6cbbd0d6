//! Whether a message stands there after all: what is asked before it is posted again.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Slack;
use super::method::Method;
use super::post::EVENT_TYPE;
use crate::chat::outcome::SendError;
use crate::chat::{Identity, Sent};

/// How much of a conversation is looked through at a time: all that some apps are given.
const PAGE: u32 = 15;
/// How many pages are looked through before a message counts as not there.
const PAGES: u32 = 4;
/// How far our clock may be ahead of Slack's when looking for a message.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

impl Slack {
    pub(in crate::chat) async fn find(
        &self,
        conversation: &str,
        key: &str,
        since: Timestamp,
        thread: Option<&str>,
    ) -> Result<Option<Sent>, SendError> {
        let me = self.me().await?;
        let mut search = search(conversation, since, thread);
        let method = if thread.is_some() {
            Method::Replies
        } else {
            Method::History
        };
        let mut first: Option<String> = None;
        for _ in 0..PAGES {
            let page = self.client.call(method, "", &search).await?.body;
            let found = messages(&page).filter(|message| is_ours(message, me, key));
            let names = found.filter_map(|message| message["ts"].as_str().map(str::to_owned));
            first = first.into_iter().chain(names).min();
            match page["response_metadata"]["next_cursor"].as_str() {
                Some(cursor) if !cursor.is_empty() => search["cursor"] = cursor.into(),
                _ => break,
            }
        }
        Ok(first.map(|message| Sent {
            conversation: conversation.to_owned(),
            message,
        }))
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

/// Anybody in the conversation can write the metadata; only what we posted counts.
fn is_ours(message: &Value, me: &Identity, key: &str) -> bool {
    let metadata = &message["metadata"];
    let same = |field: &str, id: &str| !id.is_empty() && message[field].as_str() == Some(id);
    metadata["event_type"] == EVENT_TYPE
        && metadata["event_payload"]["key"].as_str() == Some(key)
        && (same("bot_id", &me.bot_id) || same("user", &me.user_id))
}
