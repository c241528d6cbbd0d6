//! One delivery: a message is drawn, sent when the chat takes it, and what came of it is written down.

use std::time::Duration;

use jiff::SignedDuration;

use super::{
    Worker,
    deliver::{Patience, SETTLE},
    guard::{Trouble, guarded},
    look_up::is_last,
    outlet::Outlet,
    render::{Message, Target},
};
use crate::{
    chat::{
        Chat, Reach, Recipient, Sent,
        outcome::{FailKind, SendError},
    },
    domain::{card::Card, policy::Platform},
    engine::Error,
    store::outbox::{self, Claimed, Place},
};

/// What must be left of a lease when a call begins: two calls' time-outs, and some.
const NEEDED: SignedDuration = SignedDuration::from_secs(25);

/// What came of one try.
pub(super) enum Outcome {
    /// It stands there.
    Sent(Place),
    /// It was sent as often as it may be where nobody can look whether it arrived; it counts as delivered.
    Perhaps(Platform),
    /// There is nothing to say any more.
    Pointless,
    Failed(SendError),
}

impl Worker {
    /// Sends one message, with those that have the same cause, and writes down what came of it.
    pub(super) async fn deliver(&self, outlet: &Outlet, claimed: Claimed, patience: &Patience) {
        let id = claimed.id;
        let trouble = match guarded(self.try_deliver(outlet, &claimed, patience)).await {
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
        outlet: &Outlet,
        claimed: &Claimed,
        patience: &Patience,
    ) -> Result<(), Error> {
        let to = match self.addressed(outlet, claimed, patience).await? {
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
            .send(outlet, claimed, to.as_ref(), &message, patience)
            .await;
        if let (Outcome::Sent(place), Ok(Recipient::User(user))) = (&outcome, &to) {
            self.keep_conversation(outlet, claimed, user, place).await?;
        }
        self.settle(claimed, &message.together, outcome).await
    }

    /// Where it goes, once the chat has opened that conversation; nowhere if the rules know nobody there.
    async fn addressed(
        &self,
        outlet: &Outlet,
        claimed: &Claimed,
        patience: &Patience,
    ) -> Result<Result<Option<Recipient>, SendError>, Error> {
        let Some(target) = self.target(claimed) else {
            return Ok(Ok(None));
        };
        if self.goes_to(claimed, &target) != outlet.platform() {
            return Ok(Err(self.elsewhere(claimed, &target)));
        }
        let chat = &outlet.chat;
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
            .patiently(outlet, claimed, patience, || chat.conversation_with(user))
            .await;
        Ok(opened.map(|_| Some(to.clone())))
    }

    /// The rules have changed since it was taken: it goes out by the other chat, if there is one.
    fn elsewhere(&self, claimed: &Claimed, target: &Target) -> SendError {
        match self.outlet(self.goes_to(claimed, target)) {
            Some(_) => SendError::NotYet {
                after: Duration::ZERO,
            },
            None => SendError::fail(FailKind::RecipientGone, "their chat is not set up here"),
        }
    }

    async fn send(
        &self,
        outlet: &Outlet,
        claimed: &Claimed,
        to: Result<&Recipient, &SendError>,
        message: &Message,
        patience: &Patience,
    ) -> Outcome {
        if let Some(place) = &message.standing {
            return self.change(claimed, place, &message.card, patience).await;
        }
        if message.only_if_standing {
            return Outcome::Pointless;
        }
        let to = match to {
            Ok(to) => to,
            Err(error) => return Outcome::Failed(error.clone()),
        };
        let platform = outlet.platform();
        let thread = message.thread.as_ref();
        let thread = thread.filter(|card| card.platform == platform);
        let thread = thread.map(|card| card.message.as_str());
        let posted = self
            .patiently(outlet, claimed, patience, || {
                outlet.chat.post(to, &message.card, &claimed.mark, thread)
            })
            .await;
        match posted {
            Ok(sent) => Outcome::Sent(stands(platform, sent)),
            Err(SendError::Unknown { why }) if is_last(outlet, claimed) => {
                match is_silent(outlet) {
                    true => Outcome::Failed(SendError::Retry { after: None, why }),
                    false => Outcome::Perhaps(platform),
                }
            }
            Err(error) => Outcome::Failed(error),
        }
    }

    /// Changes a card where it stands, also in a chat that its reader has left since. In a chat that Baton itself
    /// has left nobody can: it counts as gone, and is posted anew where its reader is now, if it asks something.
    async fn change(
        &self,
        claimed: &Claimed,
        place: &Place,
        card: &Card,
        patience: &Patience,
    ) -> Outcome {
        let Some(outlet) = self.outlet(place.platform) else {
            let gone = SendError::fail(FailKind::MessageGone, "its chat is not set up here");
            return Outcome::Failed(gone);
        };
        let sent = Sent {
            conversation: place.conversation.clone(),
            message: place.message.clone(),
        };
        let updated = self
            .patiently(outlet, claimed, patience, || {
                outlet.chat.update(&sent, card)
            })
            .await;
        updated.map_or_else(Outcome::Failed, |()| Outcome::Sent(place.clone()))
    }

    /// Calls the chat, and waits for its turn there. Nothing is written for that, and it counts as no try.
    pub(super) async fn patiently<T, F>(
        &self,
        outlet: &Outlet,
        claimed: &Claimed,
        patience: &Patience,
        call: impl Fn() -> F,
    ) -> Result<T, SendError>
    where
        F: Future<Output = Result<T, SendError>>,
    {
        loop {
            let place = outlet.calls.acquire().await;
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
            Target::Channel(channel) => Ok(Ok(Recipient::Channel(channel.id().to_owned()))),
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

/// Whether the chat has answered nothing at all since before a message was sent that is now sent a second time:
/// then it has hardly arrived either time, and nobody may count on it.
fn is_silent(outlet: &Outlet) -> bool {
    match outlet.chat.reach() {
        Reach::SilentFor(time) => SignedDuration::try_from(time).is_ok_and(|it| it >= SETTLE),
        Reach::Unknown | Reach::Answers => false,
    }
}

/// Where a message stands that was just posted.
pub(super) fn stands(platform: Platform, sent: Sent) -> Place {
    Place {
        platform,
        conversation: sent.conversation,
        message: sent.message,
    }
}
