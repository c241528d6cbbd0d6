//! SQLite's one writer. Whatever queued while the last commit ran shares the next one, and its one sync to
//! disk; a savepoint around each job keeps its outcome its own.

use std::{collections::VecDeque, time::Duration};

use rusqlite::Connection;
use tokio::{
    sync::{mpsc, oneshot},
    task::spawn_blocking,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Error, Tx,
    bus::Bus,
    lite,
    sqlite::Opened,
    tx::{Conn, Log, Work},
};

/// At most this many jobs share a commit.
const BATCH: usize = 256;
/// After this long a commit is due, even if more jobs wait.
const BATCH_TIME: Duration = Duration::from_millis(100);
/// How many may wait for their turn.
const QUEUE: usize = 4096;
/// How long one waits for one's turn: a webhook is answered within seconds, with 503 if need be.
const WAIT: Duration = Duration::from_secs(3);

/// One job's place in the queue.
struct Turn {
    /// Gives the job its transaction, or says why there is none.
    start: oneshot::Sender<Result<Tx, Error>>,
    /// Whether the job wants to keep what it did; closed without a word if it panicked or was given up.
    verdict: oneshot::Receiver<bool>,
    /// Tells the job what became of it.
    outcome: Outcome,
}

/// The other end of a [`Turn`].
pub(super) struct Lent {
    verdict: oneshot::Sender<bool>,
    outcome: oneshot::Receiver<Result<(), Error>>,
}

impl Lent {
    /// Ends the job; returns when what is to be kept is on disk.
    pub(super) async fn end(self, keep: bool) -> Result<(), Error> {
        // If the writer is gone, the outcome says so.
        let _ = self.verdict.send(keep);
        self.outcome.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// Where jobs wait for the writer.
#[derive(Clone)]
pub(super) struct Queue(mpsc::Sender<Turn>);

impl Queue {
    /// Waits for a turn to write.
    pub(super) async fn begin(&self) -> Result<(Tx, Lent), Error> {
        let (start, started) = oneshot::channel();
        let (verdict, judged) = oneshot::channel();
        let (done, outcome) = oneshot::channel();
        let turn = Turn {
            start,
            verdict: judged,
            outcome: done,
        };
        let turn = async {
            self.0.send(turn).await.map_err(|_| gone())?;
            started.await.map_err(|_| gone())?
        };
        let tx = timeout(WAIT, turn).await.map_err(|_| late())??;
        Ok((tx, Lent { verdict, outcome }))
    }
}

fn gone() -> Error {
    Error::unavailable("SQLite's writer has stopped")
}

fn late() -> Error {
    Error::unavailable("SQLite's writer is too busy")
}

type Outcome = oneshot::Sender<Result<(), Error>>;

/// The writer, and what it needs to know.
pub(super) struct Writer {
    file: Opened,
    bus: Bus,
    turns: mpsc::Receiver<Turn>,
}

impl Writer {
    /// The writer of `file`, and the queue for it.
    pub(super) fn new(file: Opened, bus: Bus) -> (Self, Queue) {
        let (queue, turns) = mpsc::channel(QUEUE);
        (Self { file, bus, turns }, Queue(queue))
    }

    /// Serves those who wait until `stop`, then those who wait still, then closes the file.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut waiting = Vec::new();
        loop {
            let next = self.turns.recv_many(&mut waiting, BATCH);
            match stop.run_until_cancelled(next).await {
                Some(0) => break,
                Some(_) => self.serve(&mut waiting).await,
                None => {
                    self.turns.close();
                    while self.turns.recv_many(&mut waiting, BATCH).await > 0 {
                        self.serve(&mut waiting).await;
                    }
                    break;
                }
            }
        }
        self.file.close().await;
    }

    async fn serve(&mut self, waiting: &mut Vec<Turn>) {
        let mut waiting: VecDeque<Turn> = waiting.drain(..).collect();
        while !waiting.is_empty() {
            let mut done = Vec::new();
            let committed = self.commit(&mut waiting, &mut done).await;
            for outcome in done {
                // Who gave up waiting needs no answer.
                drop(outcome.send(committed.clone()));
            }
        }
    }

    /// Runs jobs until the time is up, and commits them; `done` are those that wait for the commit.
    async fn commit(
        &mut self,
        waiting: &mut VecDeque<Turn>,
        done: &mut Vec<Outcome>,
    ) -> Result<(), Error> {
        let mut conn = match self.begin() {
            Ok(conn) => conn,
            Err(error) => {
                refuse(waiting, &error);
                return Err(error);
            }
        };
        let mut notify = Vec::new();
        let until = Instant::now() + BATCH_TIME;
        while let Some(turn) = waiting.pop_front() {
            let log;
            (conn, log) = self.job(conn, turn, done).await?;
            notify.extend(log.notify);
            if Instant::now() >= until {
                break;
            }
        }
        // A disk may take its time; whoever has something else to do goes on meanwhile.
        let committed = spawn_blocking(move || control(&conn, "commit").map(|()| conn)).await;
        self.file.take_back(committed.map_err(|_| gone())??);
        notify
            .into_iter()
            .for_each(|channel| self.bus.ring(channel));
        Ok(())
    }

    fn begin(&mut self) -> Result<Connection, Error> {
        let conn = self.file.lend()?;
        control(&conn, "begin immediate")?;
        Ok(conn)
    }

    /// Lends the connection to one job and undoes what it did if it does not want to keep it.
    async fn job(
        &mut self,
        conn: Connection,
        turn: Turn,
        done: &mut Vec<Outcome>,
    ) -> Result<(Connection, Log), Error> {
        let (home, back) = oneshot::channel();
        control(&conn, "savepoint job")?;
        let work = Work::new(Conn::Writer(conn), self.file.names.clone());
        // If nobody takes it any more, it comes straight back.
        drop(turn.start.send(Ok(Tx::new(work, Some(home)))));
        let work = back.await.map_err(|_| gone())?;
        let Conn::Writer(conn) = work.conn else {
            return Err(gone());
        };
        let mut log = work.log;
        let keep = turn.verdict.await.unwrap_or(false);
        if keep && log.failed.is_none() {
            control(&conn, "release job")?;
            done.push(turn.outcome);
            return Ok((conn, log));
        }
        log.notify.clear();
        let undone = control(&conn, "rollback to job").and_then(|()| control(&conn, "release job"));
        let answer = undone.clone().and_then(|()| log.rolled_back(keep));
        drop(turn.outcome.send(answer));
        undone.map(|()| (conn, log))
    }
}

/// Runs a word that steers the transaction. If it fails, nobody knows what state the connection is in: it is
/// closed, which rolls everything back, and another is made.
fn control(conn: &Connection, sql: &'static str) -> Result<(), Error> {
    lite::exec(conn, sql, &[]).map(drop).map_err(|error| {
        tracing::error!(%error, statement = sql, "SQLite could not write");
        Error::unavailable_for(error)
    })
}

fn refuse(waiting: &mut VecDeque<Turn>, error: &Error) {
    for turn in waiting.drain(..) {
        drop(turn.start.send(Err(error.clone())));
    }
}
