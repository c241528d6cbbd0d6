//! A chat that has been taken out of the configuration while cards stand in it.

use super::Finding;
use crate::{
    domain::policy::Platform,
    store::{Db, outbox},
};

/// A word on a chat that is not set up and has cards of open leads. What can't be asked here, the database's own
/// findings say.
pub(super) async fn look(url: &str, is_set_up: impl Fn(Platform) -> bool) -> Vec<Finding> {
    let Ok(db) = Db::open_read_only(url).await else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let chats = [Platform::Slack, Platform::Teams].into_iter();
    for chat in chats.filter(|chat| !is_set_up(*chat)) {
        let asked = db.read(async |mut tx| outbox::open_leads_in(&mut tx, chat).await);
        match asked.await {
            Ok(0) | Err(_) => {}
            Ok(leads) => found.push(left(chat, leads)),
        }
    }
    db.close().await;
    found
}

fn left(chat: Platform, leads: i64) -> Finding {
    let (word, name) = (chat.word(), chat.name());
    let what = match leads {
        1 => format!("a card of an open lead stands in {name}, and there is no [{word}]"),
        _ => format!("cards of {leads} open leads stand in {name}, and there is no [{word}]"),
    };
    Finding::look(
        "chat",
        what,
        format!(
            "Nobody can press there, and nothing there is changed or sent any more. Pending offers are shown in the other \
             chat at the next start of `serve`, other cards when something happens to their lead. With [{word}] back \
             they work again."
        ),
    )
}
