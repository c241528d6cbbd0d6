//! Fresh databases for tests: each test runs on SQLite and on PostgreSQL, with nothing of another test in them.

use std::sync::atomic::{AtomicU32, Ordering};

use baton::store::Db;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

static MADE: AtomicU32 = AtomicU32::new(0);

/// A new, empty database.
pub struct Fresh {
    /// Its address, as in the configuration.
    pub url: String,
    /// Goes with the test.
    dir: Option<tempfile::TempDir>,
}

impl Fresh {
    /// A SQLite file in a directory of its own.
    pub fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite:{}", dir.path().join("baton.db").display()),
            dir: Some(dir),
        }
    }

    /// A PostgreSQL database of its own on the tests' server.
    pub async fn postgres() -> Self {
        let nth = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("baton_test_{}_{nth}", std::process::id());
        let server = server();
        admin(
            &server,
            format!("drop database if exists {name} with (force)"),
        )
        .await;
        admin(&server, format!("create database {name}")).await;
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        Self {
            url: url.into(),
            dir: None,
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.dir.is_some()
    }

    pub async fn open(&self) -> Db {
        Db::open(&self.url).await.unwrap()
    }

    /// Drops it, on PostgreSQL; a failed test leaves its database to be looked at.
    pub async fn remove(self) {
        if self.is_sqlite() {
            return;
        }
        let url = url::Url::parse(&self.url).unwrap();
        let name = url.path().trim_start_matches('/');
        admin(&server(), format!("drop database {name} with (force)")).await;
    }
}

/// Runs `test` on a fresh database of each kind.
pub async fn both_fresh(test: impl AsyncFn(&Fresh)) {
    for fresh in [Fresh::sqlite(), Fresh::postgres().await] {
        println!("on {}", fresh.url);
        test(&fresh).await;
        fresh.remove().await;
    }
}

/// Runs `test` on an open fresh database of each kind.
pub async fn both(test: impl AsyncFn(Db)) {
    both_fresh(async |fresh| {
        let db = fresh.open().await;
        test(db.clone()).await;
        db.close().await;
    })
    .await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests' server is told by the environment"
)]
fn server() -> String {
    std::env::var("BATON_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!("the tests need PostgreSQL as well: eval \"$(tests/postgres.sh)\" starts one and sets BATON_TEST_POSTGRES")
    })
}

async fn admin(server: &str, sql: String) {
    let mut conn = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut conn)
        .await
        .unwrap();
    conn.close().await.unwrap();
}
