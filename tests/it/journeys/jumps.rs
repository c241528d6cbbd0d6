//! The machine's clock is put right: by an hour back, a day ahead, a second at a time. Nothing comes early or twice,
//! and nothing is lost.

use std::time::Duration;

use baton::{
    app::heartbeat::on_time,
    store::{Channel, Error, instance},
    worker::Worker,
};
use jiff::SignedDuration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{ada, short};
use crate::office::{Office, SALES, in_each_chat, on_both};

/// The worker's loops, as they run by themselves.
struct Loops {
    stop: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
    worker: Worker,
}

impl Loops {
    async fn of(office: &Office) -> Self {
        let (stop, worker) = (CancellationToken::new(), office.worker());
        let loops = Self {
            running: tokio::spawn(worker.clone().run(stop.clone())),
            stop,
            worker,
        };
        loops.look(office).await;
        loops
    }

    /// Lets them look until they have said that they are alive, by the clock of now, and have done what is due then.
    async fn look(&self, office: &Office) {
        let now = office.clock.now();
        for _ in 0..200 {
            let seen = office.engine().db().read(async |mut tx| {
                let seen = instance::last_seen(&mut tx, now).await?;
                Ok::<_, Error>(seen)
            });
            if seen.await.unwrap() == Some(now) {
                return self.look_again(office).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the worker has not looked since");
    }

    /// Lets them look from the beginning to the end, by the clock of now.
    async fn look_again(&self, office: &Office) {
        // One may be under way that has read the time before.
        let enough = self.worker.looks() + 2;
        for _ in 0..2_000 {
            if self.worker.looks() >= enough {
                return;
            }
            let wake: Result<(), Error> = office
                .engine()
                .db()
                .write(async |mut tx| {
                    tx.notify(Channel::Leads);
                    Ok(())
                })
                .await;
            wake.unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the worker has not looked since");
    }

    async fn end(self) {
        self.stop.cancel();
        self.running.await.unwrap().unwrap();
    }
}

fn put(office: &Office, by: &str) {
    let by: SignedDuration = by.parse().unwrap();
    office.clock.put(office.clock.now() + by);
}

#[tokio::test]
async fn an_hour_back_brings_nothing_early_and_nothing_twice() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.after("12m").await;
        assert!(office.read("selin").contains("Still waiting"));
        put(office, "-1h");
        office.after("60m").await;
        assert_eq!(office.read("selin"), "(nothing)");
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        // What comes in meanwhile goes its way.
        office.lead(short("Grace")).await;
        office.press("ayse", "Accept").await;
        assert_eq!(office.story_of(1002).await, "owned by ayse: ayse accepted");
        office.after("3m").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin expired, jonas pending"
        );
        assert!(!office.read("selin").contains("Still waiting"));
        assert!(office.read("jonas").contains("New lead #1001"));
    })
    .await;
}

#[tokio::test]
async fn after_an_hour_back_the_worker_says_at_once_that_it_is_alive_and_a_stop_is_noticed() {
    on_both(SALES, async |office| {
        office.lead(ada()).await;
        office.after("9m").await;
        let loops = Loops::of(office).await;
        put(office, "-1h");
        loops.look(office).await;
        assert_eq!(on_time(office.engine()).await.unwrap(), None);
        loops.end().await;
        // It is seen by its present clock that nobody works any more, and for how long.
        put(office, "20s");
        let late = on_time(office.engine()).await.unwrap();
        assert_eq!(late, Some("it has not said that it is alive"));
        assert_eq!(office.until(1001).await, "2026-11-20T10:15:00Z");
        office.stop().await;
        office.sleep("10m");
        office.start().await;
        assert_eq!(office.until(1001).await, "2026-11-20T10:15:00Z");
        let second = office.lead(short("Grace")).await;
        assert_eq!(second["status"], "accepted");
        office.settle().await;
        office.stop().await;
        office.sleep("10m");
        office.start().await;
        assert_eq!(office.until(1002).await, "2026-11-20T09:44:20Z");
    })
    .await;
}

#[tokio::test]
async fn a_day_ahead_and_back_again_is_one_step_for_each_lead() {
    on_both(SALES, async |office| {
        office.lead(ada()).await;
        office.lead(short("Grace")).await;
        office.settle().await;
        let loops = Loops::of(office).await;
        put(office, "24h");
        loops.look(office).await;
        // As after a stop: the steps in between reminded nobody, and asked and told nobody.
        for (number, who) in [(1001, "selin"), (1002, "ayse")] {
            let story = format!("owned by marta: {who} expired, marta accepted");
            for _ in 0..100 {
                if office.story_of(number).await == story {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            assert_eq!(office.story_of(number).await, story);
        }
        put(office, "-24h");
        loops.look(office).await;
        // What is still to be said does not wait until the clock is there again.
        for _ in 0..100 {
            if !office.something_waits().await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(!office.something_waits().await);
        loops.end().await;
        let told = office.all_said("marta");
        assert_eq!(told.matches("# Your lead #100").count(), 2, "{told}");
        for who in ["selin", "ayse", "jonas", "marta"] {
            office.read(who);
        }
        office.after("1h").await;
        for who in ["selin", "ayse", "jonas", "marta"] {
            assert_eq!(office.read(who), "(nothing)", "{who}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_leap_second_is_nothing() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.read("selin");
        let loops = Loops::of(office).await;
        for by in ["-1s", "1s", "-1s", "1s"] {
            put(office, by);
            loops.look_again(office).await;
        }
        loops.end().await;
        assert_eq!(office.read("selin"), "(nothing)");
        // At the very moment of each step the second comes twice.
        for (minutes, story) in [
            ("10m", "offered: selin pending"),
            ("5m", "offered: selin expired, jonas pending"),
        ] {
            office.after(minutes).await;
            put(office, "-1s");
            office.settle().await;
            office.after("1s").await;
            assert_eq!(office.story_of(1001).await, story);
        }
        let told = office.all_said("selin");
        let reminded = told.matches("waiting for your answer: #1001").count();
        assert_eq!(reminded, 1, "{told}");
        let asked = office.cards("jonas");
        assert_eq!(asked.len(), 1, "{asked:?}");
        put(office, "-1s");
        office.press("jonas", "Accept").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by jonas: selin expired, jonas accepted"
        );
    })
    .await;
}

/// A chat goes down, and the clock back by so much; the chat is there again, and an offer has the time that was lost.
async fn back_after(by: &str, moves_on: &str) {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.after("5m").await;
        office.break_down();
        office.lead(short("Grace")).await;
        office.after("1m").await;
        put(office, by);
        office.recover();
        office.after("6s").await;
        assert_eq!(office.until(1001).await, moves_on);
        // What could not be said when it was asked is said when it would have been tried again, at the latest.
        let lost: SignedDuration = by.parse::<SignedDuration>().unwrap().abs();
        office.after(&lost.to_string()).await;
        assert!(office.read("ayse").contains("New lead #1002"));
        office.after("10m").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin expired, jonas pending"
        );
    })
    .await;
}

#[tokio::test]
async fn a_chat_that_is_back_before_it_went_by_the_clock_lets_offers_go_on() {
    back_after("-1h", "2026-11-20T10:15:00Z").await;
}

#[tokio::test]
async fn a_chat_is_asked_as_often_while_the_clock_is_a_little_behind() {
    back_after("-40s", "2026-11-20T10:15:20Z").await;
}
