//! Leads whose moment has come, many of them in one transaction: what they share is read and written once.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Engine, Error, sitting::Sitting};
use crate::{
    domain::{
        event::Event,
        id::{LeadId, TeamId},
        lead::Lead,
    },
    store::{Tx, leads},
};

impl Engine {
    /// Lets each of these leads do what is due, in their order; all of them, or none if one can't be handled. Whoever is
    /// not due any more is left alone.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn all_due(&self, leads: &[LeadId]) -> Result<(), Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| Box::pin(self.all_due_in(&mut tx, leads, now)).await)
            .await
    }

    async fn all_due_in(&self, tx: &mut Tx, ids: &[LeadId], now: Timestamp) -> Result<(), Error> {
        let mut sitting = Sitting::default();
        self.hold_all(tx, &mut sitting, ids, now).await?;
        for id in ids {
            let held = sitting.held.get(id);
            if held.is_some_and(|held| is_due(&held.lead, now)) {
                let handled = self.handle_sitting(tx, &mut sitting, id, Event::Due, now);
                Box::pin(handled).await?;
            }
        }
        Ok(sitting.close(tx, now).await?)
    }

    /// Locks all teams that these leads concern, and then the leads.
    async fn hold_all(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        ids: &[LeadId],
        now: Timestamp,
    ) -> Result<(), Error> {
        let seen = leads::seen(tx, ids).await?;
        let mut teams: BTreeSet<TeamId> = BTreeSet::new();
        for one in seen.values() {
            teams.extend(self.teams_for(tx, &one.lead, &Event::Due, now).await?);
        }
        let teams: Vec<TeamId> = teams.into_iter().collect();
        sitting.lock(tx, &teams).await?;
        sitting.held = leads::lock_seen(tx, seen).await?;
        Ok(())
    }
}

/// Whether its moment has come, as it is stored.
fn is_due(lead: &Lead, now: Timestamp) -> bool {
    let at = lead.next_wake();
    at.is_some_and(|at| at.as_microsecond() <= now.as_microsecond())
}
