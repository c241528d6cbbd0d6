//! When a chat could not be reached. What it was down for is added to offers, also by a Baton that is started
//! in between.

use jiff::Timestamp;

use super::{Error, Tx, row};
use crate::domain::policy::Platform;

const LASTING: &str = "select from_at from chat_outage where platform = $1 and until_at is null";

/// Since when a chat has been down, if it still is.
///
/// # Errors
/// If the database does not answer.
pub async fn lasting(tx: &mut Tx, chat: Platform) -> Result<Option<Timestamp>, Error> {
    let row: Option<(Timestamp,)> = tx.q(LASTING).bind(chat).opt().await?;
    Ok(row.map(|(from,)| from))
}

#[derive(Debug)]
struct Past {
    platform: Platform,
    from_at: Timestamp,
    until_at: Timestamp,
}
row!(Past {
    platform,
    from_at,
    until_at
});

const PAST: &str = "select platform, from_at, until_at from chat_outage where until_at is not null order by from_at";

/// When which chat was down, and is back.
///
/// # Errors
/// If the database does not answer.
pub async fn past(tx: &mut Tx) -> Result<Vec<(Platform, Timestamp, Timestamp)>, Error> {
    let rows: Vec<Past> = tx.q(PAST).all().await?;
    let past = |row: Past| (row.platform, row.from_at, row.until_at);
    Ok(rows.into_iter().map(past).collect())
}

const BEGIN: &str = "insert into chat_outage (platform, from_at, until_at) \
     select $2, coalesce((select max(o.until_at) from chat_outage o where o.platform = $2 and o.until_at > $1), $1), null \
     where not exists (select 1 from chat_outage l where l.platform = $2 and l.until_at is null) \
     on conflict do nothing";

/// A chat has been down since `since`, or since the end of the last time if that is later. Answers since
/// when, by who said so first.
///
/// # Errors
/// If the database does not answer.
pub async fn begin(tx: &mut Tx, chat: Platform, since: Timestamp) -> Result<Timestamp, Error> {
    tx.q(BEGIN).bind(since).bind(chat).exec().await?;
    Ok(lasting(tx, chat).await?.unwrap_or(since))
}

const END: &str = "update chat_outage set until_at = $3 where platform = $1 and from_at = $2 and until_at is null";

/// A chat is back; whether nobody has said so before.
///
/// # Errors
/// If the database does not answer.
pub async fn end(
    tx: &mut Tx,
    chat: Platform,
    from: Timestamp,
    until: Timestamp,
) -> Result<bool, Error> {
    let query = tx.q(END).bind(chat).bind(from).bind(until);
    Ok(query.exec().await? == 1)
}
