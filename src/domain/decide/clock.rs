//! What the clock does: missed targets and steps.

use jiff::Timestamp;

use super::{Case, offer::Among};
use crate::domain::{
    event::{Actor, Audible, Effect, FactKind, MeasureKind, Notice, Say},
    id::{OfferId, RepId, TeamId},
    lead::{Breach, Cause, Offer, OfferKind, OfferLevel, Promise, State},
    plan::{Ladder, Plan, StepDone},
    policy::{AbsenceCredit, Assignee, Audience, Rep, Rung, StepAction},
    strategy::{Entry, EntryWhy, Present},
};

/// More rounds than any lead can need in one moment; guards against a plan that feeds itself.
const MOST_ROUNDS: usize = 50;
/// What the history says of an owner who let a lead lie, or who left.
pub(super) const NO_LONGER: &str = "no longer the owner";

impl Case<'_, '_> {
    /// Writes down each target whose moment has passed at `moment`.
    pub(super) fn note_breaches(&mut self, moment: Timestamp) {
        let Some(plan) = self.lead.plan.clone().filter(|_| self.lead.runs_a_clock()) else {
            return;
        };
        let missed = |by: Option<Timestamp>| by.is_some_and(|by| by <= moment);
        if missed(plan.acknowledge_by) && self.lead.clock.acknowledged_at.is_none() {
            self.breach(Promise::Acknowledge, MeasureKind::AcknowledgeMissed);
        }
        if missed(plan.contact_by) && self.lead.clock.attempted_at.is_none() {
            self.breach(Promise::Contact, MeasureKind::ContactMissed);
        }
    }

    fn breach(&mut self, what: Promise, measure: MeasureKind) {
        if self.lead.has_breached(what) {
            return;
        }
        let cause = self.cause(what);
        self.miss(what, measure, cause);
        if what == Promise::Contact && cause == Cause::Rep && self.had_time() {
            self.count_hollow();
        }
    }

    /// Writes down that a target of the present plan was missed, which is news, and whose doing it was.
    pub(super) fn miss(&mut self, what: Promise, measure: MeasureKind, cause: Cause) {
        // In a rep's own numbers stands only what was the rep's doing.
        let rep = self.answers_for_it(what).filter(|_| cause == Cause::Rep);
        let counted = self.count(measure, rep.as_ref(), None);
        self.lead.clock.breached.push(Breach {
            what,
            cause,
            epoch: self.lead.epoch,
            counted,
        });
    }

    /// Takes a missed target back that was met after all, as is said only now; whether there was one.
    pub(super) fn take_breach_back(&mut self, what: Promise) -> bool {
        let epoch = self.lead.epoch;
        let missed = |breach: &Breach| breach.what == what && breach.epoch == epoch;
        let Some(place) = self.lead.clock.breached.iter().position(missed) else {
            return false;
        };
        let breach = self.lead.clock.breached.remove(place);
        self.effects.extend(breach.counted.map(Effect::Uncount));
        true
    }

    /// Who has it or is asked for it in person, and could have met this target; of a pool nobody in particular owes the
    /// answer.
    fn answers_for_it(&self, what: Promise) -> Option<RepId> {
        let offer = self
            .in_hand()
            .filter(|offer| self.was_in_time(offer, what))?;
        let has_it = self.lead.owner() == Some(&offer.rep);
        (has_it || offer.asks_in_person()).then(|| offer.rep.clone())
    }

    /// The offer by which somebody has it; else one that waits for an answer.
    fn in_hand(&self) -> Option<&Offer> {
        match &self.lead.state {
            State::Owned { offer, .. } => self.lead.offer(offer),
            State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => self.lead.asked().next(),
        }
    }

    /// Whether whoever has this offer had as long before the target as an offer has at least: from when they could see
    /// it, or, where nobody waited for their answer, from when they took it.
    fn was_in_time(&self, offer: &Offer, what: Promise) -> bool {
        let due = self.lead.plan.as_ref().and_then(|plan| match what {
            Promise::Acknowledge => plan.acknowledge_by,
            Promise::Contact => plan.contact_by,
        });
        let since = match offer.kind {
            OfferKind::Push => offer.delivered_at,
            OfferKind::Given | OfferKind::Pool | OfferKind::HandOver => {
                offer.decided_at.or(offer.delivered_at)
            }
        };
        let since = since.unwrap_or(offer.offered_at);
        due.is_none_or(|due| self.free_from(since) <= due)
    }

    /// Whose doing it is that nobody has answered, or called, yet.
    fn cause(&self, what: Promise) -> Cause {
        let unowned = self.lead.owner().is_none();
        let held_up = unowned.then(|| self.what_held_up()).flatten();
        held_up
            .or_else(|| Some(self.cause_of(self.in_hand()?, what)))
            .unwrap_or(Cause::Rep)
    }

    /// What held up those who are asked, if anything did.
    fn what_held_up(&self) -> Option<Cause> {
        let asked: Vec<&Offer> = self.lead.asked().collect();
        if asked.iter().any(|offer| is_the_chats(offer)) {
            Some(Cause::Chat)
        } else if asked.iter().any(|offer| !offer.lost.is_zero()) {
            Some(Cause::Baton)
        } else if asked.is_empty() {
            Some(Cause::Capacity)
        } else {
            let unseen = asked.iter().all(|offer| offer.delivered_at.is_none());
            unseen.then_some(Cause::Chat)
        }
    }

    /// Whose doing it is that whoever has this offer has not met the target.
    fn cause_of(&self, offer: &Offer, what: Promise) -> Cause {
        if offer.held_since.is_some() {
            return Cause::Chat;
        }
        if self.was_in_time(offer, what) {
            return Cause::Rep;
        }
        let on_its_way = offer.delivered_at.unwrap_or(offer.offered_at);
        let mut of_plan = self
            .lead
            .offers
            .iter()
            .filter(|one| one.epoch == self.lead.epoch);
        let others = of_plan.any(|other| other.id != offer.id && other.delivered_at.is_some());
        if is_the_chats(offer) || self.free_from(offer.offered_at) <= on_its_way {
            Cause::Chat
        } else if !offer.lost.is_zero() {
            Cause::Baton
        } else if others {
            // Those who were asked before have used the time up.
            Cause::Rep
        } else {
            Cause::Capacity
        }
    }

    /// Does what is due. Taking one step may make another due, so it looks again.
    pub(super) fn due(&mut self) {
        self.expire_hand_over();
        self.step_due();
        self.wake_alarm();
        self.look_for_owner();
        self.leave_in_turn();
        self.take_what_is_due();
        self.tell_again();
        // What the clock did meanwhile is not to be undone by a late second thought.
        let (was, is) = (&self.before, &self.lead);
        if was.state != is.state || was.plan != is.plan || was.next_step != is.next_step {
            self.lead.undo = None;
        }
    }

    fn take_what_is_due(&mut self) {
        let chance_has_come = match &self.lead.state {
            State::Queued {
                waiting: Some(waiting),
                ..
            } => waiting.again_at.is_some_and(|at| at <= self.now),
            _ => false,
        };
        if chance_has_come {
            self.try_again();
        }
        let behind = self.rungs_behind();
        self.take_steps();
        // A waiting lead may have slept through the step that would have asked somebody.
        if self.rungs_behind() > behind {
            self.try_again();
        }
    }

    fn rungs_behind(&self) -> usize {
        self.lead.plan.iter().flat_map(Plan::rungs_behind).count()
    }

    fn take_steps(&mut self) {
        for _ in 0..MOST_ROUNDS {
            let due = self.lead.take_due_steps(self.now);
            let Some(place) = due.first().copied() else {
                return;
            };
            self.take_step(place);
        }
    }

    fn take_step(&mut self, place: usize) {
        let ladder = self.lead.ladder();
        let step = &mut self.lead.steps_mut()[place];
        step.done = StepDone::Taken;
        match step.action.clone() {
            StepAction::Remind => self.remind(),
            StepAction::Reoffer(rung) if ladder == Some(Ladder::Untouched) => {
                self.take_from_owner(&rung);
            }
            StepAction::Reoffer(rung) => self.reoffer(&rung),
            StepAction::Widen => self.widen(),
            StepAction::Notify(audience) => self.notify(&audience),
            StepAction::Assign(assignee) => self.assign_by_step(&assignee),
            StepAction::Review(team) => self.review_by_step(team),
        }
    }

    fn review_by_step(&mut self, team: TeamId) {
        if self.has_managers(&team) {
            self.escalated(&format!("a manager of {team} decides"));
            self.count_hollow();
            let seen = |offer: &Offer| offer.delivered_at.is_some();
            if self.lead.owner().is_none() && !self.lead.asked().any(seen) {
                // Whoever has not seen it has let nothing expire.
                self.withdraw_pending(None, "not shown");
            }
            self.let_lapse();
            self.leave_owner(NO_LONGER);
            self.review(team);
        }
    }

    /// Reminds everybody who has seen what they are asked, or the owner.
    fn remind(&mut self) {
        let asked: Vec<(RepId, OfferId)> = match &self.lead.state {
            State::Offered { .. } | State::Pooled { .. } => self
                .lead
                .pending()
                .filter(|offer| offer.delivered_at.is_some())
                .map(|offer| (offer.rep.clone(), offer.id.clone()))
                .collect(),
            State::Owned { rep, offer } => vec![(rep.clone(), offer.clone())],
            State::Pending
            | State::Queued { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => Vec::new(),
        };
        for (rep, offer) in asked {
            self.remind_one(rep, &offer);
        }
    }

    fn remind_one(&mut self, rep: RepId, offer: &OfferId) {
        let offer = offer.clone();
        let key = format!("remind:{offer}:{}", self.now.as_microsecond());
        let name = self.policy().name_of(&rep).to_owned();
        self.fact(
            FactKind::Reminded,
            Actor::Baton,
            Some(&rep),
            Some(&offer),
            name,
        );
        let notice = if self.lead.owner().is_some() {
            Notice::ContactDue { offer }
        } else {
            Notice::AnswerDue { offer }
        };
        self.say(Say {
            cause: None,
            to: Audible::Rep(rep),
            key,
            notice,
        });
    }

    /// The pending offer expires and the next of the rung is asked, or whoever comes after.
    pub(super) fn reoffer(&mut self, rung: &Rung) {
        match self.lead.state {
            State::Offered { .. } | State::Pooled { .. } => self.let_lapse(),
            State::Queued {
                waiting: Some(_), ..
            } => {}
            // Who pulls or decides is not pushed.
            State::Queued { waiting: None, .. } | State::Review { .. } => return,
            State::Pending
            | State::Nurture { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => return,
        }
        self.escalated(&format!("asks {}", rung_words(rung)));
        let waited = self.lead.is_waiting();
        if self.try_rung(rung) || self.try_rungs_ahead() {
            return;
        }
        if waited {
            self.look_ahead();
        } else {
            self.wait();
        }
    }

    /// Nobody has answered in time; of a pool nobody in particular owed it.
    fn let_lapse(&mut self) {
        if matches!(self.lead.state, State::Pooled { .. }) {
            self.give_up_unshown();
            self.withdraw_pending(None, "moved on");
        } else {
            self.expire_pending();
        }
    }

    /// An accepted lead that nobody tried to reach is offered again, under a new clock.
    pub(super) fn take_from_owner(&mut self, rung: &Rung) {
        self.escalated(&format!("untouched: asks {}", rung_words(rung)));
        self.count_hollow();
        self.leave_owner(NO_LONGER);
        if !self.try_rung(rung) && !self.try_targets_from(0) && !self.try_rungs_ahead() {
            self.wait();
        }
    }

    /// The owner has it no longer; a new clock starts.
    pub(super) fn leave_owner(&mut self, why: &str) {
        if let Some(rep) = self.release_owner() {
            let actor = self.actor.clone();
            self.fact(FactKind::Withdrawn, actor, Some(&rep), None, why);
            self.lead.next_step = None;
            self.lead.state = State::Pending;
            self.begin_plan();
        }
    }

    fn widen(&mut self) {
        let Some(team) = self.team_or_first() else {
            return;
        };
        let held = match &self.lead.state {
            State::Offered { .. } => true,
            State::Queued {
                waiting: Some(_), ..
            } => false,
            State::Pending
            | State::Pooled { .. }
            | State::Queued { waiting: None, .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => return,
        };
        self.escalated("asks everybody");
        if held {
            self.expire_pending();
        }
        let level = OfferLevel::Rung(Rung::Team);
        if !self.pool(&level, team, Among::default(), &[]) && held {
            self.move_on(&level);
        }
    }

    fn notify(&mut self, audience: &Audience) {
        match audience {
            Audience::Rep(rep) => self.escalated_to(Some(rep), "tells"),
            Audience::Managers => self.escalated("tells the managers"),
            Audience::Channel => self.escalated("tells the channel"),
        }
        self.tell_late(audience);
    }

    /// Tells these people, or the channel, that the lead is late.
    pub(super) fn tell_late(&mut self, audience: &Audience) {
        let team = self.team_or_first();
        match (audience, team) {
            (Audience::Rep(rep), _) => self.alarm(std::slice::from_ref(rep)),
            (Audience::Managers, Some(team)) => self.alarm(&team.managers.clone()),
            (Audience::Channel, Some(team)) => self.alarm_channel(team.id.clone()),
            (Audience::Managers | Audience::Channel, None) => {}
        }
    }

    pub(super) fn escalated(&mut self, detail: &str) {
        self.escalated_to(None, detail);
    }

    fn escalated_to(&mut self, rep: Option<&RepId>, detail: &str) {
        self.fact(FactKind::Escalated, self.actor.clone(), rep, None, detail);
        self.count(MeasureKind::Escalated, None, None);
    }

    fn assign_by_step(&mut self, assignee: &Assignee) {
        let rep = match assignee {
            Assignee::Rep(rep) => Some(rep.clone()),
            Assignee::Managers => self.next_manager(),
        };
        let Some(rep) = rep
            .filter(|rep| self.policy().reps.contains_key(rep) && self.lead.owner() != Some(rep))
        else {
            return;
        };
        self.escalated(&format!("gives it to {}", self.policy().name_of(&rep)));
        self.count_hollow();
        self.let_lapse();
        self.assign(&rep, &Actor::Baton, "");
    }

    /// The manager whose turn it is: of those available, else of those not away, else of all.
    fn next_manager(&mut self) -> Option<RepId> {
        let team = self.team_or_first()?;
        let reps = || {
            team.managers
                .iter()
                .filter_map(|id| self.policy().reps.get(id))
        };
        let person = |rep: &Rep| self.world.reps.get(&rep.id);
        let free: Vec<&Rep> = reps()
            .filter(|rep| person(rep).is_some_and(|person| person.unfit(rep, self.now).is_none()))
            .collect();
        let here: Vec<&Rep> = reps()
            .filter(|rep| person(rep).is_some_and(|person| person.away.is_none()))
            .collect();
        let some = [free, here, reps().collect()]
            .into_iter()
            .find(|group| !group.is_empty())?;
        Some(self.next_in_line(&managers_line(&team.id), &some))
    }

    /// Whose turn it is in a line that every turn given moves on.
    fn next_in_line(&mut self, line: &TeamId, reps: &[&Rep]) -> RepId {
        let present: Vec<Present<'_>> = reps.iter().map(|rep| self.present(rep)).collect();
        let lot = self.lead.number.unsigned_abs();
        self.settle(line, &present, AbsenceCredit::Average);
        let turns = self.turns.get(line);
        let rep = turns.and_then(|turns| turns.next(&present, lot)).cloned();
        let rep = rep.unwrap_or_else(|| reps[0].id.clone());
        let entry = Entry {
            rep: rep.clone(),
            why: EntryWhy::ByHand,
            amount: 1.0,
            offer: None,
        };
        self.post_turn(line, entry, &present);
        rep
    }
}

/// The line in which a team's managers are given what nobody took.
fn managers_line(team: &TeamId) -> TeamId {
    TeamId::from(format!("{team}#managers"))
}

/// Whether the chat kept a rep from answering, and for longer than Baton did.
fn is_the_chats(offer: &Offer) -> bool {
    let theirs = offer.lost_to_chat;
    offer.held_since.is_some() || (!theirs.is_zero() && theirs >= offer.lost - theirs)
}

fn rung_words(rung: &Rung) -> String {
    match rung {
        Rung::Team => "the team".to_owned(),
        Rung::Backups => "the backups".to_owned(),
        Rung::Other(team) => format!("team {team}"),
    }
}
