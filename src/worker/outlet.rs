//! One chat that messages go to. Each has its own: calls under way, watch over outages, pace. What one of them
//! is slow with, or down for, concerns the other in nothing.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{Worker, render::Target, watch::Watch};
use crate::{
    chat::Chat,
    domain::{
        id::RepId,
        policy::{Platform, Policy},
    },
    store::outbox::{Claimed, edit_lane, edited_in},
};

/// Calls to one chat at a time.
const CALLS_AT_ONCE: usize = 32;

/// A chat, and what is under way there.
pub(super) struct Outlet {
    pub(super) chat: Arc<Chat>,
    /// Calls to it at a time.
    pub(super) calls: Semaphore,
    pub(super) watch: Watch,
}

impl Outlet {
    pub(super) fn new(chat: Arc<Chat>) -> Self {
        Self {
            chat,
            calls: Semaphore::new(CALLS_AT_ONCE),
            watch: Watch::default(),
        }
    }

    pub(super) fn platform(&self) -> Platform {
        self.chat.platform()
    }
}

impl Worker {
    /// The outlet to a chat, if Baton is connected to it.
    pub(super) fn outlet(&self, platform: Platform) -> Option<&Arc<Outlet>> {
        let mut all = self.outlets.iter();
        all.find(|outlet| outlet.platform() == platform)
    }

    /// The chat in which a rep gets their messages.
    pub(super) fn chat_of(&self, rep: &RepId) -> Option<Arc<Chat>> {
        let rules = self.engine.rules();
        let platform = rules.policy.reps.get(rep)?.chat;
        self.outlet(platform).map(|outlet| Arc::clone(&outlet.chat))
    }

    /// In which chat a message goes out: a card that stands is changed there, everything else goes where its
    /// readers want it now.
    pub(super) fn goes_to(&self, claimed: &Claimed, target: &Target) -> Platform {
        let stands = edited_in(&claimed.recipient);
        stands.unwrap_or_else(|| target.platform(&self.engine.rules().policy))
    }

    /// The lines that another outlet serves. With one chat there are none; a line of nobody whom the rules know
    /// is everybody's.
    pub(super) fn lines_of_others(&self, outlet: &Outlet) -> Vec<String> {
        let others = self.outlets.iter().map(|other| other.platform());
        let others = others.filter(|other| *other != outlet.platform());
        let rules = self.engine.rules();
        others
            .flat_map(|other| lines_in(&rules.policy, other))
            .collect()
    }
}

/// The lines of messages that go to a chat.
fn lines_in(policy: &Policy, platform: Platform) -> Vec<String> {
    let edits = edit_lane(platform);
    let mut lines = Vec::new();
    let mut add = |line: String, new: bool| {
        lines.push(format!("{line}{edits}"));
        if new {
            lines.push(line);
        }
    };
    for rep in policy.reps.values() {
        add(format!("rep:{}", rep.id), rep.chat == platform);
    }
    for team in &policy.teams {
        let channel = team.channel.as_ref();
        let there = channel.is_some_and(|channel| channel.platform() == platform);
        add(format!("channel:{}", team.id), there);
    }
    lines
}
