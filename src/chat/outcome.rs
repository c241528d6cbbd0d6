//! What became of something sent to a platform, as far as the sender must know to go on.

use std::time::Duration;

/// Why something was not (certainly) done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The platform was not even asked: by our own count it would refuse before so long.
    #[error("not before {after:?} from now")]
    NotYet {
        /// How long to wait.
        after: Duration,
    },
    /// Nothing was done; the same again may work later.
    #[error("try again later: {why}")]
    Retry {
        /// Not before this long; left to the sender when not given.
        after: Option<Duration>,
        /// The platform's word, or what happened to the connection.
        why: String,
    },
    /// It may or may not have been done: look it up before sending again.
    #[error("outcome unknown: {why}")]
    Unknown {
        /// The platform's word, or what happened to the connection.
        why: String,
    },
    /// It will not work, however often it is tried.
    #[error("refused ({kind:?}): {word}")]
    Fail {
        /// What it means for the sender.
        kind: FailKind,
        /// The platform's word for it.
        word: String,
    },
}

impl SendError {
    /// A permanent failure.
    pub fn fail(kind: FailKind, word: impl Into<String>) -> Self {
        Self::Fail {
            kind,
            word: word.into(),
        }
    }

    /// What a permanent failure means; nothing for the others.
    #[must_use]
    pub fn kind(&self) -> Option<FailKind> {
        match self {
            Self::Fail { kind, .. } => Some(*kind),
            Self::NotYet { .. } | Self::Retry { .. } | Self::Unknown { .. } => None,
        }
    }
}

/// What a permanent failure means for the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailKind {
    /// This person or channel can't be reached: the lead must go to somebody else.
    RecipientGone,
    /// The message, dialog or press is no longer there: say it anew, or not at all.
    MessageGone,
    /// Nothing can be sent any more: somebody must install or authorise again.
    TokenDead,
    /// A scope, setting or permission is missing: somebody must mend the installation.
    Config,
    /// Baton said something the platform doesn't understand.
    OurBug,
    /// A word that Baton doesn't know, taken as permanent.
    Other,
}
