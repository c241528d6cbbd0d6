//! What people answer: accept, decline, claim.

use super::Case;
use crate::domain::{
    event::{Actor, FactKind, MeasureKind, Refusal},
    id::{OfferId, RepId},
    lead::{NextStep, Offer, OfferKind, OfferLevel, OfferState, Promise, Reason, State, Undoable},
    policy::{AfterDecline, DeclineReason, Turn},
    score::Stage,
    strategy::{Entry, EntryWhy},
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
        self.answered_after(&offer);
        self.take_turn(&offer);
        if offer.kind == OfferKind::Pool {
            self.sum_given(offer.team.as_ref(), by);
        }
        if offer.is_hand_over() {
            self.hand_over(&offer);
        }
        self.own(id, by, &Actor::Rep(by.clone()));
        self.undoable = Some((Undoable::Accept, id.clone()));
        Ok(())
    }

    /// What was not offered in turn costs one when it is taken: a pool's lead, and one that somebody asked
    /// the rep by hand to take, where that counts.
    fn take_turn(&mut self, offer: &Offer) {
        let Some(team) = offer.team.as_ref().and_then(|id| self.policy().team(id)) else {
            return;
        };
        let why = match offer.kind {
            OfferKind::Pool => EntryWhy::Claimed,
            OfferKind::Push if !offer.turn && self.counts_by_hand(team, &offer.rep) => {
                EntryWhy::ByHand
            }
            OfferKind::Push | OfferKind::Given | OfferKind::HandOver => return,
        };
        let entry = Entry {
            rep: offer.rep.clone(),
            why,
            amount: 1.0,
            offer: Some(offer.id.clone()),
        };
        self.post_in_team(&team.id, entry);
    }

    /// Makes a pending offer's rep the owner; everybody else's card says so.
    pub(super) fn own(&mut self, id: &OfferId, rep: &RepId, actor: &Actor) {
        let now = self.now;
        if let Some(offer) = self.lead.offer_mut(id) {
            offer.state = OfferState::Accepted;
            offer.decided_at = Some(now);
            offer.taken = matches!(actor, Actor::Rep(by) if by == rep);
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
        let changes_hands = self.changes_hands(rep, actor);
        if changes_hands {
            // What was agreed with the lead is theirs to keep now.
            self.lead.next_step = self.before.next_step.clone().map(NextStep::passed_on);
        }
        let clock = self.plan_clock();
        if let (Some(plan), Some(clock)) = (self.lead.plan.as_mut(), clock) {
            if self.lead.clock.attempted_at.is_some() {
                plan.finish();
            } else if changes_hands {
                plan.change_hands(now, &clock);
            } else {
                plan.accept(now, &clock);
            }
        }
    }

    /// Whether a person gives `to` what somebody else has, under the same clock.
    fn changes_hands(&self, to: &RepId, actor: &Actor) -> bool {
        let owned = matches!(&self.before.state, State::Owned { rep, .. } if rep != to);
        owned && self.before.epoch == self.lead.epoch && *actor != Actor::Baton
    }

    fn acknowledge(&mut self, rep: &RepId) {
        if self.lead.clock.acknowledged_at.is_some() {
            return;
        }
        self.lead.clock.acknowledged_at = Some(self.now);
        let missed = self.lead.has_breached(Promise::Acknowledge);
        let in_time = self
            .lead
            .plan
            .as_ref()
            .and_then(|plan| plan.acknowledge_by)
            .is_some_and(|by| self.now <= by);
        if in_time && !missed {
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
        self.may_decline(&offer, rule)?;
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
        self.sum_decline(&offer, reason);
        self.undoable = Some((Undoable::Decline, id.clone()));
        if offer.is_hand_over() {
            self.stays(id);
            return Ok(());
        }
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
            AfterDecline::Review => self.ask_manager(&offer.level),
            AfterDecline::Queue => {
                self.withdraw_pending(None, "queued");
                self.lead.state = State::Queued {
                    team: self.team_or_first().map(|team| team.id.clone()),
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

    /// Whether the rep may give this reason, and may decline once more.
    fn may_decline(&self, offer: &Offer, rule: &DeclineReason) -> Result<(), Refusal> {
        if rule.managers_only && !self.manages(&offer.rep) {
            return Err(Refusal::ForManagers);
        }
        let person = self.world.reps.get(&offer.rep);
        if offer.is_hand_over() {
            return Ok(());
        }
        let declined = person.map(|person| &person.declined);
        let so = declined.and_then(|declined| declined.get(&rule.id));
        if let Some(most) = rule.per_day.filter(|most| so >= Some(most)) {
            return Err(Refusal::ReasonUsedUp { most });
        }
        let team = offer.team.as_ref().and_then(|id| self.policy().team(id));
        let all: u32 = declined.map_or(0, |declined| declined.values().sum());
        match team.and_then(|team| team.turns.declines) {
            Some(most) if all >= most => Err(Refusal::DeclinesUsedUp { most }),
            Some(_) | None => Ok(()),
        }
    }

    /// Goes on where an offer ended, unless others of a pool still have it before them.
    pub(super) fn pass_on(&mut self, level: &OfferLevel) {
        if self.lead.pending().next().is_none() {
            self.move_on(level);
        }
    }

    /// A manager decides, or where there is none the next rep.
    fn ask_manager(&mut self, level: &OfferLevel) {
        let team = self.team_or_first().map(|team| team.id.clone());
        match team.filter(|team| self.has_managers(team)) {
            Some(team) => {
                self.withdraw_pending(None, "review");
                self.review(team);
            }
            None => self.pass_on(level),
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
            && !self.manages(by)
        {
            return Err(Refusal::NotToBeTaken);
        }
        let open = self.world.reps.get(by).map_or(0, |person| person.open);
        if let Some(most) = team.held.filter(|most| open >= *most) {
            return Err(Refusal::HoldsEnough { most });
        }
        self.start_clock_of_list();
        let offer = self.offer_to(by, Some(team), OfferLevel::Hand, OfferKind::Given);
        self.post_in_team(
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
}
