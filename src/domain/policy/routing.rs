//! Where a lead goes: sources and their types, scores, routes and their targets, declines, accounts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::people::{Strategy, Turn};
use crate::domain::{
    condition::Condition,
    contact::{Contact, Field},
    id::{RepId, RouteId, SlaId, SourceId, TeamId},
    score::Intent,
};

/// What a source says about its leads.
#[derive(Clone, Debug, Default)]
pub struct SourceRule {
    /// Ordered: the first that holds; none of them: what the payload says.
    pub types: Vec<TypeRule>,
    /// Set where the payload says nothing; for leads that do not come through the webhook.
    pub defaults: Contact,
    /// Everybody who knows the address may send.
    pub open: bool,
}

/// One line of a source's `type`.
#[derive(Clone, Debug)]
pub struct TypeRule {
    /// Absent: always.
    pub when: Option<Condition>,
    /// The type.
    pub is: String,
}

/// One rule of the ordered list.
#[derive(Clone, Debug)]
pub struct Route {
    /// As named in the file.
    pub id: RouteId,
    /// Absent: everything.
    pub when: Option<Condition>,
    /// The first with somebody who may take the lead now, else the first.
    pub to: Vec<Target>,
    /// Goes before the team's.
    pub sla: Option<SlaId>,
    /// Goes before that of the teams it leads to; only an experiment says so.
    pub strategy: Option<Strategy>,
    /// Whose managers and backups stand behind a `rep` or `owner` target.
    pub team: Option<TeamId>,
}

/// Where a route sends a lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Push by the team's strategy.
    Team(TeamId),
    /// First to claim.
    Pool {
        /// Whose members.
        team: TeamId,
        /// Only the best so many by the team's strategy.
        size: Option<usize>,
        /// Only those who suit it best, by the team's wishes or its matching.
        #[serde(default)]
        matching: bool,
        /// Not shown until somebody has claimed it.
        hide: Vec<Field>,
    },
    /// Reps take from it themselves.
    Queue {
        /// Whose people.
        team: TeamId,
        /// Not shown until somebody has taken it.
        hide: Vec<Field>,
    },
    /// A manager of this team decides.
    Review(TeamId),
    /// The account's named owner.
    AccountOwner,
    /// Whoever owned this lead or a lead of this person before.
    PreviousOwner,
    /// One person.
    Rep(RepId),
    /// Not for reps yet; the label goes along.
    Nurture(String),
    /// Nobody should spend time on it; why, if the rule says so.
    Disqualify(Option<String>),
}

impl Target {
    /// The team that it names.
    #[must_use]
    pub fn team(&self) -> Option<&TeamId> {
        match self {
            Self::Team(team)
            | Self::Pool { team, .. }
            | Self::Queue { team, .. }
            | Self::Review(team) => Some(team),
            Self::Rep(_)
            | Self::AccountOwner
            | Self::PreviousOwner
            | Self::Nurture(_)
            | Self::Disqualify(_) => None,
        }
    }

    /// Whether a manager decides.
    #[must_use]
    pub fn is_review(&self) -> bool {
        matches!(self, Self::Review(_))
    }

    /// The team whose strategy finds somebody.
    #[must_use]
    pub fn pushed_to(&self) -> Option<&TeamId> {
        match self {
            Self::Team(team) | Self::Pool { team, .. } => Some(team),
            Self::Queue { .. }
            | Self::Review(_)
            | Self::AccountOwner
            | Self::PreviousOwner
            | Self::Rep(_)
            | Self::Nurture(_)
            | Self::Disqualify(_) => None,
        }
    }

    /// What a queue does not show until somebody has taken the lead.
    #[must_use]
    pub fn hidden_in_queue(&self) -> &[Field] {
        match self {
            Self::Queue { hide, .. } => hide,
            Self::Team(_)
            | Self::Pool { .. }
            | Self::Review(_)
            | Self::AccountOwner
            | Self::PreviousOwner
            | Self::Rep(_)
            | Self::Nurture(_)
            | Self::Disqualify(_) => &[],
        }
    }

    /// In short: "team sdr", "the pool of sdr".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Team(team) => format!("team {team}"),
            Self::Pool { team, size, .. } => match size {
                Some(size) => format!("a pool of {size} of {team}"),
                None => format!("the pool of {team}"),
            },
            Self::Queue { team, .. } => format!("the queue of {team}"),
            Self::Review(team) => format!("a decision by {team}"),
            Self::AccountOwner => "the account's owner".to_owned(),
            Self::PreviousOwner => "the earlier owner".to_owned(),
            Self::Rep(rep) => rep.to_string(),
            Self::Nurture(label) => format!("marketing ({label})"),
            Self::Disqualify(_) => "nobody".to_owned(),
        }
    }
}

/// One line of `[[intent]]`.
#[derive(Clone, Debug)]
pub struct IntentRule {
    /// The level it gives.
    pub level: Intent,
    /// Absent: always.
    pub when: Option<Condition>,
}

/// A reason for declining and what it leads to.
#[derive(Clone, Debug)]
pub struct DeclineReason {
    /// `busy`, `territory`, …
    pub id: String,
    /// As shown to the rep.
    pub label: String,
    /// What happens to the lead.
    pub then: AfterDecline,
    /// Whether it costs a turn; absent: the team's rule.
    pub turn: Option<Turn>,
    /// Only who manages the team may give it.
    pub managers_only: bool,
    /// How often a rep may give it within 24 hours; absent: always.
    pub per_day: Option<u32>,
}

/// What a decline leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterDecline {
    /// The next rep.
    #[default]
    Next,
    /// A manager.
    Review,
    /// The queue.
    Queue,
    /// Nobody.
    Disqualify,
}

/// A part of the world.
#[derive(Clone, Debug)]
pub struct Territory {
    /// As named in the file.
    pub id: String,
    /// ISO codes; empty: any.
    pub countries: Vec<String>,
    /// Regions within; empty: any.
    pub regions: Vec<String>,
    /// How postal codes begin, by [`postal_code`]; empty: any.
    pub postal_codes: Vec<String>,
    /// What else must hold; absent: nothing.
    pub when: Option<Condition>,
}

/// A postal code as it is compared: in capital letters, without blanks and signs.
#[must_use]
pub fn postal_code(written: &str) -> String {
    let signs = |it: &char| it.is_alphanumeric();
    written
        .chars()
        .filter(signs)
        .collect::<String>()
        .to_uppercase()
}

/// What a card shows beside the fixed facts.
#[derive(Clone, Debug, Default)]
pub struct CardRule {
    /// Canonical fields or attribute labels.
    pub facts: Vec<String>,
    /// Links into other systems; `{field}` is filled in.
    pub links: Vec<LinkRule>,
}

/// A link on a card.
#[derive(Clone, Debug)]
pub struct LinkRule {
    /// Its text.
    pub label: String,
    /// `https://…`, with `{field}` places that are filled in, percent-encoded.
    pub url: String,
}

/// A lead with a known answer.
#[derive(Clone, Debug)]
pub struct Golden {
    /// The lead.
    pub contact: Contact,
    /// Its type.
    pub lead_type: String,
    /// The source it comes from, if it matters.
    pub source: Option<SourceId>,
    /// The rule that must catch it.
    pub route: Option<RouteId>,
    /// The team that must get it.
    pub team: Option<TeamId>,
    /// When it arrives, for rules that ask the time; absent: now.
    pub at: Option<Timestamp>,
    /// The share of leads like it that were won, for rules that ask it; absent: as where none has ended.
    pub win: Option<f64>,
}
