//! Who runs on this database, and when it was last seen alive.

use jiff::{SignedDuration, Timestamp};

use super::{Error, Sql, Tx, sql};

/// From how long a silence of Baton, or of a chat, counts as down.
pub const DOWN: SignedDuration = SignedDuration::from_secs(8);

const BEAT: Sql = sql!(
    "insert into instance (id, started_at, seen_at) values ($1, $2, $2) \
     on conflict (id) do update set seen_at = excluded.seen_at"
);

/// What was seen at a time that is far from having come was seen by a clock that has been put right since; whoever was
/// started before ran until nobody knows when, and what others saw before that is no answer.
const LAST_SEEN: &str = "select max(seen_at) from instance where seen_at <= $1 \
     and seen_at >= (select coalesce(max(started_at), 0) from instance where seen_at > $1 and started_at <= $1)";

/// Says that the instance `id` is alive `now`; the first time, that it has started.
///
/// # Errors
/// If the database does not answer.
pub async fn beat(tx: &mut Tx, id: &str, now: Timestamp) -> Result<(), Error> {
    tx.q(BEAT).bind(id).bind(now).exec().await?;
    Ok(())
}

const TRY: &str = "update instance set seen_at = seen_at where id = $1";

/// Writes what the instance `id` has said, and nothing else than it did: to find out whether the database takes anything.
///
/// # Errors
/// If the database does not answer, or takes nothing.
pub async fn try_writing(tx: &mut Tx, id: &str) -> Result<(), Error> {
    tx.q(TRY).bind(id).exec().await?;
    Ok(())
}

/// When any instance was last seen alive, as far as is known `now`; `None` on a new database. Who has said so since `now`
/// was read, or goes by a clock that is a little ahead, is alive: the answer may lie up to [`DOWN`] after `now`.
///
/// # Errors
/// If the database does not answer.
pub async fn last_seen(tx: &mut Tx, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let query = tx.q(LAST_SEEN).bind(now + DOWN);
    Ok(query.one::<(Option<Timestamp>,)>().await?.0)
}

/// The one statement that asks for the time: replicas agree on the database's.
const NOW: Sql = sql!(
    [sqlite "select null"]
    [postgres "select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)"]
);

/// The time on the database's machine; `None` on SQLite, whose machine is ours.
///
/// # Errors
/// If the database does not answer.
pub async fn database_now(tx: &mut Tx) -> Result<Option<Timestamp>, Error> {
    Ok(tx.q(NOW).one::<(Option<Timestamp>,)>().await?.0)
}

const VERSION: Sql = sql!(
    [sqlite "select sqlite_version()"]
    [postgres "select current_setting('server_version')"]
);

/// Which version of SQLite or PostgreSQL it is.
///
/// # Errors
/// If the database does not answer.
pub async fn version(tx: &mut Tx) -> Result<String, Error> {
    Ok(tx.q(VERSION).one::<(String,)>().await?.0)
}

/// A file's rights are its directory's business; a server may be a replica that only reads.
const WRITABLE: Sql = sql!(
    [sqlite "select true"]
    [postgres "select not pg_is_in_recovery() and has_table_privilege(current_user, 'lead', 'insert, update')"]
);

/// Whether the database itself lets us write.
///
/// # Errors
/// If the database does not answer.
pub async fn is_writable(tx: &mut Tx) -> Result<bool, Error> {
    Ok(tx.q(WRITABLE).one::<(bool,)>().await?.0)
}
