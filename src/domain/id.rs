//! Names of things: one type per kind, so that a rep's id can't be taken for a team's.

use std::{borrow::Borrow, fmt};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as it is stored, shown and sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(
    /// A lead: `lead_` and a ULID, so that ids sort by age.
    LeadId
);
id!(
    /// One inbound request: `sub_` and a ULID.
    SubmissionId
);
id!(
    /// A lead put in front of one rep: `offer_` and a ULID. Buttons carry it.
    OfferId
);
id!(
    /// A rep, manager or admin, as named in the configuration.
    RepId
);
id!(
    /// A team, as named in the configuration.
    TeamId
);
id!(
    /// A configured webhook.
    SourceId
);
id!(
    /// One `[[route]]`.
    RouteId
);
id!(
    /// One `[sla.*]`.
    SlaId
);
id!(
    /// One `[calendar.*]`.
    CalendarId
);

/// Chance for one decision: random bits drawn outside, spent here in order, so that the same
/// arguments give the same answer.
#[derive(Clone, Debug)]
pub struct Chance {
    at: Timestamp,
    bits: u128,
}

impl Chance {
    /// Takes `bits` drawn at `at`.
    #[must_use]
    pub fn new(at: Timestamp, bits: u128) -> Self {
        Self { at, bits }
    }

    /// The next id: a ULID of this moment, in lower-case order of their making.
    pub fn next_ulid(&mut self) -> String {
        self.bits = self.bits.wrapping_add(1);
        let millis = u64::try_from(self.at.as_millisecond()).unwrap_or(0);
        ulid::Ulid::from_parts(millis, self.bits).to_string()
    }

    /// A number from 0 up to 1.
    pub fn fraction(&mut self) -> f64 {
        self.bits = self
            .bits
            .wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645)
            .wrapping_add(1);
        let upper = u32::try_from(self.bits >> 96).unwrap_or(0);
        f64::from(upper) / 4_294_967_296.0
    }

    /// The next offer's id.
    pub fn next_offer(&mut self) -> OfferId {
        OfferId(format!("offer_{}", self.next_ulid()))
    }
}
