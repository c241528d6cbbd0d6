//! What was acknowledged, as the people and programs outside remember it. It is what `kill` compares with.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A submission that was answered with 200.
#[derive(Clone, Debug)]
pub struct Submission {
    pub key: String,
    pub person: u64,
    /// The lead in the answer.
    pub lead: String,
}

/// A press of Accept that was answered in time and without a complaint.
#[derive(Clone, Debug)]
pub struct Pressed {
    pub offer: String,
    /// The rep's id in the configuration.
    pub rep: String,
    /// When the answer was there, by the wall clock in microseconds.
    pub answered_at: i64,
}

/// Everything acknowledged, and how often something was not.
#[derive(Default)]
pub struct Ledger {
    pub submissions: Vec<Submission>,
    pub presses: Vec<Pressed>,
    /// Offers that somebody has pressed or has decided to leave.
    pub seen: HashSet<String>,
    /// Posts that were tried again, for want of an answer.
    pub posts_again: u64,
    /// Presses that were tried again.
    pub presses_again: u64,
    /// Presses given up without an answer: they may or may not have counted.
    pub presses_unknown: u64,
    /// What was wrong already when it happened.
    pub violations: Vec<String>,
}

/// A ledger that many write into.
#[derive(Default)]
pub struct Shared(Mutex<Ledger>);

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, Ledger> {
        // Nothing in it is ever half written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of it, once nobody writes any more.
    pub fn take(&self) -> Ledger {
        std::mem::take(&mut self.lock())
    }
}
