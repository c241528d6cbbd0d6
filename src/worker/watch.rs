//! Whether a chat can be reached: while it can't, nothing is tried but that; when it is back, offers that
//! waited get the time.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use super::{Worker, outlet::Outlet};
use crate::{
    chat::Reach,
    engine::Error,
    store::{instance::DOWN, leads},
};

/// How often a chat that is down is asked whether it is back.
const PROBE: SignedDuration = SignedDuration::from_secs(5);
/// How long a chat may be left alone while somebody is asked something there.
const QUIET: Duration = Duration::from_secs(60);

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
    pub(super) async fn reaches(&self, outlet: &Outlet) -> Result<bool, Error> {
        let now = self.engine.clock().now();
        match (outlet.watch.get(), outlet.chat.reach()) {
            (State::New, _) => {
                let lasting = self.engine.chat_down_since(outlet.platform()).await?;
                if let Some(since) = lasting {
                    return self.ask(outlet, since, now).await;
                }
                outlet.watch.set(State::Up);
                Ok(true)
            }
            (State::Up, Reach::Unknown) => Ok(true),
            (State::Up, Reach::Answers) => {
                self.listen(outlet).await?;
                Ok(true)
            }
            (State::Up, Reach::SilentFor(time)) => {
                let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::ZERO);
                if time < DOWN {
                    return Ok(true);
                }
                self.ask(outlet, now - time, now).await
            }
            (State::Down { .. }, Reach::Answers) => self.back(outlet, now).await,
            (State::Down { probe_at }, Reach::Unknown | Reach::SilentFor(_)) => {
                // By a clock that was put back since, it would be long until then.
                if now < probe_at && probe_at.duration_since(now) <= PROBE {
                    return Ok(false);
                }
                self.ask(outlet, now, now).await
            }
        }
    }

    /// Behind a card that waits for an answer the chat may break down without any call of ours that would fail. Where
    /// somebody is asked, a chat that was not spoken to for a while is: what it does not answer is known in time.
    async fn listen(&self, outlet: &Outlet) -> Result<(), Error> {
        if outlet.chat.quiet_for().is_none_or(|time| time < QUIET) {
            return Ok(());
        }
        let asked = self
            .db()
            .read(async |mut tx| leads::anybody_asked(&mut tx).await);
        if asked.await? {
            // What came of it is known to the chat itself.
            let _ = outlet.chat.knock().await;
        }
        Ok(())
    }

    /// Asks the chat whether it is there: a single call that failed is no outage.
    async fn ask(&self, outlet: &Outlet, since: Timestamp, now: Timestamp) -> Result<bool, Error> {
        // What came of it is known to the chat itself.
        let _ = outlet.chat.check().await;
        match outlet.chat.reach() {
            Reach::Answers => self.back(outlet, now).await,
            Reach::Unknown | Reach::SilentFor(_) => {
                if !matches!(outlet.watch.get(), State::Down { .. }) {
                    let since = self.engine.chat_down(outlet.platform(), since).await?;
                    tracing::error!(%since, chat = outlet.platform().name(), "the chat can't be reached; offers wait until it is back");
                }
                let probe_at = now + PROBE;
                outlet.watch.set(State::Down { probe_at });
                Ok(false)
            }
        }
    }

    async fn back(&self, outlet: &Outlet, now: Timestamp) -> Result<bool, Error> {
        if let Some(since) = self.engine.chat_back(outlet.platform()).await? {
            let seconds = now.duration_since(since).as_secs();
            tracing::warn!(
                seconds,
                chat = outlet.platform().name(),
                "the chat is back; offers that waited get that time"
            );
        }
        outlet.watch.set(State::Up);
        Ok(true)
    }
}
