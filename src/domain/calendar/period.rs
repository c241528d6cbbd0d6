//! How long something may take, as the configuration writes it: `15m`, `2d`, `1h30m`, `5bd`.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Serialize};

/// How long something may take: open time of a calendar, or whole business days.
///
/// `2d` is 48 hours of open time (on a nine-hour calendar more than a week), `2bd` is two business
/// days. Serialized as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Period {
    /// Open time of the calendar it is counted on.
    Time(SignedDuration),
    /// Whole business days of the calendar it is counted on.
    BusinessDays(u32),
}

/// A period that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// It has no form that is known.
    #[error(
        "`{0}` is not a period: write for instance 90s, 15m, 4h, 1h30m, 2d or 5bd (business days)"
    )]
    Unreadable(String),
    /// It is written in months or years, which have no fixed length.
    #[error("`{0}` has no fixed length: write days (d), weeks (w) or business days (bd) instead")]
    Calendar(String),
    /// It is below zero.
    #[error("`{0}` is negative")]
    Negative(String),
    /// It is longer than anything that Baton waits for.
    #[error("`{0}` is longer than ten years")]
    TooLong(String),
}

const LONGEST_DAYS: u32 = 3_660;
const UNITS: [(&str, &str, i128); 6] = [
    ("d", "day", 86_400_000_000),
    ("h", "hour", 3_600_000_000),
    ("m", "minute", 60_000_000),
    ("s", "second", 1_000_000),
    ("ms", "millisecond", 1_000),
    ("us", "microsecond", 1),
];

impl Period {
    /// The period in words, as a sentence would have it: "15 minutes", "5 business days".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Time(time) => parts(time, " ", |n, (_, name, _)| plural(n, name), "0 minutes"),
            Self::BusinessDays(n) => plural(i128::from(n), "business day"),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) => f.write_str(&parts(
                *time,
                "",
                |n, (unit, _, _)| format!("{n}{unit}"),
                "0s",
            )),
            Self::BusinessDays(n) => write!(f, "{n}bd"),
        }
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        let shown = || text.chars().take(40).collect::<String>();
        if let Some(days) = trimmed.strip_suffix("bd") {
            let days = days
                .trim_end()
                .parse()
                .map_err(|_| PeriodError::Unreadable(shown()))?;
            return match days {
                0..=LONGEST_DAYS => Ok(Self::BusinessDays(days)),
                _ => Err(PeriodError::TooLong(shown())),
            };
        }
        let span: Span = trimmed
            .parse()
            .map_err(|_| PeriodError::Unreadable(shown()))?;
        if span.get_years() != 0 || span.get_months() != 0 {
            return Err(PeriodError::Calendar(shown()));
        }
        let time = span
            .to_duration(SpanRelativeTo::days_are_24_hours())
            .map_err(|_| PeriodError::TooLong(shown()))?;
        match time.as_hours() {
            _ if time.is_negative() => Err(PeriodError::Negative(shown())),
            hours if hours > i64::from(LONGEST_DAYS) * 24 => Err(PeriodError::TooLong(shown())),
            _ => Ok(Self::Time(time)),
        }
    }
}

/// Takes `time` apart into its units, biggest first; what is zero is left out.
fn parts(
    time: SignedDuration,
    between: &str,
    say: impl Fn(i128, (&str, &str, i128)) -> String,
    nothing: &str,
) -> String {
    let micros = time.as_micros();
    let mut left = micros.abs();
    let mut said = Vec::new();
    for unit in UNITS {
        if left / unit.2 > 0 {
            said.push(say(left / unit.2, unit));
            left %= unit.2;
        }
    }
    match said.is_empty() {
        true => nothing.to_owned(),
        false if micros < 0 => format!("-{}", said.join(between)),
        false => said.join(between),
    }
}

fn plural(n: i128, word: &str) -> String {
    match n {
        1 => format!("1 {word}"),
        _ => format!("{n} {word}s"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn periods_are_read_and_shown_as_the_configuration_writes_them() {
        for (text, shown, words) in [
            ("90s", "1m30s", "1 minute 30 seconds"),
            ("15m", "15m", "15 minutes"),
            ("4h", "4h", "4 hours"),
            ("2d", "2d", "2 days"),
            ("48h", "2d", "2 days"),
            ("1h30m", "1h30m", "1 hour 30 minutes"),
            (" 1h 30m ", "1h30m", "1 hour 30 minutes"),
            ("5bd", "5bd", "5 business days"),
            ("1bd", "1bd", "1 business day"),
            ("1w", "7d", "7 days"),
            ("0s", "0s", "0 minutes"),
            ("2 hours", "2h", "2 hours"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(
                (period.to_string().as_str(), period.words().as_str()),
                (shown, words),
                "{text}"
            );
        }
        assert_eq!(
            "2d".parse(),
            Ok(Period::Time(SignedDuration::from_hours(48)))
        );
    }

    #[test]
    fn what_is_no_period_is_refused_with_its_reason() {
        for (text, says) in [
            ("", "write for instance"),
            ("soon", "write for instance"),
            ("15", "write for instance"),
            ("bd", "write for instance"),
            ("1.5bd", "write for instance"),
            ("-5bd", "write for instance"),
            ("1h5bd", "write for instance"),
            ("-4h", "negative"),
            ("4h ago", "negative"),
            ("3 months", "no fixed length"),
            ("1y", "no fixed length"),
            ("99999bd", "ten years"),
            ("99999d", "ten years"),
            ("9999999999999999999999h", "write for instance"),
        ] {
            let error = text.parse::<Period>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn periods_are_stored_as_text() {
        let period = Period::BusinessDays(5);
        assert_eq!(serde_json::to_string(&period).unwrap(), "\"5bd\"");
        assert_eq!(serde_json::from_str::<Period>("\"5bd\"").unwrap(), period);
        assert!(serde_json::from_str::<Period>("\"later\"").is_err());
    }

    proptest! {
        #[test]
        fn a_period_survives_being_written(micros in 0..300_000_000_000_000_i64, days in 0..3_660_u32) {
            for period in [Period::Time(SignedDuration::from_micros(micros)), Period::BusinessDays(days)] {
                prop_assert_eq!(period.to_string().parse(), Ok(period));
            }
        }

        #[test]
        fn junk_never_panics(text in ".{0,60}") {
            let _: Result<Period, _> = text.parse();
        }
    }
}
