//! `baton serve`: run until SIGTERM; SIGHUP reads the configuration again.

use std::{path::Path, process::ExitCode};

use crate::{
    app::{App, Reloader},
    clock::Clock,
    config::{self, compile::Compiled},
};
use anyhow::Context;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Common, LogFormat, talk};

/// Runs Baton with the configuration.
pub async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let path = common.config();
    let clock = Clock::system();
    let Some(compiled) = read(&path, &clock, common.log_format) else {
        return Ok(ExitCode::from(2));
    };
    let listen = compiled.server.listen;
    let app = App::build(compiled, clock.clone()).await?;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("listening on {listen}"))?;
    talk::say(&format!(
        "baton listening on http://{}",
        listener.local_addr()?
    ));
    let stop = talk::stop_signal()?;
    tokio::spawn(reload_on_hangup(
        path,
        clock,
        common.log_format,
        app.reloader(),
        stop.clone(),
    ));
    app.run(listener, stop).await?;
    Ok(ExitCode::SUCCESS)
}

/// Reads and compiles; says every mistake on stderr. `None` when there is one.
pub fn read(path: &Path, clock: &Clock, format: LogFormat) -> Option<Compiled> {
    let loaded = config::load(path, &talk::env, clock.now());
    talk::complain(&loaded.complaints, &loaded.sources, format);
    loaded.compiled
}

async fn reload_on_hangup(
    path: std::path::PathBuf,
    clock: Clock,
    format: LogFormat,
    reloader: Reloader,
    stop: CancellationToken,
) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        tracing::error!("SIGHUP can't be caught; the configuration is read at the next start");
        return;
    };
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hangup.recv() => {}
        }
        match read(&path, &clock, format) {
            None => {
                tracing::error!("the configuration has mistakes; the one before stays in force");
            }
            Some(compiled) => match reloader.reload(compiled).await {
                Ok(()) => tracing::info!("the configuration was read again and is in force"),
                Err(error) => tracing::error!(
                    error = format!("{error:#}"),
                    "the new rules are in force, but not everything was moved"
                ),
            },
        }
    }
}
