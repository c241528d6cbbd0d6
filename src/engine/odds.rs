//! How likely it is that something comes of a lead.

use jiff::Timestamp;

use super::Error;
use crate::{
    domain::{lead::Lead, policy::Policy, route::Reader},
    store::{Tx, records},
};

/// Tells a lead whose type is known its odds, as they are when somebody first asks: no rule that asks, no query.
pub(super) async fn tell(
    tx: &mut Tx,
    policy: &Policy,
    lead: &mut Lead,
    now: Timestamp,
) -> Result<(), Error> {
    if policy.asks_win && lead.win.is_none() {
        let odds = records::odds(tx, Some(lead), now).await?;
        lead.win = Some(odds.of(lead));
    }
    Ok(())
}

/// The same for a new lead: what it is like goes by its type, which is found first.
pub(super) async fn tell_new(
    tx: &mut Tx,
    policy: &Policy,
    reader: &Reader<'_>,
    lead: &mut Lead,
    now: Timestamp,
) -> Result<(), Error> {
    if policy.asks_win {
        reader.assess(lead);
    }
    tell(tx, policy, lead, now).await
}
