//! Who people are in the chat: found by their id or address, looked up once a day, and their time zone with it.
//! Who has left, is a guest, a program or of another company is given no leads.

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{Worker, guard::guarded};
use crate::{
    chat::{
        Chat, Recipient, Sent, Who,
        outcome::{FailKind, SendError},
    },
    domain::id::RepId,
    engine::Error,
    store::{
        outbox::Claimed,
        reps::{self, KnownRep},
    },
};

/// How long what was looked up of a person counts.
const LOOKED_UP: SignedDuration = SignedDuration::from_hours(24);

/// How often it is looked whether there is somebody new.
const LOOK: std::time::Duration = std::time::Duration::from_secs(60);

impl Worker {
    pub(super) async fn keep_knowing_people(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = guarded(self.learn_people()).await {
                tracing::warn!(%error, "people could not be looked up; trying again");
            }
            if let Err(error) = self.learn_groups().await {
                tracing::warn!(%error, "groups could not be looked up; trying again");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Looks up everybody who was not lately: whether somebody is in hours is known before they are asked.
    pub(super) async fn learn_people(&self) -> Result<(), Error> {
        let Some(chat) = self.chat.as_deref() else {
            return Ok(());
        };
        let rules = self.engine.rules();
        let everybody: Vec<RepId> = rules.policy.reps.keys().cloned().collect();
        let now = self.engine.clock().now();
        let known = self
            .db()
            .read(async |mut tx| reps::known(&mut tx, &everybody).await)
            .await?;
        for rep in &everybody {
            if known.get(rep).is_some_and(|row| is_fresh(row, now)) {
                continue;
            }
            match self.user_of(chat, rep).await? {
                // Whoever is not there is found out about when there is something to send.
                Ok(_)
                | Err(SendError::Fail {
                    kind: FailKind::RecipientGone,
                    ..
                }) => {}
                // The chat has no time for this now.
                Err(
                    SendError::NotYet { .. }
                    | SendError::Retry { .. }
                    | SendError::Unknown { .. }
                    | SendError::Fail { .. },
                ) => {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What is known of somebody by now.
    pub(super) async fn known(&self, rep: &RepId) -> Result<Option<KnownRep>, Error> {
        let mut known = self
            .db()
            .read(async |mut tx| reps::known(&mut tx, std::slice::from_ref(rep)).await)
            .await?;
        Ok(known.remove(rep))
    }

    /// Remembers in which conversation somebody gets their messages, so that no later run has to ask.
    pub(super) async fn keep_conversation(
        &self,
        claimed: &Claimed,
        user: &str,
        sent: &Sent,
    ) -> Result<(), Error> {
        let Some(rep) = claimed.recipient.strip_prefix("rep:").map(RepId::from) else {
            return Ok(());
        };
        let known = self.known(&rep).await?;
        let known = known.as_ref().and_then(conversation_of);
        if known == Some((user, &sent.conversation)) {
            return Ok(());
        }
        self.db()
            .write(async |mut tx| {
                Ok(reps::conversation(&mut tx, &rep, user, &sent.conversation).await?)
            })
            .await
    }

    pub(super) async fn user_of(
        &self,
        chat: &Chat,
        rep: &RepId,
    ) -> Result<Result<Recipient, SendError>, Error> {
        let now = self.engine.clock().now();
        let rules = self.engine.rules();
        let row = self.known(rep).await?;
        let row = row.as_ref();
        let fresh = row.is_some_and(|row| is_fresh(row, now));
        if let Some((user, dm)) = row.and_then(conversation_of) {
            chat.remember_conversation(user, dm);
        }
        if let Some(why) = row.filter(|_| fresh).and_then(KnownRep::barred) {
            return Ok(Err(gone(why)));
        }
        if let Some(user) = row.and_then(|row| row.slack_user.clone()).filter(|_| fresh) {
            return Ok(Ok(Recipient::User(user)));
        }
        let Some(person) = rules.policy.reps.get(rep) else {
            return Ok(Err(gone("not in the configuration")));
        };
        let who = person
            .slack
            .clone()
            .map_or_else(|| Who::Email(person.email.clone()), Who::Id);
        let found = match (
            chat.person(&who).await,
            row.and_then(|row| row.slack_user.clone()),
            &person.slack,
        ) {
            (Ok(found), _, _) => found,
            // Who could not be looked up today is still where they were yesterday.
            (
                Err(SendError::NotYet { .. } | SendError::Retry { .. } | SendError::Unknown { .. }),
                Some(user),
                _,
            ) => {
                return Ok(Ok(Recipient::User(user)));
            }
            // Whose id is configured can be written to without being looked up.
            (
                Err(
                    SendError::NotYet { .. }
                    | SendError::Retry { .. }
                    | SendError::Unknown { .. }
                    | SendError::Fail {
                        kind: FailKind::Config,
                        ..
                    },
                ),
                _,
                Some(user),
            ) => return Ok(Ok(Recipient::User(user.clone()))),
            (Err(SendError::Unknown { why }), None, _) => {
                return Ok(Err(SendError::Retry { after: None, why }));
            }
            (Err(error), _, _) => return Ok(Err(error)),
        };
        let (user, zone) = (found.id.clone(), found.zone.clone());
        let learned = reps::Learned {
            slack_user: Some(&found.id),
            slack_dm: None,
            name: Some(&found.name),
            zone: found.zone.as_deref(),
        };
        self.db()
            .write(async |mut tx| reps::learned(&mut tx, rep, learned, now).await)
            .await?;
        tracing::debug!(rep.id = %rep, zone, "looked a rep up in the chat");
        if let Some(why) = found.barred() {
            if self.engine.unreachable(rep, why).await? {
                tracing::warn!(rep.id = %rep, why, "a rep's account in the chat can be given no leads");
            }
            return Ok(Err(gone(why)));
        }
        if row.is_some_and(|row| row.barred().is_some()) {
            self.engine.reachable(rep).await?;
        }
        Ok(Ok(Recipient::User(user)))
    }
}

/// The user and the direct conversation with them, if it was opened before.
fn conversation_of(row: &KnownRep) -> Option<(&str, &str)> {
    Some((row.slack_user.as_deref()?, row.slack_dm.as_deref()?))
}

fn is_fresh(row: &KnownRep, now: Timestamp) -> bool {
    row.looked_up_at
        .is_some_and(|at| now.duration_since(at) < LOOKED_UP)
}

fn gone(why: &str) -> SendError {
    SendError::Fail {
        kind: FailKind::RecipientGone,
        word: why.to_owned(),
    }
}
