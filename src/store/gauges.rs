//! What operators watch: how much waits, and for how long. Each is answered from an index over what
//! waits, never from all that is stored.

use jiff::Timestamp;

use super::{Error, Tx};

/// Messages that wait to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: i64,
    /// Since when the oldest of them has been due.
    pub oldest: Option<Timestamp>,
}

const OUTBOX: &str =
    "select count(*), min(due_at) from outbox where state in ('pending', 'unknown')";

/// The messages that wait to be delivered.
///
/// # Errors
/// If the database does not answer.
pub async fn outbox(tx: &mut Tx) -> Result<Waiting, Error> {
    let (count, oldest) = tx.q(OUTBOX).one().await?;
    Ok(Waiting { count, oldest })
}

const GIVEN_UP: &str = "select id, coalesce(error, '') from outbox where state = 'failed' and due_at > $1 \
     order by id desc limit 1000";

/// The messages that were given up after `since`, the last one first, with the chat's words.
///
/// # Errors
/// If the database does not answer.
pub async fn given_up(tx: &mut Tx, since: Timestamp) -> Result<Vec<(i64, String)>, Error> {
    tx.q(GIVEN_UP).bind(since).all().await
}

const ANSWERS: &str = "select cast(1 as bigint)";

/// Asks the database for nothing, to see whether it answers.
///
/// # Errors
/// If it does not.
pub async fn answers(tx: &mut Tx) -> Result<(), Error> {
    tx.q(ANSWERS).one::<(i64,)>().await.map(drop)
}
