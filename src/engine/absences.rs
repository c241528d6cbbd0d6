//! Taking an absence back before it is over.

use jiff::Timestamp;

use super::{Engine, Error};
use crate::{
    domain::{
        event::{Actor, Event, Told},
        id::RepId,
    },
    store::{
        Tx, leads, outbox,
        reps::{self, Absence},
    },
};

/// How many waiting leads are tried at once for who is there again; the rest follow by their own clock.
const FOR_WHO_STAYS: usize = 20;

/// What became of an absence that was to be taken back.
#[derive(Clone, Debug)]
pub enum Cancelled {
    /// It was over, or taken back before.
    Over,
    /// It had not begun, and is not to be.
    Ahead,
    /// It ran, and has ended now; who asked for that is told what came meanwhile.
    Ended(Absence),
}

impl Engine {
    /// Takes back an absence of a rep that is planned, or ends it if it runs: then the rep is back, what others hold in
    /// their place is theirs again, and they are told if somebody else did it. The leads that have waited longest are
    /// tried at once.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn cancel_absence(
        &self,
        rep: &RepId,
        id: &str,
        by: &Actor,
    ) -> Result<Cancelled, Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| {
                let tx = &mut tx;
                reps::lock(tx, rep).await?;
                let became = match reps::end_absence(tx, rep, id, now).await? {
                    Some(ended) => {
                        self.is_back(tx, rep, Some(&ended), by, now).await?;
                        Cancelled::Ended(ended)
                    }
                    None => match self.cancel_ahead(tx, rep, id, by, now).await? {
                        true => Cancelled::Ahead,
                        false => return Ok(Cancelled::Over),
                    },
                };
                self.wake_waiting(tx, &self.teams_of(rep), FOR_WHO_STAYS, now)
                    .await?;
                Ok(became)
            })
            .await
    }

    /// Takes back an absence that is planned; whether there was one. The rep hears of it if it was not they.
    async fn cancel_ahead(
        &self,
        tx: &mut Tx,
        rep: &RepId,
        id: &str,
        by: &Actor,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let Some(planned) = reps::absence_by_id(tx, id).await? else {
            return Ok(false);
        };
        if !reps::absence_cancel(tx, rep, id, now).await? {
            return Ok(false);
        }
        if *by != Actor::Rep(rep.clone()) {
            let told = Told::Cancelled {
                by: by.clone(),
                from: planned.from_at,
                until: planned.until_at,
            };
            outbox::tell(tx, rep, &told, &format!("{id}/cancelled"), now).await?;
        }
        Ok(true)
    }

    /// Tells a rep whom somebody else has called back, and gives back what others hold in their place.
    pub(super) async fn is_back(
        &self,
        tx: &mut Tx,
        rep: &RepId,
        ended: Option<&Absence>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), Error> {
        if *by != Actor::Rep(rep.clone()) {
            let told = Told::Back {
                by: by.clone(),
                absence: ended.map(|ended| ended.id.clone()),
            };
            let key = match ended {
                Some(ended) => format!("{}/ended", ended.id),
                None => self.clock.chance(now).next_ulid().to_string(),
            };
            outbox::tell(tx, rep, &told, &key, now).await?;
        }
        // Whoever is still away, by another absence, gets nothing back: each lead sees to that.
        for lead in leads::stood_in_for(tx, rep).await? {
            let event = Event::RepBack { rep: rep.clone() };
            Box::pin(self.decide_stored(tx, &lead, event, now)).await?;
        }
        Ok(())
    }
}
