//! What people did: of leads, and of those who may become one.

use jiff::Timestamp;

use super::{Error, Json, Sql, Tx, row, sql};
use crate::domain::{
    id::{LeadId, SourceId, SubmissionId},
    person::Sign,
};

/// Of somebody whom nobody knows so many are kept.
pub const MOST_OF_A_STRANGER: i64 = 100;

/// Of all strangers together so many are kept, the latest, and at times a little more.
const MOST_OF_STRANGERS: i64 = 100_000;

/// After so many of them what is too much is looked for.
const LOOK_EVERY: i64 = 1_000;

/// An activity that has just been told.
#[derive(Clone, Copy, Debug)]
pub struct NewActivity<'a> {
    /// By which webhook.
    pub source: &'a SourceId,
    /// What tells it from all others of its source.
    pub key: &'a str,
    /// Under which name it is counted.
    pub activity: &'a str,
    /// When it was done.
    pub at: Timestamp,
    /// When it was told.
    pub received_at: Timestamp,
    /// Where it is kept whole.
    pub submission: &'a SubmissionId,
    /// Whose it is; nobody's yet.
    pub lead: Option<&'a LeadId>,
}

const INSERT: &str = "insert into activity (source, key, activity, at, received_at, submission_id, lead_id) \
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (source, key) do nothing returning id";

/// Stores an activity; `None` if it is there already.
///
/// # Errors
/// If the database does not answer.
pub async fn insert(tx: &mut Tx, new: &NewActivity<'_>) -> Result<Option<i64>, Error> {
    let query = tx.q(INSERT).bind(new.source).bind(new.key);
    let query = query.bind(new.activity).bind(new.at).bind(new.received_at);
    let id: Option<(i64,)> = query.bind(new.submission).bind(new.lead).opt().await?;
    Ok(id.map(|(id,)| id))
}

const TAKE_OUT: &str = "delete from activity where id = $1";

/// Takes an activity out again that is nobody's.
///
/// # Errors
/// If the database does not answer.
pub async fn take_out(tx: &mut Tx, id: i64) -> Result<(), Error> {
    tx.q(TAKE_OUT).bind(id).exec().await.map(drop)
}

const OF_STRANGER: &str = "select count(*) from activity_sign where kind = $1 and value = $2";

/// How many are kept of whoever has this sign.
///
/// # Errors
/// If the database does not answer.
pub async fn of_stranger(tx: &mut Tx, sign: &Sign) -> Result<i64, Error> {
    let query = tx.q(OF_STRANGER).bind(sign.kind.word()).bind(&sign.value);
    Ok(query.one::<(i64,)>().await?.0)
}

const SIGN: Sql = sql!(
    "insert into activity_sign (kind, value, activity_id) select value ->> 'kind', value ->> 'value', $1 from "
    [sqlite "json_each($2)"] [postgres "jsonb_array_elements($2)"]
    " where true on conflict (kind, value, activity_id) do nothing"
);

/// Keeps an activity of somebody whom nobody knows for when they become a lead.
///
/// # Errors
/// If the database does not answer.
pub async fn keep(tx: &mut Tx, activity: i64, signs: &[Sign]) -> Result<(), Error> {
    let query = tx.q(SIGN).bind(activity).bind(Json(signs));
    query.exec().await?;
    if activity % LOOK_EVERY == 0 {
        trim(tx).await?;
    }
    Ok(())
}

const BEYOND: &str = "select received_at from activity where lead_id is null \
     order by received_at desc, id desc limit 1 offset $1";
const FORGET_SIGNS: &str = "delete from activity_sign where activity_id in \
     (select id from activity where lead_id is null and received_at <= $1)";
const FORGET: &str = "delete from activity where lead_id is null and received_at <= $1";

async fn trim(tx: &mut Tx) -> Result<(), Error> {
    let last: Option<(Timestamp,)> = tx.q(BEYOND).bind(MOST_OF_STRANGERS).opt().await?;
    match last {
        Some((last,)) => forget(tx, last).await,
        None => Ok(()),
    }
}

/// Forgets what strangers did that was told until then.
///
/// # Errors
/// If the database does not answer.
pub async fn forget(tx: &mut Tx, until: Timestamp) -> Result<(), Error> {
    tx.q(FORGET_SIGNS).bind(until).exec().await?;
    tx.q(FORGET).bind(until).exec().await.map(drop)
}

/// An activity that has found its lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its place in the store.
    pub id: i64,
    /// By which webhook it was told.
    pub source: SourceId,
    /// Under which name it is counted.
    pub activity: String,
    /// When it was done.
    pub at: Timestamp,
}
row!(Kept {
    id,
    source,
    activity,
    at
});

const WAITING: Sql = sql!(
    "select a.id, a.source, a.activity, a.at from activity_sign s join activity a on a.id = s.activity_id \
     where s.kind = $1 and s.value = $2 and a.lead_id is null order by a.at limit $3"
);

/// What was told of whoever has this sign before they were a lead.
///
/// # Errors
/// If the database does not answer.
pub async fn waiting(tx: &mut Tx, sign: &Sign) -> Result<Vec<Kept>, Error> {
    let query = tx.q(WAITING).bind(sign.kind.word()).bind(&sign.value);
    query.bind(MOST_OF_A_STRANGER).all().await
}

const ADOPT: &str = "update activity set lead_id = $2 where id = $1";
const UNSIGN: &str = "delete from activity_sign where activity_id = $1";

/// Says whose an activity is, now that it is known.
///
/// # Errors
/// If the database does not answer.
pub async fn adopt(tx: &mut Tx, activity: i64, lead: &LeadId) -> Result<(), Error> {
    tx.q(ADOPT).bind(activity).bind(lead).exec().await?;
    tx.q(UNSIGN).bind(activity).exec().await.map(drop)
}
