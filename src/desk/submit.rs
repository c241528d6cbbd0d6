//! Dialogs that were sent off. What they decide is committed before the dialog closes; what cannot be
//! is said in the dialog itself.

use std::collections::BTreeMap;

use tokio::sync::oneshot;

use super::{Desk, command, in_time, trouble::Trouble};
use crate::{
    chat::incoming::{Answer, Presser},
    domain::{
        action::Action,
        card::{Card, Dialog},
        event::{Actor, ContactHow, Ending, Event},
        id::{OfferId, RepId},
    },
    words::{self, dialogs},
};

/// The heading of a dialog that says why nothing happened.
const NOT_DONE: &str = "Not done";

/// A dialog that somebody sent off.
#[derive(Clone)]
pub(super) struct Submitted {
    pub(super) who: Presser,
    pub(super) action: Action,
    /// An offer's or a lead's id.
    pub(super) subject: String,
    pub(super) values: BTreeMap<String, String>,
}

/// What a dialog decides.
enum Decision {
    Decline {
        reason: String,
    },
    Contacted {
        how: ContactHow,
    },
    Close {
        ending: Ending,
    },
    Assign {
        to: RepId,
    },
    /// It was only to be read.
    Nothing,
}

/// Does what the dialog decides.
pub(super) async fn handle(desk: &Desk, submitted: Submitted) -> Answer {
    if submitted.action == Action::LeadNew {
        return command::entered(desk, submitted).await;
    }
    let Some(decision) = read(&submitted) else {
        let missing = (dialogs::CHOICE.to_owned(), words::trouble::choose_one());
        return Answer::DialogErrors(BTreeMap::from([missing]));
    };
    let (done, answer) = oneshot::channel();
    let (desk, one) = (desk.clone(), submitted.clone());
    let work = async move {
        let came_of_it = desk.submit(&one, decision).await;
        desk.note(one.action, &came_of_it);
        let said = match came_of_it {
            Ok(()) => None,
            Err(trouble) => Some(desk.words_for(trouble, &one.who).await),
        };
        // The dialog is closed already if it took too long; then it is said in a message.
        if let Err(Some(card)) = done.send(said) {
            desk.tell(&one.who, None, &card).await;
        }
    };
    match in_time(work, answer).await {
        Some(Some(card)) => Answer::DialogUpdate(to_read(&submitted, card)),
        Some(None) | None => Answer::DialogClose,
    }
}

/// What was chosen; nothing if it is none of the choices.
fn read(submitted: &Submitted) -> Option<Decision> {
    let choice = || submitted.values.get(dialogs::CHOICE);
    match submitted.action {
        Action::OfferDecline => Some(Decision::Decline {
            reason: choice()?.clone(),
        }),
        Action::LeadContacted => Some(Decision::Contacted {
            how: ContactHow::by_word(choice()?)?,
        }),
        Action::LeadClose => Some(Decision::Close {
            ending: Ending::by_word(choice()?)?,
        }),
        Action::ReviewAssign => Some(Decision::Assign {
            to: RepId::from(choice()?.as_str()),
        }),
        Action::OfferAccept
        | Action::OfferClaim
        | Action::OfferUndo
        | Action::LeadDetails
        | Action::LeadWhy
        | Action::LeadNextStep
        | Action::LeadReassign
        | Action::LeadRelease
        | Action::ReviewRoute
        | Action::ReviewDrop
        | Action::EscalationTake
        | Action::EscalationAssign
        | Action::EscalationReoffer
        | Action::EscalationSnooze
        | Action::AwayKeep
        | Action::AwayCancel
        | Action::AwayStart
        | Action::AwayEnd
        | Action::QueueTake
        | Action::QueueNext
        | Action::LeadNew
        | Action::LeadsMove
        | Action::HomeRefresh
        | Action::LeadsPage => Some(Decision::Nothing),
    }
}

impl Desk {
    async fn submit(&self, submitted: &Submitted, decision: Decision) -> Result<(), Trouble> {
        let rep = self.rep(&submitted.who).await?;
        let note = submitted
            .values
            .get(dialogs::NOTE)
            .cloned()
            .unwrap_or_default();
        let by = Actor::Rep(rep.clone());
        let event = match decision {
            Decision::Decline { reason } => {
                let offer = OfferId::from(submitted.subject.as_str());
                Event::Decline {
                    offer,
                    by: rep,
                    reason,
                    note,
                }
            }
            Decision::Contacted { how } => Event::Contacted {
                by,
                how,
                at: None,
                note,
            },
            Decision::Close { ending } => Event::Close {
                by,
                ending,
                deal: None,
                note,
            },
            Decision::Assign { to } => Event::Assign { to, by },
            Decision::Nothing => return Ok(()),
        };
        let lead = self.lead(&submitted.subject).await?;
        self.engine.handle(&lead.id, event).await?;
        Ok(())
    }
}

/// The same dialog with nothing but a card in it.
fn to_read(submitted: &Submitted, card: Card) -> Dialog {
    Dialog {
        action: submitted.action,
        subject: submitted.subject.clone(),
        title: NOT_DONE.to_owned(),
        submit: String::new(),
        parts: card.parts,
        inputs: Vec::new(),
    }
}
