//! An answer that may be taken back for a moment: what the lead was before it, and what it counted for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Clock, Lasted, Lead, NextStep, Offer, Routing, State};
use crate::domain::{
    event::{Measure, Sum},
    id::{OfferId, RepId, TeamId},
    plan::Plan,
    score::Stage,
    strategy::Entry,
};

/// An answer that may be taken back, as long as nobody has acted on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undo {
    /// What was done.
    pub what: Undoable,
    /// Whose offer it was about; only they may take it back.
    pub by: RepId,
    /// The offer.
    pub offer: OfferId,
    /// Until when.
    pub until: Timestamp,
    /// What it added to the rep's numbers.
    pub counted: Vec<Measure>,
    /// What it added to the rep's turns.
    pub turns: Vec<(TeamId, Entry)>,
    /// What it added up.
    #[serde(default)]
    pub sums: Vec<Sum>,
    /// How the lead stood before it.
    pub before: Box<Before>,
}

/// What can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Undoable {
    /// An accept or a claim.
    Accept,
    /// A decline.
    Decline,
    /// An absence that passed the offer on.
    Away,
}

/// What an answer changes of a lead. What else is known of the lead stays as it has become.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// Who had it.
    pub state: State,
    /// How far it had come.
    pub stage: Stage,
    /// Its offers.
    pub offers: Vec<Offer>,
    /// Who was considered.
    pub routing: Option<Routing>,
    /// Its clock.
    pub plan: Option<Plan>,
    /// What the clock had seen.
    pub clock: Clock,
    /// How long the accept before took, and what of that was not the rep's time.
    #[serde(default)]
    pub accepted: (Option<Lasted>, Option<Lasted>),
    /// Who owned it earlier.
    pub previous_owner: Option<RepId>,
    /// What its owner planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<NextStep>,
}

impl Before {
    /// How `lead` stands.
    #[must_use]
    pub fn of(lead: &Lead) -> Self {
        Self {
            state: lead.state.clone(),
            stage: lead.stage,
            offers: lead.offers.clone(),
            routing: lead.routing.clone(),
            plan: lead.plan.clone(),
            clock: lead.clock.clone(),
            accepted: (lead.legs.accepted, lead.legs.lost),
            previous_owner: lead.previous_owner.clone(),
            next_step: lead.next_step.clone(),
        }
    }

    /// Gives the lead back what it was. Offers that came afterwards stay in the list, and what is known
    /// of deliveries and missed targets stays known.
    pub fn restore(self, lead: &mut Lead) {
        let Self {
            state,
            stage,
            offers,
            routing,
            plan,
            clock,
            accepted: (accepted, lost),
            previous_owner,
            next_step,
        } = self;
        for old in offers {
            if let Some(offer) = lead.offer_mut(&old.id) {
                let delivered_at = offer.delivered_at;
                *offer = old;
                offer.delivered_at = delivered_at;
            }
        }
        let breached = std::mem::take(&mut lead.clock.breached);
        lead.clock = Clock { breached, ..clock };
        lead.legs.accepted = accepted;
        lead.legs.lost = lost;
        lead.state = state;
        lead.stage = stage;
        lead.routing = routing;
        lead.plan = plan;
        lead.previous_owner = previous_owner;
        lead.next_step = next_step;
    }
}
