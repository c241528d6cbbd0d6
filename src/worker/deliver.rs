//! Delivering the outbox: cards as they are true now, notices once.
//!
//! A post whose answer was lost is looked up before anything is posted again; a card that is there
//! already is changed in place. One message per person or channel is under way at a time, so that
//! what was said first arrives first.

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::task::{self, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::{
    LONGEST_SLEEP, Worker,
    render::{Message, Target},
};
use crate::{
    chat::{
        Chat, Recipient, Sent,
        outcome::{FailKind, SendError},
    },
    domain::{
        event::{CardRef, Event},
        policy::Channel as TeamChannel,
    },
    engine::Error,
    store::{
        Channel, Tx, Wake,
        outbox::{self, Claimed, Place, Work},
    },
};

/// How long a message may be under way before another worker takes it over.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// Messages under way at a time.
const AT_ONCE: usize = 32;

/// After an unknown outcome the chat's history is given so long to catch up.
const SETTLE: SignedDuration = SignedDuration::from_secs(3);

/// The longest pause between two tries.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// How long the chat is left alone when it refuses the token.
const TOKEN_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// What came of one try.
enum Outcome {
    Sent(Sent),
    /// There is nothing to say any more.
    Pointless,
    Failed(SendError),
}

impl Worker {
    pub(super) async fn keep_delivering(self, stop: CancellationToken) {
        let mut wake = self.db().subscribe(Channel::Outbox);
        while !stop.is_cancelled() {
            wake.mark_unchanged();
            if let Err(error) = self.deliver_due(Some(&mut wake), &stop).await {
                tracing::warn!(%error, "waiting messages could not be read; trying again");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            let now = self.engine.clock().now();
            let next = self
                .db()
                .read(async |mut tx| Ok::<_, Error>(outbox::next_due(&mut tx, now, &[]).await?))
                .await;
            self.sleep(next.unwrap_or_default(), &mut wake, &stop).await;
        }
    }

    /// Delivers what is due until nothing is under way; returns how many messages were tried.
    ///
    /// A place that becomes free is filled at once, and so is one for a message that `wake` tells
    /// of: whoever the chat is slow with delays nobody else.
    pub(super) async fn deliver_due(
        &self,
        mut wake: Option<&mut Wake>,
        stop: &CancellationToken,
    ) -> Result<usize, Error> {
        let Some(chat) = &self.chat else {
            return Ok(0);
        };
        let (mut tried, mut busy, mut under_way) = (0, HashMap::new(), JoinSet::new());
        loop {
            let free = if stop.is_cancelled() {
                0
            } else {
                AT_ONCE - busy.len()
            };
            let recipients: Vec<String> = busy.values().cloned().collect();
            for claimed in self.claim(free, &recipients).await? {
                tried += 1;
                let recipient = claimed.recipient.clone();
                let (worker, chat) = (self.clone(), Arc::clone(chat));
                // A task of its own: whoever holds the database's writer must not wait for this loop.
                let task = under_way.spawn(async move { worker.deliver(&chat, claimed).await });
                busy.insert(task.id(), recipient);
            }
            let done = tokio::select! {
                done = under_way.join_next_with_id() => done,
                () = rung(wake.as_deref_mut()) => continue,
                // What becomes due by time meanwhile waits for nobody either.
                () = tokio::time::sleep(LONGEST_SLEEP), if wake.is_some() => continue,
            };
            let Some(done) = done else {
                return Ok(tried);
            };
            let rest = std::iter::from_fn(|| under_way.try_join_next_with_id());
            for done in std::iter::once(done).chain(rest) {
                busy.remove(&task_of(done));
            }
        }
    }

    async fn claim(&self, most: usize, busy: &[String]) -> Result<Vec<Claimed>, Error> {
        if most == 0 {
            return Ok(Vec::new());
        }
        let now = self.engine.clock().now();
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.db()
            .write(async |mut tx| {
                outbox::reclaim_expired(&mut tx, now).await?;
                let claimed = outbox::claim(&mut tx, &self.name, now, now + LEASE, most, busy);
                Ok::<_, Error>(claimed.await?)
            })
            .await
    }

    /// Sends one message, with those that have the same cause, and writes down what came of it.
    async fn deliver(&self, chat: &Chat, claimed: Claimed) {
        let id = claimed.id;
        if let Err(error) = self.try_deliver(chat, claimed).await {
            // The lease ends by itself; then the message is looked up and tried again.
            tracing::warn!(outbox.id = id, %error, "what came of a message could not be written down");
        }
    }

    async fn try_deliver(&self, chat: &Chat, claimed: Claimed) -> Result<(), Error> {
        let Some(message) = self.render(&claimed).await? else {
            return self.settle(&claimed, &[], Outcome::Pointless).await;
        };
        let outcome = self.send(chat, &claimed, &message).await?;
        self.settle(&claimed, &message.together, outcome).await
    }

    async fn send(
        &self,
        chat: &Chat,
        claimed: &Claimed,
        message: &Message,
    ) -> Result<Outcome, Error> {
        let to = match self.recipient(chat, &message.to).await? {
            Ok(to) => to,
            Err(error) => return Ok(Outcome::Failed(error)),
        };
        if let Some(sent) = &message.standing {
            let updated = chat.update(sent, &message.card).await;
            return Ok(updated.map_or_else(Outcome::Failed, |()| Outcome::Sent(sent.clone())));
        }
        if claimed.maybe_sent {
            match self.look_up(chat, claimed, &to, message).await {
                Ok(None) => {}
                Ok(Some(sent)) => return Ok(self.after_look_up(chat, message, sent).await),
                Err(error) => return Ok(Outcome::Failed(still_unknown(error))),
            }
        }
        if message.only_if_standing {
            return Ok(Outcome::Pointless);
        }
        let posted = chat
            .post(
                &to,
                &message.card,
                &key_of(claimed),
                message.thread.as_deref(),
            )
            .await;
        Ok(posted.map_or_else(Outcome::Failed, Outcome::Sent))
    }

    /// The message is there after all; a card may show something old by now.
    async fn after_look_up(&self, chat: &Chat, message: &Message, sent: Sent) -> Outcome {
        if !message.is_card {
            return Outcome::Sent(sent);
        }
        chat.update(&sent, &message.card)
            .await
            .map_or_else(Outcome::Failed, |()| Outcome::Sent(sent))
    }

    async fn look_up(
        &self,
        chat: &Chat,
        claimed: &Claimed,
        to: &Recipient,
        message: &Message,
    ) -> Result<Option<Sent>, SendError> {
        let conversation = match to {
            Recipient::User(user) => chat.conversation_with(user).await?,
            Recipient::Channel(channel) => channel.clone(),
        };
        let since = claimed.created_at - SETTLE;
        chat.find(
            &conversation,
            &key_of(claimed),
            since,
            message.thread.as_deref(),
        )
        .await
    }

    /// Writes down what came of a message, and tells the lead.
    async fn settle(
        &self,
        claimed: &Claimed,
        together: &[Claimed],
        outcome: Outcome,
    ) -> Result<(), Error> {
        let now = self.engine.clock().now();
        let outcome = &outcome;
        self.db()
            .write(async |mut tx| {
                for one in std::iter::once(claimed).chain(together) {
                    match outcome {
                        Outcome::Pointless => {
                            outbox::dropped(&mut tx, one, now, "nothing to say any more").await?;
                        }
                        Outcome::Sent(sent) => self.note_sent(&mut tx, one, sent, now).await?,
                        Outcome::Failed(error) => {
                            self.note_failure(&mut tx, one, error, now).await?;
                        }
                    }
                    if let Some(event) = news(one, outcome)
                        && let Some(lead) = &one.lead
                    {
                        self.engine.handle_in(&mut tx, lead, event, now).await?;
                    }
                }
                Ok(())
            })
            .await
    }

    async fn note_sent(
        &self,
        tx: &mut Tx,
        one: &Claimed,
        sent: &Sent,
        now: Timestamp,
    ) -> Result<(), Error> {
        let place = Place {
            conversation: sent.conversation.clone(),
            message: sent.message.clone(),
        };
        outbox::sent(tx, one, Some(&place), now).await?;
        if let (Work::Show(_), Some(lead)) = (&one.work, &one.lead) {
            outbox::card_put(tx, one, lead, &place, now).await?;
        }
        Ok(())
    }

    async fn note_failure(
        &self,
        tx: &mut Tx,
        one: &Claimed,
        error: &SendError,
        now: Timestamp,
    ) -> Result<(), Error> {
        match error {
            SendError::Retry { after, why } => {
                let pause = after
                    .and_then(|after| SignedDuration::try_from(after).ok())
                    .unwrap_or_else(|| pause_after(one.attempts));
                outbox::retry(tx, one, now + pause, why).await?;
            }
            SendError::Unknown { why } => {
                tracing::warn!(
                    outbox.id = one.id,
                    "a message may or may not have arrived; it is looked up before it is sent again"
                );
                outbox::unknown(tx, one, now + SETTLE.max(pause_after(one.attempts)), why).await?;
            }
            SendError::Fail { kind, word } => self.note_final(tx, one, *kind, word, now).await?,
        }
        Ok(())
    }

    async fn note_final(
        &self,
        tx: &mut Tx,
        one: &Claimed,
        kind: FailKind,
        why: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        match kind {
            FailKind::TokenDead => {
                tracing::error!(
                    outbox.id = one.id,
                    why,
                    "the chat refuses the token: nothing is delivered until it is renewed"
                );
                outbox::retry(tx, one, now + TOKEN_PAUSE, why).await?;
            }
            FailKind::MessageGone => {
                // Somebody deleted the card: the next one is posted anew, if it still has something to say.
                outbox::card_gone(tx, &one.key).await?;
                outbox::retry(tx, one, now, why).await?;
            }
            FailKind::RecipientGone | FailKind::Config | FailKind::OurBug | FailKind::Other => {
                tracing::error!(outbox.id = one.id, why, "a message can't be delivered");
                outbox::failed(tx, one, now, why).await?;
            }
        }
        Ok(())
    }

    /// Where a message goes in the chat, looked up once a day.
    async fn recipient(
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
}

/// Which delivery has ended; one that panicked is taken up again when its lease has ended.
fn task_of(done: Result<(task::Id, ()), JoinError>) -> task::Id {
    match done {
        Ok((task, ())) => task,
        Err(error) => {
            tracing::error!(%error, "a delivery ended badly; it is looked up and tried again");
            error.id()
        }
    }
}

/// Waits until something new is to be said; for ever where nobody tells.
async fn rung(wake: Option<&mut Wake>) {
    let told = match wake {
        Some(wake) => wake.changed().await.is_ok(),
        None => false,
    };
    // Where nobody tells, or the database that told has closed, there is nothing new to come.
    if !told {
        std::future::pending::<()>().await;
    }
}

/// The mark a message carries, by which it is found again. The moment keeps a new database's first
/// message from being taken for an old one's.
fn key_of(claimed: &Claimed) -> String {
    format!("{}-{}", claimed.id, claimed.created_at.as_microsecond())
}

/// A look-up that failed leaves the outcome as unknown as it was: nothing may be posted on it.
fn still_unknown(error: SendError) -> SendError {
    match error {
        SendError::Retry { why, .. } | SendError::Unknown { why } => SendError::Unknown { why },
        SendError::Fail { kind, word } => SendError::Fail { kind, word },
    }
}

/// What the lead is to know of a message's fate.
fn news(one: &Claimed, outcome: &Outcome) -> Option<Event> {
    let Work::Show(CardRef::Offer { offer, .. }) = &one.work else {
        return None;
    };
    match outcome {
        Outcome::Sent(_) => Some(Event::Delivered {
            offer: offer.clone(),
        }),
        Outcome::Failed(SendError::Fail {
            kind: FailKind::RecipientGone,
            word,
        }) => Some(Event::Undeliverable {
            offer: offer.clone(),
            why: word.clone(),
        }),
        Outcome::Pointless | Outcome::Failed(_) => None,
    }
}

/// Longer each time: 1 s, 2 s, 4 s … five minutes.
fn pause_after(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts.clamp(0, 9)).unwrap_or(0);
    SignedDuration::from_secs(1 << doublings).min(LONGEST_PAUSE)
}
