//! Migrations give the same tables on both databases.

use baton::{
    domain::{
        contact::Field,
        person::{self, SignKind},
    },
    store::{Error, Sql, leads, sql},
};

use crate::{
    db::{Fresh, both},
    store_leads::lead,
};

const COLUMNS: Sql = sql!(
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
            "json" | "jsonb" => "text".clone_into(kind),
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

/// The signs that leads of before this migration are known by.
const KEEP_SIGNS: [&str; 2] = [
    include_str!("../../migrations/sqlite/20261122170000_keep_signs.sql"),
    include_str!("../../migrations/postgres/20261122170000_keep_signs.sql"),
];

#[tokio::test]
async fn leads_of_before_are_known_by_all_their_signs() {
    both(async |db| {
        let mut ada = lead(1);
        for (field, text) in [
            (Field::Email, "ada+x@acme.example"),
            (Field::Phone, "+4930901820"),
            (Field::ExternalId, "7"),
        ] {
            ada.contact.set_text(field, text);
        }
        let mut trial = lead(2);
        trial.test = true;
        trial.contact.set_text(Field::Phone, "+4930901821");
        let known: Result<_, Error> = db
            .write(async |mut tx| {
                leads::insert(&mut tx, &ada).await?;
                leads::insert(&mut tx, &trial).await?;
                let as_before = "insert into identity (kind, value, lead_id) values ('email', 'ada+x@acme.example', $1)";
                tx.q(as_before).bind(&ada.id).exec().await?;
                let [sqlite, postgres] = KEEP_SIGNS.map(|text| text.split_terminator(";\n"));
                for (sqlite, postgres) in sqlite.zip(postgres) {
                    tx.q(Sql { sqlite, postgres }).exec().await?;
                }
                let mut known = Vec::new();
                for lead in [&ada, &trial] {
                    for sign in person::signs(&lead.contact, &lead.source) {
                        known.push((sign.kind, leads::by_sign(&mut tx, &sign).await?));
                    }
                }
                Ok(known)
            })
            .await;
        let its = Some(ada.id.clone());
        assert_eq!(
            known.unwrap(),
            [
                (SignKind::Email, its.clone()),
                (SignKind::Phone, its.clone()),
                (SignKind::ExternalId, its),
                (SignKind::Email, None),
                (SignKind::Phone, None),
            ]
        );
    })
    .await;
}
