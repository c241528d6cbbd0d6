//! `baton check`: every mistake in the configuration, with its place, and what its rules would have changed.

mod last;

use std::process::ExitCode;

use crate::{
    clock::Clock,
    config::{
        self,
        check::{self, CheckFormat},
    },
};
use clap::{Args, ValueEnum};

use super::{Common, talk};

const EXAMPLES: &str = "Examples:
  baton check                        ./baton.toml
  baton check --config prod.toml --format lines
  baton check --calendar             who works when, and when a team has nobody

At the end it says what the rules would have changed for the last 200 leads, if there is a store: which would have met
another rule, team or target. It reads only, beside a running server too. Exit code 2 on mistakes, 0 with only remarks.";

/// Reads the configuration and prints every mistake with file, line and a caret.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Written,
    /// Prints everybody's hours and holidays, and when a team has nobody.
    #[arg(long)]
    calendar: bool,
}

/// How a check is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Written {
    /// With the place and a caret, for people.
    Text,
    /// One line each, for editors.
    Lines,
    /// A list of objects, for programs.
    Json,
}

/// Exit code 2 on mistakes, 0 with only remarks.
pub async fn run(common: &Common, asked: &Check) -> anyhow::Result<ExitCode> {
    let now = Clock::system().now();
    let path = common.config();
    let checked = if asked.calendar {
        check::calendar(&path, &talk::env, now)
    } else {
        let format = match asked.format {
            Written::Text => CheckFormat::Carets {
                colour: talk::coloured(&std::io::stdout()),
            },
            Written::Lines => CheckFormat::Lines,
            Written::Json => CheckFormat::Json,
        };
        check::check(&path, &talk::env, now, format)
    };
    talk::print(&checked.text)?;
    if checked.exit == 0 && !asked.calendar && matches!(asked.format, Written::Text) {
        let compiled = config::load(&path, &talk::env, now).compiled;
        let told = match compiled {
            Some(compiled) => last::told(compiled, now).await,
            None => None,
        };
        talk::print(&told.unwrap_or_default())?;
    }
    Ok(ExitCode::from(checked.exit))
}
