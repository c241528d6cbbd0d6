//! A small company in which leads arrive, and a driver that plays the engine's part.
//!
//! `tests/guards.toml` has the guards of `decide`, each with the test that fails without it.

mod answers;
mod clocks;
mod contacts;
mod earned;
mod hands;
mod histories;
mod joins;
mod legs;
mod lifts;
mod lists;
mod managers;
mod outages;
mod promises;
mod reroutes;
mod retries;
mod rounds;
mod routing;
mod story;
mod strategies;
mod turns;
mod used_up;
mod waiting;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::*;
use crate::domain::{
    calendar::{Calendar, Holidays, Period},
    event::{Handing, Premise, Receiver},
    id::{CalendarId, SlaId},
    lead::{Cause, Promise},
    policy::{AfterDecline, Audience, DeclineReason, Rep, Rung, Sla, Step, StepAction, Target},
    world::Clocks,
};
use joins::sent;
use promises::sketch;
pub(super) use story::Story;

/// A moment of the Monday on which most stories play, or a whole one.
pub(super) fn at(text: &str) -> Timestamp {
    let whole = if text.contains('T') {
        text.to_owned()
    } else {
        format!("2026-11-23T{text}:00Z")
    };
    whole.parse().unwrap()
}

pub(super) fn period(text: &str) -> Period {
    text.parse().unwrap()
}

pub(super) fn step(after: &str, action: StepAction) -> Step {
    Step {
        after: period(after),
        action,
        repeat: None,
    }
}

pub(super) fn reoffer(after: &str, rung: Rung) -> Step {
    step(after, StepAction::Reoffer(rung))
}

pub(super) fn managers(after: &str) -> Step {
    step(after, StepAction::Notify(Audience::Managers))
}

/// Calendars by name, all in UTC.
#[derive(Debug, Default)]
pub(super) struct Hours(BTreeMap<CalendarId, Calendar>);

impl Clocks for Hours {
    fn clock(&self, name: Option<&CalendarId>, _: &TimeZone) -> Calendar {
        name.and_then(|name| self.0.get(name).cloned())
            .unwrap_or_else(|| Calendar::always(TimeZone::UTC))
    }
}

/// The rules of a company, put together call by call.
#[derive(Debug, Default)]
pub(super) struct Company {
    pub policy: Policy,
    pub hours: Hours,
}

impl Company {
    /// Declines lead to the next rep; the office is open from 9 to 18 on weekdays.
    pub fn new() -> Self {
        let mut company = Self::default();
        for (id, then) in [
            ("busy", AfterDecline::Next),
            ("vip", AfterDecline::Review),
            ("later", AfterDecline::Queue),
            ("spam", AfterDecline::Disqualify),
        ] {
            company.policy.declines.push(DeclineReason {
                id: id.to_owned(),
                label: id.to_owned(),
                then,
                turn: None,
                managers_only: false,
                per_day: None,
            });
        }
        company.calendar("office", "Mo-Fr 09:00-18:00")
    }

    pub fn calendar(mut self, name: &str, hours: &str) -> Self {
        let calendar = Calendar::new(hours, &Holidays::none(), TimeZone::UTC).unwrap();
        self.hours.0.insert(name.into(), calendar);
        self
    }

    pub fn rep(mut self, id: &str, change: impl FnOnce(&mut Rep)) -> Self {
        let mut rep = plain_rep(id);
        change(&mut rep);
        self.policy.reps.insert(rep.id.clone(), rep);
        self
    }

    /// A team of these members, who need not be introduced before.
    pub fn team(mut self, id: &str, members: &[&str], change: impl FnOnce(&mut Team)) -> Self {
        let mut team = plain_team(id, members);
        change(&mut team);
        for rep in team.people().collect::<Vec<_>>() {
            self.policy
                .reps
                .entry(rep.clone())
                .or_insert_with(|| plain_rep(rep.as_str()));
        }
        self.policy.teams.push(team);
        self
    }

    pub fn sla(mut self, id: &str, change: impl FnOnce(&mut Sla)) -> Self {
        let mut sla = Sla {
            id: Some(id.into()),
            ..Sla::default()
        };
        change(&mut sla);
        self.policy.slas.insert(SlaId::from(id), sla);
        self
    }

    pub fn route(mut self, to: &[Target]) -> Self {
        let id = format!("rule{}", self.policy.routes.len());
        self.policy.routes.push(Route {
            id: id.as_str().into(),
            when: None,
            to: to.to_vec(),
            sla: None,
            team: None,
            strategy: None,
        });
        self
    }

    /// The usual one: acknowledged in 15 minutes, contacted in 30, with every kind of step.
    pub fn demo(self) -> Self {
        self.sla("demo", |sla| {
            sla.acknowledge = Some(period("15m"));
            sla.contact = Some(period("30m"));
            sla.escalation = vec![
                step("10m", StepAction::Remind),
                reoffer("15m", Rung::Team),
                reoffer("25m", Rung::Backups),
                managers("30m"),
                step("60m", StepAction::Assign(Assignee::Managers)),
            ];
            sla.untouched = vec![
                step("20m", StepAction::Remind),
                managers("30m"),
                reoffer("60m", Rung::Team),
            ];
        })
    }
}

pub(super) use crate::domain::policy::Assignee;

/// Somebody gives the lead to a rep at once.
pub(super) fn given(to: &str, by: Actor) -> Event {
    Event::Assign {
        to: Receiver::Rep(to.into()),
        by,
        handing: Handing::Now,
        words: String::new(),
        premise: Premise::Any,
    }
}

/// Ayse and Jonas, backed by Bo, managed by Selin, on the demo's clock.
pub(super) fn sales() -> Company {
    Company::new()
        .team("sales", &["ayse", "jonas"], |team| {
            team.managers = vec!["selin".into()];
            team.backups = vec!["bo".into()];
        })
        .demo()
        .route(&[Target::Team("sales".into())])
}

pub(super) fn plain_rep(id: &str) -> Rep {
    Rep {
        id: id.into(),
        name: id.to_owned(),
        email: format!("{id}@example.com"),
        slack: None,
        teams: None,
        chat: crate::domain::policy::Platform::Slack,
        level: crate::domain::policy::Level::Mid,
        role: crate::domain::policy::Role::Rep,
        timezone: None,
        country: None,
        weight: 1.0,
        languages: Vec::new(),
        territories: Vec::new(),
        skills: Vec::new(),
        functions: Vec::new(),
        cover: None,
        external: BTreeMap::new(),
        calendar: None,
        pending: None,
        missed: None,
        caps: crate::domain::policy::Caps::default(),
        capacity: None,
        stale: SignedDuration::from_hours(720),
        active: true,
        from: None,
        until: None,
        ramp: None,
    }
}

pub(super) fn plain_team(id: &str, members: &[&str]) -> Team {
    Team {
        id: id.into(),
        name: id.to_owned(),
        members: members.iter().map(|rep| RepId::from(*rep)).collect(),
        managers: Vec::new(),
        named: usize::MAX,
        groups: Vec::new(),
        backups: Vec::new(),
        channel: None,
        timezone: None,
        strategy: crate::domain::policy::Strategy::RoundRobin,
        prefer: Vec::new(),
        share: None,
        held: None,
        filter: None,
        when_closed: crate::domain::policy::WhenClosed::Wait,
        sla: crate::domain::policy::TeamSla::default(),
        turns: crate::domain::policy::TurnRule::default(),
    }
}

pub(super) fn breaches(story: &Story, n: usize) -> Vec<(Promise, Cause)> {
    let breached = &story.leads[n].clock.breached;
    breached
        .iter()
        .map(|breach| (breach.what, breach.cause))
        .collect()
}

pub(super) fn until_of(story: &Story, n: usize) -> Option<Timestamp> {
    story.leads[n]
        .pending()
        .next()
        .and_then(|offer| offer.until)
}
