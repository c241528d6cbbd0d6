//! A lead put in front of one rep, and what became of it.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Lasted;
use crate::domain::{
    event::{Actor, Measure},
    id::{OfferId, RepId, TeamId},
    policy::{Platform, Rung},
};

/// A lead put in front of one rep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Buttons carry it.
    pub id: OfferId,
    /// Who is asked.
    pub rep: RepId,
    /// In whose line it counts.
    pub team: Option<TeamId>,
    /// How it came about.
    pub kind: OfferKind,
    /// Where in the ladder it was made, so that the next one continues there.
    pub level: OfferLevel,
    /// The lead's epoch when it was made.
    pub epoch: u32,
    /// What became of it.
    pub state: OfferState,
    /// When it was decided.
    pub offered_at: Timestamp,
    /// When the rep's chat had it.
    pub delivered_at: Option<Timestamp>,
    /// Which chat that was.
    #[serde(default)]
    pub delivered_in: Platform,
    /// Before this moment no `reoffer` takes it away: delivery plus the plan's `at_least`, or, after
    /// an outage, what was left of it.
    pub not_before: Option<Timestamp>,
    /// When it moves on if nobody answers; shown on the card.
    pub until: Option<Timestamp>,
    /// When it was answered or taken away.
    pub decided_at: Option<Timestamp>,
    /// When an accepted one stopped being the owner's.
    pub released_at: Option<Timestamp>,
    /// Why it was declined or taken away.
    pub reason: Option<Reason>,
    /// Set when the rep would have taken it after it had moved on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<Late>,
    /// Who gave it by hand, and what they said; absent: the rules made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// Set where an account's owner is away: whoever stands in for them, or they themselves when they are back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<Behalf>,
    /// What Baton or the chat was down for meanwhile, in the clock's hours; `not_before` is that much later.
    pub lost: SignedDuration,
    /// Until when what Baton was down for is in `lost` already, so that it is given back once, however often it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_up_until: Option<Timestamp>,
    /// How much of that was the chat's doing.
    #[serde(default)]
    pub lost_to_chat: SignedDuration,
    /// What of all that came after its delivery, by the wall clock too: no time of the rep's.
    #[serde(default, skip_serializing_if = "Lasted::is_none")]
    pub not_theirs: Lasted,
    /// Since when the chat has been down: until it is back, no `reoffer` takes the offer away.
    #[serde(default)]
    pub held_since: Option<Timestamp>,
    /// Why the chat has not shown its card so far, though the chat itself can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_shown: Option<String>,
    /// Whether it counts as a turn of the rep's in the team's line; one given back does not.
    #[serde(default)]
    pub turn: bool,
    /// Whether the rep took it themselves: accepted or claimed it, and was not given it.
    #[serde(default)]
    pub taken: bool,
    /// In whose numbers it stands that nothing came of their accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hollow: Option<Measure>,
}

impl Offer {
    /// Whether it waits for an answer.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.state == OfferState::Pending
    }

    /// Whether it asks one person, out of turn or in turn: what limits of theirs count.
    #[must_use]
    pub fn asks_in_person(&self) -> bool {
        match self.kind {
            OfferKind::Push | OfferKind::Given => true,
            OfferKind::Pool | OfferKind::HandOver => false,
        }
    }

    /// Whether it asks somebody to take over what another one owns until then. No clock runs on it but
    /// its own.
    #[must_use]
    pub fn is_hand_over(&self) -> bool {
        match self.kind {
            OfferKind::HandOver => true,
            OfferKind::Push | OfferKind::Pool | OfferKind::Given => false,
        }
    }

    /// When it has had its time and a `reoffer` may take it away; before its delivery, an estimate.
    #[must_use]
    pub fn free_at(&self) -> Timestamp {
        self.not_before.unwrap_or(self.offered_at)
    }

    /// Whether the rep could answer, and so whether their time runs: not before they have seen it, and not
    /// while the chat is down.
    #[must_use]
    pub fn can_expire(&self) -> bool {
        self.delivered_at.is_some() && self.held_since.is_none()
    }

    /// Whether the rep has had this lead: asked in person, or said no. Who was away, or could not be
    /// reached, has not had it.
    #[must_use]
    pub fn counts_as_had(&self) -> bool {
        match (self.kind, self.state) {
            (OfferKind::Push | OfferKind::Given | OfferKind::HandOver, OfferState::Withdrawn) => {
                self.reason.as_ref().is_none_or(|reason| {
                    !matches!(
                        reason.id.as_str(),
                        "away" | "undeliverable" | "undone" | "rerouted" | "returned"
                    )
                })
            }
            (OfferKind::Push | OfferKind::Given | OfferKind::HandOver, _) => true,
            (OfferKind::Pool, OfferState::Declined | OfferState::Accepted) => true,
            (
                OfferKind::Pool,
                OfferState::Pending | OfferState::Expired | OfferState::Withdrawn,
            ) => false,
        }
    }
}

/// How an offer came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OfferKind {
    /// One rep is asked.
    Push,
    /// Several are asked, the first to claim gets it.
    Pool,
    /// Nobody was asked: a step or a person gave it, or the rep took it.
    Given,
    /// The owner, or a manager, asks a colleague to take it over.
    #[serde(rename = "hand_over")]
    HandOver,
}

/// On whose behalf somebody has a lead of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behalf {
    /// They stand in for the account's owner, who is away.
    StandsIn {
        /// The owner.
        owner: RepId,
        /// When the owner is looked for again; absent: when they say that they are back.
        until: Option<Timestamp>,
    },
    /// They are the account's owner, and back.
    Returned {
        /// Who stood in for them.
        from: RepId,
    },
}

/// An accept that came too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// When.
    pub at: Timestamp,
    /// Whether one press gives back the turn that the offer had cost.
    pub returns: bool,
}

/// A person who gave a lead to somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// Who.
    pub by: Actor,
    /// What they said, possibly nothing.
    pub words: String,
}

/// From which group of people an offer was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OfferLevel {
    /// The route's so-and-so-many-th target.
    Target(usize),
    /// A `reoffer` step.
    Rung(Rung),
    /// Outside the ladder.
    Hand,
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OfferState {
    /// Waits for an answer.
    Pending,
    /// The rep took it.
    Accepted,
    /// The rep did not want it.
    Declined,
    /// The rep did not answer.
    Expired,
    /// It was taken away.
    Withdrawn,
}

impl OfferState {
    /// As stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Why an offer ended: a reason's id, and what the rep wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// A `[[decline]]` id, or Baton's own: `away`, `undeliverable`, `claimed`, …
    pub id: String,
    /// Free text, possibly empty.
    pub note: String,
}

impl Reason {
    /// One of Baton's own.
    #[must_use]
    pub fn own(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            note: String::new(),
        }
    }
}
