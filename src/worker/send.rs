//! One delivery: a message is drawn, sent when the chat takes it, and what came of it is written down.

use std::time::Duration;

use jiff::SignedDuration;

use super::{
    Worker,
    deliver::Patience,
    guard::{Trouble, guarded},
    render::{Message, Target},
};
use crate::{
    chat::{Chat, Recipient, Sent, outcome::SendError},
    domain::policy::Channel as TeamChannel,
    engine::Error,
    store::outbox::{self, Claimed},
};

/// What must be left of a lease when a call begins: two calls' time-outs, and some.
const NEEDED: SignedDuration = SignedDuration::from_secs(25);

/// What came of one try.
pub(super) enum Outcome {
    Sent(Sent),
    /// There is nothing to say any more.
    Pointless,
    Failed(SendError),
}

impl Worker {
    /// Sends one message, with those that have the same cause, and writes down what came of it.
    pub(super) async fn deliver(&self, chat: &Chat, claimed: Claimed, patience: &Patience) {
        let id = claimed.id;
        let trouble = match guarded(self.try_deliver(chat, &claimed, patience)).await {
            Ok(()) => return,
            Err(trouble) => trouble,
        };
        tracing::error!(outbox.id = id, error = %trouble, "a message could not be dealt with");
        // Without that the lease ends by itself, and the message is looked up and tried again.
        if let Trouble::Panic(why) = trouble
            && let Err(trouble) = guarded(self.leave_for_later(&claimed, &why)).await
        {
            tracing::error!(outbox.id = id, error = %trouble, "a message can't even be put off");
        }
    }

    async fn try_deliver(
        &self,
        chat: &Chat,
        claimed: &Claimed,
        patience: &Patience,
    ) -> Result<(), Error> {
        let to = match self.addressed(chat, claimed, patience).await? {
            Ok(Some(to)) => Ok(to),
            Ok(None) => return self.settle(claimed, &[], Outcome::Pointless).await,
            // Whoever can be given nothing more must not keep a card that says something old.
            Err(error) if outbox::is_edit(&claimed.recipient) => Err(error),
            Err(error) => return self.settle(claimed, &[], Outcome::Failed(error)).await,
        };
        // Drawn only now, when it can be sent: what it says is to be true.
        let message = match self.render(claimed).await? {
            Ok(message) => message,
            Err(together) => return self.settle(claimed, &together, Outcome::Pointless).await,
        };
        let outcome = self
            .send(chat, claimed, to.as_ref(), &message, patience)
            .await;
        if let (Outcome::Sent(sent), Ok(Recipient::User(user))) = (&outcome, &to) {
            self.keep_conversation(claimed, user, sent).await?;
        }
        self.settle(claimed, &message.together, outcome).await
    }

    /// Where it goes, once the chat has opened that conversation; nowhere if the rules know nobody there.
    async fn addressed(
        &self,
        chat: &Chat,
        claimed: &Claimed,
        patience: &Patience,
    ) -> Result<Result<Option<Recipient>, SendError>, Error> {
        let Some(target) = self.target(claimed) else {
            return Ok(Ok(None));
        };
        let to = loop {
            match self.recipient(chat, &target).await? {
                Ok(to) => break to,
                Err(SendError::NotYet { after }) if self.waits(after, claimed, patience).await => {}
                Err(error) => return Ok(Err(error)),
            }
        };
        let Recipient::User(user) = &to else {
            return Ok(Ok(Some(to)));
        };
        let opened = self
            .patiently(claimed, patience, || chat.conversation_with(user))
            .await;
        Ok(opened.map(|_| Some(to.clone())))
    }

    async fn send(
        &self,
        chat: &Chat,
        claimed: &Claimed,
        to: Result<&Recipient, &SendError>,
        message: &Message,
        patience: &Patience,
    ) -> Outcome {
        if let Some(sent) = &message.standing {
            let updated = self
                .patiently(claimed, patience, || chat.update(sent, &message.card))
                .await;
            return updated.map_or_else(Outcome::Failed, |()| Outcome::Sent(sent.clone()));
        }
        if message.only_if_standing {
            return Outcome::Pointless;
        }
        let to = match to {
            Ok(to) => to,
            Err(error) => return Outcome::Failed(error.clone()),
        };
        let thread = message.thread.as_deref();
        let posted = self
            .patiently(claimed, patience, || {
                chat.post(to, &message.card, &claimed.mark, thread)
            })
            .await;
        posted.map_or_else(Outcome::Failed, Outcome::Sent)
    }

    /// Calls the chat, and waits for its turn there. Nothing is written for that, and it counts as no try.
    pub(super) async fn patiently<T, F>(
        &self,
        claimed: &Claimed,
        patience: &Patience,
        call: impl Fn() -> F,
    ) -> Result<T, SendError>
    where
        F: Future<Output = Result<T, SendError>>,
    {
        loop {
            let place = self.calls.acquire().await;
            let answer = call().await;
            drop(place);
            match answer {
                Err(SendError::NotYet { after }) if self.waits(after, claimed, patience).await => {}
                other => return other,
            }
        }
    }

    /// Waits so long, if there is time enough for it; whether it has.
    async fn waits(&self, after: Duration, claimed: &Claimed, patience: &Patience) -> bool {
        let now = self.engine.clock().now();
        let left = claimed.until.duration_since(now);
        let fits = SignedDuration::try_from(after).is_ok_and(|after| after + NEEDED < left);
        if !fits || !patience.live {
            return false;
        }
        tokio::select! {
            () = patience.stop.cancelled() => false,
            () = tokio::time::sleep(after) => true,
        }
    }

    /// Where a message goes in the chat, looked up once a day.
    pub(super) async fn recipient(
        &self,
        chat: &Chat,
        to: &Target,
    ) -> Result<Result<Recipient, SendError>, Error> {
        match to {
            Target::Rep(rep) => self.user_of(chat, rep).await,
            Target::Channel(TeamChannel::Slack(id) | TeamChannel::Teams(id)) => {
                Ok(Ok(Recipient::Channel(id.clone())))
            }
        }
    }

    /// A message that our own mistake stopped is tried again later; it may have been sent.
    async fn leave_for_later(&self, claimed: &Claimed, why: &str) -> Result<(), Error> {
        let now = self.engine.clock().now();
        let at = now + super::settle::pause_after(claimed.attempts.max(4));
        self.db()
            .write(async |mut tx| {
                if outbox::is_edit(&claimed.recipient) {
                    outbox::retry(&mut tx, claimed, at, why).await?;
                } else {
                    outbox::unknown(&mut tx, claimed, at, why).await?;
                }
                Ok(())
            })
            .await
    }
}
