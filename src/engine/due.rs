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

/// So many leads of one person are locked together.
const AT_ONCE: usize = 64;

impl Engine {
    /// Lets each of these leads do what is due, in their order; all of them, or none if one can't be handled. Whoever is
    /// not due any more is left alone; one that is stored as due for nothing that it says itself is stored as it is.
    /// Returns since when the others were due.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn all_due(&self, leads: &[LeadId]) -> Result<Vec<Timestamp>, Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| Box::pin(self.all_due_in(&mut tx, leads, now)).await)
            .await
    }

    async fn all_due_in(
        &self,
        tx: &mut Tx,
        ids: &[LeadId],
        now: Timestamp,
    ) -> Result<Vec<Timestamp>, Error> {
        let mut sitting = Sitting::default();
        self.hold_all(tx, &mut sitting, ids, &Event::Due, now)
            .await?;
        let misplaced = misplaced(tx, &sitting, now).await?;
        let mut since = Vec::new();
        for id in ids {
            let held = sitting.held.get(id);
            let due = held.and_then(|held| due_at(&held.lead, now));
            if due.is_some() || misplaced.contains(id) {
                since.extend(due);
                let handled = self.handle_sitting(tx, &mut sitting, id, Event::Due, now);
                Box::pin(handled).await?;
            }
        }
        sitting.close(tx, now).await?;
        Ok(since)
    }

    /// Lets the same event happen to each of these leads, in their order.
    pub(super) async fn decide_all(
        &self,
        tx: &mut Tx,
        ids: &[LeadId],
        event: &Event,
        now: Timestamp,
    ) -> Result<Vec<Lead>, Error> {
        let mut decided = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            let mut sitting = Sitting::default();
            self.hold_all(tx, &mut sitting, some, event, now).await?;
            for id in some {
                let handled = self.decide_sitting(tx, &mut sitting, id, event.clone(), now);
                decided.push(Box::pin(handled).await?.lead);
            }
            sitting.close(tx, now).await?;
        }
        Ok(decided)
    }

    /// Locks all teams that this event of these leads concerns, and then the leads.
    async fn hold_all(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        ids: &[LeadId],
        event: &Event,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rules = self.rules();
        let seen = leads::seen(tx, ids).await?;
        let mut teams: BTreeSet<TeamId> = BTreeSet::new();
        for one in seen.values() {
            let theirs = self.teams_for(tx, &rules, &one.lead, event, now);
            teams.extend(theirs.await?);
        }
        let teams: Vec<TeamId> = teams.into_iter().collect();
        sitting.lock(tx, &teams).await?;
        sitting.held = leads::lock_seen(tx, seen).await?;
        Ok(())
    }
}

/// The leads that are stored as due though they say nothing of it: so that what is found by the column ends with it.
async fn misplaced(
    tx: &mut Tx,
    sitting: &Sitting,
    now: Timestamp,
) -> Result<BTreeSet<LeadId>, Error> {
    let held = sitting.held.values();
    let resting = held.filter(|held| due_at(&held.lead, now).is_none());
    let resting: Vec<LeadId> = resting.map(|held| held.lead.id.clone()).collect();
    if resting.is_empty() {
        return Ok(BTreeSet::new());
    }
    Ok(leads::stored_as_due(tx, &resting, now).await?)
}

/// When its moment came, as it is stored; absent: it has not.
fn due_at(lead: &Lead, now: Timestamp) -> Option<Timestamp> {
    let at = lead.next_wake();
    at.filter(|at| at.as_microsecond() <= now.as_microsecond())
}
