//! Working hours that people choose for themselves.

use super::{Engine, Error, people::FOR_WHO_RETURNS};
use crate::{
    domain::{
        event::{Actor, Told},
        id::RepId,
    },
    store::{outbox, reps},
};

impl Engine {
    /// Makes these the working hours of a rep, in place of those of the configuration; `None`: those count again. Whoever
    /// waits for somebody is tried at once. A rep for whom somebody else says so is told.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn set_hours(
        &self,
        rep: &RepId,
        hours: Option<&str>,
        by: &Actor,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| {
                reps::hours(&mut tx, rep, hours, now).await?;
                if *by != Actor::Rep(rep.clone()) {
                    let key = self.clock.chance(now).next_ulid().to_string();
                    let told = Told::Hours { by: by.clone() };
                    outbox::tell(&mut tx, rep, &told, &key, now).await?;
                }
                self.wake_waiting(&mut tx, &self.teams_of(rep), FOR_WHO_RETURNS, now)
                    .await
            })
            .await
    }
}
