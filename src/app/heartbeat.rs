//! A sign of life for whoever watches from outside: it goes silent when Baton does not do what is due, also when its
//! process still runs.

use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use super::sleep;
use crate::{
    config::compile::Heartbeat,
    engine::Engine,
    store::{Error, instance, leads},
};

/// How late a lead may be; a step is late by a fraction of a second, and more is wrong.
const LATE: SignedDuration = SignedDuration::from_secs(10);

/// How long ago the worker may have said that it is alive; it does so every few seconds.
const SILENT: SignedDuration = SignedDuration::from_secs(15);

/// How long the one who watches may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Fetches the address as long as the worker is on time, until `stop`.
///
/// # Errors
/// When no client can be made.
pub(super) async fn keep(
    heartbeat: Heartbeat,
    engine: Engine,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let client = reqwest::Client::builder().timeout(PATIENCE).build();
    let client = client.context("making the client for the heartbeat")?;
    let every = heartbeat.every.unsigned_abs();
    while sleep(every, &stop).await {
        match on_time(&engine).await {
            Ok(None) => {
                let told = client.get(heartbeat.url.clone()).send().await;
                if let Err(error) = told.and_then(reqwest::Response::error_for_status) {
                    let error = error.without_url();
                    tracing::warn!(%error, "nobody heard the heartbeat");
                }
            }
            Ok(Some(why)) => tracing::error!(why, "no heartbeat is sent: the worker is late"),
            Err(error) => {
                tracing::error!(%error, "no heartbeat is sent: the database does not answer");
            }
        }
    }
    Ok(())
}

/// Why the worker is not on time; `None` if it is.
///
/// # Errors
/// If the database does not answer.
pub async fn on_time(engine: &Engine) -> Result<Option<&'static str>, Error> {
    let now = engine.clock().now();
    let (due, seen) = engine
        .db()
        .read(async |mut tx| {
            let due = leads::next_wake(&mut tx).await?;
            Ok::<_, Error>((due, instance::last_seen(&mut tx, now).await?))
        })
        .await?;
    if seen.is_none_or(|seen| now.duration_since(seen) > SILENT) {
        return Ok(Some("it has not said that it is alive"));
    }
    let late = due.is_some_and(|due| now.duration_since(due) > LATE);
    Ok(late.then_some("a lead waits for its step"))
}
