//! `baton simulate`: leads of the past through a configuration, or through two of them.

mod apart;
mod gather;
mod rows;
mod written;

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Common, import::progress::Progress, serve, shown::Paint, talk};
use crate::{
    clock::Clock,
    config::compile::Compiled,
    domain::{calendar::Period, policy::Policy},
    rules::Rules,
    simulate::{self, Answers, History, Outcome, Usual},
    store::Db,
};

use gather::Gathered;

const EXAMPLES: &str = "Examples:
  baton simulate                               all stored leads through ./baton.toml
  baton simulate --against new.toml --since 30d
  baton simulate --leads leads.csv --source website --chart reps.png
  baton simulate --leads leads.jsonl --format csv > who-got-what.csv

Every arrival, answer and due step is decided by the code that runs live; only the clock is another one. Working hours,
holidays and stored absences hold. At the beginning nobody has anything to do, or with --since what they still own from
before; it ends two weeks after the last arrival.

Answers: whoever was asked for a stored lead in fact answers the same, as late as then. For everybody else one of their
own answers is drawn (from five on; else one of all answers), the same one in every run. Where nothing is known, who is
asked accepts after --accept-after, tries to reach the lead --contact-after later (both in their working hours), and
ends it --end-after later. Whoever comes back within the list joins the earlier lead while that is open. What waits in a
queue to be pulled is taken by whoever of its team is free and carries least. Of a lead in review a manager decides as in
fact, or as they usually do; where nothing is known it goes on by the rules --review-after later, in their working
hours. Who has declined as often as the rules allow lets the offer lie. `score.win` is as it was when the lead came; where
no rule asked for it then, as it is today.

A file is CSV or JSON objects as for `baton import`, with a column for the time of arrival; a column `source` may name
the source of a row. It reads only, beside a running server too.";

/// Replay leads through a configuration; compare two.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Simulate {
    /// The leads: CSV, or JSON objects; `-` reads stdin [default: those that are stored].
    #[arg(long, value_name = "FILE")]
    leads: Option<PathBuf>,
    /// The source by which leads of a file came, where no column says so.
    #[arg(long, value_name = "ID", requires = "leads")]
    source: Option<String>,
    /// Another configuration, to compare with lead by lead.
    #[arg(long, value_name = "CONFIG")]
    against: Option<PathBuf>,
    /// Only leads that came since: `30d`, a day or a moment.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Only leads that came before: `30d`, a day (which counts) or a moment.
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// From the card to the accept, where nothing is known.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = time)]
    accept_after: SignedDuration,
    /// From a lead's coming into review to its going on by the rules, where nothing is known.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = time)]
    review_after: SignedDuration,
    /// From the accept to the first attempt, where nothing is known.
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = time)]
    contact_after: SignedDuration,
    /// From the accept to the end, where nothing is known.
    #[arg(long, value_name = "TIME", default_value = "10d", value_parser = time)]
    end_after: SignedDuration,
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Written,
    /// Draws who would have had how many, as a PNG.
    #[arg(long, value_name = "FILE.png")]
    chart: Option<PathBuf>,
}

/// How a simulation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Written {
    /// Tables, for people.
    Text,
    /// An object with all sums and leads, for programs.
    Json,
    /// One line for each lead, for spreadsheets.
    Csv,
}

fn time(typed: &str) -> Result<SignedDuration, String> {
    match typed.parse::<Period>() {
        Ok(Period::Time(time)) => Ok(time),
        Ok(Period::BusinessDays(_)) => Err("write a time such as `90s`, `5m` or `4h`".to_owned()),
        Err(wrong) => Err(wrong.to_string()),
    }
}

/// A configuration with what came of it.
struct Played {
    /// As it was named.
    name: String,
    rules: Rules,
    outcome: Outcome,
}

/// Everything that is told.
struct Report<'a> {
    gathered: &'a Gathered,
    answers: &'a Answers,
    one: &'a Played,
    other: Option<&'a Played>,
}

/// Exit code 2 when a configuration, the file or what is asked for can't be understood.
pub async fn run(common: &Common, asked: &Simulate) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let path = common.config();
    let Some(compiled) = serve::read(&path, &clock, common.log_format) else {
        return Ok(ExitCode::from(2));
    };
    let against = match &asked.against {
        Some(path) => match serve::read(path, &clock, common.log_format) {
            Some(other) => Some((path.display().to_string(), other)),
            None => return Ok(ExitCode::from(2)),
        },
        None => None,
    };
    let between = match asked.between(&clock) {
        Ok(between) => between,
        Err(wrong) => return refuse(&wrong),
    };
    if let Some(source) = &asked.source
        && !compiled.sources.iter().any(|it| it.id.as_str() == source)
    {
        talk::say(&super::send::no_source(source, &compiled.sources));
        return Ok(ExitCode::from(2));
    }
    let input = match asked
        .gather(compiled, against, between, clock.now())
        .await?
    {
        Ok(input) => input,
        Err(wrong) => return refuse(&wrong),
    };
    let gathered = input.gathered;
    let answers = Answers::of(&gathered.arrivals, asked.usual());
    let mut played = Vec::new();
    for ((name, rules), history) in input.sides {
        let name = name.unwrap_or_else(|| path.display().to_string());
        played.push(play(name, rules, &history, &gathered, &answers));
    }
    let Some((one, others)) = played.split_first() else {
        return Ok(ExitCode::FAILURE);
    };
    let report = Report {
        gathered: &gathered,
        answers: &answers,
        one,
        other: others.first(),
    };
    if let Some(file) = &asked.chart {
        draw(&report, file)?;
    }
    tell(&report, asked.format)
}

fn refuse(wrong: &str) -> anyhow::Result<ExitCode> {
    talk::say(&format!("baton: {wrong}"));
    Ok(ExitCode::from(2))
}

/// The rules with their name, where they are not those of the usual configuration.
type Named = (Option<String>, Rules);

/// Between which moments leads came.
type Between = (Option<Timestamp>, Option<Timestamp>);

/// What a simulation needs.
struct Input {
    gathered: Gathered,
    /// One configuration or two, each with what is known of its people.
    sides: Vec<(Named, History)>,
}

impl Simulate {
    fn usual(&self) -> Usual {
        Usual {
            accept: self.accept_after,
            review: self.review_after,
            contact: self.contact_after,
            end: self.end_after,
        }
    }

    fn between(&self, clock: &Clock) -> Result<Between, String> {
        let now = clock.now().to_zoned(TimeZone::system());
        let at = |text: &Option<String>, end| {
            let text = text.as_deref();
            text.map(|text| super::submissions::moment(text, &now, end))
                .transpose()
        };
        Ok((at(&self.since, false)?, at(&self.until, true)?))
    }

    /// Reads the leads and the people; the inner error is the user's to mend.
    async fn gather(
        &self,
        compiled: Compiled,
        against: Option<(String, Compiled)>,
        between: Between,
        now: Timestamp,
    ) -> anyhow::Result<Result<Input, String>> {
        let (sources, database) = (compiled.sources, compiled.database);
        let db = match Db::open_read_only(&database).await {
            Ok(db) => Some(db),
            Err(error) if self.leads.is_none() => return Err(error.into()),
            Err(_) => {
                talk::say("No database could be read: absences and chat profiles are not known.");
                None
            }
        };
        let one = std::iter::once((None, compiled.policy));
        let other = against.map(|(name, it)| (Some(name), it.policy));
        let mut sides = Vec::new();
        for (name, mut policy) in one.chain(other) {
            let history = self
                .people(db.as_ref(), &mut policy, between.0, now)
                .await?;
            sides.push(((name, Rules::new(policy)), history));
        }
        let gathered = match (&self.leads, &db) {
            (Some(file), _) => gather::from_file(file, self.source.as_deref(), &sources)?,
            (None, Some(db)) => {
                let ((_, rules), history) = &sides[0];
                Ok(gather::stored(db, rules, history, between).await?)
            }
            (None, None) => Ok(Gathered::default()),
        };
        if let Some(db) = db {
            db.close().await;
        }
        let gathered = gathered.map(|gathered| gathered.between(between));
        Ok(gathered.map(|gathered| Input { gathered, sides }))
    }

    /// What is stored of the people of a configuration.
    async fn people(
        &self,
        db: Option<&Db>,
        policy: &mut Policy,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> anyhow::Result<History> {
        let Some(db) = db else {
            return Ok(History::default());
        };
        let mut history = gather::people(db, policy, now).await?;
        if let (Some(since), None) = (since, &self.leads) {
            history.carried = gather::carried(db, since).await?;
        }
        Ok(history)
    }
}

/// Plays the leads through one configuration, with a bar for who looks on.
fn play(
    name: String,
    rules: Rules,
    history: &History,
    gathered: &Gathered,
    answers: &Answers,
) -> Played {
    let arrivals = &gathered.arrivals;
    let mut progress = Progress::named(arrivals.len(), "leads");
    let mut before = 0;
    let outcome = simulate::simulate(&rules, history, arrivals, answers, &mut |come| {
        // A bar that moves a hundred times is smooth enough.
        if come - before >= arrivals.len().div_ceil(100) {
            progress.add(come - before);
            before = come;
        }
    });
    progress.end();
    Played {
        name,
        rules,
        outcome,
    }
}

fn tell(report: &Report<'_>, format: Written) -> anyhow::Result<ExitCode> {
    let paint = Paint::stdout();
    talk::print(&match (format, report.other) {
        (Written::Text, None) => written::text(report, paint),
        (Written::Text, Some(other)) => apart::text(report, other, paint),
        (Written::Json, _) => format!("{}\n", rows::json(report)),
        (Written::Csv, _) => rows::csv(report),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn draw(report: &Report<'_>, file: &Path) -> anyhow::Result<()> {
    let picture = crate::chat::slack::draw(&written::chart(report))?;
    std::fs::write(file, picture).with_context(|| format!("writing {}", file.display()))?;
    if std::io::stderr().is_terminal() {
        talk::say(&format!("The picture is in {}", file.display()));
    }
    Ok(())
}
