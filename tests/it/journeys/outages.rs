//! The chat can't be reached for a while: what reps were asked stays theirs, for as much longer.

use serde_json::json;

use super::{ada, short};
use crate::{
    office::{Office, SALES, in_each_chat},
    reads, says,
};

/// The minute in which the first offer of a lead moves on, and what its history says of more time.
async fn until_and_why(office: &Office, number: i64) -> (String, Vec<String>) {
    let lead = office.api_lead(number).await;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
    let timeline = lead["timeline"].as_array().into_iter().flatten();
    let more = timeline.map(|line| text(&line["detail"]));
    let more = more.filter(|detail| detail.contains("more to answer"));
    let minute = text(&lead["offers"][0]["until"])[..16].to_owned();
    (minute, more.collect())
}

#[tokio::test]
async fn what_the_chat_was_down_for_is_added_to_the_offer_and_the_manager_hears_once() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.read("selin");
        office.after("5m").await;
        office.break_down();
        office.lead(short("Grace")).await;
        office.after("20m").await;
        // Her fifteen minutes were over at 11:15, but not while she can be told nothing.
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.recover();
        office.after("6s").await;
        let told = office.read("marta");
        says!(told.replace(office.chat_of("marta"), "The chat"), @"
        The chat could not be reached from Fri 20 Nov 11:05 to Fri 20 Nov 11:25 (Europe/Berlin).
        One lead stays as much longer with whoever is asked. What was to be said meanwhile is said now.
        ");
        reads!(office, "selin", @"
        changed: # New lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Please answer by Fri 20 Nov 11:35 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; it is your turn in team sales.)
        [Accept] [Decline] [Details] [Why]
        ----
        Still waiting for your answer: #1001 · Ada Lovelace, Analytical Engines. It moves on Fri 20 Nov 11:35 (Europe/Berlin).
        ");
        assert_eq!(
            until_and_why(office, 1001).await,
            (
                "2026-11-20T10:35".to_owned(),
                vec!["20 minutes more to answer, as long as the chat was down".to_owned()]
            )
        );
        // What could not be said is said at once, and has its whole time.
        assert!(office.read("ayse").contains("Please answer by Fri 20 Nov 11:3"));
        assert_eq!(
            office.api_lead(1001).await["sla"]["breached"],
            json!([{"what": "acknowledge", "cause": "chat"}])
        );
        office.after("9m").await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.press("selin", "Accept").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
    })
    .await;
}

#[tokio::test]
async fn a_restart_while_the_chat_is_down_loses_none_of_the_time() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.after("5m").await;
        office.break_down();
        office.lead(short("Grace")).await;
        office.after("2m").await;
        office.stop().await;
        office.sleep("10m");
        office.start().await;
        office.after("3m").await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.stop().await;
        office.recover();
        office.sleep("5m");
        office.start().await;
        office.after("1s").await;
        assert_eq!(
            until_and_why(office, 1001).await,
            (
                "2026-11-20T10:35".to_owned(),
                vec!["20 minutes more to answer, as long as the chat was down".to_owned()]
            )
        );
        let told = office.cards("marta");
        let down = told
            .iter()
            .filter(|text| text.contains("could not be reached"));
        assert_eq!(down.count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_press_while_the_chat_is_down_counts() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.after("5m").await;
        office.break_down();
        office.lead(short("Grace")).await;
        office.after("15m").await;
        office.press_now("selin", "Accept").await;
        office.settle().await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
        office.recover();
        office.after("1m").await;
        assert!(office.read("selin").contains("Your lead #1001"));
    })
    .await;
}

#[tokio::test]
async fn seconds_without_the_chat_are_noise() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.after("5m").await;
        office.break_down();
        office.lead(short("Grace")).await;
        office.after("4s").await;
        office.recover();
        office.after("1m").await;
        assert_eq!(
            until_and_why(office, 1001).await,
            ("2026-11-20T10:15".to_owned(), Vec::new())
        );
        reads!(office, "marta", @"(nothing)");
    })
    .await;
}

#[tokio::test]
async fn a_single_failure_is_no_outage_when_the_chat_answers_otherwise() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.after("5m").await;
        office.refuse_changes();
        office
            .lead(json!({"email": "ada@analytical.example", "title": "Head of Engines"}))
            .await;
        office.after("10m").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin expired, jonas pending"
        );
    })
    .await;
}
