//! Why somebody did not get what they asked for.

use super::Desk;
use crate::{
    chat::incoming::Presser,
    domain::{action::Action, card::Card, event::Refusal, lead::Lead},
    engine, store,
    words::{self, answers},
};

/// Why nothing came of a press, a dialog or a command.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nobody whom Baton knows.
    Stranger,
    /// There is no such lead.
    NoSuchLead,
    /// The lead does not allow it.
    Refused {
        /// Why.
        refusal: Refusal,
        /// The lead, to say who has it now.
        lead: Box<Lead>,
    },
    /// A button of a time that Baton does not know.
    NoSuchButton,
    /// The database.
    Failed(store::Error),
}

impl From<engine::Error> for Trouble {
    fn from(error: engine::Error) -> Self {
        match error {
            engine::Error::Refused { refusal, lead } => Self::Refused { refusal, lead },
            engine::Error::NoSuchLead => Self::NoSuchLead,
            engine::Error::Store(error) => Self::Failed(error),
        }
    }
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        Self::Failed(error)
    }
}

impl Trouble {
    /// A refusal that the lead itself was not asked for.
    pub(super) fn refused(refusal: Refusal, lead: &Lead) -> Self {
        Self::Refused {
            refusal,
            lead: Box::new(lead.clone()),
        }
    }

    /// Logs it if somebody should look after it; a refusal is nobody's fault.
    pub(super) fn log(&self) {
        match self {
            Self::Stranger | Self::NoSuchLead | Self::Refused { .. } | Self::NoSuchButton => {
                tracing::debug!(trouble = ?self.word(), "a press or command was refused");
            }
            Self::Failed(error) => {
                tracing::error!(
                    error = error as &dyn std::error::Error,
                    "a press or command failed"
                );
            }
        }
    }

    /// As a metric's label.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Stranger | Self::NoSuchLead | Self::Refused { .. } | Self::NoSuchButton => {
                "refused"
            }
            Self::Failed(_) => "failed",
        }
    }
}

impl Desk {
    /// Notes what came of a press or dialog, for operators.
    pub(super) fn note<T>(&self, who: &Presser, action: Action, came_of_it: &Result<T, Trouble>) {
        let outcome = match came_of_it {
            Ok(_) => "done",
            Err(trouble) => {
                trouble.log();
                trouble.word()
            }
        };
        let chat = who.platform.word();
        metrics::counter!("baton_presses_total", "action" => action.word(), "outcome" => outcome, "chat" => chat)
            .increment(1);
    }

    /// What the person is told.
    pub(super) async fn words_for(&self, trouble: Trouble, who: &Presser) -> Card {
        let words = match trouble {
            Trouble::Stranger => answers::stranger(),
            Trouble::NoSuchLead => answers::unknown_lead(),
            Trouble::Refused { refusal, lead } => match self.refusal(&refusal, &lead, who).await {
                Ok(card) => return card,
                Err(_) => words::trouble::try_again(),
            },
            Trouble::NoSuchButton => words::trouble::no_such_button(),
            Trouble::Failed(_) => words::trouble::try_again(),
        };
        Card::sentence(words)
    }

    async fn refusal(
        &self,
        refusal: &Refusal,
        lead: &Lead,
        who: &Presser,
    ) -> Result<Card, Trouble> {
        let rep = self.rep(who).await?;
        let when = self.when(&rep).await?;
        let rules = self.engine.rules();
        let said = answers::refusal(refusal, lead, &rules.policy, &rep, &when);
        Ok(match refusal {
            Refusal::OfferOver => words::too_late::answer(said, lead, &rep, &rules.policy),
            Refusal::NoSuchOffer
            | Refusal::NotYours
            | Refusal::AlreadyYours
            | Refusal::NotToBeTaken
            | Refusal::NotOwner
            | Refusal::Closed
            | Refusal::NoSuchReason
            | Refusal::ForManagers
            | Refusal::HoldsEnough { .. }
            | Refusal::ReasonUsedUp { .. }
            | Refusal::DeclinesUsedUp { .. }
            | Refusal::NoSuchRep
            | Refusal::NoSuchTeam
            | Refusal::TooLate
            | Refusal::KeepsPlace
            | Refusal::NobodyFree
            | Refusal::BadTime => Card::sentence(said),
        })
    }
}
