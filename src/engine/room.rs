//! Room that somebody has again: the leads that have waited longest get it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Engine, Error, Handled, sitting::Sitting};
use crate::{
    domain::{
        event::Event,
        id::{LeadId, TeamId},
    },
    store::{Tx, leads},
};

/// How many waiting leads may turn out not to be for whoever has room, before the rest are left to
/// their own clock.
const TRIED_IN_VAIN: usize = 8;

impl Engine {
    /// Whoever was freed of this lead has room again: the leads that have waited longest for their
    /// teams get it, in the same transaction.
    pub(super) async fn fill_freed_room(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        handled: &Handled,
        now: Timestamp,
    ) -> Result<(), Error> {
        let teams: BTreeSet<TeamId> = handled
            .freed
            .iter()
            .flat_map(|rep| self.teams_of(rep))
            .collect();
        let teams: Vec<TeamId> = teams.into_iter().collect();
        let rooms = handled.freed.len();
        let but = Some(&handled.lead.id);
        self.wake_sitting(tx, sitting, &teams, (rooms, but), now)
            .await
    }

    /// Lets the leads that have waited longest for one of these teams try again, until so many as
    /// there are `rooms` for wait no longer. One that had its chance before does not hold up the rest.
    pub(super) async fn wake_waiting(
        &self,
        tx: &mut Tx,
        teams: &[TeamId],
        rooms: usize,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut sitting = Sitting::default();
        let woken = self.wake_sitting(tx, &mut sitting, teams, (rooms, None), now);
        Box::pin(woken).await?;
        Ok(sitting.close(tx, now).await?)
    }

    async fn wake_sitting(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        teams: &[TeamId],
        (rooms, except): (usize, Option<&LeadId>),
        now: Timestamp,
    ) -> Result<(), Error> {
        if sitting.nobody_waits(teams) {
            return Ok(());
        }
        let mut left = rooms;
        sitting.write_leads(tx, now).await?;
        let waiting = leads::waiting(tx, teams, rooms + TRIED_IN_VAIN).await?;
        if waiting.is_empty() {
            sitting.found_nobody(teams);
        }
        for lead in waiting {
            if left == 0 {
                break;
            }
            if Some(&lead) != except {
                let tried = self.decide_sitting(tx, sitting, &lead, Event::SomebodyFree, now);
                left -= usize::from(!Box::pin(tried).await?.lead.is_waiting());
            }
        }
        Ok(())
    }
}
