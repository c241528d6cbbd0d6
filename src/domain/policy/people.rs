//! Who there is: reps, what they may do and carry, and the teams they form.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{
    condition::Condition,
    coverage::Span,
    id::{CalendarId, RepId, SlaId, TeamId},
    strategy::{STAR_SHARE, most_of_window},
};

/// How experienced a rep is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
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

impl Level {
    /// As written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Junior => "junior",
            Self::Mid => "mid",
            Self::Senior => "senior",
        }
    }
}

/// What somebody may do.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
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

/// With how much of their share a newcomer begins.
const FIRST_SHARE: f64 = 0.1;

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
    /// Microsoft Entra's object id; absent: looked up by e-mail.
    pub teams: Option<String>,
    /// Where they get their messages; they may press and type in either.
    pub chat: Platform,
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
    /// What people do in their companies with whom they know how to talk, of [`crate::domain::function::ALL`].
    pub functions: Vec<String>,
    /// Who stands in while away.
    pub cover: Option<RepId>,
    /// This person's ids in other systems, by system.
    pub external: BTreeMap<String, String>,
    /// Working hours; absent: always.
    pub calendar: Option<CalendarId>,
    /// Offers at once; absent: no limit.
    pub pending: Option<u32>,
    /// Away after so many offers in a row without an answer; absent: never.
    pub missed: Option<u32>,
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
    /// How long from `from` on their share grows; absent: it is whole at once.
    pub ramp: Option<SignedDuration>,
}

/// What of somebody stands beside their entry in the file and decides with it when they work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The time zone in their chat profile, for who has none in the file.
    pub zone: Option<String>,
    /// Working hours that were chosen for them in the chat; they go before those of the file.
    pub hours: Option<String>,
}

impl Rep {
    /// From their first day to their last; no time at all for who is not active.
    #[must_use]
    pub fn employment(&self) -> Span {
        let first = self.from.unwrap_or(Timestamp::MIN);
        let last = self.until.unwrap_or(Timestamp::MAX);
        (first, if self.active { last } else { Timestamp::MIN })
    }

    /// Their zone: from the file, else that of their chat profile, else UTC.
    #[must_use]
    pub fn zone(&self, profile: &Profile) -> TimeZone {
        let profile = || TimeZone::get(profile.zone.as_deref()?).ok();
        let zone = self.timezone.clone().or_else(profile);
        zone.unwrap_or(TimeZone::UTC)
    }

    /// Their share at `now`. A newcomer's grows day by day from the first tenth to the whole.
    #[must_use]
    pub fn weight_at(&self, now: Timestamp) -> f64 {
        let (Some(from), Some(ramp)) = (self.from, self.ramp) else {
            return self.weight;
        };
        let days = (now.duration_since(from).as_hours().div_euclid(24)).max(0);
        let gone = SignedDuration::from_hours(days * 24).as_secs_f64();
        let part = gone / ramp.as_secs_f64().max(1.0);
        self.weight * part.clamp(FIRST_SHARE, 1.0)
    }

    /// Whether they take leads at all at this moment, as the configuration says it.
    #[must_use]
    pub fn is_employed(&self, now: Timestamp) -> bool {
        self.active
            && self.from.is_none_or(|from| from <= now)
            && self.until.is_none_or(|until| now < until)
    }

    /// Whether they take leads no longer, as the configuration says it.
    #[must_use]
    pub fn has_left(&self, now: Timestamp) -> bool {
        !self.active || self.until.is_some_and(|until| until <= now)
    }

    /// Their id in a chat, as the configuration says it.
    #[must_use]
    pub fn user_in(&self, platform: Platform) -> Option<&str> {
        match platform {
            Platform::Slack => self.slack.as_deref(),
            Platform::Teams => self.teams.as_deref(),
        }
    }
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

/// A chat that people use. A company may use both, each rep their own.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Slack; also whatever was written down before there was a second one.
    #[default]
    Slack,
    /// Microsoft Teams.
    Teams,
}

impl Platform {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Slack, Self::Teams];

    /// As written in the configuration and the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Teams => "teams",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// As people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Slack => "Slack",
            Self::Teams => "Microsoft Teams",
        }
    }
}

/// A channel of a chat, as `slack:C0…` or `teams:19:…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    /// A Slack channel id.
    Slack(String),
    /// A Teams channel's conversation id.
    Teams(String),
}

impl Channel {
    /// In which chat it is.
    #[must_use]
    pub fn platform(&self) -> Platform {
        match self {
            Self::Slack(_) => Platform::Slack,
            Self::Teams(_) => Platform::Teams,
        }
    }

    /// Its id there.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Slack(id) | Self::Teams(id) => id,
        }
    }
}

/// People who share a line of leads.
#[derive(Clone, Debug)]
pub struct Team {
    /// As named in the file.
    pub id: TeamId,
    /// As shown to people.
    pub name: String,
    /// Who is offered its leads: those whom the file names, then those in the groups.
    pub members: Vec<RepId>,
    /// How many of them the file names.
    pub named: usize,
    /// Groups of the chat whose people are members too, without the `@`.
    pub groups: Vec<String>,
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
    /// Soft wishes, in this order, before the strategy; of `best-match` what is compared.
    pub prefer: Vec<Prefer>,
    /// The share of the last turns that nobody has more of under `best-match` and `top-performer`.
    pub share: Option<f64>,
    /// Who has so many open leads takes none from its queue; absent: no limit.
    pub held: Option<u32>,
    /// Must hold for a rep to be asked; never relaxed.
    pub filter: Option<Condition>,
    /// What happens while nobody is in hours.
    pub when_closed: WhenClosed,
    /// Its clock by lead type.
    pub sla: TeamSla,
    /// What costs a turn.
    pub turns: TurnRule,
}

/// Who is in each group of the chat, by its handle.
pub type Groups = BTreeMap<String, Vec<RepId>>;

impl Team {
    /// Its zone, in which its clocks run where their calendar has none; without one UTC.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        self.timezone.clone().unwrap_or(TimeZone::UTC)
    }

    /// Takes those in as members who are in its groups now, in place of those who were before.
    pub fn join(&mut self, groups: &Groups) {
        self.members.truncate(self.named);
        let theirs = self.groups.iter().filter_map(|handle| groups.get(handle));
        for rep in theirs.flatten() {
            if !self.members.contains(rep) {
                self.members.push(rep.clone());
            }
        }
    }

    /// The most of its turns that one person may have, if it does not go by turn alone.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        match self.strategy {
            Strategy::RoundRobin | Strategy::LeastLoaded => None,
            Strategy::BestMatch => self.share,
            Strategy::TopPerformer => Some(self.share.unwrap_or(STAR_SHARE)),
        }
    }

    /// The same as a number of the last turns.
    #[must_use]
    pub fn most_of_last(&self) -> Option<usize> {
        self.share().map(most_of_window)
    }

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

impl Strategy {
    /// As the file writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::RoundRobin => "round-robin",
            Self::LeastLoaded => "least-loaded",
            Self::BestMatch => "best-match",
            Self::TopPerformer => "top-performer",
        }
    }

    /// How those are found who suit a lead, whoever's turn it is: by matching, else by wishes alone.
    #[must_use]
    pub fn matching(self) -> Self {
        match self {
            Self::BestMatch => Self::BestMatch,
            Self::RoundRobin | Self::LeastLoaded | Self::TopPerformer => Self::RoundRobin,
        }
    }
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
    /// What the lead does in their company is one of the rep's functions.
    Functions,
    /// The level that the deal asks for; of a deal nobody knows, the higher the better.
    Level,
    /// The lead's country is the one the rep works in.
    Country,
    /// The rep's clock is near the lead's.
    Timezone,
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
    /// A lead that is closed as none within so long of its being taken gives the turn back; absent: never.
    pub invalid: Option<SignedDuration>,
    /// How often a rep may decline within 24 hours; absent: always.
    pub declines: Option<u32>,
}

/// How soon it usually turns out that a lead is none.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Default for TurnRule {
    fn default() -> Self {
        Self {
            declined: Turn::Spent,
            expired: Turn::Spent,
            by_hand: true,
            absence: AbsenceCredit::Average,
            invalid: Some(SOON),
            declines: None,
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
    /// They catch up on what they missed, by at most one extra turn for so many of the team.
    OneExtraPer(u32),
}
