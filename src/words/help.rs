//! Help for each command, with examples; said also when a command was not understood.

use super::seen::cut;
use crate::domain::card::{Card, Item, Part, Run};

/// Something that can be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `/away`
    Away,
    /// `/back`
    Back,
    /// `/leads`
    Leads,
    /// `/leadstats`
    Stats,
}

impl Command {
    /// All of them.
    pub const ALL: [Command; 4] = [Self::Away, Self::Back, Self::Leads, Self::Stats];

    fn does(self) -> &'static str {
        match self {
            Self::Away => "no new leads for a while; what waits for your answer goes to the next",
            Self::Back => "you get leads again, if you like also outside your hours",
            Self::Leads => "your leads, the queue, what waits for a decision, or a search",
            Self::Stats => "numbers: who answers, how fast, what was kept",
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
            ],
            Self::Back => &[
                ("", "from now on, also before your hours start"),
                ("until 21:00", "also after your hours, until then"),
                ("@jonas", "a colleague, for their manager"),
            ],
            Self::Leads => &[
                ("mine", "whom to call now, then the rest"),
                ("queue", "what you can take"),
                ("review", "what waits for your decision"),
                ("turns", "who is next in your teams"),
                ("search acme", "by number, name, company, mail or phone"),
            ],
            Self::Stats => &[
                ("me", "your own numbers"),
                ("sdr by rep week", "a team, split by rep, this week"),
                ("@ayse month", "one rep, for managers"),
                ("by source quarter", "split by source"),
                ("2026-11-01..2026-11-15", "from one day to another"),
            ],
        }
    }
}

/// Help for one command; `word` is what people type for it, with its slash where there is one.
#[must_use]
pub fn help(command: Command, word: &str) -> Card {
    let does = format!("{word}: {}.", command.does());
    let examples: Vec<String> = command
        .examples()
        .iter()
        .map(|(after, what)| format!("{}: {what}", typed(word, after)))
        .collect();
    let items = command.examples().iter().map(|(after, what)| Item {
        text: vec![
            Run::bold(typed(word, after)),
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

fn typed(word: &str, after: &str) -> String {
    format!("{word} {after}").trim_end().to_owned()
}

/// The command was not understood: what of it, and how it is meant. `what` is a sentence or a part of one.
#[must_use]
pub fn not_understood(command: Command, word: &str, what: &str) -> Card {
    let what = cut(what, 300);
    let first = format!("I did not understand that: {}.", what.trim_end_matches('.'));
    let mut card = help(command, word);
    card.summary = format!("{first} {}", card.summary);
    card.parts.insert(0, Part::Text(vec![Run::bold(first)]));
    card
}

/// Help for all commands; each with the word that people type for it.
#[must_use]
pub fn overview(words: &[(Command, &str)]) -> Card {
    let lines: Vec<String> = words
        .iter()
        .map(|(command, word)| format!("{word}: {}", command.does()))
        .collect();
    let items = words.iter().map(|(command, word)| Item {
        text: vec![
            Run::bold(*word),
            Run::plain(format!(": {}", command.does())),
        ],
        buttons: Vec::new(),
    });
    let first = "What you can type here";
    Card {
        summary: format!("{first}. {}.", lines.join(". ")),
        parts: vec![
            Part::Text(vec![Run::bold(format!("{first}:"))]),
            Part::List(items.collect()),
            Part::Note(vec![Run::plain("Add “help” to a command for examples.")]),
        ],
    }
}
