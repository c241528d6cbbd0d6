//! Slash commands: answered at once, for the eyes of who typed them; what takes longer follows. And the
//! buttons under a list, which change the list where it stands.

use std::time::Duration;

use tokio::sync::oneshot;

use super::{Desk, in_time, press::Press};
use crate::{
    chat::{
        Chat, Recipient, Upload,
        incoming::{Answer, Presser, ReplyTo},
        outcome::SendError,
    },
    commands::{self, CommandWords, Context, Picture, Topic},
    domain::{
        action::Action,
        card::{self, Card, Part},
        id::RepId,
    },
};

/// A chat looks at an upload before it shows it, and refuses it until then.
const UNTIL_SHOWN: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(4),
];

/// A command that somebody typed.
pub(super) struct Typed {
    pub(super) who: Presser,
    pub(super) word: String,
    pub(super) text: String,
    pub(super) reply: Option<ReplyTo>,
}

/// Answers a command; late answers go where its later ones go.
pub(super) async fn handle(desk: &Desk, typed: Typed) -> Answer {
    let (done, answer) = oneshot::channel();
    let desk = desk.clone();
    let work = async move {
        let words = desk.words.load_full();
        let said = desk.answer(&typed, &words).await;
        if let Err(late) = done.send(said.card) {
            desk.tell(&typed.who, typed.reply.as_ref(), &late).await;
        }
        if let Some(picture) = said.picture {
            desk.show(&typed, picture).await;
        }
    };
    in_time(work, answer)
        .await
        .map_or(Answer::Empty, Answer::Message)
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
            Ok(rep) => commands::answer(context, &rep, &typed.word, &typed.text).await,
            Err(trouble) => {
                trouble.log();
                self.words_for(trouble, &typed.who).await.into()
            }
        }
    }

    /// What a list shows after one of its buttons was pressed; `None` if the button stands under no list.
    pub(super) async fn turned(&self, press: &Press, rep: &RepId) -> Option<Card> {
        let words = self.words.load_full();
        let context = Context {
            engine: &self.engine,
            words: &words,
        };
        let value = press.value.as_str();
        let answer = if press.action == Action::LeadsPage {
            commands::page(context, rep, value).await
        } else if press.action == Action::AwayCancel {
            commands::cancel(context, rep, value).await
        } else {
            return None;
        };
        Some(answer.card)
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
