//! Load on Baton from outside, by what is public only: webhooks, Slack's callbacks, the API.
//!
//! ```sh
//! cargo bench --bench load                                   # throughput, then 200 leads a second
//! cargo bench --bench load -- throughput --seconds 20 --runs 5
//! cargo bench --bench load -- throughput --rate 200          # a steady rate: answers, and cards at Slack
//! cargo bench --bench load -- presses                        # Accept on cards, and /leads
//! cargo bench --bench load -- kill --rounds 200 --seed 7     # SIGKILL at random moments, then compare
//! cargo bench --bench load -- --socket kill                  # the same in Socket Mode
//! BATON_TEST_POSTGRES=postgres://… cargo bench --bench load -- --postgres kill
//! ```
//!
//! Each run starts `baton playground --no-limits` and `baton serve` on an empty store in a directory of its
//! own and talks to loopback addresses only. The load program and the playground share the machine's cores
//! with what they measure, so compare runs on one machine, and medians rather than single runs.
//!
//! `kill` keeps a ledger of everything that was acknowledged and exits 1 if any of it is missing, doubled
//! or changed afterwards.

#![expect(clippy::print_stdout, reason = "what it prints is the result")]

mod client;
mod compare;
mod config;
mod database;
mod figures;
mod kill;
mod lead;
mod ledger;
mod people;
mod presses;
mod process;
mod slack;
mod stage;
mod throughput;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

/// Load on Baton from outside: how much it takes in, how fast it answers, and what a kill loses.
#[derive(Parser)]
#[command(name = "load")]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    what: Option<What>,
    /// What cargo says to every benchmark.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

/// What every run needs.
#[derive(Args, Clone)]
struct Common {
    /// Reps in the configuration.
    #[arg(long, global = true, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    reps: u64,
    /// Teams that they are spread over.
    #[arg(long, global = true, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    teams: u64,
    /// An empty database to use instead of a SQLite file; it is left as it is then.
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Makes a database on the PostgreSQL server that BATON_TEST_POSTGRES names, and drops it at the end.
    #[arg(long, global = true)]
    postgres: bool,
    /// What `serve` logs.
    #[arg(long, global = true, default_value = "info", value_name = "FILTER")]
    log: String,
    /// Where the run's directory is made, for a disk other than that of temporary files.
    #[arg(long, global = true)]
    dir: Option<PathBuf>,
    /// Slack's requests come through sockets that Baton opens.
    #[arg(long, global = true)]
    socket: bool,
    /// Keeps that directory: configuration, database, logs.
    #[arg(long, global = true)]
    keep: bool,
}

#[derive(Subcommand)]
enum What {
    /// Leads a second, answers, cards at Slack, memory.
    Throughput(throughput::Throughput),
    /// Presses and slash commands a second.
    Presses(presses::Presses),
    /// SIGKILL at random moments; then everything acknowledged must be there, once.
    Kill(kill::Kill),
}

fn main() -> anyhow::Result<ExitCode> {
    let Cli { common, what, .. } = Cli::parse();
    anyhow::ensure!(common.teams <= common.reps, "every team needs a rep");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    runtime.block_on(async {
        match what {
            Some(What::Throughput(what)) => throughput::run(&common, &what).await,
            Some(What::Presses(what)) => presses::run(&common, &what).await,
            Some(What::Kill(what)) => return kill::run(&common, &what).await,
            None => both(&common).await,
        }
        .map(|()| ExitCode::SUCCESS)
    })
}

/// As much as goes, then a steady rate.
async fn both(common: &Common) -> anyhow::Result<()> {
    let mut what = throughput::Throughput::default();
    throughput::run(common, &what).await?;
    what.rate = Some(200);
    throughput::run(common, &what).await
}
