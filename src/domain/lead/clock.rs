//! What the SLA's clock has seen of a lead.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::event::Measure;

/// What the SLA's clock has seen of a lead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// First accept.
    pub acknowledged_at: Option<Timestamp>,
    /// First attempt to reach the lead.
    pub attempted_at: Option<Timestamp>,
    /// First time the lead was reached.
    pub contacted_at: Option<Timestamp>,
    /// Targets that were missed, those of earlier plans too.
    pub breached: Vec<Breach>,
}

impl Clock {
    /// Whether this target of the plan of `epoch` was missed.
    #[must_use]
    pub fn has_breached(&self, what: Promise, epoch: u32) -> bool {
        self.breached
            .iter()
            .any(|breach| breach.what == what && breach.epoch == epoch)
    }
}

/// A target of the SLA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Promise {
    /// Accepted in time.
    Acknowledge,
    /// Attempted in time.
    Contact,
}

/// A missed target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// Which.
    pub what: Promise,
    /// Whose doing.
    pub cause: Cause,
    /// The lead's epoch, and so the plan, whose target it was.
    #[serde(default)]
    pub epoch: u32,
    /// In whose numbers it stands, to take it out again; absent: in nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Measure>,
}

/// Whose doing a breach was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// A rep had it.
    Rep,
    /// Nobody could take it.
    Capacity,
    /// Baton was down.
    Baton,
    /// The chat did not deliver.
    Chat,
}
