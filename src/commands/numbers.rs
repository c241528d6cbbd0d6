//! The numbers behind `/leadstats`, for whoever shows them: the command, and programs.

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    domain::{
        event::MeasureKind,
        fairness::{Balance, GivenRow, fairness},
        id::RepId,
        lead::Leg,
        policy::Policy,
        reasons::{ReasonRow, Reasons, is_questioned},
        stats::{By, EndingRow, Stats, TallyRow},
    },
    store::{
        self, Db, endings, sums,
        tally::{self, Scope},
    },
    words::stats::{Kept, LegTimes, Times},
};

pub use crate::words::stats::Numbers;

/// Which numbers.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whose.
    pub scope: Scope,
    /// In lines for each of these.
    pub by: Option<By>,
    /// Of leads that arrived then or later.
    pub from: Timestamp,
    /// Of leads that arrived before.
    pub to: Timestamp,
    /// Whose hours of the day.
    pub zone: TimeZone,
}

/// The numbers of one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// A rep's id, a team's, an hour: `09`; `""` for what has none.
    pub key: String,
    /// As people say it.
    pub name: String,
    /// What was counted.
    pub numbers: Numbers,
    /// Why offers were declined, and what people gave to others by hand; ids of reasons.
    pub reasons: Reasons,
    /// Of a rep: what they were given beside the others.
    pub balance: Option<Balance>,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Gathered {
    /// Everything together.
    pub total: Numbers,
    /// Hours as they come, the others by how much they were asked.
    pub groups: Vec<Group>,
    /// How leads ended: why, and for how much.
    pub endings: Vec<EndingRow>,
    /// Why offers were declined, and what people gave to others by hand.
    pub reasons: Reasons,
    /// Rules whose leads people keep giving to others, with how many they decided on.
    pub questioned: Vec<(String, Reasons, u64)>,
    /// The money in which balances are told; `""`: none.
    pub currency: String,
}

/// Reads the numbers.
///
/// # Errors
/// If the database does not answer.
pub async fn gather(db: &Db, policy: &Policy, wanted: &Wanted) -> Result<Gathered, store::Error> {
    let Wanted {
        scope,
        by,
        from,
        to,
        zone,
    } = wanted;
    let db = db.at_length();
    let read = db.read(async |mut tx| {
        let endings = endings::report(&mut tx, *from, *to, scope).await?;
        let rows = match by {
            Some(By::Hour) => tally::report_by_quarter(&mut tx, *from, *to, scope).await,
            Some(By::Territory) => tally::report_by_territory(&mut tx, *from, *to, scope).await,
            Some(By::Rep | By::Team | By::Source | By::Type | By::Rule) | None => {
                tally::report(&mut tx, *from, *to, scope).await
            }
        };
        Ok::<_, store::Error>(Read {
            rows: rows?,
            endings,
            reasons: sums::reasons(&mut tx, *from, *to, scope).await?,
            given: sums::given(&mut tx, *from, *to, scope).await?,
        })
    });
    let read = read.await?;
    let shares = fairness(&read.given, policy);
    let mut groups = by.map_or_else(Vec::new, |by| groups(policy, &read, by, zone));
    if *by == Some(By::Rep) {
        for group in &mut groups {
            group.balance = shares.reps.get(group.key.as_str()).cloned();
        }
    }
    Ok(Gathered {
        total: numbers(&Stats::of(&read.rows)),
        groups,
        reasons: Reasons::of(&read.reasons),
        questioned: questioned(&read),
        currency: shares.currency,
        endings: read.endings,
    })
}

/// What stands in the database.
struct Read {
    rows: Vec<TallyRow>,
    endings: Vec<EndingRow>,
    reasons: Vec<ReasonRow>,
    given: Vec<GivenRow>,
}

/// The rules whose leads people keep giving to others.
fn questioned(read: &Read) -> Vec<(String, Reasons, u64)> {
    let routed = Stats::grouped(&read.rows, By::Rule, &TimeZone::UTC);
    let by_rule = Reasons::grouped(&read.reasons, By::Rule).into_iter();
    let with_routed = by_rule.map(|(rule, reasons)| {
        let routed = routed.get(&rule).map_or(0, decided_on);
        (rule, reasons, routed)
    });
    with_routed
        .filter(|(_, reasons, routed)| is_questioned(reasons.overridden, *routed))
        .collect()
}

/// How many leads a rule has sent somewhere; before that was counted, those that came in.
fn decided_on(stats: &Stats) -> u64 {
    let of = |what| stats.count(what);
    of(MeasureKind::Routed).max(of(MeasureKind::Arrived))
}

fn groups(policy: &Policy, read: &Read, by: By, zone: &TimeZone) -> Vec<Group> {
    let mut reasons = Reasons::grouped(&read.reasons, by);
    let mut grouped = Stats::grouped(&read.rows, by, zone);
    // Who had declined, and has no numbers of these leads else.
    for key in reasons.keys() {
        grouped.entry(key.clone()).or_default();
    }
    let told = grouped
        .into_iter()
        .filter(|(key, _)| !(key.is_empty() && by == By::Rep));
    let told = told.map(|(key, stats)| Group {
        name: named(policy, &key, by),
        numbers: numbers(&stats),
        reasons: reasons.remove(&key).unwrap_or_default(),
        balance: None,
        key,
    });
    let mut told: Vec<Group> = told.collect();
    if by != By::Hour {
        told.sort_by(|a, b| {
            let most = b.numbers.offered.cmp(&a.numbers.offered);
            most.then_with(|| a.name.cmp(&b.name))
        });
    }
    told
}

fn named(policy: &Policy, key: &str, by: By) -> String {
    match by {
        By::Rep => policy.name_of(&RepId::from(key)).to_owned(),
        By::Hour => format!("{key}:00"),
        By::Team | By::Source | By::Territory | By::Type | By::Rule if key.is_empty() => {
            "none".to_owned()
        }
        By::Team | By::Source | By::Territory | By::Type | By::Rule => key.to_owned(),
    }
}

fn numbers(stats: &Stats) -> Numbers {
    let count = |what| stats.count(what);
    Numbers {
        arrived: count(MeasureKind::Arrived),
        routed: decided_on(stats),
        imported: count(MeasureKind::Imported),
        caught: count(MeasureKind::Duplicate),
        offered: count(MeasureKind::Offered),
        accepted: count(MeasureKind::Accepted),
        declined: count(MeasureKind::Declined),
        expired: count(MeasureKind::Expired),
        escalated: count(MeasureKind::Escalated),
        hollow: count(MeasureKind::Hollow),
        won: count(MeasureKind::Won),
        lost: count(MeasureKind::Lost),
        contact_median: stats.time_to_contact(0.5),
        contact_p90: stats.time_to_contact(0.9),
        legs: Leg::ALL.map(|leg| leg_times(stats, leg)),
        answered: Kept {
            kept: count(MeasureKind::AcknowledgeKept),
            missed: count(MeasureKind::AcknowledgeMissed),
        },
        contacted: Kept {
            kept: count(MeasureKind::ContactKept),
            missed: count(MeasureKind::ContactMissed),
        },
    }
}

fn leg_times(stats: &Stats, leg: Leg) -> LegTimes {
    let times = |what| Times {
        median: stats.time(what, 0.5),
        p90: stats.time(what, 0.9),
    };
    let (wall, open) = leg.measures();
    LegTimes {
        wall: times(wall),
        open: times(open),
    }
}

/// The share (0 to 1) that was kept; `None` if nothing was decided.
#[must_use]
pub fn share(kept: u64, missed: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 leads")]
    let share = kept as f64 / (kept + missed) as f64;
    (kept + missed > 0).then_some(share)
}
