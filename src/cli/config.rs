//! `baton config`: the configurations that were in force, what they said, and what they say otherwise.

use std::{path::Path, process::ExitCode};

use clap::{Args, Subcommand};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use similar::TextDiff;

use super::{Common, Format, serve, shown::Paint, talk};
use crate::{
    clock::Clock,
    config::{self, Sources},
    store::{
        Db,
        configs::{self, InForce},
    },
};

const EXAMPLES: &str = "Examples:
  baton config log                     what came into force when, and what was changed
  baton config show 3f9a12             a configuration by the beginning of its hash, without secrets
  baton config diff 3f9a12 c07b55      what the second says otherwise
  baton config diff 3f9a12             against the file as it is now
  baton config diff 3f9a12 new.toml

`baton serve` keeps each configuration that it starts with, and `baton reload` each that it puts in force. A lead's
route names the hash by which it was decided.";

/// The configurations that were in force.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Config {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// When which came into force, the newest first, and what it says otherwise than the one before.
    Log {
        /// At most so many.
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: u16,
        /// How the result is written.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// One of them, without secrets.
    Show {
        /// Its hash, or the beginning of it.
        hash: String,
        /// How the result is written.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// What one says otherwise than another, in words and line by line.
    Diff {
        /// A hash, or a file.
        one: String,
        /// A hash, or a file [default: the configuration as it is now].
        other: Option<String>,
        /// How the result is written.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}

/// Exit code 2 when there is no such configuration.
pub async fn run(common: &Common, asked: &Config) -> anyhow::Result<ExitCode> {
    let path = common.config();
    let Some(compiled) = serve::read(&path, &Clock::system(), common.log_format) else {
        return Ok(ExitCode::from(2));
    };
    let db = Db::open_read_only(&compiled.database).await?;
    let told = tell(&db, &asked.what, &path).await;
    db.close().await;
    match told? {
        Ok(text) => {
            talk::print(&text)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(wrong) => {
            talk::say(&format!("baton: {wrong}"));
            Ok(ExitCode::from(2))
        }
    }
}

async fn tell(db: &Db, what: &What, path: &Path) -> anyhow::Result<Result<String, String>> {
    let paint = Paint::stdout();
    match what {
        What::Log { limit, format } => {
            let read = db.read(async |mut tx| configs::last(&mut tx, i64::from(*limit) + 1).await);
            Ok(Ok(log(&read.await?, usize::from(*limit), *format, paint)))
        }
        What::Show { hash, format } => {
            let found = find(db, hash).await?;
            Ok(found.map(|it| show(&it, *format)))
        }
        What::Diff { one, other, format } => {
            let one = files(db, one).await?;
            let other = match other {
                Some(other) => files(db, other).await?,
                None => Ok((path.display().to_string(), on_disk(path)?)),
            };
            Ok(one.and_then(|one| Ok(diff(&one, &other?, *format, paint))))
        }
    }
}

fn log(all: &[InForce], limit: usize, format: Format, paint: Paint) -> String {
    let entry = |place: usize| {
        let one = &all[place];
        let before = all.get(place + 1);
        let changes = before.map(|it| config::difference(&sources(it), &sources(one)));
        (one, changes)
    };
    let entries = (0..all.len().min(limit)).map(entry);
    if format == Format::Json {
        let entries = entries
            .map(|(one, changes)| json!({"at": one.at, "hash": one.hash, "changes": changes}));
        return format!("{}\n", json!({"configs": entries.collect::<Vec<_>>()}));
    }
    if all.is_empty() {
        return "None has been in force yet: `baton serve` keeps the one it starts with.\n"
            .to_owned();
    }
    let entries = entries.map(|(one, changes)| {
        let head = paint.strong(short(&one.hash));
        let changes = match changes {
            Some(changes) if changes.is_empty() => "  the same in other words\n".to_owned(),
            Some(changes) => changes.iter().map(|it| format!("  {it}\n")).collect(),
            None => String::new(),
        };
        format!("{head}  {}\n{changes}", moment(one.at))
    });
    entries.collect()
}

/// So much of a hash as names it.
fn short(hash: &str) -> &str {
    let digits = hash.strip_prefix("sha256:").unwrap_or(hash);
    digits.get(..12).unwrap_or(digits)
}

fn moment(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::system());
    at.strftime("%a %-d %b %Y %H:%M:%S %Z").to_string()
}

fn sources(one: &InForce) -> Sources {
    Sources::of(&one.files.0)
}

fn show(one: &InForce, format: Format) -> String {
    if format == Format::Json {
        let file = |(name, text): &(String, String)| json!({"name": name, "text": text});
        let files: Vec<_> = one.files.0.iter().map(file).collect();
        return format!(
            "{}\n",
            json!({"at": one.at, "hash": one.hash, "files": files})
        );
    }
    let files = one.files.0.iter();
    let files: String = files
        .map(|(name, text)| format!("# ---- {name}\n{}\n", text.trim_end()))
        .collect();
    let at = moment(one.at);
    format!("# {}\n# in force since {at}\n{files}", one.hash)
}

/// The newest whose hash begins so; the inner error says that there is none, or more than one.
async fn find(db: &Db, hash: &str) -> anyhow::Result<Result<InForce, String>> {
    let begins = hash.strip_prefix("sha256:").unwrap_or(hash);
    let read = db.read(async |mut tx| configs::called(&mut tx, begins).await);
    let found = read.await?;
    let Some(first) = found.first().cloned() else {
        return Ok(Err(format!(
            "no configuration `{hash}` was in force; `baton config log` lists those that were"
        )));
    };
    let others = found.iter().any(|it| it.hash != first.hash);
    Ok(if others {
        Err(format!(
            "several begin with `{hash}`; give more of the hash"
        ))
    } else {
        Ok(first)
    })
}

/// A configuration's name, and its files.
type Side = (String, Vec<(String, String)>);

/// The one with this hash, else the file of this name.
async fn files(db: &Db, named: &str) -> anyhow::Result<Result<Side, String>> {
    let path = Path::new(named);
    if path.exists() {
        return Ok(Ok((named.to_owned(), on_disk(path)?)));
    }
    let found = find(db, named).await?;
    Ok(found.map(|it| (short(&it.hash).to_owned(), it.files.0)))
}

/// A configuration as it stands in files, without secrets.
fn on_disk(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let env = |_: &str| Some(String::new());
    let reading = config::read(path, &env);
    let files = reading.sources.without_secrets();
    anyhow::ensure!(!files.is_empty(), "reading {}", path.display());
    Ok(files)
}

fn diff((one, old): &Side, (other, new): &Side, format: Format, paint: Paint) -> String {
    let changes = config::difference(&Sources::of(old), &Sources::of(new));
    let lines: String = pairs(old, new)
        .into_iter()
        .map(|(name, old, new)| {
            TextDiff::from_lines(old, new)
                .unified_diff()
                .header(&format!("{one} {name}"), &format!("{other} {name}"))
                .to_string()
        })
        .collect();
    if format == Format::Json {
        return format!(
            "{}\n",
            json!({"from": one, "to": other, "changes": changes, "diff": lines})
        );
    }
    if lines.is_empty() {
        return format!("{one} and {other} are the same, apart from secrets.\n");
    }
    let words: String = match changes.as_slice() {
        [] => "The same in other words.\n".to_owned(),
        some => some.iter().map(|it| format!("{it}\n")).collect(),
    };
    let coloured = lines.lines().map(|line| match line.chars().next() {
        Some('+') => paint.good(line) + "\n",
        Some('-') => paint.bad(line) + "\n",
        Some(_) | None => format!("{line}\n"),
    });
    words + "\n" + &coloured.collect::<String>()
}

/// Files of the same name side by side; the first of each are the configurations themselves, whatever their names.
fn pairs<'f>(
    old: &'f [(String, String)],
    new: &'f [(String, String)],
) -> Vec<(&'f str, &'f str, &'f str)> {
    let first = old.first().zip(new.first());
    let first = first.map(|((_, old), (name, new))| (name.as_str(), old.as_str(), new.as_str()));
    let rest = |files: &'f [(String, String)]| files.get(1..).unwrap_or_default();
    let text_in = |files: &'f [(String, String)], name: &str| {
        let found = files.iter().find(|(it, _)| it == name);
        found.map_or("", |(_, text)| text.as_str())
    };
    let (old, new) = (rest(old), rest(new));
    let kept = old
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str(), text_in(new, name)));
    let added = new
        .iter()
        .filter(|(name, _)| !old.iter().any(|(it, _)| it == name));
    let added = added.map(|(name, text)| (name.as_str(), "", text.as_str()));
    first.into_iter().chain(kept).chain(added).collect()
}
