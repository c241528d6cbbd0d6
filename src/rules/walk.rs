//! The steps of every clock over the coming days, before the accept and after it: which of them would reach nobody, for
//! leads that come in when.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use jiff::{SignedDuration, Timestamp};

use super::Rules;
use crate::domain::{
    calendar::Period,
    coverage::{Span, within, without},
    id::{RepId, SlaId, TeamId},
    policy::{
        Assignee, Audience, Policy, Profile, Rep, Route, Rung, Sla, StepAction, Target, Team,
    },
    world::Clocks,
};

/// Leads are thought of as coming in so often.
const EVERY: SignedDuration = SignedDuration::from_mins(30);
/// Within so long.
const AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Steps further away than this are not looked at.
const FURTHEST: SignedDuration = SignedDuration::from_hours(21 * 24);
/// Whoever comes so soon after a step, or has just left, is there for it.
const NEARLY: SignedDuration = SignedDuration::from_mins(5);

/// How people are beside what the configuration says.
#[derive(Clone, Debug, Default)]
pub struct Standings {
    /// When they are away.
    pub away: BTreeMap<RepId, Vec<Span>>,
    /// To whom the chat delivers nothing.
    pub unreachable: BTreeSet<RepId>,
    /// Their zones and the hours that they have chosen.
    pub profiles: BTreeMap<RepId, Profile>,
    /// Those whose last day lies in the coming weeks.
    pub leaving: BTreeSet<RepId>,
    /// Those of them of whom that is not known.
    pub stay: BTreeSet<RepId>,
}

impl Standings {
    /// The same people if nobody were away or left, and all kept to the hours of the configuration.
    #[must_use]
    pub fn as_written(&self) -> Self {
        let zones = self.profiles.iter().map(|(rep, profile)| {
            let zone = profile.zone.clone();
            (rep.clone(), Profile { zone, hours: None })
        });
        Self {
            profiles: zones.collect(),
            stay: self.leaving.clone(),
            ..Self::default()
        }
    }

    /// Whether somebody is not there in the hours that the configuration says, or not for long.
    #[must_use]
    pub fn differs(&self, rep: &RepId) -> bool {
        let chose = |rep| self.profiles.get(rep).is_some_and(|it| it.hours.is_some());
        let gone = self.leaving.contains(rep) || self.unreachable.contains(rep);
        gone || self.away.contains_key(rep) || chose(rep)
    }
}

/// Steps of a clock that would reach nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    /// Whose leads.
    pub team: TeamId,
    /// Whose steps.
    pub sla: SlaId,
    /// Which of them, in their order.
    pub steps: Vec<Walked>,
    /// For leads that come in then.
    pub arrivals: Vec<Span>,
}

/// A step of a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// What is done.
    pub action: StepAction,
    /// When.
    pub when: When,
}

/// When a step comes, in the clock's hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So long after the lead has come in, if nobody has accepted it.
    Unaccepted(Period),
    /// So long after the lead has come in, if whoever accepted it has not tried to reach it.
    Untouched(Period),
    /// When the last attempt has reached nobody.
    Exhausted,
}

/// A step at its moment.
struct Due<'s> {
    step: &'s Walked,
    /// When the lead came in.
    came: Timestamp,
    at: Timestamp,
}

/// The leads that come in within the coming seven days.
#[must_use]
pub fn week_from(now: Timestamp) -> Span {
    (now, now + AHEAD)
}

/// How far ahead a walk over leads that come in within this span may look.
#[must_use]
pub fn horizon((_, end): Span) -> Timestamp {
    end + FURTHEST
}

/// Walks each team's clocks for leads that come in within seven days of `now`, by the configuration alone: their steps
/// until the accept, those after it, and where a lead goes of which nobody is reached. Steps for which nobody is named at
/// all are left out: `baton check` says that otherwise.
#[must_use]
pub fn walk(rules: &Rules, now: Timestamp) -> Vec<Unheard> {
    let (span, standings) = (week_from(now), Standings::default());
    let usual = Presence::new(rules, &standings, span);
    let teams = rules.policy.teams.iter();
    let walked =
        teams.map(|team| chains(rules, team, span, &|due| usual.reaches_nobody(due, team)));
    walked.flatten().collect()
}

/// Walks the clocks of one team for leads that come in in a span of time: the steps that reach nobody with people as they
/// are, and would reach somebody if people were as they were `before`.
#[must_use]
pub fn unheard_since(
    rules: &Rules,
    team: &Team,
    (before, now): (&Standings, &Standings),
    span: Span,
) -> Vec<Unheard> {
    let before = Presence::new(rules, before, span);
    let there = Presence::new(rules, now, span);
    chains(rules, team, span, &|due| {
        there.reaches_nobody(due, team) && !before.reaches_nobody(due, team)
    })
}

fn chains(
    rules: &Rules,
    team: &Team,
    span: Span,
    is_unheard: &dyn Fn(&Due<'_>) -> bool,
) -> Vec<Unheard> {
    if !gets_leads(&rules.policy, team) {
        return Vec::new();
    }
    let slas = slas_of(&rules.policy, team).into_iter();
    slas.filter_map(|sla| walk_one(rules, team, sla, span, is_unheard))
        .collect()
}

fn walk_one(
    rules: &Rules,
    team: &Team,
    sla: &Sla,
    (begin, end): Span,
    is_unheard: &dyn Fn(&Due<'_>) -> bool,
) -> Option<Unheard> {
    let zone = team.zone();
    let clock = rules.clock(sla.calendar.as_ref(), &zone);
    let steps = steps_of(sla);
    let mut unheard: BTreeSet<usize> = BTreeSet::new();
    let mut arrivals: Vec<Span> = Vec::new();
    let moments = std::iter::successors(Some(begin), |at| Some(*at + EVERY));
    for came in moments.take_while(|at| *at < end) {
        let is_lost = |(step, waits): &(Walked, Vec<Period>)| {
            let mut waits = waits.iter();
            let at = waits.try_fold(came, |at, wait| clock.add(at, *wait));
            let at = at.filter(|at| *at < came + FURTHEST);
            at.is_some_and(|at| is_unheard(&Due { step, came, at }))
        };
        let places = (0..steps.len()).filter(|place| is_lost(&steps[*place]));
        let lost: Vec<usize> = places.collect();
        if !lost.is_empty() {
            unheard.extend(lost);
            join(&mut arrivals, came);
        }
    }
    let lost = unheard.iter().map(|place| steps[*place].0.clone());
    (!unheard.is_empty()).then(|| Unheard {
        team: team.id.clone(),
        sla: sla.id.clone().unwrap_or_else(|| SlaId::from("")),
        steps: lost.collect(),
        arrivals,
    })
}

/// The steps of a clock, and for how long each is waited for, one time after the other.
fn steps_of(sla: &Sla) -> Vec<(Walked, Vec<Period>)> {
    let of = |action: &StepAction, when, waits| {
        let action = action.clone();
        (Walked { action, when }, waits)
    };
    let escalation = sla.escalation.iter();
    let escalation =
        escalation.map(|it| of(&it.action, When::Unaccepted(it.after), vec![it.after]));
    let untouched = sla.untouched.iter();
    let untouched = untouched.map(|it| of(&it.action, When::Untouched(it.after), vec![it.after]));
    // The first attempt comes when it was promised, and the others as soon as they may.
    let attempts = sla.contact.iter().chain(&sla.retry).copied();
    let exhausted = sla.exhausted.as_ref().and_then(given_to);
    let exhausted = exhausted.map(|action| of(&action, When::Exhausted, attempts.collect()));
    escalation.chain(untouched).chain(exhausted).collect()
}

/// The step that asks the same people as a target, if it asks somebody who must be there.
fn given_to(target: &Target) -> Option<StepAction> {
    match target {
        Target::Team(team) | Target::Pool { team, .. } => {
            Some(StepAction::Reoffer(Rung::Other(team.clone())))
        }
        Target::Review(team) => Some(StepAction::Review(team.clone())),
        Target::Rep(rep) => Some(StepAction::Assign(Assignee::Rep(rep.clone()))),
        // Whoever comes by takes from a queue; who is meant by an owner depends on the lead.
        Target::Queue { .. }
        | Target::AccountOwner
        | Target::PreviousOwner
        | Target::Nurture(_)
        | Target::Disqualify(_) => None,
    }
}

/// Whether a route leads to the team.
#[must_use]
pub fn gets_leads(policy: &Policy, team: &Team) -> bool {
    policy.ways().any(|route| leads_to(route, &team.id))
}

/// The clocks that a lead of this team can have.
#[must_use]
pub fn slas_of<'p>(policy: &'p Policy, team: &Team) -> Vec<&'p Sla> {
    let by_route = policy.ways().filter(|it| leads_to(it, &team.id));
    let by_route = by_route.filter_map(|it| it.sla.clone());
    let by_type = team.sla.by_type.values().chain(&team.sla.default).cloned();
    let ids: BTreeSet<_> = by_route.chain(by_type).collect();
    ids.iter().filter_map(|id| policy.slas.get(id)).collect()
}

/// Whether a route leads to the team, or has it behind it.
#[must_use]
pub fn leads_to(route: &Route, team: &TeamId) -> bool {
    let named = route.to.iter().any(|target| target.team() == Some(team));
    named || route.team.as_ref() == Some(team)
}

/// When people are there, worked out of those who are asked for.
struct Presence<'a> {
    rules: &'a Rules,
    standings: &'a Standings,
    span: Span,
    open: RefCell<BTreeMap<RepId, Rc<Vec<Span>>>>,
}

impl<'a> Presence<'a> {
    fn new(rules: &'a Rules, standings: &'a Standings, span: Span) -> Self {
        Self {
            rules,
            standings,
            span,
            open: RefCell::default(),
        }
    }

    /// Whether those whom a step means are named, and none of them is there.
    fn reaches_nobody(&self, due: &Due<'_>, team: &Team) -> bool {
        let people = self.meant(&due.step.action, team);
        let mut there = people.iter().filter(|rep| self.is_there(rep, due.at));
        let Some(first) = there.next() else {
            return !people.is_empty();
        };
        let asks_others = match (&due.step.action, due.step.when) {
            (StepAction::Reoffer(_), When::Untouched(_) | When::Exhausted) => true,
            (StepAction::Reoffer(_), When::Unaccepted(_))
            | (
                StepAction::Remind
                | StepAction::Widen
                | StepAction::Notify(_)
                | StepAction::Assign(_)
                | StepAction::Review(_),
                _,
            ) => false,
        };
        asks_others && there.next().is_none() && self.only_can_have_it(first, due, team)
    }

    /// Whether of a team's people nobody else was there to accept a lead: whoever has it is not asked for it.
    fn only_can_have_it(&self, rep: &RepId, due: &Due<'_>, team: &Team) -> bool {
        let asked = || team.members.iter().chain(&team.backups);
        let was_there = |rep: &RepId| self.is_there_between(rep, (due.came, due.at));
        asked().any(|one| one == rep) && asked().all(|one| one == rep || !was_there(one))
    }

    /// Whom a step means; nobody if it means whoever has it, who was there when they were asked, or a channel, which is
    /// read by somebody.
    fn meant<'p>(&'p self, action: &'p StepAction, team: &'p Team) -> Vec<&'p RepId> {
        let other = |team: &TeamId| self.rules.policy.team(team);
        match action {
            StepAction::Reoffer(Rung::Team) | StepAction::Widen => team.members.iter().collect(),
            StepAction::Reoffer(Rung::Backups) => team.backups.iter().collect(),
            StepAction::Reoffer(Rung::Other(team)) => {
                other(team).into_iter().flat_map(|it| &it.members).collect()
            }
            StepAction::Notify(Audience::Managers) | StepAction::Assign(Assignee::Managers) => {
                team.managers.iter().collect()
            }
            StepAction::Review(team) => other(team)
                .into_iter()
                .flat_map(|it| &it.managers)
                .collect(),
            StepAction::Notify(Audience::Rep(rep)) | StepAction::Assign(Assignee::Rep(rep)) => {
                vec![rep]
            }
            StepAction::Remind | StepAction::Notify(Audience::Channel) => Vec::new(),
        }
    }

    fn is_there(&self, rep: &RepId, at: Timestamp) -> bool {
        self.is_there_between(rep, (at, at))
    }

    fn is_there_between(&self, rep: &RepId, (from, until): Span) -> bool {
        let open = self.open(rep);
        let first = open.partition_point(|(_, end)| *end + NEARLY < from);
        open.get(first)
            .is_some_and(|(begin, _)| *begin <= until + NEARLY)
    }

    /// When somebody is there.
    fn open(&self, rep: &RepId) -> Rc<Vec<Span>> {
        if let Some(open) = self.open.borrow().get(rep) {
            return Rc::clone(open);
        }
        let known = self.rules.policy.reps.get(rep);
        let known = known.filter(|rep| !self.standings.unreachable.contains(&rep.id));
        let open = Rc::new(known.map(|rep| self.hours(rep)).unwrap_or_default());
        let kept = Rc::clone(&open);
        self.open.borrow_mut().insert(rep.clone(), kept);
        open
    }

    fn hours(&self, rep: &Rep) -> Vec<Span> {
        let (standings, unknown) = (self.standings, Profile::default());
        let profile = standings.profiles.get(&rep.id);
        let hours = self.rules.hours_of(rep, profile.unwrap_or(&unknown));
        let hours = hours.open_from(self.span.0 - NEARLY, horizon(self.span));
        let (first, last) = rep.employment();
        let stays = standings.stay.contains(&rep.id);
        let employment = (first, if stays { Timestamp::MAX } else { last });
        let away = standings.away.get(&rep.id).map_or(&[][..], Vec::as_slice);
        without(&within(&hours, employment), away)
    }
}

/// Adds the time from `at` on to stretches that end there, or begins one.
fn join(stretches: &mut Vec<Span>, at: Timestamp) {
    match stretches.last_mut() {
        Some((_, until)) if *until == at => *until = at + EVERY,
        Some(_) | None => stretches.push((at, at + EVERY)),
    }
}
