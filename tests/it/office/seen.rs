//! What people see, whichever chat they are in: what is new to them, and whether what they could press is true.

use std::time::Duration;

use baton::{domain::lead::State, playground::Message, store::leads};
use serde_json::{Value, json};

use super::{Desktop, Office, PATIENCE, PEOPLE, people::all_buttons, room, user};

/// A message as its reader sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its name in the chat.
    pub id: String,
    /// The thread of a channel in Teams that it stands in.
    pub conversation: String,
    /// All that can be read and pressed, line by line.
    pub shown: String,
    /// What a notification says.
    pub summary: String,
    /// Whether it answers another.
    pub in_thread: bool,
    /// What can be pressed.
    pub buttons: Vec<Button>,
    /// The card, as the chat has it.
    pub card: Value,
}

/// Something to press.
#[derive(Clone, Debug)]
pub struct Button {
    /// What stands on it.
    pub label: String,
    /// What it carries.
    pub value: String,
    /// What Teams sends back.
    pub data: Value,
    /// Whether Teams opens a dialog.
    pub opens: bool,
}

impl Office {
    /// Everything that somebody has before them, or that stands in the channel, oldest first.
    pub fn seen(&self, room: &str) -> Vec<Seen> {
        if self.is_in_teams(room) {
            return self.teams().seen(room);
        }
        let messages = self.messages(room).into_iter();
        let messages = messages.filter(|one| one.ephemeral_to.is_none());
        messages.map(|one| in_slack(&one)).collect()
    }

    /// What an answer in Teams says with a date, as Slack shows it: stories are told in the words of both.
    pub(super) fn in_words(&self, room: &str, shown: &str) -> String {
        if !self.is_in_teams(room) {
            return shown.to_owned();
        }
        let today = self.clock.now().in_tz("Europe/Berlin").unwrap().date();
        let days = [
            ("yesterday", today.yesterday()),
            ("today", Ok(today)),
            ("tomorrow", today.tomorrow()),
        ];
        days.into_iter()
            .fold(shown.to_owned(), |shown, (word, day)| {
                let dated = day.unwrap().strftime("%a %-d %b ").to_string();
                shown.replace(&dated, &format!("{word} "))
            })
    }

    /// The newest message with a button, and the button.
    pub fn find_button(&self, room: &str, label: &str) -> (Seen, Button) {
        let found = self.seen(room).into_iter().rev().find_map(|message| {
            let button = message.buttons.iter().find(|it| it.label == label)?.clone();
            Some((message, button))
        });
        found.unwrap_or_else(|| panic!("{room} has no button {label}"))
    }

    /// What is new or has changed for somebody (or in `#sales`) since they looked last.
    pub fn read(&self, who: &str) -> String {
        let messages = self.seen(who);
        let mut read = self.read.lock().unwrap();
        let before = read.entry(self.place_of(who)).or_default();
        let mut news = Vec::new();
        for message in messages {
            let shown = visible(&message.shown);
            let was = before.insert(message.id.clone(), shown.clone());
            if was.as_ref() == Some(&shown) {
                continue;
            }
            let how = match (was, message.in_thread) {
                (Some(_), _) => "changed: ",
                (None, true) => "in the thread: ",
                (None, false) => "",
            };
            news.push(format!("{how}{shown}"));
        }
        if news.is_empty() {
            return "(nothing)".to_owned();
        }
        news.join("\n----\n")
    }

    /// Where somebody reads, in which chat.
    fn place_of(&self, who: &str) -> String {
        format!("{} {}", self.is_in_teams(who), room(who))
    }

    /// Somebody has read a message where they looked for it.
    pub(super) fn has_read(&self, who: &str, message: &Seen) {
        let mut read = self.read.lock().unwrap();
        let known = read.entry(self.place_of(who)).or_default();
        known.insert(message.id.clone(), visible(&message.shown));
    }

    /// All that somebody was ever told for their eyes only, and all that stands before them.
    pub fn all_said(&self, who: &str) -> String {
        let told = self.whispered(who).into_iter().map(|(_, said)| said);
        let stands = self.seen(who).into_iter();
        let stands = stands.map(|one| format!("{}\n{}", one.summary, one.shown));
        told.chain(stands).collect::<Vec<_>>().join("\n")
    }

    /// All that stands in somebody's messages.
    pub fn cards(&self, who: &str) -> Vec<String> {
        self.seen(who).into_iter().map(|one| one.shown).collect()
    }

    /// All that the chats were ever sent: messages, what they were changed to, dialogs, home tabs, and answers.
    pub fn everything_sent(&self) -> String {
        let calls = self.slack.calls().into_iter().map(|call| call.arguments);
        let whispered = PEOPLE
            .iter()
            .flat_map(|(who, _)| self.slack.ephemeral_to(&user(who)));
        let whispered = whispered.map(|one| json!([one.text, one.blocks]));
        let dialogs = PEOPLE
            .iter()
            .filter_map(|(who, _)| self.slack.dialog_of(&user(who)));
        let dialogs = dialogs.map(|dialog| dialog.view);
        let teams = self.teams.iter().flat_map(Desktop::everything);
        let all = calls.chain(whispered).chain(dialogs).chain(teams);
        all.map(|one| one.to_string())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// What somebody is told next, for their eyes only or in their direct messages.
    pub async fn told(&self, who: &str) -> String {
        let begin = std::time::Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(told) = self.told_now(who) {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{who} is told nothing");
    }

    fn told_now(&self, who: &str) -> Option<String> {
        let messages = self.seen(who).into_iter().map(|one| (one.id, one.shown));
        let all = self.whispered(who).into_iter().chain(messages);
        let mut read = self.read.lock().unwrap();
        let known = read.entry(self.place_of(who)).or_default();
        let (id, shown) = all.into_iter().find(|(id, _)| !known.contains_key(id))?;
        known.insert(id, shown.clone());
        Some(shown)
    }

    /// What only one person ever saw.
    fn whispered(&self, who: &str) -> Vec<(String, String)> {
        if self.is_in_teams(who) {
            let told = self.teams().told(who).into_iter().enumerate();
            return told
                .map(|(at, said)| (format!("told {at}"), said))
                .collect();
        }
        let told = self.slack.ephemeral_to(&user(who)).into_iter();
        told.map(|one| (one.ts.clone(), one.shown())).collect()
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
            let stands = self.sides(who).into_iter();
            for message in stands.flat_map(|side| self.seen(&side)) {
                let answers = |it: &&Button| ["Accept", "Claim", "Close"].contains(&&*it.label);
                let button = message.buttons.iter().find(answers);
                shown.extend(button.map(|button| (who.to_owned(), button.value.clone())));
            }
        }
        open.sort();
        shown.sort();
        assert_eq!(shown, open, "what can be pressed, and what may be");
    }

    /// The story is told: nobody has anything before them that they have not read.
    pub async fn expect_nothing_else(&self) {
        self.expect_true_cards().await;
        for who in PEOPLE.iter().flat_map(|(who, _)| self.sides(who)) {
            assert_eq!(self.read(&who), "(nothing)", "unread by {who}");
            let read = self.read.lock().unwrap();
            let known = read.get(&self.place_of(&who));
            for (id, said) in self.whispered(&who) {
                let heard = known.is_some_and(|known| known.contains_key(&id));
                assert!(heard, "{who} was told: {said}");
            }
        }
        assert_eq!(self.read("#sales"), "(nothing)", "unread in the channel");
    }

    /// Everything in somebody's direct messages in Slack, or in a channel.
    pub fn messages(&self, who: &str) -> Vec<Message> {
        self.slack.messages_in(&room(who))
    }
}

fn in_slack(message: &Message) -> Seen {
    Seen {
        id: message.ts.clone(),
        conversation: String::new(),
        shown: message.shown(),
        summary: message.text.clone(),
        in_thread: message.thread_ts.is_some(),
        buttons: all_buttons(&message.blocks),
        card: message.blocks.clone().into(),
    }
}

/// The text with a mark for each invisible character that takes the power from what stands beside it.
fn visible(text: &str) -> String {
    text.replace('\u{2060}', "¦")
}
