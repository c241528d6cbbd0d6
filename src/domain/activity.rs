//! What people do after they became a lead, or before: visits, opened mails, an unsubscription.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::contact::Contact;

/// The longest name of an activity.
const LONGEST_NAME: usize = 100;

/// Of so many kinds a lead remembers when they were done; what is rarer than those goes.
const MOST_KINDS: usize = 50;

/// So often each; the latest. Conditions count no further.
pub const MOST_TIMES: usize = 100;

/// What an unsubscription is called where activities are counted.
pub const UNSUBSCRIBED: &str = "unsubscribed";

/// Something that somebody did, as a source tells it. Nobody may know them yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// By what they may be known.
    pub who: Contact,
    /// What.
    pub what: Deed,
    /// When, if that is said.
    pub at: Option<Timestamp>,
    /// The sender's own name of it.
    pub id: Option<String>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Something that is counted under this name.
    Did(String),
    /// They want no more mailings. Counted as well.
    Unsubscribed,
    /// Their vendor has deleted them.
    Deleted,
}

impl Deed {
    /// What a name means; `None` for one that names nothing.
    #[must_use]
    pub fn by_name(said: &str) -> Option<Self> {
        match name(said).as_str() {
            "" => None,
            "unsubscribe" | UNSUBSCRIBED => Some(Self::Unsubscribed),
            other => Some(Self::Did(other.to_owned())),
        }
    }

    /// As counted and stored.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Did(name) => name,
            Self::Unsubscribed => UNSUBSCRIBED,
            Self::Deleted => "deleted",
        }
    }
}

/// The name under which an activity is counted: `Pricing Page` is `pricing_page`.
#[must_use]
pub fn name(said: &str) -> String {
    let lower = said.to_lowercase();
    let words = lower.split(|char: char| !char.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("_").chars().take(LONGEST_NAME).collect()
}

/// What a lead has done, and when: enough to count it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Activities(BTreeMap<String, Vec<Timestamp>>);

impl Activities {
    /// Whether it has done nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Remembers one. Beyond the bounds the oldest goes: of its own kind, or the kind that was done last the longest
    /// time ago.
    pub fn add(&mut self, name: &str, at: Timestamp) {
        let times = self.0.entry(name.to_owned()).or_default();
        let place = times.partition_point(|time| *time <= at);
        times.insert(place, at);
        if times.len() > MOST_TIMES {
            times.remove(0);
        }
        if self.0.len() > MOST_KINDS {
            let stalest = self.0.iter().min_by_key(|(_, times)| times.last().copied());
            let stalest = stalest.map(|(name, _)| name.clone());
            stalest.map(|name| self.0.remove(&name));
        }
    }

    /// Everything that was done, by the name under which it is counted, and when.
    pub fn all(&self) -> impl Iterator<Item = (&str, Timestamp)> {
        let each = self.0.iter();
        each.flat_map(|(name, times)| times.iter().map(|at| (name.as_str(), *at)))
    }

    /// When it was done, by the name under which it is counted; the oldest first.
    #[must_use]
    pub fn times(&self, name: &str) -> &[Timestamp] {
        self.0.get(name).map_or(&[][..], Vec::as_slice)
    }

    /// How often it was done within so long before `now`, in whatever way the name is written.
    #[must_use]
    pub fn count(&self, said: &str, within: SignedDuration, now: Timestamp) -> u32 {
        let since = now.checked_sub(within).unwrap_or(Timestamp::MIN);
        let counted = self
            .times(&name(said))
            .iter()
            .filter(|at| **at > since && **at <= now)
            .count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_name_is_one_however_it_is_written() {
        for (said, counted) in [
            ("pricing_page", "pricing_page"),
            ("Pricing Page", "pricing_page"),
            (" pricing-page! ", "pricing_page"),
            ("Fiyat Sayfası", "fiyat_sayfası"),
            ("", ""),
            ("---", ""),
        ] {
            assert_eq!(name(said), counted, "{said}");
        }
        assert_eq!(Deed::by_name("Unsubscribe"), Some(Deed::Unsubscribed));
        assert_eq!(Deed::by_name("?"), None);
        assert_eq!(name(&"x".repeat(900)).len(), LONGEST_NAME);
    }

    #[test]
    fn what_was_done_within_a_time_is_counted() {
        let mut done = Activities::default();
        for second in [50, 0, 100] {
            done.add("download", at(second));
        }
        let count = |within: i64, now: i64| {
            done.count("Download", SignedDuration::from_secs(within), at(now))
        };
        assert_eq!(
            (count(1000, 100), count(100, 100), count(50, 100)),
            (3, 2, 1)
        );
        assert_eq!((count(1000, 60), count(10, 200)), (2, 0));
        assert_eq!(done.count("visit", SignedDuration::MAX, at(0)), 0);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_latest() {
        let mut done = Activities::default();
        for second in 0..300 {
            done.add("page", at(second));
        }
        let all = done.count("page", SignedDuration::MAX, at(1000));
        assert_eq!(usize::try_from(all).unwrap(), MOST_TIMES);
        assert_eq!(
            done.count("page", SignedDuration::from_secs(10), at(299)),
            10
        );
        for kind in 0..100 {
            done.add(&format!("kind_{kind}"), at(1000 + kind));
        }
        assert_eq!(done.0.len(), MOST_KINDS);
        assert_eq!(done.count("page", SignedDuration::MAX, at(2000)), 0);
    }
}
