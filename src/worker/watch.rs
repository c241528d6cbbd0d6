//! Whether the chat can be reached: while it can't, nothing is tried but that; when it is back, offers that
//! waited get the time.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::{DOWN, Worker};
use crate::{
    chat::{Chat, Reach},
    engine::Error,
};

/// How often a chat that is down is asked whether it is back.
const PROBE: SignedDuration = SignedDuration::from_secs(5);

/// What is known of an outage in this process.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<State>);

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// What an earlier run has written down was not looked at yet.
    #[default]
    New,
    Up,
    /// Written down as down; asked again then.
    Down {
        probe_at: Timestamp,
    },
}

impl Watch {
    fn get(&self) -> State {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, state: State) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// When the chat is asked next whether it is back, if it is down.
    pub(super) fn next_probe(&self, now: Timestamp) -> Option<Timestamp> {
        match self.get() {
            State::Down { probe_at } => Some(probe_at.max(now)),
            State::New | State::Up => None,
        }
    }
}

impl Worker {
    /// Whether it is worth saying anything to the chat. Finds out, and writes down what has changed.
    pub(super) async fn reaches(&self, chat: &Chat) -> Result<bool, Error> {
        let now = self.engine.clock().now();
        match (self.watch.get(), chat.reach()) {
            (State::New, _) => {
                let lasting = self.engine.chat_down_since().await?;
                if let Some(since) = lasting {
                    return self.ask(chat, since, now).await;
                }
                self.watch.set(State::Up);
                Ok(true)
            }
            (State::Up, Reach::Unknown | Reach::Answers) => Ok(true),
            (State::Up, Reach::SilentFor(time)) => {
                let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::ZERO);
                if time < DOWN {
                    return Ok(true);
                }
                self.ask(chat, now - time, now).await
            }
            (State::Down { .. }, Reach::Answers) => self.back(now).await,
            (State::Down { probe_at }, Reach::Unknown | Reach::SilentFor(_)) => {
                if now < probe_at {
                    return Ok(false);
                }
                self.ask(chat, now, now).await
            }
        }
    }

    /// Asks the chat whether it is there: a single call that failed is no outage.
    async fn ask(&self, chat: &Chat, since: Timestamp, now: Timestamp) -> Result<bool, Error> {
        // What came of it is known to the chat itself.
        let _ = chat.check().await;
        match chat.reach() {
            Reach::Answers => self.back(now).await,
            Reach::Unknown | Reach::SilentFor(_) => {
                if !matches!(self.watch.get(), State::Down { .. }) {
                    let since = self.engine.chat_down(since).await?;
                    tracing::error!(%since, "the chat can't be reached; offers wait until it is back");
                }
                let probe_at = now + PROBE;
                self.watch.set(State::Down { probe_at });
                Ok(false)
            }
        }
    }

    async fn back(&self, now: Timestamp) -> Result<bool, Error> {
        if let Some(since) = self.engine.chat_back().await? {
            let seconds = now.duration_since(since).as_secs();
            tracing::warn!(
                seconds,
                "the chat is back; offers that waited get that time"
            );
        }
        self.watch.set(State::Up);
        Ok(true)
    }
}
