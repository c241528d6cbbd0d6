//! Brings a list in, batch by batch, and goes on where the last run stopped.

use std::{path::Path, process::ExitCode, time::Duration};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{List, columns, count::Count, progress::Progress, rejects::Rejects};
use crate::{
    app::import::{Batch, Fate, Importer, Outcome},
    cli::{
        Format,
        control::{self, Ask, Imported},
        shown::Paint,
        talk,
    },
    clock::Clock,
    config::compile::Compiled,
    intake::table::TableRow,
};

/// So often a batch is tried while the database does not answer.
const TRIES: u32 = 20;
/// How long between two tries.
const BETWEEN: Duration = Duration::from_millis(500);

/// Who brings rows in.
enum Hands {
    /// The server that runs.
    Server(std::path::PathBuf),
    /// This process, since none does.
    Own(Importer),
}

/// Brings the list in.
pub async fn run(
    list: &List<'_>,
    compiled: Compiled,
    config: &Path,
    clock: Clock,
) -> anyhow::Result<ExitCode> {
    let stop = talk::stop_signal()?;
    let hands = Hands::of(compiled, config, clock).await?;
    let mut work = Work {
        list,
        count: Count::default(),
        rejects: Rejects::of(
            &list.asked.file,
            list.asked.list.rejects.as_deref(),
            &list.table.columns,
        ),
        progress: Progress::of(list.table.rows.len()),
    };
    let done = work.all(&hands, &stop).await;
    let flushed = work.rejects.flush();
    if let Hands::Own(importer) = &hands {
        importer.close().await;
    }
    work.tell(&done)?;
    flushed?;
    done.map(|done| {
        if done {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    })
}

impl Hands {
    async fn of(compiled: Compiled, config: &Path, clock: Clock) -> anyhow::Result<Self> {
        let socket = control::path(&compiled.database, config);
        if tokio::net::UnixStream::connect(&socket).await.is_ok() {
            return Ok(Self::Server(socket));
        }
        Ok(Self::Own(Importer::open(compiled, clock).await?))
    }

    async fn bring(&self, batch: &Batch) -> anyhow::Result<Imported> {
        match self {
            Self::Own(importer) => Ok(importer.bring(batch.clone()).await.into()),
            Self::Server(socket) => {
                let answer = control::ask(socket, Ask::Import(batch.clone())).await;
                match answer {
                    Ok(Some(answer)) => Ok(answer),
                    Ok(None) => anyhow::bail!("the server is no longer there"),
                    Err(error) => {
                        anyhow::bail!("the server gave no answer, it may have stopped ({error})")
                    }
                }
            }
        }
    }
}

/// A list on its way.
struct Work<'a> {
    list: &'a List<'a>,
    count: Count,
    rejects: Rejects,
    progress: Progress,
}

impl Work<'_> {
    /// Brings all rows in; whether it was not stopped before.
    async fn all(&mut self, hands: &Hands, stop: &CancellationToken) -> anyhow::Result<bool> {
        for rows in self.list.batches() {
            if stop.is_cancelled() {
                return Ok(false);
            }
            let batch = self.list.batch(rows);
            let outcomes = self.bring(hands, &batch).await?;
            self.note(rows, outcomes)?;
            self.progress.add(rows.len());
        }
        Ok(true)
    }

    async fn bring(&self, hands: &Hands, batch: &Batch) -> anyhow::Result<Vec<Outcome>> {
        for tried in 1.. {
            match hands.bring(batch).await? {
                Imported::Rows(rows) if rows.len() == batch.rows.len() => return Ok(rows),
                Imported::Rows(_) => anyhow::bail!("the server is of another version; restart it"),
                Imported::Refused(why) => anyhow::bail!(why),
                Imported::Later(why) if tried >= TRIES => anyhow::bail!(why),
                Imported::Later(why) => {
                    self.progress.say(&format!("{why}; trying again"));
                    tokio::time::sleep(BETWEEN).await;
                }
            }
        }
        anyhow::bail!("it was tried too often")
    }

    /// Counts what became of rows, and writes those down that can't be used.
    fn note(&mut self, rows: &[TableRow], outcomes: Vec<Outcome>) -> anyhow::Result<()> {
        let mut outcomes = outcomes.into_iter();
        for row in rows {
            let outcome = match &row.problem {
                Some(problem) => Some(Outcome {
                    fate: Fate::Rejected,
                    problems: vec![problem.clone()],
                }),
                None => outcomes.next(),
            };
            let Some(outcome) = outcome else { continue };
            self.count.add(&outcome);
            if outcome.fate == Fate::Rejected {
                let columns = &self.list.table.columns;
                self.rejects.add(row, columns, &outcome.problems)?;
            }
        }
        self.rejects.flush()
    }

    fn tell(self, done: &anyhow::Result<bool>) -> anyhow::Result<()> {
        self.progress.end();
        let rejects = self.rejects.path();
        match self.list.asked.list.format {
            Format::Json => {
                let mut said = self.count.as_json();
                said["done"] = json!(matches!(done, Ok(true)));
                said["rejects"] = json!(rejects.map(|it| it.display().to_string()));
                said["columns"] = columns::as_json(self.list.plan);
                talk::print(&format!("{said}\n"))?;
            }
            Format::Text => talk::print(&self.count.in_words(false, Paint::stdout()))?,
        }
        if let Some(path) = rejects {
            talk::say(&format!(
                "Rows that can't be used are in {}.",
                path.display()
            ));
        }
        if !matches!(done, Ok(true)) {
            talk::say(
                "It stopped before the end. Run the same again: what was brought in is not brought in twice.",
            );
        }
        Ok(())
    }
}
