//! `throughput`: leads by webhook as fast as they go, or at a steady rate, and how soon their cards are at
//! Slack.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::JoinSet;

use crate::Common;
use crate::client::Conn;
use crate::config::Clocks;
use crate::figures::{Times, median, per_second, wall};
use crate::lead::Lead;
use crate::slack::Card;
use crate::stage::Stage;

/// Every so many leads are posted twice, as vendors do.
const REPEATED: u64 = 20;

/// How long cards may take to arrive once no more leads come.
const CARDS_WITHIN: Duration = Duration::from_secs(300);

/// Leads by webhook, as many as go.
#[derive(Args)]
pub struct Throughput {
    /// How long leads are posted.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// Stops earlier, after so many leads.
    #[arg(long, default_value_t = 200_000)]
    leads: u64,
    /// Connections at a time.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    connections: u64,
    /// Leads a second, instead of as many as go.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub rate: Option<u64>,
    /// How often, each time on an empty store.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100))]
    runs: u64,
}

impl Default for Throughput {
    fn default() -> Self {
        Self {
            seconds: 10,
            leads: 200_000,
            connections: 16,
            rate: None,
            runs: 3,
        }
    }
}

/// What one run showed, for the medians.
#[derive(Default)]
struct Shown {
    leads: f64,
    p99: f64,
    cards: f64,
    card_p99: f64,
}

/// What the connections did.
#[derive(Default)]
struct Posted {
    times: Times,
    /// Which person's lead was answered when, by the wall clock.
    answered: Vec<(u64, i64)>,
    duplicates: usize,
    errors: Vec<String>,
}

/// Runs it and prints what it saw.
pub async fn run(common: &Common, what: &Throughput) -> anyhow::Result<()> {
    let mut shown = Vec::new();
    for nth in 1..=what.runs {
        println!("run {nth} of {}", what.runs);
        shown.push(run_once(common, what).await?);
    }
    let middle = |of: fn(&Shown) -> f64| median(shown.iter().map(of).collect());
    println!(
        "medians of {} runs: {:.0} leads/s, answer p99 {:.2} ms, {:.0} cards/s, answer to card p99 {:.2} ms",
        what.runs,
        middle(|one| one.leads),
        middle(|one| one.p99),
        middle(|one| one.cards),
        middle(|one| one.card_p99),
    );
    Ok(())
}

async fn run_once(common: &Common, what: &Throughput) -> anyhow::Result<Shown> {
    let stage = Stage::set(common, Clocks::Long).await?;
    stage
        .settled(Duration::from_millis(500), CARDS_WITHIN)
        .await?;
    let idle = stage.serve.memory();
    println!(
        "  start: says its address after {:.0} ms, ready after {:.0} ms",
        stage.serve.started_in.as_secs_f64() * 1e3,
        stage.ready_in.as_secs_f64() * 1e3
    );
    let (began, begun) = (wall(), Instant::now());
    let mut posted = post_all(&stage, common.teams, what).await?;
    let (took, ended) = (begun.elapsed(), wall());
    let accepted = posted.answered.len();
    let mut shown = Shown {
        leads: per_second(accepted, took),
        p99: posted.times.quantile(0.99),
        ..Shown::default()
    };
    println!(
        "  leads: {accepted} in {:.1} s, {:.0}/s; answers {}; {} answered as duplicates, {} errors",
        took.as_secs_f64(),
        shown.leads,
        posted.times.line(),
        posted.duplicates,
        posted.errors.len()
    );
    if let Some(error) = posted.errors.first() {
        println!("  the first error: {error}");
    }
    stage.settled(Duration::from_secs(1), CARDS_WITHIN).await?;
    if let (Some((idle, _)), Some((_, peak))) = (idle, stage.serve.memory()) {
        println!("  memory of serve: {idle:.1} MB idle, {peak:.1} MB at most");
    }
    show_cards(
        &stage.cards(common.reps).await?,
        &posted,
        (began, ended),
        &mut shown,
    );
    stage.strike(common.keep).await?;
    Ok(shown)
}

/// Posts over all connections until time or leads are up.
async fn post_all(stage: &Stage, teams: u64, what: &Throughput) -> anyhow::Result<Posted> {
    let next = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let until = begun + Duration::from_secs(what.seconds);
    let mut connections = JoinSet::new();
    for _ in 0..what.connections {
        let (next, conn) = (Arc::clone(&next), stage.conn());
        let (leads, rate) = (what.leads, what.rate);
        connections.spawn(async move {
            let due = move |n: u64| {
                let rate = rate?;
                Some(begun + Duration::from_micros(n * 1_000_000 / rate))
            };
            let turns = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)));
            let turns = turns.take_while(move |n| *n < leads).map(|n| (n, due(n)));
            post_some(conn, turns, until, teams).await
        });
    }
    let mut all = Posted::default();
    while let Some(some) = connections.join_next().await {
        let some = some?;
        all.times.extend(some.times);
        all.answered.extend(some.answered);
        all.duplicates += some.duplicates;
        all.errors.extend(some.errors);
    }
    Ok(all)
}

/// What one connection posts: leads by number, each not before it is due.
async fn post_some(
    mut conn: Conn,
    turns: impl Iterator<Item = (u64, Option<Instant>)>,
    until: Instant,
    teams: u64,
) -> Posted {
    let mut posted = Posted::default();
    for (n, due) in turns {
        if let Some(due) = due {
            tokio::time::sleep_until(due.into()).await;
        }
        if Instant::now() >= until {
            break;
        }
        let lead = Lead::new(format!("load-{n}"), n, n % teams);
        post_one(&mut conn, &lead, n, &mut posted).await;
        if n % REPEATED == 0 {
            post_one(&mut conn, &lead, n, &mut posted).await;
        }
    }
    posted
}

async fn post_one(conn: &mut Conn, lead: &Lead, n: u64, posted: &mut Posted) {
    let begun = Instant::now();
    match lead.post(conn).await {
        Ok(answer) if answer.status == "accepted" => posted.answered.push((n, wall())),
        Ok(answer) if answer.status == "duplicate" => posted.duplicates += 1,
        Ok(answer) => posted.errors.push(format!("answered as {}", answer.status)),
        Err(error) => posted.errors.push(format!("{error:#}")),
    }
    posted.times.push(begun.elapsed());
}

fn show_cards(cards: &[Card], posted: &Posted, (began, ended): (i64, i64), shown: &mut Shown) {
    let last = cards.iter().map(Card::appeared).max().unwrap_or(ended);
    let whole = Duration::from_micros(u64::try_from(last - began).unwrap_or(0));
    shown.cards = per_second(cards.len(), whole);
    println!(
        "  cards: {} for {} leads, the last {:.2} s after the last answer, {:.0}/s",
        cards.len(),
        posted.answered.len(),
        Duration::from_micros(u64::try_from(last - ended).unwrap_or(0)).as_secs_f64(),
        shown.cards
    );
    let answered: std::collections::HashMap<u64, i64> = posted.answered.iter().copied().collect();
    let mut later = Times::default();
    for card in cards {
        let answered = card.person.and_then(|person| answered.get(&person));
        if let Some(answered) = answered {
            later.push_micros(card.appeared() - answered);
        }
    }
    shown.card_p99 = later.quantile(0.99);
    println!("  from answer to card at Slack: {}", later.line());
}
