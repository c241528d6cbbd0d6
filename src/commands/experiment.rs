//! `/leadstats experiment speed`: how the arms of an experiment do, and what that proves.

use jiff::Timestamp;

use super::{
    Answer, Period,
    asked::{Asked, Trouble},
    rights::{self, Sight},
};
use crate::{
    domain::{
        findings::{ArmCounts, findings},
        lead::TrialCount,
        policy::{Experiment, Policy, Target},
        stats::NO_TIME,
    },
    store::{
        self, Db,
        experiments::{self, Counted},
    },
    words::{
        experiment::{self as said, Standing},
        stats::not_yours,
    },
};

pub(super) async fn report(
    asked: &Asked<'_>,
    id: Option<&str>,
    period: Option<Period>,
) -> Result<Answer, Trouble> {
    let policy = asked.policy();
    let sight = rights::sight(policy, &asked.who);
    if sight == Sight::Own {
        return Err(Trouble::refused(not_yours(asked.words)));
    }
    let seen: Vec<&Experiment> = policy
        .experiments
        .iter()
        .filter(|one| sees(&sight, one))
        .collect();
    let found = find(&seen, id).ok_or_else(|| {
        let known: Vec<&str> = seen.iter().map(|one| one.id.as_str()).collect();
        Trouble::refused(said::which(id, &known, asked.words))
    })?;
    let moments = period.map(|period| period.moments(&asked.now));
    let mut standing = gather(asked.engine.db(), policy, found, moments).await?;
    standing.period = period.map(|period| period.said(&asked.now));
    Ok(said::experiment(&standing, &asked.when()).into())
}

/// The one that is asked for; without a name the only one.
pub fn find<'e>(known: &[&'e Experiment], id: Option<&str>) -> Option<&'e Experiment> {
    match (id, known) {
        (Some(id), known) => {
            let mut known = known.iter().copied();
            known.find(|one| one.id.eq_ignore_ascii_case(id))
        }
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// Whether a team that gets some of its leads is among those whose numbers somebody sees.
fn sees(sight: &Sight, experiment: &Experiment) -> bool {
    let teams = match sight {
        Sight::Own => return false,
        Sight::All => return true,
        Sight::Teams(teams) => teams,
    };
    experiment.arms.iter().any(|arm| {
        let named = arm.route.to.iter().filter_map(Target::team);
        named
            .chain(&arm.route.team)
            .any(|team| teams.contains(team))
    })
}

/// How an experiment stands, of the leads that came into it in this time; without one since it began.
///
/// # Errors
/// If the database does not answer.
pub async fn gather(
    db: &Db,
    policy: &Policy,
    experiment: &Experiment,
    moments: Option<(Timestamp, Timestamp)>,
) -> Result<Standing, store::Error> {
    let (from, to) = moments.unwrap_or((Timestamp::UNIX_EPOCH, Timestamp::MAX));
    let db = db.at_length();
    let rows = db.read(async |mut tx| experiments::report(&mut tx, &experiment.id, from, to).await);
    let rows = rows.await?;
    let counts: Vec<ArmCounts> = experiment
        .arms
        .iter()
        .map(|arm| counts(&arm.id, &rows))
        .collect();
    Ok(Standing {
        id: experiment.id.clone(),
        on: experiment.on.clone(),
        does: does(policy, experiment),
        since: rows.iter().map(|row| row.first_at).min(),
        period: None,
        findings: findings(&counts),
    })
}

/// What each arm does.
fn does(policy: &Policy, experiment: &Experiment) -> Vec<String> {
    let rule = policy.routes.iter().find(|route| route.id == experiment.on);
    let arms = experiment.arms.iter();
    rule.map_or_else(Vec::new, |rule| {
        arms.map(|arm| arm.words(policy, rule)).collect()
    })
}

fn counts(arm: &str, rows: &[Counted]) -> ArmCounts {
    let mut counts = ArmCounts {
        arm: arm.to_owned(),
        ..ArmCounts::default()
    };
    for row in rows.iter().filter(|row| row.arm == arm) {
        let n = row.n.unsigned_abs();
        if row.what == TrialCount::Entered.word() {
            counts.leads += n;
        } else if row.what == TrialCount::Won.word() {
            counts.won += n;
        } else if row.what == experiments::AGAIN {
            counts.again += n;
        } else if row.bucket != NO_TIME {
            *counts.contacted.times.entry(row.bucket).or_default() += n;
        }
    }
    counts
}
