//! What experiments count, added up as it happens.

use jiff::{SignedDuration, Timestamp};

use super::{Error, Sql, Tx, row, sql, tally::quarter};
use crate::domain::{
    lead::{Lead, TrialCount},
    stats::{NO_TIME, bucket_of},
};

const COUNT: Sql = sql!(
    "insert into experiment_tally (experiment, arm, quarter_at, what, bucket, n) values ($1, $2, $3, $4, $5, 1) \
     on conflict (experiment, quarter_at, arm, what, bucket) do update set n = experiment_tally.n + 1"
);

/// Counts something of a lead in the arm that it is in; nothing if it is in none.
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
    let query = tx.q(COUNT).bind(trial.experiment.as_str());
    let query = query.bind(trial.arm.as_str()).bind(quarter(trial.since));
    let query = query.bind(what.word());
    let bucket = took.map_or(NO_TIME, bucket_of);
    query.bind(bucket).exec().await.map(drop)
}

/// How often something was counted in an arm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Which arm.
    pub arm: String,
    /// The word of a [`TrialCount`].
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
