//! `baton check`: every mistake in the configuration, with its place.

use std::process::ExitCode;

use baton::{clock::Clock, config};
use clap::Args;

use super::{Common, Format, talk};

/// Reads the configuration and prints every mistake with file, line and a caret.
#[derive(Debug, Args)]
pub struct Check {
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Exit code 2 on mistakes, 0 with only lint.
pub fn run(common: &Common, check: &Check) -> anyhow::Result<ExitCode> {
    let now = Clock::system().now();
    let checked = config::check::check(&common.config(), &talk::env, now, check.format == Format::Json, super::colour());
    talk::print(&checked.text)?;
    Ok(if checked.mistakes == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}
