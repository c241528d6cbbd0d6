//! Which lead a delivery of the chat has taken already.

use jiff::{SignedDuration, Timestamp};

use super::{Error, Tx};
use crate::domain::id::LeadId;

/// No chat delivers again after so long.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

const LEAD_OF: &str = "select lead_id from taken where delivery = $1";

/// The lead that this delivery has taken, if it came before.
///
/// # Errors
/// If the database does not answer.
pub async fn lead_of(tx: &mut Tx, delivery: &str) -> Result<Option<LeadId>, Error> {
    let found: Option<(LeadId,)> = tx.q(LEAD_OF).bind(delivery).opt().await?;
    Ok(found.map(|(lead,)| lead))
}

const KEEP: &str = "insert into taken (delivery, lead_id, at) values ($1, $2, $3) \
     on conflict (delivery) do nothing";
const FORGET: &str = "delete from taken where at < $1";

/// Keeps that this delivery takes this lead; whether it is the first time. What is old is forgotten.
///
/// # Errors
/// If the database does not answer.
pub async fn keep(
    tx: &mut Tx,
    delivery: &str,
    lead: &LeadId,
    now: Timestamp,
) -> Result<bool, Error> {
    let before = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    tx.q(FORGET).bind(before).exec().await?;
    let query = tx.q(KEEP).bind(delivery).bind(lead).bind(now);
    Ok(query.exec().await? > 0)
}
