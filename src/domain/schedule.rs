//! When a digest goes out: cron with five fields, in a zone, as the cron of any Unix understands it.
//!
//! `0 8 * * Mon` · `30 7 * * 1-5` · `0 9 1 * *`. Days of the week are 0 to 7 with Sunday at both ends; if both
//! the day of the month and that of the week are given, either will do. What the clocks skip in spring
//! happens as much later as they jump (02:30 at 03:30); what they repeat in autumn happens once.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

/// The names the cron crate takes, by Unix number; its own numbers start at 1 for Sunday.
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// More than the clocks are ever set forward: what was due in the skipped hour may still be ahead.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(3);
const LONGEST: usize = 200;

/// When something recurs, on the clocks of one zone.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Each gives times of its own: one, or two when either of two days will do.
    rules: Vec<cron::Schedule>,
    zone: TimeZone,
}

/// A schedule that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// It does not have five fields.
    #[error(
        "a schedule has five fields, minute hour day month weekday, as in `0 8 * * Mon`; this has {0}"
    )]
    Fields(usize),
    /// Its day of the week is none.
    #[error("`{0}` is no day of the week: write Mon, Mon-Fri, 1-5 or 0,6 (0 and 7 are Sunday)")]
    Weekday(String),
    /// A field is not understood.
    #[error(
        "cannot read the schedule `{0}`: fields are numbers, ranges `9-17`, lists `0,30`, steps `*/15` or `*`"
    )]
    Syntax(String),
    /// It names a day that no year has.
    #[error("the schedule `{0}` never comes")]
    Never(String),
}

impl Schedule {
    /// Reads `text`, on the clocks of `zone`.
    ///
    /// # Errors
    ///
    /// When it is not cron with five fields, or names a time that never comes.
    pub fn parse(text: &str, zone: TimeZone) -> Result<Self, ScheduleError> {
        let shown: String = text.chars().take(40).collect();
        let fields: Vec<_> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(ScheduleError::Fields(fields.len()));
        };
        if text.len() > LONGEST {
            return Err(ScheduleError::Syntax(shown));
        }
        let weekday = weekdays(weekday)?;
        let days = match day.starts_with('*') || weekday == "*" {
            true => vec![(day, weekday.as_str())],
            false => vec![(day, "*"), ("*", weekday.as_str())],
        };
        let rules = days.into_iter().map(|(day, weekday)| {
            cron::Schedule::from_str(&format!("0 {minute} {hour} {day} {month} {weekday}"))
        });
        let rules = rules
            .collect::<Result<_, _>>()
            .map_err(|_| ScheduleError::Syntax(shown.clone()))?;
        let schedule = Self { rules, zone };
        match schedule.next_after(Timestamp::UNIX_EPOCH) {
            Some(_) => Ok(schedule),
            None => Err(ScheduleError::Never(shown)),
        }
    }

    /// The first time after `at`. None: there is none before the year 2100.
    #[must_use]
    pub fn next_after(&self, at: Timestamp) -> Option<Timestamp> {
        self.rules
            .iter()
            .filter_map(|rule| self.next_of(rule, at))
            .min()
    }

    fn next_of(&self, rule: &cron::Schedule, at: Timestamp) -> Option<Timestamp> {
        let from = self.zone.to_datetime(at).checked_sub(LOOK_BACK).ok()?;
        let from = chrono::DateTime::from_timestamp(
            TimeZone::UTC.to_timestamp(from).ok()?.as_second(),
            0,
        )?;
        let mut best: Option<Timestamp> = None;
        for local in rule.after(&from).map(|time| civil(time.timestamp())) {
            let local = local?;
            // A skipped time moves past later ones; once those are reached nothing better can come.
            if best.is_some_and(|best| local >= self.zone.to_datetime(best)) {
                break;
            }
            let time = self.zone.to_timestamp(local).ok()?;
            if time > at {
                best = Some(best.map_or(time, |best| best.min(time)));
            }
        }
        best
    }
}

/// What a clock shows, of the seconds that it would be in UTC.
fn civil(seconds: i64) -> Option<DateTime> {
    Some(TimeZone::UTC.to_datetime(Timestamp::from_second(seconds).ok()?))
}

/// The field for the day of the week in names, every day of a range by itself; `*` if it is any.
fn weekdays(field: &str) -> Result<String, ScheduleError> {
    if matches!(field, "*" | "?") {
        return Ok("*".to_owned());
    }
    let mut days = [false; 7];
    for part in field.split(',') {
        let part = weekday_range(part);
        let (first, last, step) =
            part.ok_or_else(|| ScheduleError::Weekday(field.chars().take(40).collect()))?;
        for day in (first..=last).step_by(step) {
            days[day % 7] = true;
        }
    }
    let named: Vec<_> = DAYS
        .into_iter()
        .zip(days)
        .filter(|(_, on)| *on)
        .map(|(name, _)| name)
        .collect();
    Ok(named.join(","))
}

/// `1`, `1-5`, `*/2` or `Fri-Mon` as its first day, its last, which may be past the week's end, and its step.
fn weekday_range(part: &str) -> Option<(usize, usize, usize)> {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0)?),
        None => (part, 1),
    };
    let (first, last) = match range.split_once('-') {
        _ if range == "*" => (0, 6),
        Some((first, last)) => (number(first)?, number(last)?),
        None if step > 1 => (number(range)?, 6),
        None => (number(range)?, number(range)?),
    };
    Some((first, if last < first { last + 7 } else { last }, step))
}

/// The Unix number of a day: `0` to `7`, or a name of three letters or in full.
fn number(text: &str) -> Option<usize> {
    if let Ok(number) = text.parse::<usize>() {
        return (number <= 7).then_some(number);
    }
    let full = [
        "SUNDAY",
        "MONDAY",
        "TUESDAY",
        "WEDNESDAY",
        "THURSDAY",
        "FRIDAY",
        "SATURDAY",
    ];
    let upper = text.to_ascii_uppercase();
    DAYS.iter()
        .position(|day| *day == upper)
        .or_else(|| full.iter().position(|day| *day == upper))
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, Zoned, civil::Weekday};
    use proptest::prelude::*;

    use super::*;

    fn berlin(text: &str) -> Schedule {
        Schedule::parse(text, TimeZone::get("Europe/Berlin").unwrap()).unwrap()
    }

    /// The next `n` times after `from`, in Berlin.
    fn next(text: &str, from: &str, n: usize) -> String {
        let schedule = berlin(text);
        let from: Zoned = format!("{from}[Europe/Berlin]").parse().unwrap();
        let times = std::iter::successors(Some(from.timestamp()), |at| schedule.next_after(*at));
        let times = times
            .skip(1)
            .take(n)
            .map(|at| at.to_zoned(schedule.zone.clone()));
        times
            .map(|at| at.strftime("%a %d %H:%M%:z").to_string())
            .collect::<Vec<_>>()
            .join(", ")
    }

    #[test]
    fn schedules_mean_what_unix_means() {
        let sunday = "Sun 22 09:00+01:00, Sun 29 09:00+01:00";
        for (text, expected) in [
            ("0 8 * * Mon", "Mon 23 08:00+01:00, Mon 30 08:00+01:00"),
            ("0 8 * * monday", "Mon 23 08:00+01:00, Mon 30 08:00+01:00"),
            ("0 9 * * 0", sunday),
            ("0 9 * * 7", sunday),
            ("0 9 * * 5-7/2", "Sun 22 09:00+01:00, Fri 27 09:00+01:00"),
            ("0 9 * * Fri-Mon", "Sun 22 09:00+01:00, Mon 23 09:00+01:00"),
            ("0 9 1 * 1", "Mon 23 09:00+01:00, Mon 30 09:00+01:00"),
            ("0 9 22,24 * 1", "Sun 22 09:00+01:00, Mon 23 09:00+01:00"),
            ("0 9 24 12 *", "Thu 24 09:00+01:00, Fri 24 09:00+01:00"),
            ("*/20 14 * * *", "Sat 21 14:20+01:00, Sat 21 14:40+01:00"),
            ("0 0 29 2 *", "Tue 29 00:00+01:00, Sun 29 00:00+01:00"),
        ] {
            assert_eq!(next(text, "2026-11-21T14:00", 2), expected, "{text}");
        }
    }

    #[test]
    fn one_to_five_is_monday_to_friday() {
        let week = next("30 7 * * 1-5", "2026-11-21T14:00", 6);
        assert_eq!(
            week,
            "Mon 23 07:30+01:00, Tue 24 07:30+01:00, Wed 25 07:30+01:00, Thu 26 07:30+01:00, \
             Fri 27 07:30+01:00, Mon 30 07:30+01:00"
        );
    }

    #[test]
    fn a_time_that_spring_skips_comes_an_hour_later() {
        assert_eq!(
            next("30 2 * * *", "2026-03-28T12:00", 2),
            "Sun 29 03:30+02:00, Mon 30 02:30+02:00"
        );
        // Asked between the jump and the time that it moved to, as after a restart.
        assert_eq!(
            next("30 2 * * *", "2026-03-29T03:10", 1),
            "Sun 29 03:30+02:00"
        );
        assert_eq!(
            next("0,30 2,3 * * *", "2026-03-29T01:00", 3),
            "Sun 29 03:00+02:00, Sun 29 03:30+02:00, Mon 30 02:00+02:00"
        );
        assert_eq!(
            next("*/30 * * * *", "2026-03-29T01:29", 3),
            "Sun 29 01:30+01:00, Sun 29 03:00+02:00, Sun 29 03:30+02:00"
        );
    }

    #[test]
    fn a_time_that_autumn_repeats_comes_once() {
        assert_eq!(
            next("30 2 * * *", "2026-10-24T12:00", 2),
            "Sun 25 02:30+02:00, Mon 26 02:30+01:00"
        );
        assert_eq!(
            next("*/30 * * * *", "2026-10-25T01:59", 3),
            "Sun 25 02:00+02:00, Sun 25 02:30+02:00, Sun 25 03:00+01:00"
        );
    }

    #[test]
    fn what_is_no_schedule_is_refused_with_its_reason() {
        for (text, says) in [
            ("", "this has 0"),
            ("@daily", "this has 1"),
            ("0 0 9 * * Mon", "this has 6"),
            ("61 * * * *", "cannot read the schedule `61"),
            ("0 9 L * *", "cannot read"),
            ("0 9 * * 8", "no day of the week"),
            ("0 9 * * Mo", "no day of the week"),
            ("0 9 * * 1/0", "no day of the week"),
            ("0 9 31 2 *", "never comes"),
        ] {
            let error = Schedule::parse(text, TimeZone::UTC)
                .unwrap_err()
                .to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn the_ends_of_time_have_no_next() {
        assert_eq!(berlin("0 8 * * Mon").next_after(Timestamp::MAX), None);
        let _ = berlin("0 8 * * Mon").next_after(Timestamp::MIN);
    }

    proptest! {
        #[test]
        fn every_time_is_later_and_on_its_day(minute in 0..5_000_000_i64, hour in 0..24_i8) {
            let at = "2024-01-01T00:00Z".parse::<Timestamp>().unwrap() + minute.minutes();
            let schedule = berlin(&format!("15 {hour} * * 1-5"));
            let next = schedule.next_after(at).unwrap();
            let local = next.to_zoned(schedule.zone.clone());
            prop_assert!(next > at && next.duration_since(at) < SignedDuration::from_hours(74));
            prop_assert!(!matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday));
            prop_assert_eq!((local.hour(), local.minute()), (hour, 15));
        }

        #[test]
        fn junk_never_panics(text in "[0-9*/,?LMon -]{0,30}") {
            let _ = Schedule::parse(&text, TimeZone::UTC);
        }
    }
}
