//! `GET /api/v1/stats`: the numbers of `/leadstats`, by the same code.
//!
//! ```sh
//! curl -H "Authorization: Bearer $TOKEN" 'https://baton.example.com/api/v1/stats?by=rep&period=month&zone=Europe/Berlin'
//! ```

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Call,
    experiments::{self, ExperimentView},
    input::PLAIN,
};
use crate::{
    commands::{
        Period,
        numbers::{self, Group, Numbers, Wanted},
    },
    domain::{
        event::Ending,
        fairness::OfAll,
        id::RepId,
        reasons::{Move, Reasons},
        stats::{By, EndingRow},
    },
    http::{Error, Kind},
    store::tally::Scope,
    words::stats::{LegTimes, Times},
};

/// Which numbers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// Of this rep.
    #[schemars(regex(pattern = PLAIN))]
    rep: Option<String>,
    /// Of this team.
    #[schemars(regex(pattern = PLAIN))]
    team: Option<String>,
    /// In lines for each of these.
    by: Option<ByView>,
    /// Of leads that arrived then; this week if nothing is said.
    period: Option<PeriodView>,
    /// Of leads that arrived on this day or later, in place of `period`.
    from: Option<Date>,
    /// Of leads that arrived on this day or before; today if not said.
    to: Option<Date>,
    /// Whose days and hours, as IANA name; UTC if not said.
    #[schemars(regex(pattern = PLAIN))]
    zone: Option<String>,
}

/// By what numbers are split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "By")]
enum ByView {
    /// Each rep.
    Rep,
    /// Each team.
    Team,
    /// Each source.
    Source,
    /// Each type of lead.
    Type,
    /// Each rule.
    Rule,
    /// Each hour of the day.
    Hour,
}

/// Days that end today.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Period")]
enum PeriodView {
    /// Since midnight.
    Today,
    /// Since Monday.
    Week,
    /// Since the first of the month.
    Month,
    /// Since the first of January, April, July or October.
    Quarter,
}

/// Numbers.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Stats")]
pub(super) struct Report {
    /// The first moment.
    from: Timestamp,
    /// The moment after the last.
    to: Timestamp,
    /// Whose days and hours.
    zone: String,
    by: Option<ByView>,
    /// Everything together.
    total: NumbersView,
    /// Hours as they come, the others by how much they were asked.
    groups: Vec<GroupView>,
    /// How leads ended: why, and for how much.
    endings: Vec<EndingView>,
    /// The money in which balances are told; empty: none.
    currency: String,
    /// How experiments do, of the leads that came into them then.
    experiments: Vec<ExperimentView>,
}

/// Leads that ended alike.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StatsEnding")]
struct EndingView {
    outcome: Ending,
    /// A usual reason, or the label of the rule that dropped them; none: not said so.
    reason: Option<String>,
    /// ISO code.
    currency: Option<String>,
    leads: u64,
    /// Those of them whose worth was said.
    valued: u64,
    /// What those were worth together.
    value: f64,
}

/// The numbers of one line.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StatsGroup")]
struct GroupView {
    /// A rep's id, a team's, an hour: `09`; empty for what has none.
    key: String,
    /// As people say it.
    name: String,
    #[serde(flatten)]
    numbers: NumbersView,
    /// By rep: what they were given beside the others.
    given: Option<BalanceView>,
}

/// What was counted.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Numbers")]
struct NumbersView {
    /// Leads that came in.
    arrived: u64,
    /// Leads that a rule sent somewhere; again when it was asked again.
    routed: u64,
    /// Leads that were brought in with a list, by when the list says that they came; not among `arrived`.
    imported: u64,
    /// Submissions that made no lead, as their person or they themselves were known; when they came.
    duplicates: u64,
    /// Offers made.
    offered: u64,
    /// Offers accepted.
    accepted: u64,
    /// Offers declined.
    declined: u64,
    /// Offers that nobody answered.
    expired: u64,
    /// Steps of escalations taken.
    escalated: u64,
    /// Accepts of which nothing came: the clock of the contact ran out, or the lead left its owner, before they tried.
    hollow: u64,
    /// Leads won.
    won: u64,
    /// Leads that somebody ended otherwise.
    lost: u64,
    /// Delivery to accept.
    time_to_accept: Quantiles,
    /// Arrival to first attempt.
    speed_to_lead: Quantiles,
    /// How long each leg of leads' ways took.
    durations: LegsView,
    /// Whether leads were accepted in time.
    acknowledged: KeptView,
    /// Whether leads were tried in time.
    contacted: KeptView,
    /// Why offers were declined, the most frequent reason first; known by rep, team and rule.
    decline_reasons: Vec<ReasonView>,
    /// Leads that people gave to somebody else than the rule had chosen; known by rep, team and rule.
    by_hand: ByHandView,
}

/// So many declines for a reason.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DeclineReason")]
struct ReasonView {
    /// Its id.
    reason: String,
    offers: u64,
}

/// Leads that people gave to somebody else than the rule had chosen.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ByHand")]
struct ByHandView {
    leads: u64,
    /// Which way, the most frequent first.
    moves: Vec<MoveView>,
}

/// One way.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Move")]
struct MoveView {
    /// The team that had them; empty: none.
    from: String,
    /// The team that got them; none: they were given back.
    to: Option<String>,
    leads: u64,
}

/// What a rep was given in the turns of teams, beside what all were.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Balance")]
struct BalanceView {
    /// What is due by weight, 0 to 1; none: they are in none of these teams.
    due: Option<f64>,
    leads: PartView,
    high_intent: PartView,
    /// Outside of their hours or the clock's.
    after_hours: PartView,
    /// What the deals may be worth, in the report's currency.
    worth: PartView,
}

/// Something of a whole.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Part")]
struct PartView {
    theirs: f64,
    all: f64,
    /// 0 to 1; none: of nothing.
    share: Option<f64>,
}

/// Times in seconds, at most 2 % off; none: nothing was measured.
#[derive(Debug, Serialize, JsonSchema)]
struct Quantiles {
    median_s: Option<f64>,
    p90_s: Option<f64>,
}

/// How long each leg of leads' ways took, and whose time it is.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StatsDurations")]
struct LegsView {
    /// Baton's: from a lead's arrival to its first offer.
    received_to_offered: LegView,
    /// The chat's: from there to the first card in a rep's chat.
    offered_to_delivered: LegView,
    /// The rep's: from an offer's delivery to its accept, without what Baton or the chat was down for.
    delivered_to_accepted: LegView,
    /// The rep's: from the accept to the first attempt.
    accepted_to_contacted: LegView,
}

/// How long one took.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StatsDuration")]
struct LegView {
    /// By the wall clock.
    wall: Quantiles,
    /// In the hours of the leads' clocks.
    business: Quantiles,
}

impl LegsView {
    fn of(legs: [LegTimes; 4]) -> Self {
        let quantiles = |times: Times| Quantiles {
            median_s: times.median.map(|took| took.as_secs_f64()),
            p90_s: times.p90.map(|took| took.as_secs_f64()),
        };
        let view = |leg: LegTimes| LegView {
            wall: quantiles(leg.wall),
            business: quantiles(leg.open),
        };
        let [offered, delivered, accepted, contacted] = legs.map(view);
        Self {
            received_to_offered: offered,
            offered_to_delivered: delivered,
            delivered_to_accepted: accepted,
            accepted_to_contacted: contacted,
        }
    }
}

/// How often a target was met, of the clocks that have ended.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Kept")]
struct KeptView {
    kept: u64,
    missed: u64,
    /// Of both, 0 to 1; none: no clock has ended.
    share: Option<f64>,
}

/// The numbers that were asked for.
pub(super) async fn show(call: Call, asked: Filter) -> Result<Report, Error> {
    let engine = &call.app.engine;
    let rules = engine.rules();
    let zone = zone(asked.zone.as_deref())?;
    let now = engine.clock().now().to_zoned(zone.clone());
    let (from, to) = period(&asked, now.date())?.moments(&now);
    let wanted = Wanted {
        scope: Scope {
            teams: asked.team.map(|team| vec![team.into()]),
            rep: asked.rep.map(RepId::from),
        },
        by: asked.by.map(ByView::meant),
        from,
        to,
        zone: zone.clone(),
    };
    let found = numbers::gather(engine.db(), &rules.policy, &wanted).await?;
    let experiments = experiments::all(engine.db(), &rules.policy, (from, to)).await?;
    Ok(Report {
        from,
        to,
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        by: asked.by,
        total: view(&found.total, found.reasons),
        groups: found.groups.into_iter().map(group).collect(),
        endings: found.endings.into_iter().map(ending).collect(),
        currency: found.currency,
        experiments,
    })
}

fn bad(detail: impl Into<String>) -> Error {
    Error::new(Kind::BadRequest, detail)
}

fn zone(name: Option<&str>) -> Result<TimeZone, Error> {
    let zone = name.map_or(Ok(TimeZone::UTC), TimeZone::get);
    zone.map_err(|_| bad("`zone` is the name of a time zone like Europe/Berlin"))
}

fn period(asked: &Filter, today: Date) -> Result<Period, Error> {
    let said = match (asked.period, asked.from, asked.to) {
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
            return Err(bad("either `period` or `from` and `to`, not both"));
        }
        (None, None, Some(_)) => return Err(bad("`to` needs `from`")),
        (None, Some(from), to) => (from, to.unwrap_or(today)),
        (Some(PeriodView::Today), None, None) => return Ok(Period::Today),
        (Some(PeriodView::Week) | None, None, None) => return Ok(Period::Week),
        (Some(PeriodView::Month), None, None) => return Ok(Period::Month),
        (Some(PeriodView::Quarter), None, None) => return Ok(Period::Quarter),
    };
    let (from, to) = said;
    if [from, to]
        .iter()
        .any(|day| !(1970..=2200).contains(&day.year()))
    {
        return Err(bad("`from` and `to` are days between 1970 and 2200"));
    }
    if from > to {
        return Err(bad("`from` is after `to`"));
    }
    Ok(Period::Days { from, to })
}

impl ByView {
    fn meant(self) -> By {
        match self {
            Self::Rep => By::Rep,
            Self::Team => By::Team,
            Self::Source => By::Source,
            Self::Type => By::Type,
            Self::Rule => By::Rule,
            Self::Hour => By::Hour,
        }
    }
}

fn group(group: Group) -> GroupView {
    GroupView {
        key: group.key,
        name: group.name,
        numbers: view(&group.numbers, group.reasons),
        given: group.balance.map(|balance| BalanceView {
            due: balance.due,
            leads: part(balance.leads),
            high_intent: part(balance.high),
            after_hours: part(balance.after_hours),
            worth: part(balance.worth),
        }),
    }
}

fn part(part: OfAll) -> PartView {
    PartView {
        theirs: part.of_theirs,
        all: part.of_all,
        share: part.share(),
    }
}

fn by_hand(moves: Vec<Move>) -> ByHandView {
    let moves = moves.into_iter().map(|way| MoveView {
        from: way.from,
        to: (!way.to.is_empty()).then_some(way.to),
        leads: way.n,
    });
    let moves: Vec<MoveView> = moves.collect();
    ByHandView {
        leads: moves.iter().map(|way| way.leads).sum(),
        moves,
    }
}

fn ending(row: EndingRow) -> EndingView {
    let said = |text: String| (!text.is_empty()).then_some(text);
    EndingView {
        outcome: row.ending,
        reason: said(row.reason),
        currency: said(row.currency),
        leads: row.n,
        valued: row.valued,
        value: row.worth,
    }
}

fn view(numbers: &Numbers, reasons: Reasons) -> NumbersView {
    let seconds = |took: Option<SignedDuration>| took.map(|took| took.as_secs_f64());
    let kept = |kept: u64, missed: u64| KeptView {
        kept,
        missed,
        share: numbers::share(kept, missed),
    };
    NumbersView {
        arrived: numbers.arrived,
        routed: numbers.routed,
        imported: numbers.imported,
        duplicates: numbers.caught,
        offered: numbers.offered,
        accepted: numbers.accepted,
        declined: numbers.declined,
        expired: numbers.expired,
        escalated: numbers.escalated,
        hollow: numbers.hollow,
        won: numbers.won,
        lost: numbers.lost,
        time_to_accept: Quantiles {
            median_s: seconds(numbers.to_accept().median),
            p90_s: seconds(numbers.to_accept().p90),
        },
        speed_to_lead: Quantiles {
            median_s: seconds(numbers.contact_median),
            p90_s: seconds(numbers.contact_p90),
        },
        durations: LegsView::of(numbers.legs),
        acknowledged: kept(numbers.answered.kept, numbers.answered.missed),
        contacted: kept(numbers.contacted.kept, numbers.contacted.missed),
        decline_reasons: reasons
            .declined
            .into_iter()
            .map(|(reason, offers)| ReasonView { reason, offers })
            .collect(),
        by_hand: by_hand(reasons.moves),
    }
}
