//! What a chat says by itself of whether somebody is there.

use serde::{Deserialize, Serialize};

use super::Actor;

/// What a chat says by itself of whether somebody is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// The status in their profile.
    #[default]
    Profile,
    /// That they want not to be disturbed for a while.
    DoNotDisturb,
}

impl Sign {
    /// The one by which this was done, as stored.
    #[must_use]
    pub fn by_word(actor: &str) -> Option<Self> {
        let mut all = [Self::Profile, Self::DoNotDisturb].into_iter();
        all.find(|sign| Actor::sign(*sign).word() == actor)
    }
}

impl Actor {
    /// A person, by what their chat says of them.
    #[must_use]
    pub fn sign(sign: Sign) -> Self {
        let what = match sign {
            Sign::Profile => "chat profile",
            Sign::DoNotDisturb => "do not disturb",
        };
        Self::Source(what.to_owned())
    }
}
