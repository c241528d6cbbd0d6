//! What a second delivery of the same wish must not do again, not even after a restart in between or at another
//! replica: take a second lead for who has not named one, or log a contact twice.

use super::{Engine, Error};
use crate::{
    domain::{
        event::Event,
        id::{LeadId, RepId},
    },
    store::{Tx, taken},
};

impl Engine {
    /// The lead that this delivery of `by`'s wish has taken, if it came before.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn taken_by(&self, by: &RepId, delivery: &str) -> Result<Option<LeadId>, Error> {
        let name = name(by, delivery);
        let found = self
            .db
            .read(async |mut tx| taken::lead_of(&mut tx, &name).await);
        Ok(found.await?)
    }

    /// Takes the lead for `by`, once for each delivery: which lead they have of it then.
    ///
    /// # Errors
    /// Like [`handle`](Self::handle).
    pub async fn claim_once(
        &self,
        lead: &LeadId,
        by: &RepId,
        delivery: &str,
    ) -> Result<LeadId, Error> {
        let now = self.clock.now();
        let name = name(by, delivery);
        self.db
            .write(async |mut tx: Tx| {
                // Whoever is second waits here until the first has it.
                if !taken::keep(&mut tx, &name, lead, now).await? {
                    let first = taken::lead_of(&mut tx, &name).await?;
                    return first.ok_or(Error::NoSuchLead);
                }
                let event = Event::Claim { by: by.clone() };
                Box::pin(self.handle_in(&mut tx, lead, event, now)).await?;
                Ok(lead.clone())
            })
            .await
    }

    /// Lets `by` do something to a lead, once for each delivery.
    ///
    /// # Errors
    /// Like [`handle`](Self::handle).
    pub async fn handle_once(
        &self,
        lead: &LeadId,
        event: Event,
        by: &RepId,
        delivery: &str,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let (name, event) = (name(by, delivery), &event);
        self.db
            .write(async |mut tx: Tx| {
                if taken::keep(&mut tx, &name, lead, now).await? {
                    Box::pin(self.handle_in(&mut tx, lead, event.clone(), now)).await?;
                }
                Ok(())
            })
            .await
    }
}

/// A delivery is somebody's, so that nobody is ever given another's lead.
fn name(by: &RepId, delivery: &str) -> String {
    format!("{by} {delivery}")
}
