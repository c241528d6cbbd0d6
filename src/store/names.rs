//! Names of unique constraints. PostgreSQL tells the name of the one that was violated; SQLite tells the
//! columns, so its catalogue is read once and the columns are looked up.
//!
//! The names are PostgreSQL's: a unique index made by `create unique index NAME` is NAME, a primary key is
//! `{table}_pkey`, a `unique` in a table `{table}_{columns}_key`. Two unique indexes of one table must
//! not cover the same columns.

use std::collections::HashMap;

use rusqlite::{
    Connection, Error,
    ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE},
};

use super::lite::{self, Failed};

const CATALOGUE: &str = "\
    select t.name, i.name, i.origin, group_concat(c.name, ',' order by c.seqno) \
    from sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c \
    where t.type = 'table' and i.\"unique\" = 1 group by t.name, i.name";

/// Which unique constraint of SQLite's covers which columns; empty on PostgreSQL, which needs no help.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// `"table.a, table.b"`, as SQLite writes it, to the constraint's name.
    by_columns: HashMap<String, String>,
}

impl Names {
    /// Reads SQLite's catalogue.
    pub(super) fn read(conn: &Connection) -> Result<Self, Failed> {
        let rows: Vec<(String, String, String, Option<String>)> = lite::all(conn, CATALOGUE, &[])?;
        let mut by_columns = HashMap::new();
        for (table, index, origin, columns) in rows {
            let columns: Vec<&str> = columns.iter().flat_map(|c| c.split(',')).collect();
            let name = match origin.as_str() {
                "pk" => format!("{table}_pkey"),
                "u" => format!("{table}_{}_key", columns.join("_")),
                _ => index,
            };
            let key: Vec<_> = columns.iter().map(|c| format!("{table}.{c}")).collect();
            by_columns.insert(key.join(", "), name);
        }
        Ok(Self { by_columns })
    }

    /// The name of the unique constraint that `error` is about, if it is about one: SQLite says
    /// `UNIQUE constraint failed: index 'x'` or `UNIQUE constraint failed: t.a, t.b`.
    pub(super) fn violated(&self, error: &Error) -> Option<String> {
        let Error::SqliteFailure(failure, Some(message)) = error else {
            return None;
        };
        let unique = [SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY];
        unique
            .contains(&failure.extended_code)
            .then(|| self.named(message))
    }

    fn named(&self, message: &str) -> String {
        let what = message.rsplit_once("failed: ").map_or(message, |(_, w)| w);
        if let Some(index) = what.strip_prefix("index '") {
            return index.trim_end_matches('\'').to_owned();
        }
        if let Some(name) = self.by_columns.get(what) {
            return name.clone();
        }
        // An integer primary key is the table itself and has no index.
        let table = what.split('.').next().unwrap_or(what);
        format!("{table}_pkey")
    }
}
