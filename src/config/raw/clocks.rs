//! How fast: `[sla.NAME]` and its steps, and what is a contact: `[contact]`.

use serde::Deserialize;
use toml::Spanned;

use super::{Named, Target, Text};

/// `[sla.NAME]`. All times count from the lead's arrival, in the calendar.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sla {
    /// `acknowledge = "15m"`: accepted within.
    pub acknowledge: Text,
    /// `contact = "30m"`: first contact logged within.
    pub contact: Text,
    /// `at_least = "5m"`: what an offer gets from its delivery. Default: a third of `acknowledge`.
    pub at_least: Option<Text>,
    /// `calendar = "office"`. Default: always.
    pub calendar: Option<Text>,
    /// `escalation = [..]`: the steps until it is accepted. Default: those of the contract.
    pub escalation: Option<Spanned<Vec<Spanned<Step>>>>,
    /// `untouched = [..]`: the steps from the accept until the first attempt. Default: none.
    #[serde(default)]
    pub untouched: Vec<Spanned<Step>>,
    /// `retry = ["2h", "1bd", "3bd"]`: after an attempt that reached nobody.
    #[serde(default)]
    pub retry: Vec<Text>,
    /// `exhausted = { nurture = "newsletter" }`: when the retries are used up.
    pub exhausted: Option<Spanned<Target>>,
}

/// `[contact]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contact {
    /// `activities = { email_replied = "reached" }`: what sources tell that is a contact, and what came of it. Default:
    /// `email_replied` and `call_connected` are "reached", `meeting_booked` and `meeting_held` "meeting",
    /// and `call_attempted` is "no_answer".
    pub activities: Option<Named<Text>>,
}

/// One step: `after`, and exactly one thing to do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `after = "10m"`: from the lead's arrival.
    pub after: Text,
    /// `remind = "rep"`: a new short message.
    pub remind: Option<Text>,
    /// `reoffer = "team"`, `"backups"`, or a team: the next one there gets it.
    pub reoffer: Option<Text>,
    /// `widen = "pool"`: everybody there may claim it.
    pub widen: Option<Text>,
    /// `notify = "managers"`, `"channel"`, or a rep.
    pub notify: Option<Text>,
    /// `assign = "managers"`, or a rep: becomes owner without asking.
    pub assign: Option<Text>,
    /// `review = "enterprise"`: a manager of that team decides.
    pub review: Option<Text>,
    /// `repeat = { every = "15m", times = 3 }`.
    pub repeat: Option<Repeat>,
}

/// `repeat`: the step again and again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// `every = "15m"`.
    pub every: Text,
    /// `times = 3`.
    pub times: Spanned<u32>,
}
