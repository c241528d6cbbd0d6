//! Business time: when a clock runs and when a person works.
//!
//! A calendar is written in OpenStreetMap's opening_hours syntax (`Mo-Fr 09:00-18:00; PH off`), has
//! holidays and lives in one zone. Open time is real time that passes while it is open, so a night shift
//! over a change of the clocks counts its true seven or nine hours.
//!
//! Calendars reach from 1970 to 2100; before and after they are closed.
//!
//! Where the clocks are set forward, hours that do not exist are not open. Where they are set back, an
//! opening or closing in the hour that comes twice happens the first time.

mod day;
mod germany;
mod holidays;
mod ics;
mod period;
#[cfg(test)]
mod tests;

use std::{sync::Arc, vec};

use jiff::{
    RoundMode, SignedDuration, Timestamp, TimestampRound, Unit,
    civil::{Date, Time, date, time},
    tz::TimeZone,
};
use opening_hours::{Context, OpeningHours};

use day::{Hours, Inner, Stretch};
pub use holidays::{Holidays, HolidaysError, lacking};
pub use period::{Period, PeriodError};

/// A calendar that is closed for so many days on end is taken to be closed for ever.
const PATIENCE_DAYS: u16 = 400;
/// More business days than this are taken as this many.
const MOST_BUSINESS_DAYS: u32 = 5_000;
const LONGEST_HOURS: usize = 2_000;
const FIRST_DAY: Date = date(1970, 1, 1);
/// When the working day of somebody without hours starts.
const USUAL_START: Time = time(9, 0, 0, 0);

/// When a clock runs, or a person works, in one zone. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Calendar {
    inner: Arc<Inner>,
}

/// Opening hours that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The text is not in the opening_hours syntax.
    #[error(
        "cannot read the hours from `{rest}` on; write for instance `Mo-Fr 09:00-12:30,13:30-18:00; PH off`"
    )]
    Syntax {
        /// The byte at which reading failed.
        at: usize,
        /// What stands there, shortened.
        rest: String,
    },
    /// It is in the syntax, but means nothing.
    #[error("these hours mean nothing: {0}")]
    Meaning(String),
    /// It is longer than any hours are.
    #[error("hours of more than {LONGEST_HOURS} bytes are not read")]
    TooLong,
}

impl Calendar {
    /// The calendar that is always open.
    #[must_use]
    pub fn always(zone: TimeZone) -> Self {
        Self::from_hours(Hours::Always, zone)
    }

    /// The calendar that is open in `hours`, except as they say for `holidays` (`PH off`).
    ///
    /// # Errors
    ///
    /// When `hours` is not in the opening_hours syntax.
    pub fn new(hours: &str, holidays: &Holidays, zone: TimeZone) -> Result<Self, CalendarError> {
        if hours.len() > LONGEST_HOURS {
            return Err(CalendarError::TooLong);
        }
        let read: OpeningHours = hours.parse().map_err(|error| explain(hours, &error))?;
        let context = Context::default().with_holidays(holidays.context());
        Ok(Self::from_hours(
            Hours::Some(read.with_context(context)),
            zone,
        ))
    }

    fn from_hours(hours: Hours, zone: TimeZone) -> Self {
        Self {
            inner: Arc::new(Inner { hours, zone }),
        }
    }

    /// Where its hours are meant.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.inner.zone
    }

    /// Whether it is open at `at`.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.next_stretch(at)
            .is_some_and(|stretch| stretch.opens <= at)
    }

    /// The first moment at or after `at` at which it is open. None: not within a year.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        Some(whole_micros(self.next_stretch(at)?.opens.max(at)))
    }

    /// When it is open from one moment to another.
    #[must_use]
    pub fn open_from(&self, from: Timestamp, end: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let mut open = Vec::new();
        let mut at = from;
        while let Some(opens) = self.next_open(at).filter(|opens| *opens < end) {
            let closes = self.next_close(opens).unwrap_or(end).min(end);
            open.push((opens, closes));
            if closes <= opens {
                break;
            }
            at = closes;
        }
        open
    }

    /// When it closes, if it is open at `at`. None: it is closed, or does not close within a year.
    #[must_use]
    pub fn next_close(&self, at: Timestamp) -> Option<Timestamp> {
        let mut stretches = self
            .stretches(at)
            .skip_while(|stretch| stretch.closes <= at);
        let mut closes = stretches.next().filter(|first| first.opens <= at)?.closes;
        for (days, stretch) in stretches.enumerate() {
            match stretch.opens > closes {
                true => return Some(closes),
                false if days >= usize::from(PATIENCE_DAYS) => return None,
                false => closes = stretch.closes,
            }
        }
        (closes < Timestamp::MAX).then_some(closes)
    }

    /// The first moment by which `period` has passed since `from`. None only if it never opens.
    ///
    /// `Period::Time`: the moment at which so much open time has passed, never earlier; 30 minutes from
    /// half an hour before closing time are over at closing time.
    ///
    /// `Period::BusinessDays(n)`: the close of the n-th business day after the day of `from`. That day itself
    /// does not count, as it was not a whole one, so `1bd` from any time on a Friday, and from
    /// the weekend, is over when Monday closes. A business day is a date on which the calendar opens; a night shift
    /// belongs to the date on which it began. On the calendar that is always open business days are Monday to
    /// Friday, until midnight.
    #[must_use]
    pub fn add(&self, from: Timestamp, period: Period) -> Option<Timestamp> {
        match period {
            Period::Time(time) => self.add_time(from, time),
            Period::BusinessDays(0) => Some(whole_micros(from)),
            Period::BusinessDays(n) => {
                let nth = usize::try_from(n.min(MOST_BUSINESS_DAYS) - 1).ok()?;
                Some(self.business_days_after(from).nth(nth)?.closes)
            }
        }
    }

    fn add_time(&self, from: Timestamp, time: SignedDuration) -> Option<Timestamp> {
        if !time.is_positive() {
            return Some(whole_micros(from));
        }
        let mut left = time;
        for stretch in self.stretches(from) {
            let starts = stretch.opens.max(from);
            let length = stretch.closes.duration_since(starts);
            if length >= left {
                return Some(whole_micros(
                    starts.checked_add(left).unwrap_or(Timestamp::MAX),
                ));
            }
            if length.is_positive() {
                left -= length;
            }
        }
        matches!(self.inner.hours, Hours::Always).then_some(Timestamp::MAX)
    }

    /// How long it is open between two moments; nothing if `b` is not after `a`.
    #[must_use]
    pub fn open_between(&self, a: Timestamp, b: Timestamp) -> SignedDuration {
        let stretches = self.stretches(a).take_while(|stretch| stretch.opens < b);
        stretches
            .map(|stretch| stretch.closes.min(b).duration_since(stretch.opens.max(a)))
            .filter(SignedDuration::is_positive)
            .sum()
    }

    /// When a whole business day has gone by since `from`; absent: there is none to come.
    #[must_use]
    pub fn business_day_after(&self, from: Timestamp) -> Option<Timestamp> {
        let day = self.inner.zone.to_datetime(from).date();
        let midnight = self
            .inner
            .zone
            .to_timestamp(day.to_datetime(Time::midnight()))
            .unwrap_or(from);
        // The day of `from` is a whole one if nothing of it has gone by.
        let since = if self.open_between(midnight, from).is_zero() {
            midnight - SignedDuration::from_secs(1)
        } else {
            from
        };
        self.add(since, Period::BusinessDays(1))
    }

    /// When the next working day after the day of `at` starts: the first opening on a later date.
    ///
    /// The calendar that is always open has no opening; its days start at 9:00, every day.
    #[must_use]
    pub fn next_working_day(&self, at: Timestamp) -> Option<Timestamp> {
        match self.inner.hours {
            Hours::Some(_) => Some(self.business_days_after(at).next()?.opens),
            Hours::Always => {
                let tomorrow = self.inner.zone.to_datetime(at).date().tomorrow().ok()?;
                self.inner
                    .zone
                    .to_timestamp(tomorrow.to_datetime(USUAL_START))
                    .ok()
            }
        }
    }

    /// The stretch that `at` lies in, or the next one.
    fn next_stretch(&self, at: Timestamp) -> Option<Stretch> {
        self.stretches(at).find(|stretch| stretch.closes > at)
    }

    /// What is open from the local day of `at` on, in order.
    fn stretches(&self, at: Timestamp) -> Stretches<'_> {
        let whole = Stretch {
            opens: Timestamp::MIN,
            closes: Timestamp::MAX,
        };
        let (ready, date) = match self.inner.hours {
            Hours::Always => (vec![whole], None),
            Hours::Some(_) => (
                Vec::new(),
                Some(self.inner.zone.to_datetime(at).date().max(FIRST_DAY)),
            ),
        };
        Stretches {
            inner: &self.inner,
            ready: ready.into_iter(),
            date,
            patience: PATIENCE_DAYS,
        }
    }

    /// The business days after the one of `at`, from their opening to their close.
    fn business_days_after(&self, at: Timestamp) -> impl Iterator<Item = Stretch> {
        let inner = &self.inner;
        let mut date = inner.day_of(at).max(FIRST_DAY);
        std::iter::from_fn(move || {
            for _ in 0..PATIENCE_DAYS {
                date = date.tomorrow().ok()?;
                if let Some(day) = inner.business_day(date) {
                    return Some(day);
                }
            }
            None
        })
    }
}

/// The open stretches of one calendar, day by day, until it has been closed for too long.
struct Stretches<'a> {
    inner: &'a Inner,
    ready: vec::IntoIter<Stretch>,
    date: Option<Date>,
    patience: u16,
}

impl Iterator for Stretches<'_> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        loop {
            if let Some(stretch) = self.ready.next() {
                return Some(stretch);
            }
            let date = self.date.filter(|_| self.patience > 0)?;
            let open: Vec<_> = self
                .inner
                .pieces(date)
                .into_iter()
                .filter_map(|piece| self.inner.stretch(date, &piece))
                .collect();
            self.patience = if open.is_empty() {
                self.patience - 1
            } else {
                PATIENCE_DAYS
            };
            self.date = date.tomorrow().ok();
            self.ready = open.into_iter();
        }
    }
}

/// `at`, or the first whole microsecond after it: stored times have no finer part, and none may be early.
fn whole_micros(at: Timestamp) -> Timestamp {
    let up = TimestampRound::new()
        .smallest(Unit::Microsecond)
        .mode(RoundMode::Ceil);
    at.round(up).unwrap_or(at)
}

type ParserError = <OpeningHours as std::str::FromStr>::Err;

/// The parser's complaint with the place that it shows on its first line, ` --> 1:7`.
fn explain(hours: &str, error: &ParserError) -> CalendarError {
    let text = error.to_string();
    if !matches!(error, ParserError::Syntax(_)) {
        return CalendarError::Meaning(text);
    }
    let place = text
        .lines()
        .next()
        .and_then(|line| line.trim().strip_prefix("--> "));
    let (line, column) = place
        .and_then(|place| place.split_once(':'))
        .unwrap_or(("1", "1"));
    let (line, column) = (
        line.parse().unwrap_or(1_usize),
        column.parse().unwrap_or(1_usize),
    );
    let before: usize = hours
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let here = &hours[before..];
    let at = before
        + here
            .char_indices()
            .nth(column - 1)
            .map_or(here.len(), |(byte, _)| byte);
    CalendarError::Syntax {
        at,
        rest: hours[at..].chars().take(40).collect(),
    }
}
