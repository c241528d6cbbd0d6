//! Colleagues as people name them: `<@U0AYSE|ayse>`, `@jonas`, `jonas`, `Jonas Weber`, `jonas@example.com`.

use crate::domain::{id::RepId, policy::Policy};

/// A colleague as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// By their id in the chat, as mentions come.
    User(String),
    /// By whatever people call them.
    Name(String),
}

/// Why nobody was found, or not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// Nobody is called that.
    #[error("I don't know {0}. I know people by their name, their id in the rules, or a mention")]
    Nobody(String),
    /// More than one is.
    #[error("{0} could be {1}. Please say which one")]
    Several(String, String),
}

impl Named {
    /// Reads a word with its sign: a mention or `@name`. Another word may be anything.
    #[must_use]
    pub fn signed(word: &str) -> Option<Self> {
        let word = word.trim_end_matches([',', ';', ':']);
        if let Some(mention) = word.strip_prefix("<@") {
            let id = mention.trim_end_matches('>').split('|').next()?;
            return (!id.is_empty()).then(|| Self::User(id.to_owned()));
        }
        let name = word.strip_prefix('@')?;
        (!name.is_empty()).then(|| Self::Name(name.to_owned()))
    }

    /// Reads a word that is known to name somebody.
    #[must_use]
    pub fn any(word: &str) -> Self {
        Self::signed(word).unwrap_or_else(|| Self::Name(word.to_owned()))
    }

    /// As it is said back.
    #[must_use]
    pub fn said(&self) -> String {
        match self {
            Self::User(_) => "the person you mentioned".to_owned(),
            Self::Name(name) => format!("“{}”", name.chars().take(60).collect::<String>()),
        }
    }

    /// The rep of the rules who is meant. `users` are the chat's ids that Baton has learned by itself.
    ///
    /// # Errors
    /// If nobody, or more than one, is called that.
    pub fn find(&self, policy: &Policy, users: &[(RepId, String)]) -> Result<RepId, Unknown> {
        match self {
            Self::User(user) => by_user(user, policy, users),
            Self::Name(name) => by_name(name, policy, users),
        }
        .ok_or_else(|| Unknown::Nobody(self.said()))?
    }
}

type Found = Option<Result<RepId, Unknown>>;

fn by_user(user: &str, policy: &Policy, users: &[(RepId, String)]) -> Found {
    let mut reps = policy.reps.values();
    let told =
        reps.find(|rep| rep.slack.as_deref() == Some(user) || rep.teams.as_deref() == Some(user));
    let learned = || {
        users
            .iter()
            .find(|(rep, known)| known == user && policy.reps.contains_key(rep))
    };
    told.map(|rep| rep.id.clone())
        .or_else(|| learned().map(|(rep, _)| rep.clone()))
        .map(Ok)
}

/// The id goes before the whole name, that before the first name; mail addresses work as well.
fn by_name(name: &str, policy: &Policy, users: &[(RepId, String)]) -> Found {
    let name = name.to_lowercase();
    let lower = |text: &str| text.to_lowercase();
    let first = |whole: &str| whole.split_whitespace().next().map(str::to_lowercase);
    if let Some(rep) = policy.reps.keys().find(|id| lower(id.as_str()) == name) {
        return Some(Ok(rep.clone()));
    }
    let mut reps = policy.reps.values();
    if let Some(rep) = reps.find(|rep| lower(&rep.name) == name || lower(&rep.email) == name) {
        return Some(Ok(rep.id.clone()));
    }
    let alike: Vec<_> = policy
        .reps
        .values()
        .filter(|rep| {
            first(&rep.name).as_deref() == Some(&*name)
                || rep.email.split('@').next() == Some(&*name)
        })
        .collect();
    match alike.as_slice() {
        [] => by_user(&name.to_uppercase(), policy, users),
        [one] => Some(Ok(one.id.clone())),
        several => {
            let names: Vec<_> = several.iter().map(|rep| rep.name.as_str()).collect();
            Some(Err(Unknown::Several(
                Named::Name(name).said(),
                names.join(" or "),
            )))
        }
    }
}
