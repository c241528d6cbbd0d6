//! The one place where time and chance are read.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use crate::domain::id::Chance;

/// What time it is; clones share it.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    /// The machine's clock, shifted by so many microseconds: the difference to the database's
    /// clock, or what the demo has skipped.
    System { shift: AtomicI64 },
    /// Stands still until a test moves it; microseconds since 1970, and by how many it was put instead of moved.
    Manual { at: AtomicI64, put: AtomicI64 },
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Kind::System {
            shift: AtomicI64::new(0),
        }))
    }

    /// A clock that stands still at `at`, for tests and simulations.
    #[must_use]
    pub fn manual(at: Timestamp) -> Self {
        Self(Arc::new(Kind::Manual {
            at: AtomicI64::new(at.as_microsecond()),
            put: AtomicI64::new(0),
        }))
    }

    /// This moment, in whole microseconds as the store keeps them.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let micros = match &*self.0 {
            Kind::System { shift } => system_micros().saturating_add(shift.load(Ordering::Relaxed)),
            Kind::Manual { at, .. } => at.load(Ordering::Relaxed),
        };
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
    }

    /// This moment, and by how much a system clock is shifted to say so.
    #[must_use]
    pub fn reading(&self) -> (Timestamp, SignedDuration) {
        match &*self.0 {
            Kind::System { shift } => {
                let shift = shift.load(Ordering::Relaxed);
                let now = Timestamp::from_microsecond(system_micros().saturating_add(shift));
                let now = now.unwrap_or(Timestamp::MAX);
                (now, SignedDuration::from_micros(shift))
            }
            Kind::Manual { .. } => (self.now(), SignedDuration::ZERO),
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(0).max(0);
        match &*self.0 {
            Kind::System { shift: at } | Kind::Manual { at, .. } => {
                at.fetch_add(micros, Ordering::Relaxed);
            }
        }
    }

    /// Puts a clock that stands still to another moment, also to an earlier one, as a machine's clock is put right. No
    /// time passes meanwhile.
    pub fn put(&self, to: Timestamp) {
        if let Kind::Manual { at, put } = &*self.0 {
            let was = at.swap(to.as_microsecond(), Ordering::Relaxed);
            put.fetch_add(to.as_microsecond() - was, Ordering::Relaxed);
        }
    }

    /// How far a system clock is shifted; zero for one that stands still.
    #[must_use]
    pub fn shift(&self) -> SignedDuration {
        match &*self.0 {
            Kind::System { shift } => SignedDuration::from_micros(shift.load(Ordering::Relaxed)),
            Kind::Manual { .. } => SignedDuration::ZERO,
        }
    }

    /// Shifts a system clock against the machine's.
    pub fn set_shift(&self, by: SignedDuration) {
        if let Kind::System { shift } = &*self.0 {
            shift.store(
                i64::try_from(by.as_micros()).unwrap_or(0),
                Ordering::Relaxed,
            );
        }
    }

    /// The time since now, which never goes back: real time, or that of a clock that stands still.
    #[must_use]
    pub fn stopwatch(&self) -> Arc<dyn Fn() -> Duration + Send + Sync> {
        match &*self.0 {
            Kind::System { .. } => {
                let start = Instant::now();
                Arc::new(move || start.elapsed())
            }
            Kind::Manual { .. } => {
                let (clock, start) = (self.clone(), self.moved());
                Arc::new(move || {
                    let passed = clock.moved() - start;
                    Duration::from_micros(u64::try_from(passed).unwrap_or(0))
                })
            }
        }
    }

    /// How far a clock that stands still was moved, but for where it was put; in microseconds.
    fn moved(&self) -> i64 {
        match &*self.0 {
            Kind::System { .. } => 0,
            Kind::Manual { at, put } => at.load(Ordering::Relaxed) - put.load(Ordering::Relaxed),
        }
    }

    /// Random bits for one decision at `now`.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is where chance is drawn")]
    pub fn chance(&self, now: Timestamp) -> Chance {
        Chance::new(now, ulid::Ulid::generate().random())
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where time is read")]
fn system_micros() -> i64 {
    Timestamp::now().as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopwatch_runs_with_its_clock() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let watch = clock.stopwatch();
        assert_eq!(watch(), Duration::ZERO);
        clock.advance(SignedDuration::from_secs(90));
        assert_eq!(watch(), Duration::from_secs(90));
        clock.put(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
        assert_eq!(
            watch(),
            Duration::from_secs(90),
            "nothing goes back in time"
        );
        let real = Clock::system();
        let watch = real.stopwatch();
        real.advance(SignedDuration::from_hours(1));
        assert!(
            watch() < Duration::from_secs(3_600),
            "a shift is no time that passed"
        );
    }
}
