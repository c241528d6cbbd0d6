//! Statements that wait for the next one on SQLite's writer. Each way to SQLite's thread and back costs more than
//! most statements do; so those whose answers nobody needs go with the next that somebody waits for.

use std::{fmt::Write as _, mem};

use sqlx::{Arguments, AssertSqlSafe, SqliteConnection, sqlite::SqliteArguments};

/// Statements in the order in which they run, with the parameters of all of them.
#[derive(Default)]
pub(super) struct Queued {
    sql: String,
    args: SqliteArguments,
    /// Whether anything was run.
    began: bool,
}

impl Queued {
    /// Where the parameters of the next statement begin.
    pub(super) fn parameters(&self) -> usize {
        self.args.len()
    }

    /// What the next statement's parameters are added to.
    pub(super) fn args(&mut self) -> &mut SqliteArguments {
        &mut self.args
    }

    /// Adds a statement; its `$1` is the parameter after the first `before` ones.
    pub(super) fn push(&mut self, sql: &str, before: usize) {
        if !self.sql.is_empty() {
            self.sql.push_str("; ");
        }
        let mut parts = sql.split('$');
        self.sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = part.split_at(digits);
            let number = number.parse::<usize>().map_or(0, |n| n + before);
            // Writing to a text can't fail.
            let _ = write!(self.sql, "${number}{rest}");
        }
    }

    /// Takes everything, as one query.
    pub(super) fn take(&mut self) -> sqlx::query::Query<'static, sqlx::Sqlite, SqliteArguments> {
        self.began = true;
        let (sql, args) = (mem::take(&mut self.sql), mem::take(&mut self.args));
        sqlx::query_with(AssertSqlSafe(sql), args)
    }

    /// Whether anything was run.
    pub(super) fn began(&self) -> bool {
        self.began
    }

    /// Runs all that waits.
    pub(super) async fn run(&mut self, conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        self.take().execute(conn).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_on_from_statement_to_statement() {
        let mut queued = Queued::default();
        queued.push("savepoint job", 0);
        queued.push("insert into a values ($1, $2, $1)", 0);
        queued.push("update b set c = $2 where d = $1", 2);
        queued.push("select '€' || $10", 4);
        assert_eq!(
            queued.sql,
            "savepoint job; insert into a values ($1, $2, $1); update b set c = $4 where d = $3; select '€' || $14"
        );
    }
}
