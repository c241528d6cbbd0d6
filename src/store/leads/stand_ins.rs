//! Leads that somebody has in place of an account's owner, to be found again when the owner is back.

use crate::{
    domain::{
        id::{LeadId, RepId},
        lead::Lead,
    },
    store::{Error, Tx},
};

const KEEP: &str = "insert into stand_in (lead_id, owner) values ($1, $2) \
     on conflict (lead_id) do update set owner = excluded.owner";
const OVER: &str = "delete from stand_in where lead_id = $1";

/// Keeps whom somebody stands in for with `lead`, as it was `before`.
pub(super) async fn save(tx: &mut Tx, lead: &Lead, before: Option<&Lead>) -> Result<(), Error> {
    let owner = |lead: &Lead| lead.stood_in_for().map(|(owner, _)| owner.clone());
    match (before.and_then(owner), owner(lead)) {
        (was, Some(is)) if was.as_ref() != Some(&is) => {
            tx.q(KEEP).bind(&lead.id).bind(&is).exec().await.map(drop)
        }
        (Some(_), None) => tx.q(OVER).bind(&lead.id).exec().await.map(drop),
        (Some(_) | None, Some(_)) | (None, None) => Ok(()),
    }
}

const OF: &str = "select lead_id from stand_in where owner = $1 order by lead_id";

/// The leads with which somebody stands in for this rep, the oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn stood_in_for(tx: &mut Tx, rep: &RepId) -> Result<Vec<LeadId>, Error> {
    let rows: Vec<(LeadId,)> = tx.q(OF).bind(rep).all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
