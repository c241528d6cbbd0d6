//! A transaction, and the statements that run in it.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::{
    Arguments, Either, Executor, PgConnection, Postgres, Sqlite, SqliteConnection, Transaction,
    pool::PoolConnection, postgres::PgArguments, sqlite::SqliteArguments,
};
use tokio::sync::oneshot;

use super::{Bind, Channel, Error, Row, RowRef, Sql, names::Names, queued::Queued};

/// Where the statements of a transaction go.
pub(super) enum Conn {
    /// SQLite's writer, lent for one job, and what waits for its next statement.
    Writer(PoolConnection<Sqlite>, Queued),
    /// A snapshot of SQLite.
    Reader(Transaction<'static, Sqlite>),
    /// A transaction on PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// What a job leaves behind: the connection, and what happened on it.
pub(super) struct Work {
    pub(super) conn: Conn,
    pub(super) log: Log,
}

/// What happened in a transaction.
pub(super) struct Log {
    /// Who is to be woken when it is committed.
    pub(super) notify: Vec<Channel>,
    /// The first statement that failed, if one did.
    pub(super) failed: Option<Error>,
    names: Arc<Names>,
}

impl Log {
    /// Sorts an error and remembers it: PostgreSQL commits nothing of a transaction in which a statement failed.
    pub(super) fn fail(&mut self, error: sqlx::Error) -> Error {
        let error = Error::new(error, &self.names);
        self.failed.get_or_insert_with(|| error.clone());
        error
    }

    /// What is to be said of a job that was rolled back although it wanted to `keep` what it did, or that lost a race.
    pub(super) fn rolled_back(&self, keep: bool) -> Result<(), Error> {
        match &self.failed {
            Some(error) if error.is_transient() => Err(error.clone()),
            Some(_) if keep => Err(Error::other("a job went on after a statement had failed")),
            Some(_) | None => Ok(()),
        }
    }
}

impl Work {
    pub(super) fn new(conn: Conn, names: Arc<Names>) -> Self {
        let log = Log {
            notify: Vec::new(),
            failed: None,
            names,
        };
        Self { conn, log }
    }
}

/// A transaction, lent to a job by [`Db::write`](super::Db::write) or [`Db::read`](super::Db::read). What the job
/// answers decides whether it is committed; a panic or a dropped future rolls it back.
pub struct Tx {
    /// There until drop.
    work: Option<Work>,
    /// Where the work goes when the job is done with it.
    home: Option<oneshot::Sender<Work>>,
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let (Some(work), Some(home)) = (self.work.take(), self.home.take()) {
            // Nobody is there if the caller gave up: the connection then rolls back by itself.
            drop(home.send(work));
        }
    }
}

impl Tx {
    pub(super) fn new(work: Work, home: Option<oneshot::Sender<Work>>) -> Self {
        Self {
            work: Some(work),
            home,
        }
    }

    fn work(&mut self) -> &mut Work {
        self.work.as_mut().expect("only drop takes it")
    }

    /// Whether others may write at the same time: on PostgreSQL.
    pub(super) fn is_shared(&mut self) -> bool {
        matches!(self.work().conn, Conn::Postgres(_))
    }

    /// A statement to bind to and run.
    pub fn q(&mut self, sql: impl Into<Sql>) -> Query<'_> {
        let sql = sql.into();
        let Work { conn, log } = self.work();
        let (sql, to) = match conn {
            Conn::Writer(conn, queued) => {
                let before = queued.parameters();
                let to = To::Writer {
                    conn,
                    queued,
                    before,
                };
                (sql.sqlite, to)
            }
            Conn::Reader(conn) => (sql.sqlite, To::Sqlite(conn, Box::default())),
            Conn::Postgres(conn) => (sql.postgres, To::Postgres(conn, Box::default())),
        };
        Query {
            sql,
            to,
            log,
            refused: None,
        }
    }

    /// Wakes those who wait on `channel`, here and in other processes, once this transaction is committed.
    pub fn notify(&mut self, channel: Channel) {
        let told = &mut self.work().log.notify;
        if !told.contains(&channel) {
            told.push(channel);
        }
    }
}

/// The connection a statement goes to, with the parameters it takes there.
enum To<'t> {
    Writer {
        conn: &'t mut SqliteConnection,
        queued: &'t mut Queued,
        /// How many of its parameters are those of other statements.
        before: usize,
    },
    Sqlite(&'t mut SqliteConnection, Box<SqliteArguments>),
    Postgres(&'t mut PgConnection, Box<PgArguments>),
}

/// A statement with its parameters.
#[must_use = "a statement does nothing until it is run"]
pub struct Query<'t> {
    sql: &'static str,
    to: To<'t>,
    log: &'t mut Log,
    /// Why a parameter could not be bound.
    refused: Option<sqlx::Error>,
}

impl<'t> Query<'t> {
    /// Binds the next parameter, `$1` first.
    pub fn bind<T: Bind>(mut self, value: T) -> Self {
        let bound = value.stored().and_then(|stored| match &mut self.to {
            To::Writer { queued, .. } => queued.args().add(stored),
            To::Sqlite(_, args) => args.add(stored),
            To::Postgres(_, args) => args.add(stored),
        });
        if let Err(error) = bound {
            self.refused.get_or_insert(sqlx::Error::Encode(error));
        }
        self
    }

    /// Runs it; how many rows it touched.
    ///
    /// # Errors
    /// If the database refuses it or does not answer.
    pub async fn exec(self) -> Result<u64, Error> {
        let (sql, to, log) = self.ready()?;
        let touched = match to {
            To::Writer {
                conn,
                queued,
                before,
            } => {
                queued.push(sql, before);
                last_touched(conn, queued).await
            }
            To::Sqlite(conn, args) => {
                let done = sqlx::query_with(sql, *args).execute(conn).await;
                done.map(|d| d.rows_affected())
            }
            To::Postgres(conn, args) => {
                let done = sqlx::query_with(sql, *args).execute(conn).await;
                done.map(|d| d.rows_affected())
            }
        };
        touched.map_err(|error| log.fail(error))
    }

    /// Runs it before the next statement, or at the latest at the end of the transaction. SQLite then runs several
    /// at once; what goes wrong is told there. For a statement that answers no rows and whose count nobody needs.
    ///
    /// # Errors
    /// If a parameter has no form in the database; on PostgreSQL, which gets it now, like [`exec`](Self::exec).
    pub async fn queue(self) -> Result<(), Error> {
        if matches!(self.to, To::Postgres(..)) {
            return self.exec().await.map(drop);
        }
        let (sql, to, log) = self.ready()?;
        match to {
            To::Writer { queued, before, .. } => queued.push(sql, before),
            To::Sqlite(conn, args) => {
                let done = sqlx::query_with(sql, *args).execute(conn).await;
                done.map_err(|error| log.fail(error))?;
            }
            To::Postgres(..) => {}
        }
        Ok(())
    }

    /// Runs it; the row that there must be.
    ///
    /// # Errors
    /// Like [`all`](Self::all), and if there is no row.
    pub async fn one<T: Row>(self) -> Result<T, Error> {
        let (row, log) = self.first().await?;
        row.ok_or_else(|| log.fail(sqlx::Error::RowNotFound))
    }

    /// Runs it; the row that there may be.
    ///
    /// # Errors
    /// Like [`all`](Self::all).
    pub async fn opt<T: Row>(self) -> Result<Option<T>, Error> {
        Ok(self.first().await?.0)
    }

    /// Runs it; every row.
    ///
    /// # Errors
    /// If the database refuses it or does not answer, or a row can't be read.
    pub async fn all<T: Row>(self) -> Result<Vec<T>, Error> {
        let (sql, to, log) = self.ready()?;
        let rows = match to {
            To::Writer {
                conn,
                queued,
                before,
            } => {
                queued.push(sql, before);
                let rows = queued.take().fetch_all(conn).await;
                rows.and_then(|rows| rows.iter().map(|r| T::read(RowRef::Sqlite(r))).collect())
            }
            To::Sqlite(conn, args) => {
                let rows = sqlx::query_with(sql, *args).fetch_all(conn).await;
                rows.and_then(|rows| rows.iter().map(|r| T::read(RowRef::Sqlite(r))).collect())
            }
            To::Postgres(conn, args) => {
                let rows = sqlx::query_with(sql, *args).fetch_all(conn).await;
                rows.and_then(|rows| rows.iter().map(|r| T::read(RowRef::Postgres(r))).collect())
            }
        };
        rows.map_err(|error| log.fail(error))
    }

    async fn first<T: Row>(self) -> Result<(Option<T>, &'t mut Log), Error> {
        let (sql, to, log) = self.ready()?;
        let row = match to {
            To::Writer {
                conn,
                queued,
                before,
            } => {
                queued.push(sql, before);
                let row = queued.take().fetch_optional(conn).await;
                row.and_then(|row| row.map(|r| T::read(RowRef::Sqlite(&r))).transpose())
            }
            To::Sqlite(conn, args) => {
                let row = sqlx::query_with(sql, *args).fetch_optional(conn).await;
                row.and_then(|row| row.map(|r| T::read(RowRef::Sqlite(&r))).transpose())
            }
            To::Postgres(conn, args) => {
                let row = sqlx::query_with(sql, *args).fetch_optional(conn).await;
                row.and_then(|row| row.map(|r| T::read(RowRef::Postgres(&r))).transpose())
            }
        };
        match row {
            Ok(row) => Ok((row, log)),
            Err(error) => Err(log.fail(error)),
        }
    }

    fn ready(self) -> Result<(&'static str, To<'t>, &'t mut Log), Error> {
        match self.refused {
            Some(error) => Err(self.log.fail(error)),
            None => Ok((self.sql, self.to, self.log)),
        }
    }
}

/// Runs all that waits; how many rows the last statement touched.
async fn last_touched(
    conn: &mut SqliteConnection,
    queued: &mut Queued,
) -> Result<u64, sqlx::Error> {
    let mut answers = conn.fetch_many(queued.take());
    let mut touched = 0;
    while let Some(answer) = answers.try_next().await? {
        if let Either::Left(done) = answer {
            touched = done.rows_affected();
        }
    }
    Ok(touched)
}
