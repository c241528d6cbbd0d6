//! The tables: compiled in, numbered alike for both databases, applied at start in one transaction.

use rusqlite::{Connection, Transaction, TransactionBehavior};
use sqlx::{
    PgPool, SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::{Error, Tx};

/// One migration: number, name, and its text for each database.
struct Step {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! step {
    ($number:literal, $name:literal) => {
        Step {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!(
                "../../migrations/sqlite/",
                $number,
                "_",
                $name,
                ".sql"
            )),
            postgres: include_str!(concat!(
                "../../migrations/postgres/",
                $number,
                "_",
                $name,
                ".sql"
            )),
        }
    };
}

/// Every migration, oldest first. A landed one is never edited: its text is compared with what was applied.
const STEPS: &[Step] = &[
    step!(20261121000001, "create_store"),
    step!(20261121000002, "create_leads"),
    step!(20261121000003, "index_held"),
    step!(20261122010000, "mark_bundles"),
    step!(20261122010001, "note_chat_outages"),
    step!(20261122014100, "keep_groups"),
    step!(20261122020000, "count_territories"),
    step!(20261122030000, "index_passed_on"),
    step!(20261122130500, "count_endings"),
    step!(20261122140000, "keep_deliveries"),
    step!(20261122150000, "keep_accounts"),
    step!(20261122150001, "place_cards"),
    step!(20261122150002, "split_outages"),
    step!(20261122150500, "slack_tokens"),
    step!(20261122160000, "keep_greetings"),
    step!(20261122160500, "keep_headers"),
    step!(20261122162000, "keep_found_by"),
    step!(20261122164000, "keep_fetches"),
    step!(20261122171000, "keep_filtered"),
    step!(20261122172000, "mark_imported"),
    step!(20261122172100, "keep_signing_keys"),
    step!(20261122170000, "keep_signs"),
    step!(20261122170100, "keep_activities"),
    step!(20261122181000, "count_records"),
    step!(20261122181100, "index_turns"),
    step!(20261122182000, "keep_configs"),
    step!(20261122183000, "count_experiments"),
    step!(20261122183100, "sum_reasons"),
    step!(20261122180000, "keep_companies"),
    step!(20261122180100, "keep_stand_ins"),
    step!(20261122186000, "count_companies_once"),
    step!(20261122186100, "index_records"),
    step!(20261122187000, "keep_hours"),
    step!(20261122187100, "tell_returns"),
    step!(20261122187200, "note_statuses"),
    step!(20261122189000, "index_chances"),
    step!(20261122192000, "note_quiet"),
    step!(20261122192100, "take_looks"),
    step!(20261122193100, "note_taken"),
    step!(20261122193200, "index_hollow"),
    step!(20261122193500, "put_hand_on_off"),
    step!(20261122193600, "wake_used_up"),
    step!(20261122193700, "date_hours"),
    step!(20261123020000, "keep_texts"),
];

/// Any number; replicas that start together take it in turns.
const LOCK: &str = "select pg_advisory_xact_lock(3316049801)";

fn migrator(text: impl Fn(&Step) -> &'static str) -> Migrator {
    let simple = MigrationType::Simple;
    let migration = |s: &Step| {
        let sql = text(s).into_sql_str();
        Migration::new(s.number, s.name.into(), simple, sql, false)
    };
    let mut migrator = Migrator::with_migrations(STEPS.iter().map(migration).collect());
    // sqlx would lock the session, which a pooler in between may hand to somebody else.
    migrator.set_locking(false);
    migrator
}

/// SQLite's list of what was applied, as sqlx keeps it on PostgreSQL.
const APPLIED: &str = "create table if not exists _sqlx_migrations (version bigint primary key, \
     description text not null, installed_on timestamp not null default current_timestamp, \
     success boolean not null, checksum blob not null, execution_time bigint not null)";

const NOTE: &str = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
     values (?1, ?2, true, ?3, 0)";

/// Brings a SQLite file up to date.
pub(super) fn sqlite(conn: &mut Connection) -> Result<(), Error> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(APPLIED)?;
    let applied = applied(&tx)?;
    let migrator = migrator(|s| s.sqlite);
    for (number, _) in &applied {
        if !migrator.iter().any(|m| m.version == *number) {
            return Err(newer(*number));
        }
    }
    for migration in migrator.iter() {
        match applied.iter().find(|(n, _)| *n == migration.version) {
            Some((_, checksum)) if *checksum == *migration.checksum => {}
            Some((number, _)) => return Err(differs(*number)),
            None => apply(&tx, migration).map_err(|cause| failed(migration.version, &cause))?,
        }
    }
    Ok(tx.commit()?)
}

fn applied(tx: &Transaction<'_>) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
    let mut all = tx.prepare("select version, checksum from _sqlx_migrations order by version")?;
    all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

fn apply(tx: &Transaction<'_>, migration: &Migration) -> rusqlite::Result<()> {
    tx.execute_batch(migration.sql.as_str())?;
    let row = (
        migration.version,
        &*migration.description,
        &*migration.checksum,
    );
    tx.execute(NOTE, row).map(drop)
}

/// Brings a PostgreSQL database up to date.
pub(super) async fn postgres(pool: &PgPool) -> Result<(), Error> {
    let mut tx = pool.begin().await?;
    sqlx::query(LOCK).execute(&mut *tx).await?;
    let migrator = migrator(|s| s.postgres);
    let done = migrator.run_direct(None, &mut *tx, false).await;
    done.map_err(|error| match error {
        MigrateError::VersionMissing(number) => newer(number),
        MigrateError::VersionMismatch(number) => differs(number),
        MigrateError::Execute(cause) => cause.into(),
        MigrateError::ExecuteMigration(cause, number) => failed(number, &cause),
        other => Error::Open(format!(
            "the database's tables can't be brought up to date: {other}"
        )),
    })?;
    Ok(tx.commit().await?)
}

fn differs(number: i64) -> Error {
    Error::Open(format!(
        "this database was made by another build of Baton: migration {number} differs; use that build"
    ))
}

fn failed(number: i64, cause: &dyn std::error::Error) -> Error {
    Error::Open(format!(
        "migration {number} failed, nothing was changed: {cause}"
    ))
}

fn newer(number: i64) -> Error {
    Error::Open(format!(
        "this database was made by a newer Baton (it has migration {number}); run that version, or restore a backup from before"
    ))
}

/// Refuses a database whose tables are not exactly those of this Baton; for those who only read.
pub(super) async fn check(tx: &mut Tx) -> Result<(), Error> {
    let applied = tx
        .q("select version from _sqlx_migrations order by version")
        .all::<(i64,)>()
        .await;
    let applied = match applied {
        Ok(applied) => applied,
        // No such table: nothing was ever applied.
        Err(Error::Other(_)) => Vec::new(),
        Err(error) => return Err(error),
    };
    let unknown = |n: &i64| !STEPS.iter().any(|s| s.number == *n);
    if let Some(number) = applied.iter().map(|(n,)| *n).find(unknown) {
        return Err(newer(number));
    }
    if applied.len() < STEPS.len() {
        return Err(Error::Open(
            "this database is not up to date; start `baton serve` once, it brings it up to date"
                .to_owned(),
        ));
    }
    Ok(())
}
