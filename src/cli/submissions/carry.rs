//! `baton submissions replay` and `drop`: by the server that runs, else here.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use clap::Args;
use jiff::Zoned;
use serde_json::json;

use super::{Which, wrong};
use crate::{
    app::App,
    cli::{
        Common, Format,
        control::{self, Ask, Order, Ordered, Task},
        shown::Paint,
        talk,
    },
    clock::Clock,
    config::compile::Compiled,
    domain::{id::SubmissionId, submission::Status},
    http::{self, How, Outcome, Replayed},
    store::{self, Db, submissions, submissions::Selection},
};

pub const REPLAYS: &str = "Examples:
  baton submissions replay sub_01KB…            this one, whatever filters say
  baton submissions replay --source website --dry-run
  baton submissions replay --since 2d           all that were quarantined since
  baton submissions replay --status ignored --filter competitors --since 1d

Without an ID, and without --status, only quarantined ones are read once more. One that has made its leads makes no
others. Whoever is named by ID is let in past the filters; in a selection filters count as they do for a webhook, unless
--past-filters is given. Their clock begins when they are let in.";

pub const DROPS: &str = "Examples:
  baton submissions drop sub_01KB… sub_01KC…
  baton submissions drop --source website --until 2026-11-01 --dry-run

What is put away is kept whole, as `ignored`; `baton submissions replay ID` lets it in all the same.";

/// How many the server is asked for at once: little enough that a reload beside it does not wait.
const AT_ONCE: usize = 20;

/// How many ids are read at once.
const PAGE: i64 = 1_000;

/// Reads submissions once more.
#[derive(Debug, Args)]
pub struct Replay {
    #[command(flatten)]
    task: Wanted,
    /// Filters keep nobody out who is selected.
    #[arg(long)]
    past_filters: bool,
}

/// Puts submissions away.
#[derive(Debug, Args)]
pub struct Drop {
    #[command(flatten)]
    task: Wanted,
}

/// Which, and how it is told.
#[derive(Debug, Args)]
struct Wanted {
    /// These ones.
    #[arg(value_name = "ID", conflicts_with_all = ["source", "status", "since", "until", "filter"])]
    ids: Vec<String>,
    #[command(flatten)]
    which: Which,
    /// Only says what would become of them.
    #[arg(long)]
    dry_run: bool,
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub async fn replay(
    common: &Common,
    compiled: Compiled,
    asked: &Replay,
    now: &Zoned,
) -> anyhow::Result<ExitCode> {
    let named = !asked.task.ids.is_empty();
    let how = How {
        waive: named || asked.past_filters,
        ignored: named || asked.task.which.status == Some(Status::Ignored),
        dry: asked.task.dry_run,
    };
    carry(common, compiled, (&asked.task, Task::Replay, how), now).await
}

pub async fn put_away(
    common: &Common,
    compiled: Compiled,
    asked: &Drop,
    now: &Zoned,
) -> anyhow::Result<ExitCode> {
    if asked.task.ids.is_empty() && asked.task.which.is_empty() {
        return wrong("say which: IDs, or --source, --since, --until, --filter, --status");
    }
    let how = How {
        dry: asked.task.dry_run,
        ..How::default()
    };
    carry(common, compiled, (&asked.task, Task::Drop, how), now).await
}

async fn carry(
    common: &Common,
    compiled: Compiled,
    (wanted, task, how): (&Wanted, Task, How),
    now: &Zoned,
) -> anyhow::Result<ExitCode> {
    let ids = if wanted.ids.is_empty() {
        let mut which = match wanted.which.selection(&compiled, now) {
            Ok(which) => which,
            Err(what) => return wrong(&what),
        };
        let usual = || "quarantined".to_owned();
        which.status = Some(which.status.unwrap_or_else(usual));
        select(&compiled, &which).await?
    } else {
        let named = wanted
            .ids
            .iter()
            .filter(|it| !it.contains(char::is_control));
        named.map(|id| SubmissionId::from(id.as_str())).collect()
    };
    let done = if how.dry {
        let app = App::reading(compiled, Clock::system()).await?;
        let done = here(&app, &ids, task, how).await;
        app.engine().db().close().await;
        done
    } else {
        by_whom(common, compiled, &ids, task, how).await?
    };
    tell(done, wanted.format, how)
}

/// Exit code 1 when there is no such submission, or not all of it was done.
fn tell(done: Ordered, format: Format, how: How) -> anyhow::Result<ExitCode> {
    talk::print(&match format {
        Format::Json => format!(
            "{}\n",
            json!({ "submissions": done.done, "trouble": done.trouble })
        ),
        Format::Text => in_words(&done, how, Paint::stdout()),
    })?;
    let lost = done.done.iter().any(|one| one.outcome == Outcome::Unknown);
    Ok(match done.trouble {
        Some(trouble) => {
            talk::say(&format!("baton: {trouble}"));
            ExitCode::FAILURE
        }
        None if lost => ExitCode::FAILURE,
        None => ExitCode::SUCCESS,
    })
}

/// The names of a selection, the oldest first.
async fn select(compiled: &Compiled, which: &Selection) -> anyhow::Result<Vec<SubmissionId>> {
    let db = Db::open_read_only(&compiled.database).await?;
    let mut ids: Vec<SubmissionId> = Vec::new();
    let read = async {
        loop {
            let last = ids.last().cloned();
            let page = db
                .read(async |mut tx| submissions::oldest(&mut tx, which, last.as_ref(), PAGE).await)
                .await?;
            if page.is_empty() {
                return Ok::<_, store::Error>(());
            }
            ids.extend(page.into_iter().map(|one| one.id));
        }
    };
    let read = read.await;
    db.close().await;
    read?;
    Ok(ids)
}

/// Has the server do it that runs; without one it is done here, and what follows is sent when one starts.
async fn by_whom(
    common: &Common,
    compiled: Compiled,
    ids: &[SubmissionId],
    task: Task,
    how: How,
) -> anyhow::Result<Ordered> {
    let socket = control::path(&compiled.database, &common.config());
    let mut all = Ordered::default();
    for some in ids.chunks(AT_ONCE) {
        let order = Order {
            ids: some.to_vec(),
            task,
            how,
        };
        let Some(done) = control::ask::<Ordered>(&socket, Ask::Submissions(order)).await? else {
            if all.done.is_empty() {
                let app = App::build(compiled, Clock::system()).await?;
                let done = here(&app, ids, task, how).await;
                app.engine().db().close().await;
                return Ok(done);
            }
            all.trouble = Some("the server has stopped; run this again for the rest".to_owned());
            break;
        };
        all.done.extend(done.done);
        progress(all.done.len(), ids.len());
        if done.trouble.is_some() {
            all.trouble = done.trouble;
            break;
        }
    }
    Ok(all)
}

/// Does it in this process.
async fn here(app: &App, ids: &[SubmissionId], task: Task, how: How) -> Ordered {
    let mut all = Ordered::default();
    for some in ids.chunks(AT_ONCE) {
        let order = Order {
            ids: some.to_vec(),
            task,
            how,
        };
        let done = carry_out(app.intake(), &order).await;
        all.done.extend(done.done);
        progress(all.done.len(), ids.len());
        if done.trouble.is_some() {
            all.trouble = done.trouble;
            break;
        }
    }
    all
}

/// Does what a command has asked for, one submission after the other, until the database does not answer.
pub async fn carry_out(intake: &http::App, order: &Order) -> Ordered {
    let mut said = Ordered::default();
    for id in &order.ids {
        let done = match order.task {
            Task::Replay => http::replay(intake, id, order.how).await,
            Task::Drop => http::put_away(intake, id, order.how).await,
        };
        match done {
            Ok(done) => said.done.push(done),
            Err(error) => {
                said.trouble = Some(format!("{id}: {error}"));
                break;
            }
        }
    }
    said
}

/// How far it is, to a person who waits.
fn progress(done: usize, of: usize) {
    let mut err = std::io::stderr();
    if of <= AT_ONCE || !err.is_terminal() {
        return;
    }
    let end = if done == of { "\n" } else { "" };
    // Nobody is left to tell when stderr is closed.
    let _ = write!(err, "\r{done} of {of}{end}");
}

fn in_words(ordered: &Ordered, how: How, paint: Paint) -> String {
    let mut said = String::new();
    for one in &ordered.done {
        said.push_str(&format!("{}  {}\n", one.submission, line(one, how, paint)));
    }
    let good = |one: &&Replayed| match one.outcome {
        Outcome::LetIn | Outcome::WouldBeLetIn | Outcome::Fetching | Outcome::PutAway => true,
        Outcome::NotYet
        | Outcome::MadeBefore
        | Outcome::Waits
        | Outcome::Ignored
        | Outcome::Test
        | Outcome::NoSource
        | Outcome::Unknown => false,
    };
    let count = ordered.done.iter().filter(good).count();
    let of = ordered.done.len();
    let dry = if how.dry { " Nothing was changed." } else { "" };
    said.push_str(&match of {
        0 => "There is nothing to do: no such submission.\n".to_owned(),
        _ => format!("{}{dry}\n", paint.strong(&format!("{count} of {of}."))),
    });
    said
}

fn line(one: &Replayed, how: How, paint: Paint) -> String {
    let numbers: Vec<String> = one.leads.iter().map(ToString::to_string).collect();
    let leads = match numbers.as_slice() {
        [] => String::new(),
        [only] => format!(": lead {only}"),
        some => format!(": leads {}", some.join(", ")),
    };
    let why = one.problems.join("; ");
    match one.outcome {
        Outcome::LetIn => format!("{}{leads}", paint.good("let in")),
        Outcome::WouldBeLetIn => paint.good("would be let in"),
        Outcome::Fetching if how.dry => paint.good("its person would be asked for once more"),
        Outcome::Fetching => paint.good("its person is asked for once more"),
        Outcome::PutAway if how.dry => paint.good("would be put away"),
        Outcome::PutAway => paint.good("put away"),
        Outcome::NotYet => format!("{}: {why}", paint.warn("not usable yet")),
        Outcome::MadeBefore => format!("made its leads before{leads}; nothing was done"),
        Outcome::Waits => format!("{}; its turn comes by itself", one.status),
        Outcome::Ignored => format!("ignored: {why}"),
        Outcome::Test => "a test; nothing was done".to_owned(),
        Outcome::NoSource => paint.warn("its source is not in the configuration; nothing was done"),
        Outcome::Unknown => paint.bad("there is no such submission"),
    }
}
