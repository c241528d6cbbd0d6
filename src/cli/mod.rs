//! The command line: `baton --help` lists the commands.

mod accounts;
mod audit;
mod check;
mod config;
mod control;
mod demo;
mod doctor;
mod import;
mod init;
mod manifest;
mod outside;
mod playground;
mod reload;
mod reroute;
mod route;
mod send;
mod serve;
mod shell;
mod shown;
mod simulate;
mod stats;
mod submissions;
mod talk;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Hands leads over in chat: one right rep, a clock, and the next one when nobody takes it.
#[derive(Debug, Parser)]
#[command(name = "baton", version, about, long_about = None, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  baton demo                      everything on this machine, no account anywhere
  baton init                      write a first baton.toml
  baton check                     every mistake in ./baton.toml, with line and caret
  baton serve --config prod.toml  run
  baton route lead.json           where this lead would go, and why
  baton simulate --against new.toml
                                  who would have got what under other rules
  baton send lead.json --source website --test
                                  post it as that source would, for a try
  baton import leads.csv --source fair --dry-run
                                  what would become of a list
  baton accounts match ada@globex.de
                                  of which named account somebody is, and whose that makes them
  baton stats last month          who was asked, who answered, how fast
  baton submissions list --status quarantined
                                  what came in and could not be used yet

`baton COMMAND --help` has more. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.";

/// What every command understands.
#[derive(Debug, Args)]
pub struct Common {
    /// The configuration [default: ./baton.toml].
    #[arg(long, global = true, env = "BATON_CONFIG", value_name = "PATH")]
    config: Option<PathBuf>,
    /// What is logged, for instance `info` or `baton=debug`.
    #[arg(
        long,
        global = true,
        env = "BATON_LOG",
        default_value = "info",
        value_name = "FILTER"
    )]
    log: String,
    /// How it is logged.
    #[arg(long, global = true, value_enum, default_value = "text")]
    log_format: LogFormat,
}

impl Common {
    /// The configuration to read.
    fn config(&self) -> PathBuf {
        self.config
            .clone()
            .unwrap_or_else(|| PathBuf::from("./baton.toml"))
    }
}

/// How the log is written, on stderr.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How a result is written, on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything on this machine, no account anywhere: Baton, a stand-in for Slack with a page in
    /// the browser, a sample team and sample leads.
    Demo(demo::Demo),
    /// The stand-in for Slack alone, for load programs and for trying a `serve`.
    Playground(playground::Playground),
    /// Ask a few questions, list the chat's people, write a configuration.
    Init(init::Init),
    /// Run: webhooks, chat, clocks.
    #[command(after_help = serve::EXAMPLES)]
    Serve,
    /// Read the configuration and print every mistake with file, line and a caret.
    Check(check::Check),
    /// Have the running server read the configuration again; prints the mistakes, or what changed.
    Reload(reload::Reload),
    /// The configurations that were in force: log, show, diff; without secrets.
    Config(config::Config),
    /// Where a lead would go, and why; writes nothing.
    Route(route::Route),
    /// Replay leads of the past through a configuration: who would have got what; compare two.
    Simulate(simulate::Simulate),
    /// Take back what a wrong rule did: a dry run, unless --apply is given.
    Reroute(reroute::Reroute),
    /// Print the app manifest for this configuration.
    Manifest(manifest::Manifest),
    /// Sign and post a lead as the source would, and print the answer.
    Send(send::Send),
    /// Bring in a list of leads: CSV, or JSON objects.
    Import(import::Import),
    /// Named accounts: bring in a list of them, or say of which somebody is.
    Accounts(accounts::Accounts),
    /// The numbers of /leadstats, as a table, JSON or CSV.
    Stats(stats::Stats),
    /// What came in, quarantined submissions included: list, show, map, replay, drop.
    Submissions(submissions::Submissions),
    /// Look at database, tokens, scopes, people, clock and address: what works, and how to mend the rest.
    Doctor(doctor::Doctor),
    /// Check what is stored, print each invariant that is broken, exit 1 if any.
    Audit(audit::Audit),
    /// Print a script with which the shell completes what is typed.
    Completions(shell::Completions),
    /// Print the manual page.
    Man(shell::Manual),
}

/// Runs the command that the process was started with, to its exit code.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = talk::start_log(&cli.common) {
        talk::say(&format!("baton: {error:#}"));
        return ExitCode::from(2);
    }
    // TLS needs one provider for the whole process; it is set before anything connects.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        tracing::debug!("a TLS provider was set already");
    }
    let common = cli.common;
    let done = match cli.command {
        Command::Demo(demo) => talk::block_on(demo::run(&common, demo)),
        Command::Playground(playground) => talk::block_on(playground::run(playground)),
        Command::Init(init) => talk::block_on(init::run(&common, &init)),
        Command::Serve => talk::block_on(serve::run(&common)),
        Command::Check(check) => talk::block_on(check::run(&common, &check)),
        Command::Reload(reload) => talk::block_on(reload::run(&common, &reload)),
        Command::Config(asked) => talk::block_on(config::run(&common, &asked)),
        Command::Route(route) => talk::block_on(route::run(&common, &route)),
        Command::Simulate(asked) => talk::block_on(simulate::run(&common, &asked)),
        Command::Reroute(asked) => talk::block_on(reroute::run(&common, asked)),
        Command::Manifest(manifest) => manifest::run(&common, &manifest),
        Command::Send(send) => talk::block_on(send::run(&common, &send)),
        Command::Import(import) => talk::block_on(import::run(&common, &import)),
        Command::Accounts(asked) => talk::block_on(accounts::run(&common, &asked)),
        Command::Stats(stats) => talk::block_on(stats::run(&common, &stats)),
        Command::Submissions(asked) => talk::block_on(submissions::run(&common, &asked)),
        Command::Completions(completions) => shell::completions(&completions),
        Command::Man(manual) => shell::manual(&manual),
        Command::Doctor(doctor) => talk::block_on(doctor::run(&common, &doctor)),
        Command::Audit(audit) => talk::block_on(audit::run(&common, &audit)),
    };
    done.unwrap_or_else(|error| {
        talk::say(&format!("baton: {error:#}"));
        ExitCode::FAILURE
    })
}
