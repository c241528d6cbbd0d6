//! How much may go out in a time, counted from our side. Nothing here waits: whoever finds a bucket empty is
//! told when to come again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use super::Room;

/// The time since some fixed moment; it never goes back.
pub type Elapsed = Arc<dyn Fn() -> Duration + Send + Sync>;

/// More keys than this are looked through for those that have been quiet.
const MANY: usize = 1_024;

/// Buckets that fill by one call in each `every`, up to `most`.
pub struct Buckets<K> {
    every: Duration,
    most: u32,
    /// When each is full again; one that is not in here is full.
    full_at: HashMap<K, Duration>,
}

impl<K: Hash + Eq> Buckets<K> {
    /// Full ones.
    pub fn new(every: Duration, most: u32) -> Self {
        Self {
            every,
            most,
            full_at: HashMap::new(),
        }
    }

    /// Half a minute's calls at once, the rest evenly: the limit holds over a minute and a half.
    pub fn per_minute(calls: u32) -> Self {
        Self::new(Duration::from_secs(60) / calls, calls / 2)
    }

    /// No more than `calls` in any such `span`: so many of them `at_once`, the rest evenly.
    pub fn within(span: Duration, calls: u32, at_once: u32) -> Self {
        Self::new(span / calls.saturating_sub(at_once).max(1), at_once)
    }

    /// Takes a place for one call.
    ///
    /// # Errors
    /// How long to wait, when there is none.
    pub fn take(&mut self, key: K, now: Duration) -> Result<(), Duration> {
        let room = self.room(&key, now);
        if room.calls == 0 {
            return Err(room.next);
        }
        if self.full_at.len() >= MANY {
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        let full_at = self.full_at.entry(key).or_insert(now);
        *full_at = now.max(*full_at) + self.every;
        Ok(())
    }

    /// How many calls may be made now.
    pub fn room(&self, key: &K, now: Duration) -> Room {
        let full_at = self.full_at.get(key).copied().unwrap_or_default();
        let missing = full_at.saturating_sub(now);
        let gone = missing.as_nanos().div_ceil(self.every.as_nanos());
        match u128::from(self.most).saturating_sub(gone) {
            0 => Room::none_for(missing - self.every * (self.most - 1)),
            calls => Room {
                calls: usize::try_from(calls).unwrap_or(usize::MAX),
                next: Duration::ZERO,
            },
        }
    }
}
