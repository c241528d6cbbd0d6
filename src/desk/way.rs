//! How what there is to say gets to whoever asked: with the answer to their request as far as that can carry it,
//! else by calls of its own, and so when it comes too late for that.

use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use tokio::sync::oneshot;

use super::{Desk, in_time};
use crate::{
    chat::{
        Chat, Recipient, Sent,
        incoming::{Answer, Presser, ReplyTo, Takes},
        outcome::{FailKind, SendError},
    },
    domain::{
        card::{Card, Chart, Dialog, Part, Run},
        policy::Platform,
    },
    store::outbox::{self, Place},
    words::trouble,
};

/// A chat looks at a picture before it shows it, and refuses it until then.
const UNTIL_SHOWN: [SignedDuration; 3] = [
    SignedDuration::ZERO,
    SignedDuration::from_secs(1),
    SignedDuration::from_secs(4),
];

/// How long it is tried to say by a message what a request can't carry.
const POSTED_WITHIN: Duration = Duration::from_secs(30);
/// When it is tried again after a failure that does not say when.
const POST_AGAIN: Duration = Duration::from_secs(2);
/// The least that is waited, however soon there may be room.
const SHORTEST_WAIT: Duration = Duration::from_millis(50);

/// The way back to whoever did something.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) who: Presser,
    /// What opens a dialog, within seconds.
    pub(super) trigger: String,
    /// The message that was pressed.
    pub(super) message: Option<Sent>,
    /// Where to answer.
    pub(super) reply: Option<ReplyTo>,
    /// What can be answered at once.
    pub(super) takes: Takes,
}

impl Way {
    /// To whoever sent a dialog off, which can be answered with whatever there is to say.
    pub(super) fn of_dialog(who: Presser) -> Self {
        Self {
            who,
            trigger: String::new(),
            message: None,
            reply: None,
            takes: Takes::All,
        }
    }
}

/// What is said when.
struct Parted {
    /// With the answer to the request.
    now: Answer,
    /// By itself, when that is answered.
    then: Option<Card>,
    /// What then stands where the pressed card stood, for good: the answer shows it on one screen for a while.
    stays: Option<Card>,
    /// Drawn and shown after all that.
    charts: Vec<Chart>,
}

/// Answers with what comes of `work` if that is there in time, else with `otherwise`; then what comes of it
/// is said on its own way.
pub(super) async fn answered(
    desk: &Desk,
    way: Way,
    otherwise: Answer,
    work: BoxFuture<'static, Answer>,
) -> Answer {
    let (done, answer) = oneshot::channel();
    let desk = desk.clone();
    let task = async move {
        let Parted {
            now,
            then,
            stays,
            charts,
        } = desk.part(&way, work.await).await;
        if let Err(late) = done.send(now) {
            desk.say(&way, late).await;
        }
        if let Some(card) = then {
            desk.tell(&way.who, way.reply.as_ref(), &card).await;
        }
        if let Some(card) = stays {
            desk.put(&way, &card).await;
        }
        for chart in charts {
            desk.show(&way, &chart).await;
        }
    };
    in_time(task, answer).await.unwrap_or(otherwise)
}

impl Desk {
    /// Parts what the request can carry from what it can't. What its answer has to wait for is done here.
    async fn part(&self, way: &Way, answer: Answer) -> Parted {
        let charts = match (way.takes, &answer) {
            (Takes::Nothing | Takes::Words, Answer::Message(card)) => charts_of(card),
            _ => Vec::new(),
        };
        let stays = match (way.takes, &answer) {
            (Takes::All, Answer::Replace(card)) if !self.is_kept_true(way).await => {
                Some(card.clone())
            }
            _ => None,
        };
        let (now, then) = match (way.takes, answer) {
            (Takes::All, answer) | (Takes::Words, answer @ Answer::Message(_)) => (answer, None),
            (Takes::Nothing, Answer::Message(card)) => (Answer::Empty, Some(card)),
            (takes, Answer::Open { dialog, otherwise }) => {
                match (takes, self.open(way, &dialog, otherwise).await) {
                    (Takes::Words, Some(card)) => (Answer::Message(card), None),
                    (_, instead) => (Answer::Empty, instead),
                }
            }
            (_, Answer::Replace(card)) => {
                self.replace(way, &card).await;
                (Answer::Empty, None)
            }
            (
                _,
                answer @ (Answer::Empty
                | Answer::DialogErrors { .. }
                | Answer::DialogClose
                | Answer::DialogUpdate(_)
                | Answer::Challenge(_)),
            ) => (answer, None),
        };
        Parted {
            now,
            then,
            stays,
            charts,
        }
    }

    /// Whether the pressed message needs no care: the outbox changes it, or there is none.
    async fn is_kept_true(&self, way: &Way) -> bool {
        let Some(message) = &way.message else {
            return true;
        };
        let place = Place {
            platform: way.who.platform,
            conversation: message.conversation.clone(),
            message: message.message.clone(),
        };
        let db = self.engine.db();
        let known = db
            .read(async |mut tx| outbox::card_by_message(&mut tx, &place).await)
            .await;
        // When that can't be told, a change too many does no harm.
        known.is_ok_and(|card| card.is_some())
    }

    /// Says by calls of its own what a request can't carry any more.
    pub(super) async fn say(&self, way: &Way, answer: Answer) {
        let card = match answer {
            Answer::Empty | Answer::DialogClose | Answer::Challenge(_) => return,
            Answer::Replace(card) => return self.replace(way, &card).await,
            Answer::Open { dialog, otherwise } => match self.open(way, &dialog, otherwise).await {
                Some(instead) => instead,
                None => return,
            },
            Answer::Message(card) => card,
            Answer::DialogErrors { errors, .. } => {
                let words: Vec<String> = errors.into_values().collect();
                Card::sentence(words.join(" "))
            }
            Answer::DialogUpdate(dialog) => read_out(dialog),
        };
        self.tell(&way.who, way.reply.as_ref(), &card).await;
    }

    /// Tells one person something, where they pressed, else in their direct messages.
    pub(super) async fn tell(&self, who: &Presser, reply: Option<&ReplyTo>, card: &Card) {
        let Some(chat) = self.chat_of(who) else {
            return;
        };
        let told = match reply {
            Some(to) => chat.reply(to, card, false).await,
            None => {
                let to = self.recipient(who).await;
                self.post(chat, &to, card).await
            }
        };
        if let Err(error) = told {
            tracing::warn!(%error, "who pressed could not be told what came of it");
        }
    }

    /// Somebody's direct messages.
    async fn recipient(&self, who: &Presser) -> Recipient {
        let user = who.user_id.clone();
        match self.rep(who).await {
            Ok(_) => Recipient::User(user),
            Err(_) => Recipient::Stranger(user),
        }
    }

    /// Posts what somebody waits for. What the chat takes only later is posted then: nobody asks twice for what
    /// they believe to come.
    async fn post(&self, chat: &Chat, to: &Recipient, card: &Card) -> Result<(), SendError> {
        let (key, mut waited) = (self.key(), Duration::ZERO);
        loop {
            let error = match chat.post(to, card, &key, None).await {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            let wait = match &error {
                SendError::NotYet { after } => *after,
                SendError::Retry { after, .. } => after.unwrap_or(POST_AGAIN),
                SendError::Unknown { .. } | SendError::Fail { .. } => return Err(error),
            };
            let wait = wait.max(SHORTEST_WAIT);
            waited += wait;
            if waited > POSTED_WITHIN {
                return Err(error);
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Shows a card where the one stands that was pressed; where none stands, it is told. What the outbox shows
    /// there is left to it: this card was drawn before, and must not take the place of a newer one.
    async fn replace(&self, way: &Way, card: &Card) {
        if way.message.is_none() || !self.is_kept_true(way).await {
            self.put(way, card).await;
        }
    }

    async fn put(&self, way: &Way, card: &Card) {
        let Some(chat) = self.chat_of(&way.who) else {
            return;
        };
        let shown = match (&way.reply, &way.message) {
            (Some(to), _) => chat.reply(to, card, true).await,
            (None, Some(message)) => chat.update(message, card).await,
            (None, None) => return self.tell(&way.who, None, card).await,
        };
        if let Err(error) = shown {
            tracing::warn!(%error, "a card that was pressed could not be changed");
        }
    }

    /// Opens a dialog; what is to be said if it can't be.
    async fn open(&self, way: &Way, dialog: &Dialog, otherwise: Option<Card>) -> Option<Card> {
        if way.who.platform == Platform::Teams {
            // There a dialog opens as the answer to a press alone, and for this there is none.
            return Some(otherwise.unwrap_or_else(|| Card::sentence(trouble::press_again())));
        }
        let error = match self.chat_of(&way.who) {
            Some(chat) => chat.open_dialog(&way.trigger, dialog).await.err()?,
            None => return None,
        };
        tracing::warn!(%error, "a dialog could not be opened");
        Some(otherwise.unwrap_or_else(|| Card::sentence(why_not_open(&error))))
    }

    /// Shows a chart to who asked, as a picture: behind the answer, else in their direct messages. Without it
    /// the answer is still whole.
    async fn show(&self, way: &Way, chart: &Chart) {
        let Some(chat) = self.chat_of(&way.who) else {
            return;
        };
        let picture = match chat.picture_of(chart).await {
            Ok(Some(picture)) => picture,
            // It stood in the answer.
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "a picture could not be uploaded");
                return;
            }
        };
        let card = Card {
            summary: picture.alt.clone(),
            parts: vec![Part::Picture(picture)],
        };
        let behind = match &way.reply {
            Some(to) => show_behind(chat, to, &card).await,
            None => false,
        };
        if !behind {
            let to = self.recipient(&way.who).await;
            if let Err(error) = chat.post(&to, &card, &self.key(), None).await {
                tracing::warn!(%error, "a picture could not be shown");
            }
        }
    }

    /// A name that nothing else has, for a message that the outbox does not know or for a dialog.
    pub(super) fn key(&self) -> String {
        let clock = self.engine.clock();
        format!("desk_{}", clock.chance(clock.now()).next_ulid())
    }
}

/// Shows the card behind an answer, as soon as the chat has looked at its picture; whether it stands there.
async fn show_behind(chat: &Chat, to: &ReplyTo, card: &Card) -> bool {
    for wait in UNTIL_SHOWN {
        tokio::time::sleep(wait.unsigned_abs()).await;
        match chat.reply(to, card, false).await {
            // Perhaps it stands there; a second one would be worse than none.
            Ok(()) | Err(SendError::Unknown { .. }) => return true,
            Err(error) => tracing::debug!(%error, "a picture can't be shown yet"),
        }
    }
    false
}

fn charts_of(card: &Card) -> Vec<Chart> {
    let charts = card.parts.iter().filter_map(|part| match part {
        Part::Chart(chart) => Some(chart.clone()),
        Part::Title(_)
        | Part::Text(_)
        | Part::Facts(_)
        | Part::Note(_)
        | Part::List(_)
        | Part::Buttons(_)
        | Part::Divider
        | Part::Picture(_)
        | Part::Table(_) => None,
    });
    charts.collect()
}

fn why_not_open(error: &SendError) -> String {
    match error.kind() {
        Some(FailKind::MessageGone) => trouble::press_again(),
        Some(
            FailKind::RecipientGone
            | FailKind::TokenDead
            | FailKind::Config
            | FailKind::OurBug
            | FailKind::Other,
        )
        | None => trouble::try_again(),
    }
}

/// What a dialog says, for whoever has closed it already.
fn read_out(dialog: Dialog) -> Card {
    let texts = dialog.parts.iter().filter_map(|part| match part {
        Part::Text(runs) => Some(runs.iter().map(Run::words).collect::<String>()),
        Part::Title(_)
        | Part::Facts(_)
        | Part::Note(_)
        | Part::List(_)
        | Part::Buttons(_)
        | Part::Divider
        | Part::Picture(_)
        | Part::Table(_)
        | Part::Chart(_) => None,
    });
    let texts: Vec<String> = texts.collect();
    Card {
        summary: texts.join(" "),
        parts: dialog.parts,
    }
}
