//! When it must happen: opening hours, SLAs and the steps of an escalation.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::routing::Target;
use crate::domain::{
    calendar::{Holidays, Period},
    id::{CalendarId, RepId, SlaId, TeamId},
};

/// Opening hours as written; with a zone and a country they become a calendar.
#[derive(Clone, Debug)]
pub struct CalendarRule {
    /// OpenStreetMap opening hours.
    pub hours: String,
    /// Which holidays `PH` means.
    pub holidays: HolidayRule,
    /// Absent: the rep's own, for a clock the team's.
    pub timezone: Option<TimeZone>,
    /// Whether a clock goes by the zone in which the lead lives, where that is known.
    pub of_lead: bool,
}

/// Whose public holidays a calendar keeps.
#[derive(Clone, Debug, Default)]
pub enum HolidayRule {
    /// None are known.
    #[default]
    None,
    /// Those of the rep's country; for a clock none.
    Rep,
    /// These.
    Fixed(Holidays),
}

/// How fast, and what happens otherwise.
#[derive(Clone, Debug, Default)]
pub struct Sla {
    /// As named in the file, or built in.
    pub id: Option<SlaId>,
    /// Accepted within, from the lead's arrival.
    pub acknowledge: Option<Period>,
    /// First attempt within, from the lead's arrival.
    pub contact: Option<Period>,
    /// What an offer gets from its delivery before `reoffer` moves it on.
    pub at_least: Option<Period>,
    /// The clock runs in these hours; absent: always.
    pub calendar: Option<CalendarId>,
    /// Until the accept.
    pub escalation: Vec<Step>,
    /// From the accept until the first attempt.
    pub untouched: Vec<Step>,
    /// How long after each attempt that reached nobody its owner is to try again.
    pub retry: Vec<Period>,
    /// Where it goes when the last of them has reached nobody either; absent: it stays with its owner.
    pub exhausted: Option<Target>,
}

/// One step of an escalation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// From the lead's arrival, in the clock's hours.
    pub after: Period,
    /// What is done.
    pub action: StepAction,
    /// Again, so often.
    pub repeat: Option<Repeat>,
}

/// How a step is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// In the clock's hours.
    pub every: Period,
    /// Beside the first time.
    pub times: u32,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepAction {
    /// A new short message to whoever has it.
    Remind,
    /// The pending offer expires, the next one there gets it.
    Reoffer(Rung),
    /// Everybody in the team may claim it.
    Widen,
    /// A notice.
    Notify(Audience),
    /// Becomes owner without being asked.
    Assign(Assignee),
    /// A manager of this team decides.
    Review(TeamId),
}

impl StepAction {
    /// Whether it waits until whoever has the lead, or is asked for it, has had their time.
    #[must_use]
    pub fn gives_time(&self) -> bool {
        match self {
            Self::Reoffer(_) | Self::Widen => true,
            Self::Remind | Self::Notify(_) | Self::Assign(_) | Self::Review(_) => false,
        }
    }
}

/// Whom a `reoffer` asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// The members of the lead's team.
    Team,
    /// The backups of the lead's team.
    Backups,
    /// The members of another team.
    Other(TeamId),
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The team's managers.
    Managers,
    /// The team's channel.
    Channel,
    /// One person.
    Rep(RepId),
}

/// Who becomes owner without being asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    /// The team's managers in turn.
    Managers,
    /// One person.
    Rep(RepId),
}
