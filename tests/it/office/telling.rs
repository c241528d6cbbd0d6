//! Telling stories: in which chat, from when on, and on which databases.

use baton::playground::Rotation;

use super::{FRIDAY, Office};
use crate::db::{Fresh, both_fresh};

/// Tells a story on a database of each kind. `rules` is a configuration without its server, people and
/// sources: `SALES` or one's own, which opens with `people = […]`.
pub async fn on_both(rules: &str, story: impl AsyncFn(&mut Office)) {
    told_in(Chats::Slack, FRIDAY, rules, &story).await;
}

/// Tells a story on PostgreSQL alone, of what can't happen to a file.
pub async fn on_postgres(rules: &str, story: impl AsyncFn(&mut Office)) {
    let fresh = Fresh::postgres().await;
    let begin = FRIDAY.parse().unwrap();
    let mut office = Office::open(&fresh, Chats::Slack, rules, begin, None).await;
    story(&mut office).await;
    office.close().await;
    fresh.remove().await;
}

/// The same on both, beginning at another moment.
pub async fn on_both_at(begin: &str, rules: &str, story: impl AsyncFn(&mut Office)) {
    told_in(Chats::Slack, begin, rules, &story).await;
}

/// The same with a token of Slack's that expires after this time.
pub async fn on_both_with_token_for(life: &str, rules: &str, story: impl AsyncFn(&mut Office)) {
    let rotation = Rotation::new(life.parse().unwrap());
    both_fresh(async |fresh| {
        let (begin, rotation) = (FRIDAY.parse().unwrap(), Some(rotation.clone()));
        let mut office = Office::open(fresh, Chats::Slack, rules, begin, rotation).await;
        story(&mut office).await;
        office.close().await;
    })
    .await;
}

/// Tells a story in each chat, and there on a database of each kind.
pub async fn in_each_chat(rules: &str, story: impl AsyncFn(&mut Office)) {
    in_each_chat_at(FRIDAY, rules, story).await;
}

/// The same, beginning at another moment.
pub async fn in_each_chat_at(begin: &str, rules: &str, story: impl AsyncFn(&mut Office)) {
    told_in(Chats::Slack, begin, rules, &story).await;
    told_in(Chats::Teams, begin, rules, &story).await;
}

/// Tells a story in each chat, and of an office that works in both.
pub async fn in_whatever_chats(rules: &str, story: impl AsyncFn(&mut Office)) {
    for chats in [Chats::Slack, Chats::Teams, Chats::Both] {
        told_in(chats, FRIDAY, rules, &story).await;
    }
}

/// Tells a story of an office in which some work in one chat and some in the other.
pub async fn in_both_chats(rules: &str, story: impl AsyncFn(&mut Office)) {
    told_in(Chats::Both, FRIDAY, rules, &story).await;
}

/// Tells a story in Teams alone.
pub async fn in_teams(rules: &str, story: impl AsyncFn(&mut Office)) {
    told_in(Chats::Teams, FRIDAY, rules, &story).await;
}

async fn told_in(chats: Chats, begin: &str, rules: &str, story: &impl AsyncFn(&mut Office)) {
    both_fresh(async |fresh| {
        println!("in {chats:?}");
        let begin = begin.parse().unwrap();
        let mut office = Office::open(fresh, chats, rules, begin, None).await;
        story(&mut office).await;
        office.close().await;
    })
    .await;
}

/// Where the office works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chats {
    Slack,
    Teams,
    /// Whoever is of `IN_TEAMS` there, the others in Slack.
    Both,
}

/// Who works in Teams where others work in Slack.
pub(super) const IN_TEAMS: [&str; 3] = ["jonas", "deniz", "oskar"];
