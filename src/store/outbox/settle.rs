//! What became of a delivery. Each answers whether it was still ours: after a lease has run out, somebody else decides.
//! Nobody is woken: a worker that has settled one looks for the recipient's next by itself.

use jiff::{SignedDuration, Timestamp};

use super::{Claimed, Place, edit_lane};
use crate::store::{Error, Tx};

/// A card that stands is changed in the line for changes from then on.
const SENT: &str = "update outbox set recipient = case when kind = 'show' and recipient not like '%#edit' \
         then recipient || $7 else recipient end, state = case when revision = $3 then 'sent' else 'pending' end, due_at = $6, attempts = 0, \
     mark = null, leased_by = null, leased_until = null, conversation = $4, message = $5, sent_at = $6, error = null \
     where id = $1 and lease = $2 and leased_until is not null returning state";

/// It was delivered; `place` is where, if the chat says it. A card that was asked for again meanwhile is due at once.
///
/// # Errors
/// If the database does not answer.
pub async fn sent(
    tx: &mut Tx,
    claimed: &Claimed,
    place: Option<&Place>,
    now: Timestamp,
) -> Result<bool, Error> {
    let query = tx.q(SENT).bind(claimed.id).bind(claimed.lease);
    let query = query
        .bind(claimed.revision)
        .bind(place.map(|place| place.conversation.clone()))
        .bind(place.map(|place| place.message.clone()))
        .bind(now)
        .bind(place.map_or("", |place| edit_lane(place.platform)));
    let state: Option<(String,)> = query.opt().await?;
    Ok(state.is_some())
}

const LATER: &str = "update outbox set state = case \
     when revision > $6 and $3 in ('failed', 'dropped') then 'pending' else $3 end, due_at = $4, error = $5, \
     mark = case when $3 = 'unknown' or mark like 'second/%' then mark end, leased_by = null, leased_until = null where id = $1 and lease = $2 and leased_until is not null";

/// It was certainly not delivered, and is tried again at `due_at`.
///
/// # Errors
/// If the database does not answer.
pub async fn retry(
    tx: &mut Tx,
    claimed: &Claimed,
    due_at: Timestamp,
    why: &str,
) -> Result<bool, Error> {
    // Whether an earlier try got through is as unknown as it was.
    let state = if claimed.maybe_sent {
        "unknown"
    } else {
        "pending"
    };
    end(tx, claimed, state, due_at, why).await
}

/// Nobody knows whether it was delivered; at `due_at` one looks.
///
/// # Errors
/// If the database does not answer.
pub async fn unknown(
    tx: &mut Tx,
    claimed: &Claimed,
    due_at: Timestamp,
    why: &str,
) -> Result<bool, Error> {
    end(tx, claimed, "unknown", due_at, why).await
}

/// It will never be delivered; a card that was asked for again meanwhile is tried anew.
///
/// # Errors
/// If the database does not answer.
pub async fn failed(
    tx: &mut Tx,
    claimed: &Claimed,
    now: Timestamp,
    why: &str,
) -> Result<bool, Error> {
    end(tx, claimed, "failed", now, why).await
}

/// It is not true any more and need not be delivered; a card that was asked for again meanwhile is.
///
/// # Errors
/// If the database does not answer.
pub async fn dropped(
    tx: &mut Tx,
    claimed: &Claimed,
    now: Timestamp,
    why: &str,
) -> Result<bool, Error> {
    end(tx, claimed, "dropped", now, why).await
}

async fn end(
    tx: &mut Tx,
    claimed: &Claimed,
    state: &str,
    due_at: Timestamp,
    why: &str,
) -> Result<bool, Error> {
    let query = tx.q(LATER).bind(claimed.id).bind(claimed.lease);
    let query = query.bind(state).bind(due_at).bind(why);
    let ended = query.bind(claimed.revision).exec().await?;
    Ok(ended == 1)
}

const PUT_BACK: &str = "update outbox set due_at = $3, attempts = case when attempts > 1 then attempts - 1 else 1 end, \
     mark = case when state = 'unknown' or mark like 'second/%' then mark end, leased_by = null, leased_until = null where id = $1 and lease = $2 and leased_until is not null";

/// Nothing was tried, for the chat would have refused it; it keeps its place in the line.
///
/// # Errors
/// If the database does not answer.
pub async fn put_back(tx: &mut Tx, claimed: &Claimed, due_at: Timestamp) -> Result<bool, Error> {
    let query = tx.q(PUT_BACK).bind(claimed.id).bind(claimed.lease);
    Ok(query.bind(due_at).exec().await? == 1)
}

const HURRY: &str = "update outbox set due_at = $1 where state in ('pending', 'unknown') and due_at > $1 \
     and attempts > 0 and leased_until is null";

/// What failed before is tried again now: the chat is back.
///
/// # Errors
/// If the database does not answer.
pub async fn hurry(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.q(HURRY).bind(now).exec().await
}

const SET_BACK: &str = "update outbox set due_at = due_at - $2 where state in ('pending', 'unknown') and due_at > $1 \
     and leased_until is null";

/// What waits for a moment on a clock that has been put back by `jump` waits no longer than it would have.
///
/// # Errors
/// If the database does not answer.
pub async fn set_back(tx: &mut Tx, jump: SignedDuration, now: Timestamp) -> Result<u64, Error> {
    let jump = i64::try_from(jump.as_micros()).unwrap_or(i64::MAX);
    tx.q(SET_BACK).bind(now).bind(jump).exec().await
}

const RECLAIM: &str = "update outbox set state = case \
     when kind = 'show' and exists (select 1 from card where card.key = outbox.key) then 'pending' \
     else 'unknown' end, \
     due_at = $1, leased_by = null, leased_until = null where leased_until <= $2";

/// Takes back what workers held that did not come back. A new message may have been sent: one looks first, at
/// `look_at`. Showing a card once more where it stands does no harm.
///
/// # Errors
/// If the database does not answer.
pub async fn reclaim_expired(
    tx: &mut Tx,
    now: Timestamp,
    look_at: Timestamp,
) -> Result<u64, Error> {
    tx.q(RECLAIM).bind(look_at).bind(now).exec().await
}

/// Takes back everything that an earlier run held, like [`reclaim_expired`], where nobody else can be
/// running; on a database that replicas share it is left to them.
///
/// # Errors
/// If the database does not answer.
pub async fn take_over(tx: &mut Tx, look_at: Timestamp) -> Result<u64, Error> {
    if tx.is_shared() {
        return Ok(0);
    }
    tx.q(RECLAIM)
        .bind(look_at)
        .bind(Timestamp::MAX)
        .exec()
        .await
}
