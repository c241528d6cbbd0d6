//! What an experiment counts of its leads: each lead once, and to the end, whatever way it goes later.

use super::Case;
use crate::domain::{
    event::Effect,
    lead::{Outcome, State, TrialCount},
};

impl Case<'_, '_> {
    /// Counts what has become of a lead that is in an experiment.
    pub(super) fn count_trial(&mut self) {
        let Some(trial) = self.lead.trial.clone().filter(|_| !self.lead.test) else {
            return;
        };
        let clock = &self.lead.clock;
        let attempts = [clock.attempted_before_at, clock.attempted_at];
        let first = attempts.into_iter().flatten().find(|at| *at >= trial.since);
        let won = matches!(
            self.lead.state,
            State::Closed {
                outcome: Outcome::Won,
                ..
            }
        );
        let took = |at| trial.since.duration_until(at);
        let seen = [
            (TrialCount::Entered, true, None),
            (TrialCount::Contacted, first.is_some(), first.map(took)),
            (TrialCount::Won, won, None),
        ];
        for (what, is, took) in seen {
            let counted = self.lead.trial.as_mut().map(|trial| &mut trial.counted);
            if is && counted.is_some_and(|counted| counted.insert(what)) {
                self.effects.push(Effect::Tried { what, took });
            }
        }
    }
}
