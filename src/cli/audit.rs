//! `baton audit`: what is stored, checked against what must hold.

use std::process::ExitCode;

use crate::{
    clock::Clock,
    store::{self, Db, audit},
};
use clap::Args;
use serde_json::json;

use super::{Common, Format, serve, talk};

const EXAMPLES: &str = "Examples:
  baton audit && echo fine
  baton audit --format json

Reads only, beside a running server too. Exit code 1 if something is broken.";

/// Checks what is stored, prints each invariant that is broken.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Audit {
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Exit code 1 if anything is broken. Reads only, beside a running server too.
pub async fn run(common: &Common, asked: &Audit) -> anyhow::Result<ExitCode> {
    let Some(compiled) = serve::read(&common.config(), &Clock::system(), common.log_format) else {
        return Ok(ExitCode::from(2));
    };
    let db = Db::open_read_only(&compiled.database).await?;
    let broken = db
        .read(async |mut tx| Ok::<_, store::Error>(audit::audit(&mut tx).await?))
        .await?;
    db.close().await;
    let text = match asked.format {
        Format::Json => {
            let rows: Vec<_> = broken
                .iter()
                .map(|one| json!({"invariant": one.invariant, "lead": one.lead, "detail": one.detail}))
                .collect();
            format!("{}\n", json!({ "broken": rows }))
        }
        Format::Text if broken.is_empty() => "Everything stored agrees.\n".to_owned(),
        Format::Text => broken
            .iter()
            .map(|one| {
                format!(
                    "{}: {} ({})\n",
                    one.invariant,
                    one.detail,
                    one.lead.as_ref().map_or("-", |lead| lead.as_str())
                )
            })
            .collect(),
    };
    talk::print(&text)?;
    Ok(if broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
