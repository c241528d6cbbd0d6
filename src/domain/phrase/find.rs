//! Finds the words of a text that say a time, among those that say why.

use std::ops::Range;

use jiff::{Span, ToSpan, Zoned};

use super::{
    UNTIL,
    slot::{Since, Slot, span},
};

/// No time phrase has more words than this: `monday 24th of november 2026 at 9 am`.
const MOST_WORDS: usize = 8;
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

/// The times found in a text, and the words that say them.
pub(super) struct Found {
    pub words: Range<usize>,
    pub from: Option<Zoned>,
    pub until: Option<Ends>,
}

/// How what was found ends.
pub(super) enum Ends {
    At(Zoned),
    Back,
}

/// The first time that the words say: a range, then what follows a `for`, `from` or `until`, then a time alone.
pub(super) fn find(words: &[&str], now: &Zoned) -> Option<Found> {
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
        // Most words are no time: better seen once than with every end that could follow.
        Slot::read(&words[first..at], Since { now, after: now })?;
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

/// What the keyword at `at` is followed by, if there is one.
fn after_keyword(words: &[&str], at: usize, now: &Zoned) -> Option<Found> {
    let found = |until, end| Found {
        words: at..end,
        from: None,
        until: Some(until),
    };
    match words[at] {
        "from" => starting(words, at, now),
        "for" => length_or_day(words, at, now).map(|(until, end)| found(Ends::At(until), end)),
        word if THROUGH.contains(&word) => {
            let (slot, end) = slot_after(words, at, now)?;
            Some(found(Ends::At(slot.end), end))
        }
        word if UNTIL.contains(&word) || word == "back" => {
            let back = longest(words, at + 1, |words| {
                BACK.contains(&&*words.join(" ")).then_some(())
            });
            if let (Some(((), end)), true) = (back, word != "back") {
                return Some(found(Ends::Back, end));
            }
            let (slot, end) = slot_after(words, at, now)?;
            Some(found(
                Ends::At(if slot.start > *now {
                    slot.start
                } else {
                    slot.end
                }),
                end,
            ))
        }
        _ => None,
    }
}

fn slot_after(words: &[&str], at: usize, now: &Zoned) -> Option<(Slot, usize)> {
    longest(words, at + 1, |words| {
        Slot::read(words, Since { now, after: now })
    })
}

/// `from X`, and how long from then on if that follows: `for 2h`.
fn starting(words: &[&str], at: usize, now: &Zoned) -> Option<Found> {
    let (slot, end) = slot_after(words, at, now)?;
    let length = words.get(end).filter(|word| **word == "for");
    let (until, end) = match length.and_then(|_| longest(words, end + 1, span)) {
        Some((span, end)) => (Some(Ends::At(slot.start.checked_add(span).ok()?)), end),
        None => (None, end),
    };
    Some(Found {
        words: at..end,
        from: Some(slot.start),
        until,
    })
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
