//! The rules in force: the configuration as it is meant, compiled and checked.
//!
//! `config` makes one [`Policy`] from `baton.toml`; everything else reads it. It never changes:
//! a reload makes a new one, and a lead keeps the promises ([`super::plan::Plan`]) of the old one.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    calendar::{Holidays, Period},
    condition::{Condition, TextList},
    contact::{Contact, Field},
    id::{CalendarId, RepId, RouteId, SlaId, SourceId, TeamId},
    lead::Lead,
    mail::MailFacts,
    score::{Fit, Intent},
};

/// Everything the rules say.
#[derive(Debug, Default)]
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
    /// Ordered: the first that holds decides.
    pub routes: Vec<Route>,
    /// How fit is counted.
    pub scoring: Scoring,
    /// Ordered: the first that holds; none: low.
    pub intents: Vec<IntentRule>,
    /// Reasons a rep may give, in the order shown.
    pub declines: Vec<DeclineReason>,
    /// Lists for `list("name")`.
    pub lists: BTreeMap<String, TextList>,
    /// Ordered: the first that holds is the lead's.
    pub territories: Vec<Territory>,
    /// Companies with a name of their own.
    pub accounts: Accounts,
    /// What a card shows beside the fixed facts.
    pub card: CardRule,
    /// Leads with a known answer, checked whenever the configuration is read.
    pub golden: Vec<Golden>,
    /// How long notices with one cause are gathered.
    pub bundle: SignedDuration,
}

impl Policy {
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

    /// The decline reason with this id.
    #[must_use]
    pub fn decline(&self, id: &str) -> Option<&DeclineReason> {
        self.declines.iter().find(|reason| reason.id == id)
    }

    /// Those whom the lead's route names or means as a person, with whoever stands in for them.
    #[must_use]
    pub fn reps_targeted(&self, lead: &Lead) -> Vec<RepId> {
        let rule = lead
            .routing
            .as_ref()
            .and_then(|routing| routing.rule.as_ref());
        let route = rule.and_then(|rule| self.routes.iter().find(|route| route.id == *rule));
        let named =
            route
                .into_iter()
                .flat_map(|route| &route.to)
                .filter_map(|target| match target {
                    Target::Rep(rep) => Some(rep.clone()),
                    Target::PreviousOwner => lead.previous_owner.clone(),
                    Target::AccountOwner => self
                        .account_of(lead.contact.text(Field::Email))
                        .and_then(|account| account.owner.clone()),
                    Target::Team(_)
                    | Target::Pool { .. }
                    | Target::Queue(_)
                    | Target::Review(_)
                    | Target::Nurture(_)
                    | Target::Disqualify => None,
                });
        let named: Vec<RepId> = named.collect();
        let covers = named
            .iter()
            .filter_map(|rep| self.reps.get(rep)?.cover.clone());
        named.iter().cloned().chain(covers).collect()
    }

    /// The named account that a mail belongs to, by its domain.
    #[must_use]
    pub fn account_of(&self, email: &str) -> Option<&Account> {
        let mail = MailFacts::of(email);
        let domain = mail.company_domain.as_deref()?;
        let known = |account: &&Account| {
            account
                .domains
                .iter()
                .any(|known| known == domain || *known == mail.domain)
        };
        self.accounts.named.iter().find(known)
    }

    /// A rep's name, or the id of one who is no longer in the file.
    #[must_use]
    pub fn name_of<'a>(&'a self, rep: &'a RepId) -> &'a str {
        self.reps
            .get(rep)
            .map_or(rep.as_str(), |rep| rep.name.as_str())
    }
}

/// How experienced a rep is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Small deals, first contacts.
    Junior,
    /// The rule.
    #[default]
    Mid,
    /// Large deals, named accounts.
    Senior,
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Own leads, numbers and absences.
    #[default]
    Rep,
    /// Also the teams that name them in `managers`.
    Manager,
    /// Everything.
    Admin,
}

/// One person who takes leads.
#[derive(Clone, Debug)]
pub struct Rep {
    /// As named in the file.
    pub id: RepId,
    /// As shown to people.
    pub name: String,
    /// For the look-up in the chat, lower case.
    pub email: String,
    /// Slack's id (`U…` or `W…`); absent: looked up by e-mail.
    pub slack: Option<String>,
    /// Microsoft Entra's object id.
    pub teams: Option<String>,
    /// Experience.
    pub level: Level,
    /// Rights.
    pub role: Role,
    /// From the file; absent: the chat profile's, else UTC.
    pub timezone: Option<TimeZone>,
    /// ISO code with an optional subdivision (`DE-BE`): whose public holidays.
    pub country: Option<String>,
    /// Share of the turns against others; 1 if not set.
    pub weight: f64,
    /// ISO 639-1 codes.
    pub languages: Vec<String>,
    /// Names of `[territory.*]`.
    pub territories: Vec<String>,
    /// Free words.
    pub skills: Vec<String>,
    /// Who stands in while away.
    pub cover: Option<RepId>,
    /// This person's ids in other systems, by system.
    pub external: BTreeMap<String, String>,
    /// Working hours; absent: always.
    pub calendar: Option<CalendarId>,
    /// Offers at once; absent: no limit.
    pub pending: Option<u32>,
    /// Offers per span of time.
    pub caps: Caps,
    /// Pending offers plus owned, unclosed leads touched within `stale`; absent: no limit.
    pub capacity: Option<u32>,
    /// After how long an untouched lead no longer counts against capacity.
    pub stale: SignedDuration,
    /// `false`: gets nothing.
    pub active: bool,
    /// First moment of employment, if said.
    pub from: Option<Timestamp>,
    /// Last moment of employment, if said.
    pub until: Option<Timestamp>,
}

/// Offers a rep gets at most per span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// In any 60 minutes.
    pub hour: Option<u32>,
    /// In any 24 hours.
    pub day: Option<u32>,
    /// In any 7 days.
    pub week: Option<u32>,
}

/// A channel of a chat, as `slack:C0…` or `teams:19:…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    /// A Slack channel id.
    Slack(String),
    /// A Teams channel's conversation id.
    Teams(String),
}

/// People who share a line of leads.
#[derive(Clone, Debug)]
pub struct Team {
    /// As named in the file.
    pub id: TeamId,
    /// Who is offered its leads.
    pub members: Vec<RepId>,
    /// Who is told, decides reviews, and is assigned what nobody took.
    pub managers: Vec<RepId>,
    /// Who is asked when no member takes a lead.
    pub backups: Vec<RepId>,
    /// Where pools are shown and notices go.
    pub channel: Option<Channel>,
    /// The zone of its clocks.
    pub timezone: Option<TimeZone>,
    /// Who of those who may is next.
    pub strategy: Strategy,
    /// Soft wishes, in this order, before the strategy.
    pub prefer: Vec<Prefer>,
    /// Must hold for a rep to be asked; never relaxed.
    pub filter: Option<Condition>,
    /// What happens while nobody is in hours.
    pub when_closed: WhenClosed,
    /// Its clock by lead type.
    pub sla: TeamSla,
    /// What costs a turn.
    pub turns: TurnRule,
}

impl Team {
    /// Everybody in it: members, managers and backups, some more than once.
    pub fn people(&self) -> impl Iterator<Item = RepId> {
        [&self.members, &self.managers, &self.backups]
            .into_iter()
            .flatten()
            .cloned()
    }

    /// The other team that is asked while nobody of this one is in hours.
    #[must_use]
    pub fn when_closed_team(&self) -> Option<TeamId> {
        match &self.when_closed {
            WhenClosed::Team(team) => Some(team.clone()),
            WhenClosed::Wait | WhenClosed::Backups => None,
        }
    }
}

/// How the next rep is found among those who may take the lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The largest shortfall against the weighted share.
    #[default]
    RoundRobin,
    /// The fewest open leads against capacity.
    LeastLoaded,
    /// The best match of the `prefer` attributes.
    BestMatch,
    /// The best recent conversion, capped.
    TopPerformer,
}

/// An attribute that a lead and a rep should share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prefer {
    /// The lead's language is one of the rep's.
    Languages,
    /// The lead's territory is one of the rep's.
    Territories,
    /// The product, use case or industry is one of the rep's skills.
    Skills,
    /// The higher the better.
    Level,
}

/// What a team does with a lead while none of its members is in hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WhenClosed {
    /// It waits for the first who opens.
    #[default]
    Wait,
    /// The team's backups are asked.
    Backups,
    /// Another team is asked.
    Team(TeamId),
}

/// The clock of a team, by lead type.
#[derive(Clone, Debug, Default)]
pub struct TeamSla {
    /// For these types.
    pub by_type: BTreeMap<String, SlaId>,
    /// For all others.
    pub default: Option<SlaId>,
}

/// Whether something costs a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// It does.
    #[default]
    Spent,
    /// The rep gets it back.
    Back,
}

/// What costs a turn in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnRule {
    /// A declined offer.
    pub declined: Turn,
    /// An expired offer.
    pub expired: Turn,
    /// Whether a lead given by hand counts as a turn.
    pub by_hand: bool,
    /// Whether who returns is credited an average share for the time away.
    pub absence: AbsenceCredit,
}

impl Default for TurnRule {
    fn default() -> Self {
        Self {
            declined: Turn::Spent,
            expired: Turn::Spent,
            by_hand: true,
            absence: AbsenceCredit::Average,
        }
    }
}

/// What an absence does to somebody's place in line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AbsenceCredit {
    /// As if they had had their share meanwhile.
    #[default]
    Average,
    /// Nothing: they catch up on what they missed.
    None,
}

/// Opening hours as written; with a zone and a country they become a calendar.
#[derive(Clone, Debug)]
pub struct CalendarRule {
    /// OpenStreetMap opening hours.
    pub hours: String,
    /// Which holidays `PH` means.
    pub holidays: HolidayRule,
    /// Absent: the rep's own, for a clock the team's.
    pub timezone: Option<TimeZone>,
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

/// What a source says about its leads.
#[derive(Clone, Debug, Default)]
pub struct SourceRule {
    /// Ordered: the first that holds; none of them: what the payload says.
    pub types: Vec<TypeRule>,
    /// Set where the payload says nothing; for leads that do not come through the webhook.
    pub defaults: Contact,
}

/// One line of a source's `type`.
#[derive(Clone, Debug)]
pub struct TypeRule {
    /// Absent: always.
    pub when: Option<Condition>,
    /// The type.
    pub is: String,
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
        /// Not shown until somebody has claimed it.
        hide: Vec<Field>,
    },
    /// Reps take from it themselves.
    Queue(TeamId),
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
    /// Nobody should spend time on it.
    Disqualify,
}

impl Target {
    /// Whether a manager decides.
    #[must_use]
    pub fn is_review(&self) -> bool {
        matches!(self, Self::Review(_))
    }
}

/// How fit and engagement are counted.
#[derive(Clone, Debug)]
pub struct Scoring {
    /// Points for what a lead is.
    pub fit: Vec<FitRule>,
    /// From which fit score on fit is strong.
    pub strong_fit: f64,
    /// From which total on a lead is an MQL.
    pub mql: Option<f64>,
}

impl Default for Scoring {
    fn default() -> Self {
        Self {
            fit: Vec::new(),
            strong_fit: 25.0,
            mql: None,
        }
    }
}

/// Points for what a lead is.
#[derive(Clone, Debug)]
pub struct FitRule {
    /// Which leads.
    pub when: Condition,
    /// How many, negative ones too.
    pub points: f64,
    /// In words, for the reasons.
    pub why: String,
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
}

/// Named accounts.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    /// All of them.
    pub named: Vec<Account>,
}

/// A company with a name of its own.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// As people say it.
    pub name: String,
    /// Domains of its mail, lower case.
    pub domains: Vec<String>,
    /// The company it belongs to.
    pub parent: Option<String>,
    /// Who owns its leads.
    pub owner: Option<RepId>,
    /// Free word.
    pub tier: String,
    /// Whether it buys already.
    pub customer: bool,
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
}

/// The intent and fit levels that the brief's table distinguishes.
#[must_use]
pub fn fit_level(points: f64, scoring: &Scoring) -> Fit {
    if points >= scoring.strong_fit {
        Fit::Strong
    } else {
        Fit::Weak
    }
}
