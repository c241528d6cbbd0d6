//! What a chat's profile says of whether somebody is there: believed, asked about, or ignored, as the rules say.

use jiff::Timestamp;

use super::{Absence, Engine, Error};
use crate::{
    domain::{
        event::{Actor, Told},
        id::RepId,
        policy::StatusRule,
    },
    store::{Tx, outbox, reps},
};

/// A status that says somebody is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// In their words.
    pub text: String,
    /// Until when, if it says so.
    pub until: Option<Timestamp>,
}

impl Status {
    /// By what it is known again.
    fn name(&self) -> String {
        let until = self.until.map(Timestamp::as_second).unwrap_or_default();
        format!("{until}/{}", self.text)
    }
}

impl Engine {
    /// Acts on what a rep's profile says now, once for each status: whoever presses that they are back is believed from
    /// then on.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn profile_says(&self, rep: &RepId, status: Option<Status>) -> Result<(), Error> {
        let rule = self.rules().policy.status;
        if rule == StatusRule::Ignore {
            return Ok(());
        }
        let now = self.clock.now();
        let status = status.filter(|status| status.until.is_none_or(|until| until > now));
        let name = status.as_ref().map(Status::name);
        let ended = self
            .db
            .write(async |mut tx| {
                reps::lock(&mut tx, rep).await?;
                if !reps::status_seen(&mut tx, rep, name.as_deref()).await? {
                    return Ok(false);
                }
                let one = std::slice::from_ref(rep);
                let away = !reps::absences_now(&mut tx, one, now).await?.is_empty();
                match (&status, rule) {
                    (Some(status), StatusRule::Believe) if !away => {
                        self.believe(&mut tx, rep, status, now).await?;
                    }
                    (Some(status), StatusRule::Ask) if !away => {
                        let told = Told::Asked {
                            text: status.text.clone(),
                            until: status.until,
                        };
                        let key = format!("status/{}/{}", now.as_microsecond(), status.name());
                        outbox::tell(&mut tx, rep, &told, &key, now).await?;
                    }
                    (None, _) if away => {
                        let theirs = reps::absences_of(&mut tx, rep, now).await?;
                        let by_profile = Actor::profile().word();
                        let running = theirs.iter().filter(|one| one.from_at <= now);
                        return Ok(running.clone().count() == 1
                            && running.clone().all(|one| one.made_by == by_profile));
                    }
                    (
                        Some(_) | None,
                        StatusRule::Ignore | StatusRule::Ask | StatusRule::Believe,
                    ) => {}
                }
                Ok::<_, Error>(false)
            })
            .await?;
        if ended {
            self.back(rep, None, &Actor::profile()).await?;
        }
        Ok(())
    }

    async fn believe(
        &self,
        tx: &mut Tx,
        rep: &RepId,
        status: &Status,
        now: Timestamp,
    ) -> Result<(), Error> {
        let absence = Absence {
            rep: rep.clone(),
            from: None,
            until: status.until,
            reason: status.text.clone(),
            cover: None,
            made_by: Actor::profile(),
        };
        self.away_in(tx, &absence, now).await?;
        tracing::info!(rep.id = %rep, "a rep is away, as their profile in the chat says");
        Ok(())
    }
}
