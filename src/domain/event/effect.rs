//! What follows from an event, beside the lead's new state.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Actor, CardRef, Ended, Measure, Say, Sum};
use crate::domain::{
    id::{OfferId, RepId, TeamId},
    lead::TrialCount,
    strategy::{Entry, Turns},
};

impl FactKind {
    /// What stands in the history before what was changed of a person elsewhere, who has not written again.
    pub const CHANGED: &str = "changed: ";
    /// What stands there when somebody wants no more mailings.
    pub const UNSUBSCRIBED: &str = "unsubscribed";
    /// What stands there when somebody's vendor has deleted them.
    pub const DELETED: &str = "deleted where it came from";
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
        turns: Turns,
    },
    /// Something that managers count.
    Count(Measure),
    /// Something that was counted and was taken back.
    Uncount(Measure),
    /// Something that is counted of an experiment's lead.
    Tried {
        /// What.
        what: TrialCount,
        /// How long it took, if that counts.
        took: Option<SignedDuration>,
    },
    /// Something that is added up.
    Sum {
        /// What.
        sum: Sum,
        /// It was added before, and is taken out again.
        back: bool,
    },
    /// It ended, in a way that is added up.
    Ended(Ended),
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
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
