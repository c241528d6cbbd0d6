//! Delivering the outbox: what is taken when, and how much of it at a time.
//!
//! One message per person or channel is under way at a time, so that what was said first arrives first.
//! New messages go before changes of old cards, and no more of these is taken than the chat allows. Each chat is
//! delivered to by itself.

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::task::{self, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::{LONGEST_SLEEP, Worker, guard::guarded, outlet::Outlet};
use crate::{
    chat::Kind,
    engine::Error,
    store::{
        Channel, Wake,
        outbox::{self, Claimed, Lanes},
    },
};

/// How long a message may be under way before another worker takes it over.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// Messages under way at a time, those included that wait until the chat takes them.
const AT_ONCE: usize = 64;

/// Of these, changes of old cards.
const EDITS_AT_ONCE: usize = 16;

/// Conversations that are looked through at a time.
const LOOK_UPS_AT_ONCE: usize = 8;

/// How often it is looked for messages whose worker did not come back, and for such that may have been sent.
const LOOK: SignedDuration = SignedDuration::from_secs(1);

/// After an unknown outcome the chat's history is given so long to catch up.
pub(super) const SETTLE: SignedDuration = SignedDuration::from_secs(5);

/// How a delivery may wait for its turn at the chat.
#[derive(Clone)]
pub(super) struct Patience {
    /// Ends all waiting.
    pub stop: CancellationToken,
    /// Whether time passes by itself; a test moves it only when nobody waits.
    pub live: bool,
}

/// Everything that is under way.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<()>,
    /// Which task delivers to whom; a look-up holds up no line.
    lines: HashMap<task::Id, Option<String>>,
    tried: usize,
    looked_at: Option<Timestamp>,
}

impl UnderWay {
    fn busy(&self) -> Vec<String> {
        self.lines.values().flatten().cloned().collect()
    }

    fn edits(&self) -> usize {
        let lines = self.lines.values().flatten();
        lines.filter(|line| outbox::is_edit(line)).count()
    }

    fn look_ups(&self) -> usize {
        self.lines.values().filter(|line| line.is_none()).count()
    }

    fn spawn(&mut self, line: Option<String>, task: impl Future<Output = ()> + Send + 'static) {
        // A task of its own: whoever holds the database's writer must not wait for this loop.
        let task = self.tasks.spawn(task);
        self.lines.insert(task.id(), line);
    }

    /// Waits until something is done; whether there was something under way.
    async fn done(&mut self) -> bool {
        let Some(done) = self.tasks.join_next_with_id().await else {
            return false;
        };
        self.lines.remove(&task_of(done));
        while let Some(done) = self.tasks.try_join_next_with_id() {
            self.lines.remove(&task_of(done));
        }
        true
    }
}

impl Worker {
    pub(super) async fn keep_delivering(self, outlet: Arc<Outlet>, stop: CancellationToken) {
        let mut wake = self.db().subscribe(Channel::Outbox);
        while !stop.is_cancelled() {
            wake.mark_unchanged();
            let delivered = guarded(self.deliver_due(&outlet, Some(&mut wake), &stop)).await;
            if let Err(error) = delivered {
                tracing::warn!(%error, "waiting messages could not be read; trying again");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            // What can't be read now is looked at again after the longest sleep.
            let next = self.next_at(&outlet).await.unwrap_or_default();
            self.sleep(next, &mut wake, &stop).await;
        }
    }

    /// When there is something to deliver next, by the outbox and by what the chats take.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn next_delivery(&self) -> Result<Option<Timestamp>, Error> {
        let mut next = None;
        for outlet in &self.outlets {
            let due = self.next_at(outlet).await?;
            next = [next, due].into_iter().flatten().min();
        }
        Ok(next)
    }

    async fn next_at(&self, outlet: &Outlet) -> Result<Option<Timestamp>, Error> {
        let (chat, now) = (&outlet.chat, self.engine.clock().now());
        if let Some(probe) = outlet.watch.next_probe(now) {
            return Ok(Some(probe));
        }
        let (change, look_up) = (chat.room(Kind::Change), chat.room(Kind::LookUp));
        let lanes = Lanes {
            edits: count(change.calls),
            look_ups: look_up.calls > 0,
        };
        let others = self.lines_of_others(outlet);
        let due = self
            .db()
            .read(async |mut tx| outbox::next_due(&mut tx, now, &others, lanes).await)
            .await?;
        let rooms = [change, look_up].into_iter().filter(|room| room.calls == 0);
        let rooms = rooms.filter_map(|room| now.checked_add(room.next).ok());
        Ok(rooms.chain(due).min())
    }

    /// Delivers what is due until nothing is under way; returns how many messages were tried.
    ///
    /// A place that becomes free is filled at once, and so is one for a message that `wake` tells
    /// of: whoever the chat is slow with delays nobody else.
    pub(super) async fn deliver_due(
        &self,
        outlet: &Arc<Outlet>,
        mut wake: Option<&mut Wake>,
        stop: &CancellationToken,
    ) -> Result<usize, Error> {
        let patience = Patience {
            stop: stop.clone(),
            live: wake.is_some(),
        };
        let mut under_way = UnderWay::default();
        loop {
            if !stop.is_cancelled() && self.reaches(outlet).await? {
                self.take_on(outlet, &mut under_way, &patience).await?;
            }
            tokio::select! {
                more = under_way.done() => if !more { return Ok(under_way.tried) },
                () = rung(wake.as_deref_mut()) => {}
                // What becomes due by time meanwhile waits for nobody either.
                () = tokio::time::sleep(LONGEST_SLEEP), if wake.is_some() => {}
            }
        }
    }

    async fn take_on(
        &self,
        outlet: &Arc<Outlet>,
        under_way: &mut UnderWay,
        patience: &Patience,
    ) -> Result<(), Error> {
        let now = self.engine.clock().now();
        if under_way
            .looked_at
            .is_none_or(|at| !(SignedDuration::ZERO..LOOK).contains(&now.duration_since(at)))
        {
            under_way.looked_at = Some(now);
            for together in self.claim_unknown(outlet, under_way, now).await? {
                under_way.tried += together.len();
                let (worker, outlet, patience) =
                    (self.clone(), Arc::clone(outlet), patience.clone());
                let task = async move { worker.look_up(&outlet, together, &patience).await };
                under_way.spawn(None, task);
            }
        }
        for claimed in self.claim(outlet, under_way, now).await? {
            under_way.tried += 1;
            let line = Some(claimed.recipient.clone());
            let (worker, outlet, patience) = (self.clone(), Arc::clone(outlet), patience.clone());
            let task = async move { worker.deliver(&outlet, claimed, &patience).await };
            under_way.spawn(line, task);
        }
        Ok(())
    }

    async fn claim(
        &self,
        outlet: &Outlet,
        under_way: &UnderWay,
        now: Timestamp,
    ) -> Result<Vec<Claimed>, Error> {
        let free = AT_ONCE.saturating_sub(under_way.lines.len());
        let free = free.min(outlet.calls.available_permits());
        if free == 0 {
            return Ok(Vec::new());
        }
        let room = outlet.chat.room(Kind::Change).calls.min(EDITS_AT_ONCE);
        let edits = room.saturating_sub(under_way.edits());
        let (span, most) = ((now, now + LEASE), (count(free), count(edits)));
        let busy = [under_way.busy(), self.lines_of_others(outlet)].concat();
        self.db()
            .write(async |mut tx| Ok(outbox::claim(&mut tx, &self.name, span, most, &busy).await?))
            .await
    }

    /// Takes back what was left under way, and takes what may have been sent already to look for it.
    async fn claim_unknown(
        &self,
        outlet: &Outlet,
        under_way: &UnderWay,
        now: Timestamp,
    ) -> Result<Vec<Vec<Claimed>>, Error> {
        let room = outlet.chat.room(Kind::LookUp).calls.min(LOOK_UPS_AT_ONCE);
        let most = count(room.saturating_sub(under_way.look_ups()));
        let (span, others) = ((now, now + LEASE), self.lines_of_others(outlet));
        self.db()
            .write(async |mut tx| {
                // Whoever held it has had its minute: what it sent has arrived by now.
                outbox::reclaim_expired(&mut tx, now, now).await?;
                Ok(outbox::claim_unknown(&mut tx, &self.name, span, most, &others).await?)
            })
            .await
    }
}

/// Which delivery has ended; one that was broken off is taken up again when its lease has ended.
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

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}
