//! Chat: the platforms that say a card, and what people do there, in words that no platform owns.

#[cfg(test)]
mod any;
mod buckets;
mod chats;
mod exchange;
pub mod incoming;
pub mod outcome;
mod reach;
pub mod slack;
mod status;
pub mod teams;
mod text;

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;

use crate::domain::card::{Card, Chart, Dialog, Picture};
use crate::domain::policy::Platform;
pub use buckets::Elapsed;
pub use chats::Chats;
use incoming::{OpenDialog, ReplyTo};
use outcome::{FailKind, SendError};
use slack::Slack;
use teams::Teams;

/// A chat platform that Baton is connected to.
#[expect(
    clippy::large_enum_variant,
    reason = "there are two of them at most, and each stands behind an Arc"
)]
pub enum Chat {
    /// A Slack workspace.
    Slack(Slack),
    /// A tenant's Microsoft Teams.
    Teams(Teams),
}

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A rep of ours, in the direct conversation with Baton; one who has not got Baton there is given it, where
    /// that is permitted.
    User(String),
    /// Anybody else, in such a conversation: who has not got Baton is not given it.
    Stranger(String),
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

/// A kind of call that the platform counts for all conversations together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Shows another card in place of an earlier one: [`Chat::update`].
    Change,
    /// Looks for messages that may stand there: [`Chat::find`].
    LookUp,
}

/// How much of something the platform takes now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// So many calls.
    pub calls: usize,
    /// When there is none: how long until there is.
    pub next: Duration,
}

impl Room {
    /// As much as anybody wants.
    pub const ENOUGH: Self = Self {
        calls: usize::MAX,
        next: Duration::ZERO,
    };

    /// None for so long.
    #[must_use]
    pub fn none_for(next: Duration) -> Self {
        Self { calls: 0, next }
    }
}

/// Whether the platform answers at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nothing has been asked yet.
    Unknown,
    /// The last call was answered, be it with a refusal.
    Answers,
    /// Every call has failed since so long: no connection, an error of the platform's own, a dead token.
    SilentFor(Duration),
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
    /// Whether they belong to another company's workspace.
    pub stranger: bool,
    /// Whether they are a program.
    pub bot: bool,
    /// What their profile says, if it says that they are away.
    pub away: Option<AwayStatus>,
}

/// A status in a profile that says somebody is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwayStatus {
    /// In their words.
    pub text: String,
    /// Until when, if it says so.
    pub until: Option<Timestamp>,
}

impl Person {
    /// Why somebody like that can be given no leads; `None` for a colleague.
    #[must_use]
    pub fn barred(&self) -> Option<&'static str> {
        let reasons = [
            (self.deleted, "deactivated"),
            (self.stranger, "stranger"),
            (self.guest, "guest"),
            (self.bot, "bot"),
        ];
        let mut holding = reasons.into_iter().filter(|(holds, _)| *holds);
        holding.next().map(|(_, why)| why)
    }
}

/// A named group of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleGroup {
    /// Its id in the chat.
    pub id: String,
    /// Its name as it is mentioned, without the `@`.
    pub handle: String,
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
    /// Which one it is.
    #[must_use]
    pub fn platform(&self) -> Platform {
        match self {
            Self::Slack(_) => Platform::Slack,
            Self::Teams(_) => Platform::Teams,
        }
    }

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
            Self::Teams(teams) => teams.post(to, card, thread).await,
        }
    }

    /// Shows another card in place of an earlier one.
    ///
    /// # Errors
    /// As the platform answers; it may be repeated.
    pub async fn update(&self, sent: &Sent, card: &Card) -> Result<(), SendError> {
        match self {
            Self::Slack(slack) => slack.update(sent, card).await,
            Self::Teams(teams) => teams.update(sent, card).await,
        }
    }

    /// Deletes a message; one that is gone already is deleted.
    ///
    /// # Errors
    /// As the platform answers; it may be repeated.
    pub async fn delete(&self, sent: &Sent) -> Result<(), SendError> {
        match self {
            Self::Slack(slack) => slack.delete(sent).await,
            Self::Teams(teams) => teams.delete(sent).await,
        }
    }

    /// Whether it can be asked what stands in a conversation, by [`Chat::find`]. Where it can't, nobody ever
    /// knows whether a message whose fate is unknown has arrived.
    #[must_use]
    pub fn can_look_up(&self) -> bool {
        match self {
            Self::Slack(_) => true,
            Self::Teams(_) => false,
        }
    }

    /// Looks for the messages that were posted under `keys` at or after `since`, in a thread if they were
    /// answers to one: which of them stand there, and where. Of several under one key the first.
    ///
    /// # Errors
    /// As the platform answers; it may be repeated. Then nothing is known of any of them.
    pub async fn find(
        &self,
        conversation: &str,
        keys: &[String],
        since: Timestamp,
        thread: Option<&str>,
    ) -> Result<HashMap<String, Sent>, SendError> {
        match self {
            Self::Slack(slack) => slack.find(conversation, keys, since, thread).await,
            Self::Teams(_) => Err(SendError::fail(FailKind::Config, "no_look_up")),
        }
    }

    /// How many calls of a kind the platform takes now. A call beyond that is refused with
    /// [`SendError::NotYet`], without asking anybody.
    #[must_use]
    pub fn room(&self, kind: Kind) -> Room {
        match self {
            Self::Slack(slack) => slack.room(kind),
            Self::Teams(teams) => match kind {
                Kind::Change => teams.room(),
                Kind::LookUp => Room::ENOUGH,
            },
        }
    }

    /// Whether the platform answers at all, by the calls made so far.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self {
            Self::Slack(slack) => slack.reach(),
            Self::Teams(teams) => teams.reach(),
        }
    }

    /// For how long nobody has asked the platform anything since it last answered.
    #[must_use]
    pub fn quiet_for(&self) -> Option<Duration> {
        match self {
            Self::Slack(slack) => slack.quiet_for(),
            Self::Teams(teams) => teams.quiet_for(),
        }
    }

    /// Asks the platform something only to learn whether it answers.
    ///
    /// # Errors
    /// What came of it, which [`Self::reach`] knows as well.
    pub async fn knock(&self) -> Result<(), SendError> {
        match self {
            Self::Slack(slack) => slack.check().await.map(drop),
            Self::Teams(teams) => teams.knock().await,
        }
    }

    /// Says which the direct conversation with a person was, so that it need not be opened to know, and where
    /// calls about it go, on a platform that has several places.
    pub fn remember_conversation(&self, user: &str, conversation: &str, address: Option<&str>) {
        match self {
            Self::Slack(slack) => slack.remember_conversation(user, conversation),
            Self::Teams(teams) => teams.remember_conversation(user, conversation, address),
        }
    }

    /// Where calls about a conversation go, to remember it.
    #[must_use]
    pub fn address_of(&self, conversation: &str) -> Option<String> {
        match self {
            Self::Slack(_) => None,
            Self::Teams(teams) => teams.address_of(conversation),
        }
    }

    /// The direct conversation with a person.
    ///
    /// # Errors
    /// [`outcome::FailKind::RecipientGone`] when there can't be one.
    pub async fn conversation_with(&self, user: &str) -> Result<String, SendError> {
        match self {
            Self::Slack(slack) => slack.conversation_with(user).await,
            Self::Teams(teams) => teams.conversation_with(user).await,
        }
    }

    /// Looks a person up.
    ///
    /// # Errors
    /// [`outcome::FailKind::RecipientGone`] when the platform knows nobody like that.
    pub async fn person(&self, who: &Who) -> Result<Person, SendError> {
        match self {
            Self::Slack(slack) => slack.person(who).await,
            Self::Teams(teams) => teams.person(who).await,
        }
    }

    /// The groups of people that there are.
    ///
    /// # Errors
    /// [`outcome::FailKind::Config`] when Baton may not ask.
    pub async fn groups(&self) -> Result<Vec<PeopleGroup>, SendError> {
        match self {
            Self::Slack(slack) => slack.groups().await,
            // There are none that Baton could know.
            Self::Teams(_) => Ok(Vec::new()),
        }
    }

    /// Who is in a group, by their ids in the chat.
    ///
    /// # Errors
    /// As for the groups.
    pub async fn group_members(&self, group: &PeopleGroup) -> Result<Vec<String>, SendError> {
        match self {
            Self::Slack(slack) => slack.group_members(group).await,
            Self::Teams(_) => Ok(Vec::new()),
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
            Self::Teams(_) => Err(SendError::fail(FailKind::MessageGone, "only_as_an_answer")),
        }
    }

    /// Shows another dialog in place of an open one.
    ///
    /// # Errors
    /// [`outcome::FailKind::MessageGone`] when it was closed or changed meanwhile.
    pub async fn update_dialog(&self, open: &OpenDialog, dialog: &Dialog) -> Result<(), SendError> {
        match self {
            Self::Slack(slack) => slack.update_dialog(open, dialog).await,
            Self::Teams(_) => Err(SendError::fail(FailKind::MessageGone, "only_as_an_answer")),
        }
    }

    /// Shows a person's home page.
    ///
    /// # Errors
    /// As the platform answers; it may be repeated.
    pub async fn home(&self, user: &str, card: &Card) -> Result<(), SendError> {
        match self {
            Self::Slack(slack) => slack.home(user, card).await,
            Self::Teams(_) => Err(SendError::fail(FailKind::Config, "no_home")),
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
            Self::Teams(_) => Err(SendError::fail(FailKind::MessageGone, "only_as_an_answer")),
        }
    }

    /// A chart as a picture that a card can show; `None` where a card shows the chart itself.
    ///
    /// # Errors
    /// As the platform answers; it may be repeated.
    pub async fn picture_of(&self, chart: &Chart) -> Result<Option<Picture>, SendError> {
        match self {
            Self::Slack(slack) => slack.picture_of(chart).await.map(Some),
            Self::Teams(_) => Ok(None),
        }
    }

    /// Asks the platform who Baton is: whether token and connection work.
    ///
    /// # Errors
    /// [`outcome::FailKind::TokenDead`] when the token doesn't.
    pub async fn check(&self) -> Result<Identity, SendError> {
        match self {
            Self::Slack(slack) => slack.check().await,
            Self::Teams(teams) => teams.check().await,
        }
    }
}
