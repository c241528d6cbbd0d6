//! Taking back what a wrong rule did: the lead goes by the rules in force as if it had just come, and nobody pays for
//! it with a turn.

use super::Case;
use crate::domain::{
    event::{Actor, Audible, FactKind, Notice, Refusal, Say},
    id::OfferId,
    lead::{Offer, OfferKind, OfferState, State},
    policy::Turn,
    strategy::{Entry, EntryWhy},
};

/// The reason of an offer that a wrong rule had made.
pub(super) const REROUTED: &str = "rerouted";

impl Case<'_, '_> {
    /// Nothing is taken back of a lead that somebody has tried to reach, or that a person has ended.
    pub(super) fn reroute(&mut self, by: &Actor, rule: &str) -> Result<(), Refusal> {
        if self.lead.clock.attempted_at.is_some() {
            return Err(Refusal::TooLate);
        }
        if !self.lead.is_routed_by_rule() {
            return Err(Refusal::Closed);
        }
        if !self.may_direct(by) {
            return Err(Refusal::NotOwner);
        }
        let epoch = self.lead.epoch;
        let made = self.lead.offers.iter().filter(|it| it.epoch == epoch);
        let made: Vec<Offer> = made.cloned().collect();
        let asked = made.iter().filter(|it| it.is_pending());
        let asked = asked.filter(|it| it.kind == OfferKind::Push);
        let asked: Vec<OfferId> = asked.map(|it| it.id.clone()).collect();
        self.fact(
            FactKind::Withdrawn,
            by.clone(),
            None,
            None,
            format!("taken back: the rule {rule} was wrong"),
        );
        for offer in made.iter().filter(|it| !it.is_pending()) {
            self.give_turn_back(offer);
        }
        self.withdraw_pending(None, REROUTED);
        for offer in asked {
            self.tell_rerouted(&offer, rule);
        }
        if let State::Owned { offer, .. } = self.lead.state.clone() {
            self.tell_rerouted(&offer, rule);
        }
        self.release_owner();
        self.lead.state = State::Pending;
        self.place();
        Ok(())
    }

    /// What an answered offer cost comes back, if it cost anything.
    fn give_turn_back(&mut self, offer: &Offer) {
        let team = offer.team.as_ref();
        let rule = team.and_then(|team| self.policy().team(team));
        let declined = || {
            let reason = self.policy().decline(&offer.reason.as_ref()?.id)?;
            reason.turn
        };
        let cost = match (offer.kind, offer.state) {
            (OfferKind::Push | OfferKind::Pool, OfferState::Accepted) => true,
            (OfferKind::Push, OfferState::Expired) => {
                rule.is_some_and(|team| team.turns.expired == Turn::Spent)
            }
            (OfferKind::Push, OfferState::Declined) => {
                let usual = rule.map(|team| team.turns.declined);
                declined().or(usual).unwrap_or_default() == Turn::Spent
            }
            (OfferKind::Push, OfferState::Pending | OfferState::Withdrawn)
            | (
                OfferKind::Pool,
                OfferState::Pending
                | OfferState::Declined
                | OfferState::Expired
                | OfferState::Withdrawn,
            )
            | (OfferKind::Given | OfferKind::HandOver, _) => false,
        };
        if let Some(team) = team.filter(|_| cost) {
            let entry = Entry {
                rep: offer.rep.clone(),
                why: EntryWhy::Withdrawn,
                amount: -1.0,
                offer: Some(offer.id.clone()),
            };
            self.post_in_team(&team.clone(), entry);
        }
    }

    /// Whoever had it, or was to answer, hears why it is gone; of many leads in one message.
    fn tell_rerouted(&mut self, offer: &OfferId, rule: &str) {
        let Some(rep) = self.lead.offer(offer).map(|offer| offer.rep.clone()) else {
            return;
        };
        if !self.policy().reps.contains_key(&rep) {
            return;
        }
        self.say(Say {
            to: Audible::Rep(rep),
            key: format!("rerouted:{offer}"),
            cause: Some(format!("rerouted:{rule}")),
            notice: Notice::Rerouted {
                rule: rule.to_owned(),
            },
        });
    }
}
