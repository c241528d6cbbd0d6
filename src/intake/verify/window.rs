//! How far the time of signing may be from now, both ways: an old request is one that somebody kept, and one from
//! the future could be kept until then.

use jiff::{SignedDuration, Timestamp};

use super::{Denied, SetupError};

/// What the timestamp counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampUnit {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
}

impl TimestampUnit {
    /// The instant that a count means.
    fn instant(self, count: i64) -> Option<Timestamp> {
        match self {
            TimestampUnit::Seconds => Timestamp::from_second(count).ok(),
            TimestampUnit::Millis => Timestamp::from_millisecond(count).ok(),
        }
    }

    /// The count that means an instant.
    pub(super) fn count(self, at: Timestamp) -> i64 {
        match self {
            TimestampUnit::Seconds => at.as_second(),
            TimestampUnit::Millis => at.as_millisecond(),
        }
    }
}

/// So far from now a request may have been signed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    unit: TimestampUnit,
    tolerance: SignedDuration,
}

impl Window {
    /// Minutes within which clocks agree and networks deliver.
    pub(super) const USUAL: SignedDuration = SignedDuration::from_mins(5);

    pub(super) fn new(unit: TimestampUnit, tolerance: SignedDuration) -> Result<Self, SetupError> {
        if tolerance <= SignedDuration::ZERO {
            return Err(SetupError::Tolerance);
        }
        Ok(Self { unit, tolerance })
    }

    /// Whether the time that was sent is of now; `place` is where it stood.
    pub(super) fn holds(&self, sent: &[u8], now: Timestamp, place: &str) -> Result<(), Denied> {
        let signed_at = std::str::from_utf8(sent)
            .ok()
            .and_then(|text| text.parse().ok())
            .and_then(|count| self.unit.instant(count))
            .ok_or_else(|| Denied::TimestampNotANumber(place.to_owned()))?;
        let age = now.duration_since(signed_at);
        if age > self.tolerance {
            Err(Denied::TooOld(place.to_owned()))
        } else if -age > self.tolerance {
            Err(Denied::TooNew(place.to_owned()))
        } else {
            Ok(())
        }
    }

    /// The time as the sender writes it.
    pub(super) fn write(&self, now: Timestamp) -> String {
        self.unit.count(now).to_string()
    }
}
