//! What one replica looks at for all of them, and when next.

use jiff::{SignedDuration, Timestamp};

use super::{Error, Tx};

/// Nobody puts a look off for longer: one that is further ahead was put off by a clock that has been put right since.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(2);

const TAKE: &str = "insert into look (name, next_at) values ($1, $3) \
     on conflict (name) do update set next_at = excluded.next_at where look.next_at <= $2 or look.next_at > $4";

/// Takes a look that is due `now`, so that nobody else does before `next`; whether it was due. No look waits for longer
/// than [`LONGEST`], also where a clock was put back.
///
/// # Errors
/// If the database does not answer.
pub async fn take(tx: &mut Tx, name: &str, now: Timestamp, next: Timestamp) -> Result<bool, Error> {
    let query = tx.q(TAKE).bind(name).bind(now).bind(next);
    Ok(query.bind(now + LONGEST).exec().await? == 1)
}

const PUT_OFF: &str = "update look set next_at = $2 where name = $1 and next_at < $2";

/// Nobody looks before `next`, which lies no further ahead than [`LONGEST`].
///
/// # Errors
/// If the database does not answer.
pub async fn put_off(tx: &mut Tx, name: &str, next: Timestamp) -> Result<(), Error> {
    tx.q(PUT_OFF).bind(name).bind(next).exec().await?;
    Ok(())
}
