//! Whether a platform answers at all: what every call teaches.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::outcome::{FailKind, SendError};
use super::{Elapsed, Reach};

/// What the last calls have shown.
pub struct Reached {
    elapsed: Elapsed,
    last: Mutex<Last>,
}

#[derive(Clone, Copy)]
enum Last {
    Nothing,
    AnswerAt(Duration),
    /// The first of the failures since the last answer.
    FailureSince(Duration),
}

impl Reached {
    pub fn new(elapsed: Elapsed) -> Self {
        Self {
            elapsed,
            last: Mutex::new(Last::Nothing),
        }
    }

    /// Learns from what came of a call.
    pub fn note<T>(&self, answer: &Result<T, SendError>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = match (answer, *last) {
            (Err(SendError::NotYet { .. }), last) => last,
            (Err(error), Last::FailureSince(first)) if is_silence(error) => {
                Last::FailureSince(first)
            }
            (Err(error), Last::Nothing | Last::AnswerAt(_)) if is_silence(error) => {
                Last::FailureSince((self.elapsed)())
            }
            (Ok(_) | Err(_), _) => Last::AnswerAt((self.elapsed)()),
        };
    }

    /// For how long nobody has asked it anything since it last answered; `None` if it did not.
    pub fn quiet_for(&self) -> Option<Duration> {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match last {
            Last::AnswerAt(at) => Some((self.elapsed)().saturating_sub(at)),
            Last::Nothing | Last::FailureSince(_) => None,
        }
    }

    /// What is known now.
    pub fn now(&self) -> Reach {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match last {
            Last::Nothing => Reach::Unknown,
            Last::AnswerAt(_) => Reach::Answers,
            Last::FailureSince(first) => Reach::SilentFor((self.elapsed)().saturating_sub(first)),
        }
    }
}

/// Whether an error means that nothing at all can be said to anybody; a refusal is an answer.
fn is_silence(error: &SendError) -> bool {
    match error {
        SendError::Retry { why, .. } | SendError::Unknown { why } => !is_too_often(why),
        SendError::Fail { kind, .. } => match kind {
            FailKind::TokenDead => true,
            FailKind::RecipientGone
            | FailKind::MessageGone
            | FailKind::Config
            | FailKind::OurBug
            | FailKind::Other => false,
        },
        SendError::NotYet { .. } => false,
    }
}

fn is_too_often(why: &str) -> bool {
    matches!(why, "ratelimited" | "rate_limited" | "accesslimited")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn silence() -> Result<(), SendError> {
        Err(SendError::Retry {
            after: None,
            why: "no connection".to_owned(),
        })
    }

    #[test]
    fn silence_counts_from_the_first_failure_until_the_first_answer() {
        let seconds = Arc::new(AtomicU64::new(0));
        let read = Arc::clone(&seconds);
        let reached = Reached::new(Arc::new(move || {
            Duration::from_secs(read.load(Ordering::Relaxed))
        }));
        assert_eq!(reached.now(), Reach::Unknown);
        reached.note(&Ok(()));
        assert_eq!(reached.now(), Reach::Answers);
        seconds.store(2, Ordering::Relaxed);
        assert_eq!(reached.quiet_for(), Some(Duration::from_secs(2)));
        seconds.store(0, Ordering::Relaxed);
        reached.note(&silence());
        assert_eq!(reached.quiet_for(), None);
        seconds.store(3, Ordering::Relaxed);
        let dead = Err(SendError::fail(FailKind::TokenDead, "token_revoked"));
        reached.note::<()>(&dead);
        seconds.store(9, Ordering::Relaxed);
        reached.note::<()>(&Err(SendError::NotYet {
            after: Duration::from_secs(1),
        }));
        assert_eq!(reached.now(), Reach::SilentFor(Duration::from_secs(9)));
        let refused = Err(SendError::fail(FailKind::RecipientGone, "user_not_found"));
        reached.note::<()>(&refused);
        assert_eq!(reached.now(), Reach::Answers);
    }

    #[test]
    fn too_often_is_an_answer() {
        let reached = Reached::new(Arc::new(|| Duration::ZERO));
        let often = Err(SendError::Retry {
            after: Some(Duration::from_secs(30)),
            why: "ratelimited".to_owned(),
        });
        reached.note::<()>(&often);
        assert_eq!(reached.now(), Reach::Answers);
    }
}
