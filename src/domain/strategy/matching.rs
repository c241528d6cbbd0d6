//! How well a rep suits a lead: the parts of a match, what each counts, and who is as good as the best.

use jiff::{Timestamp, tz::TimeZone};

use crate::domain::policy::Level;

/// Who is behind the best match by no more than this is as good, and it goes by turn.
pub const BAND: f64 = 0.1;

/// Hours between two clocks that make no difference.
const NEAR: f64 = 1.0;
/// Hours between two clocks from which on people hardly meet.
const FAR: f64 = 9.0;

/// Up to which deal a junior, and then somebody in between, is asked for.
const SMALL_DEAL: f64 = 10_000.0;
const MIDDLE_DEAL: f64 = 50_000.0;

/// One thing that a lead and a rep have in common, or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What: "language de".
    pub what: String,
    /// How far: 1 is all of it, 0 nothing.
    pub value: f64,
    /// Whether `what` says by itself how far.
    pub plain: bool,
}

impl Part {
    /// Something that is so or is not.
    #[must_use]
    pub fn is(what: String, yes: bool) -> Self {
        let value = f64::from(u8::from(yes));
        Self {
            what,
            value,
            plain: false,
        }
    }

    /// Something whose words say how far.
    #[must_use]
    pub fn so_far(what: String, value: f64) -> Self {
        Self {
            what,
            value: value.clamp(0.0, 1.0),
            plain: true,
        }
    }

    fn said(&self, each: f64) -> String {
        let far = if self.plain {
            ""
        } else if self.value > 0.0 {
            " yes"
        } else {
            " no"
        };
        format!("{}{far} ({:.0})", self.what, self.value * each * 100.0)
    }
}

/// How good a match of these parts is, each counting the same, and in words with what each adds to 100.
#[must_use]
pub fn matched(parts: &[Part]) -> (f64, String) {
    let each = each_of(parts);
    let sum: f64 = parts.iter().map(|part| part.value * each).sum();
    let said = said(parts).join(", ");
    (sum, format!("match {:.0} of 100: {said}", sum * 100.0))
}

/// What each part adds to 100, in words.
#[must_use]
pub fn said(parts: &[Part]) -> Vec<String> {
    let each = each_of(parts);
    parts.iter().map(|part| part.said(each)).collect()
}

fn each_of(parts: &[Part]) -> f64 {
    1.0 / f64::from(u32::try_from(parts.len()).unwrap_or(u32::MAX).max(1))
}

/// The level that a deal asks for.
#[must_use]
pub fn asked_level(deal: f64) -> Level {
    if deal < SMALL_DEAL {
        Level::Junior
    } else if deal <= MIDDLE_DEAL {
        Level::Mid
    } else {
        Level::Senior
    }
}

/// How near a level is to the one that is asked for.
#[must_use]
pub fn near_level(level: Level, asked: Level) -> f64 {
    match (level, asked) {
        (Level::Junior, Level::Senior) | (Level::Senior, Level::Junior) => 0.0,
        (Level::Mid, Level::Junior | Level::Senior)
        | (Level::Junior | Level::Senior, Level::Mid) => 0.5,
        (Level::Junior, Level::Junior)
        | (Level::Mid, Level::Mid)
        | (Level::Senior, Level::Senior) => 1.0,
    }
}

/// How many hours lie between two clocks at `now`, the short way round the earth.
#[must_use]
pub fn hours_apart(one: &TimeZone, other: &TimeZone, now: Timestamp) -> f64 {
    let seconds = |zone: &TimeZone| f64::from(zone.to_offset(now).seconds());
    let apart = (seconds(one) - seconds(other)).abs() / 3600.0;
    apart.min(24.0 - apart)
}

/// How much of their days two people so many hours apart share.
#[must_use]
pub fn near_clock(hours: f64) -> f64 {
    (1.0 - (hours - NEAR) / (FAR - NEAR)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_says_what_it_adds() {
        let parts = [
            Part::is("language de".to_owned(), true),
            Part::is("territory dach".to_owned(), false),
            Part::so_far("won 4 of 9 like this".to_owned(), 0.6),
            Part::so_far("1 h apart".to_owned(), 2.0),
        ];
        let (sum, said) = matched(&parts);
        assert!((sum - 0.65).abs() < 1e-9);
        let expected = "match 65 of 100: language de yes (25), territory dach no (0), won 4 of 9 like this (15), 1 h apart (25)";
        assert_eq!(said, expected);
    }

    #[test]
    fn a_deal_asks_for_the_level_of_the_table() {
        let asked = [9_999.0, 10_000.0, 50_000.0, 50_001.0].map(asked_level);
        assert_eq!(
            asked,
            [Level::Junior, Level::Mid, Level::Mid, Level::Senior]
        );
        assert!(near_level(Level::Junior, Level::Senior) < near_level(Level::Mid, Level::Senior));
    }

    #[test]
    fn clocks_are_apart_the_short_way_round() {
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        let zone = |name| TimeZone::get(name).unwrap();
        let apart = |a, b| hours_apart(&zone(a), &zone(b), now);
        assert!((apart("Europe/Berlin", "Europe/Istanbul") - 2.0).abs() < 1e-9);
        assert!((apart("Pacific/Auckland", "America/Los_Angeles") - 3.0).abs() < 1e-9);
        assert!(near_clock(0.0) > near_clock(4.0) && near_clock(12.0) == 0.0);
    }
}
