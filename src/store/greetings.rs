//! Whom Baton has told who it is. A chat says in several ways at once that Baton was installed, and repeats them.

use jiff::Timestamp;

use super::{Error, Tx};
use crate::domain::policy::Platform;

const KEEP: &str = "insert into greeting (platform, user_id, at) values ($1, $2, $3) \
     on conflict (platform, user_id) do nothing";

/// Keeps that this user of a chat is greeted; whether it is the first time.
///
/// # Errors
/// If the database does not answer.
pub async fn keep(
    tx: &mut Tx,
    (platform, user): (Platform, &str),
    now: Timestamp,
) -> Result<bool, Error> {
    let query = tx.q(KEEP).bind(platform).bind(user).bind(now);
    Ok(query.exec().await? > 0)
}

const FORGET: &str = "delete from greeting where platform = $1 and user_id = $2";

/// Forgets that this user was greeted.
///
/// # Errors
/// If the database does not answer.
pub async fn forget(tx: &mut Tx, platform: Platform, user: &str) -> Result<(), Error> {
    tx.q(FORGET).bind(platform).bind(user).exec().await?;
    Ok(())
}
