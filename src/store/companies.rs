//! Whose the leads of a company are: while somebody owns one of them, and for a while after.

use jiff::Timestamp;

use super::{Error, Tx, row};
use crate::domain::{
    id::RepId,
    lead::{CompanyOwner, Lead},
};

struct Stored {
    owner: RepId,
    lead_number: i64,
}
row!(Stored { owner, lead_number });

const OF: &str = "select owner, lead_number from company_owner where sign = $1 \
     and (ended_at is null or ended_at > $2)";

/// Who owns a lead of the company that one of these signs tells, or did `since` then; the first sign that says so.
///
/// # Errors
/// If the database does not answer.
pub async fn of(
    tx: &mut Tx,
    signs: &[String],
    since: Timestamp,
) -> Result<Option<CompanyOwner>, Error> {
    for sign in signs {
        let found: Option<Stored> = tx.q(OF).bind(sign).bind(since).opt().await?;
        if let Some(found) = found {
            return Ok(Some(CompanyOwner {
                rep: found.owner,
                sign: sign.clone(),
                lead: found.lead_number,
            }));
        }
    }
    Ok(None)
}

const OWNED: &str = "insert into company_owner (sign, owner, lead_id, lead_number, since_at) values ($1, $2, $3, $4, $5) \
     on conflict (sign) do update set owner = excluded.owner, lead_id = excluded.lead_id, \
     lead_number = excluded.lead_number, since_at = excluded.since_at, ended_at = null";

/// Somebody owns a lead now: the company of these signs is theirs.
///
/// # Errors
/// If the database does not answer.
pub async fn owned(
    tx: &mut Tx,
    signs: &[String],
    owner: &RepId,
    lead: &Lead,
    now: Timestamp,
) -> Result<(), Error> {
    // In one order, so that of two leads at once one waits for the other, and not each for each.
    let mut signs: Vec<&String> = signs.iter().collect();
    signs.sort();
    for sign in signs {
        let query = tx.q(OWNED).bind(sign).bind(owner).bind(&lead.id);
        query.bind(lead.number).bind(now).exec().await?;
    }
    Ok(())
}

const ENDED: &str = "update company_owner set ended_at = $2 where lead_id = $1";

/// The lead has ended in its owner's hands: for a while the company stays theirs.
///
/// # Errors
/// If the database does not answer.
pub async fn ended(tx: &mut Tx, lead: &Lead, now: Timestamp) -> Result<(), Error> {
    tx.q(ENDED).bind(&lead.id).bind(now).exec().await.map(drop)
}

const GIVEN_UP: &str = "delete from company_owner where lead_id = $1";

/// The owner has the lead no longer: by it the company is nobody's.
///
/// # Errors
/// If the database does not answer.
pub async fn given_up(tx: &mut Tx, lead: &Lead) -> Result<(), Error> {
    tx.q(GIVEN_UP).bind(&lead.id).exec().await.map(drop)
}
