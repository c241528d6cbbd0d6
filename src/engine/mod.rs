//! The only writer of leads: every event, whoever brings it, takes the same way.

mod absences;
mod activities;
mod apply;
mod backlog;
mod company;
mod coverage;
mod decision;
mod due;
mod entered;
mod fetched;
mod forecast;
mod hours;
mod known;
mod left;
mod list;
mod nightly;
mod odds;
mod outages;
mod people;
mod profile;
mod programs;
mod quarantine;
mod receive;
mod returns;
mod room;
mod sift;
mod silent;
mod sitting;
mod standing;
mod stored;
mod taken;
mod time;
mod world;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64},
    },
};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::{
    clock::Clock,
    domain::{
        event::{Effect, Event, Refusal},
        id::{LeadId, RepId},
        lead::Lead,
        policy::Groups,
    },
    rules::Rules,
    store::{self, Db, Tx},
};

use sitting::Sitting;

pub use absences::Cancelled;
pub use coverage::Coverage;
pub use fetched::{NotFetched, PATIENCE};
pub use forecast::Uncovered;
pub use left::Left;
pub use list::{Became, Foreseen};
pub use people::{Absence, Kept, Returned, Went};
pub use profile::Status;
pub use programs::Contact;
pub use receive::{Activities, Content, Received, Submission};
pub use sift::Sifting;
pub use standing::Standing;
pub use stored::Stored;

/// Handles events: loads under lock, decides, saves, wakes the worker.
#[derive(Clone)]
pub struct Engine {
    db: Db,
    clock: Clock,
    rules: Arc<ArcSwap<Rules>>,
    /// Who is in the chat's groups, as far as it is known.
    groups: Arc<ArcSwap<Groups>>,
    /// Up to when it is known who has left.
    left_noted: Arc<AtomicI64>,
    /// Whether an offer has had no answer since it was looked who answers none.
    lapsed: Arc<AtomicBool>,
}

/// Why an event was not handled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A person asked for what cannot be; the lead is as it was.
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// The lead as it is, to say who has it now.
        lead: Box<Lead>,
    },
    /// There is no such lead.
    #[error("there is no such lead")]
    NoSuchLead,
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What came of an event.
#[derive(Debug)]
pub struct Handled {
    /// The lead as it is now.
    pub lead: Lead,
    /// What followed.
    pub effects: Vec<Effect>,
    /// Who has room for another lead now.
    pub freed: BTreeSet<RepId>,
}

impl Engine {
    /// An engine on this database, under these rules.
    #[must_use]
    pub fn new(db: Db, clock: Clock, rules: Rules) -> Self {
        Self {
            db,
            clock,
            rules: Arc::new(ArcSwap::from_pointee(rules)),
            groups: Arc::default(),
            left_noted: Arc::new(AtomicI64::new(i64::MAX)),
            lapsed: Arc::new(AtomicBool::new(true)),
        }
    }

    /// The same engine for what comes in floods and can wait a little; see [`Db::in_line`].
    #[must_use]
    pub fn in_line(&self) -> Self {
        Self {
            db: self.db.in_line(),
            ..self.clone()
        }
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> Arc<Rules> {
        self.rules.load_full()
    }

    /// Puts other rules in force. Running clocks keep what they promised.
    pub fn set_rules(&self, mut rules: Rules) {
        rules.policy.join(&self.groups.load());
        self.rules.store(Arc::new(rules));
    }

    /// Goes by these people in the chat's groups from now on; says whether that makes a difference.
    pub fn set_groups(&self, groups: Groups) -> bool {
        if **self.groups.load() == groups {
            return false;
        }
        self.groups.store(Arc::new(groups));
        self.set_rules(Rules::new(self.rules().policy.clone()));
        true
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The database, for reading.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Handles one event of one lead, now.
    ///
    /// # Errors
    /// [`Error::Refused`] with the lead as it is; [`Error::NoSuchLead`]; [`Error::Store`].
    pub async fn handle(&self, lead: &LeadId, event: Event) -> Result<Handled, Error> {
        let now = self.clock.now();
        let (lead, event) = (lead.clone(), &event);
        self.db
            .write(async |mut tx| {
                // On the heap: whoever asks would carry all that may follow on the stack.
                Box::pin(self.handle_in(&mut tx, &lead, event.clone(), now)).await
            })
            .await
    }

    /// Handles one event in a transaction that does something else beside it.
    ///
    /// # Errors
    /// Like [`handle`](Self::handle).
    pub async fn handle_in(
        &self,
        tx: &mut Tx,
        lead: &LeadId,
        event: Event,
        now: Timestamp,
    ) -> Result<Handled, Error> {
        let mut sitting = Sitting::default();
        let handled = self.handle_sitting(tx, &mut sitting, lead, event, now);
        let handled = Box::pin(handled).await?;
        sitting.close(tx, now).await?;
        Ok(handled)
    }

    /// Decides one event, and lets those who wait have the room that it has made.
    async fn handle_sitting(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        lead: &LeadId,
        event: Event,
        now: Timestamp,
    ) -> Result<Handled, Error> {
        let handled = Box::pin(self.decide_sitting(tx, sitting, lead, event, now)).await?;
        Box::pin(self.fill_freed_room(tx, sitting, &handled, now)).await?;
        Ok(handled)
    }
}
