//! What people see: what is new to them, and whether what they could press is true.

use std::time::Duration;

use baton::{
    domain::lead::State,
    playground::{FaultRule, Message, Playground},
    store::leads,
};

use super::{Office, PEOPLE, people::find_button, room, user};

/// How long something that comes over HTTP by itself is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

impl Office {
    /// What is new or has changed for somebody (or in `#sales`) since they looked last.
    pub fn read(&self, who: &str) -> String {
        let messages = self.messages(who);
        let mut read = self.read.lock().unwrap();
        let before = read.entry(room(who)).or_default();
        let mut news = Vec::new();
        for message in messages.iter().filter(|one| one.ephemeral_to.is_none()) {
            let shown = visible(&message.shown());
            let was = before.insert(message.ts.clone(), shown.clone());
            if was.as_ref() == Some(&shown) {
                continue;
            }
            let how = match (was, &message.thread_ts) {
                (Some(_), _) => "changed: ",
                (None, Some(_)) => "in the thread: ",
                (None, None) => "",
            };
            news.push(format!("{how}{shown}"));
        }
        if news.is_empty() {
            return "(nothing)".to_owned();
        }
        news.join("\n----\n")
    }

    /// The titles of all cards that somebody has, with whatever stands in bold there.
    pub fn cards(&self, who: &str) -> Vec<String> {
        let messages = self.messages(who);
        messages
            .iter()
            .filter(|one| one.ephemeral_to.is_none())
            .map(Message::shown)
            .collect()
    }

    /// What somebody is told next, for their eyes only or in their direct messages.
    pub async fn told(&self, who: &str) -> String {
        let seen = |slack: &Playground| {
            let all = slack.ephemeral_to(&user(who));
            let all = all.into_iter().chain(slack.messages_of(&user(who)));
            let mut read = self.read.lock().unwrap();
            let known = read.entry(room(who)).or_default();
            let mut fresh = all.filter(|message| !known.contains_key(&message.ts));
            let fresh = fresh.next()?;
            known.insert(fresh.ts.clone(), fresh.shown());
            Some(fresh.shown())
        };
        let told = self.slack.wait_for(PATIENCE, seen).await;
        told.unwrap_or_else(|| panic!("{who} is told nothing"))
    }

    /// Every button that asks for an answer stands for an offer that may be answered, once; and every offer
    /// that was delivered has its button.
    pub async fn expect_true_cards(&self) {
        let filter = leads::LeadFilter::default();
        let all = self.engine().db();
        let (all, _) = all
            .read(async |mut tx| leads::list(&mut tx, &filter).await)
            .await
            .unwrap();
        let mut open: Vec<(String, String)> = Vec::new();
        for lead in &all {
            let delivered = lead.pending().filter(|offer| offer.delivered_at.is_some());
            open.extend(delivered.map(|offer| (offer.rep.to_string(), offer.id.to_string())));
            if let (State::Owned { .. }, Some(owner)) = (&lead.state, lead.owner()) {
                open.push((owner.to_string(), lead.id.to_string()));
            }
        }
        let mut shown: Vec<(String, String)> = Vec::new();
        for (who, _) in PEOPLE {
            for message in self.messages(who) {
                let answers = ["Accept", "Claim", "Close"];
                let button = answers
                    .into_iter()
                    .find_map(|label| find_button(&message.blocks, label));
                let value = button.and_then(|button| button.value);
                shown.extend(
                    value.map(|value| (who.to_owned(), value.as_str().unwrap().to_owned())),
                );
            }
        }
        open.sort();
        shown.sort();
        assert_eq!(shown, open, "what can be pressed, and what may be");
    }

    /// The story is told: nobody has anything before them that they have not read.
    pub async fn expect_nothing_else(&self) {
        self.expect_true_cards().await;
        for (who, _) in PEOPLE {
            assert_eq!(self.read(who), "(nothing)", "unread by {who}");
            let read = self.read.lock().unwrap();
            let known = read.get(&room(who));
            for message in self.slack.ephemeral_to(&user(who)) {
                let heard = known.is_some_and(|known| known.contains_key(&message.ts));
                assert!(heard, "{who} was told: {}", message.shown());
            }
        }
        assert_eq!(self.read("#sales"), "(nothing)", "unread in the channel");
    }

    /// Everything in somebody's direct messages, or in a channel.
    pub fn messages(&self, who: &str) -> Vec<Message> {
        self.slack.messages_in(&room(who))
    }

    /// The next calls go wrong.
    pub fn fault(&self, rule: FaultRule) {
        self.slack.fault(rule);
    }

    /// How many calls of a method concerned somebody, whatever came of them.
    pub fn calls(&self, method: &str, who: &str) -> usize {
        let room = room(who);
        let calls = self.slack.calls();
        let to_them = calls
            .iter()
            .filter(|call| call.method == method && call.arguments["channel"] == *room);
        to_them.count()
    }
}

/// The text with a mark for each invisible character that takes the power from what stands beside it.
fn visible(text: &str) -> String {
    text.replace('\u{2060}', "¦")
}
