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
use anyhow::Context;
use clap::{Args, ValueEnum};
use serde_json::Value;

use super::{Common, talk};

const EXAMPLES: &str = "Examples:
  baton check                        ./baton.toml
  baton check --config prod.toml --format lines
  baton check --calendar             who works when, and when a team has nobody

At the end it says what the rules would have changed for the last 200 leads, if there is a store: which would have met
another rule, team or target; with --format json each such change is an entry of severity `change` with its `leads`. It reads only, beside a running server too. Exit code 2 on mistakes, 0 with only remarks.";

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
        let stored = match config::load(&path, &talk::env, now).compiled {
            Some(compiled) => last::profiles(&compiled.database).await,
            None => None,
        };
        check::calendar(&path, &talk::env, now, stored.as_ref())
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
    let told = match asked.format {
        Written::Text | Written::Json if checked.exit == 0 && !asked.calendar => {
            let compiled = config::load(&path, &talk::env, now).compiled;
            match compiled {
                Some(compiled) => last::look(compiled, now).await,
                None => None,
            }
        }
        Written::Text | Written::Json | Written::Lines => None,
    };
    let text = match (told, asked.format) {
        (None, _) => checked.text,
        (Some(told), Written::Json) => with_entries(&checked.text, told.entries())?,
        (Some(told), Written::Text | Written::Lines) => checked.text + &told.text(),
    };
    talk::print(&text)?;
    Ok(ExitCode::from(checked.exit))
}

/// The list of what was found with what the store tells behind it.
fn with_entries(found: &str, entries: Vec<Value>) -> anyhow::Result<String> {
    let mut all: Vec<Value> = serde_json::from_str(found).context("reading what was found")?;
    all.extend(entries);
    Ok(format!("{:#}\n", Value::Array(all)))
}
