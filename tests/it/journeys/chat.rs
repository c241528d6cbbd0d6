//! The chat is down, slow, forgetful, or does not know somebody.

use baton::playground::{Fault, FaultRule};
use serde_json::json;

use super::{ada, short};
use crate::{
    office::{ALWAYS, Office, SALES, in_each_chat, on_both, person, user},
    reads, says,
};

/// How many messages with this lead's card stand in somebody's direct messages.
fn cards_of(office: &Office, who: &str, title: &str) -> usize {
    let cards = office.cards(who);
    cards.iter().filter(|card| card.contains(title)).count()
}

#[tokio::test]
async fn a_rep_whose_account_is_deactivated_is_passed_over_and_the_manager_is_told() {
    on_both(SALES, async |office| {
        let mut selin = person("selin", "Selin Kaya");
        selin.deleted = true;
        // Nobody has said so, so it is found out by writing to her.
        office.fault(FaultRule::next(ALWAYS, "events", Fault::Lost));
        office.slack.put_person(selin);
        office.lead(ada()).await;
        reads!(office, "marta", @r"
        The chat does not deliver to Selin Kaya.
        • #1001 · Ada Lovelace, Analytical Engines: Jonas Weber is asked now.
        (The chat says: user_disabled. Selin Kaya gets no leads until this is mended.)
        ");
        reads!(office, "selin", @"(nothing)");
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin withdrawn, jonas pending"
        );
        office.read("jonas");
        // She is asked for nothing until that is mended.
        for name in ["Grace", "Edith", "Mary", "Radia"] {
            office.lead(short(name)).await;
        }
        for who in ["ayse", "jonas"] {
            office.read(who);
        }
        assert_eq!(office.posts_to("selin"), 0);
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_rep_whom_slack_does_not_know_is_passed_over() {
    on_both(SALES, async |office| {
        let unknown = Fault::Refuse {
            error: "users_not_found".to_owned(),
        };
        office.fault(FaultRule::next(ALWAYS, "users.info", unknown).to(&user("selin")));
        // Whom Slack knew yesterday is looked up again today.
        office.sleep("25h");
        office.lead(ada()).await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin withdrawn, jonas pending"
        );
        reads!(office, "marta", @r"
        The chat does not deliver to Selin Kaya.
        • #1001 · Ada Lovelace, Analytical Engines: Jonas Weber is asked now.
        (The chat says: users_not_found. Selin Kaya gets no leads until this is mended.)
        ");
    })
    .await;
}

#[tokio::test]
async fn an_hour_without_the_chat_loses_nothing_and_doubles_nothing() {
    let patient = SALES.replace("after = \"60m\", assign", "after = \"120m\", assign");
    in_each_chat(&patient, async |office| {
        office.break_down();
        office.lead(ada()).await;
        office.after("1m").await;
        office.lead(short("Grace")).await;
        office.after("59m").await;
        // Nobody has seen anything, so nobody has let anything expire.
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        assert_eq!(office.story_of(1002).await, "offered: ayse pending");
        office.recover();
        office.after("5m").await;
        assert_eq!(cards_of(office, "selin", "New lead #1001"), 1);
        assert_eq!(cards_of(office, "ayse", "New lead #1002"), 1);
        let told = office.read("marta");
        says!(told.replace(office.chat_of("marta"), "The chat"), @"
        2 leads are late.
        #1001 · Ada Lovelace, Analytical Engines: nobody has accepted it (due Fri 20 Nov 11:15). Selin Kaya is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        #1002 · Grace: nobody has accepted it (due Fri 20 Nov 11:16). Ayşe Yılmaz is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        ----
        The chat could not be reached from Fri 20 Nov 11:00 to Fri 20 Nov 12:00 (Europe/Berlin).
        What was to be said meanwhile is said now.
        ");
        for who in ["selin", "ayse"] {
            office.press(who, "Accept").await;
            office.read(who);
        }
        office.read("marta");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn an_offers_time_runs_from_its_delivery() {
    in_each_chat(SALES, async |office| {
        office.break_down();
        office.lead(ada()).await;
        office.after("13m").await;
        office.recover();
        office.after("2m").await;
        reads!(office, "selin", @"
        # New lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Please answer by Fri 20 Nov 11:18 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; it is your turn in team sales.)
        [Accept] [Decline] [Details] [Why]
        ");
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.after("5m").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin expired, jonas pending"
        );
    })
    .await;
}

#[tokio::test]
async fn a_post_whose_answer_was_lost_is_looked_up_and_stands_there_once() {
    on_both(SALES, async |office| {
        office.fault(FaultRule::next(1, "chat.postMessage", Fault::DropAfter));
        office.lead(ada()).await;
        assert_eq!(cards_of(office, "selin", "New lead #1001"), 1);
        office.after("1m").await;
        assert_eq!(cards_of(office, "selin", "New lead #1001"), 1);
        assert_eq!(office.posts_to("selin"), 1);
        office.press("selin", "Accept").await;
        assert_eq!(cards_of(office, "selin", "Your lead #1001"), 1);
        office.read("selin");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_post_that_never_arrived_is_posted_again_once() {
    in_each_chat(SALES, async |office| {
        office.lose_next();
        office.lead(ada()).await;
        assert_eq!(cards_of(office, "selin", "#1001"), 0);
        office.after("1m").await;
        assert_eq!(cards_of(office, "selin", "New lead #1001"), 1);
        assert_eq!(office.posts_to("selin"), 2);
        office.read("selin");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn who_must_wait_for_the_chat_holds_up_nobody_else() {
    in_each_chat(SALES, async |office| {
        office.let_wait("selin", 30);
        office.lead(ada()).await;
        office.lead(short("Grace")).await;
        assert_eq!(cards_of(office, "selin", "#1001"), 0);
        assert_eq!(cards_of(office, "ayse", "New lead #1002"), 1);
        office.after("29s").await;
        assert_eq!(office.posts_to("selin"), 1);
        office.after("1s").await;
        assert_eq!(office.posts_to("selin"), 2);
        assert_eq!(cards_of(office, "selin", "New lead #1001"), 1);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_token_burns_nothing_and_all_goes_on_when_it_is_renewed() {
    on_both(SALES, async |office| {
        let revoked = Fault::Refuse {
            error: "token_revoked".to_owned(),
        };
        office.fault(FaultRule::next(ALWAYS, "*", revoked));
        office.lead(ada()).await;
        office.after("10m").await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.recover();
        office.after("1m").await;
        assert_eq!(cards_of(office, "selin", "New lead #1001"), 1);
        office.press("selin", "Accept").await;
        office.read("selin");
        assert!(office.read("marta").contains("Slack could not be reached"));
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_card_that_somebody_deleted_is_posted_again_when_it_has_something_to_say() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.delete("selin", "New lead #1001").await;
        let again = json!({"email": "ada@analytical.example", "title": "Head of Engines"});
        office.lead(again).await;
        assert_eq!(cards_of(office, "selin", "New lead #1001"), 1);
        office.delete("selin", "New lead #1001").await;
        office.sleep("15m");
        office.settle().await;
        // It has moved on; nothing needs to be said where nothing stands.
        assert_eq!(cards_of(office, "selin", "# Lead #1001"), 0);
        for who in ["selin", "jonas"] {
            office.read(who);
        }
        office.expect_nothing_else().await;
    })
    .await;
}
