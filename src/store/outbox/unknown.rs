//! What may have been sent already: one looks, for everything of one recipient together.

use jiff::Timestamp;

use super::Claimed;
use crate::store::{Error, Json, Sql, Tx, sql};

const CLAIM: Sql = sql!(
    "update outbox set leased_by = $2, leased_until = $3, lease = lease + 1, attempts = attempts + 1 \
     where id in (select o.id from outbox o where o.state = 'unknown' and o.leased_until is null \
         and o.due_at <= $1 and o.recipient in ( \
             select u.recipient from outbox u where u.state = 'unknown' and u.leased_until is null \
             and u.due_at <= $1 and u.recipient not in (select value from "
    [sqlite "json_each($5)"] [postgres "jsonb_array_elements_text($5)"]
    ") group by u.recipient order by min(u.due_at), u.recipient limit $4)"
    [postgres " for update of o skip locked"]
    ") returning id, lease, leased_by, leased_until, lead_id, recipient, key, cause, doc, state, mark, attempts, \
     revision, created_at"
);

/// Takes, for `worker` until `until`, everything that may have been sent already and is to be looked for now, of
/// up to `limit` recipients but for those of `not`; each one's together, oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn claim_unknown(
    tx: &mut Tx,
    worker: &str,
    (now, until): (Timestamp, Timestamp),
    limit: i64,
    not: &[String],
) -> Result<Vec<Vec<Claimed>>, Error> {
    let query = tx.q(CLAIM).bind(now).bind(worker).bind(until);
    let mut claimed: Vec<Claimed> = query.bind(limit).bind(Json(not)).all().await?;
    claimed.sort_by(|a, b| (&a.recipient, a.id).cmp(&(&b.recipient, b.id)));
    let same = |a: &Claimed, b: &Claimed| a.recipient == b.recipient;
    Ok(claimed.chunk_by(same).map(<[Claimed]>::to_vec).collect())
}

const NOT_THERE: &str = "update outbox set state = 'pending', due_at = $3, mark = null, leased_by = null, \
     leased_until = null where id = $1 and lease = $2 and leased_until is not null";

/// It was looked for and was certainly not sent: it goes back into its line, at once.
///
/// # Errors
/// If the database does not answer.
pub async fn not_there(tx: &mut Tx, claimed: &Claimed, now: Timestamp) -> Result<bool, Error> {
    let query = tx.q(NOT_THERE).bind(claimed.id).bind(claimed.lease);
    Ok(query.bind(now).exec().await? == 1)
}

const ONCE_MORE: &str = "update outbox set state = 'pending', due_at = $3, mark = $4, leased_by = null, \
     leased_until = null where id = $1 and lease = $2 and leased_until is not null";

/// How a message is marked that is sent although it may have been sent before.
const SECOND: &str = "second/";

/// Nobody can ever know whether it was sent: it goes back into its line, to be sent once more.
///
/// # Errors
/// If the database does not answer.
pub async fn once_more(tx: &mut Tx, claimed: &Claimed, now: Timestamp) -> Result<bool, Error> {
    let mark = format!("{SECOND}{}", claimed.mark);
    let query = tx.q(ONCE_MORE).bind(claimed.id).bind(claimed.lease);
    Ok(query.bind(now).bind(mark).exec().await? == 1)
}

/// Whether this is the second time that it is sent.
#[must_use]
pub fn is_second(claimed: &Claimed) -> bool {
    claimed.mark.starts_with(SECOND)
}
