//! Posting a card, changing it and taking it away.

use serde_json::{Value, json};

use super::method::Method;
use super::{Slack, blocks};
use crate::chat::outcome::{FailKind, SendError};
use crate::chat::{Recipient, Sent};
use crate::domain::card::{Card, Part};

/// The name of Baton's metadata on a message.
pub const EVENT_TYPE: &str = "baton_message";

impl Slack {
    pub(in crate::chat) async fn post(
        &self,
        to: &Recipient,
        card: &Card,
        key: &str,
        thread: Option<&str>,
    ) -> Result<Sent, SendError> {
        let user = match to {
            Recipient::Channel(channel) => return self.post_in(channel, card, key, thread).await,
            Recipient::User(user) | Recipient::Stranger(user) => user,
        };
        let known = self.known_conversation(user);
        let channel = self.conversation_with(user).await?;
        match self.post_in(&channel, card, key, thread).await {
            // A remembered conversation may be stale; that is worth one look.
            Err(SendError::Fail { word, .. }) if word == "channel_not_found" && known.is_some() => {
                self.conversations().remove(user);
                let channel = self.conversation_with(user).await?;
                self.post_in(&channel, card, key, thread).await
            }
            other => other,
        }
    }

    /// Somebody waits for what the card says: one that Slack refuses goes out with less on it.
    async fn post_in(
        &self,
        channel: &str,
        card: &Card,
        key: &str,
        thread: Option<&str>,
    ) -> Result<Sent, SendError> {
        let mut message = message(channel, card, key, thread);
        match self.post_message(channel, &message).await {
            Err(SendError::Fail {
                kind: FailKind::OurBug,
                word,
            }) => {
                refused(&word);
                message["blocks"] = simpler(card).into();
                self.post_message(channel, &message).await
            }
            other => other,
        }
    }

    async fn post_message(&self, channel: &str, message: &Value) -> Result<Sent, SendError> {
        let answer = self
            .client
            .call(Method::PostMessage, channel, message)
            .await?;
        // Posted, but under which name? Only a look can tell.
        let unnamed = || SendError::Unknown {
            why: "answer without ts".to_owned(),
        };
        let ts = answer.body["ts"].as_str().ok_or_else(unnamed)?;
        let conversation = answer.body["channel"].as_str().unwrap_or(channel);
        Ok(Sent {
            conversation: conversation.to_owned(),
            message: ts.to_owned(),
        })
    }

    pub(in crate::chat) async fn update(&self, sent: &Sent, card: &Card) -> Result<(), SendError> {
        let mut message = json!({
            "channel": sent.conversation,
            "ts": sent.message,
            "text": blocks::summary(card),
            "blocks": blocks::render(&card.parts, blocks::MAX_MESSAGE_BLOCKS),
        });
        let channel = &sent.conversation;
        match self.client.call(Method::Update, channel, &message).await {
            Err(SendError::Fail {
                kind: FailKind::OurBug,
                word,
            }) => {
                refused(&word);
                message["blocks"] = simpler(card).into();
                self.client
                    .call(Method::Update, channel, &message)
                    .await
                    .map(drop)
            }
            other => other.map(drop),
        }
    }

    pub(in crate::chat) async fn delete(&self, sent: &Sent) -> Result<(), SendError> {
        let message = json!({"channel": sent.conversation, "ts": sent.message});
        match self
            .client
            .call(Method::Delete, &sent.conversation, &message)
            .await
        {
            Ok(_) => Ok(()),
            Err(SendError::Fail { word, .. }) if word == "message_not_found" => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Slack's word says what was wrong with the card, which is ours to mend.
fn refused(word: &str) {
    tracing::error!(
        slack.error = word,
        "slack refused a card, so it goes out simplified"
    );
}

fn message(channel: &str, card: &Card, key: &str, thread: Option<&str>) -> Value {
    let mut message = json!({
        "channel": channel,
        "text": blocks::summary(card),
        "blocks": blocks::render(&card.parts, blocks::MAX_MESSAGE_BLOCKS),
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
    });
    if let Some(thread) = thread {
        message["thread_ts"] = thread.into();
    }
    message
}

/// What is left of a refused card: all but its pictures, which Slack may not have digested yet; if
/// it had none, its summary and its buttons.
fn simpler(card: &Card) -> Vec<Value> {
    let is_picture = |part: &Part| matches!(part, Part::Picture(_));
    let mut parts = card.parts.clone();
    if parts.iter().any(is_picture) {
        parts.retain(|part| !is_picture(part));
    } else {
        parts.retain(|part| matches!(part, Part::Buttons(_)));
        parts.splice(0..0, Card::sentence(&card.summary).parts);
    }
    blocks::render(&parts, blocks::MAX_MESSAGE_BLOCKS)
}
