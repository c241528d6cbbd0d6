//! What a chat said last of whether somebody is there, so that each thing it says is acted on once.

use std::collections::BTreeMap;

use crate::{
    domain::{event::Sign, id::RepId},
    store::{Error, Tx},
};

const STATUS_SEEN: &str = "update rep set status_seen = $2 where id = $1 and coalesce(status_seen, '') <> coalesce($2, '')";
const QUIET_SEEN: &str =
    "update rep set quiet_seen = $2 where id = $1 and coalesce(quiet_seen, '') <> coalesce($2, '')";

/// Keeps what the chat said last that was acted on; whether that is something else than before.
///
/// # Errors
/// If the database does not answer.
pub async fn sign_seen(
    tx: &mut Tx,
    rep: &RepId,
    sign: Sign,
    said: Option<&str>,
) -> Result<bool, Error> {
    let query = match sign {
        Sign::Profile => tx.q(STATUS_SEEN),
        Sign::DoNotDisturb => tx.q(QUIET_SEEN),
    };
    Ok(query.bind(rep).bind(said).exec().await? == 1)
}

const STATUSES: &str = "select id, status_seen from rep where status_seen is not null";

/// The status in the chat profile that was last acted on, of everybody whose one says that they are away.
///
/// # Errors
/// If the database does not answer.
pub async fn statuses_seen(tx: &mut Tx) -> Result<BTreeMap<RepId, String>, Error> {
    let rows: Vec<(RepId, String)> = tx.q(STATUSES).all().await?;
    Ok(rows.into_iter().collect())
}
