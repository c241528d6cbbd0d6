//! A transaction, and the statements that run in it.

use std::sync::Arc;

use rusqlite::{Connection, types::Value};
use sqlx::{Arguments, PgConnection, Postgres, Transaction, postgres::PgArguments};
use tokio::sync::oneshot;

use super::{
    Bind, Channel, Error, Row, RowRef, Sql,
    lite::{self, Failed, Lite},
    names::Names,
    sqlite::Reader,
};

/// Where the statements of a transaction go.
pub(super) enum Conn {
    /// SQLite's writer, lent for one job.
    Writer(Connection),
    /// A snapshot of SQLite.
    Reader(Reader),
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
    fn fail(&mut self, error: sqlx::Error) -> Error {
        self.remember(Error::new(error))
    }

    fn fail_on_sqlite(&mut self, failed: Failed) -> Error {
        self.remember(match failed {
            Failed::Refused(error) => Error::of_sqlite(error, &self.names),
            Failed::Unreadable(error) => Error::from(error),
        })
    }

    fn remember(&mut self, error: Error) -> Error {
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
    pub(crate) fn is_shared(&mut self) -> bool {
        matches!(self.work().conn, Conn::Postgres(_))
    }

    /// A statement to bind to and run.
    pub fn q(&mut self, sql: impl Into<Sql>) -> Query<'_> {
        let sql = sql.into();
        let Work { conn, log } = self.work();
        let (sql, to) = match conn {
            Conn::Writer(conn) => (sql.sqlite, To::Sqlite(conn, Vec::new())),
            Conn::Reader(reader) => (sql.sqlite, To::Sqlite(reader.conn(), Vec::new())),
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
    Sqlite(&'t mut Connection, Vec<Value>),
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
            To::Sqlite(_, values) => stored.write().map(|value| values.push(value)),
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
        match to {
            To::Sqlite(conn, values) => {
                let touched = lite::exec(conn, sql, &values);
                touched.map_err(|error| log.fail_on_sqlite(error.into()))
            }
            To::Postgres(conn, args) => {
                let done = sqlx::query_with(sql, *args).execute(conn).await;
                done.map(|d| d.rows_affected())
                    .map_err(|error| log.fail(error))
            }
        }
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
        match to {
            To::Sqlite(conn, values) => {
                let rows = lite::all(conn, sql, &values);
                rows.map_err(|failed| log.fail_on_sqlite(failed))
            }
            To::Postgres(conn, args) => {
                let rows = sqlx::query_with(sql, *args).fetch_all(conn).await;
                let read =
                    |rows: Vec<_>| rows.iter().map(|r| T::read(RowRef::Postgres(r))).collect();
                rows.and_then(read).map_err(|error| log.fail(error))
            }
        }
    }

    async fn first<T: Row>(self) -> Result<(Option<T>, &'t mut Log), Error> {
        let (sql, to, log) = self.ready()?;
        let row = match to {
            To::Sqlite(conn, values) => {
                let row = lite::first(conn, sql, &values);
                row.map_err(|failed| log.fail_on_sqlite(failed))?
            }
            To::Postgres(conn, args) => {
                let row = sqlx::query_with(sql, *args).fetch_optional(conn).await;
                row.and_then(|row| row.map(|r| T::read(RowRef::Postgres(&r))).transpose())
                    .map_err(|error| log.fail(error))?
            }
        };
        Ok((row, log))
    }

    fn ready(self) -> Result<(&'static str, To<'t>, &'t mut Log), Error> {
        match self.refused {
            Some(error) => Err(self.log.fail(error)),
            None => Ok((self.sql, self.to, self.log)),
        }
    }
}
