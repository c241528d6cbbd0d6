//! The database of a run: a SQLite file in its directory, or a PostgreSQL database of its own.

use std::path::Path;

use anyhow::Context;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::Common;

/// A database with nothing in it.
pub struct Database {
    /// Its address, as in the configuration.
    pub url: String,
    /// The server that it was made on, if it is to go with the run.
    server: Option<String>,
}

impl Database {
    /// What `--database` names, else one with `--postgres` one of its own, else a file.
    pub async fn make(common: &Common, dir: &Path) -> anyhow::Result<Self> {
        match (&common.database, common.postgres) {
            (Some(url), _) => Ok(Self {
                url: url.clone(),
                server: None,
            }),
            (None, true) => Self::on(&server()?).await,
            (None, false) => Ok(Self {
                url: format!("sqlite:{}", dir.join("baton.db").display()),
                server: None,
            }),
        }
    }

    async fn on(server: &str) -> anyhow::Result<Self> {
        let name = format!("baton_load_{}", std::process::id());
        admin(
            server,
            format!("drop database if exists {name} with (force)"),
        )
        .await?;
        admin(server, format!("create database {name}")).await?;
        let mut url = url::Url::parse(server).context("reading the address of PostgreSQL")?;
        url.set_path(&name);
        Ok(Self {
            url: url.into(),
            server: Some(server.to_owned()),
        })
    }

    /// Drops it if it was made for the run.
    pub async fn remove(&self) -> anyhow::Result<()> {
        let Some(server) = &self.server else {
            return Ok(());
        };
        let url = url::Url::parse(&self.url).context("reading the address of the database")?;
        let name = url.path().trim_start_matches('/');
        admin(server, format!("drop database {name} with (force)")).await
    }
}

async fn admin(server: &str, sql: String) -> anyhow::Result<()> {
    let mut conn = PgConnection::connect(server)
        .await
        .context("connecting to PostgreSQL")?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await?;
    Ok(conn.close().await?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server is told by the environment, as in the tests"
)]
fn server() -> anyhow::Result<String> {
    std::env::var("BATON_TEST_POSTGRES").context("--postgres needs BATON_TEST_POSTGRES")
}
