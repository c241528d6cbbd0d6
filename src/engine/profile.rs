//! What a chat says of whether somebody is there, by the status in their profile and by do not disturb: believed, asked
//! about, or ignored, as the rules say. What a person says themselves goes before it.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

use super::{Absence, Engine, Error};
use crate::{
    domain::{
        event::{Actor, Sign, Told},
        id::RepId,
        policy::{Rep, StatusRule},
    },
    store::{Tx, outbox, reps},
};

/// What absences say that begin by it.
const DO_NOT_DISTURB: &str = "do not disturb";
/// A pause that takes less of somebody's hours is not worth a word.
const WORTH: SignedDuration = SignedDuration::from_mins(15);
/// By how much the chat's clock may be ahead: a pause that began just now has begun.
const AHEAD: SignedDuration = SignedDuration::from_mins(1);

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
        self.heed(rep, Sign::Profile, status).await
    }

    /// The same of everybody whom a chat was asked about at once: who says what they said before costs nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn profiles_say(&self, said: Vec<(RepId, Option<Status>)>) -> Result<(), Error> {
        let seen = self
            .db
            .read(async |mut tx| reps::statuses_seen(&mut tx).await)
            .await?;
        for (rep, status) in said {
            if seen.get(&rep) != status.as_ref().map(Status::name).as_ref() {
                self.profile_says(&rep, status).await?;
            }
        }
        Ok(())
    }

    /// Acts on when a rep wants not to be disturbed, if at all, once for each time, and if it takes something of the
    /// hours in which they would get leads.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn quiet_says(
        &self,
        rep: &RepId,
        quiet: Option<Range<Timestamp>>,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let begun = quiet.filter(|quiet| quiet.start.duration_since(now) <= AHEAD);
        let status = begun.map(|quiet| Status {
            text: DO_NOT_DISTURB.to_owned(),
            until: Some(quiet.end),
        });
        self.heed(rep, Sign::DoNotDisturb, status).await
    }

    async fn heed(&self, rep: &RepId, sign: Sign, status: Option<Status>) -> Result<(), Error> {
        let rules = self.rules();
        let Some(rep) = rules.policy.reps.get(rep) else {
            return Ok(());
        };
        let rule = rules.policy.status.of(rep.chat);
        if rule == StatusRule::Ignore {
            return Ok(());
        }
        let now = self.clock.now();
        let status = status.filter(|status| status.until.is_none_or(|until| until > now));
        let name = status.as_ref().map(Status::name);
        self.db
            .write(async |mut tx| {
                reps::lock(&mut tx, &rep.id).await?;
                if !reps::sign_seen(&mut tx, &rep.id, sign, name.as_deref()).await? {
                    return Ok(());
                }
                match &status {
                    Some(status) if self.is_worth(&mut tx, rep, sign, status, now).await? => {
                        let says = (sign, status, rule);
                        Box::pin(self.is_said_away(&mut tx, rep, says, now)).await
                    }
                    Some(_) | None => {
                        let by = Actor::sign(sign);
                        self.end_sign(&mut tx, &rep.id, sign, &by, now).await
                    }
                }
            })
            .await
    }

    /// Lets people whose chat's signs are ignored now be there again, if they are away by nothing else. Looked at when
    /// rules come into force. Returns how many are.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn forget_signs(&self) -> Result<usize, Error> {
        let rules = self.rules();
        let (now, reps) = (self.clock.now(), rules.policy.reps.values());
        let ignored = reps.filter(|rep| rules.policy.status.of(rep.chat) == StatusRule::Ignore);
        let ignored: Vec<RepId> = ignored.map(|rep| rep.id.clone()).collect();
        let away = self
            .db
            .read(async |mut tx| reps::absences_ahead(&mut tx, &ignored, now).await)
            .await?;
        let by_sign = |it: &reps::Absence| Sign::by_word(&it.made_by).is_some();
        let away = away.into_iter().filter(|(_, all)| all.iter().any(by_sign));
        let mut count = 0;
        for (rep, _) in away {
            self.db
                .write(async |mut tx| self.forget_signs_of(&mut tx, &rep, now).await)
                .await?;
            count += 1;
        }
        Ok(count)
    }

    async fn forget_signs_of(&self, tx: &mut Tx, rep: &RepId, now: Timestamp) -> Result<(), Error> {
        reps::lock(tx, rep).await?;
        for absence in running(tx, rep, now).await? {
            if let Some(sign) = Sign::by_word(&absence.made_by) {
                // Should it be believed again, what the chat says by then is news.
                reps::sign_seen(tx, rep, sign, None).await?;
                self.end_sign(tx, rep, sign, &Actor::Baton, now).await?;
            }
        }
        Ok(())
    }

    /// What a sign began ends, and nothing else; whoever is away by nothing else is there again.
    async fn end_sign(
        &self,
        tx: &mut Tx,
        rep: &RepId,
        sign: Sign,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), Error> {
        let running = running(tx, rep, now).await?;
        let theirs = |it: &reps::Absence| Sign::by_word(&it.made_by) == Some(sign);
        let (by_it, others): (Vec<_>, Vec<_>) = running.into_iter().partition(theirs);
        if !others.is_empty() {
            return Ok(reps::end_absences_by(tx, rep, &Actor::sign(sign).word(), now).await?);
        }
        if !by_it.is_empty() {
            Box::pin(self.back_in(tx, rep, None, by, now)).await?;
        }
        Ok(())
    }

    /// Whether it takes something of the time in which they would get leads; a pause for the night does not.
    async fn is_worth(
        &self,
        tx: &mut Tx,
        rep: &Rep,
        sign: Sign,
        status: &Status,
        now: Timestamp,
    ) -> Result<bool, Error> {
        match (sign, status.until) {
            (Sign::Profile, _) | (Sign::DoNotDisturb, None) => Ok(true),
            (Sign::DoNotDisturb, Some(until)) => {
                let hours = self
                    .rules()
                    .hours_of(rep, &reps::profile(tx, &rep.id).await?);
                Ok(hours.open_between(now, until) > WORTH)
            }
        }
    }

    /// The chat says that somebody is away; who has said so themselves, or is away by Baton, stays so.
    async fn is_said_away(
        &self,
        tx: &mut Tx,
        rep: &Rep,
        (sign, status, rule): (Sign, &Status, StatusRule),
        now: Timestamp,
    ) -> Result<(), Error> {
        let running = running(tx, &rep.id, now).await?;
        let signs: Vec<_> = running
            .iter()
            .map(|it| Sign::by_word(&it.made_by))
            .collect();
        let same = |it: &reps::Absence| {
            Sign::by_word(&it.made_by) == Some(sign) && it.until_at == status.until
        };
        if signs.contains(&None) || running.iter().any(same) {
            return Ok(());
        }
        match rule {
            StatusRule::Believe => self.believe(tx, &rep.id, sign, status, now).await,
            StatusRule::Ask if running.is_empty() => {
                let told = Told::Asked {
                    sign,
                    text: status.text.clone(),
                    until: status.until,
                };
                let key = format!("status/{}/{}", now.as_microsecond(), status.name());
                Ok(outbox::tell(tx, &rep.id, &told, &key, now).await?)
            }
            StatusRule::Ask | StatusRule::Ignore => Ok(()),
        }
    }

    async fn believe(
        &self,
        tx: &mut Tx,
        rep: &RepId,
        sign: Sign,
        status: &Status,
        now: Timestamp,
    ) -> Result<(), Error> {
        let absence = Absence {
            rep: rep.clone(),
            from: None,
            until: status.until,
            reason: status.text.clone(),
            cover: None,
            made_by: Actor::sign(sign),
        };
        self.away_in(tx, &absence, now).await?;
        tracing::info!(rep.id = %rep, "a rep is away, as their chat says");
        Ok(())
    }
}

async fn running(tx: &mut Tx, rep: &RepId, now: Timestamp) -> Result<Vec<reps::Absence>, Error> {
    let mut theirs = reps::absences_of(tx, rep, now).await?;
    theirs.retain(|one| one.from_at <= now);
    Ok(theirs)
}
