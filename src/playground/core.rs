//! What all parts of the playground share: the world under its lock, the log of calls, and the news.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::dialogs::Dialog;
use super::faults::Faults;
use super::limits::Limits;
use super::message::Message;
use super::settings::Settings;
use super::socket::Sockets;
use super::tokens::Tokens;
use super::world::World;

/// How many calls the log keeps.
const CALLS_KEPT: usize = 20_000;

/// A call the app made, as the log keeps it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ApiCall {
    /// Its number since the start, from 1.
    pub number: u64,
    /// When it came.
    pub at: Timestamp,
    /// For instance `chat.postMessage`, or `response_url`.
    pub method: String,
    /// Its arguments, the token left out.
    pub arguments: Value,
    /// The HTTP status it was answered with; `None` when the connection was dropped.
    pub status: Option<u16>,
    /// Slack's word when it was refused.
    pub error: Option<String>,
}

/// The calls of late, and how many there have been.
#[derive(Default)]
pub(super) struct Calls {
    pub(super) kept: VecDeque<ApiCall>,
    pub(super) total: u64,
}

/// The playground itself; everything else borrows it.
pub(super) struct Core {
    pub(super) settings: Settings,
    pub(super) http: reqwest::Client,
    /// Ends the event streams, which would hold a shutdown up.
    pub(super) closing: CancellationToken,
    world: Mutex<World>,
    faults: Mutex<Faults>,
    limits: Mutex<Limits>,
    calls: Mutex<Calls>,
    sockets: Mutex<Sockets>,
    tokens: Mutex<Tokens>,
    origin: Mutex<String>,
    changed: watch::Sender<u64>,
    news: broadcast::Sender<Arc<str>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves this state whole enough for a stand-in; going on is more useful.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    pub(super) fn new(settings: Settings, http: reqwest::Client, world: World) -> Self {
        Self {
            http,
            closing: CancellationToken::new(),
            world: Mutex::new(world),
            faults: Mutex::new(Faults::new(settings.faults)),
            limits: Mutex::default(),
            calls: Mutex::default(),
            sockets: Mutex::new(Sockets::new(settings.socket_mode)),
            tokens: Mutex::new(Tokens::new(&settings)),
            origin: Mutex::new(String::new()),
            changed: watch::channel(0).0,
            news: broadcast::channel(1024).0,
            settings,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    pub(super) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(super) fn limits(&self) -> MutexGuard<'_, Limits> {
        lock(&self.limits)
    }

    pub(super) fn calls(&self) -> MutexGuard<'_, Calls> {
        lock(&self.calls)
    }

    pub(super) fn sockets(&self) -> MutexGuard<'_, Sockets> {
        lock(&self.sockets)
    }

    pub(super) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        lock(&self.tokens)
    }

    /// The address under which the app reaches the playground.
    pub(super) fn origin(&self) -> String {
        lock(&self.origin).clone()
    }

    /// Remembers that address from the last call: behind a port mapping the listener does not know it.
    pub(super) fn set_origin(&self, origin: String) {
        *lock(&self.origin) = origin;
    }

    pub(super) fn log(&self, mut call: ApiCall) {
        let mut calls = self.calls();
        calls.total += 1;
        call.number = calls.total;
        if calls.kept.len() == CALLS_KEPT {
            calls.kept.pop_front();
        }
        calls.kept.push_back(call);
        drop(calls);
        self.changed.send_modify(|n| *n += 1);
    }

    /// Wakes whoever waits for a change.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(super) fn news(&self) -> broadcast::Receiver<Arc<str>> {
        self.news.subscribe()
    }

    /// Tells the pages and whoever waits that something happened.
    pub(super) fn tell(&self, news: impl FnOnce() -> Value) {
        if self.news.receiver_count() > 0 {
            // Nobody listening any more is no fault.
            let _ = self.news.send(news().to_string().into());
        }
        self.changed.send_modify(|n| *n += 1);
    }

    pub(super) fn tell_message(&self, message: &Message) {
        self.tell(|| json!({"kind": "message", "message": message}));
    }

    pub(super) fn tell_dialog(&self, user: &str) {
        let open = self.world().open_dialog(user).cloned();
        self.tell(|| json!({"kind": "dialog", "user": user, "dialog": open}));
    }

    /// A view as callbacks and answers carry it.
    pub(super) fn view_json(&self, dialog: &Dialog, state: &Value) -> Value {
        let workspace = &self.settings.workspace;
        dialog.json(&workspace.team, &workspace.app, &workspace.bot, state)
    }

    /// Forgets everything that happened; people and channels stay.
    pub(super) fn reset(&self) {
        self.world().forget();
        *self.faults() = Faults::new(self.settings.faults);
        *self.limits() = Limits::default();
        *self.calls() = Calls::default();
        self.tell(|| json!({"kind": "reload"}));
    }
}
