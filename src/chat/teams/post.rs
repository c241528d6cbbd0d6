//! Posting a card, changing it and taking it away.

use serde_json::{Value, json};

use super::connector::Called;
use super::errors::{Call, NO_CONVERSATION, NOT_INSTALLED};
use super::known::base;
use super::{Teams, cards};
use crate::chat::outcome::{FailKind, SendError};
use crate::chat::{Recipient, Sent};
use crate::domain::card::{Card, Part};

/// Where a card goes.
#[derive(Clone, Copy)]
enum At<'a> {
    /// Into a channel, as a message that answers no other.
    Channel(&'a str),
    /// Into a conversation, perhaps as the answer to a message there.
    Conversation(&'a str, Option<&'a str>),
    /// In the place of another card.
    Message(&'a Sent),
}

impl Teams {
    pub(in crate::chat) async fn post(
        &self,
        to: &Recipient,
        card: &Card,
        thread: Option<&str>,
    ) -> Result<Sent, SendError> {
        let (user, ours) = match (to, thread) {
            (Recipient::Channel(channel), None) => {
                return self.post_at(At::Channel(channel), card).await;
            }
            (Recipient::Channel(channel), Some(thread)) => {
                let conversation = format!("{};messageid={thread}", base(channel));
                return self
                    .post_at(At::Conversation(&conversation, None), card)
                    .await;
            }
            (Recipient::User(user), _) => (user, true),
            (Recipient::Stranger(user), _) => (user, false),
        };
        let known = self.known.with(user);
        let conversation = self.conversation(user, ours).await?;
        match self
            .post_at(At::Conversation(&conversation, thread), card)
            .await
        {
            Err(SendError::Fail { word, .. }) if word == NOT_INSTALLED && ours => {
                self.install_for(user).await?;
            }
            // A remembered conversation may be stale; that is worth one look.
            Err(SendError::Fail { word, .. }) if word == NO_CONVERSATION && known.is_some() => {}
            other => return other,
        }
        self.known.forget_user(user);
        let conversation = self.conversation(user, ours).await?;
        self.post_at(At::Conversation(&conversation, thread), card)
            .await
    }

    async fn post_at(&self, at: At<'_>, card: &Card) -> Result<Sent, SendError> {
        let answer = self.send(at, card).await?;
        match at {
            At::Channel(channel) => {
                let conversation = answer["id"].as_str().unwrap_or(channel);
                let root = conversation.split_once(";messageid=").map(|it| it.1);
                sent(conversation, answer["activityId"].as_str().or(root))
            }
            At::Conversation(conversation, _) => sent(conversation, answer["id"].as_str()),
            At::Message(message) => Ok(message.clone()),
        }
    }

    pub(in crate::chat) async fn update(&self, sent: &Sent, card: &Card) -> Result<(), SendError> {
        self.send(At::Message(sent), card).await.map(drop)
    }

    pub(in crate::chat) async fn delete(&self, sent: &Sent) -> Result<(), SendError> {
        let called = Called {
            call: Call::Delete,
            address: &self.known.address(&sent.conversation),
            path: &[
                "conversations",
                &sent.conversation,
                "activities",
                &sent.message,
            ],
            conversation: &sent.conversation,
            body: None,
        };
        match self.connector.call(&self.tokens, &called).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == Some(FailKind::MessageGone) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Somebody waits for what the card says: one that Teams refuses goes out with less on it.
    async fn send(&self, at: At<'_>, card: &Card) -> Result<Value, SendError> {
        match self.send_message(at, cards::message(card)).await {
            Err(SendError::Fail {
                kind: FailKind::OurBug,
                word,
            }) => {
                tracing::error!(
                    teams.error = word,
                    "teams refused a card, so it goes out simplified"
                );
                self.send_message(at, cards::message(&simpler(card))).await
            }
            other => other,
        }
    }

    async fn send_message(&self, at: At<'_>, mut message: Value) -> Result<Value, SendError> {
        let (call, conversation) = match at {
            At::Channel(channel) => (Call::Post, channel),
            At::Conversation(conversation, _) => (Call::Post, conversation),
            At::Message(sent) => (Call::Update, sent.conversation.as_str()),
        };
        let path: &[&str] = match at {
            At::Channel(_) => &["conversations"],
            At::Conversation(..) => &["conversations", conversation, "activities"],
            At::Message(sent) => &["conversations", conversation, "activities", &sent.message],
        };
        match at {
            At::Channel(channel) => message = self.thread_of(channel, message),
            At::Conversation(_, Some(answered)) => message["replyToId"] = answered.into(),
            At::Conversation(_, None) => {}
            At::Message(sent) => message["id"] = sent.message.as_str().into(),
        }
        let called = Called {
            call,
            address: &self.known.address(conversation),
            path,
            conversation,
            body: Some(&message),
        };
        self.connector.call(&self.tokens, &called).await
    }

    /// A thread in a channel that begins with the message.
    fn thread_of(&self, channel: &str, message: Value) -> Value {
        json!({
            "isGroup": true,
            "tenantId": self.tenant_id,
            "channelData": {"channel": {"id": channel}, "tenant": {"id": self.tenant_id}},
            "activity": message,
        })
    }
}

/// Posted, but under which name? Nobody can look.
fn sent(conversation: &str, message: Option<&str>) -> Result<Sent, SendError> {
    let unnamed = || SendError::Unknown {
        why: "answer without id".to_owned(),
    };
    let message = message.filter(|id| !id.is_empty()).ok_or_else(unnamed)?;
    Ok(Sent {
        conversation: conversation.to_owned(),
        message: message.to_owned(),
    })
}

/// What is left of a refused card: its summary and its buttons.
fn simpler(card: &Card) -> Card {
    let mut parts = Card::sentence(&card.summary).parts;
    let buttons = |part: &&Part| matches!(part, Part::Buttons(_));
    parts.extend(card.parts.iter().filter(buttons).cloned());
    Card {
        summary: card.summary.clone(),
        parts,
    }
}
