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

/// For whom somebody stands in with a lead, where that is not as it was.
#[derive(Debug)]
pub(super) struct Change {
    lead: LeadId,
    owner: Option<RepId>,
}

impl Change {
    /// That of `lead`, as it was `before`; absent: none.
    pub(super) fn of(lead: &Lead, before: Option<&Lead>) -> Option<Self> {
        let owner = |lead: &Lead| lead.stood_in_for().map(|(owner, _)| owner.clone());
        let (was, is) = (before.and_then(owner), owner(lead));
        (was != is).then(|| Self {
            lead: lead.id.clone(),
            owner: is,
        })
    }

    /// Writes it.
    pub(super) async fn store(&self, tx: &mut Tx) -> Result<(), Error> {
        match &self.owner {
            Some(owner) => tx.q(KEEP).bind(&self.lead).bind(owner).exec().await,
            None => tx.q(OVER).bind(&self.lead).exec().await,
        }
        .map(drop)
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
