//! Who runs on this database, and when it was last seen alive.

use jiff::Timestamp;

use super::{Error, Sql, Tx, sql};

const BEAT: Sql = sql!(
    "insert into instance (id, started_at, seen_at) values ($1, $2, $2) \
     on conflict (id) do update set seen_at = excluded.seen_at"
);

const LAST_SEEN: Sql = sql!("select max(seen_at) from instance");

/// Says that the instance `id` is alive `now`; the first time, that it has started.
///
/// # Errors
/// If the database does not answer.
pub async fn beat(tx: &mut Tx, id: &str, now: Timestamp) -> Result<(), Error> {
    tx.q(BEAT).bind(id).bind(now).exec().await?;
    Ok(())
}

/// When any instance was last seen alive; `None` on a new database.
///
/// # Errors
/// If the database does not answer.
pub async fn last_seen(tx: &mut Tx) -> Result<Option<Timestamp>, Error> {
    Ok(tx.q(LAST_SEEN).one::<(Option<Timestamp>,)>().await?.0)
}
