//! `presses`: people press Accept on cards, and type `/leads`, by way of the playground. What is shown is
//! what they see: the playground's own work is in it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::Common;
use crate::config::{Clocks, slack_id};
use crate::figures::{Chance, Times, per_second};
use crate::lead::Lead;
use crate::slack::{Card, Outcome};
use crate::stage::Stage;

/// How long everything may take to arrive.
const WITHIN: Duration = Duration::from_secs(300);

/// Presses and slash commands.
#[derive(Args)]
pub struct Presses {
    /// Leads that are offered before, each pressed once.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..=200_000))]
    leads: u64,
    /// How long slash commands are typed.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// People who press or type at the same time.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    connections: u64,
}

/// What some did.
#[derive(Default)]
struct Done {
    times: Times,
    unanswered: usize,
}

impl Done {
    fn note(&mut self, took: Duration, outcome: anyhow::Result<Outcome>) {
        self.times.push(took);
        if !outcome.is_ok_and(|outcome| outcome.is_answered()) {
            self.unanswered += 1;
        }
    }

    fn show(&mut self, what: &str, took: Duration) {
        println!(
            "{what}: {} in {:.1} s, {:.0}/s; {}; {} unanswered",
            self.times.len(),
            took.as_secs_f64(),
            per_second(self.times.len(), took),
            self.times.line(),
            self.unanswered
        );
    }
}

/// Runs it and prints what it saw.
pub async fn run(common: &Common, what: &Presses) -> anyhow::Result<()> {
    let stage = Stage::set(common, Clocks::Long).await?;
    offer(&stage, common, what).await?;
    press(&stage, common, what).await?;
    stage.settled(Duration::from_secs(1), WITHIN).await?;
    type_commands(&stage, common, what).await?;
    stage.strike(common.keep).await
}

async fn offer(stage: &Stage, common: &Common, what: &Presses) -> anyhow::Result<()> {
    let mut posters = JoinSet::new();
    for first in 0..what.connections {
        let (mut conn, step, leads, teams) =
            (stage.conn(), what.connections, what.leads, common.teams);
        posters.spawn(async move {
            for n in (first..leads).step_by(usize::try_from(step).unwrap_or(1)) {
                Lead::new(format!("press-{n}"), n, n % teams)
                    .post(&mut conn)
                    .await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = posters.join_next().await {
        done??;
    }
    stage.settled(Duration::from_secs(1), WITHIN).await
}

async fn press(stage: &Stage, common: &Common, what: &Presses) -> anyhow::Result<()> {
    let mut cards = stage.cards(common.reps).await?;
    cards.retain(|card: &Card| card.open);
    shuffle(&mut cards);
    let (cards, slack) = (Arc::new(Mutex::new(cards)), stage.slack);
    let begun = Instant::now();
    let mut people = JoinSet::new();
    for _ in 0..what.connections {
        let (cards, mut conn) = (Arc::clone(&cards), slack.conn());
        people.spawn(async move {
            let mut done = Done::default();
            loop {
                let Some(card) = cards.lock().await.pop() else {
                    return done;
                };
                let begun = Instant::now();
                let outcome = slack.accept(&mut conn, &card).await;
                done.note(begun.elapsed(), outcome);
            }
        });
    }
    together(people)
        .await?
        .show("presses of Accept", begun.elapsed());
    Ok(())
}

async fn type_commands(stage: &Stage, common: &Common, what: &Presses) -> anyhow::Result<()> {
    let begun = Instant::now();
    let until = begun + Duration::from_secs(what.seconds);
    let mut people = JoinSet::new();
    for nth in 0..what.connections {
        let (slack, mut conn, reps) = (stage.slack, stage.slack.conn(), common.reps);
        people.spawn(async move {
            let (mut done, mut chance) = (Done::default(), Chance::new(nth));
            while Instant::now() < until {
                let user = slack_id(chance.below(reps));
                let begun = Instant::now();
                let outcome = slack.slash(&mut conn, &user, "/leads").await;
                done.note(begun.elapsed(), outcome);
            }
            done
        });
    }
    together(people).await?.show("/leads", begun.elapsed());
    Ok(())
}

async fn together(mut people: JoinSet<Done>) -> anyhow::Result<Done> {
    let mut all = Done::default();
    while let Some(done) = people.join_next().await {
        let done = done?;
        all.times.extend(done.times);
        all.unanswered += done.unanswered;
    }
    Ok(all)
}

/// Presses come in no order.
fn shuffle(cards: &mut [Card]) {
    let mut chance = Chance::new(1);
    for at in (1..cards.len()).rev() {
        let other = chance.below(at as u64 + 1);
        cards.swap(at, usize::try_from(other).unwrap_or(0));
    }
}
