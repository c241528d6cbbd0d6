//! Slack's rate limits, kept from our side: a call that would break one is not made, and its sender
//! is told when to come again. Nothing here waits.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::method::{Method, Tier};

/// The time since some fixed moment; it never goes back.
pub type Elapsed = Arc<dyn Fn() -> Duration + Send + Sync>;

/// The clock that buckets are filled by.
#[derive(Clone)]
struct Ticks(Elapsed);

impl Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.0)()
    }
}

type Buckets<K> = RateLimiter<K, DashMapStateStore<K>, Ticks, NoOpMiddleware<Duration>>;

/// The buckets of one workspace.
pub struct Limits {
    ticks: Ticks,
    paced: bool,
    tier3: Buckets<Method>,
    tier4: Buckets<Method>,
    posts: Buckets<String>,
    /// Until when Slack said not to call a method for a channel (`""` where there is none).
    blocked: Mutex<HashMap<(Method, String), Duration>>,
}

impl Limits {
    /// Full buckets; if calls are not `paced`, bottomless ones.
    pub fn new(elapsed: Elapsed, paced: bool) -> Self {
        let ticks = Ticks(elapsed);
        Self {
            tier3: buckets(per_minute(50), &ticks),
            tier4: buckets(per_minute(100), &ticks),
            posts: buckets(
                Quota::per_second(NonZeroU32::MIN).allow_burst(number(5)),
                &ticks,
            ),
            blocked: Mutex::default(),
            paced,
            ticks,
        }
    }

    /// Takes a place for one call.
    ///
    /// # Errors
    /// How long to wait, when there is none.
    pub fn take(&self, method: Method, channel: &str) -> Result<(), Duration> {
        if let Some(wait) = self.blocked_for(method, channel) {
            return Err(wait);
        }
        if !self.paced {
            return Ok(());
        }
        match method.tier() {
            Tier::Three => take(&self.tier3, &method),
            Tier::Four => take(&self.tier4, &method),
            Tier::Post => take(&self.posts, &channel.to_owned()),
            Tier::Free => Ok(()),
        }
    }

    /// Remembers a `Retry-After`: for this method and channel only, so that others flow.
    pub fn block(&self, method: Method, channel: &str, wait: Duration) {
        let until = self.ticks.now() + wait;
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        blocked.insert((method, channel.to_owned()), until);
    }

    fn blocked_for(&self, method: Method, channel: &str) -> Option<Duration> {
        let now = self.ticks.now();
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        blocked.retain(|_, until| *until > now);
        blocked
            .get(&(method, channel.to_owned()))
            .map(|until| *until - now)
    }
}

/// Half a minute's calls at once, the rest evenly: the limit holds over a minute and a half.
fn per_minute(calls: u32) -> Quota {
    Quota::per_minute(number(calls)).allow_burst(number(calls / 2))
}

fn number(calls: u32) -> NonZeroU32 {
    NonZeroU32::new(calls).unwrap_or(NonZeroU32::MIN)
}

fn buckets<K: std::hash::Hash + Eq + Clone>(quota: Quota, ticks: &Ticks) -> Buckets<K> {
    RateLimiter::new(quota, DashMapStateStore::default(), ticks.clone())
}

fn take<K: std::hash::Hash + Eq + Clone>(buckets: &Buckets<K>, key: &K) -> Result<(), Duration> {
    buckets
        .check_key(key)
        .map_err(|refused| refused.wait_time_from(buckets.clock().now()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn limits() -> (Limits, Arc<AtomicU64>) {
        limits_that_are(true)
    }

    fn limits_that_are(paced: bool) -> (Limits, Arc<AtomicU64>) {
        let seconds = Arc::new(AtomicU64::new(0));
        let read = Arc::clone(&seconds);
        (
            Limits::new(
                Arc::new(move || Duration::from_secs(read.load(Ordering::Relaxed))),
                paced,
            ),
            seconds,
        )
    }

    #[test]
    fn a_channel_takes_five_posts_at_once_and_then_one_a_second() {
        let (limits, seconds) = limits();
        for _ in 0..5 {
            limits.take(Method::PostMessage, "D1").unwrap();
        }
        assert_eq!(
            limits.take(Method::PostMessage, "D1"),
            Err(Duration::from_secs(1))
        );
        limits.take(Method::PostMessage, "D2").unwrap();
        seconds.store(1, Ordering::Relaxed);
        limits.take(Method::PostMessage, "D1").unwrap();
        assert!(limits.take(Method::PostMessage, "D1").is_err());
    }

    #[test]
    fn retry_after_stops_one_method_in_one_channel_until_it_is_over() {
        let (limits, seconds) = limits();
        limits.block(Method::PostMessage, "D1", Duration::from_secs(30));
        assert_eq!(
            limits.take(Method::PostMessage, "D1"),
            Err(Duration::from_secs(30))
        );
        limits.take(Method::PostMessage, "D2").unwrap();
        limits.take(Method::Update, "D1").unwrap();
        seconds.store(30, Ordering::Relaxed);
        limits.take(Method::PostMessage, "D1").unwrap();
    }

    #[test]
    fn each_method_has_its_own_minute() {
        let (limits, _) = limits();
        let calls = (0..100)
            .take_while(|_| limits.take(Method::Update, "D1").is_ok())
            .count();
        assert_eq!(calls, 25);
        limits.take(Method::Delete, "D1").unwrap();
    }

    #[test]
    fn without_pacing_only_a_retry_after_counts() {
        let (limits, _) = limits_that_are(false);
        for _ in 0..1_000 {
            limits.take(Method::Update, "D1").unwrap();
        }
        limits.block(Method::Update, "D1", Duration::from_secs(30));
        assert!(limits.take(Method::Update, "D1").is_err());
    }
}
