//! The database: SQLite or PostgreSQL under one SQL text.
//!
//! ```no_run
//! # use baton::store::{Db, Error};
//! # async fn example(db: &Db, id: &str, now: jiff::Timestamp) -> Result<(), Error> {
//! db.write(async |mut tx| {
//!     tx.q("update instance set seen_at = $2 where id = $1").bind(id).bind(now).exec().await
//! })
//! .await?;
//! let seen: Vec<(String, jiff::Timestamp)> =
//!     db.read(async |mut tx| tx.q("select id, seen_at from instance").all().await).await?;
//! # Ok(())
//! # }
//! ```
//!
//! A job is SQL only: on SQLite all others wait for it. It may run more than once (PostgreSQL breaks
//! deadlocks that way), so it borrows what it needs and changes nothing else: `async |mut tx|`, never
//! `async move`. After a failed statement it returns the error; going on is refused, because PostgreSQL would
//! commit nothing. Constraints are checked at once (never `deferrable`): a commit is shared and must not fail.

pub mod accounts;
pub mod activities;
pub mod audit;
mod bus;
pub mod companies;
pub mod configs;
pub mod endings;
mod error;
pub mod experiments;
pub mod facts;
pub mod fetches;
pub mod filtered;
pub mod gauges;
pub mod greetings;
pub mod groups;
pub mod instance;
pub mod keys;
pub mod leads;
mod line;
mod lite;
pub mod looks;
mod migrate;
mod names;
pub mod outages;
pub mod outbox;
mod postgres;
pub mod records;
pub mod reps;
mod row;
pub mod slack_token;
mod sql;
mod sqlite;
pub mod submissions;
pub mod sums;
pub mod taken;
pub mod tally;
pub mod turns;
mod tx;
mod value;
mod writer;

use std::{
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex},
    time::Duration,
};

use sqlx::PgPool;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::oneshot,
    task::{JoinHandle, block_in_place},
    time::timeout,
};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use bus::{Channel, Wake};
pub use error::{Cause, Error};
pub use row::{Row, RowRef, row};
pub use sql::{Sql, sql};
pub use tx::{Query, Tx};
pub use value::{Bind, Column, Json, Plain};

use bus::Bus;
use line::{Line, Place};
use tx::{Conn, Work};

/// How often a transaction that lost a race is tried.
const TRIES: u32 = 8;
/// How long a job may take; it holds the writer or row locks meanwhile.
const JOB_LIMIT: Duration = Duration::from_secs(10);
/// How long a read may take; on SQLite the log can't shrink meanwhile.
const READ_LIMIT: Duration = Duration::from_secs(30);

/// The open database; clones share it.
#[derive(Clone)]
pub struct Db {
    open: Arc<Open>,
    /// Whether it stands in line where connections are shared.
    in_line: bool,
    /// Whether its reads may take long.
    at_length: bool,
}

struct Open {
    kind: Kind,
    bus: Bus,
    stop: CancellationToken,
    /// The writer, or who listens to other processes and tells them.
    task: Mutex<Option<JoinHandle<()>>>,
    _stop_on_drop: DropGuard,
}

enum Kind {
    Sqlite {
        queue: Option<writer::Queue>,
        readers: sqlite::Readers,
    },
    Postgres {
        pool: PgPool,
        line: Line,
        /// What other processes are to be told; nothing where nothing is written.
        news: Option<Bus>,
    },
}

/// How a write ends: by the writer, or by the caller itself.
enum Lent {
    Sqlite(writer::Lent),
    Postgres(oneshot::Receiver<Work>, Place),
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…` for a server: makes the file if there is none, takes it for this
    /// process alone, and brings the tables up to date.
    ///
    /// # Errors
    /// [`Error::Open`] says in words what is wrong: no such directory, held by another Baton, made by a newer one.
    pub async fn open(url: &str) -> Result<Self, Error> {
        if is_postgres(url) {
            let pool = postgres::connect(url).await?;
            migrate::postgres(&pool).await?;
            return Ok(Self::postgres(pool));
        }
        let file = sqlite::Opened::open(&sqlite::path(url)?)?;
        Ok(Self::sqlite(file))
    }

    /// Opens for reading only, beside a running server.
    ///
    /// # Errors
    /// Like [`open`](Self::open), and if there is no database or its tables are not up to date.
    pub async fn open_read_only(url: &str) -> Result<Self, Error> {
        let kind = if is_postgres(url) {
            Kind::Postgres {
                pool: postgres::connect(url).await?,
                line: Line::new(),
                news: None,
            }
        } else {
            Kind::Sqlite {
                queue: None,
                readers: sqlite::Readers::open(&sqlite::path(url)?)?,
            }
        };
        let db = Self::new(kind, Bus::new(), CancellationToken::new(), None);
        db.read(async |mut tx| migrate::check(&mut tx).await)
            .await?;
        Ok(db)
    }

    fn sqlite(file: sqlite::Opened) -> Self {
        let (bus, stop) = (Bus::new(), CancellationToken::new());
        let readers = file.readers.clone();
        let (writer, queue) = writer::Writer::new(file, bus.clone());
        let task = tokio::spawn(writer.run(stop.clone()));
        let kind = Kind::Sqlite {
            queue: Some(queue),
            readers,
        };
        Self::new(kind, bus, stop, Some(task))
    }

    fn postgres(pool: PgPool) -> Self {
        let (bus, stop) = (Bus::new(), CancellationToken::new());
        let news = Bus::new();
        let mouth = postgres::Mouth::new(&news);
        let listening = postgres::listen(pool.clone(), bus.clone(), mouth.name(), stop.clone());
        let telling = mouth.tell(pool.clone(), stop.clone());
        let task = tokio::spawn(async {
            tokio::join!(listening, telling);
        });
        let kind = Kind::Postgres {
            pool,
            line: Line::new(),
            news: Some(news),
        };
        Self::new(kind, bus, stop, Some(task))
    }

    fn new(kind: Kind, bus: Bus, stop: CancellationToken, task: Option<JoinHandle<()>>) -> Self {
        let open = Open {
            kind,
            bus,
            _stop_on_drop: stop.clone().drop_guard(),
            stop,
            task: Mutex::new(task),
        };
        Self {
            open: Arc::new(open),
            in_line: false,
            at_length: false,
        }
    }

    /// The same database for work that comes in floods and can wait a little: webhooks, what is due, what is
    /// to be delivered. It stands in line where connections are shared, so that presses and health find one free.
    #[must_use]
    pub fn in_line(&self) -> Self {
        Self {
            in_line: true,
            ..self.clone()
        }
    }

    /// The same database for reads whose length depends on how much is stored, such as reports and searches. On
    /// SQLite, which runs statements where they are asked for, these hold up no other task.
    #[must_use]
    pub fn at_length(&self) -> Self {
        Self {
            at_length: true,
            ..self.clone()
        }
    }

    /// Runs `job` in a transaction and keeps what it did if it answers `Ok`; returns when that is on disk.
    /// On SQLite jobs that wait together share a commit, each with its own outcome.
    ///
    /// # Errors
    /// What the job answers; else why the database could not do it, and then nothing of it was kept. Only
    /// [`Error::Unavailable`] leaves that open: the connection may have broken during the commit.
    pub async fn write<T, E, F>(&self, job: impl Fn(Tx) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        let mut tries = 1;
        loop {
            let (tx, lent) = self.begin().await?;
            let answer = timeout(JOB_LIMIT, job(tx)).await;
            let keep = matches!(answer, Ok(Ok(_)));
            match self.end(lent, keep).await {
                Err(error) if error.is_transient() && tries < TRIES => {
                    rest(tries).await;
                    tries += 1;
                }
                Err(error) => return Err(error.into()),
                Ok(()) => return answer.unwrap_or_else(|_| Err(too_long().into())),
            }
        }
    }

    /// Runs `job` on one state of the database, which it can't change.
    ///
    /// # Errors
    /// What the job answers; else why the database could not do it.
    pub async fn read<T, E, F>(&self, job: impl FnOnce(Tx) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        let (conn, _place) = match &self.open.kind {
            Kind::Sqlite { readers, .. } => (Conn::Reader(readers.begin().await?), None),
            Kind::Postgres { pool, line, .. } => {
                let place = line.place(self.in_line).await?;
                let begun = pool.begin_with(postgres::BEGIN_READ).await;
                (Conn::Postgres(begun.map_err(Error::from)?), Some(place))
            }
        };
        let work = Work::new(conn, Arc::default());
        let answer = timeout(READ_LIMIT, job(Tx::new(work, None)));
        let answer = match self.open.kind {
            Kind::Sqlite { .. } if self.at_length => aside(answer).await,
            Kind::Sqlite { .. } | Kind::Postgres { .. } => answer.await,
        };
        answer.unwrap_or_else(|_| Err(too_long().into()))
    }

    /// What tells of changes on `channel` from now on, in this process or (on PostgreSQL) another one. A
    /// notification between processes may be lost with a connection, so who waits looks now and then as well.
    #[must_use]
    pub fn subscribe(&self, channel: Channel) -> Wake {
        self.open.bus.subscribe(channel)
    }

    /// Finishes what waits to be written and closes the database; who comes later gets an error.
    pub async fn close(&self) {
        self.open.stop.cancel();
        let task = self.open.task.lock().map_or(None, |mut task| task.take());
        if let Some(Err(error)) = async { Some(task?.await) }.await {
            tracing::error!(%error, "the database's task ended badly");
        }
        match &self.open.kind {
            // The writer has closed the file already; a command that only reads has no writer.
            Kind::Sqlite { readers, .. } => readers.close().await,
            Kind::Postgres { pool, .. } => pool.close().await,
        }
    }

    async fn begin(&self) -> Result<(Tx, Lent), Error> {
        match &self.open.kind {
            Kind::Sqlite {
                queue: Some(queue), ..
            } => {
                let (tx, lent) = queue.begin().await?;
                Ok((tx, Lent::Sqlite(lent)))
            }
            Kind::Postgres {
                pool,
                line,
                news: Some(_),
            } => {
                let place = line.place(self.in_line).await?;
                let conn = pool.begin_with(postgres::BEGIN_WRITE).await?;
                let (home, back) = oneshot::channel();
                let work = Work::new(Conn::Postgres(conn), Arc::default());
                Ok((Tx::new(work, Some(home)), Lent::Postgres(back, place)))
            }
            Kind::Sqlite { queue: None, .. } | Kind::Postgres { news: None, .. } => {
                Err(Error::other("the database was opened for reading only"))
            }
        }
    }

    async fn end(&self, lent: Lent, keep: bool) -> Result<(), Error> {
        let (back, _place) = match lent {
            Lent::Sqlite(lent) => return lent.end(keep).await,
            Lent::Postgres(back, place) => (back, place),
        };
        let Ok(Work { conn, log }) = back.await else {
            return Err(Error::other("a job kept its transaction"));
        };
        let Conn::Postgres(tx) = conn else {
            return Err(Error::other("a transaction changed its database"));
        };
        if !keep || log.failed.is_some() {
            tx.rollback().await?;
            return log.rolled_back(keep);
        }
        tx.commit().await?;
        for channel in log.notify {
            self.open.bus.ring(channel);
            if let Kind::Postgres {
                news: Some(news), ..
            } = &self.open.kind
            {
                news.ring(channel);
            }
        }
        Ok(())
    }
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres:") || url.starts_with("postgresql:")
}

fn too_long() -> Error {
    Error::unavailable("a transaction took too long")
}

/// Lets other tasks have this thread's place meanwhile, where there are several.
async fn aside<T>(work: impl Future<Output = T>) -> T {
    let runtime = Handle::current();
    if runtime.runtime_flavor() == RuntimeFlavor::MultiThread {
        return block_in_place(|| runtime.block_on(work));
    }
    work.await
}

/// Waits a little, longer each time and not as long as others who lost the same race.
async fn rest(tries: u32) {
    let chance = RandomState::new().hash_one(tries) % 100;
    let base = 5_u64 << tries.min(6);
    tokio::time::sleep(Duration::from_millis(base + base * chance / 100)).await;
}
