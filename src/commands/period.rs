//! Stretches of days that numbers are asked for: `today`, `week`, `last month`, `2026-11-01..2026-11-15`.

use std::ops::Range;

use jiff::{Span, Timestamp, ToSpan, Zoned, civil::Date};

use crate::domain::phrase;

/// Days, in the zone of the one who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// Since midnight.
    Today,
    /// Since Monday.
    #[default]
    Week,
    /// Since the first of the month.
    Month,
    /// Since the first of January, April, July or October.
    Quarter,
    /// Whole days, both included.
    Days {
        /// The first.
        from: Date,
        /// The last.
        to: Date,
    },
}

/// How far back a date without a year, or a weekday, may mean another one than the next.
const BEFORE: [fn() -> Span; 3] = [|| 0.days(), || 7.days(), || 1.year()];
/// Words that mean a day to come, which has no numbers yet.
const TO_COME: [&str; 4] = ["tomorrow", "next", "in", "tonight"];
/// A date has no more words: `monday 16 november 2026`.
const MOST_WORDS: usize = 4;

impl Period {
    /// Reads one or two words: `week`, `this week`, `last week`, `yesterday`.
    pub(super) fn read(words: &[&str], now: &Zoned) -> Option<(Self, usize)> {
        let (this, last, word) = match words {
            ["this", word, ..] => (true, false, *word),
            ["last", word, ..] => (false, true, *word),
            [word, ..] => (false, false, *word),
            [] => return None,
        };
        let period = match word.strip_suffix('s').filter(|_| last).unwrap_or(word) {
            "today" if !last => Self::Today,
            "yesterday" if !this && !last => {
                let day = now.date().yesterday().ok()?;
                Self::Days { from: day, to: day }
            }
            "week" | "weekly" => Self::Week,
            "month" | "monthly" => Self::Month,
            "quarter" | "quarterly" => Self::Quarter,
            _ => return None,
        };
        let period = if last { period.before(now)? } else { period };
        Some((period, if this || last { 2 } else { 1 }))
    }

    /// Reads `FROM..TO` with its dots at `at` of `words`; also says which words it took.
    pub(super) fn range(words: &[&str], at: usize, now: &Zoned) -> Option<(Self, Range<usize>)> {
        let early = at.saturating_sub(MOST_WORDS);
        let (from, start) =
            (early..at).find_map(|start| Some((day(&words[start..at], now)?, start)))?;
        let late = words.len().min(at + 1 + MOST_WORDS);
        let found = (at + 2..=late)
            .rev()
            .find_map(|end| Some((day(&words[at + 1..end], now)?, end)));
        let (to, end) = found.unwrap_or((now.date(), at + 1));
        (from <= to).then_some((Self::Days { from, to }, start..end))
    }

    /// The week, month or quarter before.
    fn before(self, now: &Zoned) -> Option<Self> {
        let first = self.first(now.date());
        let to = first.yesterday().ok()?;
        Some(Self::Days {
            from: self.first(to),
            to,
        })
    }

    fn first(self, day: Date) -> Date {
        match self {
            Self::Today => day,
            Self::Week => day.saturating_sub(day.weekday().to_monday_zero_offset().days()),
            Self::Month => day.first_of_month(),
            Self::Quarter => {
                let month = (day.month() - 1) / 3 * 3 + 1;
                Date::new(day.year(), month, 1).unwrap_or(day)
            }
            Self::Days { from, .. } => from,
        }
    }

    /// The first and the last day.
    #[must_use]
    pub fn days(self, now: &Zoned) -> (Date, Date) {
        match self {
            Self::Today | Self::Week | Self::Month | Self::Quarter => {
                (self.first(now.date()), now.date())
            }
            Self::Days { from, to } => (from, to),
        }
    }

    /// From its first moment to the first after it, in the zone of `now`.
    #[must_use]
    pub fn moments(self, now: &Zoned) -> (Timestamp, Timestamp) {
        let (from, to) = self.days(now);
        let start = |day: Date| {
            let start = day.to_zoned(now.time_zone().clone());
            start.map_or_else(|_| now.timestamp(), |start| start.timestamp())
        };
        (start(from), to.tomorrow().map_or(Timestamp::MAX, start))
    }

    /// In words: "this week", "1 Nov to 15 Nov 2026".
    #[must_use]
    pub fn said(self, now: &Zoned) -> String {
        match self {
            Self::Today => "today".to_owned(),
            Self::Week => "this week".to_owned(),
            Self::Month => "this month".to_owned(),
            Self::Quarter => "this quarter".to_owned(),
            Self::Days { from, to } if from == to => from.strftime("%-d %b %Y").to_string(),
            Self::Days { from, to } => {
                let year = if from.year() == to.year() {
                    "%-d %b"
                } else {
                    "%-d %b %Y"
                };
                let tail = if to == now.date() { " (today)" } else { "" };
                format!(
                    "{} to {}{tail}",
                    from.strftime(year),
                    to.strftime("%-d %b %Y")
                )
            }
        }
    }
}

/// The day that `words` say, not after today: without a year the last one, not the next.
fn day(words: &[&str], now: &Zoned) -> Option<Date> {
    if words.is_empty() || words.iter().any(|word| TO_COME.contains(word)) {
        return None;
    }
    let text = words.join(" ");
    if let Ok(date) = text.parse::<Date>() {
        return (1970..=2200).contains(&date.year()).then_some(date);
    }
    BEFORE.iter().find_map(|before| {
        let earlier = now.checked_sub(before()).ok()?;
        let at = phrase::instant(&text, &earlier).ok()?;
        let day = at.to_zoned(now.time_zone().clone()).date();
        (day <= now.date()).then_some(day)
    })
}
