//! Socket Mode: the app opens WebSockets, and callbacks come through them as envelopes. Each goes to any
//! one of the sockets and must be acknowledged there; if that socket ends first, it goes to another.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, interval_at, sleep};

use super::callbacks::{Answer, Callback};
use super::core::Core;
use super::faults::{Call, Fault};

/// How many sockets one app may have.
const MOST: usize = 10;

/// How long a socket lives, and how long with `debug_reconnects`.
const LIFE: Duration = Duration::from_secs(3_600);
const SHORT_LIFE: Duration = Duration::from_secs(360);

/// Between the warning and the end.
const WARNED: Duration = Duration::from_secs(10);

/// Between two pings.
const PING: Duration = Duration::from_secs(10);

/// How soon it is looked for another socket when there is none.
const LOOK: Duration = Duration::from_millis(20);

/// What can happen to sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// They are asked to leave, and closed ten seconds later.
    Refresh,
    /// The connection ends without a word.
    Cut,
    /// Nothing comes through any more, though the connection stands.
    Silence,
    /// Socket Mode is switched off.
    Disable,
    /// Socket Mode is switched on (again).
    Enable,
}

/// The sockets of the app.
pub(super) struct Sockets {
    /// Whether callbacks come through sockets; `None` until the first one.
    on: Option<bool>,
    links: Vec<Link>,
    /// Addresses that were given out and not used.
    tickets: Vec<String>,
    next: usize,
    made: u64,
}

#[derive(Clone)]
struct Link {
    number: u64,
    say: mpsc::UnboundedSender<Say>,
}

/// What a socket's task is told.
enum Say {
    /// Delivers an envelope; the acknowledgement comes back.
    Envelope(String, Value, oneshot::Sender<Option<Value>>),
    Trouble(Trouble),
}

impl Sockets {
    pub(super) fn new(on: Option<bool>) -> Self {
        Self {
            on,
            links: Vec::new(),
            tickets: Vec::new(),
            next: 0,
            made: 0,
        }
    }

    pub(super) fn are_in_use(&self) -> bool {
        self.on == Some(true)
    }

    pub(super) fn count(&self) -> usize {
        self.links.len()
    }

    /// The next socket in turn.
    fn any(&mut self) -> Option<Link> {
        self.next = self.next.wrapping_add(1);
        let nth = self.next.checked_rem(self.links.len())?;
        self.links.get(nth).cloned()
    }

    fn join(&mut self, say: mpsc::UnboundedSender<Say>) -> u64 {
        self.made += 1;
        let number = self.made;
        self.links.push(Link { number, say });
        number
    }

    fn leave(&mut self, number: u64) {
        self.links.retain(|link| link.number != number);
    }
}

#[derive(Deserialize)]
pub(super) struct Asked {
    ticket: String,
    #[serde(default)]
    debug_reconnects: bool,
}

/// The app comes to an address that it was given.
pub(super) async fn link(
    State(core): State<Arc<Core>>,
    Query(asked): Query<Asked>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let known = {
        let mut sockets = core.sockets();
        let before = sockets.tickets.len();
        sockets.tickets.retain(|ticket| *ticket != asked.ticket);
        sockets.tickets.len() < before
    };
    if !known {
        return StatusCode::FORBIDDEN.into_response();
    }
    let life = if asked.debug_reconnects {
        SHORT_LIFE
    } else {
        LIFE
    };
    upgrade.on_upgrade(move |socket| serve(core, socket, life))
}

impl Core {
    /// An address for one socket.
    pub(super) fn open_link(&self) -> Value {
        let ticket = self.world().fresh("ticket-");
        let mut sockets = self.sockets();
        sockets.on.get_or_insert(true);
        sockets.tickets.push(ticket.clone());
        let host = self.origin().replacen("http", "ws", 1);
        let app = &self.settings.workspace.app;
        json!({"ok": true, "url": format!("{host}/link/?ticket={ticket}&app_id={app}")})
    }

    pub(super) fn trouble(&self, trouble: Trouble) {
        let mut sockets = self.sockets();
        match trouble {
            Trouble::Disable => sockets.on = Some(false),
            Trouble::Enable => sockets.on = Some(true),
            Trouble::Refresh | Trouble::Cut | Trouble::Silence => {}
        }
        for link in &sockets.links {
            // Whoever ended in this moment has no trouble any more.
            let _ = link.say.send(Say::Trouble(trouble));
        }
    }

    /// Delivers a callback until it is acknowledged; `None` when there is no socket to deliver it by.
    pub(super) async fn deliver_by_socket(&self, callback: &Callback) -> Option<Answer> {
        let mut link = self.sockets().any()?;
        let mut attempt = callback.retry.map_or(0, |(number, _)| number);
        let (kind, payload) = callback.envelope();
        let id = self.world().fresh("env-");
        loop {
            let mut envelope = json!({
                "envelope_id": id, "type": kind, "payload": payload,
                "accepts_response_payload": kind != "events_api",
            });
            if attempt > 0 {
                envelope["retry_attempt"] = json!(attempt);
                envelope["retry_reason"] = json!("timeout");
            }
            if let Some(answer) = self.pass(&link, &id, envelope).await {
                let body = answer.map(|said| said.to_string()).unwrap_or_default();
                return Some(Answer {
                    status: 200,
                    body,
                    ..Answer::default()
                });
            }
            attempt += 1;
            link = self.another().await;
        }
    }

    /// Passes an envelope through one socket; `None` when that ended before the acknowledgement.
    async fn pass(&self, link: &Link, id: &str, envelope: Value) -> Option<Option<Value>> {
        let fault = self.faults().take(Call::Socket, "socket", &[]);
        let trouble = |trouble| link.say.send(Say::Trouble(trouble)).ok();
        if fault == Some(Fault::DropBefore) {
            trouble(Trouble::Cut)?;
        }
        if fault == Some(Fault::Refresh) {
            trouble(Trouble::Refresh)?;
        }
        let (acknowledge, acknowledged) = oneshot::channel();
        let say = Say::Envelope(id.to_owned(), envelope, acknowledge);
        link.say.send(say).ok()?;
        if fault == Some(Fault::DropAfter) {
            trouble(Trouble::Cut)?;
        }
        acknowledged.await.ok()
    }

    /// Waits for a socket; who waits gives up by itself.
    async fn another(&self) -> Link {
        loop {
            let any = self.sockets().any();
            match any {
                Some(link) => return link,
                None => sleep(LOOK).await,
            }
        }
    }
}

/// One socket from its hello to its end.
async fn serve(core: Arc<Core>, mut socket: WebSocket, life: Duration) {
    let (say, mut said) = mpsc::unbounded_channel();
    if let Some(reason) = refused(&core) {
        // It is over either way.
        let _ = socket.send(disconnect(reason)).await;
        return;
    }
    let number = core.sockets().join(say);
    let mut served = Served {
        open: HashMap::new(),
        ends_at: None,
    };
    if socket.send(hello(&core, life)).await.is_ok() {
        served.run(&core, &mut socket, &mut said, life).await;
    }
    core.sockets().leave(number);
}

fn refused(core: &Core) -> Option<&'static str> {
    let sockets = core.sockets();
    if sockets.on == Some(false) {
        return Some("link_disabled");
    }
    (sockets.count() >= MOST).then_some("too_many_websockets")
}

/// A socket at work.
struct Served {
    /// Envelopes that wait for their acknowledgement.
    open: HashMap<String, oneshot::Sender<Option<Value>>>,
    /// Once it was asked to leave.
    ends_at: Option<Instant>,
}

impl Served {
    async fn run(
        &mut self,
        core: &Core,
        socket: &mut WebSocket,
        said: &mut mpsc::UnboundedReceiver<Say>,
        life: Duration,
    ) {
        let mut ping = interval_at(Instant::now() + PING, PING);
        let warn_at = Instant::now() + life;
        loop {
            let end = self.ends_at.unwrap_or(warn_at);
            let on = tokio::select! {
                () = core.closing.cancelled() => false,
                Some(say) = said.recv() => self.say(socket, say).await,
                message = socket.recv() => self.hear(message),
                _ = ping.tick() => socket.send(Message::Ping("slack".into())).await.is_ok(),
                () = tokio::time::sleep_until(end) => self.end(socket).await,
            };
            if !on {
                return;
            }
        }
    }

    /// Whether to go on.
    async fn say(&mut self, socket: &mut WebSocket, say: Say) -> bool {
        match say {
            Say::Envelope(id, envelope, acknowledge) => {
                self.open.insert(id, acknowledge);
                socket
                    .send(Message::text(envelope.to_string()))
                    .await
                    .is_ok()
            }
            Say::Trouble(Trouble::Refresh) => self.warn(socket).await,
            Say::Trouble(Trouble::Cut) => false,
            Say::Trouble(Trouble::Silence) => std::future::pending().await,
            Say::Trouble(Trouble::Disable) => {
                // It is over either way.
                let _ = socket.send(disconnect("link_disabled")).await;
                false
            }
            Say::Trouble(Trouble::Enable) => true,
        }
    }

    async fn warn(&mut self, socket: &mut WebSocket) -> bool {
        self.ends_at.get_or_insert(Instant::now() + WARNED);
        socket.send(disconnect("warning")).await.is_ok()
    }

    /// Warns the first time, ends the second.
    async fn end(&mut self, socket: &mut WebSocket) -> bool {
        if self.ends_at.is_none() {
            return self.warn(socket).await;
        }
        let _ = socket.send(disconnect("refresh_requested")).await;
        false
    }

    fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> bool {
        match message {
            Some(Ok(Message::Text(text))) => {
                let mut said: Value = serde_json::from_str(&text).unwrap_or_default();
                let id = said["envelope_id"].as_str().unwrap_or_default();
                if let Some(acknowledge) = self.open.remove(id) {
                    let payload = said.get_mut("payload").map(Value::take);
                    // Whoever pressed may have given up.
                    let _ = acknowledge.send(payload);
                }
                true
            }
            Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => true,
            Some(Ok(Message::Close(_)) | Err(_)) | None => false,
        }
    }
}

fn hello(core: &Core, life: Duration) -> Message {
    let workspace = &core.settings.workspace;
    let hello = json!({
        "type": "hello", "num_connections": core.sockets().count(),
        "debug_info": {"host": "playground", "build_number": 1, "approximate_connection_time": life.as_secs()},
        "connection_info": {"app_id": workspace.app},
    });
    Message::text(hello.to_string())
}

fn disconnect(reason: &str) -> Message {
    let disconnect =
        json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}});
    Message::text(disconnect.to_string())
}
