//! What one replica looks at for all of them, and when next.

use jiff::Timestamp;

use super::{Error, Tx};

const TAKE: &str = "insert into look (name, next_at) values ($1, $3) \
     on conflict (name) do update set next_at = excluded.next_at where look.next_at <= $2";

/// Takes a look that is due `now`, so that nobody else does before `next`; whether it was due.
///
/// # Errors
/// If the database does not answer.
pub async fn take(tx: &mut Tx, name: &str, now: Timestamp, next: Timestamp) -> Result<bool, Error> {
    Ok(tx.q(TAKE).bind(name).bind(now).bind(next).exec().await? == 1)
}

const PUT_OFF: &str = "update look set next_at = $2 where name = $1 and next_at < $2";

/// Nobody looks before `next`.
///
/// # Errors
/// If the database does not answer.
pub async fn put_off(tx: &mut Tx, name: &str, next: Timestamp) -> Result<(), Error> {
    tx.q(PUT_OFF).bind(name).bind(next).exec().await?;
    Ok(())
}
