//! The rules in force with their calendars ready: what a reload replaces as a whole.

pub mod walk;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::tz::TimeZone;

use crate::domain::{
    calendar::{Calendar, Holidays},
    id::CalendarId,
    policy::{CalendarRule, HolidayRule, Policy, Profile, Rep},
    world::Clocks,
};

/// One configuration, compiled.
#[derive(Debug)]
pub struct Rules {
    /// What it says.
    pub policy: Policy,
    /// Calendars that were asked for before, by name, zone and country.
    ready: Mutex<HashMap<(CalendarId, String, String), Calendar>>,
}

impl Rules {
    /// Puts a policy in force.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            ready: Mutex::default(),
        }
    }

    /// When a rep works: the hours that were chosen for them, else those of the configuration. Holidays are those of
    /// their calendar, and so is the zone, if it has one.
    #[must_use]
    pub fn hours_of(&self, rep: &Rep, profile: &Profile) -> Calendar {
        let zone = &rep.zone(profile);
        let country = rep.country.as_deref().unwrap_or_default();
        let Some(own) = &profile.hours else {
            return self.calendar(rep.calendar.as_ref(), zone, country);
        };
        let rule = rep.calendar.as_ref();
        let rule = rule.and_then(|name| self.policy.calendars.get(name));
        let zone = rule.and_then(|rule| rule.timezone.as_ref()).unwrap_or(zone);
        // A space stands in no calendar's name.
        let key = (
            CalendarId::from(format!("{own} {}", rep.id)),
            zone.iana_name().unwrap_or_default().to_owned(),
            country.to_owned(),
        );
        let own = CalendarRule {
            hours: own.clone(),
            holidays: rule.map_or(HolidayRule::Rep, |rule| rule.holidays.clone()),
            timezone: None,
            of_lead: false,
        };
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready
            .entry(key)
            .or_insert_with(|| build(&own, zone, country))
            .clone()
    }

    /// The same as if there were no holidays.
    #[must_use]
    pub fn usual_hours(&self, rep: &Rep, profile: &Profile) -> Calendar {
        let (zone, own) = (&rep.zone(profile), profile.hours.as_deref());
        let rule = rep.calendar.as_ref();
        let rule = rule.and_then(|name| self.policy.calendars.get(name));
        let Some(hours) = own.or(rule.map(|rule| rule.hours.as_str())) else {
            return Calendar::always(zone.clone());
        };
        let zone = rule.and_then(|rule| rule.timezone.as_ref()).unwrap_or(zone);
        let plain = CalendarRule {
            hours: hours.to_owned(),
            holidays: HolidayRule::None,
            timezone: None,
            of_lead: false,
        };
        build(&plain, zone, "")
    }

    fn calendar(&self, name: Option<&CalendarId>, zone: &TimeZone, country: &str) -> Calendar {
        let Some((name, rule)) = name.and_then(|name| self.policy.calendars.get_key_value(name))
        else {
            return Calendar::always(zone.clone());
        };
        let zone = rule.timezone.as_ref().unwrap_or(zone);
        let key = (
            name.clone(),
            zone.iana_name().unwrap_or_default().to_owned(),
            country.to_owned(),
        );
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready
            .entry(key)
            .or_insert_with(|| build(rule, zone, country))
            .clone()
    }
}

impl Clocks for Rules {
    fn clock(&self, name: Option<&CalendarId>, zone: &TimeZone) -> Calendar {
        self.calendar(name, zone, "")
    }
}

fn build(rule: &CalendarRule, zone: &TimeZone, country: &str) -> Calendar {
    let holidays = match &rule.holidays {
        HolidayRule::Fixed(holidays) => holidays.clone(),
        HolidayRule::Rep if !country.is_empty() => Holidays::of(country).unwrap_or_default(),
        HolidayRule::Rep | HolidayRule::None => Holidays::default(),
    };
    // The configuration was refused if its hours could not be read, so this falls back for nobody.
    Calendar::new(&rule.hours, &holidays, zone.clone()).unwrap_or_else(|error| {
        tracing::error!(%error, "a calendar that was checked can't be built; its clock always runs");
        Calendar::always(zone.clone())
    })
}
