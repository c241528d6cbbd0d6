//! What people do by hand: take an answer back, hand a lead over, give it back, plan, see to what is late.

use jiff::Timestamp;
use serde_json::json;

use super::ada;
use crate::{
    office::{Office, SALES, in_each_chat, in_whatever_chats},
    reads, told,
};

async fn owned_by_selin(office: &Office) {
    office.lead(ada()).await;
    office.press("selin", "Accept").await;
    office.after("31s").await;
    office.read("selin");
}

#[tokio::test]
async fn an_accept_is_taken_back_and_the_offer_waits_as_before() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        let before = office.read("selin");
        office.press("selin", "Accept").await;
        office.read("selin");
        office.after("20s").await;
        office.press("selin", "Undo").await;
        assert_eq!(office.read("selin"), format!("changed: {before}"));
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.press("selin", "Accept").await;
        office.after("31s").await;
        assert!(!office.read("selin").contains("[Undo]"));
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_decline_is_taken_back_until_the_next_one_accepts() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.read("selin");
        office.press_now("selin", "Decline").await;
        office.fill_in("selin", json!({"choice": "busy"})).await;
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You declined it Fri 20 Nov 11:00 (I have no time right now). Jonas Weber is asked now.
        [Undo]
        ");
        office.read("jonas");
        office.press("selin", "Undo").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin pending, jonas withdrawn"
        );
        reads!(office, "jonas", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        Whoever had it before you took it back. Selin Kaya is asked now.
        ----
        in the thread: No need to answer lead #1001 · Ada Lovelace, Analytical Engines: Selin Kaya takes it after all.
        ");
        office.read("selin");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_lead_is_handed_to_a_colleague_who_takes_it_over() {
    in_whatever_chats(SALES, async |office| {
        owned_by_selin(office).await;
        office.press_now("selin", "Hand over").await;
        let asks = json!({"choice": "rep:jonas", "note": "He speaks Turkish"});
        office.fill_in("selin", asks).await;
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
        Jonas Weber is asked to take it over until Fri 20 Nov 11:15 (Europe/Berlin); it is yours until they accept.
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ");
        reads!(office, "jonas", @"
        # Take over lead #1001 · Ada Lovelace, Analytical Engines?
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Selin Kaya asks you to take it over: “He speaks Turkish”. It stays with Selin Kaya until you accept.
        You are asked until Fri 20 Nov 11:15 (Europe/Berlin).
        [Take over] [Decline] [Details] [Why]
        ");
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted, jonas pending"
        );
        office.press("jonas", "Take over").await;
        office.read("jonas");
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You had it until Fri 20 Nov 11:00:31. Jonas Weber has it since Fri 20 Nov 11:00:31.
        ----
        in the thread: Jonas Weber has taken over lead #1001 · Ada Lovelace, Analytical Engines.
        ");
        assert_eq!(
            office.story_of(1001).await,
            "owned by jonas: selin accepted, jonas accepted"
        );
    })
    .await;
}

#[tokio::test]
async fn a_colleague_says_no_and_the_owner_hears_why() {
    in_each_chat(SALES, async |office| {
        owned_by_selin(office).await;
        office.press_now("selin", "Hand over").await;
        let asks = json!({"choice": "team:sales", "note": "On leave tomorrow"});
        office.fill_in("selin", asks).await;
        office.read("selin");
        office.read("jonas");
        office.press_now("jonas", "Decline").await;
        office.fill_in("jonas", json!({"choice": "busy"})).await;
        office.read("jonas");
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
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ----
        in the thread: Jonas Weber does not take it over (I have no time right now). It stays yours: lead #1001 · Ada Lovelace, Analytical Engines.
        ");
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted, jonas declined"
        );
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_is_given_back_goes_to_somebody_else() {
    in_each_chat(SALES, async |office| {
        owned_by_selin(office).await;
        office.press_now("selin", "Give back").await;
        office
            .fill_in("selin", json!({"note": "Not my region"}))
            .await;
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You had it until Fri 20 Nov 11:00:31. Jonas Weber is asked now.
        ");
        office.read("jonas");
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin accepted, jonas pending"
        );
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["sla"]["acknowledge_by"], "2026-11-20T10:15:31Z");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_next_step_is_kept_shown_and_reminded_of() {
    in_each_chat(SALES, async |office| {
        owned_by_selin(office).await;
        office.contacted("selin", "reached").await;
        office.read("selin");
        office.press_now("selin", "Next step").await;
        let past = json!({"choice": "call", "at": 1_700_000_000});
        assert!(office.try_fill_in("selin", past).await.wrong.is_some());
        let at: Timestamp = "2026-11-20T11:00:00Z".parse().unwrap();
        let plan = json!({"choice": "call", "at": at.as_second()});
        office.fill_in("selin", plan).await;
        let shown = office.read("selin");
        assert!(shown.contains("Next: call, Fri 20 Nov 12:00"), "{shown}");
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["next_step"]["what"], "call");
        office.after("1h").await;
        reads!(office, "selin", @"
        changed: # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Reached Fri 20 Nov 11:00 (Europe/Berlin).
        Next: call, Fri 20 Nov 12:00 (Europe/Berlin).
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ----
        in the thread: Planned for now: call, lead #1001 · Ada Lovelace, Analytical Engines.
        Call: +4930123456
        Mail: ada@analytical.example
        [Contacted] [Next step]
        ");
        office.expect_nothing_else().await;
    })
    .await;
}

fn two_managers() -> String {
    SALES
        .replace(
            "managers = [\"marta\"]",
            "managers = [\"marta\", \"deniz\"]",
        )
        .replace("backups = [\"deniz\"]\n", "")
}

#[tokio::test]
async fn the_first_manager_takes_a_late_lead_and_the_other_one_sees_it() {
    in_each_chat(&two_managers(), async |office| {
        office.lead(ada()).await;
        office.after("40m").await;
        reads!(office, "marta", @"
        A lead is late.
        #1001 · Ada Lovelace, Analytical Engines: nobody has accepted it (due Fri 20 Nov 11:15). Jonas Weber and Selin Kaya did not answer. Ayşe Yılmaz is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        ");
        office.read("deniz");
        let value = office.value_of("deniz", "Take it");
        office.press("marta", "Take it").await;
        reads!(office, "deniz", @"
        changed: A lead was late.
        • #1001 · Ada Lovelace, Analytical Engines: Marta Lind has it since Fri 20 Nov 11:40.
        ");
        office.read("marta");
        office.press_stale("deniz", "escalation.take", &value).await;
        told!(office, "deniz", @"Too late for lead #1001. Marta Lind has it since today 11:40.");
        assert_eq!(office.api_lead(1001).await["owner"], "marta");
    })
    .await;
}

#[tokio::test]
async fn a_manager_is_told_later_what_is_still_late() {
    in_each_chat(&two_managers(), async |office| {
        office.lead(ada()).await;
        office.after("40m").await;
        office.read("marta");
        office.read("deniz");
        office.press_now("marta", "Later…").await;
        office.fill_in("marta", json!({"choice": "15"})).await;
        reads!(office, "deniz", @"
        changed: A lead is late.
        #1001 · Ada Lovelace, Analytical Engines: nobody has accepted it (due Fri 20 Nov 11:15). Jonas Weber and Selin Kaya did not answer. Ayşe Yılmaz is asked now. Quiet until Fri 20 Nov 11:55, says Marta Lind.
        [Take it] [Assign…] [Ask the next one]
        ");
        office.read("marta");
        office.after("15m").await;
        assert!(office.read("deniz").contains("A lead is late."));
        office.press_now("deniz", "Assign…").await;
        office
            .fill_in(
                "deniz",
                json!({"choice": "rep:ayse", "note": "Please call at once"}),
            )
            .await;
        reads!(office, "marta", @"
        changed: A lead was late.
        • #1001 · Ada Lovelace, Analytical Engines: Ayşe Yılmaz has it since Fri 20 Nov 11:55.
        ----
        A lead was late.
        • #1001 · Ada Lovelace, Analytical Engines: Ayşe Yılmaz has it since Fri 20 Nov 11:55.
        ");
        reads!(office, "ayse", @"
        # Lead #1001 · Ada Lovelace, Analytical Engines
        It was given out by hand. You have it since Fri 20 Nov 11:55.
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
        (Deniz Aydın gave it to you: “Please call at once”.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ");
    })
    .await;
}
