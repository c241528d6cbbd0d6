//! The numbers behind `/leadstats`, for whoever shows them: the command, and programs.

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    domain::{
        event::MeasureKind,
        id::RepId,
        policy::Policy,
        stats::{By, EndingRow, Stats, TallyRow},
    },
    store::{
        self, Db, endings,
        tally::{self, Scope},
    },
    words::stats::Kept,
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
        Ok::<_, store::Error>((rows?, endings))
    });
    let (rows, endings) = read.await?;
    Ok(Gathered {
        total: numbers(&Stats::of(&rows)),
        groups: by.map_or_else(Vec::new, |by| groups(policy, &rows, by, zone)),
        endings,
    })
}

fn groups(policy: &Policy, rows: &[TallyRow], by: By, zone: &TimeZone) -> Vec<Group> {
    let grouped = Stats::grouped(rows, by, zone).into_iter();
    let told = grouped.filter(|(key, _)| !(key.is_empty() && by == By::Rep));
    let told = told.map(|(key, stats)| Group {
        name: named(policy, &key, by),
        key,
        numbers: numbers(&stats),
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
        imported: count(MeasureKind::Imported),
        caught: count(MeasureKind::Duplicate),
        offered: count(MeasureKind::Offered),
        accepted: count(MeasureKind::Accepted),
        declined: count(MeasureKind::Declined),
        expired: count(MeasureKind::Expired),
        escalated: count(MeasureKind::Escalated),
        won: count(MeasureKind::Won),
        lost: count(MeasureKind::Lost),
        accept_median: stats.time_to_accept(0.5),
        accept_p90: stats.time_to_accept(0.9),
        contact_median: stats.time_to_contact(0.5),
        contact_p90: stats.time_to_contact(0.9),
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

/// The share (0 to 1) that was kept; `None` if nothing was decided.
#[must_use]
pub fn share(kept: u64, missed: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 leads")]
    let share = kept as f64 / (kept + missed) as f64;
    (kept + missed > 0).then_some(share)
}
