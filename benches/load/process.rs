//! The programs under load: started, watched, killed. What they say goes to a file, which costs them and
//! the load program least.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How long a start may take.
const START_WITHIN: Duration = Duration::from_secs(30);

/// How long a stop may take.
const STOP_WITHIN: Duration = Duration::from_secs(15);

/// A `baton` that runs; it ends with the value.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// How long it took until it said so.
    pub started_in: Duration,
}

impl Process {
    /// Starts `baton` and waits until it says where it listens.
    pub async fn start(args: &[&str], log: &Path) -> anyhow::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(log)?;
        let from = file.metadata()?.len();
        let begun = Instant::now();
        let mut child = command(args)
            .stderr(Stdio::from(file))
            .spawn()
            .context("starting baton")?;
        loop {
            if let Some(address) = address_in(log, from)? {
                let started_in = begun.elapsed();
                return Ok(Self {
                    child,
                    address,
                    started_in,
                });
            }
            if let Some(status) = child.try_wait()? {
                bail!("baton {args:?} ended with {status}: {}", said(log, from)?);
            }
            if begun.elapsed() > START_WITHIN {
                child.kill()?;
                bail!("baton {args:?} does not say where it listens");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Ends it at once, as a power cut or the kernel would.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().context("killing baton")?;
        self.child.wait().context("waiting for its end")?;
        Ok(())
    }

    /// Asks it to end and waits until it has.
    pub async fn stop(&mut self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        asked.context("asking baton to end")?;
        while begun.elapsed() < STOP_WITHIN {
            if let Some(status) = self.child.try_wait()? {
                anyhow::ensure!(status.success(), "baton ended with {status}");
                return Ok(begun.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        bail!("baton has not ended within {STOP_WITHIN:?} of SIGTERM")
    }

    /// Whether it runs still.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Its memory in MB: now, and at most so far. `None` where there is no `/proc`.
    pub fn memory(&self) -> Option<(f64, f64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
            Some(kilobytes / 1024.0)
        };
        Some((field("VmRSS:")?, field("VmHWM:")?))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `baton` to its end; whether it succeeded, and what it said.
pub fn run(args: &[&str]) -> anyhow::Result<(bool, String)> {
    let output = command(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .context("running baton")?;
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok((output.status.success(), said))
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_baton")));
    command
        .args(args)
        .env_remove("BATON_CONFIG")
        .env_remove("BATON_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

fn address_in(log: &Path, from: u64) -> anyhow::Result<Option<SocketAddr>> {
    let said = said(log, from)?;
    let whole_lines = said.rsplit_once('\n').map_or("", |(lines, _)| lines);
    let named = whole_lines
        .lines()
        .find_map(|line| line.split_once("listening on http://"));
    named
        .map(|(_, address)| address.trim().parse().context("reading an address"))
        .transpose()
}

fn said(log: &Path, from: u64) -> anyhow::Result<String> {
    let mut file = File::open(log)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
