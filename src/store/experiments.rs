//! What experiments count, added up as it happens.

use jiff::{SignedDuration, Timestamp};

use super::{Error, Sql, Tx, row, sql, tally::quarter};
use crate::domain::{
    id::LeadId,
    lead::{Lead, Trial, TrialCount},
    stats::{NO_TIME, bucket_of},
};

const COUNT: Sql = sql!(
    "insert into experiment_tally (experiment, arm, quarter_at, what, bucket, n) values ($1, $2, $3, $4, $5, 1) \
     on conflict (experiment, quarter_at, arm, what, bucket) do update set n = experiment_tally.n + 1"
);

/// What is counted of a lead whose company has one in the experiment already.
pub const AGAIN: &str = "again";

const STAND_FOR: Sql = sql!(
    "insert into experiment_unit (experiment, unit, lead_id) values ($1, $2, $3) \
     on conflict (experiment, unit) do nothing"
);
const STANDS_FOR: Sql =
    sql!("select lead_id from experiment_unit where experiment = $1 and unit = $2");

/// Whether this is the lead that counts for its company: the first. Leads of one company are not tried and won
/// independently of each other, so a test that counted each would believe too much.
async fn stands(tx: &mut Tx, lead: &Lead, trial: &Trial) -> Result<bool, Error> {
    if trial.unit.is_empty() {
        return Ok(true);
    }
    let query = tx.q(STAND_FOR).bind(trial.experiment.as_str());
    query
        .bind(trial.unit.as_str())
        .bind(&lead.id)
        .exec()
        .await?;
    let query = tx.q(STANDS_FOR).bind(trial.experiment.as_str());
    let (first,): (LeadId,) = query.bind(trial.unit.as_str()).one().await?;
    Ok(first == lead.id)
}

/// Counts something of a lead in the arm that it is in; nothing if it is in none. Of the later leads of a company it is
/// counted only that they came.
///
/// # Errors
/// If the database does not answer.
pub async fn count(
    tx: &mut Tx,
    lead: &Lead,
    what: TrialCount,
    took: Option<SignedDuration>,
) -> Result<(), Error> {
    let Some(trial) = &lead.trial else {
        return Ok(());
    };
    let word = match (stands(tx, lead, trial).await?, what) {
        (true, _) => what.word(),
        (false, TrialCount::Entered) => AGAIN,
        (false, TrialCount::Contacted | TrialCount::Won) => return Ok(()),
    };
    let query = tx.q(COUNT).bind(trial.experiment.as_str());
    let query = query.bind(trial.arm.as_str()).bind(quarter(trial.since));
    let query = query.bind(word);
    let bucket = took.map_or(NO_TIME, bucket_of);
    query.bind(bucket).exec().await.map(drop)
}

/// How often something was counted in an arm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Which arm.
    pub arm: String,
    /// The word of a [`TrialCount`], or [`AGAIN`].
    pub what: String,
    /// Of a time, its place in the histogram.
    pub bucket: i64,
    /// How often.
    pub n: i64,
    /// When the first of those leads came, to the quarter of an hour.
    pub first_at: Timestamp,
}
row!(Counted {
    arm,
    what,
    bucket,
    n,
    first_at
});

const REPORT: Sql = sql!(
    "select arm, what, bucket, cast(sum(n) as bigint) as n, min(quarter_at) as first_at from experiment_tally \
     where experiment = $1 and quarter_at >= $2 and quarter_at < $3 group by arm, what, bucket \
     order by arm, what, bucket"
);

/// What was counted of the leads that came into an experiment from `from` until before `until`.
///
/// # Errors
/// If the database does not answer.
pub async fn report(
    tx: &mut Tx,
    experiment: &str,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Counted>, Error> {
    let query = tx.q(REPORT).bind(experiment).bind(from).bind(until);
    query.all().await
}
