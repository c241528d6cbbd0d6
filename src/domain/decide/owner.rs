//! What an owner or a manager does: log a contact, end a lead, give it to somebody.

use jiff::Timestamp;

use super::Case;
use crate::domain::{
    contact::{Field, FieldValue},
    event::{Actor, ContactHow, Deal, Ending, FactKind, MeasureKind, Refusal},
    id::RepId,
    lead::{OfferKind, OfferLevel, Promise, State},
    policy::{Role, Rung, Target},
    score::Stage,
    strategy::{Entry, EntryWhy},
};

impl Case<'_, '_> {
    pub(super) fn may_speak(&self, by: &Actor) -> bool {
        match by {
            Actor::Baton | Actor::Api(_) => true,
            Actor::Source(_) => false,
            Actor::Rep(rep) => self.lead.owner() == Some(rep) || self.manages(rep),
        }
    }

    pub(super) fn manages(&self, rep: &RepId) -> bool {
        let admin = self
            .policy()
            .reps
            .get(rep)
            .is_some_and(|rep| rep.role == Role::Admin);
        admin || self.team().is_some_and(|team| team.managers.contains(rep))
    }

    pub(super) fn contacted(
        &mut self,
        by: &Actor,
        how: ContactHow,
        at: Option<Timestamp>,
        note: &str,
    ) -> Result<(), Refusal> {
        if !self.may_speak(by) {
            return Err(Refusal::NotOwner);
        }
        if !self.lead.is_open() {
            return Err(Refusal::Closed);
        }
        let owner = self.lead.owner().cloned();
        self.lead.touched_at = self.now;
        // Nobody is tried before they came, or in time to come.
        let at = at.map_or(self.now, |at| at.max(self.lead.created_at).min(self.now));
        self.first_attempt(owner.as_ref(), at);
        let event = if how.reached() {
            FactKind::Contacted
        } else {
            FactKind::Attempted
        };
        if how.reached() && self.lead.clock.contacted_at.is_none() {
            self.lead.clock.contacted_at = Some(at);
        }
        self.fact(event, by.clone(), owner.as_ref(), None, how.detail(note));
        Ok(())
    }

    pub(super) fn first_attempt(&mut self, owner: Option<&RepId>, at: Timestamp) {
        if self.lead.clock.attempted_at.is_some() {
            return;
        }
        self.lead.clock.attempted_at = Some(at);
        let took = at.duration_since(self.lead.created_at);
        self.count(MeasureKind::Contacted, owner, Some(took));
        let in_time = self
            .lead
            .plan
            .as_ref()
            .and_then(|plan| plan.contact_by)
            .is_some_and(|by| at <= by);
        if in_time && !self.lead.has_breached(Promise::Contact) {
            self.count(MeasureKind::ContactKept, owner, None);
        }
        if self.lead.owner().is_some() {
            self.finish_plan();
        }
    }

    pub(super) fn close(
        &mut self,
        by: &Actor,
        ending: Ending,
        deal: Option<Deal>,
        note: &str,
    ) -> Result<(), Refusal> {
        if !self.may_speak(by) {
            return Err(Refusal::NotOwner);
        }
        if !self.lead.is_open() {
            return Err(Refusal::Closed);
        }
        let owner = self.lead.owner().cloned();
        self.withdraw_pending(None, "closed");
        self.release_owner();
        self.lead.touched_at = self.now;
        let worth = deal.map_or(String::new(), |deal| self.worth(deal));
        let detail = if note.is_empty() {
            format!("{}{worth}", ending.word())
        } else {
            format!("{}{worth}: {note}", ending.word())
        };
        match ending.outcome() {
            Some(outcome) => {
                self.fact(FactKind::Closed, by.clone(), owner.as_ref(), None, detail);
                self.count_ending(ending, owner.as_ref());
                self.lead.state = State::Closed {
                    rep: owner,
                    outcome,
                    note: note.to_owned(),
                };
            }
            None if ending == Ending::Nurture => {
                self.fact(FactKind::Nurtured, by.clone(), owner.as_ref(), None, detail);
                // Whoever had it may have it again when the lead comes back.
                self.lead.epoch += 1;
                self.lead.state = State::Nurture {
                    label: "by hand".to_owned(),
                };
            }
            None => {
                self.fact(FactKind::Closed, by.clone(), owner.as_ref(), None, detail);
                self.count_ending(ending, owner.as_ref());
                self.lead.state = State::Disqualified {
                    reason: note.to_owned(),
                };
            }
        }
        self.finish_plan();
        Ok(())
    }

    /// Keeps what the lead was worth; in words, to stand behind how it ended.
    fn worth(&mut self, deal: Deal) -> String {
        let contact = &mut self.lead.contact;
        contact.set(Field::DealValue, FieldValue::Number(deal.value));
        if let Some(currency) = deal.currency {
            contact.set_text(Field::Currency, currency);
        }
        format!(", {} {}", deal.value, contact.text(Field::Currency))
            .trim_end()
            .to_owned()
    }

    pub(super) fn count_ending(&mut self, ending: Ending, owner: Option<&RepId>) {
        match ending {
            Ending::Won => {
                self.lead.stage = Stage::Customer;
                self.count(MeasureKind::Won, owner, None);
            }
            Ending::Lost | Ending::Disqualified => self.count(MeasureKind::Lost, owner, None),
            Ending::Nurture | Ending::Duplicate => {}
        }
    }

    pub(super) fn assign_by_hand(&mut self, to: &RepId, by: &Actor) -> Result<(), Refusal> {
        if !self.lead.is_open() {
            return Err(Refusal::Closed);
        }
        if !self.policy().reps.contains_key(to) {
            return Err(Refusal::NoSuchRep);
        }
        if self.lead.owner() == Some(to) {
            return Err(Refusal::AlreadyYours);
        }
        let manager = match by {
            Actor::Rep(rep) => self.manages(rep),
            Actor::Baton | Actor::Api(_) => true,
            Actor::Source(_) => false,
        };
        if !manager {
            return Err(Refusal::NotOwner);
        }
        self.assign(to, by);
        Ok(())
    }

    /// Makes `to` the owner without asking.
    pub(super) fn assign(&mut self, to: &RepId, by: &Actor) {
        self.withdraw_pending(None, "assigned");
        self.release_owner();
        match self.lead.state {
            // Only now could it be offered to anybody, so its clock starts now.
            State::Pending | State::Review { .. } | State::Nurture { .. } => self.begin_plan(),
            State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => {}
        }
        let team = self.team();
        let offer = self.offer_to(to, team, OfferLevel::Hand, OfferKind::Given);
        self.fact(
            FactKind::Assigned,
            by.clone(),
            Some(to),
            Some(&offer),
            self.policy().name_of(to).to_owned(),
        );
        self.count(MeasureKind::Assigned, Some(to), None);
        if let Some(team) = team.filter(|team| team.turns.by_hand && team.members.contains(to)) {
            let entry = Entry {
                rep: to.clone(),
                why: EntryWhy::ByHand,
                amount: 1.0,
                offer: Some(offer.clone()),
            };
            self.post_in_team(&team.id, entry);
        }
        self.own(&offer, to, by);
    }

    pub(super) fn route_on(&mut self, by: &Actor) -> Result<(), Refusal> {
        let reviewed = matches!(self.lead.state, State::Review { .. });
        let manager = match by {
            Actor::Rep(rep) => self.manages(rep),
            Actor::Baton | Actor::Api(_) => true,
            Actor::Source(_) => false,
        };
        if !reviewed {
            return Err(Refusal::OfferOver);
        }
        if !manager {
            return Err(Refusal::NotOwner);
        }
        self.fact(
            FactKind::Reviewed,
            by.clone(),
            None,
            None,
            "sent on by the rules",
        );
        self.lead.state = State::Pending;
        self.begin_plan();
        let after_review = self
            .targets()
            .iter()
            .position(Target::is_review)
            .map_or(0, |place| place + 1);
        if !self.try_targets_from(after_review) && !self.try_rung(&Rung::Team) {
            self.wait();
        }
        Ok(())
    }
}
