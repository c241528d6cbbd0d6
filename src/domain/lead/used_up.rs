//! The end of an escalation: every step is taken, and nobody has the lead.

use jiff::Timestamp;

use super::Lead;
use crate::domain::plan::{Ladder, StepDone};

impl Lead {
    /// Whether all steps of its escalation are behind it while nobody owns it. Without steps nobody has promised
    /// anything.
    #[must_use]
    pub fn is_used_up(&self) -> bool {
        let steps = self.steps();
        self.ladder() == Some(Ladder::Escalation)
            && !steps.is_empty()
            && steps.iter().all(|step| step.done != StepDone::Open)
    }

    /// When its managers hear of it again, if it is used up.
    #[must_use]
    pub fn told_again_at(&self) -> Option<Timestamp> {
        self.plan.as_ref().filter(|_| self.is_used_up())?.again_at
    }
}
