//! The sources in force, each with the count of what it has sent lately.

use std::{
    collections::BTreeMap,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::Clock as _,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};

use crate::{
    clock::Clock,
    domain::id::SourceId,
    intake::{Over, Rate, Source},
};

/// A source with what it may still send.
#[derive(Debug)]
pub struct Webhook {
    /// The source.
    pub source: Source,
    pace: Option<Arc<Pace>>,
}

/// How often somebody was put in line, and whether anybody may still be waiting there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    times: u64,
    anybody: bool,
}

/// Counts against a source's rate, by the time that passes: a clock that is put back must not keep anybody out.
#[derive(Debug)]
struct Pace {
    rate: Rate,
    waiting: Mutex<Waiting>,
    time: Time,
    limiter: RateLimiter<NotKeyed, InMemoryState, Time, NoOpMiddleware<Duration>>,
}

/// Since when it is counted, and how long that is.
#[derive(Clone)]
struct Time(Arc<dyn Fn() -> Duration + Send + Sync>);

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", (self.0)())
    }
}

impl governor::clock::Clock for Time {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.0)()
    }
}

impl Pace {
    fn new(rate: Rate, clock: &Clock) -> Option<Self> {
        let count = NonZeroU32::new(rate.count)?;
        let each = Duration::try_from(rate.per).ok()?.checked_div(rate.count)?;
        let quota = Quota::with_period(each)?.allow_burst(count);
        let time = Time(clock.stopwatch());
        let limiter = RateLimiter::direct_with_clock(quota, time.clone());
        Some(Self {
            rate,
            waiting: Mutex::default(),
            time,
            limiter,
        })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Webhook {
    /// Takes one from what the source may send.
    ///
    /// # Errors
    /// After how many seconds there is room again.
    pub fn spend(&self) -> Result<(), u64> {
        let Some(pace) = &self.pace else {
            return Ok(());
        };
        pace.limiter.check().map_err(|over| {
            let wait = over.wait_time_from(pace.time.now());
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }

    /// Takes one of somebody who has just come: not before those who wait already.
    ///
    /// # Errors
    /// After how many seconds there may be room.
    pub fn in_turn(&self) -> Result<(), u64> {
        let behind = |pace: &Arc<Pace>| pace.waiting().anybody;
        if self.source.over == Over::Hold && self.pace.as_ref().is_some_and(behind) {
            return Err(1);
        }
        self.spend()
    }

    /// Somebody waits to be let in.
    pub fn hold(&self) {
        if let Some(pace) = &self.pace {
            let mut waiting = pace.waiting();
            waiting.times += 1;
            waiting.anybody = true;
        }
    }

    /// Who waits now.
    #[must_use]
    pub fn line(&self) -> Waiting {
        let pace = self.pace.as_ref();
        pace.map(|pace| *pace.waiting()).unwrap_or_default()
    }

    /// Nobody waits who did when `line` was looked at; unless somebody came since, nobody waits at all.
    pub fn nobody_waits(&self, line: Waiting) {
        if let Some(pace) = &self.pace {
            let mut waiting = pace.waiting();
            if *waiting == line {
                waiting.anybody = false;
            }
        }
    }
}

/// The sources in force by their names.
#[derive(Debug, Default)]
pub struct Webhooks(BTreeMap<SourceId, Arc<Webhook>>);

impl Webhooks {
    /// Puts `sources` in force in place of `before`; who keeps their rate keeps their count.
    #[must_use]
    pub fn new(sources: Vec<Source>, before: &Self, clock: &Clock) -> Self {
        let with_pace = |source: Source| {
            let pace = source.rate.and_then(|rate| {
                let kept = before.0.get(&source.id).and_then(|old| old.pace.clone());
                let kept = kept.filter(|pace| pace.rate == rate);
                kept.or_else(|| Pace::new(rate, clock).map(Arc::new))
            });
            (source.id.clone(), Arc::new(Webhook { source, pace }))
        };
        Self(sources.into_iter().map(with_pace).collect())
    }

    /// The source with this name.
    #[must_use]
    pub fn get(&self, id: &SourceId) -> Option<Arc<Webhook>> {
        self.0.get(id).cloned()
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Webhook>> {
        self.0.values()
    }
}
