//! `baton import FILE.csv --source ID`: a list of leads, brought in by the server that runs, or by itself where none
//! does.

mod bring;
mod columns;
pub(super) mod count;
mod foresee;
pub(super) mod progress;
pub(super) mod rejects;

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::{Common, Format, route, send, serve, shown::Paint, talk};
use crate::{
    app::import::Batch,
    clock::Clock,
    domain::{contact::Field, submission::ImportTo},
    intake::{
        Source,
        columns::{Plan, Wishes},
        table::{Reading, Table, TableRow},
    },
};

const EXAMPLES: &str = "Examples:
  baton import leads.csv --source fair-2026 --dry-run          what would come of it; writes nothing
  baton import leads.csv --source fair-2026
  baton import leads.csv --source fair-2026 --map \"Mail 2=email\" --map \"Notiz=message\" --skip Konto
  baton import old-crm.jsonl --source crm --to nurture --yes
  baton import - --source crm --format json < leads.csv

CSV with any delimiter in UTF-8, UTF-16 or an older encoding, or JSON objects, one a line or in a list. Columns are
known by their names in several languages and by what stands in them; they are shown before anything is written.

The leads go through filters, scoring and routes like those of the source's webhook, and join known ones. Nobody gets a
card: where the rules would ask somebody, they wait in that team's queue behind the leads that came by themselves, and
no clock runs until somebody takes them. `--to nurture` puts all of them with marketing, `--to route` treats them as if
they had come one by one just now, cards and clocks included.

A column with the time of arrival (`created_at`, `submission date`, …) is kept as that; a time without a zone is UTC.

Whatever stops it, run it again: each row is brought in once. Rows that can't be used are in FILE.rejects.csv, with the
reason in the column `problem`; mend them there and import that file.";

/// Brings in a list of leads.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Import {
    /// The list: CSV, or JSON objects. `-` reads stdin.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The source in whose name the leads come: its `fields`, `defaults` and `type` hold for them.
    #[arg(long, value_name = "ID")]
    source: String,
    /// What a column is: a canonical field, or `attribute`. May be given again.
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<String>,
    /// A column to leave out. May be given again.
    #[arg(long, value_name = "COLUMN")]
    skip: Vec<String>,
    /// Says what would become of the rows, and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where the leads go.
    #[arg(long, value_enum, default_value = "queue")]
    to: To,
    #[command(flatten)]
    list: ListArgs,
}

/// What is the same of every list that is brought in.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Asks nothing. Without a terminal nothing is asked either.
    #[arg(long, short)]
    pub yes: bool,
    /// The encoding, where it is not found out: `windows-1254`, `latin1`, …
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// What stands between cells, where it is not found out.
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub delimiter: Option<u8>,
    /// Where rows go that can't be used [default: FILE.rejects.csv].
    #[arg(long, value_name = "PATH")]
    pub rejects: Option<PathBuf>,
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// Where the leads of a list go.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum To {
    /// By the rules, and into the team's queue where these would ask somebody.
    Queue,
    /// To be nurtured, all of them.
    Nurture,
    /// By the rules, as if they had come one by one.
    Route,
}

impl From<To> for ImportTo {
    fn from(to: To) -> Self {
        match to {
            To::Queue => Self::Queue,
            To::Nurture => Self::Nurture,
            To::Route => Self::Route,
        }
    }
}

/// What stands between cells, as it is typed on the command line.
pub(super) fn delimiter(typed: &str) -> Result<u8, String> {
    match (typed, typed.as_bytes()) {
        ("\\t" | "tab", _) => Ok(b'\t'),
        (_, [one]) if one.is_ascii() && !one.is_ascii_alphanumeric() && *one != b'"' => Ok(*one),
        _ => Err("write one character, such as `;`, or `tab`".to_owned()),
    }
}

/// So many rows are brought in together: few enough that nobody who presses a button waits for them.
const AT_ONCE: usize = 100;
/// So many bytes of them at most.
const BYTES_AT_ONCE: usize = 512 * 1024;

/// A list with what its columns are.
struct List<'a> {
    asked: &'a Import,
    source: &'a Source,
    table: &'a Table,
    plan: &'a Plan,
}

/// Exit code 0 when all of it was done, 1 when it stopped in the middle, 2 when it can't begin.
pub async fn run(common: &Common, asked: &Import) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let path = common.config();
    let Some(compiled) = serve::read(&path, &clock, common.log_format) else {
        return Ok(ExitCode::from(2));
    };
    let known = |it: &&Source| it.id.as_str() == asked.source;
    let Some(source) = compiled.sources.iter().find(known).cloned() else {
        talk::say(&send::no_source(&asked.source, &compiled.sources));
        return Ok(ExitCode::from(2));
    };
    let (table, plan) = match read(asked, &source)? {
        Ok(read) => read,
        Err(wrong) => {
            talk::say(&format!("baton: {wrong}"));
            return Ok(ExitCode::from(2));
        }
    };
    let list = List {
        asked,
        source: &source,
        table: &table,
        plan: &plan,
    };
    if asked.list.format == Format::Text {
        talk::print(&columns::in_words(&table, &plan, Paint::stdout()))?;
    }
    if asked.dry_run {
        return foresee::run(&list, compiled, clock).await;
    }
    if !list.may_begin()? {
        talk::say("Nothing was brought in.");
        return Ok(ExitCode::from(2));
    }
    bring::run(&list, compiled, &path, clock).await
}

/// Reads the file, and finds out what its columns are; the inner error is the user's to mend.
fn read(asked: &Import, source: &Source) -> anyhow::Result<Result<(Table, Plan), String>> {
    let bytes = route::read_lead(&asked.file)?;
    let how = Reading {
        encoding: asked.list.encoding.as_deref(),
        delimiter: asked.list.delimiter,
    };
    let table = match Table::read(&bytes, how) {
        Ok(table) => table,
        Err(wrong) => return Ok(Err(format!("{}: {wrong}", asked.file.display()))),
    };
    let mut wishes = Wishes {
        map: asked.map.clone(),
        skip: asked.skip.clone(),
    };
    if rejects::is_one(&asked.file) && table.columns.iter().any(|it| it == rejects::PROBLEM) {
        wishes.skip.push(rejects::PROBLEM.to_owned());
    }
    Ok(match Plan::of(&table, &source.mapping, &wishes) {
        Ok(plan) if !plan.has(Field::Email) && !plan.has(Field::Phone) => Err(format!(
            "no column is known to hold e-mail addresses or phone numbers; the columns are {}. \
             Say which one does: --map \"{}=email\"",
            table.columns.join(", "),
            table.columns[0]
        )),
        Ok(plan) => Ok((table, plan)),
        Err(wrong) => Err(wrong),
    })
}

impl List<'_> {
    /// Asks a person who looks on whether the columns are right.
    fn may_begin(&self) -> anyhow::Result<bool> {
        let piped = self.asked.file == Path::new("-") || !std::io::stdin().is_terminal();
        if self.asked.list.yes || piped || self.asked.list.format == Format::Json {
            return Ok(true);
        }
        let many = self.table.rows.len();
        let question = format!("Bring in {} (y/n) [n]: ", count::rows(many));
        let mut terminal = std::io::stderr();
        let shown = terminal.write_all(question.as_bytes());
        shown.and_then(|()| terminal.flush()).context("asking")?;
        let mut answer = String::new();
        std::io::stdin()
            .read_line(&mut answer)
            .context("reading the answer")?;
        Ok(answer.trim().to_lowercase().starts_with('y'))
    }

    /// The rows in batches, each with the place of its first row.
    fn batches(&self) -> impl Iterator<Item = &[TableRow]> {
        let mut rest = self.table.rows.as_slice();
        std::iter::from_fn(move || {
            let mut bytes = 0;
            let fits = |row: &&TableRow| {
                bytes += row.cells.as_slice().len();
                bytes <= BYTES_AT_ONCE
            };
            let many = rest.iter().take(AT_ONCE).take_while(fits).count();
            let (batch, after) = rest.split_at(many.max(1).min(rest.len()));
            rest = after;
            (!batch.is_empty()).then_some(batch)
        })
    }

    /// What the readable rows of a batch say.
    fn batch(&self, rows: &[TableRow]) -> Batch {
        let readable = rows.iter().filter(|row| row.problem.is_none());
        let rows: Vec<Map<String, Value>> = readable.map(|row| self.plan.said(row)).collect();
        Batch {
            source: self.source.id.clone(),
            to: self.asked.to.into(),
            rows,
        }
    }
}
