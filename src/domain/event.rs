//! What can happen to a lead, and what follows from it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    id::{OfferId, RepId, SlaId, TeamId},
    lead::Outcome,
    strategy::Entry,
    submission::NewLead,
};

/// Something that happens to a lead. Webhook, button, command, timer and API all become one of these.
#[derive(Clone, Debug)]
pub enum Event {
    /// It has come in, or can be offered only now.
    Arrived,
    /// Another submission speaks of the same person.
    Submitted {
        /// What it says.
        new: Box<NewLead>,
    },
    /// Its `wake_at` has come.
    Due,
    /// Somebody may have become free; only of interest to a lead that waits.
    SomebodyFree,
    /// The chat has shown an offer's card.
    Delivered {
        /// Which.
        offer: OfferId,
    },
    /// The chat will not show an offer's card.
    Undeliverable {
        /// Which.
        offer: OfferId,
        /// In the chat's words.
        why: String,
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
        /// What they wrote.
        note: String,
    },
    /// The owner, or a manager, ends it.
    Close {
        /// Who.
        by: Actor,
        /// How.
        ending: Ending,
        /// What they wrote.
        note: String,
    },
    /// A person gives the lead to a rep.
    Assign {
        /// To whom.
        to: RepId,
        /// Who gives.
        by: Actor,
    },
    /// A person sends a lead in review on by the rules.
    RouteOn {
        /// Who.
        by: Actor,
    },
    /// The rep went away or left.
    RepGone {
        /// Who.
        rep: RepId,
        /// Why.
        why: Gone,
    },
    /// Baton was down.
    Outage {
        /// From.
        from: Timestamp,
        /// Until.
        until: Timestamp,
    },
}

/// Why a rep is no longer there for a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// `/away`, or an absence that begins.
    Away,
    /// Taken out of the configuration.
    Removed,
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
}

/// How somebody tried to reach a lead, and whether it worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

    /// Whether the lead was reached, not only tried.
    #[must_use]
    pub fn reached(self) -> bool {
        match self {
            Self::Reached | Self::Meeting => true,
            Self::NoAnswer | Self::Voicemail | Self::MailSent | Self::WrongNumber => false,
        }
    }
}

/// How an owner ends a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Bought.
    Won,
    /// Did not.
    Lost,
    /// Nobody should spend time on it.
    Disqualified,
    /// Not yet: back to marketing.
    Nurture,
    /// Was there already.
    Duplicate,
}

impl Ending {
    /// All, in the order shown.
    pub const ALL: [Ending; 5] = [
        Self::Won,
        Self::Lost,
        Self::Disqualified,
        Self::Nurture,
        Self::Duplicate,
    ];

    /// As stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Disqualified => "disqualified",
            Self::Nurture => "nurture",
            Self::Duplicate => "duplicate",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.word() == word)
    }

    /// The outcome of a closed lead; absent for endings that leave it in another state.
    #[must_use]
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Won => Some(Outcome::Won),
            Self::Lost => Some(Outcome::Lost),
            Self::Duplicate => Some(Outcome::Duplicate),
            Self::Disqualified | Self::Nurture => None,
        }
    }
}

/// What follows from an event, beside the lead's new state. Written in the same transaction.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A line of history.
    Fact(Fact),
    /// A card must show the present state.
    Show(CardRef),
    /// Somebody is told something, once.
    Say(Say),
    /// A line in a team's ledger; the balance goes with it.
    Turn {
        /// Whose.
        team: TeamId,
        /// The line.
        entry: Entry,
    },
    /// A team's round moved on.
    Round {
        /// Whose.
        team: TeamId,
        /// The new balances.
        turns: super::strategy::Turns,
    },
    /// Something that managers count.
    Count(Measure),
    /// The chat does not deliver to this rep.
    Unreachable {
        /// Who.
        rep: RepId,
        /// In the chat's words.
        why: String,
    },
}

/// A line of a lead's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// What happened.
    pub event: FactKind,
    /// Who did it.
    pub actor: Actor,
    /// Whom it is about.
    pub rep: Option<RepId>,
    /// Which offer.
    pub offer: Option<OfferId>,
    /// In words, without personal data of the lead.
    pub detail: String,
}

macro_rules! fact_kinds {
    ($($(#[$doc:meta])* $variant:ident $word:literal,)*) => {
        /// What can stand in a timeline: one vocabulary for history, API and outgoing webhooks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum FactKind {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl FactKind {
            /// As stored and sent.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The one with this word.
            #[must_use]
            pub fn by_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

fact_kinds! {
    /// The first submission made it.
    Created "created",
    /// Another submission joined it.
    Merged "merged",
    /// A rule decided where it goes.
    Routed "routed",
    /// It was put in front of a rep.
    Offered "offered",
    /// The rep's chat has the card.
    Delivered "delivered",
    /// The rep was reminded.
    Reminded "reminded",
    /// The rep did not want it.
    Declined "declined",
    /// The rep did not answer.
    Expired "expired",
    /// An offer was taken away.
    Withdrawn "withdrawn",
    /// A step of the escalation was taken.
    Escalated "escalated",
    /// It was given without asking.
    Assigned "assigned",
    /// It has an owner.
    Owned "owned",
    /// A colleague took it over.
    HandedOver "handed_over",
    /// Somebody tried to reach it.
    Attempted "attempted",
    /// It was reached.
    Contacted "contacted",
    /// Its stage changed.
    Staged "staged",
    /// It went to marketing.
    Nurtured "nurtured",
    /// A manager is to decide, or has decided.
    Reviewed "reviewed",
    /// It ended.
    Closed "closed",
    /// It came back to life.
    Reopened "reopened",
    /// The person was erased.
    Erased "erased",
}

/// A card somewhere in a chat.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "card", rename_all = "lowercase")]
pub enum CardRef {
    /// A rep's card of an offer.
    Offer {
        /// Which.
        offer: OfferId,
        /// Whose direct messages it is in.
        rep: RepId,
    },
    /// A pool's card in the team's channel.
    Pool {
        /// Whose channel.
        team: TeamId,
        /// The lead's epoch.
        epoch: u32,
    },
    /// A manager's card of a lead in review.
    Review {
        /// The manager.
        rep: RepId,
        /// The lead's epoch.
        epoch: u32,
    },
}

/// A notice: sent once, in the words of the moment at which it is sent, and not at all if it is no
/// longer true then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Say {
    /// To whom.
    pub to: Audible,
    /// Makes it unique for this lead.
    pub key: String,
    /// Notices with the same cause to the same people become one message; absent: never.
    pub cause: Option<String>,
    /// What.
    pub notice: Notice,
}

/// Somebody who can be told something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audible {
    /// A person, in direct messages.
    Rep(RepId),
    /// A team's channel.
    Channel(TeamId),
}

/// What somebody is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// You have an offer that waits.
    AnswerDue {
        /// Which.
        offer: OfferId,
    },
    /// You own a lead that nobody has tried to reach.
    ContactDue {
        /// By which offer they own it.
        offer: OfferId,
    },
    /// A lead was not taken, or not tried, in time.
    Late {
        /// Whose.
        team: Option<TeamId>,
        /// The clock that says so.
        sla: Option<SlaId>,
        /// The lead's epoch.
        epoch: u32,
    },
    /// Nobody can take leads of this team now.
    NobodyFree {
        /// Whose.
        team: TeamId,
        /// In words: everybody's reason.
        why: String,
    },
    /// The chat does not deliver to this rep.
    CannotReach {
        /// Whom.
        rep: RepId,
        /// In the chat's words.
        why: String,
    },
    /// Your lead wrote again.
    WroteAgain {
        /// By which offer they have it.
        offer: OfferId,
        /// What is new, field by field.
        what: Vec<String>,
    },
}

/// Something that managers count; one each time.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// In whose numbers.
    pub team: Option<TeamId>,
    /// In whose numbers.
    pub rep: Option<RepId>,
    /// What.
    pub what: MeasureKind,
    /// How long, for those that are a time.
    pub took: Option<SignedDuration>,
}

macro_rules! measures {
    ($($(#[$doc:meta])* $variant:ident $word:literal,)*) => {
        /// What is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum MeasureKind {
            $($(#[$doc])* $variant,)*
        }

        impl MeasureKind {
            /// As stored.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The one with this word.
            #[must_use]
            pub fn by_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

measures! {
    /// A lead came in.
    Arrived "arrived",
    /// An offer was made.
    Offered "offered",
    /// An offer was accepted; `took` from its delivery.
    Accepted "accepted",
    /// An offer was declined.
    Declined "declined",
    /// An offer expired.
    Expired "expired",
    /// An offer was taken away.
    Withdrawn "withdrawn",
    /// A step of an escalation was taken.
    Escalated "escalated",
    /// A lead was given without asking.
    Assigned "assigned",
    /// First attempt; `took` from the lead's arrival: speed to lead.
    Contacted "contacted",
    /// Accepted in time.
    AcknowledgeKept "acknowledge_kept",
    /// Not accepted in time.
    AcknowledgeMissed "acknowledge_missed",
    /// Tried in time.
    ContactKept "contact_kept",
    /// Not tried in time.
    ContactMissed "contact_missed",
    /// Ended as won.
    Won "won",
    /// Ended otherwise.
    Lost "lost",
    /// Another submission joined a lead.
    Duplicate "duplicate",
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
    /// No such rep.
    #[error("there is no such rep")]
    NoSuchRep,
}
