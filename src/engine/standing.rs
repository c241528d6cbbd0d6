//! How reps stand: who could take a lead now, and how much each carries.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Engine, Error};
use crate::{
    domain::{id::RepId, world::RepNow},
    store::reps::{self, Absence, Wanted},
};

/// How one rep stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// As a decision would see them, with the load counted whether there is a limit or not.
    pub now: RepNow,
    /// Leads that they own, however long ago they touched them.
    pub owned: u32,
    /// Working hours that go before those of the configuration.
    pub hours: Option<String>,
    /// When they are away, now and planned, in order.
    pub absences: Vec<Absence>,
}

impl Engine {
    /// How these reps of the rules stand at `now`; who is not in the rules is left out.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn standing(
        &self,
        people: &[RepId],
        now: Timestamp,
    ) -> Result<BTreeMap<RepId, Standing>, Error> {
        let rules = self.rules();
        let reps = people.iter().filter_map(|id| rules.policy.reps.get(id));
        let wanted = reps.map(|rep| Wanted {
            rep: rep.id.clone(),
            open_since: Some(now.checked_sub(rep.stale).unwrap_or(Timestamp::MIN)),
            offered: true,
        });
        let wanted: Vec<Wanted> = wanted.collect();
        self.db
            .read(async |mut tx| {
                let all = self.reps_as(&mut tx, &rules, people, &wanted, now).await?;
                let owned = reps::owned(&mut tx, people).await?;
                let mut known = reps::known(&mut tx, people).await?;
                let mut absences = reps::absences_ahead(&mut tx, people, now).await?;
                let all = all.into_iter().map(|(id, now)| {
                    let standing = Standing {
                        now,
                        hours: known.remove(&id).and_then(|known| known.hours),
                        owned: owned.get(&id).copied().unwrap_or(0),
                        absences: absences.remove(&id).unwrap_or_default(),
                    };
                    (id, standing)
                });
                Ok(all.collect())
            })
            .await
    }
}
