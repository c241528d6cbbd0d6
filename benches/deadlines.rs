//! Deadlines by the million: how fast those that are due are found, how late steps are taken beside them, and how
//! many are decided a second when very many fall due at once. No chat is attached, so that nothing is posted.
//!
//! ```sh
//! cargo bench --bench deadlines
//! cargo bench --bench deadlines -- --postgres        # on the server that BATON_TEST_POSTGRES names
//! ```

#![expect(clippy::print_stdout, reason = "what it prints is the result")]

use std::{cell::Cell, fmt::Write, path::Path, time::Instant};

use anyhow::{Context, bail};
use baton::{
    clock::Clock,
    config::compile,
    domain::{
        id::{LeadId, OfferId},
        lead::{Lead, State},
        plan::StepDone,
        strategy::Odds,
    },
    engine::Engine,
    explain::{Asked, explain},
    rules::Rules,
    store::{Db, Error, leads},
    worker::Worker,
};
use clap::Parser;
use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio_util::sync::CancellationToken;

const REPS: usize = 40;
/// How many leads go into one transaction while the database is filled.
const AT_ONCE: usize = 2000;
/// When the first step of the configuration's SLA is due after the lead's arrival.
const FIRST_STEP: SignedDuration = SignedDuration::from_mins(15);
/// How many steps are watched, and over how long they fall due.
const WATCHED: usize = 1000;
const WATCHED_FOR: SignedDuration = SignedDuration::from_secs(20);

#[derive(Parser)]
struct Args {
    /// On PostgreSQL.
    #[arg(long)]
    postgres: bool,
    /// Leads whose next step is due within a month.
    #[arg(long, default_value_t = 1_000_000)]
    pending: usize,
    /// Leads whose step is due in the same second.
    #[arg(long, default_value_t = 100_000)]
    due: usize,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let dir = tempfile::tempdir()?;
    let url = database(&args, dir.path()).await?;
    let db = Db::open(&url).await?;
    let clock = Clock::system();
    let engine = Engine::new(db.clone(), clock.clone(), rules(dir.path(), clock.now())?);
    let number = Cell::new(1000);
    let fill = async |many: usize, arrived: &dyn Fn(usize) -> Timestamp| {
        let begun = Instant::now();
        for first in (0..many).step_by(AT_ONCE) {
            let some = (first..many.min(first + AT_ONCE)).map(|n| {
                number.set(number.get() + 1);
                asked(&engine, number.get(), arrived(n))
            });
            let some: Vec<Lead> = some.collect::<anyhow::Result<_>>()?;
            db.write(async |mut tx| {
                for lead in &some {
                    leads::insert(&mut tx, lead).await?;
                }
                Ok::<_, Error>(())
            })
            .await?;
        }
        println!("{many} leads stored in {:.0?}", begun.elapsed());
        anyhow::Ok(())
    };
    let now = clock.now();
    let month = SignedDuration::from_hours(30 * 24).as_secs();
    let of = i64::try_from(args.pending)?;
    fill(args.pending, &|n| {
        let n = i64::try_from(n).unwrap_or(0);
        now + SignedDuration::from_hours(1) + SignedDuration::from_secs(n * month / of)
    })
    .await?;
    finding(&db, clock.now()).await?;

    let worker = Worker::new(engine.clone(), &baton::chat::Chats::default());
    let begins = clock.now() + SignedDuration::from_secs(5);
    let first = number.get();
    fill(WATCHED, &|n| {
        begins - FIRST_STEP + WATCHED_FOR * i32::try_from(n).unwrap_or(0) / 1000
    })
    .await?;
    lateness(&db, worker.clone(), first + 1).await?;

    let moment = clock.now() + SignedDuration::from_hours(1);
    fill(args.due, &|_| moment - FIRST_STEP).await?;
    clock.advance(SignedDuration::from_mins(61));
    finding(&db, clock.now()).await?;
    let begun = Instant::now();
    let done = worker.tick().await?;
    let took = begun.elapsed();
    #[expect(
        clippy::cast_precision_loss,
        reason = "it is printed with three digits"
    )]
    let each = done.leads as f64 / took.as_secs_f64();
    println!(
        "{} due at once: decided in {took:.1?}, {each:.0}/s",
        done.leads
    );
    db.close().await;
    Ok(())
}

/// How long a look takes at what is due.
async fn finding(db: &Db, now: Timestamp) -> anyhow::Result<()> {
    let mut took = Vec::new();
    let mut found = 0;
    for _ in 0..1000 {
        let begun = Instant::now();
        let due = db
            .read(async |mut tx| leads::due(&mut tx, now, 256).await)
            .await?;
        took.push(begun.elapsed());
        found = due.len();
    }
    took.sort();
    println!(
        "{found} due found: p50 {:.0?}, p99 {:.0?}",
        took[500], took[990]
    );
    Ok(())
}

/// How late the steps of the leads from `first` on are taken by the loops of a running worker.
async fn lateness(db: &Db, worker: Worker, first: i64) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let works = tokio::spawn(worker.run(stop.clone()));
    tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    stop.cancel();
    works.await??;
    let mut late = Vec::new();
    for number in first..first + i64::try_from(WATCHED)? {
        let lead = db
            .read(async |mut tx| leads::by_number(&mut tx, number).await)
            .await?;
        let lead = lead.context("it was stored")?;
        let due = lead.created_at + FIRST_STEP;
        let plan = lead.plan.as_ref().context("it has a plan")?;
        if plan.escalation[0].done != StepDone::Taken {
            bail!("the step of lead {number} was not taken");
        }
        let next = lead.offers.get(1).context("the next one was asked")?;
        late.push(next.offered_at.duration_since(due));
    }
    late.sort();
    println!(
        "steps beside them, 50 a second: late by p50 {:.0} ms, p99 {:.0} ms, at most {:.0} ms; early {}",
        millis(late[WATCHED / 2]),
        millis(late[WATCHED * 99 / 100]),
        millis(late[WATCHED - 1]),
        late.iter().filter(|late| late.is_negative()).count()
    );
    Ok(())
}

fn millis(time: SignedDuration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// A lead that came in at `at` and was shown at once to a rep who does not answer.
fn asked(engine: &Engine, number: i64, at: Timestamp) -> anyhow::Result<Lead> {
    let rules = engine.rules();
    let body = format!(
        r#"{{"email": "p{number}@c{number}.example", "name": "P {number}", "type": "demo"}}"#
    );
    let leads = explain(
        &rules,
        &[],
        &Odds::default(),
        Asked::Fields(body.as_bytes()),
        at,
    );
    let mut lead = leads.map_err(anyhow::Error::msg)?.remove(0);
    lead.id = LeadId::from(format!("lead_{number:026}"));
    lead.number = number;
    let offer = OfferId::from(format!("offer_{number:026}"));
    let asked = lead.offers.first_mut().context("somebody is asked")?;
    asked.id = offer.clone();
    asked.rep = format!("rep{}", number.unsigned_abs() as usize % REPS).into();
    asked.delivered_at = Some(at);
    asked.not_before = Some(at + SignedDuration::from_mins(5));
    lead.state = State::Offered { offer };
    Ok(lead)
}

/// An office in which a lead goes to the next one after a quarter of an hour.
fn rules(dir: &Path, now: Timestamp) -> anyhow::Result<Rules> {
    let mut text = String::from(
        "[database]\nurl = \"sqlite:x.db\"\n[slack]\nbot_token = \"xoxb-1\"\nsigning_secret = \"s\"\n",
    );
    let mut members = Vec::new();
    for n in 0..REPS {
        write!(
            text,
            "[[rep]]\nid = \"rep{n}\"\nname = \"Rep {n}\"\nemail = \"rep{n}@example.com\"\n"
        )?;
        members.push(format!("\"rep{n}\""));
    }
    write!(
        text,
        "[[team]]\nid = \"sales\"\nmembers = [{}]\nmanagers = [\"rep0\"]\n[[route]]\nid = \"all\"\nto = {{ team = \"sales\" }}\n\
         [sla.demo]\nacknowledge = \"15m\"\ncontact = \"30m\"\nescalation = [{{ after = \"15m\", reoffer = \"team\" }}, \
         {{ after = \"90d\", notify = \"managers\" }}]\n",
        members.join(", ")
    )?;
    let path = dir.join("baton.toml");
    std::fs::write(&path, text)?;
    let loaded = compile::load(&path, &|_| None, now);
    let compiled = loaded
        .compiled
        .with_context(|| format!("{:?}", loaded.complaints))?;
    Ok(Rules::new(compiled.policy))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server is told by the environment, as in the tests"
)]
async fn database(args: &Args, dir: &Path) -> anyhow::Result<String> {
    if !args.postgres {
        return Ok(format!("sqlite:{}", dir.join("baton.db").display()));
    }
    let server =
        std::env::var("BATON_TEST_POSTGRES").context("--postgres needs BATON_TEST_POSTGRES")?;
    let name = "baton_deadlines";
    let mut conn = PgConnection::connect(&server).await?;
    for sql in [
        format!("drop database if exists {name} with (force)"),
        format!("create database {name}"),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await?;
    }
    conn.close().await?;
    let mut url = url::Url::parse(&server)?;
    url.set_path(name);
    Ok(url.into())
}
