//! Chat: the platforms that say a card, and what people do there, in words that no platform owns.

pub mod incoming;
pub mod outcome;
pub mod slack;
mod text;

use jiff::Timestamp;

use crate::domain::card::{Card, Dialog, ImageRef};
use incoming::{OpenDialog, ReplyTo};
use outcome::SendError;
use slack::Slack;

/// A chat platform that Baton is connected to.
pub enum Chat {
    /// A Slack workspace.
    Slack(Slack),
}

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A person, in the direct conversation with Baton.
    User(String),
    /// A channel.
    Channel(String),
}

/// A message as the platform knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sent {
    /// The conversation it stands in.
    pub conversation: String,
    /// Its name there.
    pub message: String,
}

/// How a person is known before they are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// By their id in the chat.
    Id(String),
    /// By their e-mail address.
    Email(String),
}

/// A person as the platform describes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their id in the chat.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their address, where the platform tells.
    pub email: Option<String>,
    /// Their time zone as in the IANA database.
    pub zone: Option<String>,
    /// Whether they have left.
    pub deleted: bool,
    /// Whether they are a guest.
    pub guest: bool,
    /// Whether they are a program.
    pub bot: bool,
}

/// A picture to upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its file name.
    pub name: String,
    /// The bytes of a PNG.
    pub png: Vec<u8>,
    /// What it shows, for those who don't see it.
    pub alt: String,
}

/// Who Baton is on the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The workspace or tenant.
    pub team_id: String,
    /// Its name.
    pub team: String,
    /// Baton's own user.
    pub user_id: String,
    /// Baton's own bot.
    pub bot_id: String,
    /// What Baton may do, as far as the platform tells.
    pub scopes: Vec<String>,
}

impl Chat {
    /// Posts a card. `key` is the outbox' name for it, by which [`Chat::find`] finds it again;
    /// `thread` is the message that it answers.
    ///
    /// # Errors
    /// [`SendError::Unknown`] when it may stand there nevertheless.
    pub async fn post(
        &self,
        to: &Recipient,
        card: &Card,
        key: &str,
        thread: Option<&str>,
    ) -> Result<Sent, SendError> {
        match self {
            Self::Slack(slack) => slack.post(to, card, key, thread).await,
        }
    }

    /// Shows another card in place of an earlier one.
    ///
    /// # Errors
    /// As the platform answers; it may be repeated.
    pub async fn update(&self, sent: &Sent, card: &Card) -> Result<(), SendError> {
        match self {
            Self::Slack(slack) => slack.update(sent, card).await,
        }
    }

    /// Deletes a message; one that is gone already is deleted.
    ///
    /// # Errors
    /// As the platform answers; it may be repeated.
    pub async fn delete(&self, sent: &Sent) -> Result<(), SendError> {
        match self {
            Self::Slack(slack) => slack.delete(sent).await,
        }
    }

    /// Looks for the message that was posted under `key` at or after `since`, in a thread if it was
    /// an answer. Of several the first.
    ///
    /// # Errors
    /// As the platform answers; it may be repeated.
    pub async fn find(
        &self,
        conversation: &str,
        key: &str,
        since: Timestamp,
        thread: Option<&str>,
    ) -> Result<Option<Sent>, SendError> {
        match self {
            Self::Slack(slack) => slack.find(conversation, key, since, thread).await,
        }
    }

    /// The direct conversation with a person.
    ///
    /// # Errors
    /// [`outcome::FailKind::RecipientGone`] when there can't be one.
    pub async fn conversation_with(&self, user: &str) -> Result<String, SendError> {
        match self {
            Self::Slack(slack) => slack.conversation_with(user).await,
        }
    }

    /// Looks a person up.
    ///
    /// # Errors
    /// [`outcome::FailKind::RecipientGone`] when the platform knows nobody like that.
    pub async fn person(&self, who: &Who) -> Result<Person, SendError> {
        match self {
            Self::Slack(slack) => slack.person(who).await,
        }
    }

    /// Opens a dialog for the person whose press made `trigger`.
    ///
    /// # Errors
    /// [`outcome::FailKind::MessageGone`] when that was too long ago.
    pub async fn open_dialog(
        &self,
        trigger: &str,
        dialog: &Dialog,
    ) -> Result<OpenDialog, SendError> {
        match self {
            Self::Slack(slack) => slack.open_dialog(trigger, dialog).await,
        }
    }

    /// Shows another dialog in place of an open one.
    ///
    /// # Errors
    /// [`outcome::FailKind::MessageGone`] when it was closed or changed meanwhile.
    pub async fn update_dialog(&self, open: &OpenDialog, dialog: &Dialog) -> Result<(), SendError> {
        match self {
            Self::Slack(slack) => slack.update_dialog(open, dialog).await,
        }
    }

    /// Shows a person's home page.
    ///
    /// # Errors
    /// As the platform answers; it may be repeated.
    pub async fn home(&self, user: &str, card: &Card) -> Result<(), SendError> {
        match self {
            Self::Slack(slack) => slack.home(user, card).await,
        }
    }

    /// Answers a press or command, seen by that person only; with `replace` in place of the message
    /// that was pressed.
    ///
    /// # Errors
    /// [`outcome::FailKind::MessageGone`] when the press was too long ago.
    pub async fn reply(&self, to: &ReplyTo, card: &Card, replace: bool) -> Result<(), SendError> {
        match self {
            Self::Slack(slack) => slack.reply(to, card, replace).await,
        }
    }

    /// Uploads a picture for use in a card.
    ///
    /// # Errors
    /// As the platform answers; it may be repeated.
    pub async fn upload(&self, picture: &Upload) -> Result<ImageRef, SendError> {
        match self {
            Self::Slack(slack) => slack.upload(picture).await,
        }
    }

    /// Asks the platform who Baton is: whether token and connection work.
    ///
    /// # Errors
    /// [`outcome::FailKind::TokenDead`] when the token doesn't.
    pub async fn check(&self) -> Result<Identity, SendError> {
        match self {
            Self::Slack(slack) => slack.check().await,
        }
    }
}
