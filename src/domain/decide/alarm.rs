//! What managers do about a late lead: the notice that says so is the same for all of them, and the first
//! press settles it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Case;
use crate::domain::{
    event::{Actor, Audible, CardRef, Effect, FactKind, Notice, Refusal, Say},
    id::{RepId, TeamId},
    lead::{Alarm, Alerted, Lead, Snooze, State},
    policy::{Audience, Rung},
};

/// The cause of all notices of lateness: whoever manages several teams reads of them in one message.
const LATE: &str = "late";
const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Case<'_, '_> {
    /// What managers and channels are told of a lead that is late.
    pub(super) fn late_notice(&self) -> Notice {
        Notice::Late {
            team: self.team_or_first().map(|team| team.id.clone()),
            sla: self.lead.plan.as_ref().and_then(|plan| plan.sla.clone()),
            epoch: self.lead.epoch,
        }
    }

    /// Tells these people that the lead is late. While somebody wants to be told later, so are all who know of it.
    pub(super) fn alarm(&mut self, reps: &[RepId]) {
        let alarm = self.lead.alarm.get_or_insert_with(Alarm::default);
        let knows = |rep: &&RepId| {
            let told = alarm.told.iter();
            told.filter_map(|told| told.to.rep())
                .any(|told| told == *rep)
        };
        let later = alarm.snoozed.is_some();
        let reps: Vec<RepId> = reps
            .iter()
            .filter(|rep| !later || !knows(rep))
            .cloned()
            .collect();
        let (epoch, now) = (self.lead.epoch, self.now.as_microsecond());
        let notice = self.late_notice();
        for rep in &reps {
            let key = format!("late:{epoch}:{now}:{rep}");
            self.say_late(Audible::Rep(rep.clone()), key, notice.clone());
        }
    }

    /// Tells a team's channel that the lead is late.
    pub(super) fn alarm_channel(&mut self, team: TeamId) {
        let (epoch, now) = (self.lead.epoch, self.now.as_microsecond());
        let key = format!("late:{epoch}:{now}:channel");
        let notice = self.late_notice();
        self.say_late(Audible::Channel(team), key, notice);
    }

    /// Says it, and keeps whom it was said to: what stands there is kept true.
    fn say_late(&mut self, to: Audible, key: String, notice: Notice) {
        let alarm = self.lead.alarm.get_or_insert_default();
        alarm.told.push(Alerted {
            to: to.clone(),
            key: key.clone(),
        });
        self.say(Say {
            to,
            key,
            cause: Some(LATE.to_owned()),
            notice,
        });
    }

    /// The lead of a press on a notice of lateness, as long as nobody has seen to it.
    fn still_late(&self, by: &RepId) -> Result<(), Refusal> {
        if self.lead.alarm.is_none() {
            return Err(Refusal::OfferOver);
        }
        if !self.manages(by) {
            return Err(Refusal::NotOwner);
        }
        Ok(())
    }

    /// The next one is asked, whoever has not answered or not called until now.
    pub(super) fn reoffer_late(&mut self, by: &RepId) -> Result<(), Refusal> {
        self.still_late(by)?;
        let rung = Rung::Team;
        if self.lead.asked().all(|offer| offer.delivered_at.is_none()) {
            // Whoever has not seen it has let nothing expire.
            self.withdraw_pending(None, "assigned");
        }
        match &self.lead.state {
            State::Owned { .. } => self.take_from_owner(&rung),
            State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued {
                waiting: Some(_), ..
            } => self.reoffer(&rung),
            State::Queued { waiting: None, .. } | State::Review { .. } => {
                if !self.try_rung(&rung) {
                    return Err(Refusal::NobodyFree);
                }
            }
            State::Pending
            | State::Nurture { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => return Err(Refusal::OfferOver),
        }
        self.lead.alarm = None;
        self.lead.touched_at = self.now;
        Ok(())
    }

    pub(super) fn snooze(&mut self, by: RepId, until: Timestamp) -> Result<(), Refusal> {
        self.still_late(&by)?;
        if until <= self.now {
            return Err(Refusal::BadTime);
        }
        if let Some(alarm) = self.lead.alarm.as_mut() {
            alarm.snoozed = Some(Snooze { by, until });
        }
        Ok(())
    }

    /// The time for which somebody wanted to hear nothing is over: everybody who was told is told again.
    pub(super) fn wake_alarm(&mut self) {
        let Some(alarm) = self.lead.alarm.as_mut() else {
            return;
        };
        let over = |snooze: &Snooze| snooze.until <= self.now;
        if !alarm.snoozed.as_ref().is_some_and(over) {
            return;
        }
        alarm.snoozed = None;
        let told = alarm.told.iter().filter_map(|told| told.to.rep());
        let told: BTreeSet<RepId> = told.cloned().collect();
        self.alarm(&told.into_iter().collect::<Vec<_>>());
    }

    /// The steps are used up and nobody has it: its managers hear of it again, or its channel.
    pub(super) fn tell_again(&mut self) {
        let over = |at: Timestamp| at <= self.now;
        if !self.lead.told_again_at().is_some_and(over) {
            return;
        }
        if let Some(plan) = self.lead.plan.as_mut() {
            plan.again_at = None;
        }
        let Some(team) = self.team_or_first() else {
            return;
        };
        let audience = match (team.managers.is_empty(), &team.channel) {
            (false, _) => Audience::Managers,
            (true, Some(_)) => Audience::Channel,
            (true, None) => return,
        };
        let words = "no step is left and nobody has it";
        self.fact(FactKind::Escalated, Actor::Baton, None, None, words);
        self.tell_late(&audience);
    }

    /// What nobody has and no step will move is told of again when the next working day begins.
    pub(super) fn wind_up(&mut self) {
        let again_at = self.lead.is_used_up().then(|| {
            let planned = self.lead.told_again_at();
            planned.unwrap_or_else(|| self.next_day())
        });
        if let Some(plan) = self.lead.plan.as_mut() {
            plan.again_at = again_at;
        }
    }

    /// When the next working day of the lead's clock begins; of one without hours in a day.
    pub(super) fn next_day(&self) -> Timestamp {
        let clock = self.plan_clock();
        let begins = clock.and_then(|clock| clock.next_working_day(self.now));
        begins.unwrap_or(self.now + DAY)
    }

    /// Somebody has it now, has tried, or has tried before and says when they will again: the alarm is over.
    pub(super) fn end_alarm(&mut self) {
        let (was, is) = (&self.before, &self.lead);
        let planned = |lead: &Lead| {
            let step = lead.next_step.as_ref();
            lead.clock.attempted_at.is_some()
                && step.is_some_and(|step| step.attempt.is_none() && step.due_at > self.now)
        };
        let seen_to = was.owner() != is.owner() && is.owner().is_some()
            || tries(was) != tries(is)
            || !planned(was) && planned(is)
            || was.epoch != is.epoch
            || !is.runs_a_clock();
        if seen_to {
            self.lead.alarm = None;
        }
    }

    /// The notices of lateness that no longer show the truth; those said just now do.
    pub(super) fn alarms_changed(&self) -> Vec<CardRef> {
        // That one more was told changes nothing for the others.
        let shown = |lead: &Lead| lead.alarm.as_ref().map(|alarm| alarm.snoozed.clone());
        if shown(&self.before) == shown(&self.lead) && self.before.state == self.lead.state {
            return Vec::new();
        }
        let said = |key: &str| {
            self.effects
                .iter()
                .any(|effect| matches!(effect, Effect::Say(say) if say.key == key))
        };
        let told = |lead: &Lead| {
            let told = lead.alarm.as_ref().map(|alarm| alarm.told.clone());
            told.unwrap_or_default()
        };
        told(&self.before)
            .into_iter()
            .chain(told(&self.lead))
            .filter(|told| !said(&told.key))
            .map(|told| CardRef::Late {
                to: told.to,
                notice: told.key,
            })
            .collect()
    }
}

/// What was done to reach the lead, as far as it ends an alarm.
fn tries(lead: &Lead) -> (bool, bool, u32) {
    let in_vain = lead.plan.as_ref().map_or(0, |plan| plan.in_vain);
    let clock = &lead.clock;
    (
        clock.attempted_at.is_some(),
        clock.contacted_at.is_some(),
        in_vain,
    )
}
