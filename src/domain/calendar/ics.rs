//! Reads the whole days out of an iCalendar text (RFC 5545), as calendars of holidays are published.

use std::collections::BTreeSet;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::holidays::HolidaysError;

const LAST_YEAR: i16 = 2100;
const LONGEST_DAYS: usize = 366;

/// One `VEVENT`, as far as days go.
#[derive(Default)]
struct Event {
    line: usize,
    start: Option<Date>,
    end: Option<Date>,
    repeat: Option<String>,
    except: BTreeSet<Date>,
    cancelled: bool,
}

/// Every day that a whole-day event of `text` covers.
pub(super) fn whole_days(text: &str) -> Result<BTreeSet<Date>, HolidaysError> {
    let mut days = BTreeSet::new();
    let mut event: Option<Event> = None;
    let mut seen = false;
    for (number, line) in unfold(text) {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let name = name
            .split(';')
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        match (name.as_str(), value.trim(), &mut event) {
            ("BEGIN", "VCALENDAR", _) => seen = true,
            ("BEGIN", "VEVENT", _) => {
                event = Some(Event {
                    line: number,
                    ..Event::default()
                });
            }
            ("END", "VEVENT", open) => {
                if let Some(event) = open.take() {
                    days.extend(event.days()?);
                }
            }
            (name, value, Some(event)) => event.note(name, value, number)?,
            _ => {}
        }
    }
    match (seen, days.is_empty()) {
        (false, _) => Err(wrong(1, "this is no calendar: it has no BEGIN:VCALENDAR")),
        (true, true) => Err(wrong(1, "the calendar has no whole-day event")),
        (true, false) => Ok(days),
    }
}

/// The lines with their numbers; what was folded for length is one line again.
fn unfold(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, before))) => before.push_str(rest),
            _ => lines.push((index + 1, line.to_owned())),
        }
    }
    lines
}

/// A date `20261225`; none if the value has a time of day.
fn day(value: &str, line: usize) -> Result<Option<Date>, HolidaysError> {
    let value = value.trim();
    if value.contains('T') {
        return Ok(None);
    }
    let date = Date::strptime("%Y%m%d", value);
    date.map(Some)
        .map_err(|_| wrong(line, &format!("`{}` is no date", short(value))))
}

fn wrong(line: usize, what: &str) -> HolidaysError {
    HolidaysError::Ics {
        line,
        what: what.to_owned(),
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

impl Event {
    /// Notes one property, if it has to do with days.
    fn note(&mut self, name: &str, value: &str, line: usize) -> Result<(), HolidaysError> {
        match (name, value) {
            ("DTSTART", value) => self.start = day(value, line)?,
            ("DTEND", value) => self.end = day(value, line)?,
            ("RRULE", value) => self.repeat = Some(value.to_owned()),
            ("STATUS", "CANCELLED") => self.cancelled = true,
            ("EXDATE", value) => {
                for value in value.split(',') {
                    self.except.extend(day(value, line)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn days(self) -> Result<Vec<Date>, HolidaysError> {
        let Some(start) = self.start.filter(|_| !self.cancelled) else {
            return Ok(Vec::new());
        };
        let length = match self.end {
            // DTEND is the day after the last one.
            Some(end) if end > start => {
                usize::try_from((end - start).get_days()).unwrap_or(usize::MAX)
            }
            Some(_) | None => 1,
        };
        if length > LONGEST_DAYS {
            return Err(wrong(self.line, "the event is longer than a year"));
        }
        let starts = match &self.repeat {
            None => vec![start],
            Some(rule) => yearly(start, rule).ok_or_else(|| {
                wrong(
                    self.line,
                    &format!("`RRULE:{}` is not understood; FREQ=YEARLY is", short(rule)),
                )
            })?,
        };
        let kept = starts
            .into_iter()
            .filter(|start| !self.except.contains(start));
        Ok(kept
            .flat_map(|start| start.series(1.day()).take(length))
            .collect())
    }
}

/// The dates of `FREQ=YEARLY`, with INTERVAL, COUNT, UNTIL, and BYMONTH with BYMONTHDAY or BYDAY.
fn yearly(start: Date, rule: &str) -> Option<Vec<Date>> {
    let (mut every, mut count, mut until) = (1, usize::MAX, Date::MAX);
    let (mut month, mut month_day, mut by_day) = (start.month(), start.day(), None);
    for part in rule.split(';').filter(|part| !part.trim().is_empty()) {
        let (key, value) = part.trim().split_once('=')?;
        match key.to_ascii_uppercase().as_str() {
            "FREQ" => value.eq_ignore_ascii_case("YEARLY").then_some(())?,
            "INTERVAL" => every = value.parse().ok().filter(|every: &usize| *every > 0)?,
            "COUNT" => count = value.parse().ok()?,
            "UNTIL" => until = Date::strptime("%Y%m%d", value.get(..8)?).ok()?,
            "BYMONTH" => month = value.parse().ok()?,
            "BYMONTHDAY" => month_day = value.parse().ok()?,
            "BYDAY" => by_day = Some(nth_weekday(value)?),
            "WKST" => {}
            _ => return None,
        }
    }
    let on = |year| match by_day {
        None => Date::new(year, month, month_day).ok(),
        Some((nth, day)) => Date::new(year, month, 1)
            .ok()?
            .nth_weekday_of_month(nth, day)
            .ok(),
    };
    let years = (start.year()..=LAST_YEAR).step_by(every);
    let dates = years.filter_map(on).filter(|date| *date >= start);
    Some(
        dates
            .take_while(|date| *date <= until)
            .take(count)
            .collect(),
    )
}

/// `4TH`: the fourth Thursday; `-1MO`: the last Monday.
fn nth_weekday(text: &str) -> Option<(i8, Weekday)> {
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = match day {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    Some((nth.parse().ok().filter(|nth| *nth != 0)?, day))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn read(events: &[&str]) -> Result<Vec<Date>, HolidaysError> {
        let events: String = events
            .iter()
            .map(|e| format!("BEGIN:VEVENT\r\n{e}\r\nEND:VEVENT\r\n"))
            .collect();
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
        whole_days(&text).map(|days| days.into_iter().collect())
    }

    #[test]
    fn an_event_of_one_day_and_one_of_several() {
        let days = read(&[
            "SUMMARY:Ramazan Bayram\r\n ı: first day\r\nDTSTART;VALUE=DATE:20260320\r\nDTEND;VALUE=DATE:20260323",
            "DTSTART;VALUE=DATE:20261123",
            "DTSTART;VALUE=DATE:20261\r\n 225\r\nDTEND;VALUE=DATE:20261225",
        ]);
        let expected =
            [(3, 20), (3, 21), (3, 22), (11, 23), (12, 25)].map(|(m, d)| date(2026, m, d));
        assert_eq!(days.unwrap(), expected);
    }

    #[test]
    fn what_repeats_every_year_goes_on() {
        let fixed = read(&[
            "DTSTART;VALUE=DATE:20200229\r\nDTEND;VALUE=DATE:20200301\r\nRRULE:FREQ=YEARLY",
        ]);
        let fixed = fixed.unwrap();
        assert_eq!(fixed[..2], [date(2020, 2, 29), date(2024, 2, 29)]);
        assert_eq!(fixed.last(), Some(&date(2096, 2, 29)));
        for (rule, expected) in [
            (
                "FREQ=YEARLY;COUNT=2",
                vec![date(2025, 5, 1), date(2026, 5, 1)],
            ),
            (
                "FREQ=YEARLY;UNTIL=20260501T000000Z",
                vec![date(2025, 5, 1), date(2026, 5, 1)],
            ),
            (
                "FREQ=YEARLY;INTERVAL=5;UNTIL=20300601",
                vec![date(2025, 5, 1), date(2030, 5, 1)],
            ),
            (
                "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2",
                vec![date(2025, 11, 27), date(2026, 11, 26)],
            ),
            (
                "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=1;WKST=MO",
                vec![date(2025, 5, 26)],
            ),
        ] {
            let days = read(&[&format!("DTSTART;VALUE=DATE:20250501\r\nRRULE:{rule}")]);
            assert_eq!(days.unwrap(), expected, "{rule}");
        }
    }

    #[test]
    fn exceptions_cancellations_and_meetings_do_not_count() {
        let days = read(&[
            "DTSTART;VALUE=DATE:20260501\r\nRRULE:FREQ=YEARLY;COUNT=3\r\nEXDATE;VALUE=DATE:20270501",
            "DTSTART;VALUE=DATE:20260601\r\nSTATUS:CANCELLED",
            "DTSTART;TZID=Europe/Berlin:20260602T090000\r\nDTEND;TZID=Europe/Berlin:20260602T100000",
        ]);
        assert_eq!(days.unwrap(), [date(2026, 5, 1), date(2028, 5, 1)]);
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_line() {
        for (event, says) in [
            (
                "DTSTART;VALUE=DATE:2026-12-25",
                "line 4 of the .ics file: `2026-12-25` is no date",
            ),
            (
                "DTSTART:20260101\r\nRRULE:FREQ=DAILY",
                "line 3 of the .ics file: `RRULE:FREQ=DAILY` is not",
            ),
            (
                "DTSTART:20260101\r\nRRULE:FREQ=YEARLY;INTERVAL=0",
                "is not understood",
            ),
            ("DTSTART:20260101\r\nDTEND:20280101", "longer than a year"),
            ("SUMMARY:nothing", "no whole-day event"),
        ] {
            let error = read(&[event]).unwrap_err().to_string();
            assert!(error.contains(says), "{event}: {error}");
        }
        assert!(
            whole_days("<html>")
                .unwrap_err()
                .to_string()
                .contains("no BEGIN:VCALENDAR")
        );
    }

    proptest! {
        #[test]
        fn junk_never_panics(start in "[0-9T-]{0,10}", end in "[0-9]{6,9}", rule in "(FREQ=YEARLY)?;?[A-Z=0-9é;-]{0,30}") {
            let _ = read(&[&format!("DTSTART:{start}\nDTEND:{end}\nRRULE:{rule}")]);
        }
    }
}
