//! What an owner or a manager does: plan the next step, say how far a lead has come, end it, send it on.

use jiff::{SignedDuration, Timestamp};

use super::Case;
use crate::domain::{
    contact::{Field, FieldValue},
    event::{
        Actor, Audible, Deal, Effect, Ended, Ending, FactKind, MeasureKind, NotWon, Notice,
        Planned, Refusal, Say,
    },
    id::{OfferId, RepId},
    lead::{Lead, NextStep, Offer, State},
    policy::{Audience, Rung, Target, TurnRule},
    score::Stage,
    strategy::EntryWhy,
};

/// Nobody plans farther ahead; a day more than a year, so that "in a year" is allowed.
const FARTHEST_STEP: SignedDuration = SignedDuration::from_hours(367 * 24);

/// How somebody ends a lead.
pub(super) struct End<'e> {
    pub(super) ending: Ending,
    pub(super) deal: Option<Deal>,
    pub(super) why: Option<NotWon>,
    pub(super) note: &'e str,
}

impl Case<'_, '_> {
    pub(super) fn may_speak(&self, by: &Actor) -> bool {
        match by {
            Actor::Baton | Actor::Api(_) => true,
            Actor::Source(_) => false,
            Actor::Rep(rep) => self.lead.owner() == Some(rep) || self.manages(rep),
        }
    }

    /// Whether they may say where the lead goes.
    pub(super) fn may_direct(&self, by: &Actor) -> bool {
        match by {
            Actor::Baton | Actor::Api(_) => true,
            Actor::Source(_) => false,
            Actor::Rep(rep) => self.manages(rep),
        }
    }

    pub(super) fn manages(&self, rep: &RepId) -> bool {
        self.policy().manages(rep, &self.lead)
    }

    pub(super) fn close(&mut self, by: &Actor, end: End<'_>) -> Result<(), Refusal> {
        if !self.may_speak(by) {
            return Err(Refusal::NotOwner);
        }
        if !self.lead.is_open() {
            return Err(Refusal::Closed);
        }
        self.rid_of(by, Some(end.ending));
        let owner = self.lead.owner().cloned();
        let invalid = self.soon_found_invalid(end.ending);
        if let Some(offer) = &invalid {
            self.turn_back(offer, EntryWhy::Invalid);
        }
        self.withdraw_pending(None, "closed");
        self.release_owner();
        self.lead.next_step = None;
        self.lead.touched_at = self.now;
        let deal = end.deal.map(|deal| self.worth(deal));
        let worth = deal
            .as_ref()
            .map_or(String::new(), |deal| format!(", {}", deal.said()));
        let note = NotWon::before(end.why, end.note);
        let detail = if note.is_empty() {
            format!("{}{worth}", end.ending.word())
        } else {
            format!("{}{worth}: {note}", end.ending.word())
        };
        let event = match end.ending {
            Ending::Nurture => FactKind::Nurtured,
            Ending::Won | Ending::Lost | Ending::Disqualified | Ending::Duplicate => {
                FactKind::Closed
            }
        };
        self.fact(event, by.clone(), owner.as_ref(), None, detail);
        self.count_ending(end.ending, owner.as_ref());
        let reason = end.why.map_or("", NotWon::word);
        let invalid = invalid.is_some();
        self.count_ended(end.ending, owner.as_ref(), reason, deal.clone(), invalid);
        self.end(end.ending, owner, note, deal);
        self.finish_plan();
        Ok(())
    }

    /// By which offer the owner has it, if it turned out so soon to be no lead at all that the turn comes back.
    fn soon_found_invalid(&self, ending: Ending) -> Option<Offer> {
        match ending {
            Ending::Disqualified | Ending::Duplicate => {}
            Ending::Won | Ending::Lost | Ending::Nurture => return None,
        }
        let State::Owned { offer, .. } = &self.lead.state else {
            return None;
        };
        let offer = self.lead.offer(offer)?;
        let team = offer.team.as_ref().and_then(|id| self.policy().team(id));
        let soon = team
            .map_or_else(TurnRule::default, |team| team.turns)
            .invalid?;
        let since = offer.decided_at.unwrap_or(offer.offered_at);
        (self.now.duration_since(since) <= soon).then(|| offer.clone())
    }

    /// Puts the lead where its ending takes it.
    fn end(&mut self, ending: Ending, rep: Option<RepId>, note: String, deal: Option<Deal>) {
        self.lead.state = match ending.outcome() {
            Some(outcome) => State::Closed {
                rep,
                outcome,
                note,
                deal,
            },
            None if ending == Ending::Nurture => {
                // Whoever had it may have it again when the lead comes back.
                self.lead.epoch += 1;
                self.lead.plan = None;
                State::Nurture {
                    label: Lead::BY_HAND.to_owned(),
                }
            }
            None => State::Disqualified {
                reason: note,
                by_hand: true,
            },
        };
    }

    /// Keeps what the lead was worth.
    fn worth(&mut self, deal: Deal) -> Deal {
        let contact = &mut self.lead.contact;
        contact.set(Field::DealValue, FieldValue::Number(deal.value));
        if let Some(currency) = &deal.currency {
            contact.set_text(Field::Currency, currency.clone());
        }
        let currency = contact.text(Field::Currency).to_owned();
        Deal {
            currency: (!currency.is_empty()).then_some(currency),
            ..deal
        }
    }

    /// Adds the ending to those of its reason. Marketing's leads come back, and end then.
    pub(super) fn count_ended(
        &mut self,
        ending: Ending,
        owner: Option<&RepId>,
        reason: &str,
        deal: Option<Deal>,
        invalid: bool,
    ) {
        if self.lead.test || ending == Ending::Nurture {
            return;
        }
        let team = self.team().map(|team| team.id.clone());
        self.effects.push(Effect::Ended(Ended {
            team: team.or_else(|| self.lead.team().cloned()),
            rep: owner.cloned(),
            ending,
            reason: reason.to_owned(),
            deal,
            invalid,
        }));
    }

    pub(super) fn count_ending(&mut self, ending: Ending, owner: Option<&RepId>) {
        match ending {
            Ending::Won => {
                self.lead.stage = Stage::Customer;
                self.count(MeasureKind::Won, owner, None);
            }
            Ending::Lost | Ending::Disqualified => {
                self.count(MeasureKind::Lost, owner, None);
            }
            Ending::Nurture | Ending::Duplicate => {}
        }
    }

    /// What the owner plans; they are reminded of it when it is due.
    pub(super) fn plan_next_step(&mut self, by: &Actor, next: Planned) -> Result<(), Refusal> {
        if !self.lead.is_open() {
            return Err(Refusal::Closed);
        }
        if !self.may_speak(by) {
            return Err(Refusal::NotOwner);
        }
        self.can_plan(&next)?;
        self.plan(next);
        self.lead.touched_at = self.now;
        Ok(())
    }

    /// Whether there is somebody to remind of it, and at a time that is to come.
    pub(super) fn can_plan(&self, next: &Planned) -> Result<(), Refusal> {
        if self.lead.owner().is_none() {
            return Err(Refusal::NotOwner);
        }
        if next.at <= self.now || next.at > self.now + FARTHEST_STEP {
            return Err(Refusal::BadTime);
        }
        Ok(())
    }

    pub(super) fn plan(&mut self, next: Planned) {
        self.lead.next_step = Some(NextStep {
            what: next.what.chars().take(NextStep::MAX_WHAT).collect(),
            due_at: next.at,
            reminded: false,
            attempt: None,
            again_at: None,
        });
    }

    /// How far it has come, as its owner or a manager says. What they made of it no score takes back.
    pub(super) fn come_to(&mut self, by: &Actor, stage: Stage) -> Result<(), Refusal> {
        if !self.lead.is_open() {
            return Err(Refusal::Closed);
        }
        if !self.may_speak(by) {
            return Err(Refusal::NotOwner);
        }
        if self.lead.stage == stage {
            return Ok(());
        }
        self.lead.stage = stage;
        self.lead.touched_at = self.now;
        let owner = self.lead.owner().cloned();
        self.fact(
            FactKind::Staged,
            by.clone(),
            owner.as_ref(),
            None,
            stage.word(),
        );
        Ok(())
    }

    /// Reminds the owner of what they planned, once, at the very time that they said. What the SLA planned for them
    /// waits until they are at work; if they let it lie, they and the managers hear of it each working day.
    pub(super) fn step_due(&mut self) {
        let State::Owned { rep, offer } = self.lead.state.clone() else {
            return;
        };
        let due = |step: &NextStep| step.reminds_at().is_some_and(|at| at <= self.now);
        let Some(mut step) = self.lead.next_step.clone().filter(due) else {
            return;
        };
        let (again, wanted) = (step.reminded, step.attempt.is_some());
        let later = self.there_again(&rep).filter(|_| wanted);
        match (again, later) {
            (false, Some(later)) => step.due_at = later,
            (false, None) => {
                step.reminded = true;
                step.again_at = wanted.then(|| self.next_day());
                let key = format!("step:{offer}:{}", step.due_at.as_microsecond());
                self.remind_of_step(rep, &offer, key);
            }
            (true, later) => {
                step.again_at = Some(self.next_day());
                if later.is_none() {
                    let key = format!("step:{offer}:{}", self.now.as_microsecond());
                    self.remind_of_step(rep, &offer, key);
                }
                self.escalated("nobody has tried again");
                self.tell_late(&Audience::Managers);
            }
        }
        self.lead.next_step = Some(step);
    }

    fn remind_of_step(&mut self, rep: RepId, offer: &OfferId, key: String) {
        let name = self.policy().name_of(&rep).to_owned();
        self.fact(
            FactKind::Reminded,
            Actor::Baton,
            Some(&rep),
            Some(offer),
            name,
        );
        self.say(Say {
            to: Audible::Rep(rep),
            key,
            cause: None,
            notice: Notice::StepDue {
                offer: offer.clone(),
            },
        });
    }

    /// When somebody who is away or out of hours is at work again.
    fn there_again(&self, rep: &RepId) -> Option<Timestamp> {
        let person = self.world.reps.get(rep)?;
        if let Some(away) = &person.away {
            return Some(away.until.unwrap_or_else(|| self.next_day()));
        }
        let stays = person.extra_until.is_some_and(|until| until > self.now);
        if stays || person.calendar.is_open(self.now) {
            return None;
        }
        person.calendar.next_open(self.now)
    }

    pub(super) fn route_on(&mut self, by: &Actor) -> Result<(), Refusal> {
        let reviewed = matches!(self.lead.state, State::Review { .. });
        if !reviewed {
            return Err(Refusal::OfferOver);
        }
        if !self.may_direct(by) {
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
