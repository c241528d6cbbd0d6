//! Rows: a tuple reads its columns in order, a struct by their names.

use sqlx::{ColumnIndex, Row as _, error::BoxDynError, postgres::PgRow, sqlite::SqliteRow};

use super::value::Column;

/// One row as a driver gave it.
#[derive(Clone, Copy)]
pub enum RowRef<'r> {
    /// From SQLite.
    Sqlite(&'r SqliteRow),
    /// From PostgreSQL.
    Postgres(&'r PgRow),
}

impl RowRef<'_> {
    /// Reads the column `at` (a name, or a number from 0).
    ///
    /// # Errors
    /// If there is none, or it holds something else.
    pub fn get<T, I>(self, at: I) -> Result<T, sqlx::Error>
    where
        T: Column,
        I: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> + Copy + ToString,
    {
        let stored = match self {
            Self::Sqlite(row) => row.try_get(at)?,
            Self::Postgres(row) => row.try_get(at)?,
        };
        T::read(stored).map_err(|source: BoxDynError| sqlx::Error::ColumnDecode {
            index: at.to_string(),
            source,
        })
    }
}

/// What a row can be read as.
pub trait Row: Sized {
    /// Reads a row.
    ///
    /// # Errors
    /// If a column is missing or holds something else.
    fn read(row: RowRef<'_>) -> Result<Self, sqlx::Error>;
}

macro_rules! tuple {
    ($($at:tt $name:ident),+) => {
        impl<$($name: Column),+> Row for ($($name,)+) {
            fn read(row: RowRef<'_>) -> Result<Self, sqlx::Error> {
                Ok(($(row.get::<$name, usize>($at)?,)+))
            }
        }
    };
}

tuple!(0 A);
tuple!(0 A, 1 B);
tuple!(0 A, 1 B, 2 C);
tuple!(0 A, 1 B, 2 C, 3 D);
tuple!(0 A, 1 B, 2 C, 3 D, 4 E);
tuple!(0 A, 1 B, 2 C, 3 D, 4 E, 5 F);

/// Makes a struct readable from the columns that are named like its fields: `row!(Instance { id, seen_at })`.
#[macro_export]
#[doc(hidden)]
macro_rules! __row {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::store::Row for $type {
            fn read(row: $crate::store::RowRef<'_>) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: row.get(stringify!($field))?),+ })
            }
        }
    };
}

pub use crate::__row as row;
