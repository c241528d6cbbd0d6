//! `baton accounts import FILE.csv` and `match EMAIL`: the list of named accounts, and of which of them somebody is.

mod import;
mod matched;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Common;

/// Named accounts: bring in a list of them, or say of which somebody is.
#[derive(Debug, Args)]
pub struct Accounts {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Check a list of accounts, say what it changes, and put it where `accounts.file` points.
    Import(import::Import),
    /// Say of which account somebody is, by what, and whose their leads are.
    Match(matched::Match),
}

/// Does what is asked.
pub async fn run(common: &Common, asked: &Accounts) -> anyhow::Result<ExitCode> {
    match &asked.what {
        What::Import(import) => import::run(common, import).await,
        What::Match(matched) => matched::run(common, matched).await,
    }
}
