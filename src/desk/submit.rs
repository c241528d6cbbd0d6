//! Dialogs that were sent off. What they decide is committed before the dialog closes; what cannot be
//! is said in the dialog itself.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    Desk, command,
    trouble::Trouble,
    way::{Way, answered},
};
use crate::{
    chat::incoming::{Answer, Presser},
    domain::{
        action::Action,
        card::{Card, Dialog},
        event::{
            Actor, ContactHow, Deal, Ending, Event, Handing, NotWon, Planned, Premise, Receiver,
            Refusal,
        },
        id::{OfferId, RepId},
        lead::NextStep,
        policy::Platform,
        score::Stage,
    },
    words::{
        self,
        dialogs::{self, CHOICE, NOTE},
        hand, next_step,
    },
};

/// The heading of a dialog that says why nothing happened.
const NOT_DONE: &str = "Not done";

/// Stands between what a dialog is about and the dialog's own name; no id holds one.
const BEFORE_NAME: char = ' ';

/// What a dialog is about, with a name for the dialog: by it a second delivery of the same answers is known,
/// under whatever name the chat delivers them, and by whichever replica they are taken.
pub(super) fn named(subject: &str, name: &str) -> String {
    format!("{subject}{BEFORE_NAME}{name}")
}

/// A dialog that somebody sent off.
#[derive(Clone)]
pub(super) struct Submitted {
    pub(super) who: Presser,
    pub(super) action: Action,
    /// An offer's or a lead's id.
    pub(super) subject: String,
    /// The dialog's own name, if it has one.
    pub(super) dialog: Option<String>,
    pub(super) values: BTreeMap<String, String>,
}

/// What is wrong with the answers, by input.
pub(super) type Errors = BTreeMap<String, String>;

/// Does what the dialog decides.
pub(super) async fn handle(desk: &Desk, submitted: Submitted) -> Answer {
    if submitted.action == Action::LeadNew {
        return command::entered(desk, submitted).await;
    }
    if submitted.action == Action::HoursEdit {
        return command::hours(desk, submitted).await;
    }
    if let Err(errors) = bounded(&submitted) {
        return desk.wrong(&submitted, errors).await;
    }
    let (way, own) = (Way::of_dialog(submitted.who.clone()), desk.clone());
    let work = Box::pin(async move {
        match Box::pin(own.submit(&submitted)).await {
            Said::Card(card) => Answer::DialogUpdate(to_read(&submitted, card)),
            Said::Errors(errors) => own.wrong(&submitted, errors).await,
            Said::Nothing => Answer::DialogClose,
        }
    });
    answered(desk, way, Answer::DialogClose, work).await
}

/// What whoever sent the dialog gets to read.
enum Said {
    /// It is done.
    Nothing,
    /// What to mend in the dialog, which stays open.
    Errors(Errors),
    /// Why nothing happened.
    Card(Card),
}

/// Nobody can type more than a dialog lets them; whoever sends more by other means is told so.
fn bounded(submitted: &Submitted) -> Result<(), Errors> {
    let most = |id: &str| match id {
        next_step::WHAT => NextStep::MAX_WHAT,
        _ => usize::from(dialogs::MAX_NOTE),
    };
    let too_long = |(id, text): &(&String, &String)| text.chars().count() > most(id);
    let errors: Errors = submitted
        .values
        .iter()
        .filter(too_long)
        .map(|(id, _)| (id.clone(), words::trouble::too_long(most(id))))
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

fn wrong(id: &str, words: String) -> Errors {
    Errors::from([(id.to_owned(), words)])
}

impl Submitted {
    /// What the platform tells of it.
    pub(super) fn new(
        who: Presser,
        action: Action,
        subject: String,
        values: BTreeMap<String, String>,
    ) -> Self {
        let (subject, dialog) = match subject.split_once(BEFORE_NAME) {
            Some((subject, name)) => (subject.to_owned(), Some(name.to_owned())),
            None => (subject, None),
        };
        Self {
            who,
            action,
            subject,
            dialog,
            values,
        }
    }

    /// As the dialog carries it.
    fn whole_subject(&self) -> String {
        match &self.dialog {
            Some(name) => named(&self.subject, name),
            None => self.subject.clone(),
        }
    }

    fn value(&self, id: &str) -> &str {
        self.values.get(id).map_or("", String::as_str)
    }

    /// One of the choices, read by `read`.
    fn chosen<T>(&self, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Errors> {
        read(self.value(CHOICE)).ok_or_else(|| wrong(CHOICE, words::trouble::choose_one()))
    }

    fn note(&self) -> String {
        self.value(NOTE).to_owned()
    }

    /// What was decided by `rep` at `now`; what is wrong if it can't be understood.
    fn event(&self, rep: RepId, now: Timestamp) -> Result<Option<Event>, Errors> {
        let by = Actor::Rep(rep.clone());
        let note = self.note();
        Ok(Some(match self.action {
            Action::OfferDecline => Event::Decline {
                offer: OfferId::from(self.subject.as_str()),
                by: rep,
                reason: self.chosen(given)?,
                note,
            },
            Action::LeadContacted => Event::Contacted {
                by,
                how: self.chosen(ContactHow::by_word)?,
                at: None,
                note,
                next: self.planned()?,
            },
            Action::LeadStage => Event::Stage {
                by,
                stage: self.chosen(stage)?,
            },
            Action::LeadClose => self.close(by)?,
            Action::LeadNextStep => {
                let next = self.next_step()?;
                Event::NextStep { by, next }
            }
            Action::LeadReassign => self.assign(by, self.handing(), Premise::Any)?,
            Action::ReviewAssign => self.assign(by, Handing::Now, Premise::InReview)?,
            Action::EscalationAssign => self.assign(by, Handing::Now, Premise::Late)?,
            Action::LeadRelease => Event::Release { by, words: note },
            Action::EscalationSnooze => Event::Snooze {
                by: rep,
                until: now + self.chosen(minutes)?,
            },
            Action::OfferAccept
            | Action::OfferClaim
            | Action::OfferUndo
            | Action::LeadDetails
            | Action::LeadWhy
            | Action::ReviewRoute
            | Action::ReviewDrop
            | Action::EscalationTake
            | Action::EscalationReoffer
            | Action::AwayKeep
            | Action::HoursEdit
            | Action::TurnBack
            | Action::AwayCancel
            | Action::AwayStart
            | Action::AwayEnd
            | Action::QueueTake
            | Action::QueueNext
            | Action::LeadNew
            | Action::LeadsMove
            | Action::HomeRefresh
            // These were only to be read.
            | Action::LeadsPage => return Ok(None),
        }))
    }

    fn close(&self, by: Actor) -> Result<Event, Errors> {
        let ending = self.chosen(Ending::by_word)?;
        let why = NotWon::by_word(self.value(dialogs::WHY));
        let note = self.note();
        let to_explain = match ending {
            Ending::Lost | Ending::Disqualified => true,
            Ending::Won | Ending::Nurture | Ending::Duplicate => false,
        };
        if to_explain && why.is_none() && note.is_empty() {
            return Err(wrong(dialogs::WHY, words::trouble::say_why()));
        }
        Ok(Event::Close {
            by,
            ending,
            deal: self.deal()?,
            why: why.filter(|_| ending != Ending::Won),
            note,
        })
    }

    /// What it was worth. A currency alone is the one that stood there.
    fn deal(&self) -> Result<Option<Deal>, Errors> {
        let worth = self.value(dialogs::WORTH);
        if worth.is_empty() {
            return Ok(None);
        }
        let value: Option<f64> = worth.parse().ok().filter(|it| Deal::is_value(*it));
        let value = value.ok_or_else(|| wrong(dialogs::WORTH, words::trouble::wrong_worth()))?;
        let currency = self.value(dialogs::CURRENCY).to_ascii_uppercase();
        if !currency.is_empty() && !Deal::is_currency(&currency) {
            let words = words::trouble::wrong_currency();
            return Err(wrong(dialogs::CURRENCY, words));
        }
        Ok(Some(Deal {
            value,
            currency: (!currency.is_empty()).then_some(currency),
        }))
    }

    fn assign(&self, by: Actor, handing: Handing, premise: Premise) -> Result<Event, Errors> {
        Ok(Event::Assign {
            to: self.chosen(receiver)?,
            by,
            handing,
            words: self.note(),
            premise,
        })
    }

    /// Whoever may not decide is asked nothing, and asks.
    fn handing(&self) -> Handing {
        if self.value(hand::HOW) == hand::NOW {
            Handing::Now
        } else {
            Handing::Offer
        }
    }

    /// What comes next, if anything was said of it.
    fn planned(&self) -> Result<Option<Planned>, Errors> {
        let next = self.value(next_step::NEXT);
        if next.is_empty() && self.value(next_step::AT).is_empty() {
            return Ok(None);
        }
        Ok(Some(Planned {
            what: next_step::chosen(next).to_owned(),
            at: self.moment()?,
        }))
    }

    fn moment(&self) -> Result<Timestamp, Errors> {
        let at = self.value(next_step::AT).parse();
        at.map_err(|_| wrong(next_step::AT, words::trouble::choose_a_time()))
    }

    fn next_step(&self) -> Result<Planned, Errors> {
        let chosen = self.chosen(given)?;
        let own = self.value(next_step::WHAT);
        let what = match (own, chosen.as_str()) {
            ("", next_step::OTHER) => {
                return Err(wrong(next_step::WHAT, words::trouble::say_what()));
            }
            ("", chosen) => chosen,
            (own, _) => own,
        };
        Ok(Planned {
            what: what.to_owned(),
            at: self.moment()?,
        })
    }

    /// What can be mended in the dialog itself.
    fn mendable(&self, trouble: &Trouble) -> Option<Errors> {
        let Trouble::Refused { refusal, .. } = trouble else {
            return None;
        };
        match refusal {
            Refusal::BadTime => Some(wrong(next_step::AT, words::trouble::choose_a_time())),
            Refusal::NobodyFree => Some(wrong(CHOICE, words::trouble::nobody_there())),
            Refusal::AlreadyYours => Some(wrong(CHOICE, words::trouble::has_it_already())),
            Refusal::NoSuchRep | Refusal::NoSuchTeam | Refusal::NoSuchReason => {
                Some(wrong(CHOICE, words::trouble::not_there_any_more()))
            }
            Refusal::ForManagers
            | Refusal::ReasonUsedUp { .. }
            | Refusal::DeclinesUsedUp { .. } => {
                words::answers::cannot_decline(refusal).map(|why| wrong(CHOICE, why))
            }
            Refusal::OfferOver
            | Refusal::NoSuchOffer
            | Refusal::NotYours
            | Refusal::NotToBeTaken
            | Refusal::HoldsEnough { .. }
            | Refusal::NotOwner
            | Refusal::TooLate
            | Refusal::KeepsPlace
            | Refusal::Closed => None,
        }
    }
}

fn given(choice: &str) -> Option<String> {
    (!choice.is_empty()).then(|| choice.to_owned())
}

fn stage(choice: &str) -> Option<Stage> {
    let mut stages = dialogs::STAGES.into_iter();
    stages.find(|stage| stage.word() == choice)
}

fn receiver(choice: &str) -> Option<Receiver> {
    let rep = choice
        .strip_prefix(hand::REP)
        .map(|rep| Receiver::Rep(rep.into()));
    rep.or_else(|| {
        choice
            .strip_prefix(hand::TEAM)
            .map(|team| Receiver::Team(team.into()))
    })
}

fn minutes(choice: &str) -> Option<SignedDuration> {
    let chosen: i32 = choice.parse().ok()?;
    let known = hand::SNOOZES
        .into_iter()
        .find(|(minutes, _)| *minutes == chosen)?;
    Some(SignedDuration::from_mins(known.0.into()))
}

impl Desk {
    /// Decides, notes what came of it, and says what is to be said.
    async fn submit(&self, submitted: &Submitted) -> Said {
        let came_of_it = match self.decide(submitted).await {
            Ok(Err(errors)) => return Said::Errors(errors),
            Ok(Ok(())) => Ok(()),
            Err(trouble) => Err(trouble),
        };
        self.note(&submitted.who, submitted.action, &came_of_it);
        let Err(trouble) = came_of_it else {
            return Said::Nothing;
        };
        match submitted.mendable(&trouble) {
            Some(errors) => Said::Errors(errors),
            None => Said::Card(self.words_for(trouble, &submitted.who).await),
        }
    }

    /// What is wrong with the answers. Where that can't be said in the dialog that is open, it is shown again.
    pub(super) async fn wrong(&self, submitted: &Submitted, errors: Errors) -> Answer {
        let again = match submitted.who.platform {
            Platform::Slack => None,
            Platform::Teams => match self.again(submitted).await {
                Ok(again) => again,
                Err(trouble) => {
                    trouble.log();
                    None
                }
            },
        };
        Answer::DialogErrors { errors, again }
    }

    /// The same dialog with the answers that were given.
    async fn again(&self, submitted: &Submitted) -> Result<Option<Dialog>, Trouble> {
        let rep = self.rep(&submitted.who).await?;
        let dialog = if submitted.action == Action::LeadNew {
            self.blank(submitted.who.platform, &rep).await
        } else if submitted.action == Action::HoursEdit {
            self.hours(submitted.who.platform, &rep, &submitted.subject)
                .await
        } else {
            let (action, subject) = (submitted.action, submitted.subject.as_str());
            let lead = self.lead(subject).await?;
            Some(self.dialog(action, subject, &lead, &rep).await?)
        };
        Ok(dialog.map(|mut dialog| {
            dialog.subject = submitted.whole_subject();
            for input in &mut dialog.inputs {
                input.initial = submitted.values.get(&input.id).cloned();
            }
            dialog
        }))
    }

    /// Does what was decided, once however often it is delivered.
    async fn decide(&self, submitted: &Submitted) -> Result<Result<(), Errors>, Trouble> {
        let rep = self.rep(&submitted.who).await?;
        let event = match submitted.event(rep.clone(), self.engine.clock().now()) {
            Ok(Some(event)) => event,
            Ok(None) => return Ok(Ok(())),
            Err(errors) => return Ok(Err(errors)),
        };
        let lead = self.lead(&submitted.subject).await?;
        match &submitted.dialog {
            Some(name) => self.engine.handle_once(&lead.id, event, &rep, name).await?,
            None => drop(self.engine.handle(&lead.id, event).await?),
        }
        Ok(Ok(()))
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
