//! Baton ends, and comes back.

use std::time::Duration;

use baton::store::{Error, outbox};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use super::{ada, short};
use crate::{
    office::{SALES, in_each_chat, on_both},
    reads, says,
};

#[tokio::test]
async fn what_was_to_be_sent_when_baton_died_is_sent_once() {
    in_each_chat(SALES, async |office| {
        office.submit(ada()).await;
        office.submit(short("Grace")).await;
        // Another process has taken both messages and dies before it sends one.
        let now = office.clock.now();
        let until = now + SignedDuration::from_secs(60);
        let claimed = office.engine().db().write(async |mut tx| {
            let claimed = outbox::claim(&mut tx, "run_dead", (now, until), (10, 0), &[]).await?;
            Ok::<_, Error>(claimed.len())
        });
        assert_eq!(claimed.await.unwrap(), 2);
        office.stop().await;
        office.start().await;
        // Where others may be running, theirs is taken up when their lease has ended; else as soon as what
        // was on its way must have arrived.
        office.after("5s").await;
        let at_once = if office.is_shared() { (0, 0) } else { (1, 1) };
        assert_eq!(
            (office.cards("selin").len(), office.cards("ayse").len()),
            at_once
        );
        office.after("61s").await;
        assert_eq!(
            (office.cards("selin").len(), office.cards("ayse").len()),
            (1, 1)
        );
        for who in ["selin", "ayse"] {
            assert_eq!(office.posts_to(who), 1);
            office.read(who);
        }
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn after_two_days_each_lead_takes_one_step_and_not_all() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.read("selin");
        office.stop().await;
        office.sleep("48h");
        office.start().await;
        // The manager is given it; the steps slept through reminded nobody, and asked and told nobody.
        assert_eq!(
            office.story_of(1001).await,
            "owned by marta: selin expired, marta accepted"
        );
        reads!(office, "marta", @"
        Baton did not run from Fri 20 Nov 11:00 to Sun 22 Nov 11:00 (Europe/Berlin).
        Lead 1001 was due for a step meanwhile. It takes the one that it has come to by now. Clocks of leads went on; what was missed meanwhile counts against nobody.
        ----
        # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Please call now: it was due Fri 20 Nov 11:30 (Europe/Berlin).
        (Why you: rule all; given by hand or taken, not by turn.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ");
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It had no answer by Sun 22 Nov 11:00, so it moved on. Marta Lind has it since Sun 22 Nov 11:00.
        ");
        office.expect_nothing_else().await;
        office.after("20m").await;
        reads!(office, "marta", @"
        in the thread: Nobody has tried to reach #1001 · Ada Lovelace, Analytical Engines yet. Please call now: it was due Fri 20 Nov 11:30 (Europe/Berlin).
        Call: +4930123456
        Mail: ada@analytical.example
        [Contacted]
        ");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn what_baton_was_down_for_is_added_to_the_offer() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.after("9m").await;
        office.read("selin");
        office.stop().await;
        office.sleep("10m");
        office.start().await;
        reads!(office, "selin", @"
        changed: # New lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Please answer by Fri 20 Nov 11:25 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; it is your turn in team sales.)
        [Accept] [Decline] [Details] [Why]
        ----
        Still waiting for your answer: #1001 · Ada Lovelace, Analytical Engines. It moves on Fri 20 Nov 11:25 (Europe/Berlin).
        ");
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        // Of her fifteen minutes she had nine.
        office.after("5m").await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.after("1m").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin expired, jonas pending"
        );
        assert_eq!(
            office.api_lead(1001).await["sla"]["breached"],
            serde_json::json!([{"what": "acknowledge", "cause": "baton"}])
        );
    })
    .await;
}

#[tokio::test]
async fn after_hours_without_baton_the_manager_reads_once_what_that_meant() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.after("9m").await;
        office.lead(short("Grace")).await;
        office.read("marta");
        office.stop().await;
        office.sleep("3h");
        office.start().await;
        let told = office.read("marta");
        let (first, leads) = told.split_once("\n----\n").unwrap();
        says!(first, @"
        Baton did not run from Fri 20 Nov 11:09 to Fri 20 Nov 14:09 (Europe/Berlin).
        Leads 1001 and 1002 were due for a step meanwhile. Each takes the one that it has come to by now. Clocks of leads went on; what was missed meanwhile counts against nobody.
        ");
        // They had come to the manager's step; which of the two is shown first is all the same.
        assert_eq!(leads.matches("# Your lead #100").count(), 2, "{leads}");
        office.stop().await;
        office.sleep("10s");
        office.start().await;
        // The same stop is told of once; one of seconds is nobody's news.
        assert!(!office.read("marta").contains("did not run"));
    })
    .await;
}

#[tokio::test]
async fn a_process_that_stood_still_gives_the_time_back_too() {
    on_both(SALES, async |office| {
        office.lead(ada()).await;
        office.settle().await;
        let until = async || office.until(1001).await[..16].to_owned();
        assert_eq!(until().await, "2026-11-20T10:15");
        let stop = CancellationToken::new();
        let works = tokio::spawn(office.worker().run(stop.clone()));
        tokio::time::sleep(Duration::from_millis(300)).await;
        office.sleep("30m");
        for _ in 0..100 {
            if until().await == "2026-11-20T10:45" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        stop.cancel();
        works.await.unwrap().unwrap();
        assert_eq!(until().await, "2026-11-20T10:45");
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
    })
    .await;
}

#[tokio::test]
async fn a_command_that_the_chat_repeats_after_a_restart_takes_no_second_lead() {
    let queue = SALES.replace("to = { team = \"sales\" }", "to = { queue = \"sales\" }");
    in_each_chat(&queue, async |office| {
        office.lead(ada()).await;
        office.lead(short("Grace")).await;
        let first = office.delivered("selin", "/lead next", "1.2.abc").await;
        assert!(first.starts_with("It is yours."), "{first}");
        // Baton dies before the chat has the answer, and comes back.
        office.stop().await;
        office.start().await;
        let again = office.delivered("selin", "/lead next", "1.2.abc").await;
        assert_eq!(again, first);
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
        assert_eq!(office.api_lead(1002).await["state"], "queued");
        // Whoever asks once more means another one, and another's delivery is another's.
        let theirs = office.delivered("jonas", "/lead next", "1.2.abc").await;
        assert!(theirs.starts_with("It is yours."), "{theirs}");
        assert_eq!(office.api_lead(1002).await["owner"], "jonas");
        let none = office.delivered("selin", "/lead next", "3.4.def").await;
        assert!(none.contains("queue is empty"), "{none}");
    })
    .await;
}

#[tokio::test]
async fn an_owner_has_as_long_as_they_must_have_after_a_stop_however_late_the_step_comes() {
    let (before, after) = SALES.split_once("untouched = [").unwrap();
    let (_, after) = after.split_once("]\n").unwrap();
    let rules = format!("{before}untouched = [{{ after = \"11h\", reoffer = \"team\" }}]\n{after}")
        .replace("contact = \"30m\"", "contact = \"24h\"")
        .replace("at_least = \"5m\"", "at_least = \"2h\"");
    in_each_chat(&rules, async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.stop().await;
        office.sleep("9h 50m");
        office.start().await;
        office.after("1h 58m").await;
        assert!(office.story_of(1001).await.starts_with("owned by selin: "));
        office.after("3m").await;
        let story = office.story_of(1001).await;
        assert!(story.starts_with("offered: selin accepted, "), "{story}");
    })
    .await;
}
