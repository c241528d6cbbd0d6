//! What can be used and is hardly what was meant: routes that are never reached, steps that reach
//! nobody, teams that are never there.

mod clocks;
mod empty;
mod logic;
mod people;
#[cfg(test)]
mod tests;

use std::ops::Range;

use jiff::{Timestamp, tz::TimeZone};
use toml::Spanned;

use super::{Complaint, Severity, check::week::stretch, raw};
use crate::{
    domain::{
        calendar::{Holidays, lacking},
        condition::Condition,
        coverage::Span,
        policy::{Assignee, Audience, HolidayRule, Route, Rung, Sla, StepAction, Target, Team},
    },
    rules::{
        Rules,
        walk::{self, Walked, When},
    },
};

/// Everything that looks wrong in a configuration without a mistake.
#[must_use]
pub fn lint(raw: &raw::Config, rules: &Rules, now: Timestamp) -> Vec<Complaint> {
    let mut linter = Linter {
        raw,
        rules,
        now,
        lints: Vec::new(),
    };
    linter.emptiness();
    linter.routes();
    linter.shadowed();
    linter.impossible();
    linter.targets();
    linter.people();
    linter.steps();
    linter.unheard();
    linter.holidays();
    linter.closed();
    linter.zones();
    linter.clocks();
    linter.ends();
    linter.lints
}

/// So many times are named in which something is wrong.
const NAMED: usize = 2;

struct Linter<'a> {
    raw: &'a raw::Config,
    rules: &'a Rules,
    now: Timestamp,
    lints: Vec<Complaint>,
}

impl<'a> Linter<'a> {
    /// Something looks wrong; `help` says what to do about it.
    fn say(&mut self, span: Range<usize>, message: String, help: &str) {
        let complaint = Complaint {
            severity: Severity::Lint,
            message,
            help: Some(help.to_owned()),
            span: Some(span),
        };
        if !self.lints.contains(&complaint) {
            self.lints.push(complaint);
        }
    }

    fn routes(&mut self) {
        let routes = &self.rules.policy.routes;
        for (place, (route, raw)) in routes.iter().zip(&self.raw.route).enumerate() {
            let same = |before: &&Route| {
                let (one, other) = (&before.when, &route.when);
                let source = |it: &Condition| it.source().trim().to_owned();
                before.when.is_none() || one.as_ref().map(source) == other.as_ref().map(source)
            };
            let Some(before) = routes[..place].iter().find(same) else {
                continue;
            };
            let why = if before.when.is_none() {
                "takes everything"
            } else {
                "has the same condition"
            };
            let message = format!("this route is never taken: `{}` before it {why}", before.id);
            self.say(
                raw.id.span(),
                message,
                "the first route that holds is taken",
            );
        }
        if !routes.is_empty() && routes.iter().all(|route| route.when.is_some()) {
            let place = self.raw.route.last().map(|it| it.id.span());
            let message = "no route takes what the others leave".to_owned();
            let help = "such leads wait in the queue; end with a route that has no `when`";
            self.say(place.unwrap_or_default(), message, help);
        }
    }

    /// What stands in `to` behind a target that takes every lead, or can reach nobody.
    fn targets(&mut self) {
        for (route, raw) in self.rules.policy.routes.iter().zip(&self.raw.route) {
            let last = route.to.iter().position(takes_always);
            if last.is_some_and(|it| it + 1 < route.to.len()) {
                let message = format!("the last targets of `{}` are never reached", route.id);
                let help = "a queue, a review, a label and `disqualify` take every lead";
                self.say(raw.to.span(), message, help);
            }
            for target in &route.to {
                if let Target::Review(team) = target
                    && self
                        .rules
                        .policy
                        .team(team)
                        .is_some_and(|it| it.managers.is_empty())
                {
                    let message = format!("nobody decides: the team `{team}` has no managers");
                    let help = "give the team `managers`, or name another";
                    self.say(raw.to.span(), message, help);
                }
            }
        }
    }

    /// Steps that reach nobody in one of the teams whose leads they move.
    fn steps(&mut self) {
        for (team, raw) in self.rules.policy.teams.iter().zip(&self.raw.team) {
            if !walk::gets_leads(&self.rules.policy, team) {
                continue;
            }
            for sla in walk::slas_of(&self.rules.policy, team) {
                self.steps_of(sla, team, raw);
            }
        }
    }

    fn steps_of(&mut self, sla: &Sla, team: &Team, raw: &raw::Team) {
        let name = sla.id.as_ref().map_or("", |id| id.as_str());
        let written = self.raw.sla.iter().find(|(it, _)| it.get_ref() == name);
        let written = written.is_some_and(|(_, sla)| sla.escalation.is_some());
        for step in sla.escalation.iter().chain(&sla.untouched) {
            let lacks = match &step.action {
                StepAction::Notify(Audience::Managers) | StepAction::Assign(Assignee::Managers)
                    if team.managers.is_empty() =>
                {
                    "managers"
                }
                // The usual steps ask backups where there are some.
                StepAction::Reoffer(Rung::Backups) if team.backups.is_empty() && written => {
                    "backups"
                }
                StepAction::Notify(Audience::Channel) if team.channel.is_none() => "channel",
                StepAction::Remind
                | StepAction::Widen
                | StepAction::Reoffer(_)
                | StepAction::Notify(_)
                | StepAction::Assign(_)
                | StepAction::Review(_) => continue,
            };
            let message = format!(
                "steps of the SLA `{name}` reach nobody: the team `{}` has no {lacks}",
                team.id
            );
            let help = format!("give the team `{lacks}`, or write other steps");
            self.say(raw.id.span(), message, &help);
        }
    }

    /// Steps that come when nobody whom they mean is there.
    fn unheard(&mut self) {
        for found in walk::walk(self.rules, self.now) {
            let sla = found.sla.as_str();
            // What is built in has no hours; nobody has thought about it yet.
            if self.raw.sla.keys().all(|name| name.get_ref() != sla) {
                continue;
            }
            let teams = self.rules.policy.teams.iter().zip(&self.raw.team);
            let Some((team, raw)) = teams.into_iter().find(|(team, _)| team.id == found.team)
            else {
                continue;
            };
            let zone = team.zone();
            let message = format!(
                "leads of the team `{}` that come in {}: these steps of the SLA `{}` reach nobody: {}",
                found.team,
                times(&found.arrivals, &zone),
                sla,
                found
                    .steps
                    .iter()
                    .map(step_words)
                    .collect::<Vec<_>>()
                    .join(", ")
            );
            self.say(
                raw.id.span(),
                message,
                "compare the hours of the clock with those of its people: `baton check --calendar`",
            );
        }
    }

    fn holidays(&mut self) {
        for (name, raw) in &self.raw.calendar {
            let Some(rule) = self.rules.policy.calendars.get(name.get_ref().as_str()) else {
                continue;
            };
            let mentions = rule.hours.contains("PH");
            match &rule.holidays {
                HolidayRule::None if mentions => {
                    let message = "`PH` means no day: this calendar has no `holidays`".to_owned();
                    self.say(
                        raw.hours.span(),
                        message,
                        "add `holidays = \"rep\"`, or a country",
                    );
                }
                HolidayRule::Rep | HolidayRule::Fixed(_) if !mentions => {
                    let message = "the hours don't mention holidays".to_owned();
                    self.say(raw.hours.span(), message, "add `; PH off`");
                }
                HolidayRule::Rep => self.holidays_of_reps(name.get_ref()),
                HolidayRule::Fixed(holidays) => {
                    let given = raw.holidays.as_ref();
                    let place = given.map_or(name.span(), Spanned::span);
                    self.national_only(holidays, &place);
                    if let Some([country]) = given.map(|it| it.get_ref().0.as_slice()) {
                        self.lacking(country, &place);
                    }
                }
                HolidayRule::None => {}
            }
        }
    }

    fn holidays_of_reps(&mut self, calendar: &str) {
        for raw in &self.raw.rep {
            let Some(rep) = self.rules.policy.reps.get(raw.id.get_ref().as_str()) else {
                continue;
            };
            if rep
                .calendar
                .as_ref()
                .is_none_or(|it| it.as_str() != calendar)
            {
                continue;
            }
            let place = raw.country.as_ref().map_or(raw.id.span(), Spanned::span);
            match rep.country.as_deref().map(Holidays::of) {
                Some(Ok(holidays)) => {
                    self.national_only(&holidays, &place);
                    self.lacking(rep.country.as_deref().unwrap_or_default(), &place);
                }
                Some(Err(error)) => {
                    let help = "write ISO codes: `DE`, or `DE-BY` with the region";
                    self.say(place, error.to_string(), help);
                }
                None => {
                    let message = format!("no holidays are known for `{}`: no country", rep.id);
                    self.say(place, message, "give `country`");
                }
            }
        }
    }

    /// Said of the first who is concerned: a team in Istanbul needs it once.
    fn lacking(&mut self, country: &str, place: &Range<usize>) {
        let Some(missing) = lacking(country) else {
            return;
        };
        let message = format!("the public holidays of `{country}` are known without {missing}");
        let help = "put the dates or an .ics file beside the country in a calendar of theirs: \
                    `holidays = [\"TR\", \"file:bayram.ics\"]`";
        if self.lints.iter().all(|said| said.message != message) {
            self.say(place.clone(), message, help);
        }
    }

    fn national_only(&mut self, holidays: &Holidays, place: &Range<usize>) {
        for region in holidays.national_only() {
            let message =
                format!("only the holidays of the whole country are known for `{region}`");
            let help =
                "add the region's own days: `holidays = [\"…\", \"2026-08-15\"]` or an .ics file";
            self.say(place.clone(), message, help);
        }
    }
}

fn takes_always(target: &Target) -> bool {
    match target {
        Target::Queue { .. } | Target::Review(_) | Target::Nurture(_) | Target::Disqualify(_) => {
            true
        }
        Target::Team(_)
        | Target::Pool { .. }
        | Target::AccountOwner
        | Target::PreviousOwner
        | Target::Rep(_) => false,
    }
}

/// The first of these times in words, and how many more there are.
fn times(stretches: &[Span], zone: &TimeZone) -> String {
    let first: Vec<String> = stretches
        .iter()
        .take(NAMED)
        .map(|(from, until)| stretch(*from, *until, zone))
        .collect();
    let more = match stretches.len().saturating_sub(NAMED) {
        0 => String::new(),
        1 => ", and once more this week".to_owned(),
        more => format!(", and {more} more times this week"),
    };
    format!("{}{more}", first.join(", "))
}

fn step_words(step: &Walked) -> String {
    let what = match &step.action {
        StepAction::Remind => "remind the rep".to_owned(),
        StepAction::Reoffer(Rung::Team) => "reoffer to the team".to_owned(),
        StepAction::Reoffer(Rung::Backups) => "reoffer to the backups".to_owned(),
        StepAction::Reoffer(Rung::Other(team)) => format!("reoffer to `{team}`"),
        StepAction::Widen => "widen to a pool".to_owned(),
        StepAction::Notify(Audience::Managers) => "notify the managers".to_owned(),
        StepAction::Notify(Audience::Channel) => "notify the channel".to_owned(),
        StepAction::Notify(Audience::Rep(rep)) => format!("notify `{rep}`"),
        StepAction::Assign(Assignee::Managers) => "assign to a manager".to_owned(),
        StepAction::Assign(Assignee::Rep(rep)) => format!("assign to `{rep}`"),
        StepAction::Review(team) => format!("review by `{team}`"),
    };
    match step.when {
        When::Unaccepted(after) => format!("{what} after {after}"),
        When::Untouched(after) => format!("{what} after {after} when accepted and untouched"),
        When::Exhausted => format!("{what} when nobody was reached"),
    }
}
