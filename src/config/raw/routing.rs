//! How good leads are and who gets them: scoring, intent, accounts, routes, declines, experiments.

use serde::Deserialize;
use toml::Spanned;

use super::{Flag, Named, OneOrMany, Strategy, Text, Turn};

/// `[scoring]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scoring {
    /// `half_life = "30d"`: how fast engagement fades. Default: not at all.
    pub half_life: Option<Text>,
    /// `strong_fit = 25`: fit score from which `fit` is strong.
    pub strong_fit: Option<Spanned<f64>>,
    /// `mql = 60`: total from which a lead is an MQL. Default: never by score.
    pub mql: Option<Spanned<f64>>,
    /// `forms = true`: what they ask for in a form counts as an activity under its type. Default: only what is told as
    /// an activity counts.
    pub forms: bool,
    /// `lead = 5`: total below which somebody is only a subscriber. Default: nobody is.
    pub lead: Option<Spanned<f64>>,
    /// `[[scoring.fit]]`.
    pub fit: Vec<FitRule>,
    /// `[[scoring.engagement]]`.
    pub engagement: Vec<EngagementRule>,
}

/// `[[scoring.fit]]`: points for who they are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitRule {
    /// `when = 'lead.employees >= 50'`.
    pub when: Text,
    /// `points = 25`, negative ones too.
    pub points: Spanned<f64>,
    /// `why = "50 employees or more"`. Default: the condition.
    pub why: Option<Text>,
}

/// `[[scoring.engagement]]`: points for what they do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngagementRule {
    /// `activity = "pricing_page"`.
    pub activity: Text,
    /// `points = 15`, negative ones too.
    pub points: Spanned<f64>,
    /// `why = "saw the prices"`. Default: the activity.
    pub why: Option<Text>,
}

/// `[[intent]]`: the first that holds; none is `"low"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// `level = "high"`.
    pub level: IntentLevel,
    /// `when = 'lead.type == "demo"'`.
    pub when: Text,
}

/// How much a lead wants to talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IntentLevel {
    /// At once.
    High,
    /// Soon.
    Medium,
    /// Perhaps.
    Low,
}

/// `[accounts]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Accounts {
    /// `file = "accounts.csv"`: name, domains, parent, owner, tier, customer; `baton accounts import` writes it.
    pub file: Option<Text>,
    /// `keep = "90d"`: an owned lead makes its owner the account's for so long. Default: never.
    pub keep: Option<Text>,
}

/// `[[account]]`: a named account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// `name = "Globex"`.
    pub name: Text,
    /// `domains = ["globex.com"]`.
    #[serde(default)]
    pub domains: Vec<Text>,
    /// `parent = "Initech"`: whose daughter it is.
    pub parent: Option<Text>,
    /// `owner = "ayse"`: id or e-mail of a rep. Default: the parent's.
    pub owner: Option<Text>,
    /// `tier = "gold"`.
    pub tier: Option<Text>,
    /// `customer = true`. Default: false.
    #[serde(default)]
    pub customer: bool,
}

/// `[[route]]`: the first that holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// `id = "hot"`.
    pub id: Text,
    /// `when = 'intent == "high"'`. Default: everything else.
    pub when: Option<Text>,
    /// `to = { team = "enterprise" }`, or a list: the first with somebody who may take it now.
    pub to: Spanned<OneOrMany<Target>>,
    /// `sla = "demo"`. Default: the team's.
    pub sla: Option<Text>,
    /// `team = "sdr"`: whose managers and backups stand behind a `rep` or `owner` target. Default:
    /// the first team with that member.
    pub team: Option<Text>,
}

/// Where a lead goes: exactly one of `team`, `pool`, `queue`, `review`, `owner`, `rep`, `nurture`,
/// `disqualify`.
#[derive(Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a target such as `{ team = \"sdr\" }`"
)]
pub struct Target {
    /// `team = "enterprise"`: pushed, by the team's strategy.
    pub team: Option<Text>,
    /// `pool = "sdr"`: first to claim.
    pub pool: Option<Text>,
    /// `size = 3`: a pool of only the best three. Default: all.
    pub size: Option<Spanned<u32>>,
    /// `matching = true`: a pool of only those who suit the lead best, by the team's `prefer` or `best-match`.
    /// Default: false.
    pub matching: Option<Spanned<bool>>,
    /// `hide = ["email", "phone"]`: until a pool's lead is claimed, or a queue's is taken.
    pub hide: Vec<Text>,
    /// `queue = "sdr"`: browsed and taken, or the next one unseen.
    pub queue: Option<Text>,
    /// `review = "enterprise"`: a manager of that team decides.
    pub review: Option<Text>,
    /// `owner = "account"` or `"previous"`.
    pub owner: Option<Spanned<OwnerOf>>,
    /// `rep = "ayse"`.
    pub rep: Option<Text>,
    /// `nurture = "newsletter"`: a label, passed on in the event.
    pub nurture: Option<Text>,
    /// `disqualify = true`, or why.
    pub disqualify: Option<Spanned<Flag>>,
}

/// Whose owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OwnerOf {
    /// The account's.
    Account,
    /// The lead's earlier one.
    Previous,
}

/// `[[golden]]`: a lead that must take this route, go to this team, or both.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// `lead = { email = "a@globex.de", type = "demo" }`: canonical fields.
    pub lead: Named<Spanned<toml::Value>>,
    /// `route = "named-account"`.
    pub route: Option<Text>,
    /// `team = "sdr"`.
    pub team: Option<Text>,
    /// `source = "website"`. Default: none.
    pub source: Option<Text>,
    /// `at = "2026-11-23T10:00:00Z"`: when it arrives, for rules that ask the time.
    pub at: Option<Text>,
    /// `win = 0.4`: the share of leads like it that were won, for rules that ask `score.win`. Default: 0.25, as where none
    /// has ended.
    pub win: Option<Spanned<f64>>,
}

/// `[[decline]]`: what a reason leads to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// `id = "language"`.
    pub id: Text,
    /// `label = "I don't speak their language"`. Default: the built-in one's.
    pub label: Option<Text>,
    /// `then = "next"`, the default.
    pub then: Option<DeclineThen>,
    /// `turn = "back"`. Default: the team's `turns.declined`.
    pub turn: Option<Turn>,
    /// `managers_only = true`: reps can't give it. Default: false.
    #[serde(default)]
    pub managers_only: bool,
    /// `per_day = 2`: so often in 24 hours for each rep. Default: no limit.
    pub per_day: Option<Spanned<u32>>,
}

/// Where a declined lead goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeclineThen {
    /// To the next rep.
    Next,
    /// To a manager.
    Review,
    /// To the queue.
    Queue,
    /// Nowhere.
    Disqualify,
}

/// `[[experiment]]`: one route, split by a stable hash of the account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// `id = "speed"`.
    pub id: Text,
    /// `on = "hot-but-small"`: the route.
    pub on: Text,
    /// `arms = [{ sla = "demo" }, { sla = "mql" }]`; `{}` is one that changes nothing.
    pub arms: Spanned<Vec<Spanned<Arm>>>,
}

/// One arm of an experiment: what it changes of the route.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Arm {
    /// `id = "fast"`. Default: `a`, `b`, …
    pub id: Option<Text>,
    /// `sla = "demo"`.
    pub sla: Option<Text>,
    /// `strategy = "least-loaded"`: of the teams it leads to.
    pub strategy: Option<Spanned<Strategy>>,
    /// `to = { team = "sdr" }`.
    pub to: Option<Spanned<OneOrMany<Target>>>,
    /// `weight = 2`: twice as many. Default: 1.
    pub weight: Option<Spanned<u32>>,
}
