//! What a decision sees beside the lead: the rules, the people concerned as they are now, and chance.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    calendar::Calendar,
    id::{Chance, RepId, TeamId},
    policy::{Policy, Rep},
    strategy::{Record, Turns},
};

/// When to look again whether an hour's cap has room.
const LOOK_SOON: SignedDuration = SignedDuration::from_mins(5);
/// When to look again whether somebody has room: under a longer cap, or by what they have before them.
const LOOK_LATER: SignedDuration = SignedDuration::from_mins(30);

/// Everything a decision may look at. Loaded for the teams concerned only.
#[derive(Clone, Debug)]
pub struct World<'a> {
    /// The rules in force.
    pub policy: &'a Policy,
    /// The people of the teams concerned.
    pub reps: BTreeMap<RepId, RepNow>,
    /// The turns of the teams concerned; a team without any has not given one yet.
    pub turns: BTreeMap<TeamId, Turns>,
    /// The clock of the SLA that a route would start, by [`super::route::sla_for`].
    pub clocks: &'a dyn Clocks,
    /// Whom this person's leads belonged to before.
    pub previous_owner: Option<RepId>,
    /// Random bits.
    pub chance: Chance,
}

/// Calendars ready to use; parsing opening hours for each decision would be waste.
pub trait Clocks: std::fmt::Debug + Send + Sync {
    /// The calendar of a clock with this name in this zone; without a name the clock always runs.
    fn clock(&self, name: Option<&super::id::CalendarId>, zone: &TimeZone) -> Calendar;
}

/// One rep as they are now.
#[derive(Clone, Debug)]
pub struct RepNow {
    /// From the file, else the chat profile, else UTC.
    pub zone: TimeZone,
    /// Working hours in that zone.
    pub calendar: Calendar,
    /// Set while away.
    pub away: Option<Away>,
    /// Available outside hours until then (`/back until 21:00`).
    pub extra_until: Option<Timestamp>,
    /// The chat does not deliver to them.
    pub unreachable: bool,
    /// Offers that wait for an answer.
    pub pending: u32,
    /// Pending offers plus owned, unclosed leads touched lately.
    pub open: u32,
    /// Offers in the last hour, day and week.
    pub offered: Offered,
    /// How their leads ended lately; counted where a strategy asks.
    pub record: Record,
    /// How often they declined within 24 hours, by reason; counted where that is limited.
    pub declined: BTreeMap<String, u32>,
}

/// An absence that runs now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away {
    /// Until when; absent: until they say `/back`.
    pub until: Option<Timestamp>,
    /// Who stands in.
    pub cover: Option<RepId>,
}

/// Offers made to a rep lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// In the last 60 minutes.
    pub hour: u32,
    /// In the last 24 hours.
    pub day: u32,
    /// In the last 7 days.
    pub week: u32,
}

/// Why somebody cannot take a lead now.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfit {
    /// Not in the file any more.
    Unknown,
    /// `active = false`, before `from` or after `until`.
    Inactive,
    /// The chat does not deliver to them.
    Unreachable,
    /// Away.
    Away(Option<Timestamp>),
    /// Outside working hours.
    Closed(Option<Timestamp>),
    /// As many leads as they can carry.
    Full {
        /// Theirs.
        open: u32,
        /// At most.
        capacity: u32,
    },
    /// As many unanswered offers as they may have at once.
    Pending(u32),
    /// As many offers as they may get in a span of time.
    Capped(&'static str, u32),
    /// They were asked for this lead already.
    HadIt,
    /// The team's `where` does not hold.
    NotMatching(String),
    /// They own it.
    OwnsIt,
}

/// "an hour", "a day", "a week".
#[must_use]
pub fn a_span(span: &str) -> String {
    let article = if span == "hour" { "an" } else { "a" };
    format!("{article} {span}")
}

impl Unfit {
    /// Whether this is about the rep's being there at all, so that the round passes them by.
    #[must_use]
    pub fn is_absence(&self) -> bool {
        match self {
            Self::Unknown
            | Self::Inactive
            | Self::Unreachable
            | Self::Away(_)
            | Self::Closed(_)
            | Self::Full { .. }
            | Self::Pending(_)
            | Self::Capped(..) => true,
            Self::HadIt | Self::NotMatching(_) | Self::OwnsIt => false,
        }
    }

    /// Whether they are not there for anybody, so that not even a person can give them a lead; hours and what they
    /// carry are for the one who gives to judge.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        match self {
            Self::Unknown | Self::Inactive | Self::Unreachable | Self::Away(_) => true,
            Self::Closed(_)
            | Self::Full { .. }
            | Self::Pending(_)
            | Self::Capped(..)
            | Self::HadIt
            | Self::NotMatching(_)
            | Self::OwnsIt => false,
        }
    }

    /// Until when, for what has a known end.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Away(until) | Self::Closed(until) => *until,
            Self::Unknown
            | Self::Inactive
            | Self::Unreachable
            | Self::Full { .. }
            | Self::Pending(_)
            | Self::Capped(..)
            | Self::HadIt
            | Self::NotMatching(_)
            | Self::OwnsIt => None,
        }
    }

    /// The next moment at which it ends by itself, or may have ended: for what only time or somebody
    /// else's doing ends, a moment at which to look again.
    #[must_use]
    pub fn ends_at(&self, rep: &Rep, person: &RepNow, now: Timestamp) -> Option<Timestamp> {
        let open_from = |at: Timestamp| person.calendar.next_open(at);
        match self {
            Self::Away(until) => until.and_then(open_from),
            Self::Closed(opens) => *opens,
            Self::Inactive => rep.from.filter(|from| *from > now).and_then(open_from),
            Self::Capped("hour", _) => open_from(now + LOOK_SOON),
            // An answer wakes those who wait; looking again is the net below that.
            Self::Capped(..) | Self::Full { .. } | Self::Pending(_) => open_from(now + LOOK_LATER),
            Self::Unknown
            | Self::Unreachable
            | Self::HadIt
            | Self::NotMatching(_)
            | Self::OwnsIt => None,
        }
    }
}

impl RepNow {
    /// Somebody with nothing to do.
    #[must_use]
    pub fn idle(calendar: Calendar, zone: TimeZone) -> Self {
        Self {
            zone,
            calendar,
            away: None,
            extra_until: None,
            unreachable: false,
            pending: 0,
            open: 0,
            offered: Offered::default(),
            record: Record::default(),
            declined: BTreeMap::new(),
        }
    }

    /// Why `rep` can take nothing at `now`, whatever the lead; `None` if they can.
    #[must_use]
    pub fn unfit(&self, rep: &Rep, now: Timestamp) -> Option<Unfit> {
        if !rep.is_employed(now) {
            return Some(Unfit::Inactive);
        }
        if self.unreachable {
            return Some(Unfit::Unreachable);
        }
        if let Some(away) = &self.away {
            return Some(Unfit::Away(away.until));
        }
        if self.extra_until.is_none_or(|until| until <= now) && !self.calendar.is_open(now) {
            return Some(Unfit::Closed(self.calendar.next_open(now)));
        }
        self.overloaded(rep)
    }

    /// When they are out of hours next, if they are in hours now; absent: as far as is known never.
    #[must_use]
    pub fn closes_at(&self, now: Timestamp) -> Option<Timestamp> {
        let extra = self.extra_until.filter(|until| *until > now);
        if !self.calendar.is_open(now) {
            return extra;
        }
        let closes = self.calendar.next_close(now)?;
        Some(extra.map_or(closes, |extra| closes.max(extra)))
    }

    fn overloaded(&self, rep: &Rep) -> Option<Unfit> {
        if let Some(capacity) = rep.capacity.filter(|capacity| self.open >= *capacity) {
            return Some(Unfit::Full {
                open: self.open,
                capacity,
            });
        }
        if let Some(most) = rep.pending.filter(|most| self.pending >= *most) {
            return Some(Unfit::Pending(most));
        }
        let caps = [
            ("hour", rep.caps.hour, self.offered.hour),
            ("day", rep.caps.day, self.offered.day),
            ("week", rep.caps.week, self.offered.week),
        ];
        caps.into_iter().find_map(|(span, most, had)| {
            most.filter(|most| had >= *most)
                .map(|most| Unfit::Capped(span, most))
        })
    }
}
