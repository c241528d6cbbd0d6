//! What people do in chat, and what they get at once. Everything here comes from outside: ids and
//! values name things, they prove nothing.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::Timestamp;
use secrecy::SecretString;

use super::Sent;
use crate::domain::action::Action;
use crate::domain::card::{Card, Dialog};
use crate::domain::policy::Platform;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presser {
    /// In which chat.
    pub platform: Platform,
    /// Their workspace or tenant.
    pub team_id: String,
    /// Their id in the chat.
    pub user_id: String,
    /// Their name, to show and never to recognise them by.
    pub name: String,
}

/// Where an answer for one person goes for half an hour. It works as a key, so it isn't shown.
#[derive(Clone, Debug)]
pub struct ReplyTo(pub SecretString);

/// What the answer to a request can carry. What it can't is said by calls of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing: a press in Slack, a message in Teams.
    Nothing,
    /// A message for who asked: a slash command in Slack.
    Words,
    /// Whatever there is to say: what Teams calls an invoke.
    All,
}

/// A dialog that is open on somebody's screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDialog {
    /// Its id.
    pub id: String,
    /// The state it was last seen in.
    pub hash: Option<String>,
}

/// Something that somebody did.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// Pressed a button.
    Press {
        /// Who.
        who: Presser,
        /// Which one.
        action: Action,
        /// What it carries: an offer's or a lead's id.
        value: String,
        /// What opens a dialog, within seconds.
        trigger: String,
        /// The message it stands in.
        message: Option<Sent>,
        /// The dialog it stands in.
        dialog: Option<OpenDialog>,
        /// Where to answer.
        reply: Option<ReplyTo>,
        /// What can be answered at once.
        takes: Takes,
    },
    /// Sent a dialog off.
    Submit {
        /// Who.
        who: Presser,
        /// The action that the dialog completes.
        action: Action,
        /// What the dialog is about.
        subject: String,
        /// The answers by input; what was left open is not there.
        values: BTreeMap<String, String>,
        /// The dialog.
        dialog: OpenDialog,
        /// What opens another dialog, within seconds.
        trigger: String,
    },
    /// Closed a dialog without sending it.
    Closed {
        /// Who.
        who: Presser,
        /// The action that it would have completed.
        action: Action,
        /// What it was about.
        subject: String,
    },
    /// Typed a command.
    Command {
        /// Who.
        who: Presser,
        /// The command as typed, with its slash where there is one.
        word: String,
        /// What follows it, mentions as typed.
        text: String,
        /// Where it was typed.
        conversation: String,
        /// What opens a dialog, within seconds.
        trigger: String,
        /// Where to answer later.
        reply: Option<ReplyTo>,
        /// What can be answered at once.
        takes: Takes,
    },
    /// Opened the home page.
    Home {
        /// Who.
        who: Presser,
    },
    /// The platform asks whether we are there; answered with the same text.
    Challenge(String),
    /// Has Baton in a conversation of their own from now on, or is there again; may be said any number of
    /// times, always with the newest address.
    Met {
        /// Who.
        who: Presser,
        /// The direct conversation with them.
        conversation: String,
        /// Where calls about that conversation go, if the platform says.
        address: Option<String>,
        /// Whether Baton has been installed for them, and should say who it is if it has not yet.
        installed: bool,
    },
    /// Has taken Baton out: gets nothing until met again.
    Left {
        /// Who.
        who: Presser,
    },
    /// A person's profile changed: left, moved to another zone, has another address.
    PersonChanged {
        /// In which chat.
        platform: Platform,
        /// Their id in the chat.
        user_id: String,
        /// Whether they have left.
        deleted: bool,
    },
    /// Somebody wants not to be disturbed for a while, or may be again.
    QuietChanged {
        /// In which chat.
        platform: Platform,
        /// Their id in the chat.
        user_id: String,
        /// From when until when; absent: not at all.
        quiet: Option<Range<Timestamp>>,
    },
    /// Who is in a group changed.
    GroupChanged,
    /// The token works no longer.
    TokensRevoked,
    /// The app was removed.
    Uninstalled,
    /// Nothing that concerns us; what it was, for the log.
    Ignored(String),
}

/// A request that can't be understood, with what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unreadable request: {0}")]
pub struct Unreadable(pub &'static str);

/// What is answered at once, on the request itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Nothing to see.
    Empty,
    /// A message that only this person sees.
    Message(Card),
    /// A card in place of the one that was pressed.
    Replace(Card),
    /// A dialog is to open.
    Open {
        /// Which.
        dialog: Dialog,
        /// What is said where none can be opened.
        otherwise: Option<Card>,
    },
    /// What is wrong with the answers, by input; the dialog stays open.
    DialogErrors {
        /// By input.
        errors: BTreeMap<String, String>,
        /// The dialog with what was filled in, for a platform that can't say it in the open one.
        again: Option<Dialog>,
    },
    /// The dialog is done.
    DialogClose,
    /// Another dialog in its place.
    DialogUpdate(Dialog),
    /// We are there.
    Challenge(String),
}
