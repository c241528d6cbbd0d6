//! Taking an absence back before it is over.

use super::{Engine, Error};
use crate::{
    domain::id::{RepId, TeamId},
    store::reps,
};

/// How many waiting leads are tried at once for who is there again; the rest follow by their own clock.
const FOR_WHO_STAYS: usize = 20;

impl Engine {
    /// Takes back an absence of a rep that is planned or runs; whether there was one. If it ran, the leads that
    /// have waited longest are tried at once.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn cancel_absence(&self, rep: &RepId, id: &str) -> Result<bool, Error> {
        let now = self.clock.now();
        let rules = self.rules();
        let theirs = rules
            .policy
            .teams
            .iter()
            .filter(|team| team.people().any(|person| person == *rep));
        let teams: Vec<TeamId> = theirs.map(|team| team.id.clone()).collect();
        self.db
            .write(async |mut tx| {
                let all = reps::absences_of(&mut tx, rep, now).await?;
                if !all.iter().any(|absence| absence.id == id)
                    || !reps::absence_cancel(&mut tx, id, now).await?
                {
                    return Ok(false);
                }
                self.wake_waiting(&mut tx, &teams, FOR_WHO_STAYS, now)
                    .await?;
                Ok(true)
            })
            .await
    }
}
