//! Taking back what a wrong rule did: the lead goes by the rules in force as if it had just come, and nobody pays for
//! it with a turn.

use super::Case;
use crate::domain::{
    event::{Actor, Audible, FactKind, Notice, Refusal, Say},
    id::OfferId,
    lead::{Offer, OfferKind, State},
    strategy::EntryWhy,
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

    /// What an answered offer cost comes back, if it cost anything. What a person gave is not the rule's doing.
    fn give_turn_back(&mut self, offer: &Offer) {
        match offer.kind {
            OfferKind::Push | OfferKind::Pool => self.turn_back(offer, EntryWhy::Withdrawn),
            OfferKind::Given | OfferKind::HandOver => {}
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
