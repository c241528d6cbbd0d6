//! When the chat could not be reached. What it was down for is added to offers, also by a Baton that is started
//! in between.

use jiff::Timestamp;

use super::{Error, Tx};

const LASTING: &str =
    "select from_at from chat_outage where until_at is null order by from_at limit 1";

/// Since when the chat has been down, if it still is.
///
/// # Errors
/// If the database does not answer.
pub async fn lasting(tx: &mut Tx) -> Result<Option<Timestamp>, Error> {
    let row: Option<(Timestamp,)> = tx.q(LASTING).opt().await?;
    Ok(row.map(|(from,)| from))
}

const BEGIN: &str = "insert into chat_outage (from_at, until_at) \
     select coalesce((select max(o.until_at) from chat_outage o where o.until_at > $1), $1), null \
     where not exists (select 1 from chat_outage l where l.until_at is null) on conflict do nothing";

/// The chat has been down since `since`, or since the end of the last time if that is later. Answers since
/// when, by who said so first.
///
/// # Errors
/// If the database does not answer.
pub async fn begin(tx: &mut Tx, since: Timestamp) -> Result<Timestamp, Error> {
    tx.q(BEGIN).bind(since).exec().await?;
    Ok(lasting(tx).await?.unwrap_or(since))
}

const END: &str = "update chat_outage set until_at = $2 where from_at = $1 and until_at is null";

/// The chat is back; whether nobody has said so before.
///
/// # Errors
/// If the database does not answer.
pub async fn end(tx: &mut Tx, from: Timestamp, until: Timestamp) -> Result<bool, Error> {
    Ok(tx.q(END).bind(from).bind(until).exec().await? == 1)
}
