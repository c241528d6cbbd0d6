//! How a lead ends: won or not, for how much, and why not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{
    id::{RepId, TeamId},
    lead::Outcome,
};

/// How an owner ends a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Bought.
    Won,
    /// Did not.
    Lost,
    /// Nobody should spend time on it.
    Disqualified,
    /// Not yet: back to marketing.
    Nurture,
    /// Was there already.
    Duplicate,
}

impl Ending {
    /// All, in the order shown.
    pub const ALL: [Ending; 5] = [
        Self::Won,
        Self::Lost,
        Self::Disqualified,
        Self::Nurture,
        Self::Duplicate,
    ];

    /// As stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Disqualified => "disqualified",
            Self::Nurture => "nurture",
            Self::Duplicate => "duplicate",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.word() == word)
    }

    /// The ending that led to this outcome.
    #[must_use]
    pub fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Won => Self::Won,
            Outcome::Lost => Self::Lost,
            Outcome::Duplicate => Self::Duplicate,
        }
    }

    /// The outcome of a closed lead; absent for endings that leave it in another state.
    #[must_use]
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Won => Some(Outcome::Won),
            Self::Lost => Some(Outcome::Lost),
            Self::Duplicate => Some(Outcome::Duplicate),
            Self::Disqualified | Self::Nurture => None,
        }
    }
}

/// What a lead was worth in the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deal {
    /// How much.
    pub value: f64,
    /// Of which money, as ISO code; absent: as the lead said.
    pub currency: Option<String>,
}

impl Deal {
    /// Nobody sells for more.
    pub const MOST: f64 = 1e12;

    /// Whether it is an amount that can be kept.
    #[must_use]
    pub fn is_value(value: f64) -> bool {
        (0.0..=Self::MOST).contains(&value)
    }

    /// Whether it is written like an ISO code: `EUR`.
    #[must_use]
    pub fn is_currency(text: &str) -> bool {
        text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
    }

    /// "12000 EUR".
    #[must_use]
    pub fn said(&self) -> String {
        let currency = self.currency.as_deref().unwrap_or_default();
        format!("{} {currency}", self.value).trim_end().to_owned()
    }
}

/// Why a lead came to nothing, of the reasons that are usual; others are said in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotWon {
    /// Too dear.
    Price,
    /// Somebody else sells to them.
    Competitor,
    /// Not now.
    Timing,
    /// They have no use or no money for it.
    NoNeed,
    /// They never answered.
    Silent,
    /// Not whom we sell to.
    Unfit,
}

impl NotWon {
    /// All, in the order shown.
    pub const ALL: [NotWon; 6] = [
        Self::Price,
        Self::Competitor,
        Self::Timing,
        Self::NoNeed,
        Self::Silent,
        Self::Unfit,
    ];

    /// As stored, sent and counted.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Competitor => "competitor",
            Self::Timing => "timing",
            Self::NoNeed => "no need",
            Self::Silent => "no answer",
            Self::Unfit => "not a fit",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.word() == word)
    }

    /// The reason in front of what was written: "price: they found a cheaper one".
    #[must_use]
    pub fn before(why: Option<Self>, note: &str) -> String {
        match (why, note) {
            (None, note) => note.to_owned(),
            (Some(why), "") => why.word().to_owned(),
            (Some(why), note) => format!("{}: {note}", why.word()),
        }
    }
}

/// A lead that ended, for whoever adds up why, and for how much.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// In whose numbers.
    pub team: Option<TeamId>,
    /// In whose numbers.
    pub rep: Option<RepId>,
    /// How.
    pub ending: Ending,
    /// Why: one of the usual reasons, or a rule's label; empty: it was not said so.
    pub reason: String,
    /// What it was worth.
    pub deal: Option<Deal>,
    /// It was no lead, as soon turned out: nobody's doing.
    pub invalid: bool,
}
