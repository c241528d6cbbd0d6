//! What decides when somebody works, and since when that is so: what came up since managers were told is news.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    domain::id::RepId,
    store::{Error, Tx, row},
};

const HOURS: &str = "insert into rep (id, hours, hours_at) values ($1, $2, $3) \
     on conflict (id) do update set hours = excluded.hours, hours_at = case \
     when coalesce(rep.hours, '') = coalesce(excluded.hours, '') then rep.hours_at else excluded.hours_at end";

/// Keeps the working hours that go before those of the configuration, or that none do, as chosen `now`.
///
/// # Errors
/// If the database does not answer.
pub async fn hours(
    tx: &mut Tx,
    rep: &RepId,
    hours: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    let query = tx.q(HOURS).bind(rep).bind(hours).bind(now);
    query.exec().await?;
    Ok(())
}

const LEAVING: &str = "update rep set leaving_at = $2, leaving_noted_at = $3 \
     where id = $1 and coalesce(leaving_at, 0) <> coalesce($2, 0)";

/// Notes until when somebody works here, and that it is known from `now` on, unless it was before.
///
/// # Errors
/// If the database does not answer.
pub async fn leaving(
    tx: &mut Tx,
    rep: &RepId,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Error> {
    let query = tx.q(LEAVING).bind(rep).bind(until).bind(now);
    query.exec().await?;
    Ok(())
}

/// Since when it is known of somebody that they work at other times, or no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    rep: RepId,
    /// When the hours were chosen; absent: before that was kept, or none ever were.
    pub hours_at: Option<Timestamp>,
    /// When the last day was known; absent: none ever was.
    pub leaving_noted_at: Option<Timestamp>,
}
row!(Dated {
    rep,
    hours_at,
    leaving_noted_at
});

const DATED: &str = "select id as rep, hours_at, leaving_noted_at from rep \
     where hours_at is not null or leaving_noted_at is not null";

/// Everybody of whom something of the kind is known.
///
/// # Errors
/// If the database does not answer.
pub async fn dated(tx: &mut Tx) -> Result<BTreeMap<RepId, Dated>, Error> {
    let rows: Vec<Dated> = tx.q(DATED).all().await?;
    Ok(rows.into_iter().map(|one| (one.rep.clone(), one)).collect())
}
