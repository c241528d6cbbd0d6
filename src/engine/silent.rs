//! Who lets offers go by, one after the other, is set away: the next leads should not wait for somebody who is not
//! there. Only what they could have answered counts: shown to them, in their hours, with nothing broken down meanwhile.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};

use super::{Absence, Engine, Error};
use crate::{
    domain::{
        event::{Actor, Told},
        policy::Rep,
    },
    store::{Tx, outbox, reps},
};

/// What lies longer ago says nothing about whether somebody is there.
const LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Engine {
    /// Sets everybody away who has let as many offers in a row go by as the rules allow. Asked after every lead that was
    /// due; unless an offer expired since, it costs nothing. Returns how many that are.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn rest_the_silent(&self) -> Result<usize, Error> {
        if !self.lapsed.swap(false, Ordering::Relaxed) {
            return Ok(0);
        }
        let rested = self.rest_all_silent().await;
        if rested.is_err() {
            // They are looked at again.
            self.lapsed.store(true, Ordering::Relaxed);
        }
        rested
    }

    async fn rest_all_silent(&self) -> Result<usize, Error> {
        let (now, rules) = (self.clock.now(), self.rules());
        let mut rested = 0;
        let counted = rules.policy.reps.values();
        for (rep, most) in counted.filter_map(|rep| Some((rep, rep.missed?))) {
            if !rep.is_employed(now) || !self.is_silent(rep, most, now).await? {
                continue;
            }
            let away = self
                .db
                .write(async |mut tx| self.rest(&mut tx, rep, most, now).await);
            rested += usize::from(away.await?);
        }
        Ok(rested)
    }

    async fn is_silent(&self, rep: &Rep, most: u32, now: Timestamp) -> Result<bool, Error> {
        let since = now.checked_sub(LATELY).unwrap_or(Timestamp::MIN);
        let missed = self
            .db
            .read(async |mut tx| reps::missed_in_a_row(&mut tx, &rep.id, most, since, now).await);
        Ok(missed.await? >= most)
    }

    /// Sets somebody away until their next working day, and tells their managers.
    async fn rest(&self, tx: &mut Tx, rep: &Rep, most: u32, now: Timestamp) -> Result<bool, Error> {
        reps::lock(tx, &rep.id).await?;
        let one = std::slice::from_ref(&rep.id);
        let since = now.checked_sub(LATELY).unwrap_or(Timestamp::MIN);
        // Another replica may have been faster.
        let away = !reps::absences_now(tx, one, now).await?.is_empty();
        if away || reps::missed_in_a_row(tx, &rep.id, most, since, now).await? < most {
            return Ok(false);
        }
        let rules = self.rules();
        let hours = rules.hours_of(rep, &reps::profile(tx, &rep.id).await?);
        let absence = Absence {
            rep: rep.id.clone(),
            from: None,
            until: hours.next_working_day(now),
            reason: match most {
                1 => "an offer without an answer".to_owned(),
                most => format!("{most} offers in a row without an answer"),
            },
            cover: None,
            made_by: Actor::Baton,
        };
        let went = self.away_in(tx, &absence, now).await?;
        tracing::info!(rep.id = %rep.id, missed = most, "a rep who answers no offers is away now");
        let teams = self.teams_of(&rep.id);
        let managers = self.managers_of(|team| teams.contains(team));
        for manager in managers.into_iter().filter(|it| *it != rep.id) {
            let told = Told::Silent {
                rep: rep.id.clone(),
                absence: went.id.clone(),
                missed: most,
            };
            outbox::tell(tx, &manager, &told, &format!("{}/silent", went.id), now).await?;
        }
        Ok(true)
    }
}
