//! Teams' rate limits, kept from our side: so many messages in a conversation, and so many calls of the app in all.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::chat::Room;
use crate::chat::buckets::{Buckets, Elapsed};

/// So many calls in so many seconds, of which some at once.
#[derive(Clone, Copy)]
struct Allowed {
    calls: u32,
    seconds: u64,
    at_once: u32,
}

const fn allowed(calls: u32, seconds: u64, at_once: u32) -> Allowed {
    Allowed {
        calls,
        seconds,
        at_once,
    }
}

/// In one conversation. Each holds in any such time.
const IN_CONVERSATION: [Allowed; 4] = [
    allowed(7, 1, 5),
    allowed(8, 2, 5),
    allowed(60, 30, 30),
    allowed(1_800, 3_600, 900),
];
/// Of the app, everywhere.
const IN_ALL: Allowed = allowed(30, 1, 10);

/// The buckets of one app.
pub struct Limits {
    elapsed: Elapsed,
    kept: Mutex<Kept>,
}

struct Kept {
    in_conversation: [Buckets<String>; 4],
    in_all: Buckets<()>,
    /// Until when Teams said to leave a conversation alone; `""` is all of them.
    blocked: HashMap<String, Duration>,
}

impl Limits {
    /// Full buckets.
    pub fn new(elapsed: Elapsed) -> Self {
        let kept = Kept {
            in_conversation: IN_CONVERSATION.map(buckets),
            in_all: buckets(IN_ALL),
            blocked: HashMap::new(),
        };
        Self {
            elapsed,
            kept: Mutex::new(kept),
        }
    }

    /// Takes a place for one call about a conversation.
    ///
    /// # Errors
    /// How long to wait, when there is none.
    pub fn take(&self, conversation: &str) -> Result<(), Duration> {
        let now = (self.elapsed)();
        let mut kept = self.kept();
        if let Some(wait) = kept.blocked_for(conversation, now) {
            return Err(wait);
        }
        kept.take(&conversation.to_owned(), now)
    }

    /// How many calls may be made now, in all.
    pub fn room(&self) -> Room {
        let now = (self.elapsed)();
        let mut kept = self.kept();
        match kept.blocked_for("", now) {
            Some(wait) => Room::none_for(wait),
            None => kept.in_all.room(&(), now),
        }
    }

    /// Remembers a `Retry-After`. It is for the conversation; but when a second one is refused as well, it is
    /// the app that calls too often.
    pub fn block(&self, conversation: &str, wait: Duration) {
        let now = (self.elapsed)();
        let mut kept = self.kept();
        let other = |(place, until): (&String, &Duration)| place != conversation && *until > now;
        let place = if kept.blocked.iter().any(other) {
            ""
        } else {
            conversation
        };
        kept.blocked.insert(place.to_owned(), now + wait);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Takes one from each bucket, or from none.
    fn take(&mut self, conversation: &String, now: Duration) -> Result<(), Duration> {
        let rooms = self
            .in_conversation
            .iter()
            .map(|it| it.room(conversation, now));
        let rooms = rooms.chain([self.in_all.room(&(), now)]);
        let empty = rooms.filter(|room| room.calls == 0);
        if let Some(wait) = empty.map(|room| room.next).max() {
            return Err(wait);
        }
        for bucket in &mut self.in_conversation {
            bucket.take(conversation.clone(), now)?;
        }
        self.in_all.take((), now)
    }

    fn blocked_for(&mut self, conversation: &str, now: Duration) -> Option<Duration> {
        self.blocked.retain(|_, until| *until > now);
        let until = [self.blocked.get(conversation), self.blocked.get("")];
        let until = until.into_iter().flatten().max()?;
        Some(*until - now)
    }
}

fn buckets<K: std::hash::Hash + Eq>(allowed: Allowed) -> Buckets<K> {
    let span = Duration::from_secs(allowed.seconds);
    Buckets::within(span, allowed.calls, allowed.at_once)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn limits() -> (Limits, Arc<AtomicU64>) {
        let millis = Arc::new(AtomicU64::new(0));
        let read = Arc::clone(&millis);
        let elapsed = Arc::new(move || Duration::from_millis(read.load(Ordering::Relaxed)));
        (Limits::new(elapsed), millis)
    }

    /// When each call was made, by somebody who calls whenever they may.
    fn calls_of(limits: &Limits, millis: &AtomicU64, conversation: &str, until: u64) -> Vec<u64> {
        let mut made = Vec::new();
        let mut now = 0;
        while now < until {
            millis.store(now, Ordering::Relaxed);
            match limits.take(conversation) {
                Ok(()) => made.push(now),
                Err(wait) => now += u64::try_from(wait.as_millis()).unwrap().max(1),
            }
        }
        made
    }

    fn most_within(made: &[u64], span: u64) -> usize {
        let since = |begin: u64| {
            made.iter()
                .filter(move |at| (begin..begin + span).contains(at))
        };
        made.iter().map(|at| since(*at).count()).max().unwrap()
    }

    #[test]
    fn no_span_ever_sees_more_than_teams_allows_in_a_conversation() {
        let (limits, millis) = limits();
        let made = calls_of(&limits, &millis, "a:1", 3 * 3_600 * 1_000);
        for Allowed { calls, seconds, .. } in IN_CONVERSATION {
            let most = most_within(&made, seconds * 1_000);
            assert!(most <= calls as usize, "{most} in {seconds} s");
        }
        assert!(made.len() > 3 * 1_100, "{}", made.len());
    }

    #[test]
    fn all_conversations_together_have_thirty_calls_a_second() {
        let (limits, millis) = limits();
        let mut made = Vec::new();
        for now in 0..4_000 {
            millis.store(now, Ordering::Relaxed);
            let room = limits.room().calls;
            let taken = (0..40).take_while(|nth| limits.take(&format!("a:{now}:{nth}")).is_ok());
            let taken = taken.count();
            assert_eq!(taken, room);
            made.extend(std::iter::repeat_n(now, taken));
        }
        assert!(most_within(&made, 1_000) <= 30);
        assert!(made.len() > 80, "{}", made.len());
    }

    #[test]
    fn retry_after_is_for_one_conversation_until_a_second_is_refused() {
        let (limits, millis) = limits();
        limits.block("a:1", Duration::from_secs(30));
        assert_eq!(limits.take("a:1"), Err(Duration::from_secs(30)));
        limits.take("a:2").unwrap();
        assert!(limits.room().calls > 0);
        limits.block("a:2", Duration::from_secs(10));
        assert_eq!(limits.take("a:3"), Err(Duration::from_secs(10)));
        assert_eq!(limits.room(), Room::none_for(Duration::from_secs(10)));
        millis.store(10_000, Ordering::Relaxed);
        limits.take("a:3").unwrap();
        assert_eq!(limits.take("a:1"), Err(Duration::from_secs(20)));
    }
}
