//! Which conversations are known, and where calls about each of them go. Teams has a place for each part of the
//! world, and says in every activity which one it is; the newest counts.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::tz::TimeZone;
use serde_json::Value;

/// The longest id that is believed to be one.
const MAX_ID: usize = 200;
/// More conversations than any company has with Baton.
const MOST: usize = 100_000;

/// What is known.
pub struct Known {
    kept: Mutex<Kept>,
    /// Where to begin while nothing has come from Teams.
    begin: String,
}

#[derive(Default)]
struct Kept {
    /// The direct conversations, by user.
    of_user: HashMap<String, String>,
    /// The time zones, by user.
    zone: HashMap<String, String>,
    /// Users, by what mentions call them.
    mentioned: HashMap<String, String>,
    /// Where calls go, by conversation.
    address: HashMap<String, String>,
    /// The newest address of all.
    newest: Option<String>,
}

impl Known {
    /// Knows nothing but where to begin.
    pub fn new(begin: String) -> Self {
        Self {
            kept: Mutex::default(),
            begin,
        }
    }

    /// Learns from an activity that is believed: where it happened, and whose time zone is which.
    pub fn learn(&self, activity: &Value) {
        let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let conversation = said(&activity["conversation"]["id"]);
        let mut kept = self.kept();
        let address = said(&activity["serviceUrl"]);
        put(&mut kept.address, base(&conversation), &address);
        kept.newest = Some(address);
        let user = user_of(activity);
        if user.is_empty() {
            return;
        }
        put(&mut kept.mentioned, &said(&activity["from"]["id"]), &user);
        let zone = said(&activity["localTimezone"]);
        if TimeZone::get(&zone).is_ok() {
            put(&mut kept.zone, &user, &zone);
        }
        if activity["conversation"]["conversationType"] == "personal" {
            put(&mut kept.of_user, &user, &conversation);
        }
    }

    /// The direct conversation with a person.
    pub fn with(&self, user: &str) -> Option<String> {
        self.kept().of_user.get(user).cloned()
    }

    /// Somebody with whom there is a direct conversation, and which it is.
    pub fn somebody(&self) -> Option<(String, String)> {
        let kept = self.kept();
        let mut all = kept.of_user.iter();
        all.next()
            .map(|(user, conversation)| (user.clone(), conversation.clone()))
    }

    /// A person's time zone, as their own Teams has told it.
    pub fn zone(&self, user: &str) -> Option<String> {
        self.kept().zone.get(user).cloned()
    }

    /// Whom a mention means.
    pub fn mentioned(&self, id: &str) -> Option<String> {
        self.kept().mentioned.get(id).cloned()
    }

    /// Says which the direct conversation with a person is.
    pub fn learn_user(&self, user: &str, conversation: &str) {
        put(&mut self.kept().of_user, user, conversation);
    }

    /// Says which it was, which counts if nothing newer is known.
    pub fn remember_user(&self, user: &str, conversation: &str, address: Option<&str>) {
        let mut kept = self.kept();
        if !kept.of_user.contains_key(user) {
            put(&mut kept.of_user, user, conversation);
        }
        let Some(address) = address else { return };
        if !kept.address.contains_key(conversation) {
            put(&mut kept.address, conversation, address);
        }
    }

    /// Forgets a direct conversation that is there no more.
    pub fn forget_user(&self, user: &str) {
        self.kept().of_user.remove(user);
    }

    /// Where calls about a conversation go, if that is known.
    pub fn said_address(&self, conversation: &str) -> Option<String> {
        self.kept().address.get(base(conversation)).cloned()
    }

    /// Where calls about a conversation go: as known, else where the newest of all go, else where to begin.
    pub fn address(&self, conversation: &str) -> String {
        let kept = self.kept();
        let known = kept.address.get(base(conversation));
        let known = known.or(kept.newest.as_ref());
        known.unwrap_or(&self.begin).clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who did it: their object id in Entra, which is the same in every conversation.
pub fn user_of(activity: &Value) -> String {
    let id = activity["from"]["aadObjectId"].as_str().unwrap_or_default();
    id.chars()
        .take(MAX_ID)
        .collect::<String>()
        .to_ascii_lowercase()
}

/// The conversation without the thread in it.
pub fn base(conversation: &str) -> &str {
    let end = conversation.find(";messageid=");
    &conversation[..end.unwrap_or(conversation.len())]
}

fn put(map: &mut HashMap<String, String>, key: &str, value: &str) {
    if map.len() < MOST || map.contains_key(key) {
        map.insert(key.to_owned(), value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn activity(conversation: &str, kind: &str, address: &str) -> Value {
        json!({
            "serviceUrl": address,
            "localTimezone": "Europe/Berlin",
            "from": {"id": "29:ayse", "aadObjectId": "AYSE"},
            "conversation": {"id": conversation, "conversationType": kind},
        })
    }

    #[test]
    fn the_newest_address_counts_and_another_conversations_is_better_than_none() {
        let known = Known::new("https://begin/".to_owned());
        assert_eq!(known.address("a:1"), "https://begin/");
        known.remember_user("ayse", "a:1", Some("https://emea/"));
        assert_eq!(known.address("a:1"), "https://emea/");
        assert_eq!(known.address("a:2"), "https://begin/");
        known.learn(&activity("19:c;messageid=7", "channel", "https://amer/"));
        assert_eq!(known.address("19:c;messageid=8"), "https://amer/");
        assert_eq!(known.address("a:2"), "https://amer/");
        assert_eq!(known.said_address("a:2"), None);
        known.learn(&activity("a:1", "personal", "https://apac/"));
        known.remember_user("ayse", "a:0", Some("https://begin/"));
        assert_eq!(known.with("ayse").as_deref(), Some("a:1"));
        assert_eq!(known.address("a:1"), "https://apac/");
    }

    #[test]
    fn people_are_known_by_their_own_conversation() {
        let known = Known::new(String::new());
        known.learn(&activity("19:c", "channel", "https://emea/"));
        assert_eq!(known.with("ayse"), None);
        assert_eq!(known.mentioned("29:ayse").as_deref(), Some("ayse"));
        assert_eq!(known.zone("ayse").as_deref(), Some("Europe/Berlin"));
        known.learn(&activity("a:1", "personal", "https://emea/"));
        assert_eq!(known.with("ayse").as_deref(), Some("a:1"));
        known.forget_user("ayse");
        assert_eq!(known.with("ayse"), None);
    }
}
