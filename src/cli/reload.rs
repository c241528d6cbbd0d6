//! `baton reload`: the server that runs reads its configuration again, and says what changed.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Args;
use jiff::Timestamp;
use serde_json::json;
use tokio::{net::UnixStream, signal::unix::Signal};
use tokio_util::sync::CancellationToken;

use super::{
    Common, Format, LogFormat,
    control::{self, Ask, Control, Imported, Reloaded},
    reroute,
    shown::Paint,
    submissions, talk,
};
use crate::{
    app::{Reloader, import::Importer},
    clock::Clock,
    config::{self, Sources},
    engine::Left,
    words,
};

const EXAMPLES: &str = "Examples:
  baton check && baton reload
  baton reload --format json

Like SIGHUP, but it says what came of it. The server is asked through a socket beside the SQLite file (baton.db.sock),
with PostgreSQL beside the configuration (baton.toml.sock); only the user who runs the server may.";

/// Has the running server read the configuration again.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Reload {
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Exit code 0 when it is in force, 2 when it has mistakes, 1 when no server runs.
pub async fn run(common: &Common, asked: &Reload) -> anyhow::Result<ExitCode> {
    let path = common.config();
    // Only the database matters here. The server has secrets of its own, so none is missed.
    let env = |name: &str| Some(talk::env(name).unwrap_or_else(|| format!("unset-{name}")));
    let reading = config::read(&path, &env);
    let Some(config) = reading.config else {
        talk::complain(&reading.complaints, &reading.sources, common.log_format);
        talk::say("A server that runs keeps the configuration it has. Mend this, then reload.");
        return Ok(ExitCode::from(2));
    };
    let database = config.database.as_ref();
    let database = database.map_or("sqlite:baton.db", |it| it.url.get_ref().expose());
    let socket = control::path(database, &path);
    match control::ask::<Reloaded>(&socket, Ask::Reload).await {
        Ok(Some(told)) => tell(&told, asked.format),
        Ok(None) => {
            talk::say(&format!(
                "baton: no server runs here: nothing listens at {}. `baton serve` starts one and reads the configuration. \
                 If one does run: use the --config and the directory it was started with, or send it SIGHUP.",
                socket.display()
            ));
            Ok(ExitCode::FAILURE)
        }
        Err(error) => {
            talk::say(&format!(
                "baton: the server could not be asked at {}: {error}. Run this as the user who runs the server; its log says more.",
                socket.display()
            ));
            Ok(ExitCode::FAILURE)
        }
    }
}

fn tell(told: &Reloaded, format: Format) -> anyhow::Result<ExitCode> {
    talk::print(&match format {
        Format::Json => format!("{}\n", json!(told)),
        Format::Text => in_words(told, Paint::stdout()),
    })?;
    Ok(match (told.done, &told.trouble) {
        (false, _) => ExitCode::from(2),
        (true, Some(_)) => ExitCode::FAILURE,
        (true, None) => ExitCode::SUCCESS,
    })
}

fn in_words(told: &Reloaded, paint: Paint) -> String {
    let mut said = told.complaints.clone();
    if !told.done {
        let head = paint.bad("Not in force.");
        said.push_str(&format!(
            "{head} {} has mistakes; the configuration before it stays. Mend it, then reload.\n",
            told.path
        ));
        return said;
    }
    said.push_str(&format!("{} {}\n", paint.good("In force:"), told.path));
    if told.changes.is_empty() {
        said.push_str(
            "  nothing in it was changed; files and secrets that it names were read again\n",
        );
    }
    for change in &told.changes {
        said.push_str(&format!("  {change}\n"));
    }
    for moves in &told.moves {
        said.push_str(&format!("  {moves}\n"));
    }
    if !told.waiting.is_empty() {
        let head = paint.warn("Waits for a restart of `baton serve`:");
        said.push_str(&format!("{head} {}\n", told.waiting.join(", ")));
    }
    if let Some(trouble) = &told.trouble {
        let head = paint.bad("Not everything was moved:");
        said.push_str(&format!("{head} {trouble}. Reload again.\n"));
    }
    said
}

/// Reads the configuration again for a server that runs.
pub struct Again {
    /// The file.
    pub path: PathBuf,
    /// Says when.
    pub clock: Clock,
    /// How mistakes are logged.
    pub format: LogFormat,
    /// Puts it in force.
    pub reloader: Reloader,
    /// Brings lists in.
    pub importer: Importer,
    /// What is in force, to tell the difference.
    pub sources: Sources,
}

/// Reads the configuration again whenever SIGHUP or a command asks for it, and brings in what another brings, one after
/// the other.
pub async fn watch(
    mut again: Again,
    mut hangup: Signal,
    control: Option<Control>,
    stop: CancellationToken,
) {
    loop {
        let asked = tokio::select! {
            () = stop.cancelled() => return,
            _ = hangup.recv() => None,
            asked = next(control.as_ref()) => Some(asked),
        };
        match asked {
            None => drop(again.reload().await),
            Some(Ok((ask, mut stream))) => {
                let answered = match ask {
                    Ask::Reload => control::answer(&mut stream, &again.reload().await).await,
                    Ask::Submissions(order) => {
                        let done = submissions::carry_out(again.reloader.intake(), &order).await;
                        control::answer(&mut stream, &done).await
                    }
                    Ask::Reroute(order) => {
                        let done = reroute::carry_out(again.reloader.engine(), &order).await;
                        control::answer(&mut stream, &done).await
                    }
                    Ask::Import(batch) => {
                        let brought = Imported::from(again.importer.bring(batch).await);
                        control::answer(&mut stream, &brought).await
                    }
                };
                if let Err(error) = answered {
                    tracing::debug!(%error, "who asked at the socket is gone");
                }
            }
            Some(Err(error)) => {
                tracing::warn!(%error, "a command at the socket was not understood");
                // A socket that is broken for good must not keep a core busy.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn next(control: Option<&Control>) -> std::io::Result<(Ask, UnixStream)> {
    match control {
        Some(control) => control.next().await,
        None => std::future::pending().await,
    }
}

impl Again {
    async fn reload(&mut self) -> Reloaded {
        let loaded = config::load(&self.path, &talk::env, self.clock.now());
        talk::complain(&loaded.complaints, &loaded.sources, self.format);
        let mut said = Reloaded {
            path: self.path.display().to_string(),
            complaints: shown(&loaded.complaints, &loaded.sources),
            ..Reloaded::default()
        };
        let Some(compiled) = loaded.compiled else {
            tracing::error!("the configuration has mistakes; the one before stays in force");
            return said;
        };
        said.done = true;
        said.changes = config::difference(&self.sources, &loaded.sources);
        let accounts = self.reloader.accounts_changed(&compiled).counted();
        if !accounts.is_empty() {
            said.changes.push(format!("accounts: {accounts}"));
        }
        let waiting = self.reloader.waiting(&compiled);
        said.waiting = waiting.into_iter().map(str::to_owned).collect();
        match self.reloader.reload(compiled).await {
            Ok(left) => {
                said.moves = left
                    .iter()
                    .map(|one| moves(one, self.clock.now()))
                    .collect();
                tracing::info!("the configuration was read again and is in force");
            }
            Err(error) => {
                let error = format!("{error:#}");
                tracing::error!(
                    error,
                    "the new rules are in force, but not everything was moved"
                );
                said.trouble = Some(error);
            }
        }
        self.sources = loaded.sources;
        said
    }
}

/// Whose leads move, and by when.
fn moves(left: &Left, now: Timestamp) -> String {
    let said = words::left::moves(left.asked, left.owned);
    let last = left.until.duration_since(now).as_mins();
    let last = if last > 0 {
        format!(", the last one in {last} min")
    } else {
        String::new()
    };
    format!("{} takes no leads any more: {said}{last}", left.name)
}

fn shown(complaints: &[config::Complaint], sources: &Sources) -> String {
    if complaints.is_empty() {
        return String::new();
    }
    config::render(complaints, sources, false)
}
