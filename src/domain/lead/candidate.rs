//! Who was considered for a lead, and how they stood then: kept with the decision, for whoever asks why.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::id::RepId;

/// Somebody who was considered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    /// Who.
    pub rep: RepId,
    /// Whether they could have taken it.
    pub eligible: bool,
    /// Why, or why not.
    pub because: String,
    /// The same for colleagues, where it tells what somebody wins: everybody sees their own numbers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub openly: Option<String>,
    /// Until when not, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The place in the team's line, from 1, of those who could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// What they had before them, where the rules limit that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Load>,
    /// The kind of why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<Passed>,
}

/// What somebody had before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CandidateLoad")]
pub struct Load {
    /// Pending offers plus owned, unclosed leads touched lately.
    pub open: u32,
    /// At most.
    pub capacity: u32,
}

/// Why somebody was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Passed {
    /// Not in the rules.
    Unknown,
    /// Switched off, before their first or after their last day.
    Inactive,
    /// The chat did not deliver to them.
    Unreachable,
    /// Away.
    Away,
    /// Outside of their hours.
    Closed,
    /// Had as many leads as they can carry.
    Full,
    /// Had as many unanswered offers as they may.
    Pending,
    /// Had as many offers as they may in a span of time.
    Capped,
    /// Had been asked for it.
    HadIt,
    /// The team's condition did not hold of them.
    NotMatching,
    /// Had it.
    OwnsIt,
}

impl Candidate {
    /// How they stood: " (1st in line, 5 of 12 leads)"; empty where nothing is known.
    #[must_use]
    pub fn stood(&self) -> String {
        let place = self
            .place
            .map(|place| format!("{} in line", ordinal(place)));
        let told = self.passed == Some(Passed::Full);
        let load = self.load.filter(|_| !told);
        let load = load.map(|load| format!("{} of {} leads", load.open, load.capacity));
        let stood: Vec<String> = place.into_iter().chain(load).collect();
        if stood.is_empty() {
            return String::new();
        }
        format!(" ({})", stood.join(", "))
    }
}

/// "1st", "22nd".
#[must_use]
pub fn ordinal(n: u32) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}
