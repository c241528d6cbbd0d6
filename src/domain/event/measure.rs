//! What managers count.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::id::{RepId, TeamId};

/// Something that managers count; one each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// In whose numbers.
    pub team: Option<TeamId>,
    /// In whose numbers.
    pub rep: Option<RepId>,
    /// What.
    pub what: MeasureKind,
    /// How long, for those that are a time.
    pub took: Option<SignedDuration>,
}

macro_rules! measures {
    ($($(#[$doc:meta])* $variant:ident $word:literal,)*) => {
        /// What is counted.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum MeasureKind {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl MeasureKind {
            /// As stored.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The one with this word.
            #[must_use]
            pub fn by_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

measures! {
    /// A lead came in.
    Arrived "arrived",
    /// A lead was brought in with a list; it is none that arrived.
    Imported "imported",
    /// A rule decided where a lead goes; again when it is asked again.
    Routed "routed",
    /// An offer was made.
    Offered "offered",
    /// An offer was accepted; `took` from its delivery, without what Baton or the chat was down for.
    Accepted "accepted",
    /// The same; `took` in the hours of the lead's clock.
    AcceptedOpen "accepted_open",
    /// A lead's first offer was made; `took` from its arrival.
    ReceivedOffered "received_offered",
    /// The same; `took` in the hours of the lead's clock.
    ReceivedOfferedOpen "received_offered_open",
    /// A rep's chat had a lead's card for the first time; `took` from its first offer.
    OfferedDelivered "offered_delivered",
    /// The same; `took` in the hours of the lead's clock.
    OfferedDeliveredOpen "offered_delivered_open",
    /// First attempt by whoever owns it; `took` from when they got it.
    AcceptedContacted "accepted_contacted",
    /// The same; `took` in the hours of the lead's clock.
    AcceptedContactedOpen "accepted_contacted_open",
    /// Nothing came of an accept: the clock of the contact ran out, or the lead left its owner, before they had tried.
    Hollow "hollow",
    /// An offer was declined.
    Declined "declined",
    /// An offer expired.
    Expired "expired",
    /// An offer was taken away.
    Withdrawn "withdrawn",
    /// A step of an escalation was taken.
    Escalated "escalated",
    /// A lead was given without asking.
    Assigned "assigned",
    /// First attempt; `took` from the lead's arrival: speed to lead.
    Contacted "contacted",
    /// Accepted in time.
    AcknowledgeKept "acknowledge_kept",
    /// Not accepted in time.
    AcknowledgeMissed "acknowledge_missed",
    /// Tried in time.
    ContactKept "contact_kept",
    /// Not tried in time.
    ContactMissed "contact_missed",
    /// Ended as won.
    Won "won",
    /// Ended otherwise.
    Lost "lost",
    /// Another submission joined a lead.
    Duplicate "duplicate",
}
