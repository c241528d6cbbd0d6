//! Slash commands: answered at once, for the eyes of who typed them; what takes longer follows. And the
//! buttons under a list, which change the list where it stands.

use super::{
    Desk,
    press::Press,
    submit::Submitted,
    way::{Way, answered},
};
use crate::{
    chat::incoming::{Answer, Presser},
    commands::{self, Context, Entered, Topic},
    domain::{
        action::Action,
        card::{Card, Dialog, Part},
        id::RepId,
        policy::Platform,
    },
};

/// The heading of the form that was sent off.
const ENTERED: &str = "New lead";
/// The heading of the working hours that were sent off.
const HOURS: &str = "Working hours";

/// A command that somebody typed.
pub(super) struct Typed {
    pub(super) way: Way,
    pub(super) word: String,
    pub(super) text: String,
}

/// Answers a command.
pub(super) async fn handle(desk: &Desk, typed: Typed) -> Answer {
    let (way, own) = (typed.way.clone(), desk.clone());
    let work = Box::pin(async move {
        let said = Box::pin(own.answer(&typed)).await;
        match said.dialog {
            Some(dialog) => Answer::Open {
                dialog,
                otherwise: Some(said.card),
            },
            None => Answer::Message(said.card),
        }
    });
    answered(desk, way, Answer::Empty, work).await
}

/// Takes in a lead that somebody has entered by hand.
pub(super) async fn entered(desk: &Desk, submitted: Submitted) -> Answer {
    let (way, own) = (Way::of_dialog(submitted.who.clone()), desk.clone());
    let work = Box::pin(async move {
        match Box::pin(own.enter(&submitted)).await {
            Entered::Done(card) => Answer::DialogUpdate(Dialog {
                action: submitted.action,
                subject: submitted.subject,
                title: ENTERED.to_owned(),
                submit: String::new(),
                parts: card.parts,
                inputs: Vec::new(),
            }),
            Entered::Wrong(fields) => own.wrong(&submitted, fields).await,
        }
    });
    answered(desk, way, Answer::DialogClose, work).await
}

/// What becomes of a press of one of the buttons that commands and the home tab have.
pub(super) enum Turned {
    /// It is another's button.
    Elsewhere,
    /// It is done, and who pressed sees that.
    Done,
    /// This stands where the button stood; on the home tab it is told.
    Show(Card),
    /// A dialog opens; what is said if it can't be.
    Open(Dialog, Card),
}

/// Keeps the working hours that somebody has sent off.
pub(super) async fn hours(desk: &Desk, submitted: Submitted) -> Answer {
    let (way, own) = (Way::of_dialog(submitted.who.clone()), desk.clone());
    let work = Box::pin(async move {
        match own.save_hours(&submitted).await {
            Entered::Done(card) => Answer::DialogUpdate(Dialog {
                action: submitted.action,
                subject: submitted.subject,
                title: HOURS.to_owned(),
                submit: String::new(),
                parts: card.parts,
                inputs: Vec::new(),
            }),
            Entered::Wrong(fields) => own.wrong(&submitted, fields).await,
        }
    });
    answered(desk, way, Answer::DialogClose, work).await
}

impl Desk {
    async fn save_hours(&self, submitted: &Submitted) -> Entered {
        let words = self.words(submitted.who.platform);
        let context = Context {
            engine: &self.engine,
            words: &words,
            stands: false,
        };
        let rep = match self.rep(&submitted.who).await {
            Ok(rep) => rep,
            Err(trouble) => {
                trouble.log();
                return Entered::Done(self.words_for(trouble, &submitted.who).await);
            }
        };
        let saved =
            commands::save_hours(context, &rep, &submitted.subject, &submitted.values).await;
        if submitted.who.platform == Platform::Slack {
            self.refresh_open_home(&rep, &submitted.who).await;
        }
        saved
    }

    async fn answer(&self, typed: &Typed) -> commands::Answer {
        let words = self.words(typed.way.who.platform);
        let words = &words;
        let command = words.topic(&typed.word).map_or("unknown", Topic::name);
        metrics::counter!("baton_commands_total", "command" => command, "chat" => typed.way.who.platform.word())
            .increment(1);
        let context = Context {
            engine: &self.engine,
            words,
            stands: false,
        };
        match self.rep(&typed.way.who).await {
            Ok(rep) => {
                let Typed { way, word, text } = typed;
                commands::answer_delivered(context, &rep, word, text, &way.trigger).await
            }
            Err(trouble) => {
                trouble.log();
                self.words_for(trouble, &typed.way.who).await.into()
            }
        }
    }

    /// Does what a button of a list, of an answer or of the home tab says.
    pub(super) async fn turned(&self, press: &Press, rep: &RepId) -> Turned {
        let words = self.words(press.way.who.platform);
        let context = Context {
            engine: &self.engine,
            words: &words,
            stands: is_about_absences(press.action),
        };
        let value = press.value.as_str();
        let answer = match press.action {
            Action::LeadsPage => commands::page(context, rep, value).await.card,
            Action::AwayCancel => commands::cancel(context, rep, value).await.card,
            Action::AwayStart => {
                let word = words.word(Topic::Away);
                commands::answer(context, rep, word, value).await.card
            }
            Action::AwayEnd => {
                let word = words.word(Topic::Back);
                commands::answer(context, rep, word, "").await.card
            }
            Action::LeadsMove => commands::move_now(context, rep, value).await.card,
            Action::QueueNext => match commands::pull(context, rep, &press.way.trigger).await {
                Some(nothing) => nothing,
                None => return self.seen_at_home(press, rep).await,
            },
            Action::LeadNew => {
                let form = commands::blank(context, rep).await;
                match form.dialog {
                    Some(dialog) => return Turned::Open(dialog, form.card),
                    None => form.card,
                }
            }
            Action::HoursEdit => {
                let asked = commands::edit_hours(context, rep, value).await;
                match asked.dialog {
                    Some(dialog) => return Turned::Open(dialog, asked.card),
                    None => asked.card,
                }
            }
            Action::HomeRefresh => return self.seen_at_home(press, rep).await,
            Action::OfferAccept
            | Action::OfferDecline
            | Action::OfferClaim
            | Action::OfferUndo
            | Action::LeadDetails
            | Action::LeadWhy
            | Action::LeadContacted
            | Action::LeadNextStep
            | Action::LeadStage
            | Action::LeadClose
            | Action::LeadReassign
            | Action::LeadRelease
            | Action::ReviewAssign
            | Action::ReviewRoute
            | Action::ReviewDrop
            | Action::EscalationTake
            | Action::EscalationAssign
            | Action::EscalationReoffer
            | Action::EscalationSnooze
            | Action::AwayKeep
            | Action::TurnBack
            | Action::QueueTake => return Turned::Elsewhere,
        };
        // The page says it itself, unless something is left to press.
        if press.on_page && is_all_said(press.action, &answer) {
            return Turned::Done;
        }
        if press.is_at_home() {
            self.refresh_home(rep, &press.way.who).await;
            if is_all_said(press.action, &answer) {
                return Turned::Done;
            }
        }
        Turned::Show(answer)
    }

    /// The page that stands in a message, as it is now, under what there is to say.
    pub(super) async fn page(&self, who: &Presser, said: Option<Card>) -> Option<Card> {
        let rep = self.rep(who).await.ok()?;
        let words = self.words(who.platform);
        let context = Context {
            engine: &self.engine,
            words: &words,
            stands: false,
        };
        Some(commands::page_of(context, &rep, said).await)
    }

    async fn seen_at_home(&self, press: &Press, rep: &RepId) -> Turned {
        if press.is_at_home() {
            self.refresh_home(rep, &press.way.who).await;
        }
        Turned::Done
    }

    /// The dialog for somebody's working hours.
    pub(super) async fn hours(&self, platform: Platform, rep: &RepId, of: &str) -> Option<Dialog> {
        let words = self.words(platform);
        let context = Context {
            engine: &self.engine,
            words: &words,
            stands: false,
        };
        commands::edit_hours(context, rep, of).await.dialog
    }

    /// The form for a lead, with nothing in it.
    pub(super) async fn blank(&self, platform: Platform, rep: &RepId) -> Option<Dialog> {
        let words = self.words(platform);
        let context = Context {
            engine: &self.engine,
            words: &words,
            stands: false,
        };
        commands::blank(context, rep).await.dialog
    }

    async fn enter(&self, submitted: &Submitted) -> Entered {
        let words = self.words(submitted.who.platform);
        let context = Context {
            engine: &self.engine,
            words: &words,
            stands: false,
        };
        match self.rep(&submitted.who).await {
            Ok(rep) => commands::enter(context, &rep, &submitted.subject, &submitted.values).await,
            Err(trouble) => {
                trouble.log();
                Entered::Done(self.words_for(trouble, &submitted.who).await)
            }
        }
    }
}

/// Whether somebody goes away or is back by this button: the answer takes the place of the question.
fn is_about_absences(action: Action) -> bool {
    matches!(
        action,
        Action::AwayStart | Action::AwayEnd | Action::AwayCancel
    )
}

/// Whether the home tab shows all that there is to say: that somebody is away now, or is back.
fn is_all_said(action: Action, answer: &Card) -> bool {
    let more = |part: &Part| matches!(part, Part::Buttons(_) | Part::List(_));
    matches!(action, Action::AwayStart | Action::AwayEnd) && !answer.parts.iter().any(more)
}
