//! What happens by itself: leads whose moment has come, absences that begin, messages that wait.
//!
//! Nothing here remembers anything: what is due is in the database. The loops look, do what is
//! due, and sleep until the next moment or until they are woken, a second at the most.

mod deliver;
pub mod fetch;
mod groups;
mod guard;
mod left;
mod look_up;
mod outlet;
mod people;
mod presence;
mod render;
mod send;
mod settle;
mod token;
mod told;
mod watch;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, civil::Date};
use tokio::{sync::Mutex, task::JoinSet};
use tokio_util::sync::CancellationToken;

use self::{guard::guarded, outlet::Outlet, presence::Refused};
use crate::{
    chat::Chats,
    domain::id::{LeadId, RepId},
    engine::{Engine, Error},
    store::{
        Channel, Db, Wake,
        instance::{self, DOWN},
        leads, outbox, reps,
    },
};

/// No sleep is longer: a clock that was moved, or a notification that was lost, is noticed by then.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// How long the clocks rest between two looks; a step is late by that at most.
const REST: Duration = Duration::from_millis(20);

/// Due leads handled in one transaction: some ten milliseconds, for which a press waits.
const LEADS_AT_ONCE: usize = 64;

/// Due leads taken in one go.
const LEADS_PER_LOOK: i64 = 256;

/// Leads that wait, and whose chance has come, taken in one go.
const WAITING_PER_LOOK: usize = 64;

/// In seconds.
const MINUTE: i64 = 60;

/// How often an instance says that it is alive.
const BEAT: SignedDuration = SignedDuration::from_secs(5);

/// How long a lead that can't be handled is left alone, so that it holds up nobody.
const TROUBLED: SignedDuration = SignedDuration::from_secs(30);

/// Wakes leads and delivers the outbox.
#[derive(Clone)]
pub struct Worker {
    engine: Engine,
    /// The chats, each for itself.
    outlets: Vec<Arc<Outlet>>,
    /// This process, among replicas.
    name: String,
    /// When it was last looked what concerns people, in seconds.
    people_seen_to: Arc<AtomicI64>,
    /// How often it was looked what is due.
    looks: Arc<AtomicU64>,
    /// Which manager has been told of which week, or need not be.
    forecasts: Arc<Mutex<BTreeMap<RepId, Date>>>,
    /// Whether Teams may not be asked who is out of office.
    refused: Arc<Refused>,
}

/// What the clocks keep in mind from one look to the next.
#[derive(Debug)]
struct Looks {
    /// When this instance last said that it is alive, by the machine's clock; before the first time, never.
    beat_at: Timestamp,
    /// Leads that could not be handled, and until when they are left alone.
    troubled: Vec<(LeadId, Timestamp)>,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            beat_at: Timestamp::MIN,
            troubled: Vec::new(),
        }
    }
}

/// What one look did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Leads whose moment had come.
    pub leads: usize,
    /// Absences that began.
    pub absences: usize,
    /// Messages that were tried.
    pub messages: usize,
}

impl Worker {
    /// A worker for this engine; without a chat messages wait.
    #[must_use]
    pub fn new(engine: Engine, chats: &Chats) -> Self {
        let now = engine.clock().now();
        let name = format!("run_{}", engine.clock().chance(now).next_ulid());
        Self {
            engine: engine.in_line(),
            outlets: chats
                .all()
                .cloned()
                .map(Outlet::new)
                .map(Arc::new)
                .collect(),
            name,
            people_seen_to: Arc::default(),
            looks: Arc::default(),
            forecasts: Arc::default(),
            refused: Arc::default(),
        }
    }

    /// Works until `stop`; what is being sent then is finished.
    ///
    /// # Errors
    /// If one of the loops ends by itself, which it must not.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut loops = JoinSet::new();
        loops.spawn(self.clone().keep_clocks(stop.clone()));
        for outlet in &self.outlets {
            let (worker, outlet) = (self.clone(), Arc::clone(outlet));
            loops.spawn(worker.keep_delivering(outlet, stop.clone()));
        }
        if !self.outlets.is_empty() {
            loops.spawn(self.clone().keep_knowing_people(stop.clone()));
            loops.spawn(self.clone().keep_token(stop.clone()));
        }
        while let Some(ended) = loops.join_next().await {
            if !stop.is_cancelled() {
                anyhow::bail!("a worker loop ended: {ended:?}");
            }
        }
        Ok(())
    }

    async fn keep_clocks(self, stop: CancellationToken) {
        let mut wake = self.db().subscribe(Channel::Leads);
        let mut looks = Looks::default();
        while !stop.is_cancelled() {
            wake.mark_unchanged();
            if let Err(error) = guarded(self.beat(&mut looks.beat_at)).await {
                tracing::warn!(%error, "this instance could not say that it is alive");
            }
            let next = match guarded(self.look(&mut looks)).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::warn!(%error, "due leads could not be read; trying again");
                    None
                }
            };
            self.looks.fetch_add(1, Ordering::Relaxed);
            // Every lead that comes in wakes this loop: under load one look serves many.
            tokio::time::sleep(REST).await;
            self.sleep(next, &mut wake, &stop).await;
        }
    }

    async fn look(&self, looks: &mut Looks) -> Result<Option<Timestamp>, Error> {
        self.wake_due(looks).await?;
        self.engine.rest_the_silent().await?;
        self.engine.begin_absences().await?;
        self.engine.note_last_days().await?;
        self.see_to_people_at_times().await?;
        let now = self.engine.clock().now();
        let (lead, absence) = self
            .db()
            .read(async |mut tx| {
                let lead = leads::next_wake(&mut tx).await?;
                Ok::<_, Error>((lead, reps::next_absence_change(&mut tx, now).await?))
            })
            .await?;
        // A troubled lead stays due; it must not keep the loop from sleeping.
        let lead = lead.filter(|_| looks.troubled.is_empty());
        Ok([lead, absence].into_iter().flatten().min())
    }

    /// What concerns people and no lead: returns every second at the most, and every minute what the coming week is like.
    async fn see_to_people_at_times(&self) -> Result<(), Error> {
        let now = self.engine.clock().now().as_second();
        let last = self.people_seen_to.swap(now, Ordering::Relaxed);
        if now == last {
            return Ok(());
        }
        self.engine.tell_returned().await?;
        if now / MINUTE != last / MINUTE {
            self.tell_forecasts().await?;
        }
        Ok(())
    }

    async fn tell_forecasts(&self) -> Result<(), Error> {
        let mut seen = self.forecasts.lock().await;
        self.engine.tell_forecasts(&mut seen).await?;
        Ok(())
    }

    /// How often the loops, or this worker's clones', have looked what is due: for tests, which let them run.
    #[must_use]
    pub fn looks(&self) -> u64 {
        self.looks.load(Ordering::Relaxed)
    }

    /// Everything that is due now, once: for tests, which move the clock and call this.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn tick(&self) -> Result<Done, Error> {
        let mut looks = Looks::default();
        self.beat(&mut looks.beat_at).await?;
        self.renew_token().await?;
        self.learn_people().await?;
        Box::pin(self.learn_presence()).await?;
        self.learn_groups().await?;
        let leads = self.wake_due(&mut looks).await?;
        let silent = self.engine.rest_the_silent().await?;
        let absences = self.engine.begin_absences().await? + self.engine.note_last_days().await?;
        let absences = silent + absences;
        self.engine.tell_returned().await?;
        self.tell_forecasts().await?;
        let mut messages = 0;
        for outlet in &self.outlets {
            let stop = CancellationToken::new();
            messages += self.deliver_due(outlet, None, &stop).await?;
        }
        Ok(Done {
            leads,
            absences,
            messages,
        })
    }

    async fn wake_due(&self, looks: &mut Looks) -> Result<usize, Error> {
        let mut woken = 0;
        let mut before: Vec<LeadId> = Vec::new();
        loop {
            // With very many to see to this takes long, and nobody is to think that it stands still.
            self.beat(&mut looks.beat_at).await?;
            let troubled = &mut looks.troubled;
            let now = self.engine.clock().now();
            // One that a clock put back since would leave alone for longer is tried again, too.
            troubled.retain(|(_, until)| *until > now && until.duration_since(now) <= TROUBLED);
            let (mut waiting, mut due) = self
                .db()
                .read(async |mut tx| {
                    let waiting = leads::waiting_and_due(&mut tx, now, WAITING_PER_LOOK).await?;
                    Ok::<_, Error>((waiting, leads::due(&mut tx, now, LEADS_PER_LOOK).await?))
                })
                .await?;
            let fine = |id: &LeadId| troubled.iter().all(|(bad, _)| bad != id);
            waiting.retain(fine);
            if waiting.len() == WAITING_PER_LOOK {
                // More of those who wait are among the others then, and would not go in their order.
                due.clear();
            }
            due.retain(|(id, _)| fine(id) && !waiting.contains(id));
            if due.is_empty() && waiting.is_empty() {
                return Ok(woken);
            }
            // In their order, one after the other: of those who wait for the same people, too.
            let all: Vec<LeadId> = waiting
                .into_iter()
                .chain(due.into_iter().map(|(id, _)| id))
                .collect();
            // Whatever is wrong with them, it holds up nothing else.
            if all == before {
                return Ok(woken);
            }
            woken += all.len();
            for some in all.chunks(LEADS_AT_ONCE) {
                // Whoever stood still meanwhile has to make up for that before anything else expires.
                self.beat(&mut looks.beat_at).await?;
                let failed = self.wake_all(some, &mut looks.beat_at).await?;
                let failed = failed.into_iter().map(|id| (id, now + TROUBLED));
                looks.troubled.extend(failed);
            }
            before = all;
        }
    }

    /// Lets leads do what is due, in one transaction; if one can't, each in its own. Answers with those that failed.
    ///
    /// # Errors
    /// If it is the database that takes nothing any more. The others wait then: by the time it is back they may have more
    /// time, since nobody could answer meanwhile.
    async fn wake_all(
        &self,
        leads: &[LeadId],
        beat_at: &mut Timestamp,
    ) -> Result<Vec<LeadId>, Error> {
        let mut failed = Vec::new();
        let Err(error) = self.wake(leads).await else {
            return Ok(failed);
        };
        self.try_writing().await?;
        tracing::debug!(%error, leads = leads.len(), "due leads are handled one by one");
        for id in leads {
            self.beat(beat_at).await?;
            if let Err(error) = self.wake(std::slice::from_ref(id)).await {
                self.try_writing().await?;
                tracing::error!(lead.id = %id, %error, "a due lead could not be handled; it is tried again");
                failed.push(id.clone());
            }
        }
        Ok(failed)
    }

    /// Whether the database takes anything at all.
    async fn try_writing(&self) -> Result<(), Error> {
        let db = self.db();
        db.write(async |mut tx| Ok(instance::try_writing(&mut tx, &self.name).await?))
            .await
    }

    /// Lets leads do what is due, all or none of them, and notes how late that was.
    async fn wake(&self, leads: &[LeadId]) -> anyhow::Result<()> {
        let since = guarded(self.engine.all_due(leads)).await?;
        let now = self.engine.clock().now();
        for at in since {
            let late = now.duration_since(at).as_secs_f64();
            metrics::histogram!("baton_step_lateness_seconds").record(late);
        }
        Ok(())
    }

    async fn beat(&self, last: &mut Timestamp) -> Result<(), Error> {
        let clock = self.engine.clock();
        // The demo skips time, and does not stand still for it.
        let machine = clock.now().checked_sub(clock.shift());
        let machine = machine.unwrap_or(Timestamp::MAX);
        let first = *last == Timestamp::MIN;
        let silent = machine.duration_since(*last);
        if !first && (SignedDuration::ZERO..BEAT).contains(&silent) {
            return Ok(());
        }
        // A clock that was put goes by the database's from now on, if that has one.
        let shift = clock.shift();
        if !first && !(SignedDuration::ZERO..=DOWN).contains(&silent) {
            self.engine.agree_on_time().await;
        }
        let back = shift - clock.shift() - silent;
        // A machine that slept, or a process that was stopped: nobody could be asked meanwhile.
        if !first && silent > DOWN {
            self.make_up_for_downtime().await?;
        }
        let now = clock.now();
        self.db()
            .write(async |mut tx| {
                if back > SignedDuration::ZERO {
                    outbox::set_back(&mut tx, back + BEAT, now).await?;
                }
                Ok::<_, Error>(instance::beat(&mut tx, &self.name, now).await?)
            })
            .await?;
        *last = machine;
        Ok(())
    }

    /// Takes the chat's groups as they were known last, until the chat is asked. Called once, before
    /// anything is routed.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn recall_groups(&self) -> Result<(), Error> {
        self.go_by_groups().await
    }

    /// Ends the leases of whoever ran before, where nobody else can run: what was under way then is
    /// looked up soon. Called once, before the loops start.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn take_over(&self) -> Result<(), Error> {
        let now = self.engine.clock().now();
        self.db()
            .write(async |mut tx| {
                Ok::<_, Error>(outbox::take_over(&mut tx, now + deliver::SETTLE).await?)
            })
            .await?;
        Ok(())
    }

    /// Finds out since when nobody ran on this database; offers that waited meanwhile get that
    /// time back. Called before the loops start, and when they find that they stood still.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn make_up_for_downtime(&self) -> Result<(), Error> {
        let now = self.engine.clock().now();
        let seen = self
            .db()
            .read(async |mut tx| Ok::<_, Error>(instance::last_seen(&mut tx, now).await?))
            .await?;
        let Some(seen) = seen.filter(|seen| now.duration_since(*seen) > DOWN) else {
            return Ok(());
        };
        let leads = self.engine.note_outage(seen, now).await?;
        let minutes = now.duration_since(seen).as_mins();
        tracing::info!(
            minutes,
            leads,
            "Baton was down; offers that waited get that time back"
        );
        Ok(())
    }

    fn db(&self) -> &Db {
        self.engine.db()
    }

    /// Sleeps until `next`, until woken, or a second.
    async fn sleep(&self, next: Option<Timestamp>, wake: &mut Wake, stop: &CancellationToken) {
        let now = self.engine.clock().now();
        let until = next.map_or(LONGEST_SLEEP, |next| {
            Duration::try_from(next.duration_since(now))
                .unwrap_or(Duration::ZERO)
                .min(LONGEST_SLEEP)
        });
        tokio::select! {
            () = stop.cancelled() => {}
            _ = wake.changed() => {}
            () = tokio::time::sleep(until) => {}
        }
    }
}
