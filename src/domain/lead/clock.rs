//! What the SLA's clock has seen of a lead.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::event::Measure;

/// What the SLA's clock has seen of a lead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// First accept under the present plan.
    pub acknowledged_at: Option<Timestamp>,
    /// First attempt to reach the lead under the present plan.
    pub attempted_at: Option<Timestamp>,
    /// The last of several attempts under the present plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempted_last_at: Option<Timestamp>,
    /// First time the lead was reached under the present plan.
    pub contacted_at: Option<Timestamp>,
    /// First attempt since the lead came, if it was under an earlier plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempted_before_at: Option<Timestamp>,
    /// Targets that were missed, those of earlier plans too.
    pub breached: Vec<Breach>,
}

impl Clock {
    /// A new plan begins: what an earlier owner did is no answer to it.
    pub fn start_over(&mut self) {
        *self = Self {
            attempted_before_at: self.attempted_before_at.or(self.attempted_at),
            breached: std::mem::take(&mut self.breached),
            ..Self::default()
        };
    }

    /// When somebody last tried to reach the lead, or did, under the present plan.
    #[must_use]
    pub fn tried_at(&self) -> Option<Timestamp> {
        self.attempted_last_at.or(self.attempted_at)
    }

    /// Somebody tried at this time: told of now, whenever it was.
    pub fn note_attempt(&mut self, at: Timestamp) {
        if let Some(before) = self.tried_at() {
            self.attempted_last_at = Some(before.max(at));
        } else {
            self.attempted_at = Some(at);
        }
    }

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
