//! Help for each command, with examples; said also when a command was not understood.

use super::{
    commands::{CommandWords, Topic},
    seen::cut,
};
use crate::domain::card::{Card, Item, Part, Run};

impl Topic {
    fn does(self) -> &'static str {
        match self {
            Self::Away => "no new leads for a while; what waits for your answer goes to the next",
            Self::Back => "you get leads again, if you like also outside your hours",
            Self::Leads => "your leads, the queue, what waits for a decision, or a search",
            Self::Lead => "one lead with its history and the why, the next one, or a new one",
            Self::LeadStats => "numbers: who answers, how fast, what was kept",
            Self::LeadRules => "the rules in force: where leads go, and how fast",
        }
    }

    /// What may follow the word, each with what it does.
    fn examples(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Away => &[
                ("", "until your next working day starts"),
                ("for 2h dentist", "with a reason"),
                ("until 15:00 cover @ayse", "somebody stands in"),
                ("until tomorrow 9am", "until a moment"),
                ("until back", "until you say that you are back"),
                ("from 12 Dec to 2 Jan", "planned, whole days"),
                ("list", "what is planned"),
                ("cancel 1", "takes the first of that list out"),
                ("@jonas until Monday", "a colleague, for their manager"),
                (
                    "team",
                    "who of the teams you manage is away in the next four weeks",
                ),
                ("hours", "when you work, and how to change it"),
                (
                    "hours Mo-Fr 09:00-12:30,13:30-18:00; PH off",
                    "these from now on",
                ),
            ],
            Self::Back => &[
                ("", "from now on, also before your hours start"),
                ("until 21:00", "also after your hours, until then"),
                ("@jonas", "a colleague, for their manager"),
            ],
            Self::Leads => &[
                ("mine", "whom to call now, then the rest"),
                ("queue", "what you can take"),
                (
                    "queue demo high de",
                    "by type, intent, fit, country, language or source",
                ),
                ("review", "what waits for your decision"),
                ("turns", "who is next in your teams"),
                ("search acme", "by number, name, company, mail or phone"),
                (
                    "move @jonas to @ayse",
                    "all open leads of somebody, for their manager",
                ),
                (
                    "move @jonas to sales",
                    "each to whoever of the team is next",
                ),
            ],
            Self::Lead => &[
                ("4711", "by its number"),
                (
                    "why 4711",
                    "why you did not get it, and what would have changed that",
                ),
                ("ada@example.com", "by its mail address"),
                ("next", "takes the next one from the queue"),
                ("new", "enters one by hand"),
            ],
            Self::LeadStats => &[
                ("me", "your own numbers"),
                ("sdr by rep week", "a team, split by rep, this week"),
                ("@ayse month", "one rep, for managers"),
                ("by source quarter", "split by source"),
                ("2026-11-01..2026-11-15", "from one day to another"),
                (
                    "experiment speed",
                    "which arm does better, and what that proves",
                ),
            ],
            Self::LeadRules => &[("", "all of them, in plain words")],
        }
    }
}

/// Help for one command.
#[must_use]
pub fn help(topic: Topic, words: &CommandWords) -> Card {
    let does = format!("{}: {}.", words.word(topic), topic.does());
    let examples: Vec<String> = topic
        .examples()
        .iter()
        .map(|(after, what)| format!("{}: {what}", words.typed(topic, after)))
        .collect();
    let items = topic.examples().iter().map(|(after, what)| Item {
        text: vec![
            Run::bold(words.typed(topic, after)),
            Run::plain(format!(": {what}")),
        ],
        buttons: Vec::new(),
    });
    Card {
        summary: format!("{does} {}.", examples.join("; ")),
        parts: vec![
            Part::Text(vec![Run::plain(does)]),
            Part::List(items.collect()),
        ],
    }
}

/// The command was not understood: what of it, and how it is meant. `what` is a sentence or a part of one.
#[must_use]
pub fn not_understood(topic: Topic, words: &CommandWords, what: &str) -> Card {
    let what = cut(what, 300);
    let first = format!("I did not understand that: {}.", what.trim_end_matches('.'));
    let mut card = help(topic, words);
    card.summary = format!("{first} {}", card.summary);
    card.parts.insert(0, Part::Text(vec![Run::bold(first)]));
    card
}

/// Help for all commands.
#[must_use]
pub fn overview(words: &CommandWords) -> Card {
    let lines: Vec<String> = Topic::ALL
        .iter()
        .map(|topic| format!("{}: {}", words.word(*topic), topic.does()))
        .collect();
    let items = Topic::ALL.iter().map(|topic| Item {
        text: vec![
            Run::bold(words.word(*topic)),
            Run::plain(format!(": {}", topic.does())),
        ],
        buttons: Vec::new(),
    });
    let first = "What you can type here";
    let mut hint = "Add “help” to a command for examples.".to_owned();
    if words.say_home() {
        hint.insert_str(0, "“home” shows your page with all that concerns you. ");
    }
    Card {
        summary: format!("{first}. {}.", lines.join(". ")),
        parts: vec![
            Part::Text(vec![Run::bold(format!("{first}:"))]),
            Part::List(items.collect()),
            Part::Note(vec![Run::plain(hint)]),
        ],
    }
}
