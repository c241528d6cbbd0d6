//! What people type to Baton: `/away`, `/back`, `/leads` and `/leadstats`.
//!
//! ```text
//! /away until tomorrow 9am dentist cover @jonas     /back until 21:00
//! /leads   /leads queue   /leads search acme        /leadstats enterprise by rep week
//! ```
//!
//! Slack sends the word and the rest apart; a message to the bot in Teams starts with the same word. Both are
//! read by [`parse`] into a [`Command`].

mod named;
mod parse;
mod period;
mod picture;
mod words;

pub use named::{Named, Unknown};
pub use parse::{Misunderstood, parse};
pub use period::Period;
pub use picture::Picture;
pub use words::{CommandWords, Topic};

use jiff::Timestamp;

use crate::domain::phrase::AwaySpan;

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// No new offers for a while.
    Away {
        /// Whose absence; none: their own.
        who: Option<Named>,
        /// What about it.
        ask: AwayAsk,
    },
    /// Available again.
    Back {
        /// Who; none: themselves.
        who: Option<Named>,
        /// Outside hours too until then.
        until: Option<Timestamp>,
    },
    /// A list of leads.
    Leads(LeadsView),
    /// Numbers.
    LeadStats(StatsAsk),
    /// How to say it; none: all commands.
    Help(Option<Topic>),
}

/// What about an absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AwayAsk {
    /// It begins, or is planned.
    Take(AwaySpan),
    /// Which ones run or are planned.
    List,
    /// The one with this number of the list ends.
    Cancel(usize),
}

/// Which leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadsView {
    /// Own open ones, what to call now first.
    Mine,
    /// Those that nobody has.
    Queue,
    /// Those that a manager decides.
    Review,
    /// Own place in the line of each team.
    Turns,
    /// Those in which this stands.
    Search(String),
}

/// Which numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatsAsk {
    /// Whose; none: as much as the asker may see.
    pub of: Option<StatsOf>,
    /// In lines for each of these; none: what suits.
    pub by: Option<StatsBy>,
    /// Of leads that arrived then.
    pub period: Period,
}

/// Whose numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatsOf {
    /// The asker's own.
    Me,
    /// Everybody's.
    All,
    /// A rep's or a team's, as typed.
    Named(Named),
}

/// What a line of a report stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatsBy {
    /// A rep.
    Rep,
    /// A team.
    Team,
    /// A source.
    Source,
    /// What leads ask for.
    Type,
    /// The rule that sent them.
    Rule,
}

impl StatsBy {
    /// All of them.
    pub const ALL: [StatsBy; 5] = [Self::Rep, Self::Team, Self::Source, Self::Type, Self::Rule];

    /// As typed after `by`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rep => "rep",
            Self::Team => "team",
            Self::Source => "source",
            Self::Type => "type",
            Self::Rule => "rule",
        }
    }
}
