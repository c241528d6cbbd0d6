//! A small Slack: the part of Slack's HTTP API that Baton uses, signed callbacks, and a page for people.
//!
//! It shares no code with Baton's Slack adapter, so that the two cannot share a mistake; Slack's own clients
//! check it (`tests/clients/run.sh`).
//!
//! # What is served
//!
//! * `/api/{method}`: the Web API. `/upload/{id}`, `/files/{id}`: pictures. `/response/{id}`: response addresses.
//! * `/link/`: sockets of Socket Mode, at the addresses that `apps.connections.open` gives. From the first on,
//!   callbacks come through them alone.
//! * `/`: the page. `/_playground/live`: its server-sent events.
//! * `/_playground/…`: what people do, as JSON, for programs; [`Outcome`] is the answer to each act.
//!
//! | request | body or query | does |
//! | --- | --- | --- |
//! | GET `state` | | people, channels, commands, open dialogs, home tabs, and all messages |
//! | GET `messages` | `?user=U…` or `?channel=C…` | messages of a room, edits and ephemeral ones included |
//! | GET `dialog` | `?user=U…` | the dialog open for somebody |
//! | POST `press` | `{user, ts or view_id, action_id, block_id?, value?, filled?}` | presses or chooses |
//! | POST `submit` | `{user, values}` | sends the open dialog |
//! | POST `close` | `{user, all?}` | closes it |
//! | POST `slash` | `{user, command, text?, channel?}` | types a command |
//! | POST `say` | `{user, channel, text}` | writes in a channel |
//! | POST `home` | `{user}` | opens the home tab |
//! | POST `person` | a whole [`Person`] | adds somebody, or changes them: `deleted: true` deactivates |
//! | POST `dnd` | `{user, start?, end?}` | they pause notifications, in seconds since 1970; without: they resume |
//! | POST `group` | a whole [`Group`] | adds a group of people, or changes it |
//! | POST `event` | `{event}` | sends an event, `app_uninstalled` for instance |
//! | POST, GET, DELETE `faults` | a [`FaultRule`] | adds a fault, lists them, takes them back |
//! | GET, POST `sockets` | `{do: …}`, see [`Trouble`] | how many there are; lets something happen to them all |
//! | GET `calls` | `?after=N`, `?method=M` | calls the app made, and how many in total |
//! | POST `reset` | | forgets everything that happened |
//!
//! POST bodies are `application/json`; other kinds are refused, so that no foreign page can press for you.
//!
//! # The controls of a demo
//!
//! With [`Settings::controls`] the page shows a panel. The router is mounted under `/demo` and answers:
//!
//! * `GET /demo/info`: `{"note": text, "form": {"fields": [{"name", "label", "type"?, "value"?, "options"?, "required"?}]},
//!   "sources": [{"id", "label"}], "now": RFC 3339, "next_deadline": RFC 3339 or null}`. `type` is an input type of HTML,
//!   `textarea` or `select`; a form may also be `{name: label}` for short.
//! * `POST /demo/lead` with `{"source": id, name: value, …}`, `POST /demo/samples`, `POST /demo/skip`, each with a JSON
//!   body (`{}` when there is nothing to say) and answered by `{"message": text}` for the person, with any 2xx;
//!   other statuses show `detail`.

mod acts;
mod answers;
mod api;
mod blocks;
mod callbacks;
mod control;
mod core;
mod dialogs;
mod faults;
mod form;
mod limits;
mod message;
mod page;
mod payloads;
mod saved;
mod settings;
mod shown;
mod socket;
mod tokens;
mod world;

pub use self::acts::{Outcome, Press};
pub use self::callbacks::Answer;
pub use self::core::ApiCall;
pub use self::dialogs::Dialog;
pub use self::faults::{Fault, FaultRule};
pub use self::message::{Edit, Message};
pub use self::settings::{Channel, Clock, Group, Person, Settings, Status, Workspace};
pub use self::socket::Trouble;
pub use self::tokens::Rotation;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::core::Core;

/// Files and views are the largest things posted.
const MOST_BODY: usize = 20 * 1024 * 1024;

/// A running stand-in for Slack. Clones share one workspace.
#[derive(Clone)]
pub struct Playground {
    core: Arc<Core>,
}

impl Playground {
    /// Sets a workspace up, with what was saved in the state file if there is one.
    ///
    /// # Errors
    /// When the state file can't be read, or no HTTP client can be made.
    pub fn new(settings: Settings) -> anyhow::Result<Self> {
        // Somebody else may have chosen the provider already: then theirs is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("making the client for callbacks")?;
        let mut world = match &settings.state_file {
            Some(path) => saved::load(path)?,
            None => world::World::default(),
        };
        world.people.clone_from(&settings.people);
        world.channels.clone_from(&settings.channels);
        world.groups.clone_from(&settings.groups);
        Ok(Self {
            core: Arc::new(Core::new(settings, http, world)),
        })
    }

    /// Everything it serves; [`Playground::run`] serves it.
    pub fn router(&self) -> Router {
        let mut router = Router::new()
            .route("/api/{method}", any(api::call))
            .route("/upload/{id}", post(api::upload))
            .route("/files/{id}", get(api::show))
            .route("/response/{id}", post(control::respond))
            .route("/link/", get(socket::link))
            .nest("/_playground", control::routes())
            .merge(page::routes())
            .layer(DefaultBodyLimit::max(MOST_BODY))
            .with_state(Arc::clone(&self.core));
        if let Some(controls) = &self.core.settings.controls {
            router = router.nest("/demo", controls.clone());
        }
        router
    }

    /// Serves until `shutdown`, then saves once more.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(
        &self,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> anyhow::Result<()> {
        let address = listener
            .local_addr()
            .context("reading the playground's address")?;
        if self.core.origin().is_empty() {
            self.core.set_origin(format!("http://{address}"));
        }
        let saver = tokio::spawn(saved::keep_saved(Arc::clone(&self.core), shutdown.clone()));
        let served = self.serve(listener, shutdown).await;
        saver.await.context("saving the playground")?;
        served
    }

    /// Requests that still run at the end get two seconds.
    async fn serve(
        &self,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> anyhow::Result<()> {
        let (stop, closing) = (shutdown.clone(), self.core.closing.clone());
        let served = axum::serve(listener, self.router()).with_graceful_shutdown(async move {
            stop.cancelled().await;
            closing.cancel();
        });
        let patience = async {
            shutdown.cancelled().await;
            tokio::time::sleep(Duration::from_secs(2)).await;
        };
        tokio::select! {
            ended = served => ended.context("serving the playground"),
            () = patience => Ok(()),
        }
    }

    /// Everything in the direct messages between the app and a person, the oldest first.
    pub fn messages_of(&self, user: &str) -> Vec<Message> {
        let dm = self
            .core
            .world()
            .person(user)
            .map(Person::dm)
            .unwrap_or_default();
        self.messages_in(&dm)
    }

    /// Everything in a room, ephemeral messages included, the oldest first.
    pub fn messages_in(&self, room: &str) -> Vec<Message> {
        self.core.world().messages(room).cloned().collect()
    }

    /// Installs the app again: the tokens of it, where they expire.
    pub fn install_again(&self) -> Option<Rotation> {
        let rotation = self.core.settings.rotation.as_ref()?;
        Some(self.core.tokens().install(rotation, self.core.now()))
    }

    /// What only this person sees, in any room.
    pub fn ephemeral_to(&self, user: &str) -> Vec<Message> {
        let world = self.core.world();
        let all = world
            .rooms
            .values()
            .flat_map(std::collections::BTreeMap::values);
        let mut theirs: Vec<Message> = all
            .filter(|m| m.ephemeral_to.as_deref() == Some(user))
            .cloned()
            .collect();
        theirs.sort_by(|a, b| a.ts.cmp(&b.ts));
        theirs
    }

    /// The dialog a person has open, the top one of the stack.
    pub fn dialog_of(&self, user: &str) -> Option<Dialog> {
        self.core.world().open_dialog(user).cloned()
    }

    /// What the app published as a person's home tab.
    pub fn home_of(&self, user: &str) -> Option<Dialog> {
        self.core.world().homes.get(user).cloned()
    }

    /// A person presses something in the message at `ts`, or in the view with that id.
    pub async fn press(&self, user: &str, ts: &str, press: impl Into<Press>) -> Outcome {
        self.core.press(user, ts, &press.into(), &json!({})).await
    }

    /// A person sends the open dialog; `values` are `{block_id: value}`, see the module's `form`.
    pub async fn submit(&self, user: &str, values: &Value) -> Outcome {
        self.core.submit(user, values).await
    }

    /// A person closes the dialog on top, or with the cross (`all`) the whole stack.
    pub async fn close(&self, user: &str, all: bool) -> Outcome {
        self.core.close(user, all).await
    }

    /// A person types a command in their direct messages with the app.
    pub async fn slash(&self, user: &str, command: &str, text: &str) -> Outcome {
        let dm = self
            .core
            .world()
            .person(user)
            .map(Person::dm)
            .unwrap_or_default();
        self.core.slash(user, &dm, command, text).await
    }

    /// A person types a command in a channel.
    pub async fn slash_in(&self, user: &str, room: &str, command: &str, text: &str) -> Outcome {
        self.core.slash(user, room, command, text).await
    }

    /// A person opens the app's home tab.
    pub fn open_home(&self, user: &str) {
        self.core.open_home(user);
    }

    /// Sends any other event, for instance `{"type": "app_uninstalled"}`.
    pub fn event(&self, event: &Value) {
        self.core.happen("", event);
    }

    /// Adds a person, or changes the one with the same id; the app hears of it by `user_change`.
    pub fn put_person(&self, person: Person) {
        self.core.put_person(person);
    }

    /// A person pauses notifications from then until then, or resumes them; the app has heard of it, by
    /// `dnd_updated_user`, when this returns.
    pub async fn pause(&self, user: &str, times: Option<(i64, i64)>) {
        self.core.pause(user, times).await;
    }

    /// Adds a group of people, or changes the one with the same id; the app hears of it.
    pub fn put_group(&self, group: Group) {
        self.core.put_group(group);
    }

    /// Makes the next calls go wrong.
    pub fn fault(&self, rule: FaultRule) {
        self.core.faults().rules.push(rule);
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.core.faults().rules.clear();
    }

    /// The calls the app made of late, the oldest first.
    pub fn calls(&self) -> Vec<ApiCall> {
        self.core.calls().kept.iter().cloned().collect()
    }

    /// How many sockets the app has open.
    pub fn sockets(&self) -> usize {
        self.core.sockets().count()
    }

    /// Something happens to all of the app's sockets.
    pub fn trouble(&self, trouble: Trouble) {
        self.core.trouble(trouble);
    }

    /// Forgets everything that happened; people and channels stay.
    pub fn reset(&self) {
        self.core.reset();
    }

    /// Waits until `look` finds something, at most `within`; looks again after every change.
    pub async fn wait_for<T>(
        &self,
        within: Duration,
        look: impl Fn(&Self) -> Option<T>,
    ) -> Option<T> {
        let mut changes = self.core.changes();
        let found = async {
            loop {
                changes.borrow_and_update();
                if let Some(found) = look(self) {
                    return Some(found);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(within, found).await.ok().flatten()
    }
}

#[cfg(test)]
mod tests;
