//! What can happen to a lead, and what follows from it.

mod effect;
mod ending;
mod measure;
mod message;
mod sign;
mod sum;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    activity::Deed,
    id::{OfferId, RepId, SourceId, SubmissionId, TeamId},
    person::{Known, SignKind},
    policy::Platform,
    score::Stage,
    submission::NewLead,
};

pub use effect::{Effect, Fact, FactKind};
pub use ending::{Deal, Ended, Ending, NotWon};
pub use measure::{Measure, MeasureKind};
pub use message::{Audible, CardRef, Deserted, Heard, News, Notice, Numbers, Say, Told};
pub use sign::Sign;
pub use sum::{Portion, Sum, Why};

/// Something that happens to a lead. Webhook, button, command, timer and API all become one of these.
#[derive(Clone, Debug)]
pub enum Event {
    /// It has come in, or can be offered only now.
    Arrived {
        /// Who brought it.
        by: Actor,
        /// Leads that one of its signs leads to, by their numbers, and that are somebody else's.
        beside: Vec<(SignKind, i64)>,
    },
    /// Another submission speaks of the same person.
    Submitted(Box<Sent>),
    /// A source tells what the person did.
    Did {
        /// What.
        what: Deed,
        /// When.
        at: Timestamp,
        /// By which webhook.
        source: SourceId,
    },
    /// Its `wake_at` has come.
    Due,
    /// Somebody may have become free; only of interest to a lead that waits.
    SomebodyFree,
    /// The chat has shown an offer's card.
    Delivered {
        /// Which.
        offer: OfferId,
        /// Where its card stands.
        chat: Platform,
    },
    /// The chat will not show an offer's card.
    Undeliverable {
        /// Which.
        offer: OfferId,
        /// In the chat's words.
        why: String,
    },
    /// The chat has not shown an offer's card so far, or refuses this card, though it can be reached.
    NotShown {
        /// Which.
        offer: OfferId,
        /// In the chat's words.
        why: String,
        /// Whether it is tried again.
        again: bool,
    },
    /// The rep takes the lead.
    Accept {
        /// Which offer's button was pressed.
        offer: OfferId,
        /// Who pressed.
        by: RepId,
    },
    /// The rep does not want the lead.
    Decline {
        /// Which offer's button was pressed.
        offer: OfferId,
        /// Who pressed.
        by: RepId,
        /// A `[[decline]]` id.
        reason: String,
        /// What they wrote.
        note: String,
    },
    /// A rep takes the lead out of a pool or a queue.
    Claim {
        /// Who.
        by: RepId,
    },
    /// The owner, or a manager, says what came of trying to reach the lead.
    Contacted {
        /// Who.
        by: Actor,
        /// How.
        how: ContactHow,
        /// When, if it was not just now.
        at: Option<Timestamp>,
        /// What they wrote.
        note: String,
        /// What the owner plans to do then.
        next: Option<Planned>,
    },
    /// The owner, or a manager, says how far it has come.
    Stage {
        /// Who.
        by: Actor,
        /// So far.
        stage: Stage,
    },
    /// The owner, or a manager, ends it.
    Close {
        /// Who.
        by: Actor,
        /// How.
        ending: Ending,
        /// What it was worth.
        deal: Option<Deal>,
        /// Why it came to nothing, if it did and one of the usual reasons fits.
        why: Option<NotWon>,
        /// What they wrote.
        note: String,
    },
    /// A person gives the lead to somebody.
    Assign {
        /// To whom.
        to: Receiver,
        /// Who gives: a manager, or the owner, who can only offer it.
        by: Actor,
        /// How.
        handing: Handing,
        /// What they said.
        words: String,
        /// What must still be true of the lead.
        premise: Premise,
    },
    /// The rep takes an answer of theirs back.
    Undo {
        /// The offer that they had answered.
        offer: OfferId,
        /// Who.
        by: RepId,
    },
    /// The owner says what comes next.
    NextStep {
        /// Who: the owner or a manager.
        by: Actor,
        /// What, and when.
        next: Planned,
    },
    /// The owner gives the lead back.
    Release {
        /// Who: the owner or a manager.
        by: Actor,
        /// Why.
        words: String,
    },
    /// A manager has a late lead offered to the next one.
    Reoffer {
        /// Who.
        by: RepId,
    },
    /// A manager wants to be told later.
    Snooze {
        /// Who.
        by: RepId,
        /// When.
        until: Timestamp,
    },
    /// A person sends a lead in review on by the rules.
    RouteOn {
        /// Who.
        by: Actor,
    },
    /// A rule was wrong: what it did is taken back.
    Reroute {
        /// Who.
        by: Actor,
        /// The rule that had caught it.
        rule: String,
    },
    /// The rep went away or left.
    RepGone {
        /// Who.
        rep: RepId,
        /// Why.
        why: Gone,
    },
    /// The rep would have taken the lead, after it had moved on.
    LateAccept {
        /// Which offer's button was pressed.
        offer: OfferId,
        /// Who pressed.
        by: RepId,
    },
    /// Who pressed late wants the turn back that the offer had cost.
    BackInLine {
        /// Which offer had cost it.
        offer: OfferId,
        /// Who.
        by: RepId,
    },
    /// The rep is back from an absence.
    RepBack {
        /// Who.
        rep: RepId,
    },
    /// Whoever owns it has left, and gives it up then.
    OwnerLeaves {
        /// Who.
        rep: RepId,
        /// When.
        at: Timestamp,
    },
    /// A chat can't be reached, and nobody knows for how long.
    ChatDown {
        /// Which.
        chat: Platform,
        /// Since when.
        since: Timestamp,
    },
    /// Something was down, and is back.
    Outage {
        /// What.
        of: Down,
        /// From.
        from: Timestamp,
        /// Until.
        until: Timestamp,
    },
}

impl Event {
    /// Who does it: a person, a program, or Baton and its clock.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::Accept { by, .. }
            | Self::Decline { by, .. }
            | Self::Claim { by }
            | Self::Undo { by, .. }
            | Self::LateAccept { by, .. }
            | Self::BackInLine { by, .. }
            | Self::Reoffer { by }
            | Self::Snooze { by, .. } => Actor::Rep(by.clone()),
            Self::Contacted { by, .. }
            | Self::Stage { by, .. }
            | Self::Close { by, .. }
            | Self::Assign { by, .. }
            | Self::NextStep { by, .. }
            | Self::Release { by, .. }
            | Self::RouteOn { by }
            | Self::Reroute { by, .. } => by.clone(),
            Self::Arrived { .. }
            | Self::Submitted(_)
            | Self::Did { .. }
            | Self::Due
            | Self::SomebodyFree
            | Self::Delivered { .. }
            | Self::Undeliverable { .. }
            | Self::NotShown { .. }
            | Self::RepGone { .. }
            | Self::RepBack { .. }
            | Self::OwnerLeaves { .. }
            | Self::ChatDown { .. }
            | Self::Outage { .. } => Actor::Baton,
        }
    }
}

/// What an owner plans to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What.
    pub what: String,
    /// When.
    pub at: Timestamp,
}

/// What somebody has sent of whom a lead is there already.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What it says.
    pub new: NewLead,
    /// Where it is kept whole.
    pub submission: SubmissionId,
    /// By which webhook.
    pub source: SourceId,
    /// Who brought it.
    pub by: Actor,
    /// By what they were known.
    pub known: Known,
}

/// What was down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Down {
    /// Baton itself.
    Baton,
    /// A chat.
    Chat(Platform),
}

/// Why a rep is no longer there for a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gone {
    /// `/away`, or an absence that begins.
    Away,
    /// The same over a business day: what they own without having tried to reach it goes on as well.
    AwayForLong {
        /// Who stands in.
        cover: Option<RepId>,
    },
    /// Taken out of the configuration.
    Removed,
}

/// To whom a person gives a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// To this person.
    Rep(RepId),
    /// To whoever of the team is next.
    Team(TeamId),
}

/// How a person gives a lead to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handing {
    /// They have it at once.
    Now,
    /// They are asked; whoever owns it does so until they accept.
    Offer,
}

/// What must still be true of a lead for a press to count: what the card showed that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Premise {
    /// Nothing.
    Any,
    /// A manager is to decide.
    InReview,
    /// Managers were told that it is late, and nobody has seen to it.
    Late,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// Baton itself: a rule or a clock.
    Baton,
    /// A person of the configuration.
    Rep(RepId),
    /// A program with an API token of this name.
    Api(String),
    /// The lead, by a submission through this source.
    Source(String),
}

impl Actor {
    /// As stored and sent: `baton`, a rep's id, `api:NAME`, `source:ID`.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Baton => "baton".to_owned(),
            Self::Rep(rep) => rep.to_string(),
            Self::Api(name) => format!("api:{name}"),
            Self::Source(id) => format!("source:{id}"),
        }
    }

    /// Whom [`word`](Self::word) means.
    #[must_use]
    pub fn by_word(word: &str) -> Self {
        match word.split_once(':') {
            Some(("api", name)) => Self::Api(name.to_owned()),
            Some(("source", id)) => Self::Source(id.to_owned()),
            Some(_) => Self::Rep(word.into()),
            None if word == "baton" => Self::Baton,
            None => Self::Rep(word.into()),
        }
    }
}

/// How somebody tried to reach a lead, and whether it worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactHow {
    /// Talked to the lead.
    Reached,
    /// The phone rang.
    NoAnswer,
    /// Left a message.
    Voicemail,
    /// Wrote.
    MailSent,
    /// Met, or agreed to.
    Meeting,
    /// The number is somebody else's.
    WrongNumber,
}

impl ContactHow {
    /// All, in the order shown.
    pub const ALL: [ContactHow; 6] = [
        Self::Reached,
        Self::NoAnswer,
        Self::Voicemail,
        Self::MailSent,
        Self::Meeting,
        Self::WrongNumber,
    ];

    /// What stands in the history behind an attempt that was in time, though it was told of too late.
    pub const IN_TIME: &str = " (in time, so the first contact was not late)";

    /// As stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::NoAnswer => "no_answer",
            Self::Voicemail => "voicemail",
            Self::MailSent => "mail_sent",
            Self::Meeting => "meeting",
            Self::WrongNumber => "wrong_number",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.word() == word)
    }

    /// The line of history that it makes.
    #[must_use]
    pub fn detail(self, note: &str) -> String {
        if note.is_empty() {
            return self.word().to_owned();
        }
        format!("{}: {note}", self.word())
    }

    /// Whether the lead was reached, not only tried.
    #[must_use]
    pub fn reached(self) -> bool {
        match self {
            Self::Reached | Self::Meeting => true,
            Self::NoAnswer | Self::Voicemail | Self::MailSent | Self::WrongNumber => false,
        }
    }
}

/// A person asked for what cannot be; said to them in plain words, never logged as an error.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The offer is over; the lead's state says who has it now.
    #[error("this offer is over")]
    OfferOver,
    /// There is no such offer.
    #[error("there is no such offer")]
    NoSuchOffer,
    /// The button belongs to somebody else.
    #[error("this offer was made to somebody else")]
    NotYours,
    /// They have it already.
    #[error("you have this lead already")]
    AlreadyYours,
    /// Nobody may take this lead by themselves now.
    #[error("this lead can't be taken now")]
    NotToBeTaken,
    /// Only the owner or a manager may do that.
    #[error("only the owner or a manager can do that")]
    NotOwner,
    /// It ended already.
    #[error("this lead is closed")]
    Closed,
    /// No such reason.
    #[error("there is no such reason")]
    NoSuchReason,
    /// Only who manages the team may give that reason.
    #[error("only a manager can give that reason")]
    ForManagers,
    /// They have as many open leads as somebody may who takes one from the queue.
    #[error("who takes one from the queue may have {most} open leads")]
    HoldsEnough {
        /// How many.
        most: u32,
    },
    /// They have given that reason as often as they may within a day.
    #[error("that reason was given {most} times in 24 hours already")]
    ReasonUsedUp {
        /// How often they may.
        most: u32,
    },
    /// They have declined as often as they may within a day.
    #[error("{most} leads were declined in 24 hours already")]
    DeclinesUsedUp {
        /// How often they may.
        most: u32,
    },
    /// No such rep.
    #[error("there is no such rep")]
    NoSuchRep,
    /// No such team.
    #[error("there is no such team")]
    NoSuchTeam,
    /// It can't be taken back any more.
    #[error("it is too late to take that back")]
    TooLate,
    /// They are back in line already, or may not be by this offer.
    #[error("this offer gives no turn back any more")]
    KeepsPlace,
    /// Whoever should be asked can't be asked now.
    #[error("nobody there can be asked now")]
    NobodyFree,
    /// The next step lies in the past or too far ahead.
    #[error("the time of a next step must lie in the coming year")]
    BadTime,
}
