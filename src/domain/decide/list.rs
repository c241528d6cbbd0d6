//! Leads out of a list that was brought in at once: nobody gets a hundred thousand cards.

use super::Case;
use crate::domain::{
    event::{Actor, FactKind},
    lead::State,
    policy::Target,
    submission::ImportTo,
};

/// Under what a list is nurtured that goes there as a whole.
const NURTURED: &str = "import";

impl Case<'_, '_> {
    /// Puts a lead where its list is to go. In a queue no clock runs yet, since nobody has been asked.
    pub(super) fn put_with_list(&mut self, to: ImportTo) {
        match to {
            ImportTo::Route => self.place(),
            ImportTo::Nurture => self.nurture(NURTURED.to_owned()),
            ImportTo::Queue => self.queue_with_list(),
        }
    }

    /// Where the rules would ask somebody it waits to be pulled; where they would not, they hold.
    fn queue_with_list(&mut self) {
        let rule = self.lead.routing.as_ref().and_then(|it| it.rule.as_ref());
        let detail = rule.map_or_else(|| "no rule held".to_owned(), |it| format!("rule {it}"));
        self.fact(FactKind::Routed, Actor::Baton, None, None, detail);
        let targets = self.targets();
        match targets.first() {
            Some(aside @ (Target::Nurture(_) | Target::Disqualify(_))) => {
                self.try_target(0, aside);
            }
            Some(
                Target::Team(_)
                | Target::Pool { .. }
                | Target::Queue { .. }
                | Target::Review(_)
                | Target::Rep(_)
                | Target::AccountOwner
                | Target::PreviousOwner,
            )
            | None => {
                let team = self.team_or_first().map(|team| team.id.clone());
                let waiting = None;
                self.lead.state = State::Queued { team, waiting };
            }
        }
    }

    /// Its clock starts with whoever takes it, and who takes it has answered by that: it counts for no target.
    pub(super) fn start_clock_of_list(&mut self) {
        if self.lead.imported.is_some() && self.lead.plan.is_none() {
            self.begin_plan();
            self.lead.clock.acknowledged_at = Some(self.now);
        }
    }
}
