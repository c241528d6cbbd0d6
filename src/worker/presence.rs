//! Who of those in Teams is out of office: asked every five minutes by one replica, where the rules want to know.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
};

use jiff::{SignedDuration, Timestamp};

use super::Worker;
use crate::{
    chat::{Chat, outcome::SendError},
    domain::{
        id::RepId,
        policy::{Platform, StatusRule},
    },
    engine::{Error, Status},
    store::{accounts, looks},
};

/// What is looked at, among replicas.
const LOOK: &str = "teams presence";
/// How often.
const EVERY: SignedDuration = SignedDuration::from_mins(5);
/// How long nothing is tried after Microsoft has refused.
const REFUSED: SignedDuration = SignedDuration::from_hours(1);

/// Whether Microsoft has refused, and that has been said.
#[derive(Debug, Default)]
pub(super) struct Refused(AtomicBool);

impl Worker {
    /// Asks Teams who is out of office, if it is time.
    pub(super) async fn learn_presence(&self) -> Result<(), Error> {
        let asked_for = match self.engine.rules().policy.status.teams {
            StatusRule::Ignore => false,
            StatusRule::Ask | StatusRule::Believe => true,
        };
        let outlet = self.outlet(Platform::Teams).filter(|_| asked_for);
        let Some(Chat::Teams(teams)) = outlet.map(|outlet| &*outlet.chat) else {
            return Ok(());
        };
        let now = self.engine.clock().now();
        let users = self.users_in_teams().await?;
        if users.is_empty() || !self.take_look(now).await? {
            return Ok(());
        }
        let ids: Vec<&str> = users.keys().map(String::as_str).collect();
        match teams.presences(&ids).await {
            Ok(told) => {
                self.refused.0.store(false, Ordering::Relaxed);
                let said = told.into_iter().filter_map(|(user, away)| {
                    let status = away.map(|away| Status {
                        text: away.text,
                        until: away.until,
                    });
                    Some((users.get(&user)?.clone(), status))
                });
                self.engine.profiles_say(said.collect()).await
            }
            Err(error) => self.look_later(&error, now).await,
        }
    }

    /// The reps who get their messages in Teams, by their accounts there.
    async fn users_in_teams(&self) -> Result<BTreeMap<String, RepId>, Error> {
        let known = self
            .db()
            .read(async |mut tx| accounts::in_chat(&mut tx, Platform::Teams).await)
            .await?;
        let rules = self.engine.rules();
        let theirs = rules.policy.reps.values();
        let theirs = theirs.filter(|rep| rep.active && rep.chat == Platform::Teams);
        let users = theirs.filter_map(|rep| {
            let account = known.get(&rep.id).filter(|account| account.may_be_of(rep));
            let found = account.map(|account| account.user_id.as_str());
            let user = rep.user_in(Platform::Teams).or(found)?;
            Some((user.to_ascii_lowercase(), rep.id.clone()))
        });
        Ok(users.collect())
    }

    async fn take_look(&self, now: Timestamp) -> Result<bool, Error> {
        self.db()
            .write(async |mut tx| Ok(looks::take(&mut tx, LOOK, now, now + EVERY).await?))
            .await
    }

    /// Microsoft has not answered: it is asked again when it wants to be, and who has to mend it hears so once.
    async fn look_later(&self, error: &SendError, now: Timestamp) -> Result<(), Error> {
        let rest = match error {
            SendError::NotYet { after } => SignedDuration::try_from(*after).unwrap_or(EVERY),
            SendError::Retry { after, .. } => {
                let after = after.and_then(|after| SignedDuration::try_from(after).ok());
                after.unwrap_or(EVERY)
            }
            SendError::Unknown { .. } => EVERY,
            SendError::Fail { .. } => REFUSED,
        };
        let rest = rest.min(looks::LONGEST);
        match error {
            SendError::Fail { word, .. } => {
                if !self.refused.0.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        why = word,
                        "who in Teams is out of office can't be read; `baton doctor` says how to mend it"
                    );
                }
            }
            SendError::NotYet { .. } | SendError::Retry { .. } | SendError::Unknown { .. } => {
                tracing::debug!(%error, "who in Teams is out of office could not be read now");
            }
        }
        self.db()
            .write(async |mut tx| Ok(looks::put_off(&mut tx, LOOK, now + rest).await?))
            .await
    }
}
