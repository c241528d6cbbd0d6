//! `baton accounts import FILE.csv`: a list of accounts, checked, compared with those in force, and put where
//! `accounts.file` points.

use std::{
    fs::{self, File},
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::{
    cli::{
        Common, Format,
        control::{self, Ask, Reloaded},
        import::{ListArgs, rejects::Rejects},
        route,
        shown::{Paint, Table as Shown},
        talk,
    },
    clock::Clock,
    config::{self, Loaded},
    domain::policy::{Accounts, Changes},
    intake::{
        accounts::{AccountList, AccountRow, Column},
        table::{Reading, Table, guarded, text_of},
    },
};

const EXAMPLES: &str = "Examples:
  baton accounts import accounts.xlsx.csv --dry-run     what would change; writes nothing
  baton accounts import accounts.csv
  baton accounts import - --yes < accounts.csv

Columns are known by their usual names: name, domains (or website), parent, owner (a rep's id or e-mail), tier, customer;
CSV with any delimiter in UTF-8, UTF-16 or an older encoding. The list takes the place of the one before, all at once, as
UTF-8 with these six columns, and the server that runs reads it. Rows that can't be used go to FILE.rejects.csv.";

/// So many names are listed of what changes.
const NAMED: usize = 10;

/// Brings in a list of accounts.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Import {
    /// The list: CSV, or JSON objects. `-` reads stdin.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Says what would change, and writes nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    list: ListArgs,
}

/// A list that can be put in force.
struct Ready {
    table: Table,
    list: AccountList,
    /// As it is written.
    text: String,
    /// Where.
    to: PathBuf,
    changes: Changes,
}

/// Exit code 2 when the list, or the configuration with it, can't be used; 1 when the server refuses it.
pub async fn run(common: &Common, asked: &Import) -> anyhow::Result<ExitCode> {
    let path = common.config();
    let ready = match ready(common, &path, asked)? {
        Ok(ready) => ready,
        Err(wrong) => {
            talk::say(&format!("baton: {wrong}"));
            return Ok(ExitCode::from(2));
        }
    };
    let rejects = ready.write_rejects(asked)?;
    if asked.list.format == Format::Text {
        talk::print(&ready.in_words(rejects.as_deref(), Paint::stdout()))?;
    }
    let begin = !asked.dry_run && may_begin(asked, &ready)?;
    let told = if begin {
        replace(&ready.to, &ready.text)?;
        tell_server(&path).await
    } else {
        None
    };
    if asked.list.format == Format::Json {
        talk::print(&format!(
            "{:#}\n",
            ready.as_json(begin, rejects.as_deref(), told.as_ref())
        ))?;
    } else if !begin {
        talk::say("Nothing was written.");
    } else {
        talk::print(&written(&ready.to, told.as_ref()))?;
    }
    Ok(match told {
        Some(Ok(Reloaded { done: true, .. })) | None => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
    })
}

/// Reads the list, and the configuration as it would be with it; the inner error is the user's to mend.
fn ready(common: &Common, path: &Path, asked: &Import) -> anyhow::Result<Result<Ready, String>> {
    // Only the accounts matter here; the server has secrets of its own, so none is missed.
    let env = |name: &str| Some(talk::env(name).unwrap_or_else(|| format!("unset-{name}")));
    let reading = config::read(path, &env);
    let to = reading.config.as_ref();
    let Some(to) = to.and_then(|config| config::accounts_file(config, &reading.sources)) else {
        if reading.config.is_none() {
            talk::complain(&reading.complaints, &reading.sources, common.log_format);
            return Ok(Err("the configuration can't be used as it is".to_owned()));
        }
        let help = "say where the list is to be: `[accounts]` and `file = \"accounts.csv\"`";
        return Ok(Err(format!(
            "{} names no list of accounts; {help}",
            path.display()
        )));
    };
    let bytes = route::read_lead(&asked.file)?;
    let how = Reading {
        encoding: asked.list.encoding.as_deref(),
        delimiter: asked.list.delimiter,
    };
    let table = Table::read(&bytes, how).map_err(|wrong| wrong.to_string());
    let read = table.and_then(|table| Ok((AccountList::of(&table)?, table)));
    let (list, table) = match read {
        Ok(read) => read,
        Err(wrong) => return Ok(Err(format!("{}: {wrong}", asked.file.display()))),
    };
    let text = as_written(&list.rows).context("writing the list")?;
    let after = load(path, &to, Some(&text));
    talk::complain(&after.complaints, &after.sources, common.log_format);
    let Some(after) = after.compiled else {
        return Ok(Err(
            "with this list the configuration can't be used; the one before stays".to_owned(),
        ));
    };
    let before = load(path, &to, None).compiled;
    let before = before.map_or_else(Accounts::default, |it| it.policy.accounts);
    let changes = after.policy.accounts.changes(&before);
    Ok(Ok(Ready {
        table,
        list,
        text,
        to,
        changes,
    }))
}

/// The configuration, with another list of accounts than the one that is there.
fn load(path: &Path, list: &Path, text: Option<&str>) -> Loaded {
    let env = |name: &str| Some(talk::env(name).unwrap_or_else(|| format!("unset-{name}")));
    let open = |file: &Path| match text {
        Some(text) if file == list => Ok(text.to_owned()),
        Some(_) | None => fs::read(file).map(|bytes| text_of(&bytes)),
    };
    config::load_with(path, &env, &open, Clock::system().now())
}

/// The rows as they are kept: UTF-8, one name for each column.
fn as_written(rows: &[AccountRow]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(Column::ALL.map(Column::word))?;
    for row in rows {
        let domains = row.domains.join(" ");
        let customer = if row.customer { "yes" } else { "" };
        let cells = [&row.name, &domains, &row.parent, &row.owner, &row.tier].map(|it| guarded(it));
        writer.write_record(cells.iter().map(String::as_str).chain([customer]))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// Puts the list there all at once: whoever reads it meanwhile reads the one before.
fn replace(to: &Path, text: &str) -> anyhow::Result<()> {
    let mut aside = to.as_os_str().to_owned();
    aside.push(".new");
    let aside = PathBuf::from(aside);
    let write = || -> io::Result<()> {
        let mut file = File::create(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&aside, to)
    };
    write().with_context(|| format!("writing {}", to.display()))
}

/// What the server that runs makes of it; `None` when none runs.
async fn tell_server(path: &Path) -> Option<Result<Reloaded, String>> {
    let env = |name: &str| Some(talk::env(name).unwrap_or_else(|| format!("unset-{name}")));
    let config = config::read(path, &env).config?;
    let database = config.database.as_ref();
    let database = database.map_or("sqlite:baton.db", |it| it.url.get_ref().expose());
    let asked = control::ask::<Reloaded>(&control::path(database, path), Ask::Reload).await;
    asked.map_err(|error| error.to_string()).transpose()
}

fn written(to: &Path, told: Option<&Result<Reloaded, String>>) -> String {
    let server = match told {
        None => "no server runs here; the next `baton serve` reads it".to_owned(),
        Some(Ok(told)) if told.done => "the server that runs has read it".to_owned(),
        Some(Ok(_)) => {
            "the server that runs finds mistakes in the configuration, and keeps the one before"
                .to_owned()
        }
        Some(Err(error)) => {
            format!("the server could not be asked to read it ({error}); reload it")
        }
    };
    format!("Written: {}; {server}.\n", to.display())
}

/// Asks a person who looks on whether that is what they want.
fn may_begin(asked: &Import, ready: &Ready) -> anyhow::Result<bool> {
    let piped = asked.file == Path::new("-") || !io::stdin().is_terminal();
    if asked.list.yes || piped || asked.list.format == Format::Json {
        return Ok(true);
    }
    let mut terminal = io::stderr();
    let question = format!("Write {} (y/n) [n]: ", ready.to.display());
    let shown = terminal.write_all(question.as_bytes());
    shown.and_then(|()| terminal.flush()).context("asking")?;
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .context("reading the answer")?;
    Ok(answer.trim().to_lowercase().starts_with('y'))
}

impl Ready {
    /// Writes the rows that can't be used to a file of their own; where that is.
    fn write_rejects(&self, asked: &Import) -> anyhow::Result<Option<PathBuf>> {
        let mut rejects = Rejects::of(
            &asked.file,
            asked.list.rejects.as_deref(),
            &self.table.columns,
        );
        let mut wrong = self.list.rejects.iter().peekable();
        for row in &self.table.rows {
            let Some((_, why)) = wrong.next_if(|(line, _)| *line == row.line) else {
                continue;
            };
            if !asked.dry_run {
                rejects.add(row, &self.table.columns, std::slice::from_ref(why))?;
            }
        }
        rejects.flush()?;
        Ok(rejects.path().map(Path::to_owned))
    }

    fn in_words(&self, rejects: Option<&Path>, paint: Paint) -> String {
        let rows = self.list.columns.iter().map(|(name, is)| {
            let is = is.map_or("(left out)", Column::word);
            vec![name.clone(), is.to_owned()]
        });
        let columns = Shown {
            head: ["Column", "is"].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        };
        let mut said = format!(
            "{} accounts: {}\n\n{}\n",
            self.list.rows.len(),
            self.table.written,
            columns.render_left(paint)
        );
        said.push_str(&self.changes_in_words());
        for (title, lines) in [
            ("can't be used", &self.list.rejects),
            ("is used in part", &self.list.notes),
        ] {
            for (line, why) in lines.iter().take(NAMED) {
                said.push_str(&format!("line {line} {title}: {why}\n"));
            }
            if lines.len() > NAMED {
                said.push_str(&format!(
                    "and {} more lines of which the same is to be said\n",
                    lines.len() - NAMED
                ));
            }
        }
        if let Some(rejects) = rejects {
            said.push_str(&format!("Rows that can't be used: {}\n", rejects.display()));
        }
        said
    }

    fn changes_in_words(&self) -> String {
        let changes = &self.changes;
        if changes.is_empty() {
            return "It says what is in force already.\n".to_owned();
        }
        let mut said = format!("Against those in force: {}\n", changes.counted());
        let owners: Vec<String> = changes
            .owners
            .iter()
            .map(|one| {
                let nobody = |rep: &str| {
                    if rep.is_empty() {
                        "nobody".to_owned()
                    } else {
                        rep.to_owned()
                    }
                };
                format!(
                    "{} from {} to {}",
                    one.name,
                    nobody(&one.was),
                    nobody(&one.is)
                )
            })
            .collect();
        for (what, names) in [
            ("added", &changes.added),
            ("removed", &changes.removed),
            ("another owner", &owners),
            ("changed", &changes.others),
        ] {
            if names.is_empty() {
                continue;
            }
            let more = names.len().saturating_sub(NAMED);
            let more = if more > 0 {
                format!(", and {more} more")
            } else {
                String::new()
            };
            let named: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
            said.push_str(&format!("  {what}: {}{more}\n", named.join(", ")));
        }
        said
    }

    fn as_json(
        &self,
        written: bool,
        rejects: Option<&Path>,
        told: Option<&Result<Reloaded, String>>,
    ) -> serde_json::Value {
        let line = |(line, why): &(u64, String)| json!({"line": line, "why": why});
        let owners = self.changes.owners.iter();
        let owners = owners.map(|one| json!({"name": one.name, "was": one.was, "is": one.is}));
        json!({
            "accounts": self.list.rows.len(),
            "written": written.then(|| self.to.display().to_string()),
            "in_force": told.map(|told| told.as_ref().is_ok_and(|it| it.done)),
            "added": self.changes.added,
            "removed": self.changes.removed,
            "owners": owners.collect::<Vec<_>>(),
            "changed": self.changes.others,
            "rejects": self.list.rejects.iter().map(line).collect::<Vec<_>>(),
            "notes": self.list.notes.iter().map(line).collect::<Vec<_>>(),
            "rejects_file": rejects.map(|it| it.display().to_string()),
        })
    }
}
