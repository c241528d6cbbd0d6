//! What people answer: accept, decline, claim, what came of a contact, how it ended.

use super::Case;
use crate::domain::{
    contact::{Contact, Field, FieldValue},
    event::{Actor, Audible, ContactHow, Ending, FactKind, MeasureKind, Notice, Refusal, Say},
    id::{OfferId, RepId},
    lead::{Offer, OfferKind, OfferLevel, OfferState, Reason, State},
    policy::{AfterDecline, Role, Turn},
    score::Stage,
    strategy::{Entry, EntryWhy},
    submission::NewLead,
};

impl Case<'_, '_> {
    /// The pending offer that `by` may answer. The clock has no say here: a late answer that comes
    /// before the step that takes the offer away counts.
    fn answerable(&self, id: &OfferId, by: &RepId) -> Result<Offer, Refusal> {
        let offer = self.lead.offer(id).ok_or(Refusal::NoSuchOffer)?;
        if offer.rep != *by {
            return Err(Refusal::NotYours);
        }
        if offer.is_pending() {
            return Ok(offer.clone());
        }
        Err(if self.lead.owner() == Some(by) {
            Refusal::AlreadyYours
        } else {
            Refusal::OfferOver
        })
    }

    pub(super) fn accept(&mut self, id: &OfferId, by: &RepId) -> Result<(), Refusal> {
        let offer = self.answerable(id, by)?;
        let took = self
            .now
            .duration_since(offer.delivered_at.unwrap_or(offer.offered_at));
        self.count(MeasureKind::Accepted, Some(by), Some(took));
        if offer.kind == OfferKind::Pool
            && let Some(team) = &offer.team
        {
            self.post_turn(
                team,
                Entry {
                    rep: by.clone(),
                    why: EntryWhy::Claimed,
                    amount: 1.0,
                    offer: Some(id.clone()),
                },
            );
        }
        self.own(id, by, &Actor::Rep(by.clone()));
        Ok(())
    }

    /// Makes a pending offer's rep the owner; everybody else's card says so.
    pub(super) fn own(&mut self, id: &OfferId, rep: &RepId, actor: &Actor) {
        let now = self.now;
        if let Some(offer) = self.lead.offer_mut(id) {
            offer.state = OfferState::Accepted;
            offer.decided_at = Some(now);
        }
        self.withdraw_pending(Some(id), "claimed");
        self.lead.state = State::Owned {
            rep: rep.clone(),
            offer: id.clone(),
        };
        self.lead.stage = self.lead.stage.max(Stage::Sal);
        self.lead.touched_at = now;
        self.acknowledge(rep);
        self.fact(
            FactKind::Owned,
            actor.clone(),
            Some(rep),
            Some(id),
            self.policy().name_of(rep).to_owned(),
        );
        if let Some(plan) = self.lead.plan.as_mut() {
            if self.lead.clock.attempted_at.is_some() {
                plan.finish();
            } else {
                plan.accept(now);
            }
        }
    }

    fn acknowledge(&mut self, rep: &RepId) {
        if self.lead.clock.acknowledged_at.is_some() {
            return;
        }
        self.lead.clock.acknowledged_at = Some(self.now);
        let in_time = self
            .lead
            .plan
            .as_ref()
            .and_then(|plan| plan.acknowledge_by)
            .is_some_and(|by| self.now <= by);
        if in_time {
            self.count(MeasureKind::AcknowledgeKept, Some(rep), None);
        }
    }

    pub(super) fn decline(
        &mut self,
        id: &OfferId,
        by: &RepId,
        reason: &str,
        note: String,
    ) -> Result<(), Refusal> {
        let offer = self.answerable(id, by)?;
        let rule = self.policy().decline(reason).ok_or(Refusal::NoSuchReason)?;
        self.end_offer(
            id,
            OfferState::Declined,
            Reason {
                id: reason.to_owned(),
                note,
            },
        );
        self.lead.touched_at = self.now;
        self.fact(
            FactKind::Declined,
            Actor::Rep(by.clone()),
            Some(by),
            Some(id),
            reason,
        );
        self.count(MeasureKind::Declined, Some(by), None);
        let team_rule = offer
            .team
            .as_ref()
            .and_then(|team| self.policy().team(team))
            .map(|team| team.turns.declined);
        if rule.turn.or(team_rule).unwrap_or_default() == Turn::Back {
            self.turn_back(&offer, EntryWhy::Declined);
        }
        match rule.then {
            AfterDecline::Next => self.pass_on(&offer.level),
            AfterDecline::Review => self.ask_manager(),
            AfterDecline::Queue => {
                self.withdraw_pending(None, "queued");
                self.lead.state = State::Queued {
                    team: self.team().map(|team| team.id.clone()),
                    waiting: None,
                };
            }
            AfterDecline::Disqualify => {
                self.withdraw_pending(None, "disqualified");
                self.disqualify(&format!("{reason}, says {}", self.policy().name_of(by)));
                self.finish_plan();
            }
        }
        Ok(())
    }

    /// Goes on where an offer ended, unless others of a pool still have it before them.
    pub(super) fn pass_on(&mut self, level: &OfferLevel) {
        if self.lead.pending().next().is_none() {
            self.move_on(level);
        }
    }

    fn ask_manager(&mut self) {
        self.withdraw_pending(None, "review");
        match self.team().map(|team| team.id.clone()) {
            Some(team) => self.review(team),
            None => self.wait(),
        }
    }

    pub(super) fn finish_plan(&mut self) {
        if let Some(plan) = self.lead.plan.as_mut() {
            plan.finish();
        }
    }

    pub(super) fn claim(&mut self, by: &RepId) -> Result<(), Refusal> {
        if self.lead.owner() == Some(by) {
            return Err(Refusal::AlreadyYours);
        }
        let own = self
            .lead
            .pending()
            .find(|offer| offer.rep == *by)
            .map(|offer| offer.id.clone());
        if let Some(offer) = own {
            return self.accept(&offer, by);
        }
        let team = match &self.lead.state {
            State::Pooled { team, .. } => Some(team.clone()),
            State::Queued { team, .. } => team.clone(),
            State::Pending
            | State::Offered { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => return Err(Refusal::OfferOver),
        };
        let team = team
            .as_ref()
            .and_then(|team| self.policy().team(team))
            .ok_or(Refusal::NotToBeTaken)?;
        if ![&team.members, &team.backups, &team.managers]
            .into_iter()
            .any(|group| group.contains(by))
        {
            return Err(Refusal::NotToBeTaken);
        }
        let offer = self.offer_to(by, Some(team), OfferLevel::Hand, OfferKind::Given);
        self.post_turn(
            &team.id,
            Entry {
                rep: by.clone(),
                why: EntryWhy::Claimed,
                amount: 1.0,
                offer: Some(offer.clone()),
            },
        );
        self.own(&offer, by, &Actor::Rep(by.clone()));
        Ok(())
    }

    /// Whether somebody may speak for the lead: its owner, a manager of its team, an admin, a program.
    fn may_speak(&self, by: &Actor) -> bool {
        match by {
            Actor::Baton | Actor::Api(_) => true,
            Actor::Source(_) => false,
            Actor::Rep(rep) => self.lead.owner() == Some(rep) || self.manages(rep),
        }
    }

    fn manages(&self, rep: &RepId) -> bool {
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
        self.first_attempt(owner.as_ref());
        let event = if how.reached() {
            FactKind::Contacted
        } else {
            FactKind::Attempted
        };
        if how.reached() && self.lead.clock.contacted_at.is_none() {
            self.lead.clock.contacted_at = Some(self.now);
        }
        let detail = if note.is_empty() {
            how.word().to_owned()
        } else {
            format!("{}: {note}", how.word())
        };
        self.fact(event, by.clone(), owner.as_ref(), None, detail);
        Ok(())
    }

    fn first_attempt(&mut self, owner: Option<&RepId>) {
        if self.lead.clock.attempted_at.is_some() {
            return;
        }
        self.lead.clock.attempted_at = Some(self.now);
        let took = self.now.duration_since(self.lead.created_at);
        self.count(MeasureKind::Contacted, owner, Some(took));
        let in_time = self
            .lead
            .plan
            .as_ref()
            .and_then(|plan| plan.contact_by)
            .is_some_and(|by| self.now <= by);
        if in_time {
            self.count(MeasureKind::ContactKept, owner, None);
        }
        if self.lead.owner().is_some() {
            self.finish_plan();
        }
    }

    pub(super) fn close(&mut self, by: &Actor, ending: Ending, note: &str) -> Result<(), Refusal> {
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
        let detail = if note.is_empty() {
            ending.word().to_owned()
        } else {
            format!("{}: {note}", ending.word())
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

    fn count_ending(&mut self, ending: Ending, owner: Option<&RepId>) {
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
            self.post_turn(&team.id, entry);
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
        let after_review = self.route().map_or(0, |route| {
            route
                .to
                .iter()
                .take_while(|target| target.is_review())
                .count()
        });
        if !self.try_targets_from(after_review) {
            self.wait();
        }
        Ok(())
    }

    /// Another submission joins the lead: whoever has it is told what is new, nobody else is asked.
    pub(super) fn submitted(&mut self, new: &NewLead) {
        let what = fill(&mut self.lead.contact, &new.contact);
        for (label, value) in &new.attributes {
            self.lead
                .attributes
                .entry(label.clone())
                .or_insert_with(|| value.clone());
        }
        let source = Actor::Source(self.lead.source.to_string());
        self.fact(
            FactKind::Merged,
            source,
            None,
            None,
            what.iter()
                .map(|(field, _)| field.name())
                .collect::<Vec<_>>()
                .join(", "),
        );
        self.count(MeasureKind::Duplicate, None, None);
        if matches!(self.lead.state, State::Nurture { .. }) {
            self.fact(FactKind::Reopened, Actor::Baton, None, None, "wrote again");
            self.place();
            return;
        }
        let what: Vec<String> = what
            .into_iter()
            .map(|(field, text)| format!("{}: {text}", field.name().replace('_', " ")))
            .collect();
        let holders: Vec<Offer> = self
            .lead
            .offers
            .iter()
            .filter(|offer| offer.is_pending() || self.is_owners(offer))
            .cloned()
            .collect();
        for offer in holders {
            let key = format!("again:{}:{}", offer.id, self.now.as_microsecond());
            let notice = Notice::WroteAgain {
                offer: offer.id,
                what: what.clone(),
            };
            self.say(Say {
                to: Audible::Rep(offer.rep),
                key,
                cause: None,
                notice,
            });
        }
    }
}

/// Fills in what `new` knows and the lead doesn't; says what is new or differs. What a person is
/// known by is never overwritten by a form that anybody can fill in.
fn fill(contact: &mut Contact, new: &Contact) -> Vec<(Field, String)> {
    let differs: Vec<(Field, FieldValue)> = new
        .iter()
        .filter(|(field, value)| contact.get(*field) != Some(*value))
        .map(|(field, value)| (field, value.clone()))
        .collect();
    contact.fill_from(new);
    if !new.text(Field::Message).is_empty() {
        contact.set_text(Field::Message, new.text(Field::Message));
    }
    differs
        .into_iter()
        .map(|(field, value)| (field, value.to_string()))
        .collect()
}
