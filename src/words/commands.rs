//! Which words are commands: `/away`, `/back`, `/leads`, `/lead`, `/leadstats` and `/leadrules`, and what this
//! installation calls them.
//!
//! Slack keeps `/away` for itself, so an installation declares others; all of them are understood wherever
//! they come from, with or without the slash, in any case.

use std::collections::BTreeMap;

/// A command, as the first word says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// `/away`.
    Away,
    /// `/back`.
    Back,
    /// `/leads`.
    Leads,
    /// `/lead`.
    Lead,
    /// `/leadstats`.
    LeadStats,
    /// `/leadrules`.
    LeadRules,
}

impl Topic {
    /// All of them, in the order in which help tells of them.
    pub const ALL: [Topic; 6] = [
        Self::Away,
        Self::Back,
        Self::Leads,
        Self::Lead,
        Self::LeadStats,
        Self::LeadRules,
    ];

    /// Its name in `[slack] commands`, and the word that always works.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Back => "back",
            Self::Leads => "leads",
            Self::Lead => "lead",
            Self::LeadStats => "leadstats",
            Self::LeadRules => "leadrules",
        }
    }

    /// The word that Slack's manifest declares if the configuration names none.
    fn declared(self) -> &'static str {
        match self {
            Self::Away => "/lead-away",
            Self::Back => "/lead-back",
            Self::Leads => "/leads",
            Self::Lead => "/lead",
            Self::LeadStats => "/leadstats",
            Self::LeadRules => "/leadrules",
        }
    }
}

/// What the commands are called here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandWords {
    by_name: BTreeMap<String, String>,
}

impl CommandWords {
    /// With the words of `[slack] commands`: `away = "/lead-away"`. What it does not name has its usual word.
    #[must_use]
    pub fn new(configured: BTreeMap<String, String>) -> Self {
        Self {
            by_name: configured,
        }
    }

    /// Without any slash, as in a chat that has no such commands: there they are messages.
    #[must_use]
    pub fn bare() -> Self {
        let names = Topic::ALL.map(|topic| (topic.name().to_owned(), topic.name().to_owned()));
        Self {
            by_name: names.into(),
        }
    }

    /// Whether people ask for their page by a word, as they do where commands are messages.
    #[must_use]
    pub fn say_home(&self) -> bool {
        !self.word(Topic::Leads).starts_with('/')
    }

    /// The word to tell people, with its slash.
    #[must_use]
    pub fn word(&self, topic: Topic) -> &str {
        let configured = self.by_name.get(topic.name());
        configured.map_or(topic.declared(), String::as_str)
    }

    /// What to type: "/leads queue".
    #[must_use]
    pub fn typed(&self, topic: Topic, after: &str) -> String {
        format!("{} {after}", self.word(topic))
            .trim_end()
            .to_owned()
    }

    /// The command that `word` stands for.
    #[must_use]
    pub fn topic(&self, word: &str) -> Option<Topic> {
        let typed = bare(word);
        let mut all = Topic::ALL.into_iter();
        all.clone()
            .find(|topic| bare(self.word(*topic)) == typed)
            .or_else(|| all.find(|topic| typed == topic.name() || typed == bare(topic.declared())))
    }
}

/// The word without its slash, in lower case.
fn bare(word: &str) -> String {
    word.trim().trim_start_matches('/').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_known_by_every_word_for_it() {
        let usual = CommandWords::default();
        let own = CommandWords::new(BTreeMap::from([
            ("away".to_owned(), "/Weg".to_owned()),
            ("back".to_owned(), "da".to_owned()),
        ]));
        let rows = [
            (&usual, "/away", Some(Topic::Away)),
            (&usual, "away", Some(Topic::Away)),
            (&usual, "/LEAD-AWAY", Some(Topic::Away)),
            (&usual, " /lead-back ", Some(Topic::Back)),
            (&usual, "Back", Some(Topic::Back)),
            (&usual, "/leads", Some(Topic::Leads)),
            (&usual, "LeadStats", Some(Topic::LeadStats)),
            (&usual, "/weg", None),
            (&usual, "/lead", Some(Topic::Lead)),
            (&usual, "LEADRULES", Some(Topic::LeadRules)),
            (&usual, "/leader", None),
            (&usual, "", None),
            (&usual, "/", None),
            (&own, "/weg", Some(Topic::Away)),
            (&own, "/away", Some(Topic::Away)),
            (&own, "/lead-away", Some(Topic::Away)),
            (&own, "/DA", Some(Topic::Back)),
        ];
        for (words, typed, topic) in rows {
            assert_eq!(words.topic(typed), topic, "{typed}");
        }
        assert_eq!(own.word(Topic::Away), "/Weg");
        assert_eq!(usual.word(Topic::Back), "/lead-back");
    }
}
