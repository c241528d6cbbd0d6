//! Somebody is asked, and answers.

use super::{ada, short};
use crate::{
    office::{SALES, in_each_chat},
    reads,
};

#[tokio::test]
async fn a_lead_is_accepted_and_everybody_else_hears_nothing() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        reads!(office, "selin", @"
        # New lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Please answer by Fri 20 Nov 11:15 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; it is your turn in team sales.)
        [Accept] [Decline] [Details] [Why]
        ");
        office.press("selin", "Accept").await;
        reads!(office, "selin", @"
        changed: # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Call by Fri 20 Nov 11:30 (Europe/Berlin).
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why] [Undo]
        ");
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_declined_lead_goes_to_the_next_and_the_old_card_says_so() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.read("selin");
        office.decline("selin", "busy", "on a train").await;
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You declined it Fri 20 Nov 11:00 (I have no time right now). Jonas Weber is asked now.
        [Undo]
        ");
        office.read("jonas");
        office.press("jonas", "Accept").await;
        office.read("jonas");
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You declined it Fri 20 Nov 11:00 (I have no time right now). Jonas Weber has it since Fri 20 Nov 11:00.
        ");
        assert_eq!(
            office.story_of(1001).await,
            "owned by jonas: selin declined, jonas accepted"
        );
        let offers = &office.api_lead(1001).await["offers"];
        assert_eq!(offers[0]["reason"]["id"], "busy");
        assert_eq!(offers[0]["reason"]["note"], "on a train");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_is_full_is_passed_over_until_there_is_room_again() {
    let rules = format!("{SALES}\n[defaults.rep]\ncapacity = 1\n");
    in_each_chat(&rules, async |office| {
        for name in ["Ada", "Grace", "Edith", "Mary"] {
            office.lead(short(name)).await;
        }
        for number in [1001, 1002, 1003] {
            assert!(office.story_of(number).await.starts_with("offered: "), "{number}");
        }
        assert_eq!(office.story_of(1004).await, "queued: ");
        reads!(office, "marta", @"
        Nobody in team sales is free; a lead waits.
        • #1004 · Mary: is offered again Fri 20 Nov 11:30.
        (Ayşe Yılmaz is at 1 of 1 leads, Jonas Weber is at 1 of 1 leads, Selin Kaya is at 1 of 1 leads.)
        ");
        office.press("selin", "Accept").await;
        office.press_now("selin", "Close").await;
        office.fill_in("selin", serde_json::json!({"choice": "lost", "why": "timing"})).await;
        assert_eq!(office.story_of(1004).await, "offered: selin pending");
    })
    .await;
}

#[tokio::test]
async fn when_everybody_declines_the_backup_is_asked_and_then_the_lead_waits() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        for who in ["selin", "jonas", "ayse", "deniz"] {
            office.read(who);
            office.decline(who, "busy", "").await;
            office.read(who);
        }
        assert_eq!(
            office.story_of(1001).await,
            "queued: selin declined, jonas declined, ayse declined, deniz declined"
        );
        reads!(office, "marta", @r"
        Nobody in team sales is free; a lead waits.
        • #1001 · Ada Lovelace, Analytical Engines: is offered as soon as somebody is free.
        (Ayşe Yılmaz had it already, Jonas Weber had it already, Selin Kaya had it already, Deniz Aydın had it already.)
        ");
        // The steps go on; nobody who has declined is asked again.
        office.after("40m").await;
        office.after("20m").await;
        reads!(office, "marta", @"
        A lead was late.
        • #1001 · Ada Lovelace, Analytical Engines: You have it since Fri 20 Nov 12:00.
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
        office.read("selin");
        assert!(office.story_of(1001).await.starts_with("owned by marta: "));
    })
    .await;
}
