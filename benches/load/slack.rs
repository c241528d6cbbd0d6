//! What people see and do, by way of the playground: cards, presses, slash commands, and how many calls
//! Baton has made.

use std::net::SocketAddr;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::Conn;
use crate::config::rep_id;
use crate::lead::person_in;

/// How Baton says that nothing came of a press, and that it may be tried again.
const TRY_AGAIN: &str = "That did not work, and nothing has changed.";

/// The playground's address.
#[derive(Clone, Copy)]
pub struct Slack(SocketAddr);

/// A message with an offer on it, or one that had it once.
#[derive(Clone, Debug)]
pub struct Card {
    /// Whose direct messages it is in.
    pub user: String,
    /// Its name in there.
    pub ts: String,
    /// The mark that Baton's outbox gave it.
    pub key: String,
    /// The offer on its buttons, now or before it was changed.
    pub offer: String,
    /// Whether it can be accepted as it is now.
    pub open: bool,
    /// The person that the card is about.
    pub person: Option<u64>,
}

/// What came of an act.
#[derive(Debug, Deserialize)]
pub struct Outcome {
    pub answer: Answered,
    pub problem: Option<String>,
}

/// What Baton answered to the callback.
#[derive(Debug, Deserialize)]
pub struct Answered {
    pub status: u16,
    pub millis: u64,
}

impl Outcome {
    /// Whether Baton answered, in time and without a complaint.
    pub fn is_answered(&self) -> bool {
        self.answer.status == 200 && self.problem.is_none()
    }
}

impl Slack {
    pub fn new(address: SocketAddr) -> Self {
        Self(address)
    }

    /// A connection to it.
    pub fn conn(self) -> Conn {
        Conn::new(self.0)
    }

    /// Makes an account.
    pub async fn add_person(self, conn: &mut Conn, user: &str, number: u64) -> anyhow::Result<()> {
        let person = json!({
            "id": user, "name": format!("Rep Number{number}"), "tz": "Europe/Berlin",
            "email": format!("{}@example.com", rep_id(user)),
        });
        let done = conn.post_json("/_playground/person", &person).await;
        done.map(|_: Value| ())
    }

    /// How many calls Baton has made; cheap enough to ask all the time.
    pub async fn calls(self, conn: &mut Conn) -> anyhow::Result<u64> {
        let answer = conn
            .get(&format!("/_playground/calls?after={}", u64::MAX), None)
            .await?;
        let calls: Value = answer.json()?;
        Ok(calls["total"].as_u64().unwrap_or_default())
    }

    /// Every card that somebody has ever been shown, the oldest first.
    pub async fn cards(self, conn: &mut Conn, user: &str) -> anyhow::Result<Vec<Card>> {
        let answer = conn
            .get(&format!("/_playground/messages?user={user}"), None)
            .await?;
        let messages: Vec<Value> = answer.json()?;
        Ok(messages
            .iter()
            .filter_map(|message| card(user, message))
            .collect())
    }

    /// When somebody was told that what they had pressed did not work, in microseconds.
    pub async fn told_to_try_again(self, conn: &mut Conn, user: &str) -> anyhow::Result<Vec<i64>> {
        let answer = conn
            .get(&format!("/_playground/messages?user={user}"), None)
            .await?;
        let messages: Vec<Value> = answer.json()?;
        let told = messages.iter().filter(|message| {
            message["ephemeral_to"].is_string()
                && message["text"]
                    .as_str()
                    .is_some_and(|text| text.starts_with(TRY_AGAIN))
        });
        Ok(told
            .filter_map(|message| Some(micros(message["ts"].as_str()?)))
            .collect())
    }

    /// Presses Accept on a card.
    pub async fn accept(self, conn: &mut Conn, card: &Card) -> anyhow::Result<Outcome> {
        let press = json!({"user": card.user, "ts": card.ts, "action_id": "offer.accept"});
        conn.post_json("/_playground/press", &press).await
    }

    /// Types a slash command.
    pub async fn slash(
        self,
        conn: &mut Conn,
        user: &str,
        command: &str,
    ) -> anyhow::Result<Outcome> {
        let typed = json!({"user": user, "command": command, "text": ""});
        conn.post_json("/_playground/slash", &typed).await
    }
}

impl Card {
    /// When it appeared, in microseconds: a message's name in Slack is its time.
    pub fn appeared(&self) -> i64 {
        micros(&self.ts)
    }
}

/// A message's name as a time.
fn micros(ts: &str) -> i64 {
    ts.replace('.', "").parse().unwrap_or_default()
}

fn card(user: &str, message: &Value) -> Option<Card> {
    let key = message["metadata"]["event_payload"]["key"].as_str()?;
    let now = offer_on(&message["blocks"]);
    let earlier = message["edits"].as_array().into_iter().flatten();
    let offer = now.clone().or_else(|| {
        earlier
            .filter_map(|edit| offer_on(&edit["blocks"]))
            .next_back()
    })?;
    Some(Card {
        user: user.to_owned(),
        ts: message["ts"].as_str()?.to_owned(),
        key: key.to_owned(),
        open: now.is_some(),
        person: person_in(&message.to_string()),
        offer,
    })
}

/// The value of the Accept button in these blocks.
fn offer_on(blocks: &Value) -> Option<String> {
    let elements = blocks
        .as_array()?
        .iter()
        .filter_map(|block| block["elements"].as_array())
        .flatten();
    let mut accepts = elements.filter(|element| element["action_id"] == "offer.accept");
    Some(accepts.next()?["value"].as_str()?.to_owned())
}
