//! How good a lead is and how much it wants: points with their reasons, intent, fit and stage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a lead wants to talk now.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Intent {
    /// A single download, a newsletter.
    #[default]
    Low,
    /// Several downloads, a webinar.
    Medium,
    /// A demo request, a visit to the prices.
    High,
}

impl Intent {
    /// As conditions and JSON say it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// How well a lead suits.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// Below `strong_fit`.
    #[default]
    Weak,
    /// From `strong_fit` on.
    Strong,
}

impl Fit {
    /// As conditions and JSON say it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Strong => "strong",
        }
    }
}

/// How far a lead has come.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Reads along.
    Subscriber,
    /// Has asked for something.
    #[default]
    Lead,
    /// Marketing qualified.
    Mql,
    /// Accepted by sales.
    Sal,
    /// Sales qualified.
    Sql,
    /// Talks about a deal.
    Opportunity,
    /// Has bought.
    Customer,
}

impl Stage {
    /// As conditions and JSON say it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Subscriber => "subscriber",
            Self::Lead => "lead",
            Self::Mql => "mql",
            Self::Sal => "sal",
            Self::Sql => "sql",
            Self::Opportunity => "opportunity",
            Self::Customer => "customer",
        }
    }
}

/// Points with their reasons.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// For what the lead is.
    pub fit: f64,
    /// For what the lead does.
    pub engagement: f64,
    /// One line for each rule about what it is that counted or could not be told.
    pub reasons: Vec<String>,
    /// One line for each rule about what it does that counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub did: Vec<String>,
}

impl Score {
    /// Both together.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.fit + self.engagement
    }

    /// All reasons: for what the lead is, then for what it does.
    pub fn why(&self) -> impl Iterator<Item = &String> {
        self.reasons.iter().chain(&self.did)
    }
}
