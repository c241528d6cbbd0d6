//! What a run needs, in a directory of its own: the configuration, the playground, and Baton.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::Common;
use crate::client::Conn;
use crate::config::{Clocks, Config, SIGNING_SECRET, slack_id};
use crate::database::Database;
use crate::process::{self, Process};
use crate::slack::{Card, Slack};

/// How long `serve` may take to be ready.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Baton and the playground, running.
pub struct Stage {
    dir: tempfile::TempDir,
    config: String,
    log: String,
    /// Where Baton listens, also after a restart.
    pub baton: SocketAddr,
    /// What people see and do.
    pub slack: Slack,
    /// Baton itself.
    pub serve: Process,
    /// From the start until `/readyz` said yes.
    pub ready_in: Duration,
    database: Database,
    _playground: Process,
}

impl Stage {
    /// Starts everything on an empty store.
    pub async fn set(common: &Common, clocks: Clocks) -> anyhow::Result<Self> {
        let dir = tempfile::Builder::new()
            .prefix("baton-load-")
            .tempdir_in(common.dir.clone().unwrap_or_else(std::env::temp_dir))?;
        let database = Database::make(common, dir.path()).await?;
        let baton = free_address()?;
        let playground =
            start_playground(baton, common.socket, &dir.path().join("playground.log")).await?;
        let path = dir.path().join("baton.toml");
        let text = Config {
            listen: baton,
            playground: playground.address,
            database: &database.url,
            reps: common.reps,
            teams: common.teams,
            clocks,
            socket: common.socket,
        }
        .text();
        std::fs::write(&path, text).context("writing baton.toml")?;
        let config = path.display().to_string();
        let (serve, ready_in) =
            start_serve(&config, &common.log, &dir.path().join("serve.log")).await?;
        let stage = Self {
            slack: Slack::new(playground.address),
            log: common.log.clone(),
            _playground: playground,
            dir,
            config,
            baton,
            serve,
            ready_in,
            database,
        };
        stage.people(common.reps + common.teams).await?;
        Ok(stage)
    }

    /// Makes accounts in the playground for everybody in the configuration.
    async fn people(&self, count: u64) -> anyhow::Result<()> {
        let mut conn = self.slack.conn();
        for rep in 0..count {
            self.slack
                .add_person(&mut conn, &slack_id(rep), rep)
                .await?;
        }
        Ok(())
    }

    /// Starts Baton again, on the same data and at the same address.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        let log = self.serve_log();
        (self.serve, self.ready_in) = start_serve(&self.config, &self.log, &log).await?;
        Ok(())
    }

    /// Where Baton's log is.
    pub fn serve_log(&self) -> PathBuf {
        self.dir.path().join("serve.log")
    }

    /// `baton audit`: whether everything stored agrees, and what it said.
    pub fn audit(&self) -> anyhow::Result<(bool, String)> {
        process::run(&["audit", "--config", &self.config, "--log", "warn"])
    }

    /// A connection to Baton.
    pub fn conn(&self) -> Conn {
        Conn::new(self.baton)
    }

    /// How many messages wait to be sent.
    pub async fn waiting(&self, conn: &mut Conn) -> anyhow::Result<u64> {
        let answer = conn.get("/metrics", None).await?;
        let text = String::from_utf8_lossy(&answer.body);
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("baton_outbox_waiting "));
        let waiting: f64 = line
            .context("/metrics does not say baton_outbox_waiting")?
            .trim()
            .parse()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of rows"
        )]
        Ok(waiting as u64)
    }

    /// Waits until nothing waits to be sent and the playground has had no call for `quiet`.
    pub async fn settled(&self, quiet: Duration, within: Duration) -> anyhow::Result<()> {
        let (begun, mut since) = (Instant::now(), Instant::now());
        let (mut baton, mut slack) = (self.conn(), self.slack.conn());
        let mut calls = 0;
        while begun.elapsed() < within {
            let now = self.slack.calls(&mut slack).await?;
            if now != calls || self.waiting(&mut baton).await? > 0 {
                (calls, since) = (now, Instant::now());
            }
            if since.elapsed() >= quiet {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let waiting = self.waiting(&mut baton).await?;
        bail!("not settled within {within:?}: {waiting} messages wait, {calls} calls so far")
    }

    /// Everybody's cards, those that were changed since included.
    pub async fn cards(&self, reps: u64) -> anyhow::Result<Vec<Card>> {
        let mut conn = self.slack.conn();
        let mut cards = Vec::new();
        for rep in 0..reps {
            cards.extend(self.slack.cards(&mut conn, &slack_id(rep)).await?);
        }
        Ok(cards)
    }

    /// Ends everything; keeps the directory if it is to be looked at.
    pub async fn strike(mut self, keep: bool) -> anyhow::Result<()> {
        if self.serve.runs() {
            self.serve.stop().await?;
        }
        self.database.remove().await?;
        if keep {
            println!("kept: {}", self.dir.keep().display());
        }
        Ok(())
    }
}

async fn start_playground(
    baton: SocketAddr,
    socket: bool,
    log: &std::path::Path,
) -> anyhow::Result<Process> {
    let url = format!("http://{baton}");
    let mut args = vec![
        "playground",
        "--baton",
        &url,
        "--signing-secret",
        SIGNING_SECRET,
        "--listen",
        "127.0.0.1:0",
        "--no-limits",
    ];
    if socket {
        args.push("--socket-mode");
    }
    Process::start(&args, log).await
}

async fn start_serve(
    config: &str,
    filter: &str,
    log: &std::path::Path,
) -> anyhow::Result<(Process, Duration)> {
    let begun = Instant::now();
    let mut serve = Process::start(&["serve", "--config", config, "--log", filter], log).await?;
    let mut conn = Conn::new(serve.address);
    while begun.elapsed() < READY_WITHIN {
        if conn
            .get("/readyz", None)
            .await
            .is_ok_and(|answer| answer.status == 200)
        {
            return Ok((serve, begun.elapsed()));
        }
        if !serve.runs() {
            bail!("baton serve ended by itself; see its log");
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    bail!("baton serve is not ready within {READY_WITHIN:?}")
}

/// An address for Baton, which the playground must know before Baton starts and which outlives a kill. It
/// lies below the ports that connections go out from, so that none of them takes it meanwhile.
fn free_address() -> anyhow::Result<SocketAddr> {
    let from = 20_000 + u16::try_from(std::process::id() % 8_000).unwrap_or(0);
    let mut ports = (from..from + 1_000).map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    ports
        .find(|address| TcpListener::bind(address).is_ok())
        .context("finding a free port")
}
