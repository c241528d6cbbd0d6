//! What one submission says of one person, in canonical form: the way from `intake` to a lead.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contact::Contact;

/// One person as one submission describes them, after mapping and normalising.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewLead {
    /// The canonical fields that were given. `type` is not among them: see `lead_type`.
    pub contact: Contact,
    /// Everything else, under its own label.
    pub attributes: BTreeMap<String, String>,
    /// What was asked for (`demo`, `download`, …), from the source's `type` or the payload.
    pub lead_type: String,
    /// The filters that marked it.
    pub marks: Vec<String>,
    /// Goes the whole way to the reasons, is offered to nobody and counts nowhere.
    pub test: bool,
    /// Says how somebody is now, because that was changed somewhere, and asks for nothing: it joins their lead and
    /// brings none back.
    pub update: bool,
    /// Stood in a list that was brought in at once, and did not write just now.
    pub import: Option<Import>,
}

/// What is special about a person out of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    /// Where it goes.
    pub to: ImportTo,
    /// When it first came, if the list says so.
    pub arrived_at: Option<Timestamp>,
}

/// Where the leads of a list go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportTo {
    /// By the rules, but into the queue of the team that would be asked: nobody gets a card.
    Queue,
    /// To be nurtured, all of them.
    Nurture,
    /// By the rules, as if they had come one by one.
    Route,
}

impl ImportTo {
    /// As typed and stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Nurture => "nurture",
            Self::Route => "route",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        [Self::Queue, Self::Nurture, Self::Route]
            .into_iter()
            .find(|to| to.word() == word)
    }
}

/// What a form of Baton's own says of how it was filled in. It stands among the submission's headers, so that a held
/// or quarantined one is judged like any other; no header that a sender chooses gets there under these names.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signs {
    /// Whether the honeypot, which people don't see, was filled in.
    pub honeypot: bool,
    /// From the showing of the form to its sending.
    pub seconds: Option<f64>,
}

impl Signs {
    /// Is there, with anything, when the honeypot was filled in.
    pub const HONEYPOT: &str = "baton-honeypot";
    /// Seconds with decimals.
    pub const SECONDS: &str = "baton-seconds";

    /// Reads them from a submission's headers.
    #[must_use]
    pub fn of(headers: &BTreeMap<String, String>) -> Self {
        let seconds = headers.get(Self::SECONDS);
        let seconds = seconds.and_then(|text| text.parse().ok());
        Self {
            honeypot: headers.contains_key(Self::HONEYPOT),
            seconds: seconds.filter(|it: &f64| it.is_finite()),
        }
    }
}

/// Somebody of whom a submission gives an id only: they have to be fetched from its vendor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// The vendor's id of them, or of what they filled in.
    pub id: String,
    /// What tells this fetch from all others of its source: the same one is done once.
    pub key: String,
    /// The page or account that they belong to there, by which a token is chosen; may be empty.
    #[serde(default)]
    pub account: String,
    /// What the submission says besides, in the shape of any form; nothing that names a person.
    #[serde(default)]
    pub known: Value,
    /// Sent to try the webhook out.
    #[serde(default)]
    pub test: bool,
    /// Something of them was changed, and they ask for nothing.
    #[serde(default)]
    pub update: bool,
}

/// What became of a submission; the sender is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// A lead was made, or an earlier one got something new.
    Accepted,
    /// The same delivery again; nothing changed.
    Duplicate,
    /// Ids only: the person is being fetched.
    Pending,
    /// Over the source's rate; let in later.
    Held,
    /// Kept whole, not usable yet.
    Quarantined,
    /// Nothing to do with leads.
    Ignored,
    /// Went the whole way to the reasons and is offered to nobody.
    Test,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 7] = [
        Self::Accepted,
        Self::Duplicate,
        Self::Pending,
        Self::Held,
        Self::Quarantined,
        Self::Ignored,
        Self::Test,
    ];

    /// As stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Quarantined => "quarantined",
            Self::Ignored => "ignored",
            Self::Test => "test",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}
