//! Renewing the bot's token while tokens expire: well before its end, and at once when Slack says that it
//! has ended. What Slack gives out is kept before it is used; replicas go by the same row.
//!
//! A refresh token works once. Who dies between Slack's answer and the commit finds the lease run out and
//! asks again with the same one, which Slack takes for a short while; the token before works meanwhile.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use super::{Worker, guard::guarded};
use crate::{
    chat::{
        Chat,
        outcome::SendError,
        slack::{
            Slack,
            rotation::{Pair, Rotation},
        },
    },
    engine::Error,
    store::slack_token::{self, Stored},
};

/// How often it is looked whether it is time.
const LOOK: Duration = Duration::from_secs(15);
/// How long one process has a renewal to itself; longer than Slack is waited for.
const LEASE: SignedDuration = SignedDuration::from_secs(20);
/// How long nothing is tried after Slack has refused.
const REFUSED: SignedDuration = SignedDuration::from_mins(5);

impl Worker {
    /// Keeps the token fresh until `stop`.
    pub(super) async fn keep_token(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = guarded(self.renew_token()).await {
                tracing::warn!(%error, "Slack's token could not be looked at; trying again");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
                () = self.token_expired() => {}
            }
        }
    }

    /// Waits until Slack refuses the token as expired; what it has refused before is tried again in time.
    async fn token_expired(&self) {
        match self.slack() {
            Some(slack) if !slack.has_expired() => slack.expired().await,
            Some(_) | None => std::future::pending().await,
        }
    }

    /// Goes by the token that is kept, and renews it if it is time.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) async fn renew_token(&self) -> Result<(), Error> {
        let Some((slack, stored)) = self.recalled().await? else {
            return Ok(());
        };
        let now = self.engine.clock().now();
        if !is_due(&stored, now) && !slack.has_expired() {
            return Ok(());
        }
        if self.take(&stored, LEASE, now).await? {
            self.renew_with(slack, &stored).await?;
        }
        Ok(())
    }

    /// Goes by the token that is kept, whoever renewed it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn recall_token(&self) -> Result<(), Error> {
        self.recalled().await.map(drop)
    }

    async fn recalled(&self) -> Result<Option<(&Slack, Stored)>, Error> {
        let Some(slack) = self.slack() else {
            return Ok(None);
        };
        let Some(rotation) = slack.rotation() else {
            return Ok(None);
        };
        let stored = self.stored(slack, &rotation).await?;
        if slack.bot_token().expose_secret() != stored.access_token {
            slack.go_by(stored.access_token.as_str().into());
        }
        Ok(Some((slack, stored)))
    }

    fn slack(&self) -> Option<&Slack> {
        let mut chats = self.outlets.iter().map(|outlet| match &*outlet.chat {
            Chat::Slack(slack) => Some(slack),
            Chat::Teams(_) => None,
        });
        chats.find_map(|slack| slack)
    }

    /// The pair in force: the one that came from the configuration's, else the configuration's itself.
    async fn stored(&self, slack: &Slack, rotation: &Rotation) -> Result<Stored, Error> {
        let origin = rotation.origin();
        let token = slack.bot_token();
        let written = self.db().write(async |mut tx| {
            let kept = slack_token::get(&mut tx).await?;
            if let Some(kept) = kept.filter(|kept| kept.origin == origin) {
                return Ok::<_, Error>(kept);
            }
            let refresh = rotation.refresh_token.expose_secret();
            Ok(slack_token::begin(&mut tx, &origin, token.expose_secret(), refresh).await?)
        });
        written.await
    }

    async fn take(
        &self,
        stored: &Stored,
        lease: SignedDuration,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let until = now + lease;
        let refresh = &stored.refresh_token;
        let taken = self
            .db()
            .write(async |mut tx| slack_token::take(&mut tx, refresh, until, now).await);
        Ok(taken.await?)
    }

    async fn renew_with(&self, slack: &Slack, stored: &Stored) -> Result<(), Error> {
        let refresh = SecretString::from(stored.refresh_token.as_str());
        let pair = match slack.renew(&refresh).await {
            Ok(pair) => pair,
            Err(error) => return self.not_renewed(stored, &error).await,
        };
        let next = next(&pair, &stored.origin, self.engine.clock().now());
        let refresh = &stored.refresh_token;
        self.db()
            .write(async |mut tx| slack_token::keep(&mut tx, refresh, &next).await)
            .await?;
        slack.go_by(pair.access_token);
        tracing::info!(until = %next.expires_at, "Slack's token was renewed");
        Ok(())
    }

    /// Without an answer the same is asked again when the lease has run out; after a refusal somebody has to
    /// act.
    async fn not_renewed(&self, stored: &Stored, error: &SendError) -> Result<(), Error> {
        match error {
            SendError::NotYet { .. } | SendError::Retry { .. } | SendError::Unknown { .. } => {
                tracing::warn!(%error, "Slack's token could not be renewed; trying again");
            }
            SendError::Fail { .. } => {
                tracing::error!(
                    %error, until = %stored.expires_at,
                    "Slack does not renew the token: install the app again, and put its tokens into `slack.bot_token` \
                     and `slack.refresh_token`"
                );
                let now = self.engine.clock().now() + LEASE;
                self.take(stored, REFUSED, now).await?;
            }
        }
        Ok(())
    }
}

/// Half of its time has gone by, or it is not known.
fn is_due(stored: &Stored, now: Timestamp) -> bool {
    let life = stored.expires_at.duration_since(stored.renewed_at);
    now >= stored.renewed_at + life / 2
}

fn next(pair: &Pair, origin: &str, now: Timestamp) -> Stored {
    Stored {
        origin: origin.to_owned(),
        access_token: pair.access_token.expose_secret().to_owned(),
        refresh_token: pair.refresh_token.expose_secret().to_owned(),
        expires_at: now + pair.lasts,
        renewed_at: now,
    }
}
