//! SQLite's statements and values. A statement runs where it is asked for, in the caller's own thread: each takes some
//! microseconds, less than handing it to another thread and waiting for its answer would.

use rusqlite::{
    CachedStatement, Connection,
    types::{FromSql, Value, ValueRef},
};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{error::BoxDynError, types::Json};

use super::{Row, RowRef};

/// What SQLite can write and read.
pub trait Lite: Sized {
    /// What SQLite gets.
    ///
    /// # Errors
    /// If there is no such form, for instance of a map without text keys in JSON.
    fn write(self) -> Result<Value, BoxDynError>;

    /// Reads what SQLite holds.
    ///
    /// # Errors
    /// If it is of another type.
    fn read(value: ValueRef<'_>) -> Result<Self, BoxDynError>;
}

macro_rules! lite {
    ($($type:ty),*) => { $(
        impl Lite for $type {
            fn write(self) -> Result<Value, BoxDynError> {
                Ok(Value::from(self))
            }
            fn read(value: ValueRef<'_>) -> Result<Self, BoxDynError> {
                Ok(Self::column_result(value)?)
            }
        }
    )* };
}

lite!(bool, i64, f64, String, Vec<u8>);

impl<T: Lite> Lite for Option<T> {
    fn write(self) -> Result<Value, BoxDynError> {
        self.map_or(Ok(Value::Null), T::write)
    }

    fn read(value: ValueRef<'_>) -> Result<Self, BoxDynError> {
        match value {
            ValueRef::Null => Ok(None),
            given => T::read(given).map(Some),
        }
    }
}

/// A list of texts is a JSON array.
impl Lite for Vec<String> {
    fn write(self) -> Result<Value, BoxDynError> {
        Json(self).write()
    }

    fn read(value: ValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(Json::read(value)?.0)
    }
}

impl<T: Serialize + DeserializeOwned> Lite for Json<T> {
    fn write(self) -> Result<Value, BoxDynError> {
        Ok(Value::Text(serde_json::to_string(&self.0)?))
    }

    fn read(value: ValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(Self(serde_json::from_str(value.as_str()?)?))
    }
}

/// Why a statement came to nothing.
pub(super) enum Failed {
    /// SQLite refused it.
    Refused(rusqlite::Error),
    /// A row holds something else than it should.
    Unreadable(sqlx::Error),
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Self::Refused(error)
    }
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// Runs a statement; how many rows it touched.
pub(super) fn exec(conn: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<u64> {
    let mut statement = bound(conn, sql, values)?;
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(conn.changes())
}

/// Runs a statement; its first row.
pub(super) fn first<T: Row>(
    conn: &Connection,
    sql: &str,
    values: &[Value],
) -> Result<Option<T>, Failed> {
    let mut statement = bound(conn, sql, values)?;
    let mut rows = statement.raw_query();
    let row = rows.next()?;
    Ok(row.map(|row| T::read(RowRef::Sqlite(row))).transpose()?)
}

/// Runs a statement; every row.
pub(super) fn all<T: Row>(
    conn: &Connection,
    sql: &str,
    values: &[Value],
) -> Result<Vec<T>, Failed> {
    let mut statement = bound(conn, sql, values)?;
    let mut rows = statement.raw_query();
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(T::read(RowRef::Sqlite(row))?);
    }
    Ok(all)
}

/// The statement with its parameters: SQLite numbers them as they occur, `$2` is the second value wherever it stands.
fn bound<'c>(
    conn: &'c Connection,
    sql: &str,
    values: &[Value],
) -> rusqlite::Result<CachedStatement<'c>> {
    let mut statement = conn.prepare_cached(sql)?;
    for at in 1..=statement.parameter_count() {
        let named = statement.parameter_name(at);
        let nth = named.and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let value = nth.and_then(|nth| values.get(nth.checked_sub(1)?));
        let missing = rusqlite::Error::InvalidParameterCount(values.len(), nth.unwrap_or(at));
        statement.raw_bind_parameter(at, value.ok_or(missing)?)?;
    }
    Ok(statement)
}
