//! Slack's rate limits: a bucket per method and minute, and one post per second and channel.

use std::collections::HashMap;

use jiff::Timestamp;

/// How many posts a channel takes at once before the limit of one per second holds.
const BURST: f64 = 5.0;
/// Posts per minute in the whole workspace.
const WORKSPACE_POSTS: f64 = 600.0;

/// The buckets in use.
#[derive(Default)]
pub(super) struct Limits {
    buckets: HashMap<String, Bucket>,
}

struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Limits {
    /// Takes one call out of its buckets.
    ///
    /// # Errors
    /// The seconds to wait when there is none left; nothing is taken then.
    pub(super) fn take(
        &mut self,
        method: &str,
        channel: Option<&str>,
        now: Timestamp,
    ) -> Result<(), u64> {
        let mut wanted = Vec::new();
        match (method, channel) {
            ("chat.postMessage", Some(channel)) => {
                wanted.push((format!("post {channel}"), BURST, 1.0));
                wanted.push(("posts".to_owned(), WORKSPACE_POSTS, WORKSPACE_POSTS / 60.0));
            }
            _ => {
                let size = per_minute(method);
                wanted.push((method.to_owned(), size, size / 60.0));
            }
        }
        let waits = wanted
            .iter()
            .filter_map(|(name, size, rate)| self.wait(name, *size, *rate, now));
        if let Some(wait) = waits.collect::<Vec<_>>().into_iter().max() {
            return Err(wait);
        }
        for (name, _, _) in &wanted {
            if let Some(bucket) = self.buckets.get_mut(name) {
                bucket.left -= 1.0;
            }
        }
        Ok(())
    }

    /// Refills a bucket and says how long until it holds one call, if it does not.
    fn wait(&mut self, name: &str, size: f64, rate: f64, now: Timestamp) -> Option<u64> {
        let bucket = self.buckets.entry(name.to_owned()).or_insert(Bucket {
            left: size,
            at: now,
        });
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.left = (bucket.left + passed * rate).min(size);
        bucket.at = now;
        let missing = 1.0 - bucket.left;
        if missing <= 1e-9 {
            return None;
        }
        std::iter::successors(Some(1), |wait: &u64| Some(wait + 1))
            .find(|wait| *wait as f64 * rate + 1e-9 >= missing)
    }
}

/// Calls per minute by Slack's tier of the method.
fn per_minute(method: &str) -> f64 {
    match method {
        "users.list" | "usergroups.list" | "usergroups.users.list" => 20.0,
        "chat.update"
        | "chat.delete"
        | "conversations.open"
        | "conversations.history"
        | "conversations.info"
        | "conversations.replies"
        | "users.lookupByEmail"
        | "team.info" => 50.0,
        "auth.test" => 600.0,
        _ => 100.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    #[test]
    fn a_channel_takes_a_burst_and_then_one_a_second() {
        let (mut limits, now) = (Limits::default(), Timestamp::UNIX_EPOCH);
        for _ in 0..5 {
            assert_eq!(limits.take("chat.postMessage", Some("D1"), now), Ok(()));
        }
        assert_eq!(limits.take("chat.postMessage", Some("D1"), now), Err(1));
        assert_eq!(limits.take("chat.postMessage", Some("D2"), now), Ok(()));
        assert_eq!(
            limits.take("chat.postMessage", Some("D1"), now + 1.second()),
            Ok(())
        );
        assert_eq!(
            limits.take("chat.postMessage", Some("D1"), now + 1.second()),
            Err(1)
        );
    }

    #[test]
    fn a_tier_is_counted_by_the_minute() {
        let (mut limits, now) = (Limits::default(), Timestamp::UNIX_EPOCH);
        for _ in 0..20 {
            assert_eq!(limits.take("users.list", None, now), Ok(()));
        }
        assert_eq!(limits.take("users.list", None, now), Err(3));
        assert_eq!(limits.take("users.list", None, now + 3.seconds()), Ok(()));
    }
}
