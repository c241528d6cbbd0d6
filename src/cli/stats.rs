//! `baton stats [WHAT…]`: the numbers of `/leadstats`, as a table or for programs.

mod experiment;
mod sheet;
mod written;

use std::{collections::BTreeMap, process::ExitCode};

use clap::{Args, ValueEnum};
use jiff::{Timestamp, Zoned, tz::TimeZone};

use super::{Common, serve, shown::Paint, talk};
use crate::{
    clock::Clock,
    commands::{
        self, Command, CommandWords, Named, Period, StatsAsk, StatsOf,
        numbers::{self, Gathered, Wanted},
    },
    domain::{id::TeamId, policy::Policy, stats::By},
    store::{
        self, Db, accounts,
        filtered::{self, Count},
        tally::Scope,
    },
    words::stats as said,
};

const EXAMPLES: &str = "Examples:
  baton stats                          all teams by rep, this week
  baton stats enterprise last month
  baton stats by source 2026-11-01..2026-11-15
  baton stats ayse quarter --format json
  baton stats by hour month --format csv > hours.csv
  baton stats experiment speed         how its arms do, and what that proves

What is the same as behind /leadstats: a team or a rep, then `by` rep, team, source, territory, type, rule or hour, then
today, week, month, quarter (`last` before it for the one before) or FROM..TO. Periods go by arrival. `experiment` and
its name tell of the leads of each arm since it began, or of a period: how many were contacted and won and how soon,
with confidence intervals and tests, and how many leads are missing for a proof.";

/// The numbers of `/leadstats`; reads only, beside a running server too.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Stats {
    /// Whose, by what, and when [default: all teams by rep, this week].
    #[arg(value_name = "WHAT")]
    what: Vec<String>,
    /// Whose days and hours, for instance `Europe/Berlin` [default: this machine's].
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// How the numbers are written.
    #[arg(long, value_enum, default_value = "text")]
    format: Written,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Written {
    /// A table, for people.
    Text,
    /// An object, for programs.
    Json,
    /// Lines, for spreadsheets.
    Csv,
}

/// What was asked for, with its answer.
struct Report {
    /// "All teams", "Team sdr", "Jonas Weber".
    whose: String,
    by: Option<By>,
    /// "this week".
    period: String,
    from: Timestamp,
    to: Timestamp,
    now: Zoned,
    numbers: Gathered,
    /// What reasons for declining are called.
    labels: BTreeMap<String, String>,
    /// What filters did; only of all teams together, since they come before those.
    filters: Vec<Count>,
}

impl Report {
    /// A reason as reps choose it.
    fn label(&self, id: &str) -> String {
        self.labels.get(id).map_or(id, String::as_str).to_owned()
    }
}

/// Exit code 2 when it is not clear what is asked for.
pub async fn run(common: &Common, asked: &Stats) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let Some(compiled) = serve::read(&common.config(), &clock, common.log_format) else {
        return Ok(ExitCode::from(2));
    };
    let wrong = |what: &str| {
        talk::say(&format!("baton: {what}"));
        Ok(ExitCode::from(2))
    };
    let now = match zone(asked.zone.as_deref()) {
        Ok(zone) => clock.now().to_zoned(zone),
        Err(what) => return wrong(&what),
    };
    let ask = match understood(&asked.what, &now) {
        Ok(ask) => ask,
        Err(what) => return wrong(&what),
    };
    let db = Db::open_read_only(&compiled.database).await?;
    let told = match ask {
        Ask::Numbers(ask) => {
            let report = tell(&db, &compiled.policy, ask, now).await;
            report.map(|report| report.map(|report| write(&report, asked.format)))
        }
        Ask::Experiment(id, period) => {
            let which = (id.as_deref(), period);
            experiment::tell(&db, &compiled.policy, which, &now, asked.format).await
        }
    };
    db.close().await;
    match told? {
        Ok(text) => {
            talk::print(&text)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(what) => wrong(&what),
    }
}

/// What can be asked for.
enum Ask {
    Numbers(StatsAsk),
    Experiment(Option<String>, Option<Period>),
}

fn write(report: &Report, format: Written) -> String {
    match format {
        Written::Text => written::text(report, Paint::stdout()),
        Written::Json => format!("{}\n", written::json(report)),
        Written::Csv => {
            talk::say(&written::heading(report));
            sheet::csv(report)
        }
    }
}

fn zone(name: Option<&str>) -> Result<TimeZone, String> {
    let Some(name) = name else {
        return Ok(TimeZone::system());
    };
    TimeZone::get(name)
        .map_err(|_| format!("--zone {name:?} is no time zone; write one like Europe/Berlin"))
}

fn understood(what: &[String], now: &Zoned) -> Result<Ask, String> {
    let usual = CommandWords::default();
    match commands::parse("/leadstats", &what.join(" "), now, &usual) {
        Ok(Command::LeadStats(ask)) => Ok(Ask::Numbers(ask)),
        Ok(Command::Experiment { id, period }) => Ok(Ask::Experiment(id, period)),
        // A word that asks for help instead of numbers.
        Ok(_) => Err("`baton stats --help` tells what can be asked for".to_owned()),
        Err(wrong) => Err(format!("{wrong}. `baton stats --help` has examples")),
    }
}

/// Reads the numbers; the inner error is what who asks must say otherwise.
async fn tell(
    db: &Db,
    policy: &Policy,
    ask: StatsAsk,
    now: Zoned,
) -> Result<Result<Report, String>, store::Error> {
    let users = db
        .read(async |mut tx| accounts::users(&mut tx).await)
        .await?;
    let named = |named: &Named| match team(policy, named) {
        Some(team) => Ok((format!("Team {team}"), of_team(team))),
        None => named.find(policy, &users).map(|rep| {
            let scope = Scope {
                teams: None,
                rep: Some(rep.clone()),
            };
            (policy.name_of(&rep).to_owned(), scope)
        }),
    };
    let (whose, scope) = match &ask.of {
        None | Some(StatsOf::All) => ("All teams".to_owned(), Scope::default()),
        Some(StatsOf::Me) => return Ok(Err("name a rep: the command line is nobody".to_owned())),
        Some(StatsOf::Named(name)) => match named(name) {
            Ok(found) => found,
            Err(unknown) => return Ok(Err(format!("{unknown}. {}", teams(policy)))),
        },
    };
    let by = ask.by.or_else(|| scope.rep.is_none().then_some(By::Rep));
    if by == Some(By::Territory) && policy.territories.is_empty() {
        return Ok(Err(said::no_territories()));
    }
    let (from, to) = ask.period.moments(&now);
    let filters = filtered_in(db, &scope, from, to).await?;
    let wanted = Wanted {
        scope,
        by,
        from,
        to,
        zone: now.time_zone().clone(),
    };
    let numbers = numbers::gather(db, policy, &wanted).await?;
    Ok(Ok(Report {
        whose,
        by,
        period: ask.period.said(&now),
        from,
        to,
        now,
        numbers,
        filters,
        labels: policy
            .declines
            .iter()
            .map(|reason| (reason.id.clone(), reason.label.clone()))
            .collect(),
    }))
}

/// What filters did from one moment to another, if everything is asked for.
async fn filtered_in(
    db: &Db,
    scope: &Scope,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Count>, store::Error> {
    if scope.rep.is_some() || scope.teams.is_some() {
        return Ok(Vec::new());
    }
    db.read(async |mut tx| filtered::counts(&mut tx, from, to).await)
        .await
}

fn team(policy: &Policy, named: &Named) -> Option<TeamId> {
    let Named::Name(name) = named else {
        return None;
    };
    let mut teams = policy.teams.iter().map(|team| &team.id);
    teams
        .find(|team| team.as_str().eq_ignore_ascii_case(name))
        .cloned()
}

fn of_team(team: TeamId) -> Scope {
    Scope {
        teams: Some(vec![team]),
        rep: None,
    }
}

fn teams(policy: &Policy) -> String {
    let teams: Vec<&str> = policy.teams.iter().map(|team| team.id.as_str()).collect();
    format!("Teams are {}.", teams.join(", "))
}
