//! A connection that is given up when its caller lets Baton wait: within the head of a request, or by not
//! reading an answer.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};

use super::serve::Patience;

/// The first head is waited for, or something of a later one is there.
const HEAD: u8 = 0;
/// An answer was given, and nothing of the next request is there.
const QUIET: u8 = 1;
/// A handler is at work, and reads the body by a time of its own.
const ANSWER: u8 = 2;

/// What a connection is at.
#[derive(Clone, Debug, Default)]
pub(super) struct Phase(Arc<AtomicU8>);

impl Phase {
    pub(super) fn begin_answer(&self) {
        self.0.store(ANSWER, Ordering::Relaxed);
    }

    pub(super) fn end_answer(&self) {
        self.0.store(QUIET, Ordering::Relaxed);
    }

    /// Whether a request has begun that is not whole.
    pub(super) fn in_head(&self) -> bool {
        self.0.load(Ordering::Relaxed) == HEAD
    }

    /// Whether nothing is asked or answered.
    pub(super) fn is_quiet(&self) -> bool {
        self.0.load(Ordering::Relaxed) == QUIET
    }

    /// Bytes have come; whether they are the first of a head.
    fn begin_head(&self) -> bool {
        let set = self
            .0
            .compare_exchange(QUIET, HEAD, Ordering::Relaxed, Ordering::Relaxed);
        set.is_ok()
    }
}

/// A connection with the patience for it.
pub(super) struct Patient {
    stream: TcpStream,
    phase: Phase,
    patience: Patience,
    head: Timer,
    unread: Timer,
}

impl Patient {
    pub(super) fn new(stream: TcpStream, phase: Phase, patience: Patience) -> Self {
        Self {
            stream,
            phase,
            patience,
            head: Timer::default(),
            unread: Timer::default(),
        }
    }

    /// What became of writing: as long as nothing of it is taken, the time runs.
    fn written<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.unread.stop();
            return written;
        }
        let patience = self.patience.unread;
        self.unread.start(patience);
        ready!(self.unread.poll(cx));
        Poll::Ready(Err(late("the answer is not read")))
    }
}

fn late(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before && self.phase.begin_head() {
            self.head.stop();
        }
        // Most heads come whole: the time runs from where one has to be waited for.
        if read.is_ready() || !self.phase.in_head() {
            return read;
        }
        let patience = self.patience.head;
        self.head.start(patience);
        ready!(self.head.poll(cx));
        Poll::Ready(Err(late("the head of a request is not whole")))
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Runs from the first `start` to the next `stop`. Kept when it stops: most connections need it again.
#[derive(Default)]
struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    runs: bool,
}

impl Timer {
    fn start(&mut self, time: Duration) {
        if self.runs {
            return;
        }
        self.runs = true;
        match &mut self.sleep {
            Some(timer) => timer.as_mut().reset(Instant::now() + time),
            None => self.sleep = Some(Box::pin(sleep(time))),
        }
    }

    fn stop(&mut self) {
        self.runs = false;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.sleep {
            Some(timer) if self.runs => timer.as_mut().poll(cx),
            Some(_) | None => Poll::Pending,
        }
    }
}
