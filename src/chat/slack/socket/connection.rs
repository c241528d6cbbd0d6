//! One socket at work: requests are answered side by side and acknowledged as they are done.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use super::frame::{self, Envelope, Frame};
use super::open::Socket;
use super::{Over, Pace};
use crate::chat::slack::inbound::Kind;

/// The most requests at work on one socket; more wait in it.
const MOST_AT_WORK: usize = 256;

/// A socket that lived this long was in order.
const IN_ORDER: Duration = Duration::from_secs(30);

/// A socket and the task that serves it.
pub struct Connection {
    over: Option<oneshot::Receiver<Over>>,
    leave: CancellationToken,
    serving: JoinHandle<()>,
    since: Instant,
}

impl Connection {
    /// Serves the socket from now on.
    pub fn start<H, F>(socket: Socket, handle: H, pace: Pace) -> Self
    where
        H: Fn(Kind, Value) -> F + Clone + Send + 'static,
        F: Future<Output = Option<Value>> + Send + 'static,
    {
        let (tell, over) = oneshot::channel();
        let leave = CancellationToken::new();
        let served = Served {
            socket,
            handle,
            pace,
            at_work: JoinSet::new(),
            tell: Some(tell),
            heard: Instant::now(),
        };
        tracing::debug!("a socket to Slack is open");
        Self {
            over: Some(over),
            serving: tokio::spawn(served.run(leave.clone())),
            leave,
            since: Instant::now(),
        }
    }

    /// Waits until another must take its place.
    pub async fn over(&mut self) -> Over {
        let gone = || Over::Broken("ended".to_owned());
        match self.over.take() {
            Some(over) => over.await.unwrap_or_else(|_| gone()),
            None => gone(),
        }
    }

    /// Whether it was in order for a while.
    pub fn lasted(&self) -> bool {
        self.since.elapsed() >= IN_ORDER
    }

    /// Finishes what is at work, and closes.
    pub async fn leave(self) {
        self.leave.cancel();
        // It ended by itself already, or does so within the time for what is at work.
        let _ = self.serving.await;
    }
}

struct Served<H> {
    socket: Socket,
    handle: H,
    pace: Pace,
    /// Requests being answered; each ends as its acknowledgement, or as none.
    at_work: JoinSet<Option<String>>,
    tell: Option<oneshot::Sender<Over>>,
    heard: Instant,
}

impl<H, F> Served<H>
where
    H: Fn(Kind, Value) -> F + Clone + Send + 'static,
    F: Future<Output = Option<Value>> + Send + 'static,
{
    async fn run(mut self, leave: CancellationToken) {
        metrics::gauge!("baton_slack_sockets").increment(1.0);
        let why = self.serve(&leave).await;
        self.tell(why);
        // What still comes through here is delivered again through another.
        let finish = timeout(self.pace.last, self.finish());
        if finish.await.is_err() {
            tracing::warn!("requests that took too long were left when a socket was");
        }
        metrics::gauge!("baton_slack_sockets").decrement(1.0);
    }

    /// Serves until the socket is gone, or is to be left.
    async fn serve(&mut self, leave: &CancellationToken) -> Over {
        let mut ping = ticks(self.pace.ping);
        loop {
            let busy = self.at_work.len() >= MOST_AT_WORK;
            let done = tokio::select! {
                () = leave.cancelled() => return Over::Renewed,
                Some(done) = self.at_work.join_next() => self.acknowledge(done).await,
                message = self.socket.next(), if !busy => self.take(message),
                _ = ping.tick() => self.ask_whether_it_lives().await,
            };
            if let Err(over) = done {
                return over;
            }
        }
    }

    async fn finish(&mut self) {
        while let Some(done) = self.at_work.join_next().await {
            if self.acknowledge(done).await.is_err() {
                return;
            }
        }
        // The other side may be gone: then there is nothing to close.
        let _ = self.socket.close(None).await;
    }

    async fn acknowledge(
        &mut self,
        done: Result<Option<String>, tokio::task::JoinError>,
    ) -> Result<(), Over> {
        let Ok(Some(acknowledgement)) = done else {
            return Ok(());
        };
        let sent = self.socket.send(Message::text(acknowledgement)).await;
        sent.map_err(|_| Over::Broken("an acknowledgement could not be sent".to_owned()))
    }

    async fn ask_whether_it_lives(&mut self) -> Result<(), Over> {
        if self.heard.elapsed() > self.pace.silence {
            return Err(Over::Broken("silence".to_owned()));
        }
        let sent = self.socket.send(Message::Ping("baton".into())).await;
        sent.map_err(|_| Over::Broken("a ping could not be sent".to_owned()))
    }

    fn take(
        &mut self,
        message: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>,
    ) -> Result<(), Over> {
        self.heard = Instant::now();
        match message {
            None | Some(Ok(Message::Close(_))) => Err(Over::Broken("closed".to_owned())),
            Some(Err(_)) => Err(Over::Broken("connection broken".to_owned())),
            Some(Ok(Message::Text(text))) => match frame::read(&text) {
                Some(frame) => self.obey(frame),
                None => {
                    tracing::warn!(
                        "Slack said something through a socket that can't be understood"
                    );
                    Ok(())
                }
            },
            // The library answers pings itself.
            Some(Ok(
                Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_),
            )) => Ok(()),
        }
    }

    fn obey(&mut self, frame: Frame) -> Result<(), Over> {
        match frame {
            Frame::Envelope(envelope) => {
                let work = answer(envelope, self.handle.clone(), self.pace.acknowledge);
                self.at_work.spawn(work);
            }
            Frame::Disconnect(reason) => match reason.as_str() {
                "link_disabled" => return Err(Over::Refused(reason)),
                "too_many_websockets" => return Err(Over::TooMany),
                _ => {
                    tracing::debug!(reason, "Slack asks for a fresh socket");
                    self.tell(Over::Refresh);
                }
            },
            Frame::Hello => {}
            Frame::Other(kind) => tracing::debug!(kind, "nothing that concerns Baton"),
        }
        Ok(())
    }

    /// Says that another must take its place; only the first reason counts.
    fn tell(&mut self, why: Over) {
        if let Some(tell) = self.tell.take() {
            // Nobody listens when the place itself is given up.
            let _ = tell.send(why);
        }
    }
}

/// Ticks from `every` from now on; those that were missed are gone.
fn ticks(every: Duration) -> Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.reset();
    ticks
}

/// Answers one request, in time: what takes longer goes on, and its answer is not heard here.
async fn answer<H, F>(mut envelope: Envelope, handle: H, within: Duration) -> Option<String>
where
    H: Fn(Kind, Value) -> F,
    F: Future<Output = Option<Value>> + Send + 'static,
{
    let Some(kind) = envelope.kind else {
        tracing::debug!("a request of a kind that Baton doesn't know");
        return Some(envelope.acknowledgement(None));
    };
    let repeated = if envelope.retry > 0 { "yes" } else { "no" };
    metrics::counter!("baton_slack_envelopes_total", "repeated" => repeated).increment(1);
    let work = tokio::spawn(handle(kind, envelope.payload.take()));
    let said = match timeout(within, work).await {
        Ok(Ok(said)) => said,
        // It broke off, as its panic in the log says; unacknowledged, Slack tells who pressed.
        Ok(Err(_)) => return None,
        Err(_) => {
            tracing::warn!("a request takes longer than Slack waits");
            None
        }
    };
    Some(envelope.acknowledgement(said))
}
