//! Slack's rate limits, kept from our side: a call that would break one is not made, and its sender
//! is told when to come again. Whoever has much to send asks first how much may go. Nothing here waits.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::method::{Method, Tier};
use crate::chat::Room;
use crate::chat::buckets::{Buckets, Elapsed};

/// The buckets of one workspace.
pub struct Limits {
    elapsed: Elapsed,
    paced: bool,
    kept: Mutex<Kept>,
}

/// What is counted, and what Slack has said.
struct Kept {
    tier2: Buckets<Method>,
    tier3: Buckets<Method>,
    tier4: Buckets<Method>,
    posts: Buckets<String>,
    /// "Several hundred a minute" for the whole workspace.
    all_posts: Buckets<()>,
    /// Until when Slack said not to call a method; a post's limit is its channel's, `""` is everybody's.
    blocked: HashMap<(Method, String), Duration>,
}

impl Limits {
    /// Full buckets; if calls are not `paced`, bottomless ones.
    pub fn new(elapsed: Elapsed, paced: bool) -> Self {
        let kept = Kept {
            tier2: Buckets::per_minute(20),
            tier3: Buckets::per_minute(50),
            tier4: Buckets::per_minute(100),
            posts: Buckets::new(Duration::from_secs(1), 5),
            all_posts: Buckets::per_minute(300),
            blocked: HashMap::new(),
        };
        Self {
            elapsed,
            paced,
            kept: Mutex::new(kept),
        }
    }

    /// Takes a place for one call.
    ///
    /// # Errors
    /// How long to wait, when there is none.
    pub fn take(&self, method: Method, channel: &str) -> Result<(), Duration> {
        let now = (self.elapsed)();
        let mut kept = self.kept();
        if let Some(wait) = kept.blocked_for(method, channel, now) {
            return Err(wait);
        }
        if !self.paced {
            return Ok(());
        }
        match method.tier() {
            Tier::Two => kept.tier2.take(method, now),
            Tier::Three => kept.tier3.take(method, now),
            Tier::Four => kept.tier4.take(method, now),
            Tier::Post => kept.take_post(channel, now),
            Tier::Free => Ok(()),
        }
    }

    /// How many calls of a method that is counted for the whole workspace may be made now.
    pub fn room(&self, method: Method) -> Room {
        let now = (self.elapsed)();
        let mut kept = self.kept();
        if let Some(wait) = kept.blocked_for(method, "", now) {
            return Room::none_for(wait);
        }
        if !self.paced {
            return Room::ENOUGH;
        }
        match method.tier() {
            Tier::Two => kept.tier2.room(&method, now),
            Tier::Three => kept.tier3.room(&method, now),
            Tier::Four => kept.tier4.room(&method, now),
            Tier::Post => kept.all_posts.room(&(), now),
            Tier::Free => Room::ENOUGH,
        }
    }

    /// Remembers a `Retry-After`. It is for the method in the whole workspace; only posts are counted by
    /// channel, but when a second channel is refused as well, it is the workspace that posts too much.
    pub fn block(&self, method: Method, channel: &str, wait: Duration) {
        let now = (self.elapsed)();
        let mut kept = self.kept();
        let place = match method.tier() {
            Tier::Post if kept.no_other_is_blocked(method, channel, now) => channel,
            Tier::Post | Tier::Two | Tier::Three | Tier::Four | Tier::Free => "",
        };
        kept.blocked.insert((method, place.to_owned()), now + wait);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn take_post(&mut self, channel: &str, now: Duration) -> Result<(), Duration> {
        let all = self.all_posts.room(&(), now);
        if all.calls == 0 {
            return Err(all.next);
        }
        self.posts.take(channel.to_owned(), now)?;
        self.all_posts.take((), now)
    }

    fn blocked_for(&mut self, method: Method, channel: &str, now: Duration) -> Option<Duration> {
        self.blocked.retain(|_, until| *until > now);
        let until = |place: &str| self.blocked.get(&(method, place.to_owned()));
        let until = [until(channel), until("")].into_iter().flatten().max()?;
        Some(*until - now)
    }

    fn no_other_is_blocked(&self, method: Method, channel: &str, now: Duration) -> bool {
        !self
            .blocked
            .iter()
            .any(|((of, place), until)| *of == method && place != channel && *until > now)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
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
    fn retry_after_stops_posts_in_one_channel_until_it_is_over() {
        let (limits, seconds) = limits();
        limits.block(Method::PostMessage, "D1", Duration::from_secs(30));
        assert_eq!(
            limits.take(Method::PostMessage, "D1"),
            Err(Duration::from_secs(30))
        );
        limits.take(Method::PostMessage, "D2").unwrap();
        seconds.store(30, Ordering::Relaxed);
        limits.take(Method::PostMessage, "D1").unwrap();
    }

    #[test]
    fn a_second_channel_that_is_refused_means_the_workspace() {
        let (limits, seconds) = limits();
        limits.block(Method::PostMessage, "D1", Duration::from_secs(30));
        limits.block(Method::PostMessage, "D1", Duration::from_secs(40));
        limits.take(Method::PostMessage, "D3").unwrap();
        limits.block(Method::PostMessage, "D2", Duration::from_secs(10));
        assert!(limits.take(Method::PostMessage, "D3").is_err());
        seconds.store(10, Ordering::Relaxed);
        limits.take(Method::PostMessage, "D3").unwrap();
        assert!(limits.take(Method::PostMessage, "D1").is_err());
    }

    #[test]
    fn retry_after_stops_any_other_method_in_the_whole_workspace() {
        let (limits, seconds) = limits();
        assert_eq!(limits.room(Method::Update).calls, 25);
        limits.block(Method::Update, "D1", Duration::from_secs(30));
        assert_eq!(
            limits.take(Method::Update, "D2"),
            Err(Duration::from_secs(30))
        );
        assert_eq!(
            limits.room(Method::Update),
            Room::none_for(Duration::from_secs(30))
        );
        limits.take(Method::Delete, "D1").unwrap();
        seconds.store(30, Ordering::Relaxed);
        limits.take(Method::Update, "D1").unwrap();
    }

    #[test]
    fn the_workspace_takes_so_many_posts_in_a_minute() {
        let (limits, seconds) = limits();
        let post = |n: u32| limits.take(Method::PostMessage, &format!("D{n}"));
        assert_eq!((0..400).take_while(|n| post(*n).is_ok()).count(), 150);
        seconds.store(1, Ordering::Relaxed);
        assert_eq!((0..400).take_while(|n| post(*n).is_ok()).count(), 5);
    }

    #[test]
    fn room_says_how_many_calls_may_go_and_when_the_next() {
        let (limits, seconds) = limits();
        for left in (0..25).rev() {
            limits.take(Method::History, "").unwrap();
            assert_eq!(limits.room(Method::History).calls, left);
        }
        let next = limits.room(Method::History).next;
        assert_eq!(next, Duration::from_millis(1_200));
        seconds.store(2, Ordering::Relaxed);
        assert_eq!(limits.room(Method::History).calls, 1);
        seconds.store(60, Ordering::Relaxed);
        assert_eq!(limits.room(Method::History).calls, 25);
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
