//! Leads that wait go before those that come.

use super::Engine;
use crate::{domain::event::Event, store::leads};

/// So many leads go before one that comes; the worker sees to the rest.
const AT_ONCE: usize = 8;

impl Engine {
    /// Before somebody comes in: those who wait, and whose chance has come, go first. Each has a transaction of its own,
    /// so that one that can't be handled holds up nobody.
    pub(super) async fn backlog_first(&self) {
        let now = self.clock.now();
        let due = self
            .db
            .read(async |mut tx| leads::waiting_and_due(&mut tx, now, AT_ONCE).await)
            .await;
        // Whether the database answers is for what follows to say.
        for lead in due.unwrap_or_default() {
            if let Err(error) = Box::pin(self.handle(&lead, Event::Due)).await {
                tracing::warn!(lead.id = %lead, %error, "a lead that waits could not be handled; the worker tries again");
            }
        }
    }
}
