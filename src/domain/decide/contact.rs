//! Somebody tries to reach the lead, as its owner says, or another program: the first attempt ends the contact clock,
//! one that reached nobody comes back, and what the owner plans then is kept.

use jiff::Timestamp;

use super::Case;
use crate::domain::{
    event::{
        Actor, Audible, ContactHow, FactKind, MeasureKind, News, Notice, Planned, Refusal, Say,
    },
    id::{RepId, SourceId},
    lead::{Lead, NextStep, Promise, State},
    policy::Target,
};

/// What the history says of an owner who has tried as often as the SLA wants.
const NOBODY_REACHED: &str = "every attempt reached nobody";

/// What came of trying to reach a lead.
pub(super) struct Attempt<'a> {
    pub(super) how: ContactHow,
    /// When, if it was not just now.
    pub(super) at: Option<Timestamp>,
    pub(super) note: &'a str,
    /// What the owner plans then.
    pub(super) next: Option<Planned>,
}

impl Case<'_, '_> {
    pub(super) fn contacted(&mut self, by: &Actor, attempt: Attempt<'_>) -> Result<(), Refusal> {
        if !self.may_speak(by) {
            return Err(Refusal::NotOwner);
        }
        if !self.lead.is_open() {
            return Err(Refusal::Closed);
        }
        if let Some(next) = &attempt.next {
            self.can_plan(next)?;
        }
        self.tried(by, attempt);
        Ok(())
    }

    /// A program tells what somebody did with the lead. If that is a contact, it counts like one that the owner tells
    /// of; the owner hears that there is nothing left to do for the clock.
    pub(super) fn contacted_elsewhere(&mut self, name: &str, at: Timestamp, source: &SourceId) {
        let State::Owned { rep, offer } = self.lead.state.clone() else {
            return;
        };
        let how = self.policy().contacts.get(name).copied();
        let Some(how) = how.filter(|how| says_something(&self.lead, *how, at)) else {
            return;
        };
        let first = self.lead.clock.attempted_at.is_none();
        let attempt = Attempt {
            how,
            at: Some(at),
            note: name,
            next: None,
        };
        self.lead.undo = None;
        self.tried(&Actor::Source(source.to_string()), attempt);
        let news = News::ContactElsewhere {
            activity: name.to_owned(),
            source: source.clone(),
            reached: how.reached(),
            first,
        };
        self.say(Say {
            to: Audible::Rep(rep),
            key: format!("contact:{offer}:{}", self.now.as_microsecond()),
            cause: None,
            notice: Notice::News { offer, news },
        });
    }

    fn tried(&mut self, by: &Actor, attempt: Attempt<'_>) {
        let Attempt {
            how,
            at,
            note,
            next,
        } = attempt;
        let owner = self.lead.owner().cloned();
        self.lead.touched_at = self.now;
        // Nobody is tried before they came, or in time to come.
        let at = at.map_or(self.now, |at| at.max(self.lead.came_at()).min(self.now));
        let in_time_after_all = self.first_attempt(owner.as_ref(), at);
        let event = if how.reached() {
            FactKind::Contacted
        } else {
            FactKind::Attempted
        };
        if how.reached() && self.lead.clock.contacted_at.is_none() {
            self.lead.clock.contacted_at = Some(at);
        }
        let mut detail = how.detail(note);
        if in_time_after_all {
            detail.push_str(ContactHow::IN_TIME);
        }
        self.fact(event, by.clone(), owner.as_ref(), None, detail);
        if how.reached() {
            // What the SLA had planned is done; what the owner plans stays.
            let planned = self.lead.next_step.take();
            self.lead.next_step = planned.filter(|step| step.attempt.is_none());
        }
        if let Some(next) = next {
            self.plan(next);
        }
        if !how.reached() && owner.is_some() {
            self.in_vain();
        }
    }

    /// The owner has reached nobody: they are to try again, and when that is used up, the lead goes where its SLA
    /// says. What they plan themselves goes before.
    fn in_vain(&mut self) {
        let (Some(plan), Some(clock)) = (&self.lead.plan, self.plan_clock()) else {
            return;
        };
        let (ends_at, again) = (plan.ends_at().cloned(), plan.retry_at(self.now, &clock));
        let attempt = plan.in_vain + 2;
        let own = |step: &NextStep| step.attempt.is_none() && step.due_at > self.now;
        let planned = self.lead.next_step.as_ref().is_some_and(own);
        if let Some(plan) = &mut self.lead.plan {
            plan.in_vain += 1;
        }
        match (ends_at, again) {
            (Some(target), _) if !planned => self.give_up(&target),
            (_, Some(at)) if !planned => {
                self.lead.next_step = Some(NextStep {
                    what: "call".to_owned(),
                    due_at: at,
                    reminded: false,
                    attempt: Some(attempt),
                    again_at: None,
                });
            }
            (None, None) => {
                let planned = self.lead.next_step.take();
                self.lead.next_step = planned.filter(|step| step.attempt.is_none());
            }
            (_, _) => {}
        }
    }

    fn give_up(&mut self, target: &Target) {
        self.exhausted = true;
        self.leave_owner(NOBODY_REACHED);
        if !self.try_target(0, target) {
            self.wait();
        }
    }

    /// The first attempt that is told of ends the clock. It counts by when it was: one in time takes back
    /// that the target was missed. Says whether it did.
    fn first_attempt(&mut self, owner: Option<&RepId>, at: Timestamp) -> bool {
        let first = self.lead.clock.attempted_at.is_none();
        self.lead.clock.note_attempt(at);
        if !first {
            return false;
        }
        // How long a list has lain somewhere else is nobody's speed.
        let took = self
            .lead
            .imported
            .is_none()
            .then(|| at.duration_since(self.lead.came_at()));
        // Whoever has it next has a clock of their own, but the lead has been answered once.
        if self.lead.clock.attempted_before_at.is_none() {
            self.count(MeasureKind::Contacted, owner, took);
        }
        self.first_contacted(at);
        let plan = self.lead.plan.as_ref();
        let kept = |by: Timestamp| at <= by;
        let in_time = plan.and_then(|plan| plan.contact_by).is_some_and(kept);
        let of_this_plan = plan.is_some_and(|plan| at >= plan.started_at);
        if in_time {
            self.take_hollow_back();
        }
        let taken_back = in_time && of_this_plan && self.take_breach_back(Promise::Contact);
        if in_time && !self.lead.has_breached(Promise::Contact) {
            self.count(MeasureKind::ContactKept, owner, None);
        }
        if self.lead.owner().is_some() {
            self.finish_plan();
        }
        taken_back
    }
}

/// Whether a contact that a program tells of is news: not before somebody owned the lead, and not again and again. Of
/// attempts programs tell many, so one counts only where one is due.
fn says_something(lead: &Lead, how: ContactHow, at: Timestamp) -> bool {
    let State::Owned { offer, .. } = &lead.state else {
        return false;
    };
    let owned_since = lead.offer(offer).and_then(|offer| offer.decided_at);
    let again_at = lead.next_step.as_ref();
    let again_at = again_at.and_then(|step| step.attempt.map(|_| step.due_at));
    let is_news = if how.reached() {
        lead.clock.contacted_at.is_none() || again_at.is_some()
    } else {
        lead.clock.attempted_at.is_none() || again_at.is_some_and(|due| due <= at)
    };
    is_news && owned_since.is_some_and(|since| at >= since)
}
