//! One date of a calendar: what is open on it, when that really was, and whose working day it is.

use std::ops::Range;

use jiff::{
    Timestamp,
    civil::{Date, Time, Weekday},
    tz::{AmbiguousOffset, TimeZone},
};
use opening_hours::{OpeningHours, RuleKind};

use super::holidays::chrono_date;

const MINUTES_A_DAY: u16 = 24 * 60;
/// What began the evening before ends by noon; what lasts longer is a day of its own.
const NIGHT_ENDS: u16 = 12 * 60;

/// Hours in a zone: what a calendar shares with its clones.
#[derive(Debug)]
pub(super) struct Inner {
    pub hours: Hours,
    pub zone: TimeZone,
}

/// When a calendar is open, in local time.
#[derive(Debug)]
pub(super) enum Hours {
    Always,
    Some(OpeningHours),
}

/// From an opening to a close.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub opens: Timestamp,
    pub closes: Timestamp,
}

impl Inner {
    /// What is open on `date`, in minutes from its midnight.
    pub fn pieces(&self, date: Date) -> Vec<Range<u16>> {
        let Hours::Some(hours) = &self.hours else {
            let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            return (!weekend).then_some(0..MINUTES_A_DAY).into_iter().collect();
        };
        let Some(day) = chrono_date(date) else {
            return Vec::new();
        };
        let ranges = hours
            .schedule_at(day)
            .into_iter()
            .filter(|range| range.kind == RuleKind::Open);
        ranges
            .map(|open| open.range.start.mins_from_midnight()..open.range.end.mins_from_midnight())
            .collect()
    }

    /// The part of `date` that a night shift of the evening before still has.
    fn night_before(&self, date: Date) -> Option<Range<u16>> {
        let first = self.pieces(date).into_iter().next()?;
        if first.start != 0 || first.end > NIGHT_ENDS {
            return None;
        }
        let evening = self.pieces(date.yesterday().ok()?).pop()?;
        (evening.end == MINUTES_A_DAY).then_some(first)
    }

    /// The business day that starts on `date`, from its first opening to its last close.
    pub fn business_day(&self, date: Date) -> Option<Stretch> {
        let mut own = self.pieces(date);
        if self.night_before(date).is_some() {
            own.remove(0);
        }
        let (first, last) = (own.first()?, own.last()?);
        let opens = self.instant(date, first.start)?;
        let tomorrow = date.tomorrow().ok()?;
        let night = self
            .night_before(tomorrow)
            .filter(|_| last.end == MINUTES_A_DAY);
        let closes = match night {
            Some(night) => self.instant(tomorrow, night.end)?,
            None => self.instant(date, last.end)?,
        };
        Some(Stretch { opens, closes })
    }

    /// The date of the business day that `at` belongs to: the local date, or the one before in a night shift.
    pub fn day_of(&self, at: Timestamp) -> Date {
        let date = self.zone.to_datetime(at).date();
        let night = self
            .night_before(date)
            .and_then(|night| self.instant(date, night.end));
        match night {
            Some(ends) if at < ends => date.yesterday().unwrap_or(date),
            Some(_) | None => date,
        }
    }

    /// A piece of a date as it really happened; none if the clocks skipped it.
    pub fn stretch(&self, date: Date, piece: &Range<u16>) -> Option<Stretch> {
        let opens = self.instant(date, piece.start)?;
        let closes = self.instant(date, piece.end)?;
        (opens < closes).then_some(Stretch { opens, closes })
    }

    /// When it is `minute` on `date`: what the clocks skip happens as they jump, what they repeat the first time.
    fn instant(&self, date: Date, minute: u16) -> Option<Timestamp> {
        let civil = match minute {
            MINUTES_A_DAY.. => date.tomorrow().ok()?.to_datetime(Time::midnight()),
            _ => date.at(
                i8::try_from(minute / 60).ok()?,
                i8::try_from(minute % 60).ok()?,
                0,
                0,
            ),
        };
        let found = self.zone.to_ambiguous_timestamp(civil);
        let earlier = found.earlier().ok()?;
        match found.offset() {
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => Some(earlier),
            AmbiguousOffset::Gap { .. } => Some(self.zone.following(earlier).next()?.timestamp()),
        }
    }
}
