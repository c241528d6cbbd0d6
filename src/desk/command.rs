//! Slash commands: answered at once, for the eyes of who typed them; what takes longer follows. And the
//! buttons under a list, which change the list where it stands.

use std::time::Duration;

use tokio::sync::oneshot;

use super::{Desk, in_time, press::Press, submit::Submitted};
use crate::{
    chat::{
        Chat, Recipient, Upload,
        incoming::{Answer, Presser, ReplyTo},
        outcome::SendError,
    },
    commands::{self, CommandWords, Context, Entered, Picture, Topic},
    domain::{
        action::Action,
        card::{self, Card, Dialog, Part},
        id::RepId,
    },
};

/// A chat looks at an upload before it shows it, and refuses it until then.
const UNTIL_SHOWN: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(4),
];

/// The heading of the form that was sent off.
const ENTERED: &str = "New lead";

/// A command that somebody typed.
pub(super) struct Typed {
    pub(super) who: Presser,
    pub(super) word: String,
    pub(super) text: String,
    pub(super) trigger: String,
    pub(super) reply: Option<ReplyTo>,
}

/// Answers a command; late answers go where its later ones go.
pub(super) async fn handle(desk: &Desk, typed: Typed) -> Answer {
    let (done, answer) = oneshot::channel();
    let desk = desk.clone();
    let work = async move {
        let words = desk.words.load_full();
        let said = desk.answer(&typed, &words).await;
        let opened = match &said.dialog {
            Some(dialog) => desk.opened(&typed.trigger, dialog).await,
            None => false,
        };
        let card = (!opened).then_some(said.card);
        if let Err(Some(late)) = done.send(card) {
            desk.tell(&typed.who, typed.reply.as_ref(), &late).await;
        }
        if let Some(picture) = said.picture {
            desk.show(&typed, picture).await;
        }
    };
    in_time(work, answer)
        .await
        .flatten()
        .map_or(Answer::Empty, Answer::Message)
}

/// Takes in a lead that somebody has entered by hand.
pub(super) async fn entered(desk: &Desk, submitted: Submitted) -> Answer {
    let (done, answer) = oneshot::channel();
    let (desk, one) = (desk.clone(), submitted.clone());
    let work = async move {
        let came_of_it = desk.enter(&one).await;
        if let Err(Entered::Done(late)) = done.send(came_of_it) {
            desk.tell(&one.who, None, &late).await;
        }
    };
    match in_time(work, answer).await {
        Some(Entered::Done(card)) => Answer::DialogUpdate(Dialog {
            action: submitted.action,
            subject: submitted.subject,
            title: ENTERED.to_owned(),
            submit: String::new(),
            parts: card.parts,
            inputs: Vec::new(),
        }),
        Some(Entered::Wrong(fields)) => Answer::DialogErrors(fields),
        None => Answer::DialogClose,
    }
}

/// What becomes of a press of one of the buttons that commands and the home tab have.
pub(super) enum Turned {
    /// It is another's button.
    Elsewhere,
    /// It is done, and who pressed sees that.
    Done,
    /// This stands where the button stood; on the home tab it is told.
    Show(Card),
}

impl Desk {
    async fn answer(&self, typed: &Typed, words: &CommandWords) -> commands::Answer {
        let command = words.topic(&typed.word).map_or("unknown", Topic::name);
        metrics::counter!("baton_commands_total", "command" => command).increment(1);
        let context = Context {
            engine: &self.engine,
            words,
        };
        match self.rep(&typed.who).await {
            Ok(rep) => {
                let Typed {
                    word,
                    text,
                    trigger,
                    ..
                } = typed;
                commands::answer_delivered(context, &rep, word, text, trigger).await
            }
            Err(trouble) => {
                trouble.log();
                self.words_for(trouble, &typed.who).await.into()
            }
        }
    }

    /// Does what a button of a list, of an answer or of the home tab says.
    pub(super) async fn turned(&self, press: &Press, rep: &RepId) -> Turned {
        let words = self.words.load_full();
        let context = Context {
            engine: &self.engine,
            words: &words,
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
            Action::QueueNext => match commands::pull(context, rep, &press.trigger).await {
                Some(nothing) => nothing,
                None => return self.seen_at_home(press, rep).await,
            },
            Action::LeadNew => {
                let form = commands::blank(context, rep).await;
                match &form.dialog {
                    Some(dialog) if self.opened(&press.trigger, dialog).await => {
                        return Turned::Done;
                    }
                    Some(_) | None => form.card,
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
            | Action::QueueTake => return Turned::Elsewhere,
        };
        // The home tab says it itself, unless something is left to press.
        if press.reply.is_none() {
            self.refresh_home(rep, &press.who).await;
            if is_all_said(press.action, &answer) {
                return Turned::Done;
            }
        }
        Turned::Show(answer)
    }

    async fn seen_at_home(&self, press: &Press, rep: &RepId) -> Turned {
        if press.reply.is_none() {
            self.refresh_home(rep, &press.who).await;
        }
        Turned::Done
    }

    /// Opens a dialog for whoever made `trigger`; whether it is open.
    async fn opened(&self, trigger: &str, dialog: &Dialog) -> bool {
        let Some(chat) = self.chat() else {
            return false;
        };
        match chat.open_dialog(trigger, dialog).await {
            Ok(_) => true,
            Err(error) => {
                tracing::warn!(%error, "a dialog could not be opened");
                false
            }
        }
    }

    async fn enter(&self, submitted: &Submitted) -> Entered {
        let words = self.words.load_full();
        let context = Context {
            engine: &self.engine,
            words: &words,
        };
        match self.rep(&submitted.who).await {
            Ok(rep) => commands::enter(context, &rep, &submitted.subject, &submitted.values).await,
            Err(trouble) => {
                trouble.log();
                Entered::Done(self.words_for(trouble, &submitted.who).await)
            }
        }
    }

    /// Shows a picture to who asked: behind the answer, else in their direct messages. Without it the
    /// answer is still whole.
    async fn show(&self, typed: &Typed, picture: Picture) {
        let Some(chat) = self.chat() else { return };
        let Picture { name, png, alt } = picture;
        let image = match chat
            .upload(&Upload {
                name,
                png,
                alt: alt.clone(),
            })
            .await
        {
            Ok(image) => image,
            Err(error) => {
                tracing::warn!(%error, "a picture could not be uploaded");
                return;
            }
        };
        let card = Card {
            summary: alt.clone(),
            parts: vec![Part::Picture(card::Picture { image, alt })],
        };
        let behind = match &typed.reply {
            Some(to) => show_behind(chat, to, &card).await,
            None => false,
        };
        if !behind {
            self.post_to(chat, &typed.who, &card).await;
        }
    }

    async fn post_to(&self, chat: &Chat, who: &Presser, card: &Card) {
        let to = Recipient::User(who.user_id.clone());
        if let Err(error) = chat.post(&to, card, &self.key(), None).await {
            tracing::warn!(%error, "a picture could not be shown");
        }
    }
}

/// Shows the card behind an answer, as soon as the chat has looked at its picture; whether it stands there.
async fn show_behind(chat: &Chat, to: &ReplyTo, card: &Card) -> bool {
    for wait in UNTIL_SHOWN {
        tokio::time::sleep(wait).await;
        match chat.reply(to, card, false).await {
            // Perhaps it stands there; a second one would be worse than none.
            Ok(()) | Err(SendError::Unknown { .. }) => return true,
            Err(error) => tracing::debug!(%error, "a picture can't be shown yet"),
        }
    }
    false
}

/// Whether the home tab shows all that there is to say: that somebody is away now, or is back.
fn is_all_said(action: Action, answer: &Card) -> bool {
    let more = |part: &Part| matches!(part, Part::Buttons(_) | Part::List(_));
    matches!(action, Action::AwayStart | Action::AwayEnd) && !answer.parts.iter().any(more)
}
