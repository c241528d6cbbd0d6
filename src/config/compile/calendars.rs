//! Opening hours and the holidays they keep.

use std::{collections::BTreeMap, ops::Range};

use jiff::{civil::Date, tz::TimeZone};
use toml::Spanned;

use super::{
    super::raw::{Calendar as RawCalendar, OneOrMany, Text},
    Compiler,
};
use crate::domain::{
    calendar::{Calendar, CalendarError, Holidays},
    id::CalendarId,
    policy::{CalendarRule, HolidayRule},
};

/// Whether a clock by this calendar goes by the lead's own zone.
pub(super) fn is_of_lead(raw: &RawCalendar) -> bool {
    raw.timezone
        .as_ref()
        .is_some_and(|it| it.get_ref() == "lead")
}

impl Compiler<'_> {
    pub fn calendars(&mut self) -> BTreeMap<CalendarId, CalendarRule> {
        let raw = &self.raw.calendar;
        let calendars = raw
            .iter()
            .map(|(name, it)| (name.get_ref().as_str().into(), self.calendar(it)));
        calendars.collect()
    }

    fn calendar(&mut self, raw: &RawCalendar) -> CalendarRule {
        self.check_hours(&raw.hours);
        let holidays = raw.holidays.as_ref().map(|it| self.holidays(it));
        let given = raw.timezone.as_ref();
        let of_lead = is_of_lead(raw);
        CalendarRule {
            hours: raw.hours.get_ref().clone(),
            holidays: holidays.unwrap_or_default(),
            timezone: given.filter(|_| !of_lead).and_then(|it| self.zone(it)),
            of_lead,
        }
    }

    fn check_hours(&mut self, hours: &Text) {
        let Some(typed) = self.filled(hours) else {
            return;
        };
        let Err(error) = Calendar::new(typed, &Holidays::none(), TimeZone::UTC) else {
            return;
        };
        let span = match &error {
            CalendarError::Syntax { at, .. } => {
                let end = typed[*at..]
                    .chars()
                    .next()
                    .map_or(*at, |it| at + it.len_utf8());
                self.sources.within(&hours.span(), &(*at..end))
            }
            CalendarError::Meaning(_) | CalendarError::TooLong => hours.span(),
        };
        let help = match &error {
            CalendarError::Syntax { .. } | CalendarError::Meaning(_) => {
                "write OpenStreetMap opening hours: `Mo-Fr 09:00-18:00; PH off`"
            }
            CalendarError::TooLong => "write fewer rules, or one calendar for each half",
        };
        self.mistake(span, error.to_string(), help);
    }

    fn holidays(&mut self, raw: &Spanned<OneOrMany<String>>) -> HolidayRule {
        let items = &raw.get_ref().0;
        if let [one] = items.as_slice()
            && one == "rep"
        {
            return HolidayRule::Rep;
        }
        let mut all = Holidays::none();
        for item in items {
            let span = self.part(&raw.span(), item);
            if let Some(some) = self.some_holidays(item, &span) {
                all = all.and(some);
            }
        }
        HolidayRule::Fixed(all)
    }

    /// A country or region, a date, or a file of them.
    fn some_holidays(&mut self, item: &str, span: &Range<usize>) -> Option<Holidays> {
        if item == "rep" {
            let help = "make a calendar of its own for those whose days differ";
            self.mistake(
                span.clone(),
                "`rep` can't be mixed with other holidays",
                help,
            );
            return None;
        }
        if let Some(name) = item.strip_prefix("file:") {
            let text = self.file(name, span)?;
            return self.right(Holidays::from_ics(&text), span);
        }
        if item.starts_with(|it: char| it.is_ascii_digit()) {
            let day = item.parse::<Date>().ok();
            if day.is_none() {
                let message = format!("`{item}` is no date");
                self.mistake(span.clone(), message, "write `2026-12-25`");
            }
            return day.map(|day| Holidays::on([day]));
        }
        self.right(Holidays::of(item), span)
    }

    fn right<T, E: ToString>(&mut self, result: Result<T, E>, span: &Range<usize>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                let help = "write `\"rep\"`, a country (`\"DE\"`, `\"DE-BY\"`), days (`\"2026-12-25\"`) or an .ics file";
                self.mistake(span.clone(), error.to_string(), help);
                None
            }
        }
    }
}
