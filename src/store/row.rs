//! Rows: a tuple reads its columns in order, a struct by their names.

use rusqlite::RowIndex;
use sqlx::{ColumnIndex, Row as _, error::BoxDynError, postgres::PgRow};

use super::{lite::Lite, value::Column};

/// One row as a driver gave it.
#[derive(Clone, Copy)]
pub enum RowRef<'r> {
    /// From SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
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
        I: RowIndex + ColumnIndex<PgRow> + Copy + ToString,
    {
        let unreadable = |source: BoxDynError| sqlx::Error::ColumnDecode {
            index: at.to_string(),
            source,
        };
        let stored = match self {
            Self::Sqlite(row) => {
                let value = row.get_ref(at).map_err(|error| unreadable(error.into()))?;
                T::Stored::read(value).map_err(unreadable)?
            }
            Self::Postgres(row) => row.try_get(at)?,
        };
        T::read(stored).map_err(unreadable)
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
