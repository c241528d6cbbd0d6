//! `baton route LEAD.json`: where this lead would go, and why.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    clock::Clock,
    domain::strategy::Odds,
    explain::{self, Asked},
    rules::Rules,
    store::{Db, records},
};
use anyhow::Context;
use clap::Args;
use jiff::Timestamp;

use super::{Common, Format, serve, talk};

const EXAMPLES: &str = "Examples:
  baton route lead.json                       canonical fields: email, company, …
  baton route body.json --source website      a body as that source sends it
  echo '{\"email\":\"ada@acme.example\"}' | baton route - --format json";

/// Where a lead would go, and why; writes nothing.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Route {
    /// The lead: canonical fields, or with --source a body as that source sends it. `-` reads stdin.
    #[arg(value_name = "LEAD.json")]
    lead: PathBuf,
    /// The source whose body this is.
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Prints the route; exit code 2 when the configuration or the lead can't be read.
pub async fn run(common: &Common, asked: &Route) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let Some(compiled) = serve::read(&common.config(), &clock, common.log_format) else {
        return Ok(ExitCode::from(2));
    };
    let rules = Rules::new(compiled.policy);
    let body = read_lead(&asked.lead)?;
    let about = match asked.source.as_deref() {
        Some(source) => Asked::Body {
            source,
            body: &body,
        },
        None => Asked::Fields(&body),
    };
    let odds = match rules.policy.asks_win {
        true => odds(&compiled.database, clock.now()).await,
        false => Odds::default(),
    };
    match explain::explain(&rules, &compiled.sources, &odds, about, clock.now()) {
        Ok(leads) => {
            talk::print(&match asked.format {
                Format::Json => explain::all_as_json(&leads),
                Format::Text => explain::all_in_words(&leads, &rules.policy),
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            talk::say(&format!("baton: {error}"));
            Ok(ExitCode::from(2))
        }
    }
}

/// How leads ended lately, for rules that ask `score.win`.
async fn odds(database: &str, now: Timestamp) -> Odds {
    let read = async {
        let db = Db::open_read_only(database).await?;
        let read = db.read(async |mut tx| records::odds(&mut tx, None, now).await);
        let read = read.await;
        db.close().await;
        read
    };
    read.await.unwrap_or_else(|_| {
        talk::say("No database could be read: `score.win` is 0.25, as where nothing has ended.");
        Odds::default()
    })
}

/// What stands in a file, or comes by stdin for `-`.
///
/// # Errors
/// When it can't be read.
pub fn read_lead(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path.as_os_str() == "-" {
        let mut body = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut body).context("reading stdin")?;
        return Ok(body);
    }
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}
