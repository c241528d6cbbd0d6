//! Connections: how many, how long each may keep Baton waiting, and how they end.
//!
//! | a caller who | is cut off after |
//! | --- | --- |
//! | sends no head, or one drop by drop | [`Patience::head`] |
//! | sends nothing between two requests | [`Patience::idle`] |
//! | sends a body drop by drop | [`Limits::body_time`](super::Limits::body_time), with 408 |
//! | reads nothing of an answer | [`Patience::unread`] |
//!
//! An answer may take and last as long as its handler likes, and is cut by none of them: a stream of events stays.

use std::{
    convert::Infallible,
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use http::Response;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_service::Service as _;

use super::patience::{Patient, Phase};

/// The largest head of a request: path, query and headers together.
const HEAD: usize = 32 * 1024;

/// How long to wait when the machine has no connection left to give.
const OUT_OF_FILES: Duration = Duration::from_millis(200);

/// How often those who are idle are asked to leave while somebody waits for a place.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// How long Baton waits for those who connect.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a head, from its first byte to its last; the first head of a connection from its beginning.
    pub head: Duration,
    /// For the next request; longer than the minute for which proxies keep connections, so that none is
    /// closed while a request is on its way.
    pub idle: Duration,
    /// For a caller who does not read what is written.
    pub unread: Duration,
    /// For answers that are under way when Baton stops.
    pub last: Duration,
    /// How many may be connected; below the 1,024 files that many systems allow a process.
    pub connections: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            unread: Duration::from_secs(30),
            last: Duration::from_secs(8),
            connections: 800,
        }
    }
}

/// Serves until `stop`; then nobody new is let in, answers under way are finished, and the rest is cut off.
///
/// # Errors
/// When the listener is of no use any more.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    stop: CancellationToken,
) -> io::Result<()> {
    let house = Arc::new(House {
        router,
        patience,
        stop: stop.clone(),
        crowded: Notify::new(),
        was_crowded: AtomicBool::new(false),
    });
    let rooms = Arc::new(Semaphore::new(patience.connections));
    let (guests, cut_off) = (TaskTracker::new(), CancellationToken::new());
    let let_in = async {
        loop {
            let guest = accept(&listener).await?;
            let room = house.room(&rooms).await;
            let answering = Arc::clone(&house).look_after(guest, room);
            guests.spawn(cut_off.clone().run_until_cancelled_owned(answering));
        }
    };
    if let Some(failed) = stop.run_until_cancelled(let_in).await {
        return failed;
    }
    drop(listener);
    guests.close();
    if tokio::time::timeout(patience.last, guests.wait())
        .await
        .is_err()
    {
        tracing::warn!("requests that took too long were cut off");
        cut_off.cancel();
    }
    Ok(())
}

/// The next one at the door. One who has gone again is nobody's loss; who can't be let in for want of files waits.
async fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    loop {
        match listener.accept().await {
            Ok((guest, _)) => return Ok(guest),
            Err(error) if left_early(&error) => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted; trying again");
                tokio::time::sleep(OUT_OF_FILES).await;
            }
        }
    }
}

fn left_early(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// What every connection needs.
struct House {
    router: Router,
    patience: Patience,
    stop: CancellationToken,
    /// Asks connections that wait for their next request to make room.
    crowded: Notify,
    /// Whether that was said.
    was_crowded: AtomicBool,
}

impl House {
    /// A place for one more; when there is none, those with nothing to do are asked to leave.
    async fn room(&self, rooms: &Arc<Semaphore>) -> OwnedSemaphorePermit {
        if let Ok(room) = Arc::clone(rooms).try_acquire_owned() {
            self.was_crowded.store(false, Ordering::Relaxed);
            return room;
        }
        if !self.was_crowded.swap(true, Ordering::Relaxed) {
            let connections = self.patience.connections;
            tracing::warn!(
                connections,
                "as many connections as can be: idle ones are closed for new ones"
            );
        }
        loop {
            self.crowded.notify_waiters();
            let room = Arc::clone(rooms).acquire_owned();
            if let Ok(room) = tokio::time::timeout(ASK_AGAIN, room).await {
                return room.expect("nobody closes the semaphore");
            }
        }
    }

    /// Answers a connection's requests until it ends; its `room` is free then.
    async fn look_after(self: Arc<Self>, guest: TcpStream, room: OwnedSemaphorePermit) {
        // Answers are small: waiting for more to send with them only makes them late.
        if let Err(error) = guest.set_nodelay(true) {
            tracing::debug!(%error, "a connection sends its answers in lumps");
        }
        let phase = Phase::default();
        let answer = service_fn(|request| self.answer(request, &phase));
        let io = TokioIo::new(Patient::new(guest, phase.clone(), self.patience));
        let mut hyper = http1::Builder::new();
        hyper
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience.idle)
            .max_header_size(HEAD);
        let mut connection = pin!(hyper.serve_connection(io, answer));
        let ended = loop {
            tokio::select! {
                ended = connection.as_mut() => break ended,
                // A request that is not whole yet is a new one.
                () = self.stop.cancelled() => if phase.in_head() {
                    return;
                } else {
                    connection.as_mut().graceful_shutdown();
                    break connection.await;
                },
                () = self.crowded.notified() => if phase.is_quiet() {
                    connection.as_mut().graceful_shutdown();
                },
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(room);
    }

    async fn answer(
        &self,
        request: http::Request<Incoming>,
        phase: &Phase,
    ) -> Result<Response<Body>, Infallible> {
        phase.begin_answer();
        let answered = self.router.clone().call(request).await;
        phase.end_answer();
        answered
    }
}
