//! Talking to whoever runs it: results on stdout, talk and the log on stderr.

use std::{
    future::Future,
    io::{IsTerminal, Write},
    process::ExitCode,
};

use crate::config::{self, Complaint, Severity, Sources};
use anyhow::Context;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::{EnvFilter, fmt};

use super::{Common, LogFormat};

/// Starts the log on stderr.
///
/// # Errors
/// When what is to be logged can't be understood.
pub fn start_log(common: &Common) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&common.log).with_context(|| {
        format!(
            "--log {:?} is no filter; write `info` or `baton=debug`",
            common.log
        )
    })?;
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match common.log_format {
        LogFormat::Text => log
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Says what is wrong with a configuration: with carets to a person, one line each to a log.
pub fn complain(complaints: &[Complaint], sources: &Sources, format: LogFormat) {
    match format {
        LogFormat::Text if complaints.is_empty() => {}
        LogFormat::Text => say(&config::render(
            complaints,
            sources,
            coloured(&std::io::stderr()),
        )),
        LogFormat::Json => {
            for complaint in complaints {
                let line = config::plain(std::slice::from_ref(complaint), sources);
                let line = line.trim_end().replace('\n', "; ");
                match complaint.severity {
                    Severity::Mistake => tracing::error!("{line}"),
                    Severity::NotYet | Severity::Lint => tracing::warn!("{line}"),
                }
            }
        }
    }
}

/// Runs a command that waits.
pub fn block_on(
    command: impl Future<Output = anyhow::Result<ExitCode>>,
) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.context("starting the runtime")?.block_on(command)
}

/// One line on stderr.
pub fn say(line: &str) {
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A result on stdout.
///
/// # Errors
/// When stdout is closed.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("writing the result")
}

/// Is cancelled by SIGTERM and SIGINT.
///
/// # Errors
/// When signals can't be caught.
pub fn stop_signal() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = CancellationToken::new();
    let mut term = signal(SignalKind::terminate()).context("catching SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("catching SIGINT")?;
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        told.cancel();
        // A second one means now.
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        std::process::exit(1);
    });
    Ok(stop)
}

/// A variable of the environment.
#[expect(
    clippy::disallowed_methods,
    reason = "this is where the environment is read"
)]
pub fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether a stream is looked at by a person who wants colours.
pub fn coloured(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && env("NO_COLOR").is_none()
}
