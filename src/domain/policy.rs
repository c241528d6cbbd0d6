//! The rules in force: the configuration as it is meant, compiled and checked.
//!
//! `config` makes one [`Policy`] from `baton.toml`; everything else reads it. It never changes:
//! a reload makes a new one, and a lead keeps the promises ([`super::plan::Plan`]) of the old one.

mod accounts;
mod clocks;
mod experiment;
mod people;
mod routing;
mod scoring;

use std::collections::BTreeMap;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Time, Weekday},
};

use super::{
    company::CompanySigns,
    condition::TextList,
    contact::Contact,
    event::ContactHow,
    filter::Filter,
    id::{CalendarId, RepId, SlaId, SourceId, TeamId},
    lead::Lead,
};

pub use accounts::{Account, Accounts, Changed, Changes, Found, FoundBy, host};
pub use clocks::{
    Assignee, Audience, CalendarRule, HolidayRule, Repeat, Rung, Sla, Step, StepAction,
};
pub use experiment::{Arm, Experiment};
pub use people::{
    AbsenceCredit, Caps, Channel, Groups, Level, Platform, Prefer, Profile, Rep, Role, Strategy,
    Team, TeamSla, Turn, TurnRule, WhenClosed,
};
pub use routing::{
    AfterDecline, CardRule, DeclineReason, Golden, IntentRule, LinkRule, Route, SourceRule, Target,
    Territory, TypeRule, postal_code,
};
pub use scoring::{EngagementRule, FitRule, Scoring};

/// Everything the rules say.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// `sha256:…` of the configuration's text without secrets; stored with each decision.
    pub hash: String,
    /// Everybody who may be offered a lead or manages those who are.
    pub reps: BTreeMap<RepId, Rep>,
    /// In the order of the file: for `rep` and `owner` targets the first with that member counts.
    pub teams: Vec<Team>,
    /// Opening hours by name.
    pub calendars: BTreeMap<CalendarId, CalendarRule>,
    /// Clocks by name, the built-in ones included.
    pub slas: BTreeMap<SlaId, Sla>,
    /// What the lead's source says about it.
    pub sources: BTreeMap<SourceId, SourceRule>,
    /// Ordered: the first that drops or parks decides, marks gather.
    pub filters: Vec<Filter>,
    /// Ordered: the first that holds decides.
    pub routes: Vec<Route>,
    /// At most one on each rule.
    pub experiments: Vec<Experiment>,
    /// Whether a condition asks how leads like one end.
    pub asks_win: bool,
    /// How fit and engagement are counted.
    pub scoring: Scoring,
    /// Ordered: the first that holds; none: low.
    pub intents: Vec<IntentRule>,
    /// Reasons a rep may give, in the order shown.
    pub declines: Vec<DeclineReason>,
    /// Lists for `list("name")`.
    pub lists: BTreeMap<String, TextList>,
    /// Ordered: the first that holds is the lead's.
    pub territories: Vec<Territory>,
    /// What people do that is a contact made elsewhere, by the name under which it is counted.
    pub contacts: BTreeMap<String, ContactHow>,
    /// Companies with a name of their own.
    pub accounts: Accounts,
    /// What a card shows beside the fixed facts.
    pub card: CardRule,
    /// Leads with a known answer, checked whenever the configuration is read.
    pub golden: Vec<Golden>,
    /// How long notices with one cause are gathered.
    pub bundle: SignedDuration,
    /// What is made of a status in each chat that says somebody is away.
    pub status: StatusRules,
    /// When managers read where the coming week has nobody; absent: never.
    pub forecast: Option<WeekTime>,
}

/// What is made of a status that says somebody is away, chat by chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusRules {
    /// In Slack, of do not disturb too.
    pub slack: StatusRule,
    /// In Teams.
    pub teams: StatusRule,
}

impl StatusRules {
    /// What is made of one in this chat.
    #[must_use]
    pub fn of(self, chat: Platform) -> StatusRule {
        match chat {
            Platform::Slack => self.slack,
            Platform::Teams => self.teams,
        }
    }
}

/// What is made of a status in the chat profile that says somebody is away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusRule {
    /// Nothing.
    #[default]
    Ignore,
    /// They are asked whether leads are to go to others.
    Ask,
    /// They are away.
    Believe,
}

/// A moment of every week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeekTime {
    /// On this day.
    pub weekday: Weekday,
    /// At this time of day.
    pub time: Time,
}

impl Policy {
    /// Takes the people of the chat's groups into the teams that name those.
    pub fn join(&mut self, groups: &Groups) {
        for team in &mut self.teams {
            team.join(groups);
        }
    }

    /// The team with this id.
    #[must_use]
    pub fn team(&self, id: &TeamId) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == *id)
    }

    /// The team that stands behind a rep who is targeted by name: the first in the file.
    #[must_use]
    pub fn team_of(&self, rep: &RepId) -> Option<&Team> {
        self.teams.iter().find(|team| team.members.contains(rep))
    }

    /// A team's name as people read it, or the id of one that is no longer in the file.
    #[must_use]
    pub fn team_name<'a>(&'a self, id: &'a TeamId) -> &'a str {
        let team = self.team(id);
        team.map_or(id.as_str(), |team| team.name.as_str())
    }

    /// The team that somebody calls so: by its id, else by its name.
    #[must_use]
    pub fn team_called(&self, called: &str) -> Option<&Team> {
        let by_id = |team: &&Team| team.id.as_str().eq_ignore_ascii_case(called);
        let called = called.to_lowercase();
        let by_name = |team: &&Team| team.name.to_lowercase() == called;
        let by_name = || self.teams.iter().find(by_name);
        self.teams.iter().find(by_id).or_else(by_name)
    }

    /// The decline reason with this id.
    #[must_use]
    pub fn decline(&self, id: &str) -> Option<&DeclineReason> {
        self.declines.iter().find(|reason| reason.id == id)
    }

    /// Those whom the lead's route names or means as a person, with whoever stands in for them.
    #[must_use]
    pub fn reps_targeted(&self, lead: &Lead) -> Vec<RepId> {
        let named = self
            .route_of(lead)
            .into_iter()
            .flat_map(|route| &route.to)
            .filter_map(|target| match target {
                Target::Rep(rep) => Some(rep.clone()),
                Target::PreviousOwner => lead.previous_owner.clone(),
                Target::AccountOwner => self.account_owner(lead).cloned(),
                Target::Team(_)
                | Target::Pool { .. }
                | Target::Queue { .. }
                | Target::Review(_)
                | Target::Nurture(_)
                | Target::Disqualify(_) => None,
            });
        let named: Vec<RepId> = named.collect();
        let covers = named
            .iter()
            .filter_map(|rep| self.reps.get(rep)?.cover.clone());
        named.iter().cloned().chain(covers).collect()
    }

    /// The named account that somebody belongs to.
    #[must_use]
    pub fn account_of(&self, contact: &Contact) -> Option<&Account> {
        self.accounts.find(contact).map(|(account, _)| account)
    }

    /// Whom the leads of a lead's company belong to: the account's owner by name, else whoever owns others of its leads.
    #[must_use]
    pub fn account_owner<'a>(&'a self, lead: &'a Lead) -> Option<&'a RepId> {
        self.owner_of(self.account_of(&lead.contact), lead)
    }

    /// The same where the account is known already.
    #[must_use]
    pub fn owner_of<'a>(
        &'a self,
        account: Option<&'a Account>,
        lead: &'a Lead,
    ) -> Option<&'a RepId> {
        let kept = || {
            let kept = lead.company_owner.as_ref().map(|kept| &kept.rep);
            kept.filter(|rep| self.reps.contains_key(*rep))
        };
        account
            .and_then(|account| account.owner.as_ref())
            .or_else(kept)
    }

    /// By what the other leads of somebody's company are found: its account, else domains and name. Those that are
    /// kept for later are sure; a name that anybody may have written is looked for only where nothing is surer.
    #[must_use]
    pub fn company_signs(&self, contact: &Contact) -> CompanySigns {
        match self.account_of(contact) {
            Some(account) => CompanySigns::of_account(&account.name),
            None => CompanySigns::of(contact),
        }
    }

    /// Whether `rep` may say where a lead goes: an admin, or who manages the team that stands behind it.
    #[must_use]
    pub fn manages(&self, rep: &RepId, lead: &Lead) -> bool {
        let admin = self
            .reps
            .get(rep)
            .is_some_and(|rep| rep.role == Role::Admin);
        let planned = lead.plan.as_ref().and_then(|plan| plan.team.as_ref());
        let mut teams = planned.into_iter().chain(lead.team());
        admin
            || teams.any(|team| {
                self.team(team)
                    .is_some_and(|team| team.managers.contains(rep))
            })
    }

    /// Whether somebody may decline, or give a reason, only so often a day.
    #[must_use]
    pub fn limits_declines(&self) -> bool {
        let by_reason = self.declines.iter().any(|it| it.per_day.is_some());
        by_reason || self.teams.iter().any(|it| it.turns.declines.is_some())
    }

    /// The lead with its points as they are worth at `now`; what was done fades while nobody looks.
    #[must_use]
    pub fn rated(&self, mut lead: Lead, now: Timestamp) -> Lead {
        self.scoring.count(&mut lead.score, &lead.activities, now);
        lead.stage = self.scoring.stage(lead.stage, lead.score.total());
        lead
    }

    /// A rep's name, or the id of one who is no longer in the file.
    #[must_use]
    pub fn name_of<'a>(&'a self, rep: &'a RepId) -> &'a str {
        self.reps
            .get(rep)
            .map_or(rep.as_str(), |rep| rep.name.as_str())
    }
}
