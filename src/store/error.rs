//! What can go wrong with the database, by what a caller can do about it.

use std::{error, sync::Arc};

use sqlx::error::ErrorKind;

use super::names::Names;

/// The cause of an [`Error`], for the log. Shared, because one failed commit is the error of many jobs.
pub type Cause = Arc<dyn error::Error + Send + Sync>;

/// Why the database did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// It does not answer, or can't write: no connection, no room, an I/O error. Trying again later is right.
    #[error("the database does not answer")]
    Unavailable(#[source] Cause),
    /// A unique constraint says that this is there already.
    #[error("there is one already, says {constraint}")]
    Conflict {
        /// The constraint's or unique index's name, the same on both databases.
        constraint: String,
    },
    /// What is stored can't be read as it should be.
    #[error("the database holds what it should not")]
    Corrupt(#[source] Cause),
    /// The database can't be opened; the text tells the person who started Baton why.
    #[error("{0}")]
    Open(String),
    /// Anything else: a mistake in Baton.
    #[error("the database refused a statement")]
    Other(#[source] Cause),
}

impl Error {
    /// Sorts PostgreSQL's `error` by what it means.
    pub(super) fn new(error: sqlx::Error) -> Self {
        let violated = error
            .as_database_error()
            .filter(|e| e.is_unique_violation());
        match violated.and_then(|e| e.constraint()) {
            Some(constraint) => Self::conflict(constraint),
            None => Self::from(error),
        }
    }

    /// Sorts SQLite's `error` by what it means; `names` tell which constraint it speaks of.
    pub(super) fn of_sqlite(error: rusqlite::Error, names: &Names) -> Self {
        match names.violated(&error) {
            Some(constraint) => Self::Conflict { constraint },
            None => Self::from(error),
        }
    }

    /// Whether doing the whole transaction once more may well succeed: a deadlock or a lost race.
    pub(super) fn is_transient(&self) -> bool {
        let Self::Unavailable(cause) = self else {
            return false;
        };
        let database = cause
            .downcast_ref::<sqlx::Error>()
            .and_then(sqlx::Error::as_database_error);
        database.is_some_and(|e| matches!(e.code().as_deref(), Some("40001" | "40P01")))
    }

    /// An error that has no other cause than `text`.
    pub(super) fn unavailable(text: &'static str) -> Self {
        Self::Unavailable(Cause::from(Box::<dyn error::Error + Send + Sync>::from(
            text,
        )))
    }

    /// It can't write, whatever the reason.
    pub(super) fn unavailable_for(error: rusqlite::Error) -> Self {
        Self::Unavailable(Arc::new(error))
    }

    /// A race was lost that `constraint` decides, though no unique index is behind it.
    pub(super) fn conflict(constraint: &str) -> Self {
        Self::Conflict {
            constraint: constraint.to_owned(),
        }
    }

    /// A mistake of ours, in words.
    pub(super) fn other(text: &'static str) -> Self {
        Self::Other(Cause::from(Box::<dyn error::Error + Send + Sync>::from(
            text,
        )))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(database) => kind_of(&**database).error(Arc::new(error)),
            E::Io(_)
            | E::Tls(_)
            | E::Protocol(_)
            | E::PoolTimedOut
            | E::PoolClosed
            | E::WorkerCrashed
            | E::BeginFailed => Self::Unavailable(Arc::new(error)),
            E::RowNotFound
            | E::ColumnIndexOutOfBounds { .. }
            | E::ColumnNotFound(_)
            | E::ColumnDecode { .. }
            | E::Decode(_) => Self::Corrupt(Arc::new(error)),
            _ => Self::Other(Arc::new(error)),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let kind = match &error {
            E::SqliteFailure(failure, _) => kind_of_sqlite(failure.extended_code),
            E::Utf8Error(..) | E::InvalidColumnType(..) | E::QueryReturnedNoRows => Kind::Corrupt,
            _ => Kind::Other,
        };
        kind.error(Arc::new(error))
    }
}

#[derive(Debug, PartialEq)]
enum Kind {
    Unavailable,
    Corrupt,
    Other,
}

impl Kind {
    fn error(self, cause: Cause) -> Error {
        match self {
            Self::Unavailable => Error::Unavailable(cause),
            Self::Corrupt => Error::Corrupt(cause),
            Self::Other => Error::Other(cause),
        }
    }
}

/// Sorts one of PostgreSQL's errors by its code, five characters.
fn kind_of(error: &dyn sqlx::error::DatabaseError) -> Kind {
    if !matches!(error.kind(), ErrorKind::Other) {
        return Kind::Other;
    }
    kind_of_postgres(&error.code().unwrap_or_default())
}

/// Sorts one of PostgreSQL's SQLSTATEs; the first two characters are the class.
fn kind_of_postgres(code: &str) -> Kind {
    match code.get(..2).unwrap_or_default() {
        // connection, transaction rolled back, resources, not in the state for it (also: a database that
        // takes no connections), stopped by an operator, system error
        "08" | "40" | "53" | "55" | "57" | "58" => Kind::Unavailable,
        // the role may not connect (any more), the database is not there (now): only said to new connections
        "28" | "3D" => Kind::Unavailable,
        "XX" => Kind::Corrupt,
        _ if code == "25006" => Kind::Unavailable,
        _ => Kind::Other,
    }
}

/// Sorts one of SQLite's extended result codes; the low byte is the kind of error.
fn kind_of_sqlite(code: i32) -> Kind {
    match code & 0xff {
        // busy, locked, out of memory, read-only, interrupted, I/O, full, can't open, protocol
        5 | 6 | 7 | 8 | 9 | 10 | 13 | 14 | 15 => Kind::Unavailable,
        // corrupt, not a database
        11 | 26 => Kind::Corrupt,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postgresql_that_turns_connections_away_does_not_answer() {
        for code in [
            "08006", "28000", "3D000", "53300", "55000", "55P03", "57P01", "57P03",
        ] {
            assert_eq!(kind_of_postgres(code), Kind::Unavailable, "{code}");
        }
        assert_eq!(kind_of_postgres("XX001"), Kind::Corrupt);
        for code in ["22021", "42601", "42501", ""] {
            assert_eq!(kind_of_postgres(code), Kind::Other, "{code}");
        }
    }
}
