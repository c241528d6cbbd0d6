//! From one of Teams' activities to the answer, once however often it is delivered.

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Desk, handle_all};
use crate::{
    cards,
    chat::{
        incoming::{Answer, Incoming, Presser},
        teams::{
            answer::respond,
            inbound::{self, How, Request},
        },
    },
    domain::card::Card,
    words::trouble,
};

/// What Teams gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Nothing but that it has arrived.
    Taken,
    /// The answer to an invoke.
    Said(Value),
    /// That nobody here knows what it is.
    Unknown,
}

/// Does what an activity asks for, once, and says what Teams gets at once.
pub async fn answer(desk: &Desk, activity: &Value, request: Request) -> Reply {
    let (all, how) = match request {
        Request::Did { all, how } => (all, how),
        Request::Asks(question) => return Reply::Said(question),
        Request::Unknown => return Reply::Unknown,
    };
    let work = async || {
        let zone = zone(desk, activity, &all).await;
        let answer = worded(handle_all(desk, all).await, how);
        respond(&answer, how, &zone)
    };
    let said = match inbound::delivery(activity) {
        None => work().await,
        Some(name) => desk.once(name, work).await,
    };
    said.map_or(Reply::Taken, Reply::Said)
}

/// A press always gets some words, where nothing else is shown in its place.
fn worded(answer: Answer, how: How) -> Answer {
    match (how, answer) {
        (How::AtCard, Answer::Empty) => Answer::Message(Card::sentence(trouble::noted())),
        (
            How::AtCard,
            Answer::Open {
                otherwise: None, ..
            },
        ) => Answer::Message(Card::sentence(trouble::try_again())),
        (How::Silently | How::AtCard | How::InDialog, answer) => answer,
    }
}

/// The zone in which somebody is asked for moments: as their cards tell the time, else as their own Teams does.
async fn zone(desk: &Desk, activity: &Value, all: &[Incoming]) -> TimeZone {
    let who = all.iter().find_map(presser);
    let rep = match who {
        Some(who) => desk.rep(who).await.ok(),
        None => None,
    };
    let known = match rep {
        Some(rep) => cards::zone_of(&desk.engine, &rep).await.ok().flatten(),
        None => None,
    };
    let theirs = || TimeZone::get(inbound::zone(activity)?).ok();
    known.or_else(theirs).unwrap_or(TimeZone::UTC)
}

fn presser(incoming: &Incoming) -> Option<&Presser> {
    match incoming {
        Incoming::Press { who, .. } | Incoming::Submit { who, .. } => Some(who),
        Incoming::Closed { .. }
        | Incoming::Command { .. }
        | Incoming::Home { .. }
        | Incoming::Challenge(_)
        | Incoming::Met { .. }
        | Incoming::Left { .. }
        | Incoming::PersonChanged { .. }
        | Incoming::QuietChanged { .. }
        | Incoming::GroupChanged
        | Incoming::TokensRevoked
        | Incoming::Uninstalled
        | Incoming::Ignored(_) => None,
    }
}
