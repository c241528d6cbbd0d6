//! `baton serve`: run until SIGTERM; SIGHUP and `baton reload` read the configuration again.

use std::{path::Path, process::ExitCode};

use crate::{
    app::App,
    clock::Clock,
    config::{self, compile::Compiled},
};
use anyhow::Context;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::{
    Common, LogFormat,
    control::{self, Control},
    reload::{Again, watch},
    talk,
};

/// Stands under `baton serve --help`.
pub const EXAMPLES: &str = "Examples:
  baton serve                                 with ./baton.toml
  baton serve --config /etc/baton.toml --log-format json
  BATON_CONFIG=/etc/baton.toml baton serve --log baton=debug

`baton check` says beforehand what is wrong, `baton doctor` whether database and Slack can be reached. SIGHUP or
`baton reload` reads the configuration again, SIGTERM ends it within ten seconds.";

/// Runs Baton with the configuration.
pub async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let path = common.config();
    let clock = Clock::system();
    let loaded = config::load(&path, &talk::env, clock.now());
    talk::complain(&loaded.complaints, &loaded.sources, common.log_format);
    let Some(compiled) = loaded.compiled else {
        return Ok(ExitCode::from(2));
    };
    let listen = compiled.server.listen;
    let socket = control::path(&compiled.database, &path);
    let app = App::build(compiled, clock.clone()).await?;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("listening on {listen}"))?;
    // Whoever reads that it listens may send a signal at once.
    let stop = talk::stop_signal()?;
    let hangup = signal(SignalKind::hangup()).context("catching SIGHUP")?;
    let control = open(&socket).await;
    talk::say(&format!(
        "baton listening on http://{}",
        listener.local_addr()?
    ));
    let again = Again {
        path,
        clock,
        format: common.log_format,
        reloader: app.reloader(),
        importer: app.importer(),
        sources: loaded.sources,
    };
    let watching = tokio::spawn(watch(again, hangup, control, stop.clone()));
    let ended = app.run(listener, stop.clone()).await;
    stop.cancel();
    watching.await.context("reading the configuration again")?;
    ended?;
    Ok(ExitCode::SUCCESS)
}

/// Baton runs without the socket too; then only SIGHUP reads the configuration again.
async fn open(socket: &Path) -> Option<Control> {
    match Control::open(socket).await {
        Ok(control) => Some(control),
        Err(error) => {
            tracing::warn!(
                %error,
                socket = %socket.display(),
                "the socket for `baton reload` can't be opened; SIGHUP works all the same"
            );
            None
        }
    }
}

/// Reads and compiles; says every mistake on stderr. `None` when there is one.
pub fn read(path: &Path, clock: &Clock, format: LogFormat) -> Option<Compiled> {
    let loaded = config::load(path, &talk::env, clock.now());
    talk::complain(&loaded.complaints, &loaded.sources, format);
    loaded.compiled
}
