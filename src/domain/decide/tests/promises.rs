//! What must hold of every lead, after every event of every story.

use super::*;
use crate::domain::{
    lead::{OfferKind, OfferState},
    plan::{PlannedStep, StepDone},
    world::RepNow,
};

impl Story {
    /// The ledger adds up to the balances.
    pub fn books_agree(&self) {
        for (team, turns) in &self.turns {
            for (rep, balance) in &turns.reps {
                let lines = self
                    .ledger
                    .iter()
                    .filter(|(of, entry)| of == team && entry.rep == *rep);
                let sum: f64 = lines.map(|(_, entry)| entry.amount).sum();
                let kept = balance.taken + balance.credit;
                assert!(
                    (sum - kept).abs() < 1e-6,
                    "{rep} of {team}: {sum} in the ledger, {kept} kept"
                );
            }
        }
    }

    /// What holds of a lead after every event.
    pub fn sound(&self, n: usize) {
        let lead = &self.leads[n];
        let live =
            |offer: &&Offer| offer.state == OfferState::Accepted && offer.released_at.is_none();
        let owners: Vec<&Offer> = lead.offers.iter().filter(live).collect();
        let asked: Vec<&Offer> = lead.asked().collect();
        let handed = lead.pending().filter(|offer| offer.is_hand_over()).count();
        assert!(
            handed <= owners.len(),
            "handed over by nobody: {}",
            sketch(lead)
        );
        match &lead.state {
            State::Owned { rep, offer } => {
                assert_eq!(owners.len(), 1, "one owner: {}", sketch(lead));
                assert_eq!((&owners[0].rep, &owners[0].id), (rep, offer));
            }
            State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => {
                assert_eq!(owners.len(), 0, "no owner: {}", sketch(lead));
            }
        }
        match &lead.state {
            State::Offered { offer } => {
                assert_eq!(asked.len(), 1, "one is asked: {}", sketch(lead));
                assert_eq!((&asked[0].id, asked[0].kind), (offer, OfferKind::Push));
            }
            State::Pooled { .. } => {
                assert!(!asked.is_empty(), "a pool without people: {}", sketch(lead));
            }
            State::Pending => panic!("left pending: {}", sketch(lead)),
            State::Queued { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => {
                assert_eq!(asked.len(), 0, "nobody is asked: {}", sketch(lead));
            }
        }
        let mut reps: Vec<&RepId> = asked.iter().map(|offer| &offer.rep).collect();
        reps.dedup();
        assert_eq!(
            reps.len(),
            asked.len(),
            "asked twice at once: {}",
            sketch(lead)
        );
        for offer in &lead.offers {
            assert_eq!(offer.is_pending(), offer.decided_at.is_none(), "{offer:?}");
            assert!(
                !offer.is_pending() || offer.epoch == lead.epoch,
                "of another epoch: {offer:?}"
            );
            assert!(
                !offer.is_pending()
                    || offer.is_hand_over() && offer.until.is_some()
                    || offer.until == lead.moves_on_at(),
                "{offer:?}"
            );
        }
        if lead.runs_a_clock() {
            assert!(
                lead.plan
                    .as_ref()
                    .is_none_or(|plan| plan.epoch == lead.epoch),
                "an old plan: {}",
                sketch(lead)
            );
            let unseen = asked.iter().any(|offer| offer.delivered_at.is_none());
            let blocked = unseen || lead.owner_is_held();
            let open = lead.steps().iter().any(|step| step.done == StepDone::Open);
            assert!(
                lead.next_wake().is_some() || blocked && open || !open && !lead.is_used_up(),
                "left lying: {}",
                sketch(lead)
            );
        } else {
            let undo = lead.undo.as_ref().map(|undo| undo.until);
            assert_eq!(lead.next_wake(), undo, "a clock runs on: {}", sketch(lead));
        }
    }

    /// What holds of the people who have just been asked.
    pub(super) fn asked_rightly(&self, n: usize, before: &Lead, seen: &BTreeMap<RepId, RepNow>) {
        let lead = &self.leads[n];
        for offer in lead
            .offers
            .iter()
            .filter(|offer| before.offer(&offer.id).is_none())
        {
            // Whom a person asks is for that person to judge.
            if offer.kind == OfferKind::Given || offer.given.is_some() {
                continue;
            }
            let rep = &self.company.policy.reps[&offer.rep];
            assert_eq!(
                seen[&offer.rep].unfit(rep, self.now),
                None,
                "unfit: {offer:?}"
            );
            let before_it = lead.offers.iter().take_while(|one| one.id != offer.id);
            let had = |one: &&Offer| one.rep == offer.rep && one.counts_as_had();
            let earlier: Vec<&Offer> = before_it.filter(had).collect();
            assert!(
                earlier
                    .iter()
                    .all(|one| one.epoch < lead.epoch && one.state != OfferState::Declined),
                "asked again: {}",
                sketch(lead)
            );
        }
    }

    /// An offer that nobody has seen does not expire: only a step that gives the lead to somebody
    /// ends it for want of an answer. A pool moves on once somebody in it has seen it.
    pub(super) fn unseen_offers_stay(&self, n: usize, before: &Lead) {
        let lead = &self.leads[n];
        let is_new = |offer: &Offer| before.offer(&offer.id).is_none();
        let given = |offer: &&Offer| offer.kind == OfferKind::Given && is_new(offer);
        // What the chat has refused to show somebody of a pool waits no longer either.
        let seen = |offer: &Offer| offer.delivered_at.is_some() || offer.not_shown.is_some();
        let seen = before.pending().any(seen);
        if seen || lead.offers.iter().any(|offer| given(&offer)) {
            return;
        }
        for was in before.pending() {
            let is = lead.offer(&was.id).unwrap();
            let moved_on = is
                .reason
                .as_ref()
                .is_some_and(|reason| reason.id == "moved on");
            assert!(
                is.state != OfferState::Expired && !moved_on,
                "expired unseen: {}",
                sketch(lead)
            );
        }
    }

    /// What the facts of one event say is so.
    pub(super) fn facts_are_true(&self, n: usize, effects: &[Effect]) {
        let of = |kind: FactKind| {
            effects.iter().filter_map(move |effect| match effect {
                Effect::Fact(fact) if fact.event == kind => Some(fact),
                _ => None,
            })
        };
        for fact in of(FactKind::Owned) {
            assert_eq!(self.leads[n].owner(), fact.rep.as_ref());
        }
        for fact in of(FactKind::Offered) {
            let offer = self.leads[n].offer(fact.offer.as_ref().unwrap()).unwrap();
            assert_eq!(Some(&offer.rep), fact.rep.as_ref());
        }
    }

    /// A lead that waits for no moment is one that nobody could take.
    pub fn nobody_waits_in_vain(&mut self) {
        for n in 0..self.leads.len() {
            let lead = &self.leads[n];
            let for_no_moment = matches!(
                &lead.state,
                State::Queued { waiting: Some(waiting), .. } if waiting.again_at.is_none()
            );
            if for_no_moment {
                self.decide(n, Event::SomebodyFree)
                    .expect("free room offends nobody");
                let lead = &self.leads[n];
                assert!(lead.is_waiting(), "waited in vain: {}", sketch(lead));
            }
        }
    }
}

/// A lead in a few lines: what a broken promise is understood by.
pub(super) fn sketch(lead: &Lead) -> String {
    let offer = |offer: &Offer| {
        format!(
            "\n  {} {:?} {:?} of epoch {}, {:?}, offered {}, delivered {:?}, until {:?}",
            offer.rep,
            offer.kind,
            offer.state,
            offer.epoch,
            offer.level,
            offer.offered_at,
            offer.delivered_at,
            offer.until
        )
    };
    let step = |step: &PlannedStep| format!("\n  {} {:?} {:?}", step.at, step.action, step.done);
    let offers: String = lead.offers.iter().map(offer).collect();
    let steps: String = lead.steps().iter().map(step).collect();
    let (number, epoch, state) = (lead.number, lead.epoch, &lead.state);
    format!("lead {number} of epoch {epoch}: {state:?}{offers}{steps}")
}
