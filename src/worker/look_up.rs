//! Whether what may have been sent stands there: one look at a conversation answers for everything of one
//! recipient. What is not there goes back into its line; nothing else waits meanwhile.

use std::collections::{BTreeMap, HashMap};

use super::{
    Worker,
    deliver::{Patience, SETTLE},
    guard::guarded,
    outlet::Outlet,
    send::{Outcome, stands},
    settle::LONGEST_PAUSE,
};
use crate::{
    chat::{
        Chat, Recipient, Sent,
        outcome::{FailKind, SendError},
    },
    domain::{event::Notice, policy::Platform},
    engine::Error,
    store::outbox::{self, Claimed, Work},
};

/// Messages of one recipient, by the thread that they answer in.
type ByThread = BTreeMap<Option<String>, Vec<Claimed>>;

impl Worker {
    /// Finds out what became of these messages, all of one recipient, and writes it down.
    pub(super) async fn look_up(
        &self,
        outlet: &Outlet,
        unknown: Vec<Claimed>,
        patience: &Patience,
    ) {
        let recipient = unknown.first().map(|one| one.recipient.clone());
        if let Err(error) = guarded(self.try_look_up(outlet, unknown, patience)).await {
            // The leases end by themselves; then one looks again.
            tracing::error!(recipient, %error, "messages that may have been sent could not be looked up");
        }
    }

    async fn try_look_up(
        &self,
        outlet: &Outlet,
        unknown: Vec<Claimed>,
        patience: &Patience,
    ) -> Result<(), Error> {
        let Some(first) = unknown.first().cloned() else {
            return Ok(());
        };
        let Some(target) = self.target(&first) else {
            return self.settle(&first, &unknown[1..], Outcome::Pointless).await;
        };
        let chat = &outlet.chat;
        if !chat.can_look_up() {
            return self.without_looking(outlet.platform(), &unknown).await;
        }
        let conversation = match self.recipient(chat, &target).await? {
            Ok(Recipient::Channel(channel)) => Ok(channel),
            Ok(Recipient::User(user) | Recipient::Stranger(user)) => {
                self.patiently(outlet, &first, patience, || chat.conversation_with(&user))
                    .await
            }
            Err(error) => Err(error),
        };
        for (thread, together) in self.by_thread(unknown).await? {
            let found = match &conversation {
                Ok(conversation) => {
                    let look = || look(chat, conversation, thread.as_deref(), &together);
                    self.patiently(outlet, &first, patience, look).await
                }
                Err(error) => Err(error.clone()),
            };
            self.settle_look(outlet.platform(), &together, found)
                .await?;
        }
        Ok(())
    }

    /// What nobody can ever find out is sent once more: a second card has buttons that do no harm. A reminder
    /// that comes twice is worse than one that may not have come.
    async fn without_looking(&self, platform: Platform, unknown: &[Claimed]) -> Result<(), Error> {
        let now = self.engine.clock().now();
        for one in unknown {
            if is_reminder(one) || outbox::is_second(one) && !outbox::is_edit(&one.recipient) {
                self.settle(one, &[], Outcome::Perhaps(platform)).await?;
                continue;
            }
            self.db()
                .write(async |mut tx| {
                    let edit = outbox::is_edit(&one.recipient);
                    match edit {
                        true => outbox::not_there(&mut tx, one, now).await,
                        false => outbox::once_more(&mut tx, one, now).await,
                    }
                })
                .await?;
        }
        Ok(())
    }

    async fn by_thread(&self, unknown: Vec<Claimed>) -> Result<ByThread, Error> {
        let mut threads = ByThread::new();
        for one in unknown {
            let thread = match &one.work {
                Work::Show(_) | Work::Tell(_) => None,
                Work::Say(say) => self.thread_of(&say.notice, one.lead.as_ref()).await?,
            };
            let thread = thread.map(|card| card.message);
            threads.entry(thread).or_default().push(one);
        }
        Ok(threads)
    }

    async fn settle_look(
        &self,
        platform: Platform,
        together: &[Claimed],
        found: Result<HashMap<String, Sent>, SendError>,
    ) -> Result<(), Error> {
        let (first, rest) = (&together[0], &together[1..]);
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                return self
                    .settle(first, rest, Outcome::Failed(still_unknown(error)))
                    .await;
            }
        };
        let now = self.engine.clock().now();
        for one in together {
            if let Some(sent) = found.get(&one.mark) {
                let stands = Outcome::Sent(stands(platform, sent.clone()));
                self.settle(&as_posted(one), &[], stands).await?;
            }
        }
        self.db()
            .write(async |mut tx| {
                for one in together.iter().filter(|one| !found.contains_key(&one.mark)) {
                    outbox::not_there(&mut tx, one, now).await?;
                }
                Ok(())
            })
            .await
    }
}

/// Whether a message is sent for the last time, whatever comes of it.
pub(super) fn is_last(outlet: &Outlet, claimed: &Claimed) -> bool {
    !outlet.chat.can_look_up() && (outbox::is_second(claimed) || is_reminder(claimed))
}

/// Whether it only says again what stands elsewhere.
fn is_reminder(one: &Claimed) -> bool {
    let Work::Say(say) = &one.work else {
        return false;
    };
    match say.notice {
        Notice::AnswerDue { .. } | Notice::ContactDue { .. } | Notice::StepDue { .. } => true,
        Notice::Late { .. }
        | Notice::NobodyFree { .. }
        | Notice::Rerouted { .. }
        | Notice::StoodIn { .. }
        | Notice::WentOn { .. }
        | Notice::Left { .. }
        | Notice::CannotReach { .. }
        | Notice::WasDown { .. }
        | Notice::NobodyThere { .. }
        | Notice::ChatWasDown { .. }
        | Notice::ChannelRefuses { .. }
        | Notice::FetchRefused { .. }
        | Notice::Quarantined { .. }
        | Notice::WroteAgain { .. }
        | Notice::News { .. } => false,
    }
}

async fn look(
    chat: &Chat,
    conversation: &str,
    thread: Option<&str>,
    together: &[Claimed],
) -> Result<HashMap<String, Sent>, SendError> {
    let mut keys: Vec<String> = together.iter().map(|one| one.mark.clone()).collect();
    keys.dedup();
    let oldest = together.iter().map(|one| one.created_at).min();
    let since = oldest.unwrap_or_default() - SETTLE;
    chat.find(conversation, &keys, since, thread).await
}

/// A card that was asked for only once stands as it was asked for; another one may show something old, and
/// is shown once more.
fn as_posted(one: &Claimed) -> Claimed {
    let revision = if one.revision == 1 { 1 } else { 0 };
    Claimed {
        revision,
        ..one.clone()
    }
}

/// A look-up that failed leaves the outcome as unknown as it was: nothing may be posted on it.
fn still_unknown(error: SendError) -> SendError {
    match error {
        SendError::Retry { why, .. } | SendError::Unknown { why } => SendError::Unknown { why },
        SendError::Fail {
            kind: FailKind::Config | FailKind::OurBug | FailKind::Other,
            word,
        } => {
            tracing::error!(
                why = word,
                "the chat does not let Baton look whether a message arrived; it is asked again"
            );
            SendError::Retry {
                after: LONGEST_PAUSE.try_into().ok(),
                why: word,
            }
        }
        SendError::NotYet { .. } | SendError::Fail { .. } => error,
    }
}
