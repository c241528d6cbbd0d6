//! Writing down what came of a message, and telling the lead.

use jiff::{SignedDuration, Timestamp};

use super::{Worker, deliver::SETTLE, send::Outcome};
use crate::{
    chat::outcome::{FailKind, SendError},
    domain::{
        event::{Audible, CardRef, Event, Notice, Say},
        id::{OfferId, TeamId},
    },
    engine::Error,
    store::{
        Tx,
        outbox::{self, Claimed, Place, Work},
    },
};

/// The longest pause between two tries.
pub(super) const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// How long the chat is left alone when it refuses the token, or what it refuses until somebody mends it.
const TOKEN_PAUSE: SignedDuration = SignedDuration::from_secs(60);

impl Worker {
    /// Writes down what came of a message, and tells the lead.
    pub(super) async fn settle(
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
                        Outcome::Sent(place) => self.note_sent(&mut tx, one, place, now).await?,
                        Outcome::Perhaps(_) => {
                            outbox::sent(&mut tx, one, None, now).await?;
                        }
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
        place: &Place,
        now: Timestamp,
    ) -> Result<(), Error> {
        outbox::sent(tx, one, Some(place), now).await?;
        if let Some(team) = channel_of(one) {
            self.engine.channel_takes(tx, &team).await?;
        }
        match (&one.work, &one.lead) {
            (Work::Show(_), Some(lead)) => outbox::card_put(tx, one, lead, place, now).await?,
            (Work::Say(say), Some(lead)) => {
                if let Some(key) = lasting(say).map(|card| outbox::card_key(lead, &card)) {
                    outbox::notice_put(tx, one, &key, lead, place, now).await?;
                }
            }
            (Work::Show(_) | Work::Say(_), None) | (Work::Tell(_), _) => {}
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
            SendError::NotYet { after } => {
                let after = SignedDuration::try_from(*after).unwrap_or(LONGEST_PAUSE);
                // What is stored in whole microseconds must not be due before the chat takes it.
                let at = now + after + SignedDuration::from_micros(1);
                outbox::put_back(tx, one, at).await?;
            }
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
            FailKind::Config => {
                if one.attempts <= 1 {
                    tracing::error!(
                        outbox.id = one.id,
                        why,
                        "something is missing in the chat's installation: a message waits until it is mended"
                    );
                }
                outbox::retry(tx, one, now + TOKEN_PAUSE, why).await?;
                self.note_refused(tx, one, why, now).await?;
            }
            FailKind::RecipientGone | FailKind::OurBug | FailKind::Other => {
                tracing::error!(outbox.id = one.id, why, "a message can't be delivered");
                outbox::failed(tx, one, now, why).await?;
                self.note_refused(tx, one, why, now).await?;
            }
        }
        Ok(())
    }

    /// A team's managers hear that its channel takes nothing.
    async fn note_refused(
        &self,
        tx: &mut Tx,
        one: &Claimed,
        why: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        match channel_of(one) {
            Some(team) => self.engine.channel_refuses(tx, &team, why, now).await,
            None => Ok(()),
        }
    }
}

/// The team whose channel is written to, but for changes of what stands there.
fn channel_of(one: &Claimed) -> Option<TeamId> {
    let team = one.recipient.strip_prefix("channel:")?;
    (!outbox::is_edit(team)).then(|| TeamId::from(team))
}

/// What the lead is to know of a message's fate.
fn news(one: &Claimed, outcome: &Outcome) -> Option<Event> {
    let Work::Show(CardRef::Offer { offer, .. }) = &one.work else {
        return None;
    };
    match outcome {
        Outcome::Sent(Place { platform, .. }) | Outcome::Perhaps(platform) => {
            Some(Event::Delivered {
                offer: offer.clone(),
                chat: *platform,
            })
        }
        Outcome::Failed(SendError::Fail {
            kind: FailKind::RecipientGone,
            word,
        }) => Some(Event::Undeliverable {
            offer: offer.clone(),
            why: word.clone(),
        }),
        Outcome::Failed(error) => not_shown(offer, error),
        Outcome::Pointless => None,
    }
}

/// What the lead is to know of a card that the chat did not take.
fn not_shown(offer: &OfferId, error: &SendError) -> Option<Event> {
    let (why, again) = match error {
        SendError::Retry { why, .. } => (why, true),
        SendError::Fail { kind, word } => match kind {
            FailKind::Config => (word, true),
            FailKind::OurBug | FailKind::Other => (word, false),
            // Who can't be reached at all, what is posted anew, and a chat that takes nothing: not this card's fault.
            FailKind::RecipientGone | FailKind::MessageGone | FailKind::TokenDead => return None,
        },
        SendError::NotYet { .. } | SendError::Unknown { .. } => return None,
    };
    Some(Event::NotShown {
        offer: offer.clone(),
        why: why.clone(),
        again,
    })
}

/// Longer each time: 1 s, 2 s, 4 s … five minutes.
pub(super) fn pause_after(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts.clamp(0, 9)).unwrap_or(0);
    SignedDuration::from_secs(1 << doublings).min(LONGEST_PAUSE)
}

/// The card that a notice is once it stands: what it says of the lead is kept true.
fn lasting(say: &Say) -> Option<CardRef> {
    match (&say.notice, &say.to) {
        (Notice::Late { .. }, to) => Some(CardRef::Late {
            to: to.clone(),
            notice: say.key.clone(),
        }),
        (
            Notice::AnswerDue { .. }
            | Notice::ContactDue { .. }
            | Notice::NobodyFree { .. }
            | Notice::Rerouted { .. }
            | Notice::StoodIn { .. }
            | Notice::WentOn { .. }
            | Notice::Left { .. }
            | Notice::CannotReach { .. }
            | Notice::WroteAgain { .. }
            | Notice::StepDue { .. }
            | Notice::News { .. }
            | Notice::WasDown { .. }
            | Notice::NobodyThere { .. }
            | Notice::ChatWasDown { .. }
            | Notice::ChannelRefuses { .. }
            | Notice::FetchRefused { .. }
            | Notice::Quarantined { .. },
            Audible::Rep(_) | Audible::Channel(_),
        ) => None,
    }
}
