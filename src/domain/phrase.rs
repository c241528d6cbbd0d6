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

mod say;
mod slot;
#[cfg(test)]
mod tests;

use std::ops::Range;

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, ToSpan, Unit, Zoned};

pub use say::{say, say_duration};
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
/// No time phrase has more words than this: `monday 24th of november 2026 at 9 am`.
const MOST_WORDS: usize = 8;
const UNTIL: [&str; 3] = ["until", "till", "til"];
const THROUGH: [&str; 2] = ["through", "thru"];
const BACK: [&str; 7] = [
    "back",
    "i'm back",
    "i am back",
    "i say so",
    "i return",
    "further notice",
    "i come back",
];
const HARD: [&str; 7] = ["for", "from", "until", "till", "til", "through", "thru"];

/// The times found in a text, and the words that say them.
struct Found {
    words: Range<usize>,
    from: Option<Zoned>,
    until: Option<Ends>,
}

enum Ends {
    At(Zoned),
    Back,
}

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
    let cover = take_cover(&mut words);
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

/// Takes `cover @x` out of the words; a name without its sign only at the very end.
fn take_cover(words: &mut Vec<&str>) -> Option<String> {
    let at = words
        .iter()
        .rposition(|word| ["cover", "cover:"].contains(&word.to_lowercase().as_str()))?;
    let by = usize::from(
        words
            .get(at + 1)
            .is_some_and(|word| word.eq_ignore_ascii_case("by")),
    );
    let name = *words.get(at + 1 + by)?;
    let named = name.starts_with('@') || name.starts_with("<@");
    if !named && at + 2 + by != words.len() {
        return None;
    }
    words.drain(at..at + 2 + by);
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

/// The first time that the words say: a range, then what follows a `for`, `from` or `until`, then a time alone.
fn find(words: &[&str], now: &Zoned) -> Option<Found> {
    (0..words.len())
        .find_map(|at| range(words, at, now))
        .or_else(|| (0..words.len()).find_map(|at| after_keyword(words, at, now)))
        .or_else(|| alone(words, now))
}

/// The longest run of words from `at` on that `read` understands, and where it ends.
fn longest<T>(
    words: &[&str],
    at: usize,
    read: impl Fn(&[&str]) -> Option<T>,
) -> Option<(T, usize)> {
    let last = words.len().min(at + MOST_WORDS);
    (at + 1..=last)
        .rev()
        .find_map(|end| Some((read(words.get(at..end)?)?, end)))
}

/// `[from] X to Y` with its `to` at `at`, or `X-Y` in one word there.
fn range(words: &[&str], at: usize, now: &Zoned) -> Option<Found> {
    if let Some((from, to)) = words[at].split_once('-').filter(|_| words[at].len() > 1) {
        let (start, end) = resolve(&[from], &[to], now)?;
        let first = at - usize::from(at > 0 && words[at - 1] == "from");
        return Some(Found {
            words: first..at + 1,
            from: Some(start),
            until: Some(Ends::At(end)),
        });
    }
    if !(UNTIL.contains(&words[at])
        || THROUGH.contains(&words[at])
        || ["to", "-"].contains(&words[at]))
    {
        return None;
    }
    (at.saturating_sub(MOST_WORDS)..at).find_map(|first| {
        let ((start, end), last) =
            longest(words, at + 1, |to| resolve(&words[first..at], to, now))?;
        let first = first - usize::from(first > 0 && words[first - 1] == "from");
        Some(Found {
            words: first..last,
            from: Some(start),
            until: Some(Ends::At(end)),
        })
    })
}

/// The start of `from` and the end of `to` after it: one that runs now, else the next one.
fn resolve(from: &[&str], to: &[&str], now: &Zoned) -> Option<(Zoned, Zoned)> {
    if from.first() == Some(&"from") {
        return None;
    }
    let early = now.start_of_day().ok()?.checked_sub(1.second()).ok()?;
    let ranges = [&early, now].into_iter().filter_map(|after| {
        let start = Slot::read(from, Since { now, after })?.start;
        let end = Slot::read(to, Since { now, after: &start })?.end;
        Some((start, end))
    });
    let ranges: Vec<_> = ranges.collect();
    let running = ranges.iter().position(|(_, end)| end > now);
    ranges.into_iter().nth(running.unwrap_or(0))
}

fn after_keyword(words: &[&str], at: usize, now: &Zoned) -> Option<Found> {
    let since = Since { now, after: now };
    let slot = || longest(words, at + 1, |words| Slot::read(words, since));
    match words[at] {
        "from" => {
            let (slot, end) = slot()?;
            let length = words
                .get(end)
                .filter(|word| **word == "for")
                .and_then(|_| longest(words, end + 1, span));
            let (until, end) = match length {
                Some((span, end)) => (Some(Ends::At(slot.start.checked_add(span).ok()?)), end),
                None => (None, end),
            };
            Some(Found {
                words: at..end,
                from: Some(slot.start),
                until,
            })
        }
        "for" => {
            let (until, end) = length_or_day(words, at, now)?;
            Some(Found {
                words: at..end,
                from: None,
                until: Some(Ends::At(until)),
            })
        }
        word if THROUGH.contains(&word) => {
            let (slot, end) = slot()?;
            Some(Found {
                words: at..end,
                from: None,
                until: Some(Ends::At(slot.end)),
            })
        }
        word if UNTIL.contains(&word) || word == "back" => {
            let back = longest(words, at + 1, |words| {
                BACK.contains(&&*words.join(" ")).then_some(())
            });
            if let (Some(((), end)), true) = (back, word != "back") {
                return Some(Found {
                    words: at..end,
                    from: None,
                    until: Some(Ends::Back),
                });
            }
            let (slot, end) = slot()?;
            let until = if slot.start > *now {
                slot.start
            } else {
                slot.end
            };
            Some(Found {
                words: at..end,
                from: None,
                until: Some(Ends::At(until)),
            })
        }
        _ => None,
    }
}

/// After `for`: a length of time from now on, or a day that is meant to its end.
fn length_or_day(words: &[&str], at: usize, now: &Zoned) -> Option<(Zoned, usize)> {
    let add = |span: Span| now.checked_add(span).ok();
    let length = longest(words, at + 1, |words| span(words).and_then(add));
    length.or_else(|| {
        longest(words, at + 1, |words| match words {
            ["today"] | ["the", "day"] | ["the", "rest", "of", "the", "day"] => {
                Some(Slot::read(&["today"], Since { now, after: now })?.end)
            }
            _ => None,
        })
    })
}

/// A time without a keyword, at the start or the end: a length from now on, a day or a part of it, a clock time as its end.
fn alone(words: &[&str], now: &Zoned) -> Option<Found> {
    let last = words.len();
    let most = last.min(MOST_WORDS);
    let starts = (1..=most).rev().map(|n| 0..n);
    let ends = (1..=most).rev().map(|n| last - n..last);
    starts.chain(ends).find_map(|at| {
        let said = &words[at.clone()];
        if let Some(until) = span(said).and_then(|span| now.checked_add(span).ok()) {
            return Some(Found {
                words: at,
                from: None,
                until: Some(Ends::At(until)),
            });
        }
        let slot = by_itself(said, now)?;
        let from = (!slot.is_moment()).then_some(slot.start);
        Some(Found {
            words: at,
            from,
            until: Some(Ends::At(slot.end)),
        })
    })
}

/// A time that is one without a doubt: `sun` may also shine, `now` and `in` say little.
fn by_itself(words: &[&str], now: &Zoned) -> Option<Slot> {
    let doubtful = [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "now", "the", "on", "at", "of", "in",
        "night",
    ];
    if words.len() == 1 && doubtful.contains(&words[0]) || ["the", "of", "on"].contains(&words[0]) {
        return None;
    }
    let early = now.start_of_day().ok()?.checked_sub(1.second()).ok()?;
    let read = |after: &Zoned| Slot::read(words, Since { now, after });
    read(&early)
        .filter(|slot| slot.end > *now)
        .or_else(|| read(now))
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
