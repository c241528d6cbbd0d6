//! Who may take a lead now, and who of them is next.

use std::collections::BTreeSet;

use super::{Case, placed::passed};
use crate::domain::{
    id::{RepId, TeamId},
    lead::{Candidate, OfferState, Routing},
    policy::{Rep, Strategy, Team, TurnRule},
    strategy::Present,
    world::{RepNow, Unfit, a_span},
};

/// So many unanswered offers somebody has who gets another one of the leads that wait, at most.
const OF_THE_BACKLOG: u32 = 5;

/// People who may be asked together, and in whose line it counts.
#[derive(Clone, Debug)]
pub(super) struct Group<'p> {
    pub reps: Vec<RepId>,
    pub team: Option<&'p Team>,
}

/// Somebody of a group with the verdict.
pub(super) struct Considered<'p> {
    pub rep: &'p Rep,
    pub unfit: Option<Unfit>,
}

impl<'w> Case<'_, 'w> {
    /// Somebody in line, by their weight of now.
    pub(super) fn present<'r>(&self, rep: &'r Rep) -> Present<'r> {
        Present {
            rep: &rep.id,
            weight: rep.weight_at(self.now),
        }
    }

    /// Whom the team's wishes and its strategy choose.
    pub(super) fn choose(
        &mut self,
        group: &Group<'w>,
        strategy: Strategy,
        fit: &[&Rep],
        present: &[Present<'_>],
    ) -> RepId {
        let lot = self.lead.number.unsigned_abs();
        let team = group
            .team
            .map_or_else(|| TeamId::from(""), |team| team.id.clone());
        let rule = group.team.map_or_else(TurnRule::default, |team| team.turns);
        self.settle(&team, present, rule.absence);
        let last = self.first_by(strategy, group.team, fit);
        let in_line: Vec<Present<'_>> = last.iter().map(|rep| self.present(rep)).collect();
        let next = self
            .turns
            .get(&team)
            .and_then(|turns| turns.next(&in_line, lot))
            .cloned();
        next.unwrap_or_else(|| last[0].id.clone())
    }

    /// Open leads against capacity; without a capacity, their plain number.
    pub(super) fn load_of(&self, rep: &Rep) -> f64 {
        let open = self.world.reps.get(&rep.id).map_or(0, |person| person.open);
        f64::from(open) / f64::from(rep.capacity.unwrap_or(1).max(1))
    }

    /// Everybody of a group with what speaks against them.
    pub(super) fn consider(&self, group: &Group<'w>) -> Vec<Considered<'w>> {
        let mut considered: Vec<Considered<'w>> = group
            .reps
            .iter()
            .filter_map(|id| self.policy().reps.get(id))
            .map(|rep| Considered {
                rep,
                unfit: self.unfit(rep, group.team),
            })
            .collect();
        let had = |one: &Considered<'_>| {
            matches!(
                one.unfit,
                Some(Unfit::HadIt | Unfit::OwnsIt | Unfit::Inactive | Unfit::Unknown)
            )
        };
        if considered.iter().all(had) {
            self.allow_a_second_round(&mut considered, group.team);
        }
        considered
    }

    pub(super) fn unfit(&self, rep: &Rep, team: Option<&Team>) -> Option<Unfit> {
        let Some(person) = self.world.reps.get(&rep.id) else {
            return Some(Unfit::Unknown);
        };
        if self.lead.owner() == Some(&rep.id) {
            return Some(Unfit::OwnsIt);
        }
        if self.unreachable.as_ref() == Some(&rep.id) {
            return Some(Unfit::Unreachable);
        }
        if self
            .lead
            .offers
            .iter()
            .any(|offer| offer.rep == rep.id && offer.counts_as_had())
        {
            return Some(Unfit::HadIt);
        }
        person
            .unfit(rep, self.now)
            .or_else(|| self.enough_for_now(person))
            .or_else(|| self.mismatch(rep, team))
    }

    /// Nobody gets more than so many of those that wait before they have answered: a shift would begin with all of them
    /// at once, and most would go unanswered. The next follow as these are answered.
    fn enough_for_now(&self, person: &RepNow) -> Option<Unfit> {
        let enough = self.before.is_waiting() && person.pending >= OF_THE_BACKLOG;
        enough.then_some(Unfit::Pending(OF_THE_BACKLOG))
    }

    pub(super) fn mismatch(&self, rep: &Rep, team: Option<&Team>) -> Option<Unfit> {
        let condition = team?.filter.as_ref()?;
        let verdict = self
            .reader()
            .verdict(&self.lead, Some(condition), Some(rep));
        (!verdict.holds).then(|| Unfit::NotMatching(condition.words().to_owned()))
    }

    /// When everybody has had the lead in an earlier epoch they may be asked again, but for whoever
    /// just let it go.
    pub(super) fn allow_a_second_round(
        &self,
        considered: &mut [Considered<'w>],
        team: Option<&Team>,
    ) {
        for one in considered
            .iter_mut()
            .filter(|one| one.unfit == Some(Unfit::HadIt))
        {
            let had = || {
                self.lead
                    .offers
                    .iter()
                    .filter(|offer| offer.rep == one.rep.id && offer.counts_as_had())
            };
            let before = had()
                .all(|offer| offer.epoch < self.lead.epoch && offer.state != OfferState::Declined);
            let let_go = had()
                .any(|offer| offer.epoch + 1 == self.lead.epoch && offer.released_at.is_some());
            let person = self.world.reps.get(&one.rep.id);
            if before
                && !let_go
                && let Some(person) = person
            {
                one.unfit = person
                    .unfit(one.rep, self.now)
                    .or_else(|| self.mismatch(one.rep, team));
            }
        }
    }

    pub(super) fn remember(&mut self, considered: &[Considered<'w>]) {
        let candidates = considered.iter().map(|one| Candidate {
            rep: one.rep.id.clone(),
            eligible: one.unfit.is_none(),
            because: one
                .unfit
                .as_ref()
                .map_or_else(|| "free".to_owned(), because),
            openly: None,
            until: one.unfit.as_ref().and_then(Unfit::until),
            place: None,
            load: self.load_now(one.rep),
            passed: one.unfit.as_ref().map(passed),
        });
        let candidates: Vec<Candidate> = candidates.collect();
        let anew: BTreeSet<&RepId> = considered.iter().map(|one| &one.rep.id).collect();
        let routing = self.lead.routing.get_or_insert_with(Routing::default);
        routing.candidates.retain(|old| !anew.contains(&old.rep));
        routing.candidates.extend(candidates);
    }
}

/// Why not, in words that a manager reads and that name no lead.
fn because(unfit: &Unfit) -> String {
    match unfit {
        Unfit::Unknown => "is not known".to_owned(),
        Unfit::Inactive => "is not active".to_owned(),
        Unfit::Unreachable => "can't be reached in chat".to_owned(),
        Unfit::Away(_) => "is away".to_owned(),
        Unfit::Closed(_) => "is outside working hours".to_owned(),
        Unfit::Full { open, capacity } => format!("is at {open} of {capacity} leads"),
        Unfit::Pending(most) => format!("has {most} unanswered offers"),
        Unfit::Capped(span, most) => format!("has had {most} offers in {}", a_span(span)),
        Unfit::HadIt => "had it already".to_owned(),
        Unfit::NotMatching(condition) => format!("does not match: {condition}"),
        Unfit::OwnsIt => "owns it".to_owned(),
    }
}
