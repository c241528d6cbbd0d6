//! The form of `/lead new`, and what it is answered.

use std::collections::BTreeMap;

use super::{fate::whereabouts, seen::Seen, when::When};
use crate::domain::{
    action::Action,
    card::{Button, Card, Choice, Dialog, Input, InputKind, Part, Run},
    id::RepId,
    lead::Lead,
    policy::Policy,
};

/// The key of the answer that says who gets it.
pub const WHO: &str = "who";
/// Its answer for whoever fills the form in.
pub const MINE: &str = "mine";
/// Its answer for the usual way.
pub const RULES: &str = "rules";
/// What can be asked for, by the words that rules know.
const TYPES: [(&str, &str); 6] = [
    ("contact_sales", "To talk to sales"),
    ("demo", "A demo"),
    ("quote", "A price"),
    ("event", "We met at an event"),
    ("referral", "Somebody referred them to us"),
    ("call", "They called"),
];
const LINE: u16 = 200;
const MESSAGE: u16 = 2_000;

/// The form; `key` tells one filling-in from another. The answers' keys are those of the canonical fields.
#[must_use]
pub fn form(key: &str) -> Dialog {
    let line = |id: &str, label: &str, hint: Option<&str>| Input {
        id: id.to_owned(),
        label: label.to_owned(),
        hint: hint.map(str::to_owned),
        kind: InputKind::ShortText { max: LINE },
        optional: true,
        initial: None,
    };
    let choices = |all: &[(&str, &str)]| -> Vec<Choice> {
        let choice = |(value, label): &(&str, &str)| Choice {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
        };
        all.iter().map(choice).collect()
    };
    let ways = [
        (RULES, "Whoever the rules say"),
        (MINE, "Me: I look after it"),
    ];
    Dialog {
        action: Action::LeadNew,
        subject: key.to_owned(),
        title: "New lead".to_owned(),
        submit: "Enter".to_owned(),
        parts: vec![Part::Text(vec![Run::plain(
            "Somebody you met, or who called. A mail address or a phone number is needed.",
        )])],
        inputs: vec![
            line("name", "Name", None),
            line("company", "Company", None),
            line("email", "Mail address", None),
            line(
                "phone",
                "Phone",
                Some("Best with its country: +49 30 123456"),
            ),
            Input {
                kind: InputKind::Choice(choices(&TYPES)),
                initial: Some("contact_sales".to_owned()),
                optional: false,
                ..line("type", "What do they want?", None)
            },
            Input {
                kind: InputKind::LongText { max: MESSAGE },
                ..line("message", "What did they say?", None)
            },
            Input {
                kind: InputKind::Radio(choices(&ways)),
                initial: Some(RULES.to_owned()),
                optional: false,
                ..line(WHO, "Who gets it?", None)
            },
        ],
    }
}

/// What opens the form.
#[must_use]
pub fn button() -> Button {
    Button::new(Action::LeadNew, "", "New lead…").opening_dialog()
}

/// The way to the form where it does not open by itself: what is typed in Teams opens none, and in Slack one that
/// comes too late is not opened.
#[must_use]
pub fn opens_by_button() -> Card {
    let words = "Press the button to open the form.";
    Card {
        summary: words.to_owned(),
        parts: vec![
            Part::Text(vec![Run::plain(words)]),
            Part::Buttons(vec![button()]),
        ],
    }
}

/// What is wrong with the answers, by the field that it is said under.
#[must_use]
pub fn wrong(email: bool, phone: bool) -> BTreeMap<String, String> {
    let mut wrong = BTreeMap::new();
    if email {
        let words = "This is no mail address.";
        wrong.insert("email".to_owned(), words.to_owned());
    }
    if phone {
        let words = "This is no phone number. With its country it is read best: +49 30 123456.";
        wrong.insert("phone".to_owned(), words.to_owned());
    }
    wrong
}

/// Nobody could be reached.
#[must_use]
pub fn unreachable() -> BTreeMap<String, String> {
    let words = "A mail address or a phone number is needed: else nobody can be reached.";
    BTreeMap::from([("email".to_owned(), words.to_owned())])
}

/// The lead is there: who has it now.
#[must_use]
pub fn done(lead: &Lead, fresh: bool, policy: &Policy, reader: &RepId, when: &When) -> Card {
    let called = Seen::by(reader, lead, policy).called();
    let now = whereabouts(lead, policy, reader, when);
    Card::sentence(if fresh {
        format!("Lead {called} is entered. {now}")
    } else {
        format!("We know them: what you wrote was added to lead {called}. {now}")
    })
}

/// The company has an owner, who gets the lead.
#[must_use]
pub fn belongs_to(company: &str, owner: &str) -> String {
    format!("{company} is looked after by {owner}, so the rules decided who gets it.")
}
