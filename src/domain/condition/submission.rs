//! What a filter sees of the submission that brings a lead.

use jiff::SignedDuration;

/// `submission.*` in a filter.
#[derive(Clone, Copy)]
pub struct SubmissionFacts<'a> {
    /// Whether the form's honeypot was filled in.
    pub honeypot: bool,
    /// From the showing of the form to its sending; absent where no form of Baton's says so.
    pub seconds: Option<f64>,
    /// How many came from there within so long, this one included.
    pub same: &'a (dyn Fn(Same, SignedDuration) -> u32 + Sync),
}

impl Default for SubmissionFacts<'_> {
    fn default() -> Self {
        Self {
            honeypot: false,
            seconds: None,
            same: &|_, _| 0,
        }
    }
}

/// What submissions of one sender have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Same {
    /// The e-mail address.
    Email,
    /// What stands behind its `@`.
    Domain,
}

impl Same {
    /// All of them.
    pub const ALL: [Same; 2] = [Self::Email, Self::Domain];

    /// For so long it is remembered who sent something.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(24);

    /// The function that counts them: `submission.same_email`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "same_email",
            Self::Domain => "same_domain",
        }
    }

    /// The one of this function.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|same| same.name() == name)
    }
}
