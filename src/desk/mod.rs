//! The desk: what a press, a dialog or a command does, whichever platform and way it came.
//!
//! ```text
//! http/interactions, socket mode, Teams ──Incoming──▶ desk::handle ──▶ engine.handle(event)
//!                                                         └──Answer──▶ back to who pressed
//! ```
//!
//! Cards are not changed here: the outbox does that, from the lead as it is then. Who pressed is told
//! at once only what the card does not say: why nothing happened, and who has the lead now; where the answer to a
//! press takes the card's place on their screen, it is the card as it is now.

mod command;
mod delivered;
mod home;
mod keep;
mod late;
mod people;
mod press;
pub mod slack;
mod submit;
pub mod teams;
mod trouble;
mod way;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::{sync::oneshot, time::timeout};
use tracing::Instrument;

use crate::{
    chat::{
        Chat, Chats,
        incoming::{Answer, Incoming, Presser},
    },
    commands::CommandWords,
    domain::policy::Platform,
    engine::Engine,
};
use way::Way;

pub use crate::commands::rights::may_see;

/// A press must be answered within three seconds, the way back included; what takes longer goes on
/// by itself.
const ANSWER_WITHIN: Duration = Duration::from_millis(2_400);

/// Everything a press may need; clones share it.
#[derive(Clone)]
pub struct Desk {
    engine: Engine,
    chats: Chats,
    /// The workspace of Slack that Baton is installed in, once it has said so.
    workspace: Arc<OnceLock<String>>,
    /// What the commands are called here; a reload may change it.
    words: Arc<ArcSwap<CommandWords>>,
    /// Whose home tabs are open.
    homes: home::Homes,
    /// What the chats have delivered of late, so that nothing is done twice.
    delivered: Arc<delivered::Delivered>,
}

impl Desk {
    /// A desk for these chats; without one nobody can press anything.
    #[must_use]
    pub fn new(engine: Engine, chats: Chats) -> Self {
        Self {
            engine,
            chats,
            workspace: Arc::default(),
            words: Arc::default(),
            homes: home::Homes::default(),
            delivered: Arc::default(),
        }
    }

    /// What the commands are called in a chat.
    #[must_use]
    pub fn words(&self, platform: Platform) -> Arc<CommandWords> {
        match platform {
            Platform::Slack => self.words.load_full(),
            Platform::Teams => Arc::new(CommandWords::bare()),
        }
    }

    /// Calls the commands so in Slack from now on.
    pub fn set_words(&self, words: CommandWords) {
        self.words.store(Arc::new(words));
    }

    /// Takes presses in Slack from this workspace only. Until it is known a person's id counts alone.
    pub fn set_workspace(&self, team_id: &str) {
        // Whoever said it first was asked about the same token.
        let _ = self.workspace.set(team_id.to_owned());
    }

    /// The chats, to verify who calls.
    #[must_use]
    pub fn chats(&self) -> &Chats {
        &self.chats
    }

    /// The chat that somebody is in.
    fn chat_of(&self, who: &Presser) -> Option<&Chat> {
        self.chats.get(who.platform).map(Arc::as_ref)
    }

    /// The engine, for commands.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// Does what several presses of one request ask for. Their answer is the first that says something.
pub async fn handle_all(desk: &Desk, all: Vec<Incoming>) -> Answer {
    let mut said = Answer::Empty;
    for incoming in all {
        let answer = handle(desk, incoming).await;
        if said == Answer::Empty {
            said = answer;
        }
    }
    said
}

/// Does what somebody asks for and says what they get at once.
pub async fn handle(desk: &Desk, incoming: Incoming) -> Answer {
    match incoming {
        Incoming::Press {
            who,
            action,
            value,
            trigger,
            message,
            dialog: _,
            reply,
            takes,
        } => {
            let way = Way {
                who,
                trigger,
                message,
                reply,
                takes,
            };
            press::handle(desk, press::Press::new(way, action, value)).await
        }
        Incoming::Submit {
            who,
            action,
            subject,
            values,
            trigger: _,
            dialog: _,
        } => {
            let submitted = submit::Submitted::new(who, action, subject, values);
            submit::handle(desk, submitted).await
        }
        Incoming::Command {
            who,
            word,
            text,
            conversation: _,
            trigger,
            reply,
            takes,
        } => {
            let way = Way {
                who,
                trigger,
                message: None,
                reply,
                takes,
            };
            command::handle(desk, command::Typed { way, word, text }).await
        }
        Incoming::Challenge(text) => Answer::Challenge(text),
        Incoming::Home { who } => {
            let desk = desk.clone();
            tokio::spawn(async move { desk.opened_home(&who).await }.in_current_span());
            Answer::Empty
        }
        Incoming::Met {
            who,
            conversation,
            address,
            installed,
        } => {
            let met = people::Met {
                who,
                conversation,
                address,
                installed,
            };
            desk.met(met).await;
            Answer::Empty
        }
        Incoming::Left { who } => {
            desk.left(&who).await;
            Answer::Empty
        }
        Incoming::PersonChanged {
            platform,
            user_id,
            deleted,
        } => {
            desk.person_changed(platform, &user_id, deleted).await;
            Answer::Empty
        }
        Incoming::QuietChanged {
            platform,
            user_id,
            quiet,
        } => {
            desk.quiet_changed(platform, &user_id, quiet).await;
            Answer::Empty
        }
        Incoming::Closed { .. } => Answer::Empty,
        Incoming::GroupChanged => {
            desk.groups_changed().await;
            Answer::Empty
        }
        Incoming::TokensRevoked | Incoming::Uninstalled => {
            tracing::error!("the chat has taken Baton's token back: install the app again");
            Answer::Empty
        }
        Incoming::Ignored(what) => {
            tracing::debug!(what, "nothing that concerns Baton");
            Answer::Empty
        }
    }
}

/// Lets `work` run to its end whatever happens to the request, and waits for its answer as long as
/// the platform does.
async fn in_time<T: Send + 'static>(
    work: impl Future<Output = ()> + Send + 'static,
    mut answer: oneshot::Receiver<T>,
) -> Option<T> {
    tokio::spawn(work.in_current_span());
    match timeout(ANSWER_WITHIN, &mut answer).await {
        Ok(Ok(answer)) => Some(answer),
        // The work broke off; its panic is in the log.
        Ok(Err(_)) => None,
        Err(_) => {
            tracing::warn!("a press or command takes longer than the chat waits");
            // What was sent in this very moment counts; from here on the work knows that nobody waits.
            answer.close();
            answer.try_recv().ok()
        }
    }
}
