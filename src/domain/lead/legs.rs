//! How long each leg of a lead's way took: from its arrival to an offer, to the rep's chat, to the accept, to the first
//! contact. By the wall clock, and in the hours in which the lead's own clock runs.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::event::MeasureKind;

/// A length of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lasted {
    /// By the wall clock.
    pub wall: SignedDuration,
    /// In the hours of the lead's clock.
    pub open: SignedDuration,
}

impl Lasted {
    /// Adds another length.
    pub fn add(&mut self, more: Self) {
        self.wall += more.wall;
        self.open += more.open;
    }

    /// What is left without `part`; never less than nothing.
    #[must_use]
    pub fn without(self, part: Self) -> Self {
        let less = |whole: SignedDuration, part| (whole - part).max(SignedDuration::ZERO);
        Self {
            wall: less(self.wall, part.wall),
            open: less(self.open, part.open),
        }
    }

    /// Whether it is no time at all.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.wall.is_zero()
    }
}

/// A leg of a lead's way, and so whose time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leg {
    /// From the lead's arrival to its first offer: Baton's.
    Offered,
    /// From there to the first card in a rep's chat: the chat's.
    Delivered,
    /// From an offer's delivery to its accept: the rep's.
    Accepted,
    /// From the accept to the first attempt to reach the lead: the rep's.
    Contacted,
}

impl Leg {
    /// All, in their order.
    pub const ALL: [Leg; 4] = [
        Self::Offered,
        Self::Delivered,
        Self::Accepted,
        Self::Contacted,
    ];

    /// As programs read it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Offered => "received_to_offered",
            Self::Delivered => "offered_to_delivered",
            Self::Accepted => "delivered_to_accepted",
            Self::Contacted => "accepted_to_contacted",
        }
    }

    /// Under what it is counted: by the wall clock, and in the hours of the lead's clock.
    #[must_use]
    pub fn measures(self) -> (MeasureKind, MeasureKind) {
        match self {
            Self::Offered => (
                MeasureKind::ReceivedOffered,
                MeasureKind::ReceivedOfferedOpen,
            ),
            Self::Delivered => (
                MeasureKind::OfferedDelivered,
                MeasureKind::OfferedDeliveredOpen,
            ),
            Self::Accepted => (MeasureKind::Accepted, MeasureKind::AcceptedOpen),
            Self::Contacted => (
                MeasureKind::AcceptedContacted,
                MeasureKind::AcceptedContactedOpen,
            ),
        }
    }
}

/// How long the legs of a lead's present business took, as far as it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Legs {
    /// To its first offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered: Option<Lasted>,
    /// To the first card in a chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Lasted>,
    /// To the last accept, without what Baton or the chat was down for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Lasted>,
    /// What of the time to that accept they were down for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<Lasted>,
    /// To the first attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contacted: Option<Lasted>,
}

impl Legs {
    /// Whether none has ended yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How long this one took; `None` until it has ended.
    #[must_use]
    pub fn of(&self, leg: Leg) -> Option<Lasted> {
        match leg {
            Leg::Offered => self.offered,
            Leg::Delivered => self.delivered,
            Leg::Accepted => self.accepted,
            Leg::Contacted => self.contacted,
        }
    }
}
