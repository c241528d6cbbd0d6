//! A configuration with which nothing can happen yet, calendars that never open, and hours that nobody's zone is
//! known for.

use jiff::tz::TimeZone;
use toml::Spanned;

use super::Linter;
use crate::{
    config::{Complaint, Severity},
    domain::{
        id::CalendarId,
        policy::{Platform, Rep},
        world::Clocks,
    },
};

impl Linter<'_> {
    /// Says what is missing for a lead to come in and to get to somebody.
    pub(super) fn emptiness(&mut self) {
        let (raw, teams) = (self.raw, &self.rules.policy.teams);
        if raw.source.is_empty() {
            let help = "add a `[[source]]` with `id`, `format` and `verify`; leads are then posted to `/webhooks/ID`";
            self.missing("no lead can come in: there is no source", help);
        }
        if raw.rep.is_empty() {
            let help = "add a `[[rep]]` with `id`, `name` and `email` for each person";
            self.missing("nobody can be offered a lead: there is no rep", help);
        }
        if teams.is_empty() {
            let help = "add a `[[team]]` with `id`, `members` and `managers`";
            self.missing("no lead can be handed out: there is no team", help);
        }
        if raw.route.is_empty() {
            let help = "add a `[[route]]` with `id` and `to = { team = \"…\" }`; without a `when` it takes every lead";
            self.missing("every lead waits in the queue: there is no route", help);
        }
    }

    fn missing(&mut self, message: &str, help: &str) {
        self.lints.push(Complaint {
            severity: Severity::Lint,
            message: message.to_owned(),
            help: Some(help.to_owned()),
            span: None,
        });
    }

    /// Calendars by which no clock ever runs and nobody ever works.
    pub(super) fn closed(&mut self) {
        for (name, raw) in &self.raw.calendar {
            let id = CalendarId::from(name.get_ref().as_str());
            if !self.rules.policy.calendars.contains_key(&id) {
                continue;
            }
            let clock = self.rules.clock(Some(&id), &TimeZone::UTC);
            if clock.next_open(self.now).is_some() {
                continue;
            }
            let means = self.what_stands_still(&id);
            let message = format!("the calendar `{id}` does not open within a year{means}");
            let help = "write when it is open: `Mo-Fr 09:00-18:00`";
            self.say(raw.hours.span(), message, help);
        }
    }

    /// Whom it stops, in words.
    fn what_stands_still(&self, calendar: &CalendarId) -> String {
        let policy = &self.rules.policy;
        let slas = policy
            .slas
            .iter()
            .filter(|(_, sla)| sla.calendar.as_ref() == Some(calendar));
        let slas: Vec<String> = slas.map(|(id, _)| format!("`{id}`")).collect();
        let reps = policy
            .reps
            .values()
            .filter(|rep| rep.calendar.as_ref() == Some(calendar));
        let reps: Vec<String> = reps.map(|rep| format!("`{}`", rep.id)).collect();
        let mut means = String::new();
        if !slas.is_empty() {
            means += &format!("; the clock of {} never runs", slas.join(", "));
        }
        if !reps.is_empty() {
            means += &format!("; {} is never offered a lead", reps.join(", "));
        }
        means
    }

    /// Hours that are read in UTC, because neither the file nor any chat says where their rep is.
    pub(super) fn zones(&mut self) {
        for raw in &self.raw.rep {
            let Some(rep) = self.rules.policy.reps.get(raw.id.get_ref().as_str()) else {
                continue;
            };
            // Slack's profiles say where people are; they are not known here.
            let profile = rep.chat == Platform::Slack && self.raw.slack.is_some();
            if profile || !self.needs_zone(rep) {
                continue;
            }
            let place = raw.calendar.as_ref().map_or(raw.id.span(), Spanned::span);
            let message = format!("`{}` has no time zone: their hours are read as UTC", rep.id);
            let help = "give `timezone = \"Europe/Berlin\"` to the rep, to `[defaults.rep]`, or to the calendar";
            self.say(place, message, help);
        }
    }

    fn needs_zone(&self, rep: &Rep) -> bool {
        let calendar = rep
            .calendar
            .as_ref()
            .and_then(|id| self.rules.policy.calendars.get(id));
        rep.active && rep.timezone.is_none() && calendar.is_some_and(|it| it.timezone.is_none())
    }
}
