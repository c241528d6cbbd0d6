//! The clock of a lead, computed when it is routed and kept in it: a promise does not move when
//! the configuration does.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    calendar::{Calendar, Period},
    id::{CalendarId, SlaId, TeamId},
    lead::{Lead, Offer, State},
    policy::{Repeat, Rung, Sla, Step, StepAction, Target},
};

/// How late a step must be for the time in between to count as slept through. The worker of a
/// running Baton is never late by more than a second.
const ASLEEP: SignedDuration = SignedDuration::from_secs(3);

/// More repetitions than anybody wants to be reminded of.
const MOST_STEPS: usize = 200;

/// When what is due, for one stretch without an owner and the ownership after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The SLA it was made from; absent: the lead runs without one.
    pub sla: Option<SlaId>,
    /// The team whose backups, managers and channel the steps mean.
    pub team: Option<TeamId>,
    /// The lead's epoch.
    pub epoch: u32,
    /// What `after` counts from.
    pub started_at: Timestamp,
    /// Accepted by.
    pub acknowledge_by: Option<Timestamp>,
    /// First attempt by.
    pub contact_by: Option<Timestamp>,
    /// What an offer gets from its delivery before a `reoffer` may take it away.
    pub at_least: Option<Period>,
    /// The hours in which the clock runs; absent: always.
    pub calendar: Option<CalendarId>,
    /// The IANA name of the clock's zone.
    pub zone: String,
    /// Until the accept, by time.
    pub escalation: Vec<PlannedStep>,
    /// From the accept until the first attempt, by time.
    pub untouched: Vec<PlannedStep>,
    /// How long after each attempt that reached nobody its owner is to try again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retry: Vec<Period>,
    /// Where it goes when the last of them has reached nobody either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exhausted: Option<Target>,
    /// When the managers hear again of a lead whose escalation is used up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_at: Option<Timestamp>,
    /// How many attempts have reached nobody.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub in_vain: u32,
}

/// One step with its moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// When it is due.
    pub at: Timestamp,
    /// What is done.
    pub action: StepAction,
    /// Whether it has been.
    pub done: StepDone,
    /// What it counts from, if not from the plan's beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepDone {
    /// Still to come.
    Open,
    /// Taken.
    Taken,
    /// Its moment went by without it: slept through, or of no use in that state.
    Passed,
}

impl Plan {
    /// Works out every moment of `sla` from `started_at` in the hours of `calendar`.
    ///
    /// A step that would never come (a calendar without hours) is left out.
    #[must_use]
    pub fn new(
        sla: &Sla,
        team: Option<TeamId>,
        epoch: u32,
        started_at: Timestamp,
        calendar: &Calendar,
        zone: &TimeZone,
    ) -> Self {
        let due =
            |period: Option<Period>| period.and_then(|period| calendar.add(started_at, period));
        Self {
            sla: sla.id.clone(),
            team,
            epoch,
            started_at,
            acknowledge_by: due(sla.acknowledge),
            contact_by: due(sla.contact),
            at_least: sla.at_least.or_else(|| usual_time(sla)),
            calendar: sla.calendar.clone(),
            zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            escalation: moments(&sla.escalation, started_at, calendar),
            untouched: moments(&sla.untouched, started_at, calendar),
            retry: sla.retry.clone(),
            exhausted: sla.exhausted.clone(),
            again_at: None,
            in_vain: 0,
        }
    }

    /// The clock's zone.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// The teams that its steps mean.
    pub fn teams_named(&self) -> impl Iterator<Item = TeamId> {
        let steps = self
            .escalation
            .iter()
            .chain(&self.untouched)
            .filter_map(|step| match &step.action {
                StepAction::Reoffer(Rung::Other(team)) | StepAction::Review(team) => {
                    Some(team.clone())
                }
                StepAction::Reoffer(Rung::Team | Rung::Backups)
                | StepAction::Remind
                | StepAction::Widen
                | StepAction::Notify(_)
                | StepAction::Assign(_) => None,
            });
        let end = self.exhausted.as_ref().and_then(Target::team).cloned();
        steps.chain(self.team.clone()).chain(end)
    }

    /// Ends the escalation and starts the `untouched` steps: the lead was accepted at `now`.
    ///
    /// A step whose moment lies before the accept counts from the accept instead: whoever takes a
    /// lead late still gets time to call, and nobody is reminded of what they did a second ago. No step takes the lead
    /// away before they have had it for as long as anybody has an offer.
    pub fn accept(&mut self, now: Timestamp, clock: &Calendar) {
        close(&mut self.escalation);
        let open = |step: &PlannedStep| step.done == StepDone::Open;
        self.count_from(now, clock, |step| open(step) && step.at <= now);
        let free = self.at_least.and_then(|time| clock.add(now, time));
        let waits = |step: &&mut PlannedStep| open(step) && step.action.gives_time();
        for step in self.untouched.iter_mut().filter(waits) {
            step.at = step.at.max(free.unwrap_or(step.at));
        }
        self.untouched.sort_by_key(|step| step.at);
    }

    /// Somebody else has the lead from `now` on, by a person's doing: the `untouched` steps begin anew.
    pub fn change_hands(&mut self, now: Timestamp, clock: &Calendar) {
        self.count_from(now, clock, |_| true);
        self.accept(now, clock);
    }

    /// No step that was due after `from` takes the lead from its owner before `free`.
    pub fn leave_owner_until(&mut self, from: Timestamp, free: Timestamp) {
        let waits = |step: &&mut PlannedStep| {
            step.done == StepDone::Open && step.action.gives_time() && step.at > from
        };
        for step in self.untouched.iter_mut().filter(waits) {
            step.at = step.at.max(free);
        }
        self.untouched.sort_by_key(|step| step.at);
    }

    /// Lets some of the `untouched` steps count from another moment than they did.
    fn count_from(
        &mut self,
        now: Timestamp,
        clock: &Calendar,
        which: impl Fn(&PlannedStep) -> bool,
    ) {
        for step in self.untouched.iter_mut().filter(|step| which(step)) {
            let from = step.from.unwrap_or(self.started_at);
            let after = clock.open_between(from, step.at);
            step.at = clock.add(now, Period::Time(after)).unwrap_or(step.at);
            step.from = Some(now);
            step.done = StepDone::Open;
        }
    }

    /// When the owner is to try again after one more attempt that has reached nobody by `now`; `None` when that was
    /// the last.
    #[must_use]
    pub fn retry_at(&self, now: Timestamp, clock: &Calendar) -> Option<Timestamp> {
        let place = usize::try_from(self.in_vain).ok()?;
        clock.add(now, *self.retry.get(place)?)
    }

    /// Where the lead goes if one more attempt reaches nobody.
    #[must_use]
    pub fn ends_at(&self) -> Option<&Target> {
        let used_up = usize::try_from(self.in_vain).is_ok_and(|many| many >= self.retry.len());
        self.exhausted.as_ref().filter(|_| used_up)
    }

    /// Ends all steps: the lead was tried, closed or given up.
    pub fn finish(&mut self) {
        close(&mut self.escalation);
        close(&mut self.untouched);
    }

    /// The next `reoffer` steps that have not been taken, in order.
    pub fn rungs_ahead(&self) -> impl Iterator<Item = (usize, &Rung)> {
        self.escalation.iter().enumerate().filter_map(|(at, step)| {
            match (&step.action, step.done) {
                (StepAction::Reoffer(rung), StepDone::Open) => Some((at, rung)),
                _ => None,
            }
        })
    }

    /// The groups whose turn has come by the clock, asked or slept through.
    pub fn rungs_behind(&self) -> impl Iterator<Item = &Rung> {
        self.escalation
            .iter()
            .filter_map(|step| match (&step.action, step.done) {
                (StepAction::Reoffer(rung), StepDone::Taken | StepDone::Passed) => Some(rung),
                _ => None,
            })
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks it with a reference"
)]
fn is_zero(many: &u32) -> bool {
    *many == 0
}

/// What an offer gets at least when nothing is said: a third of `acknowledge`; without one a third of
/// the time to the first step that takes an offer away, for no offer ends as it is delivered.
fn usual_time(sla: &Sla) -> Option<Period> {
    let moves_on = |step: &&Step| step.action.gives_time();
    let first = || sla.escalation.iter().find(moves_on).map(|step| step.after);
    sla.acknowledge.or_else(first).map(third)
}

/// A third of a period.
fn third(period: Period) -> Period {
    match period {
        Period::Time(time) => Period::Time(time / 3),
        // A business day is taken as eight hours here: a third of "5bd" must not be a whole number of days.
        Period::BusinessDays(days) => Period::Time(
            SignedDuration::from_hours(8) * i32::try_from(days).unwrap_or(i32::MAX / 64) / 3,
        ),
    }
}

fn close(steps: &mut [PlannedStep]) {
    for step in steps.iter_mut().filter(|step| step.done == StepDone::Open) {
        step.done = StepDone::Passed;
    }
}

fn moments(steps: &[Step], from: Timestamp, calendar: &Calendar) -> Vec<PlannedStep> {
    let mut planned: Vec<PlannedStep> = Vec::new();
    for step in steps {
        let Some(first) = calendar.add(from, step.after) else {
            continue;
        };
        planned.push(PlannedStep {
            at: first,
            action: step.action.clone(),
            done: StepDone::Open,
            from: None,
        });
        let repeats = step
            .repeat
            .map(|repeat| repetitions(first, repeat, calendar))
            .unwrap_or_default();
        planned.extend(repeats.into_iter().map(|at| PlannedStep {
            at,
            action: step.action.clone(),
            done: StepDone::Open,
            from: None,
        }));
    }
    planned.sort_by_key(|step| step.at);
    planned.truncate(MOST_STEPS);
    planned
}

fn repetitions(first: Timestamp, repeat: Repeat, calendar: &Calendar) -> Vec<Timestamp> {
    let times = usize::try_from(repeat.times)
        .unwrap_or(MOST_STEPS)
        .min(MOST_STEPS);
    std::iter::successors(Some(first), |last| calendar.add(*last, repeat.every))
        .skip(1)
        .take(times)
        .collect()
}

/// Which of the two ladders of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ladder {
    /// Until the accept.
    Escalation,
    /// From the accept until the first attempt.
    Untouched,
}

impl Lead {
    /// The ladder that runs in the present state.
    #[must_use]
    pub fn ladder(&self) -> Option<Ladder> {
        match self.state {
            State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. } => Some(Ladder::Escalation),
            State::Owned { .. } => Some(Ladder::Untouched),
            State::Pending
            | State::Nurture { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => None,
        }
    }

    /// The steps of the running ladder.
    #[must_use]
    pub fn steps(&self) -> &[PlannedStep] {
        match (self.plan.as_ref(), self.ladder()) {
            (Some(plan), Some(Ladder::Escalation)) => &plan.escalation,
            (Some(plan), Some(Ladder::Untouched)) => &plan.untouched,
            (None, _) | (_, None) => &[],
        }
    }

    /// The steps of the running ladder, to change them.
    pub fn steps_mut(&mut self) -> &mut [PlannedStep] {
        let ladder = self.ladder();
        match (self.plan.as_mut(), ladder) {
            (Some(plan), Some(Ladder::Escalation)) => &mut plan.escalation,
            (Some(plan), Some(Ladder::Untouched)) => &mut plan.untouched,
            (None, _) | (_, None) => &mut [],
        }
    }

    /// When the next step is due.
    #[must_use]
    pub fn next_step_at(&self) -> Option<Timestamp> {
        let open = self
            .steps()
            .iter()
            .filter(|step| step.done == StepDone::Open);
        open.filter_map(|step| self.due_at(step)).min()
    }

    /// When a step is due as things stand: a step that takes a pending offer away waits until the
    /// offer has had its time. `None` while that offer is on its way, or the chat is down; one that the chat
    /// has tried in vain to show is given up when its time would have been over.
    #[must_use]
    pub fn due_at(&self, step: &PlannedStep) -> Option<Timestamp> {
        if step.action.gives_time() && self.owner_is_held() {
            return None;
        }
        if !self.waits_for_offers(step) {
            return Some(step.at);
        }
        if self.asked().any(|offer| offer.held_since.is_some()) {
            return None;
        }
        // Members of a pool whom the chat has not reached yet don't hold up the rest.
        self.asked()
            .filter(|offer| offer.delivered_at.is_some() || offer.not_shown.is_some())
            .map(Offer::free_at)
            .max()
            .map(|free| free.max(step.at))
    }

    /// Whether its owner's chat is down, so that they can't say that they have called.
    #[must_use]
    pub fn owner_is_held(&self) -> bool {
        let owned_by = self.owes_a_contact().and_then(|id| self.offer(id));
        owned_by.is_some_and(|offer| offer.held_since.is_some())
    }

    /// When a step is expected, a pending delivery taken as done.
    fn expected_at(&self, step: &PlannedStep) -> Timestamp {
        let free = self
            .asked()
            .map(Offer::free_at)
            .max()
            .filter(|_| self.waits_for_offers(step));
        free.map_or(step.at, |free| free.max(step.at))
    }

    fn waits_for_offers(&self, step: &PlannedStep) -> bool {
        step.action.gives_time() && self.asked().next().is_some()
    }

    /// The moment at which a pending offer moves on if nobody answers: the next step that takes it away.
    #[must_use]
    pub fn moves_on_at(&self) -> Option<Timestamp> {
        let takes_away = |action: &StepAction| match action {
            StepAction::Reoffer(_)
            | StepAction::Widen
            | StepAction::Assign(_)
            | StepAction::Review(_) => true,
            StepAction::Remind | StepAction::Notify(_) => false,
        };
        let open = self
            .steps()
            .iter()
            .filter(|step| step.done == StepDone::Open && takes_away(&step.action));
        open.map(|step| self.expected_at(step)).min()
    }

    /// The next moment at which a `reoffer` or `widen` is expected to take the pending offers away.
    #[must_use]
    pub fn taken_away_at(&self) -> Option<Timestamp> {
        let open = self
            .steps()
            .iter()
            .filter(|step| step.done == StepDone::Open && self.waits_for_offers(step));
        open.map(|step| self.expected_at(step)).min()
    }

    /// The steps to take at `now`, in order, after marking those that were slept through.
    ///
    /// Of the steps that came due during a stop only the last of the ladder is taken: the lead is where the
    /// clock says, and is not walked through every step it slept through. The last is the one that was planned
    /// last, however long an earlier one had to wait for an offer to have its time.
    pub fn take_due_steps(&mut self, now: Timestamp) -> Vec<usize> {
        let due: Vec<(usize, Timestamp)> = self
            .steps()
            .iter()
            .enumerate()
            .filter(|(_, step)| step.done == StepDone::Open)
            .filter_map(|(place, step)| self.due_at(step).map(|at| (place, at)))
            .filter(|(_, at)| *at <= now)
            .collect();
        let last = due.last().map(|(place, _)| self.steps()[*place].at);
        let asleep = |(place, at): &(usize, Timestamp)| {
            now.duration_since(*at) > ASLEEP && Some(self.steps()[*place].at) != last
        };
        let (slept, take): (Vec<_>, Vec<_>) = due.iter().copied().partition(asleep);
        for (place, _) in slept {
            self.steps_mut()[place].done = StepDone::Passed;
        }
        take.into_iter().map(|(place, _)| place).collect()
    }
}
