//! A time as people say it, read into the stretch of time that it names: `friday`, `tomorrow 9am`, `noon`.

use jiff::{
    Span, ToSpan, Zoned,
    civil::{Date, Time, Weekday},
    fmt::strtime,
};

/// What a time phrase names: a stretch from `start` to `end`, or a moment, where both are the same.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub start: Zoned,
    pub end: Zoned,
}

/// What a phrase is relative to.
#[derive(Clone, Copy)]
pub(super) struct Since<'a> {
    /// For `today`, `tomorrow`, `next week`.
    pub now: &'a Zoned,
    /// What has no date or year is the next one after this.
    pub after: &'a Zoned,
}

const HALF_DAY: i16 = 12 * 60;
const WHOLE_DAY: i16 = 24 * 60;
/// Parts of the day, in minutes from midnight.
const PARTS: [(&str, i16, i16); 4] = [
    ("morning", 9 * 60, HALF_DAY),
    ("afternoon", HALF_DAY, 18 * 60),
    ("evening", 18 * 60, WHOLE_DAY),
    ("night", 18 * 60, WHOLE_DAY),
];
const WITH_YEAR: [&str; 7] = [
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y",
];
const WITHOUT_YEAR: [&str; 6] = ["%d %b", "%d %B", "%b %d", "%B %d", "%d.%m.", "%d/%m"];
const CLOCKS: [&str; 5] = ["%H:%M", "%I:%M%p", "%I.%M%p", "%I%p", "%Hh"];
const FILLERS: [&str; 4] = ["at", "on", "the", "of"];
/// February 29 is the rarest: eight years apart around 2100.
const YEARS_AHEAD: i16 = 8;

/// A day or days as said, before a time of day is put to it.
#[derive(Clone, Copy)]
struct Days {
    first: Date,
    next: Date,
    /// A weekday by its name: with a time of day it may also be the day of `after`.
    weekday: bool,
}

impl Slot {
    /// Reads `words`, all of them, in lower case.
    pub fn read(words: &[&str], since: Since<'_>) -> Option<Self> {
        let words: Vec<_> = words
            .iter()
            .copied()
            .filter(|word| !FILLERS.contains(word))
            .collect();
        if words == ["now"] {
            return Some(Self::moment(since.now.clone()));
        }
        if let ["in", rest @ ..] = &words[..] {
            return Some(Self::moment(since.now.checked_add(span(rest)?).ok()?));
        }
        if let Some(days) = days(&words, since) {
            return Self::between(since.now, days.first, 0, days.next, 0);
        }
        if let Some((from, to)) = time_of_day(&words) {
            return Self::next_of_day(since, from, to);
        }
        (1..words.len()).find_map(|split| {
            let (left, right) = words.split_at(split);
            Self::day_and_time(left, right, since)
                .or_else(|| Self::day_and_time(right, left, since))
        })
    }

    /// Whether it names no stretch, but a moment.
    pub fn is_moment(&self) -> bool {
        self.start == self.end
    }

    fn moment(at: Zoned) -> Self {
        Self {
            start: at.clone(),
            end: at,
        }
    }

    /// From a minute of one date to a minute of another, on the clocks of `zone_of`.
    fn between(zone_of: &Zoned, first: Date, from: i16, last: Date, to: i16) -> Option<Self> {
        let at = |date: Date, minute: i16| {
            let date = if minute == WHOLE_DAY {
                date.tomorrow().ok()?
            } else {
                date
            };
            let minute = minute % WHOLE_DAY;
            let time = Time::new(
                i8::try_from(minute / 60).ok()?,
                i8::try_from(minute % 60).ok()?,
                0,
                0,
            )
            .ok()?;
            date.to_datetime(time)
                .to_zoned(zone_of.time_zone().clone())
                .ok()
        };
        Some(Self {
            start: at(first, from)?,
            end: at(last, to)?,
        })
    }

    /// A time of day alone: the next one. A part of the day that still runs is today's.
    fn next_of_day(since: Since<'_>, from: i16, to: i16) -> Option<Self> {
        let today = since.after.date();
        let slot = Self::between(since.now, today, from, today, to)?;
        if slot.end > *since.after {
            return Some(slot);
        }
        let tomorrow = today.tomorrow().ok()?;
        Self::between(since.now, tomorrow, from, tomorrow, to)
    }

    fn day_and_time(day: &[&str], time: &[&str], since: Since<'_>) -> Option<Self> {
        let (from, to) = time_of_day(time)?;
        let days = days(day, since)?;
        if days.first.tomorrow().ok()? != days.next {
            return None;
        }
        let today = since.after.date();
        if days.weekday && days.first.weekday() == today.weekday() {
            let slot = Self::between(since.now, today, from, today, to)?;
            if slot.end > *since.after {
                return Some(slot);
            }
        }
        Self::between(since.now, days.first, from, days.first, to)
    }
}

/// Reads a length of time: `2h`, `2 hours`, `1.5h`, `a week`, `2h and 30 min`, `half an hour`.
pub(super) fn span(words: &[&str]) -> Option<Span> {
    let text = match words {
        ["half", "an", "hour"] => "30m".to_owned(),
        _ => words
            .iter()
            .filter(|word| **word != "and")
            .map(|word| count(word))
            .collect::<Vec<_>>()
            .join(" "),
    };
    // A leading digit keeps out signs and other notations; a colon would be read as a clock.
    if !text.starts_with(|first: char| first.is_ascii_digit()) || text.contains([':', '-']) {
        return None;
    }
    let span: Span = text.parse().ok()?;
    (span.is_positive() && !text.ends_with("ago")).then_some(span)
}

fn count(word: &str) -> &str {
    match word {
        "a" | "an" | "one" => "1",
        "two" => "2",
        "three" => "3",
        "four" => "4",
        "five" => "5",
        "six" => "6",
        other => other,
    }
}

fn days(words: &[&str], since: Since<'_>) -> Option<Days> {
    let today = since.now.date();
    let one = |first: Date| {
        Some(Days {
            first,
            next: first.tomorrow().ok()?,
            weekday: false,
        })
    };
    match words {
        ["today"] => one(today),
        ["tomorrow"] => one(today.tomorrow().ok()?),
        ["yesterday"] => one(today.yesterday().ok()?),
        ["day", "after", "tomorrow"] => one(today.checked_add(2.days()).ok()?),
        ["this", "week"] => week(today, 0),
        ["next", "week"] => week(today, 1),
        ["next", "month"] => next_month(today),
        ["next", day] => one(week(today, 1)?
            .first
            .checked_add(weekday(day)?.to_monday_zero_offset().days())
            .ok()?),
        ["this", day] | [day] if weekday(day).is_some() => {
            let first = since.after.date().nth_weekday(1, weekday(day)?).ok()?;
            Some(Days {
                weekday: true,
                ..one(first)?
            })
        }
        [day, rest @ ..] if weekday(day).is_some() => date(rest, since.after.date())
            .filter(|date| Some(date.weekday()) == weekday(day))
            .and_then(one),
        _ => date(words, since.after.date()).and_then(one),
    }
}

fn next_month(today: Date) -> Option<Days> {
    let first = today.last_of_month().tomorrow().ok()?;
    let next = first.last_of_month().tomorrow().ok()?;
    Some(Days {
        first,
        next,
        weekday: false,
    })
}

/// The week that lies `ahead` of that of `today`, Monday to Sunday.
fn week(today: Date, ahead: i32) -> Option<Days> {
    let monday = today
        .checked_sub(today.weekday().to_monday_zero_offset().days())
        .ok()?;
    let first = monday.checked_add((7 * ahead).days()).ok()?;
    Some(Days {
        first,
        next: first.checked_add(7.days()).ok()?,
        weekday: false,
    })
}

/// A date with its year, or the next one from `after` on.
fn date(words: &[&str], after: Date) -> Option<Date> {
    let words: Vec<_> = words.iter().map(|word| plain_number(word)).collect();
    let text = words.join(" ").replace(',', "");
    let full = WITH_YEAR
        .iter()
        .find_map(|format| Date::strptime(format, &text).ok());
    if let Some(date) = full {
        return (1970..=2200).contains(&date.year()).then_some(date);
    }
    let read = WITHOUT_YEAR
        .iter()
        .find_map(|format| strtime::parse(format, &text).ok())?;
    let (month, day) = (read.month()?, read.day()?);
    let years = after.year()..=after.year().saturating_add(YEARS_AHEAD);
    years
        .filter_map(|year| Date::new(year, month, day).ok())
        .find(|date| *date >= after)
}

/// `24th` as `24`.
fn plain_number(word: &str) -> &str {
    let number = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| word.strip_suffix(end));
    number
        .filter(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        .unwrap_or(word)
}

fn weekday(word: &str) -> Option<Weekday> {
    ["%A", "%a"]
        .iter()
        .find_map(|format| strtime::parse(format, word).ok())
        .and_then(|read| read.weekday())
}

/// A time of day, as minutes from midnight; a moment is its own end.
fn time_of_day(words: &[&str]) -> Option<(i16, i16)> {
    let words = words.strip_prefix(&["this"]).unwrap_or(words);
    let moment = |minute| Some((minute, minute));
    match words {
        ["noon" | "midday"] => return moment(HALF_DAY),
        ["midnight" | "24:00" | "eod"] | ["end", "day"] => return moment(WHOLE_DAY),
        ["tonight"] => return Some((18 * 60, WHOLE_DAY)),
        _ => {}
    }
    if let Some((_, from, to)) = PARTS.iter().find(|(name, _, _)| words == [*name]) {
        return Some((*from, *to));
    }
    let text = words.concat().replace("a.m.", "am").replace("p.m.", "pm");
    let read = CLOCKS
        .iter()
        .find_map(|format| strtime::parse(format, &text).ok())?;
    let time = read.to_time().ok()?;
    moment(i16::from(time.hour()) * 60 + i16::from(time.minute()))
}
