//! `kill`: Baton is killed over and over while leads come in and people press; afterwards everything that
//! was acknowledged must be there, once, and every stored invariant must hold.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::Common;
use crate::compare;
use crate::config::{API_TOKEN, Clocks};
use crate::figures::{Chance, Times};
use crate::ledger::Shared;
use crate::people::Outside;
use crate::stage::Stage;

/// How long it may take until everything has come to rest: a message under way when Baton was killed is
/// looked up a minute later, and the last lead reaches a manager after 20 seconds.
const SETTLED_WITHIN: Duration = Duration::from_secs(240);

/// SIGKILL at random moments.
#[derive(Args)]
pub struct Kill {
    /// How often Baton is killed.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=20_000))]
    rounds: u64,
    /// Chooses the moments, the people and what they do.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The shortest and the longest life of a Baton, in milliseconds from when it is ready.
    #[arg(long, value_delimiter = ',', num_args = 2, default_values_t = [50, 400])]
    after: Vec<u64>,
    /// Websites that post at the same time.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=200))]
    posters: u64,
    /// Reps who press at the same time.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=200))]
    pressers: u64,
    /// How long each waits after each act, in milliseconds.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    pace: u64,
}

/// Runs it; exit code 1 if anything was broken.
pub async fn run(common: &Common, what: &Kill) -> anyhow::Result<ExitCode> {
    let mut stage = Stage::set(common, Clocks::Short).await?;
    let outside = Arc::new(Outside {
        ledger: Shared::default(),
        next: AtomicU64::new(0),
        teams: common.teams,
        reps: common.reps,
        enough: CancellationToken::new(),
    });
    let acting = act(&stage, &outside, what);
    let mut ready = kill_over_and_over(&mut stage, what).await?;
    outside.enough.cancel();
    acting.join_all().await;
    println!(
        "killed {} times; ready again: {}",
        what.rounds,
        ready.line()
    );

    let mut broken = std::mem::take(&mut outside.ledger.lock().violations);
    let begun = Instant::now();
    broken.extend(
        come_to_rest(&stage, begun)
            .await
            .err()
            .map(|stuck| format!("stuck: {stuck:#}")),
    );
    println!(
        "at rest {:.1} s after the last act",
        begun.elapsed().as_secs_f64()
    );
    broken.extend(compare::compare(&stage, common, &outside.ledger.take()).await?);
    broken.extend(audit(&stage, "beside the server")?);
    let stopped = stage.serve.stop().await?;
    println!(
        "stopped by SIGTERM in {:.0} ms",
        stopped.as_secs_f64() * 1e3
    );
    broken.extend(audit(&stage, "after the stop")?);
    broken.extend(panics(&stage)?);
    verdict(&broken);
    stage.strike(common.keep || !broken.is_empty()).await?;
    Ok(if broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn act(stage: &Stage, outside: &Arc<Outside>, what: &Kill) -> JoinSet<()> {
    let pace = Duration::from_millis(what.pace);
    let mut acting = JoinSet::new();
    for nth in 0..what.posters {
        let chance = Chance::new(what.seed.wrapping_mul(1_000) + nth);
        acting.spawn(Arc::clone(outside).post(stage.conn(), chance, pace));
    }
    for nth in 0..what.pressers {
        let chance = Chance::new(what.seed.wrapping_mul(1_000) + 500 + nth);
        acting.spawn(Arc::clone(outside).press(stage.slack, chance, pace / 4));
    }
    acting
}

/// Kills and restarts; says how long it took to be ready again.
async fn kill_over_and_over(stage: &mut Stage, what: &Kill) -> anyhow::Result<Times> {
    let mut chance = Chance::new(what.seed);
    let (shortest, longest) = (what.after[0], what.after[1]);
    let mut ready = Times::default();
    for _ in 0..what.rounds {
        let life = shortest + chance.below(longest.saturating_sub(shortest) + 1);
        tokio::time::sleep(Duration::from_millis(life)).await;
        stage.serve.kill()?;
        stage.restart().await?;
        ready.push(stage.ready_in);
    }
    Ok(ready)
}

/// Waits until no lead is on its way to anybody and nothing is to be said any more.
async fn come_to_rest(stage: &Stage, begun: Instant) -> anyhow::Result<()> {
    let mut conn = stage.conn();
    while begun.elapsed() < SETTLED_WITHIN {
        let offered = conn
            .get("/api/v1/leads?state=offered&limit=1", Some(API_TOKEN))
            .await?;
        let queued = conn
            .get("/api/v1/leads?state=queued&limit=1", Some(API_TOKEN))
            .await?;
        if [offered, queued]
            .iter()
            .all(|page| page.body.starts_with(b"{\"leads\":[]"))
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let left = SETTLED_WITHIN.saturating_sub(begun.elapsed());
    stage.settled(Duration::from_secs(3), left).await
}

fn audit(stage: &Stage, when: &str) -> anyhow::Result<Option<String>> {
    let begun = Instant::now();
    let (sound, said) = stage.audit()?;
    println!(
        "baton audit {when}: {} ({:.2} s)",
        said.trim(),
        begun.elapsed().as_secs_f64()
    );
    Ok((!sound).then(|| format!("baton audit {when}: {}", said.trim())))
}

/// Panics in Baton's log, and how many lines there were of the other kinds.
fn panics(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let log = std::fs::read_to_string(stage.serve_log())?;
    let count = |word: &str| log.lines().filter(|line| line.contains(word)).count();
    println!(
        "in the log: {} warnings, {} errors",
        count(" WARN "),
        count(" ERROR ")
    );
    let panics = log.lines().filter(|line| line.contains("panicked"));
    Ok(panics.map(|line| format!("panic: {line}")).collect())
}

fn verdict(broken: &[String]) {
    for one in broken.iter().take(50) {
        println!("BROKEN: {one}");
    }
    match broken.len() {
        0 => println!("nothing lost, nothing doubled, everything stored agrees"),
        count => println!("{count} broken"),
    }
}
