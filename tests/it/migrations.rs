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
    let sqlite = columns(Fresh::sqlite()).await;
    let mut postgres = columns(Fresh::postgres().await).await;
    for (_, kind, _) in &mut postgres {
        if kind == "jsonb" {
            "text".clone_into(kind);
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
