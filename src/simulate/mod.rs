//! `baton simulate`: leads of the past through a configuration, with the people, hours and answers as they were.
//!
//! Nothing is imitated: every arrival, answer and due step goes through [`crate::domain::decide`], as it does live. Only
//! the clock is another one, a list of what happens next, and so a year goes by in seconds. The same leads under the
//! same rules give the same result, always.

mod acts;
mod again;
mod answers;
mod drive;
mod outages;
mod outcome;
mod people;
mod records;
mod state;
mod versus;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        activity::Activities,
        event::Ending,
        id::{RepId, RouteId, SourceId, TeamId},
        lead::Decided,
        policy::Profile,
        strategy::Odds,
        submission::NewLead,
    },
    rules::Rules,
};

pub use again::{Way, way};
pub use answers::{Answer, Answers, Says, Usual};
pub use outages::Outage;
pub use outcome::{Fate, Line, Outcome};
pub use versus::{Change, Versus, owner_of, rule_of, team_of, versus};

/// So long after the last arrival it goes on.
pub const AFTERWARDS: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Somebody who came in.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The lead's number, or that of its row.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// By which webhook.
    pub source: SourceId,
    /// What was said.
    pub person: NewLead,
    /// What they had done, and did later; conditions count what lies before them.
    pub activities: Activities,
    /// Whom they belonged to before.
    pub previous_owner: Option<RepId>,
    /// What became of them in fact, if that is known.
    pub was: Option<Was>,
}

/// What became of a lead in fact.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Was {
    /// The rule that caught it.
    pub rule: Option<RouteId>,
    /// The team behind it.
    pub team: Option<TeamId>,
    /// Who owned it.
    pub owner: Option<RepId>,
    /// What those said who were asked.
    pub answers: BTreeMap<RepId, Answer>,
    /// The share of leads like it that were won before it came.
    pub win: Option<f64>,
    /// What a manager decided of it while it was in review, and how long after its arrival, in their working time.
    pub decided: Option<(Decided, SignedDuration)>,
    /// How long after the accept somebody first tried to reach it.
    pub contacted_after: Option<SignedDuration>,
    /// How long after the accept it ended.
    pub ended_after: Option<SignedDuration>,
    /// How.
    pub ending: Option<Ending>,
}

/// A time in which somebody was away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Who.
    pub rep: RepId,
    /// From.
    pub from: Timestamp,
    /// Until; absent: nobody knows.
    pub until: Option<Timestamp>,
    /// Who stood in.
    pub cover: Option<RepId>,
}

/// What the configuration does not say of its people.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Zones of chat profiles, and hours that were chosen there.
    pub profiles: BTreeMap<RepId, Profile>,
    /// When they were away.
    pub absences: Vec<Absence>,
    /// When Baton or a chat was down; never the one while the other was.
    pub outages: Vec<Outage>,
    /// What they had on their hands before the first lead came: whose, and when it was last touched.
    pub carried: Vec<(RepId, Timestamp)>,
    /// How leads ended lately, for those that were not told their odds when they came.
    pub odds: Odds,
}

impl History {
    /// What decides, beside the configuration, when somebody works.
    #[must_use]
    pub fn profile(&self, rep: &RepId) -> Profile {
        self.profiles.get(rep).cloned().unwrap_or_default()
    }
}

/// Replays `arrivals`, in the order of their times, under `rules`; calls `passed` with how many have come by then.
pub fn simulate(
    rules: &Rules,
    history: &History,
    arrivals: &[Arrival],
    answers: &Answers,
    passed: &mut dyn FnMut(usize),
) -> Outcome {
    drive::Drive::new(rules, history, arrivals, answers).run(passed)
}
