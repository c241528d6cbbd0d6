//! The chats that Baton is connected to. A company may use both; each is there once at most.

use std::{collections::BTreeMap, sync::Arc};

use super::{Chat, slack::Slack, teams::Teams};
use crate::domain::policy::Platform;

/// Every chat that there is; clones share them.
#[derive(Clone, Default)]
pub struct Chats(BTreeMap<Platform, Arc<Chat>>);

impl Chats {
    /// These; of two of one kind the last.
    #[must_use]
    pub fn of(chats: impl IntoIterator<Item = Arc<Chat>>) -> Self {
        let chats = chats.into_iter();
        Self(chats.map(|chat| (chat.platform(), chat)).collect())
    }

    /// The one of this kind.
    #[must_use]
    pub fn get(&self, platform: Platform) -> Option<&Arc<Chat>> {
        self.0.get(&platform)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Chat>> {
        self.0.values()
    }

    /// Slack, to verify who calls and to take what comes through its sockets.
    #[must_use]
    pub fn slack(&self) -> Option<&Slack> {
        match self.get(Platform::Slack).map(Arc::as_ref) {
            Some(Chat::Slack(slack)) => Some(slack),
            Some(Chat::Teams(_)) | None => None,
        }
    }

    /// Teams, to verify who calls.
    #[must_use]
    pub fn teams(&self) -> Option<&Teams> {
        match self.get(Platform::Teams).map(Arc::as_ref) {
            Some(Chat::Teams(teams)) => Some(teams),
            Some(Chat::Slack(_)) | None => None,
        }
    }
}
