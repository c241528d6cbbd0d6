//! One SQL text for both databases: where their dialects differ, the difference stands inside the text.

/// A constant statement as SQLite and as PostgreSQL read it; the two are the same text but for marked parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sql {
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self {
            sqlite: text,
            postgres: text,
        }
    }
}

/// Makes a [`Sql`] from literals, with the words of one database in brackets.
///
/// ```
/// use baton::store::{Sql, sql};
/// const NEXT: Sql = sql!("select id from lead limit 1" [postgres " for update skip locked"]);
/// assert_eq!(NEXT.sqlite, "select id from lead limit 1");
/// assert_eq!(NEXT.postgres, "select id from lead limit 1 for update skip locked");
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! __sql {
    ($($part:tt)*) => {
        $crate::store::Sql {
            sqlite: $crate::__sql_side!(sqlite; ; $($part)*),
            postgres: $crate::__sql_side!(postgres; ; $($part)*),
        }
    };
}

/// One database's side of [`sql!`]: joins the literals, keeps or drops those in brackets.
#[macro_export]
#[doc(hidden)]
macro_rules! __sql_side {
    ($side:ident; $($done:literal)*; ) => { concat!($($done),*) };
    (sqlite; $($done:literal)*; [sqlite $text:literal] $($rest:tt)*) => { $crate::__sql_side!(sqlite; $($done)* $text; $($rest)*) };
    (sqlite; $($done:literal)*; [postgres $text:literal] $($rest:tt)*) => { $crate::__sql_side!(sqlite; $($done)*; $($rest)*) };
    (postgres; $($done:literal)*; [postgres $text:literal] $($rest:tt)*) => { $crate::__sql_side!(postgres; $($done)* $text; $($rest)*) };
    (postgres; $($done:literal)*; [sqlite $text:literal] $($rest:tt)*) => { $crate::__sql_side!(postgres; $($done)*; $($rest)*) };
    ($side:ident; $($done:literal)*; $text:literal $($rest:tt)*) => { $crate::__sql_side!($side; $($done)* $text; $($rest)*) };
}

pub use crate::__sql as sql;
