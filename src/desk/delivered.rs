//! What the chats have delivered of late. Both deliver at least once: a delivery that came before is answered
//! as it was the first time, also while that one is still at work, and does nothing.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::Desk;

/// Slack's last repetition of an event comes five minutes after the one before; Teams repeats within a minute.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(15);

/// The most deliveries that are remembered; an answer may be a long list.
const MOST: usize = 4_096;

type Said = Arc<OnceCell<Option<Value>>>;

/// What was delivered of late, and what came of it.
#[derive(Default)]
pub(super) struct Delivered(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    said: HashMap<String, Said>,
    order: VecDeque<(Timestamp, String)>,
}

impl Delivered {
    /// The place of this delivery's answer, which may be there already.
    fn place(&self, name: String, now: Timestamp) -> Said {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(said) = memory.said.get(&name) {
            return Arc::clone(said);
        }
        memory.forget(now);
        let said = Said::default();
        memory.said.insert(name.clone(), Arc::clone(&said));
        memory.order.push_back((now, name));
        said
    }
}

impl Memory {
    fn forget(&mut self, now: Timestamp) {
        while let Some((at, _)) = self.order.front() {
            if self.order.len() < MOST && now.duration_since(*at) < REMEMBERED {
                return;
            }
            if let Some((_, name)) = self.order.pop_front() {
                self.said.remove(&name);
            }
        }
    }
}

impl Desk {
    /// Does the work of a delivery, or says what came of it when it came before.
    pub(super) async fn once<W: Future<Output = Option<Value>>>(
        &self,
        name: String,
        work: impl FnOnce() -> W,
    ) -> Option<Value> {
        let place = self.delivered.place(name, self.engine.clock().now());
        if place.initialized() {
            tracing::debug!("a delivery that came before");
        }
        place.get_or_init(work).await.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_known_again_for_a_while() {
        let delivered = Delivered::default();
        let at = |minutes: i64| Timestamp::from_second(minutes * 60).unwrap();
        let first = delivered.place("1".to_owned(), at(0));
        assert!(Arc::ptr_eq(&first, &delivered.place("1".to_owned(), at(6))));
        delivered.place("2".to_owned(), at(16));
        let later = delivered.place("1".to_owned(), at(16));
        assert!(!Arc::ptr_eq(&first, &later));
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let delivered = Delivered::default();
        for nth in 0..3 * MOST {
            delivered.place(nth.to_string(), Timestamp::UNIX_EPOCH);
        }
        assert_eq!(delivered.0.lock().unwrap().said.len(), MOST);
    }
}
