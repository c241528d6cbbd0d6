//! What is added up beside the counts: why offers were declined, which choices of a rule people put aside, and how
//! much was put before whom.

use serde::{Deserialize, Serialize};

use crate::domain::{
    id::{RepId, TeamId},
    score::Intent,
};

/// Something to add up, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sum {
    /// An offer was declined.
    Declined(Why),
    /// Somebody gave the lead to somebody else than its rule had chosen.
    Overridden(Why),
    /// A lead was put before somebody in a team.
    Given(Portion),
}

/// Whom it is about, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// Of this team; of an override the one that had it before.
    pub team: Option<TeamId>,
    /// This rep; of an override whoever had it before.
    pub rep: Option<RepId>,
    /// Of a decline its reason; of an override the team that got it, `""` when it was given back.
    pub reason: String,
}

/// What was put before whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Portion {
    /// In whose turn.
    pub team: TeamId,
    /// Before whom.
    pub rep: RepId,
    /// How much the lead wants to talk.
    pub intent: Intent,
    /// Whether it came outside of their hours, or of the clock's.
    pub after_hours: bool,
    /// What the deal may be worth, if that was said.
    pub worth: Option<f64>,
    /// In which money.
    pub currency: String,
}
