//! Migrations give the same tables on both databases.

use baton::store::{Error, sql};

use crate::db::Fresh;

const COLUMNS: baton::store::Sql = sql!(
    [sqlite "select t.name || '.' || c.name, lower(c.type), c.\"notnull\" = 1 from sqlite_master t, pragma_table_info(t.name) c \
             where t.type = 'table' and t.name <> '_sqlx_migrations'"]
    [postgres "select table_name || '.' || column_name, data_type::text, is_nullable = 'NO' from information_schema.columns \
               where table_schema = 'public' and table_name <> '_sqlx_migrations'"]
);

/// Name, type and whether it must be given, of every column.
async fn columns(fresh: Fresh) -> Vec<(String, String, bool)> {
    let db = fresh.open().await;
    let columns: Result<Vec<_>, Error> = db.read(async |mut tx| tx.q(COLUMNS).all().await).await;
    db.close().await;
    fresh.remove().await;
    let mut columns = columns.unwrap();
    columns.sort();
    columns
}

#[tokio::test]
async fn both_databases_have_the_same_columns() {
    let mut sqlite = columns(Fresh::sqlite()).await;
    let mut postgres = columns(Fresh::postgres().await).await;
    // Lead numbers come from a sequence on PostgreSQL and from a table on SQLite.
    sqlite.retain(|(name, ..)| !name.starts_with("counter.") && !name.starts_with("sqlite_"));
    for (_, kind, needed) in &mut sqlite {
        // A key that SQLite counts up itself can only be an `integer primary key`.
        if kind == "integer" {
            "bigint".clone_into(kind);
            *needed = true;
        }
    }
    for (_, kind, _) in &mut postgres {
        match kind.as_str() {
            "jsonb" => "text".clone_into(kind),
            "bytea" => "blob".clone_into(kind),
            _ => {}
        }
    }
    assert_eq!(sqlite, postgres);
    assert!(sqlite.contains(&("instance.seen_at".to_owned(), "bigint".to_owned(), true)));
}

#[test]
fn the_folders_hold_the_same_migrations() {
    let names = |folder: &str| {
        let files = std::fs::read_dir(format!(
            "{}/migrations/{folder}",
            env!("CARGO_MANIFEST_DIR")
        ));
        let mut names: Vec<_> = files.unwrap().map(|f| f.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}
