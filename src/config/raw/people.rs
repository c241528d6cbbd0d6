//! Who takes leads, and when: `[calendar]`, `[defaults]`, `[[rep]]`, `[territory]`, `[[team]]`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Form, Named, OneOrMany, Text};

/// `[calendar.NAME]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// `hours = "Mo-Fr 09:00-18:00; PH off"`: OpenStreetMap opening hours.
    pub hours: Text,
    /// `holidays = "rep"`, a country or region (`"DE-BY"`), dates, `"file:bayram.ics"`, or a list
    /// of these. Default: none.
    pub holidays: Option<Spanned<OneOrMany<String>>>,
    /// `timezone = "Europe/Berlin"`. Default: the rep's own; for an SLA the team's.
    pub timezone: Option<Text>,
}

/// `[defaults]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// `[defaults.rep]`: what a `[[rep]]` leaves out.
    pub rep: RepDefaults,
}

/// `[defaults.rep]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RepDefaults {
    /// `calendar = "office"`. Default: always open.
    pub calendar: Option<Text>,
    /// `timezone = "Europe/Berlin"`. Default: the chat profile's, else UTC.
    pub timezone: Option<Text>,
    /// `country = "DE"`: whose public holidays. Default: none.
    pub country: Option<Text>,
    /// `pending = 3`: offers at once. Default: no limit.
    pub pending: Option<Spanned<u32>>,
    /// `caps = { hour = 5, day = 25, week = 80 }`: offers within. Default: no limit.
    pub caps: Caps,
    /// `missed = 3`: away after so many offers in a row without an answer. Default: never.
    pub missed: Option<Spanned<u32>>,
    /// `capacity = 40`: pending, and owned and not closed. Default: no limit.
    pub capacity: Option<Spanned<u32>>,
    /// `stale = "30d"`: an owned lead untouched for so long takes no capacity. Default: never.
    pub stale: Option<Text>,
    /// `ramp = "30d"`: how long a newcomer's share grows. Default: not at all.
    pub ramp: Option<Text>,
    /// `chat = "teams"`: where messages go. Default: where the rep has an id, else `[slack]` if there is one.
    pub chat: Option<Spanned<Chat>>,
}

/// Where somebody gets their messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chat {
    /// `[slack]`.
    Slack,
    /// `[teams]`.
    Teams,
}

/// `caps`: how many offers within an hour, a day, a week.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Caps {
    /// Within an hour.
    pub hour: Option<Spanned<u32>>,
    /// Within a day.
    pub day: Option<Spanned<u32>>,
    /// Within a week.
    pub week: Option<Spanned<u32>>,
}

/// `[[rep]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rep {
    /// `id = "ayse"`.
    pub id: Text,
    /// `name = "Ayşe Yılmaz"`.
    pub name: Text,
    /// `email = "ayse@example.com"`.
    pub email: Option<Text>,
    /// `slack = "U0AYSE"`. Default: looked up by e-mail.
    pub slack: Option<Text>,
    /// `teams = "3f2b…"`: the object id in Microsoft Entra. Default: looked up by e-mail.
    pub teams: Option<Text>,
    /// `chat = "teams"`: where messages go. Default: that of `[defaults.rep]`.
    pub chat: Option<Spanned<Chat>>,
    /// `role = "manager"`. Default: `"rep"`.
    pub role: Option<Role>,
    /// `level = "senior"`. Default: none.
    pub level: Option<Level>,
    /// `calendar = "office"`. Default: that of `[defaults.rep]`.
    pub calendar: Option<Text>,
    /// `timezone = "Europe/Istanbul"`. Default: that of `[defaults.rep]`.
    pub timezone: Option<Text>,
    /// `country = "DE-BE"`: whose public holidays, region included.
    pub country: Option<Text>,
    /// `region = "east"`. Default: the region of `country`.
    pub region: Option<Text>,
    /// `weight = 2`: twice the share of weight 1, the default.
    pub weight: Option<Spanned<f64>>,
    /// `languages = ["tr", "en"]`.
    #[serde(default)]
    pub languages: Vec<Text>,
    /// `territories = ["turkey"]`.
    #[serde(default)]
    pub territories: Vec<Text>,
    /// `skills = ["fintech"]`.
    #[serde(default)]
    pub skills: Vec<Text>,
    /// `functions = ["finance", "it"]`: what those do in their companies with whom they know how to talk.
    #[serde(default)]
    pub functions: Vec<Text>,
    /// `cover = "jonas"`: who stands in while away.
    pub cover: Option<Text>,
    /// `external = { hubspot = "512" }`: this person elsewhere.
    #[serde(default)]
    pub external: BTreeMap<Text, Text>,
    /// `pending = 3`. Default: that of `[defaults.rep]`.
    pub pending: Option<Spanned<u32>>,
    /// `caps = { day = 25 }`. Default: that of `[defaults.rep]`.
    pub caps: Option<Caps>,
    /// `missed = 3`. Default: that of `[defaults.rep]`.
    pub missed: Option<Spanned<u32>>,
    /// `capacity = 40`. Default: that of `[defaults.rep]`.
    pub capacity: Option<Spanned<u32>>,
    /// `stale = "30d"`. Default: that of `[defaults.rep]`.
    pub stale: Option<Text>,
    /// `active = false`: known, but gets nothing. Default: true.
    pub active: Option<bool>,
    /// `from = "2026-01-01"`: the first day.
    pub from: Option<Text>,
    /// `until = "2026-12-31"`: the last day.
    pub until: Option<Text>,
    /// `ramp = "30d"`: how long a newcomer's share grows.
    pub ramp: Option<Text>,
}

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Own leads, numbers and absences.
    Rep,
    /// The teams that name them.
    Manager,
    /// Everything.
    Admin,
}

/// How experienced a rep is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// New.
    Junior,
    /// In between.
    Mid,
    /// Experienced.
    Senior,
}

/// `[territory.NAME]`: all that is given must hold; the first territory that holds is the lead's.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Territory {
    /// `countries = ["DE", "AT", "CH"]`.
    pub countries: Vec<Text>,
    /// `regions = ["Bayern"]`.
    pub regions: Vec<Text>,
    /// `postal_codes = ["80", "81"]`: how they begin.
    pub postal_codes: Vec<Text>,
    /// `when = 'lead.language == "de"'`.
    pub when: Option<Text>,
}

/// `[[team]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// `id = "enterprise"`.
    pub id: Text,
    /// `name = "Enterprise sales"`. Default: the id.
    pub name: Option<Text>,
    /// `members = ["ayse", "selin"]`.
    pub members: Spanned<Vec<Text>>,
    /// `managers = ["selin"]`.
    #[serde(default)]
    pub managers: Vec<Text>,
    /// `backups = ["jonas"]`.
    #[serde(default)]
    pub backups: Vec<Text>,
    /// `channel = "slack:C0SALES"`.
    pub channel: Option<Text>,
    /// `timezone = "Europe/Istanbul"`. Default: that of `[defaults.rep]`, else UTC.
    pub timezone: Option<Text>,
    /// `strategy = "round-robin"`, the default.
    pub strategy: Option<Strategy>,
    /// `prefer = ["languages", "territories"]`: narrows softly, in this order.
    #[serde(default)]
    pub prefer: Vec<Spanned<Preference>>,
    /// `share = 0.4`: under `best-match` and `top-performer`, the most of the team's last 20 turns for one.
    /// Default: 0.4 for `top-performer`, else none.
    pub share: Option<Spanned<f64>>,
    /// `held = 10`: who has so many open leads takes none from the team's queue. Default: no limit.
    pub held: Option<Spanned<u32>>,
    /// `when_closed = "wait"`, the default; or `"backups"`, or `"team:ID"`.
    pub when_closed: Option<Text>,
    /// `where = 'lead.language in rep.languages'`: must hold.
    #[serde(rename = "where")]
    pub condition: Option<Text>,
    /// `sla = "demo"`, or by lead type: `{ demo = "demo", default = "mql" }`. Without a default: the
    /// SLA named like the lead's type, else `mql`.
    pub sla: Option<Spanned<Form<Named<Text>>>>,
    /// `turns = { declined = "spent" }`: what becomes of a turn.
    #[serde(default)]
    pub turns: Turns,
}

/// How a rep is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The largest shortfall against the weighted share.
    RoundRobin,
    /// The fewest open leads against capacity.
    LeastLoaded,
    /// What is preferred, weighted with past success.
    BestMatch,
    /// The best recent conversion, capped.
    TopPerformer,
}

/// What can be preferred in a rep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preference {
    /// Speaks the lead's language.
    Languages,
    /// Has the lead's territory.
    Territories,
    /// Has a skill that the lead's industry, product or use case asks for.
    Skills,
    /// Knows how to talk with who does what the lead does.
    Functions,
    /// Has the level that the deal asks for.
    Level,
    /// Lives in the lead's country.
    Country,
    /// Works while the lead does.
    Timezone,
}

/// `turns`: what an offer that came to nothing does to the order.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Turns {
    /// After a decline. Default: spent.
    pub declined: Option<Turn>,
    /// After nobody answered. Default: spent.
    pub expired: Option<Turn>,
    /// A lead given by hand. Default: counts.
    pub by_hand: Option<ByHand>,
    /// What an absence credits. Default: the average.
    pub absence: Option<Spanned<Form<Paced>>>,
    /// `invalid = "7d"`: a lead closed as duplicate or disqualified so soon gives its turn back, or
    /// `"spent"`. Default: 7d.
    pub invalid: Option<Text>,
    /// `declines = 5`: so many in 24 hours at most for each rep. Default: no limit.
    pub declines: Option<Spanned<u32>>,
}

/// Whether the turn is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// It counts as had.
    Spent,
    /// It is given back.
    Back,
}

/// Whether a lead given by hand is a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ByHand {
    /// It is.
    Counts,
    /// It is not.
    Free,
}

/// How somebody catches up.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paced {
    /// `one_extra_per = 5`: at most one extra turn for five leads of the team.
    pub one_extra_per: Spanned<u32>,
}
