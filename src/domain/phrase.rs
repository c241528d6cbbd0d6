//! Times as people type them after `/away`, `/back` and `/leadstats`, and as they are said back to them.
//!
//! ```text
//! /away for 2h dentist cover @ayse      /away until 15:00       /away until tomorrow 9am
//! /away from 12 Dec to 2 Jan holidays   /away until back        /away tomorrow
//! ```
//!
//! All in the zone of the one who types. Dates and times without a year or date are the next ones. `until friday` ends when
//! Friday starts, as people who say so are back on Friday; `from 12 Dec to 2 Jan`, `through friday` and a day
//! alone mean whole days, the last included.

mod find;
mod say;
mod slot;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, SpanRelativeTo, Timestamp, Unit, Zoned};

use find::{Ends, Found, find};
pub use say::{is_near, say, say_dated, say_duration};
use slot::{Since, Slot, span};

/// How an absence ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// By itself, at this moment.
    At(Timestamp),
    /// When they say that they are back.
    Back,
}

/// What the text after `/away` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwaySpan {
    /// When it begins. None: now.
    pub from: Option<Timestamp>,
    /// When it ends. None: not said.
    pub until: Option<Until>,
    /// Everything that is neither a time nor the cover.
    pub reason: String,
    /// Who stands in, as typed: `<@U123>`, `@jonas` or `jonas`.
    pub cover: Option<String>,
}

/// A time that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    /// No time was found where one must be.
    #[error(
        "I don't know when `{0}` is. Try `for 2h`, `until 15:00`, `until tomorrow 9am`, `until friday`, \
         `until back` or `from 12 Dec to 2 Jan`"
    )]
    NotATime(String),
    /// No length of time was found where one must be.
    #[error("I don't know how long `{0}` is. Try `2h`, `90 minutes`, `2h 30m` or `a week`")]
    NotADuration(String),
    /// The end is not in the future.
    #[error("`{0}` is over already")]
    Past(String),
    /// The end lies before the start.
    #[error("`{0}` ends before it starts")]
    EndsFirst(String),
    /// It is longer away than anybody plans.
    #[error("`{0}` is more than ten years away")]
    TooFar(String),
    /// Nobody types so much.
    #[error("that is too long: {LONGEST} characters are enough for a time and a reason")]
    TooLong,
}

const LONGEST: usize = 200;
const MOST_YEARS: i64 = 10;
const UNTIL: [&str; 3] = ["until", "till", "til"];
const HARD: [&str; 7] = ["for", "from", "until", "till", "til", "through", "thru"];

/// Reads what `/away` is followed by; nothing at all is an absence of which nothing is said.
///
/// The reason may stand before or after the time. Words without a time are a reason, unless `for`, `from` or
/// `until` says that a time was meant.
///
/// # Errors
///
/// When a time was meant and is not understood, is past, or ends before it starts.
pub fn away(text: &str, now: &Zoned) -> Result<AwaySpan, PhraseError> {
    if text.chars().count() > LONGEST {
        return Err(PhraseError::TooLong);
    }
    let mut words: Vec<_> = text.split_whitespace().collect();
    let cover = take_cover(&mut words, now);
    let plain = plain(&words);
    let plain: Vec<_> = plain.iter().map(String::as_str).collect();
    let Some(found) = find(&plain, now) else {
        return match plain.iter().position(|word| HARD.contains(word)) {
            Some(at) => Err(PhraseError::NotATime(words[at..].join(" "))),
            None => Ok(AwaySpan {
                reason: reason(&words),
                cover,
                ..AwaySpan::default()
            }),
        };
    };
    let (from, until) = checked(&found, &words[found.words.clone()].join(" "), now)?;
    words.drain(found.words.clone());
    match left_over_time(&words) {
        Some(at) => Err(PhraseError::NotATime(words[at..].join(" "))),
        None => Ok(AwaySpan {
            from,
            until,
            reason: reason(&words),
            cover,
        }),
    }
}

/// Where, beside the time that was found, the words of a reason mean another: `until` anything, `from 31 …`.
fn left_over_time(words: &[&str]) -> Option<usize> {
    let plain = plain(words);
    let number = |at: usize| {
        plain
            .get(at)
            .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
    };
    (0..plain.len()).find(|at| match plain[*at].as_str() {
        "from" => number(at + 1),
        word => UNTIL.contains(&word),
    })
}

/// Reads one time: `15:00`, `tomorrow 9am`, `friday`, `24 dec`, `2026-12-24 10:00`. A day is its start.
///
/// # Errors
///
/// When it is no time, or more than ten years away.
pub fn instant(text: &str, now: &Zoned) -> Result<Timestamp, PhraseError> {
    if text.chars().count() > LONGEST {
        return Err(PhraseError::TooLong);
    }
    let plain = plain(&text.split_whitespace().collect::<Vec<_>>());
    let plain: Vec<_> = plain.iter().map(String::as_str).collect();
    let slot = Slot::read(&plain, Since { now, after: now });
    let slot = slot.ok_or_else(|| PhraseError::NotATime(text.trim().to_owned()))?;
    near(&slot.start, text.trim(), now)
}

/// Reads a length of time: `2h`, `2 hours`, `1.5h`, `2h 30m`, `a week`. A day is 24 hours.
///
/// # Errors
///
/// When it is none, not positive, in months, or longer than ten years.
pub fn duration(text: &str) -> Result<SignedDuration, PhraseError> {
    if text.chars().count() > LONGEST {
        return Err(PhraseError::TooLong);
    }
    let wrong = || PhraseError::NotADuration(text.trim().to_owned());
    let plain = plain(&text.split_whitespace().collect::<Vec<_>>());
    let plain: Vec<_> = plain.iter().map(String::as_str).collect();
    let span = span(&plain).ok_or_else(wrong)?;
    let time = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| wrong())?;
    match time.as_hours() / 24 / 366 {
        0..MOST_YEARS => Ok(time),
        _ => Err(PhraseError::TooFar(text.trim().to_owned())),
    }
}

/// Takes `cover @x` out of the words; a name without its sign only at the very end, if it is no time.
fn take_cover(words: &mut Vec<&str>, now: &Zoned) -> Option<String> {
    let lower: Vec<_> = words.iter().map(|word| word.to_lowercase()).collect();
    let at = lower
        .iter()
        .rposition(|word| word == "cover" || word == "cover:")?;
    let by = usize::from(lower.get(at + 1).is_some_and(|word| word == "by"));
    let (name, last) = (*words.get(at + 1 + by)?, at + 2 + by);
    let signed = name.starts_with('@') || name.starts_with("<@");
    let is_time = || Slot::read(&[&lower[last - 1]], Since { now, after: now }).is_some();
    if !signed && (last != words.len() || is_time()) {
        return None;
    }
    words.drain(at..last);
    Some(name.trim_end_matches([',', ';']).to_owned())
}

/// The words as they are compared: lower case, without the punctuation of sentences, `14:00-16:00` kept whole.
fn plain(words: &[&str]) -> Vec<String> {
    let lower = words.iter().map(|word| {
        word.to_lowercase()
            .replace(['–', '—'], "-")
            .replace('’', "'")
    });
    lower
        .map(|word| {
            let word = word.trim_end_matches([',', ';', '!']);
            match word.ends_with(|last: char| last.is_alphabetic() || last == '.')
                && !word.starts_with(|c: char| c.is_ascii_digit())
            {
                true => word.trim_end_matches('.').to_owned(),
                false => word.to_owned(),
            }
        })
        .collect()
}

fn reason(words: &[&str]) -> String {
    words
        .join(" ")
        .trim_matches([',', ';', ' ', '-'])
        .to_owned()
}

/// The found times, if the end lies after the start and after now; a start that is past is now.
fn checked(
    found: &Found,
    said: &str,
    now: &Zoned,
) -> Result<(Option<Timestamp>, Option<Until>), PhraseError> {
    let from = match &found.from {
        Some(from) if from > now => Some(near(from, said, now)?),
        Some(_) | None => None,
    };
    let until = match &found.until {
        None => None,
        Some(Ends::Back) => Some(Until::Back),
        Some(Ends::At(end)) if end <= now => return Err(PhraseError::Past(said.to_owned())),
        Some(Ends::At(end)) => Some(Until::At(near(end, said, now)?)),
    };
    match (from, until) {
        (Some(from), Some(Until::At(until))) if until <= from => {
            Err(PhraseError::EndsFirst(said.to_owned()))
        }
        (from, until) => Ok((from, until)),
    }
}

/// The instant in whole microseconds, if it is within ten years.
fn near(at: &Zoned, said: &str, now: &Zoned) -> Result<Timestamp, PhraseError> {
    let years = at.timestamp().duration_since(now.timestamp()).as_hours() / 24 / 366;
    let too_far = || PhraseError::TooFar(said.to_owned());
    match years.abs() {
        0..MOST_YEARS => at
            .timestamp()
            .round(Unit::Microsecond)
            .map_err(|_| too_far()),
        _ => Err(too_far()),
    }
}
