//! Moments in words, on the clocks of whoever reads them.

use jiff::{SignedDuration, Timestamp, Zoned, civil::Time, tz::TimeZone};

use crate::domain::{
    card::{MomentStyle, Run},
    contact::Contact,
    phrase, zone,
};

/// Where a time of day need not be exact it is said by the quarter of an hour.
const QUARTER: i64 = 15 * 60;

/// The reader's clock at the moment of writing.
#[derive(Clone, Debug)]
pub struct When {
    now: Zoned,
    /// Whether it is still read when "today" has become another day.
    stands: bool,
}

impl When {
    /// Reads `now` in `zone`.
    #[must_use]
    pub fn new(now: Timestamp, zone: &TimeZone) -> Self {
        Self {
            now: now.to_zoned(zone.clone()),
            stands: false,
        }
    }

    /// The same for a message that stays in the chat: there it is no "today" but a date, which is true tomorrow as well.
    #[must_use]
    pub fn for_what_stands(now: Timestamp, zone: &TimeZone) -> Self {
        Self {
            stands: true,
            ..Self::new(now, zone)
        }
    }

    /// The same moment on another clock.
    #[must_use]
    pub fn in_zone(&self, zone: &TimeZone) -> Self {
        Self {
            now: self.now.with_time_zone(zone.clone()),
            ..*self
        }
    }

    /// The moment of writing.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now.timestamp()
    }

    /// That time of the next day.
    #[must_use]
    pub fn tomorrow_at(&self, time: Time) -> Option<Timestamp> {
        let tomorrow = self.now.date().tomorrow().ok()?;
        let at = tomorrow.to_datetime(time);
        Some(at.to_zoned(self.now.time_zone().clone()).ok()?.timestamp())
    }

    /// Whether `at` is over.
    #[must_use]
    pub fn is_past(&self, at: Timestamp) -> bool {
        at < self.now()
    }

    /// "today 15:05"; in what stands, "Sat 21 Nov 15:05".
    #[must_use]
    pub fn said(&self, at: Timestamp) -> String {
        if self.stands {
            phrase::say_dated(at, &self.now)
        } else {
            phrase::say(at, &self.now)
        }
    }

    /// "today 15:05 (Europe/Berlin)", for texts whose readers may sit elsewhere.
    #[must_use]
    pub fn said_with_zone(&self, at: Timestamp) -> String {
        format!("{} ({})", self.said(at), self.zone())
    }

    /// The zone's name, or its offset.
    #[must_use]
    pub fn zone(&self) -> String {
        self.now.strftime("%Q").to_string()
    }

    /// The moment as `/away` understands it: "until 2026-11-27 18:00".
    #[must_use]
    pub fn typed_until(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.now.time_zone().clone());
        at.strftime("until %Y-%m-%d %H:%M").to_string()
    }

    /// "03:12 there, at night": the time where a lead is, as far as that is known; not `precise`: "about 03:00 there".
    #[must_use]
    pub fn there(&self, contact: &Contact, precise: bool) -> Option<String> {
        let zones = zone::of(contact)?;
        let into = self.now().as_second().rem_euclid(QUARTER);
        let (about, now) = if precise {
            ("", self.now())
        } else {
            ("about ", self.now() - SignedDuration::from_secs(into))
        };
        let said = |time: Time| time.strftime("%H:%M").to_string();
        let (west, east) = zones.times(now);
        let times = if west == east {
            said(west)
        } else {
            format!("{} to {}", said(west), said(east))
        };
        let night = if zones.is_night(now) {
            ", at night"
        } else {
            ""
        };
        Some(format!("{about}{times} there{night}"))
    }

    /// The moment for a card: the platform says it in the reader's zone where it can.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> Run {
        Run::Moment {
            at,
            style: if phrase::is_near(at, self.now()) {
                MomentStyle::Exact
            } else {
                MomentStyle::DateTime
            },
            fallback: self.said_with_zone(at),
            dated: format!("{} ({})", phrase::say_dated(at, &self.now), self.zone()),
        }
    }
}
