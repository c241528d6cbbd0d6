//! The steps of every clock over the coming days: which of them would reach nobody, for leads that come in when.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::Rules;
use crate::domain::{
    coverage::{Span, within, without},
    id::{RepId, SlaId, TeamId},
    policy::{Assignee, Audience, Policy, Profile, Route, Rung, Sla, Step, StepAction, Team},
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
}

impl Standings {
    /// The same people if nobody were away, and all kept to the hours of the configuration.
    #[must_use]
    pub fn as_written(&self) -> Self {
        let zones = self.profiles.iter().map(|(rep, profile)| {
            let zone = profile.zone.clone();
            (rep.clone(), Profile { zone, hours: None })
        });
        Self {
            profiles: zones.collect(),
            ..Self::default()
        }
    }

    /// Whether somebody is not there as the configuration says.
    #[must_use]
    pub fn differs(&self, rep: &RepId) -> bool {
        let chose = |rep| self.profiles.get(rep).is_some_and(|it| it.hours.is_some());
        self.away.contains_key(rep) || self.unreachable.contains(rep) || chose(rep)
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
    pub steps: Vec<Step>,
    /// For leads that come in then.
    pub arrivals: Vec<Span>,
}

/// The leads that come in within the coming seven days.
#[must_use]
pub fn week_from(now: Timestamp) -> Span {
    (now, now + AHEAD)
}

/// Walks the escalation of each team's clocks for leads that come in within seven days of `now`, by the configuration
/// alone. Steps for which nobody is named at all are left out: `baton check` says that otherwise.
#[must_use]
pub fn walk(rules: &Rules, now: Timestamp) -> Vec<Unheard> {
    let span = week_from(now);
    let usual = Presence::new(rules, &Standings::default(), span);
    let teams = rules.policy.teams.iter();
    let walked = teams.map(|team| {
        chains(rules, team, span, &|action, at| {
            usual.reaches_nobody(action, team, at)
        })
    });
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
    chains(rules, team, span, &|action, at| {
        there.reaches_nobody(action, team, at) && !before.reaches_nobody(action, team, at)
    })
}

fn chains(
    rules: &Rules,
    team: &Team,
    span: Span,
    is_unheard: &dyn Fn(&StepAction, Timestamp) -> bool,
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
    is_unheard: &dyn Fn(&StepAction, Timestamp) -> bool,
) -> Option<Unheard> {
    let zone = team.zone();
    let clock = rules.clock(sla.calendar.as_ref(), &zone);
    let mut unheard: BTreeSet<usize> = BTreeSet::new();
    let mut arrivals: Vec<Span> = Vec::new();
    let moments = std::iter::successors(Some(begin), |at| Some(*at + EVERY));
    for at in moments.take_while(|at| *at < end) {
        let is_lost = |step: &Step| {
            let due = clock.add(at, step.after);
            let due = due.filter(|due| *due < at + FURTHEST);
            due.is_some_and(|due| is_unheard(&step.action, due))
        };
        let places = (0..sla.escalation.len()).filter(|place| is_lost(&sla.escalation[*place]));
        let lost: Vec<usize> = places.collect();
        if !lost.is_empty() {
            unheard.extend(lost);
            join(&mut arrivals, at);
        }
    }
    let steps = unheard.iter().map(|place| sla.escalation[*place].clone());
    (!unheard.is_empty()).then(|| Unheard {
        team: team.id.clone(),
        sla: sla.id.clone().unwrap_or_else(|| SlaId::from("")),
        steps: steps.collect(),
        arrivals,
    })
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

/// When everybody is there.
struct Presence<'a> {
    policy: &'a Policy,
    open: BTreeMap<RepId, Vec<Span>>,
}

impl<'a> Presence<'a> {
    fn new(rules: &'a Rules, standings: &Standings, (begin, end): Span) -> Self {
        let (policy, unknown) = (&rules.policy, Profile::default());
        let end = end + FURTHEST;
        let reps = policy.reps.values();
        let reachable = reps.filter(|rep| !standings.unreachable.contains(&rep.id));
        let open = reachable.map(|rep| {
            let profile = standings.profiles.get(&rep.id);
            let hours = rules.hours_of(rep, profile.unwrap_or(&unknown));
            let hours = hours.open_from(begin - NEARLY, end);
            let away = standings.away.get(&rep.id).map_or(&[][..], Vec::as_slice);
            (
                rep.id.clone(),
                without(&within(&hours, rep.employment()), away),
            )
        });
        Self {
            policy,
            open: open.collect(),
        }
    }

    /// Whether those whom a step means are named, and none of them is there.
    fn reaches_nobody(&self, action: &StepAction, team: &Team, at: Timestamp) -> bool {
        let other = |team: &TeamId| self.policy.team(team);
        let people: Vec<&RepId> = match action {
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
            // Whoever has it was there when they were asked; a channel is read by somebody.
            StepAction::Remind | StepAction::Notify(Audience::Channel) => Vec::new(),
        };
        !people.is_empty() && !people.into_iter().any(|rep| self.is_there(rep, at))
    }

    fn is_there(&self, rep: &RepId, at: Timestamp) -> bool {
        let open = self.open.get(rep).map_or(&[][..], Vec::as_slice);
        let first = open.partition_point(|(_, until)| *until + NEARLY < at);
        open.get(first)
            .is_some_and(|(from, _)| *from <= at + NEARLY)
    }
}

/// Adds the time from `at` on to stretches that end there, or begins one.
fn join(stretches: &mut Vec<Span>, at: Timestamp) {
    match stretches.last_mut() {
        Some((_, until)) if *until == at => *until = at + EVERY,
        Some(_) | None => stretches.push((at, at + EVERY)),
    }
}
