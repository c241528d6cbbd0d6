//! Whole journeys of leads, told by what people do and see. Each story runs on both databases, with the
//! real Slack adapter over HTTP.

mod absences;
mod accounts;
mod ahead;
mod answers;
mod by_hand;
mod chat;
mod contacts;
mod coverage;
mod crowds;
mod database;
mod declines;
mod disturb;
mod done;
mod earned;
mod endings;
mod escalation;
mod experiments;
mod fetches;
mod filters;
mod hands;
mod hidden;
mod home;
mod hours;
mod jumps;
mod known;
mod left;
mod longest;
mod moved;
mod numbers;
mod outages;
mod owners;
mod passed_over;
mod people;
mod planned;
mod pools;
mod presence;
mod presses;
mod quarantine;
mod queues;
mod replicas;
mod restarts;
mod returns;
mod reviews;
mod rights;
mod rules;
mod statuses;
mod strategies;
mod take_overs;
mod teams;
mod tokens;
mod two_chats;
mod typed;
mod used_up;

use serde_json::{Value, json};

/// A lead with everything that a card shows.
pub(super) fn ada() -> Value {
    json!({
        "email": "ada@analytical.example", "name": "Ada Lovelace", "company": "Analytical Engines",
        "phone": "+4930123456", "message": "Please show us how it works.",
    })
}

/// A lead of whom only the name and the address are known.
fn short(name: &str) -> Value {
    json!({"email": format!("{}@example.org", name.to_lowercase()), "name": name})
}
