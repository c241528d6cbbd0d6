//! `baton submissions list`: what came in, the newest first.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::{Timestamp, Zoned};
use serde_json::json;

use super::{Which, wrong};
use crate::{
    cli::{
        shown::{Paint, Table, cell},
        talk,
    },
    config::compile::Compiled,
    domain::id::LeadId,
    store::{self, Db, submissions, submissions::Listed},
};

const EXAMPLES: &str = "Examples:
  baton submissions list --status quarantined
  baton submissions list --source website --since 2026-11-20 --until 2026-11-21
  baton submissions list --filter competitors --limit 500 --format csv > kept-out.csv";

/// Lists submissions, the newest first.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct List {
    #[command(flatten)]
    which: Which,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// How they are written.
    #[arg(long, value_enum, default_value = "text")]
    format: Written,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Written {
    /// A table, for people.
    Text,
    /// An object, for programs.
    Json,
    /// Lines, for spreadsheets.
    Csv,
}

pub async fn run(compiled: &Compiled, asked: &List, now: &Zoned) -> anyhow::Result<ExitCode> {
    let which = match asked.which.selection(compiled, now) {
        Ok(which) => which,
        Err(what) => return wrong(&what),
    };
    let db = Db::open_read_only(&compiled.database).await?;
    // One more, to know whether there are more.
    let limit = i64::from(asked.limit) + 1;
    let listed = db
        .at_length()
        .read(async |mut tx| submissions::list(&mut tx, &which, None, limit).await)
        .await;
    db.close().await;
    let mut listed: Vec<Listed> = listed.map_err(|error: store::Error| error)?;
    let more = listed.len() > usize::try_from(asked.limit).unwrap_or(usize::MAX);
    listed.truncate(usize::try_from(asked.limit).unwrap_or(usize::MAX));
    talk::print(&match asked.format {
        Written::Text => table(&listed, now, Paint::stdout()),
        Written::Json => format!("{}\n", as_json(&listed)),
        Written::Csv => csv(&listed),
    })?;
    if more {
        let limit = asked.limit;
        talk::say(&format!(
            "There are more than {limit}: `--limit` shows more, `--since` and `--until` others."
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn table(listed: &[Listed], now: &Zoned, paint: Paint) -> String {
    if listed.is_empty() {
        return "No such submission came in.\n".to_owned();
    }
    let head = ["submission", "came", "source", "status", "leads", "problem"];
    let row = |one: &Listed| {
        vec![
            one.id.to_string(),
            local(one.received_at, now),
            one.source.to_string(),
            one.status.clone(),
            one.leads.0.len().to_string(),
            one.problems.0.first().cloned().unwrap_or_default(),
        ]
    };
    let table = Table {
        head: head.map(str::to_owned).to_vec(),
        rows: listed.iter().map(row).collect(),
    };
    table.render_left(paint)
}

/// A moment by this machine's clock.
pub fn local(at: Timestamp, now: &Zoned) -> String {
    let at = at.to_zoned(now.time_zone().clone());
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn as_json(listed: &[Listed]) -> serde_json::Value {
    let rows = listed.iter().map(|one| {
        json!({
            "submission": one.id, "received_at": one.received_at, "source": one.source, "status": one.status,
            "leads": one.leads.0, "problems": one.problems.0, "bytes": one.size,
        })
    });
    json!({ "submissions": rows.collect::<Vec<_>>() })
}

fn csv(listed: &[Listed]) -> String {
    let mut text = "submission,received_at,source,status,leads,problems,bytes\r\n".to_owned();
    for one in listed {
        let leads: Vec<&str> = one.leads.0.iter().map(LeadId::as_str).collect();
        let cells = [
            one.id.to_string(),
            one.received_at.to_string(),
            one.source.to_string(),
            one.status.clone(),
            leads.join(" "),
            one.problems.0.join("; "),
            one.size.to_string(),
        ];
        let cells = cells.map(|text| cell(&text));
        text.push_str(&format!("{}\r\n", cells.join(",")));
    }
    text
}
