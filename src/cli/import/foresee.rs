//! `--dry-run`: what would become of a list. Reads only, beside a running server too.

use std::{collections::BTreeSet, path::PathBuf, process::ExitCode};

use anyhow::Context;
use serde_json::json;

use super::{List, columns, count::Count, progress::Progress};
use crate::{
    app::import::{Fate, Forecast, Importer, Outcome},
    cli::{Format, shown::Paint, talk},
    clock::Clock,
    config::compile::Compiled,
};

/// Says what would become of each row.
pub async fn run(list: &List<'_>, compiled: Compiled, clock: Clock) -> anyhow::Result<ExitCode> {
    let scratch = Scratch::if_there_is_none(&compiled.database, &clock)?;
    let importer = match &scratch {
        Some(scratch) => {
            let database = scratch.database();
            Importer::open(
                Compiled {
                    database,
                    ..compiled
                },
                clock,
            )
            .await?
        }
        None => Importer::open_read_only(compiled, clock).await?,
    };
    let count = forecast(list, &importer).await;
    importer.close().await;
    let count = count?;
    talk::print(&match list.asked.list.format {
        Format::Text => count.in_words(true, Paint::stdout()),
        Format::Json => {
            let mut said = count.as_json();
            said["dry_run"] = json!(true);
            said["columns"] = columns::as_json(list.plan);
            format!("{said}\n")
        }
    })?;
    talk::say("This was a dry run: nothing was written.");
    Ok(ExitCode::SUCCESS)
}

async fn forecast(list: &List<'_>, importer: &Importer) -> anyhow::Result<Count> {
    let (mut count, mut progress) = (Count::default(), Progress::of(list.table.rows.len()));
    let mut met = BTreeSet::new();
    for rows in list.batches() {
        for problem in rows.iter().filter_map(|row| row.problem.clone()) {
            count.add(&Outcome {
                fate: Fate::Rejected,
                problems: vec![problem],
            });
        }
        for forecast in importer.foresee(list.batch(rows)).await? {
            add(&mut count, &mut met, forecast);
        }
        progress.add(rows.len());
    }
    progress.end();
    Ok(count)
}

fn add(count: &mut Count, met: &mut BTreeSet<String>, mut forecast: Forecast) {
    let known = forecast
        .person
        .as_ref()
        .is_some_and(|sign| met.contains(sign));
    met.extend(forecast.person);
    if forecast.outcome.fate == Fate::Lead && known {
        // By then the row before it has made the lead.
        forecast.outcome.fate = Fate::Joined;
    }
    count.add(&forecast.outcome);
    if forecast.outcome.fate == Fate::Lead {
        let rule = forecast.rule.as_ref().map_or("no rule", |it| it.as_str());
        let team = forecast.team.as_ref().map_or("–", |it| it.as_str());
        count.add_way(rule, team);
    }
}

/// An empty database for as long as somebody looks, where there is none yet.
struct Scratch(PathBuf);

impl Scratch {
    fn if_there_is_none(database: &str, clock: &Clock) -> anyhow::Result<Option<Self>> {
        let Some(file) = database.strip_prefix("sqlite:") else {
            return Ok(None);
        };
        let file = file.strip_prefix("//").unwrap_or(file);
        if PathBuf::from(file.split('?').next().unwrap_or(file)).exists() {
            return Ok(None);
        }
        let name = clock.chance(clock.now()).next_ulid();
        let dir = std::env::temp_dir().join(format!("baton-{name}"));
        std::fs::create_dir(&dir).context("making a directory for an empty database")?;
        Ok(Some(Self(dir)))
    }

    fn database(&self) -> String {
        format!("sqlite:{}", self.0.join("baton.db").display())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in the directory for temporary files does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
