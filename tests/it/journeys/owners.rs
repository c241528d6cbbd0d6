//! Somebody has a lead: what they log, what they are told, and what becomes of it when they do nothing.

use serde_json::json;

use super::ada;
use crate::{
    office::{Office, SALES, in_each_chat},
    reads,
};

async fn owned_by_selin(office: &Office) {
    office.lead(ada()).await;
    office.press("selin", "Accept").await;
    office.read("selin");
}

#[tokio::test]
async fn a_second_submission_is_a_note_in_the_owners_thread() {
    in_each_chat(SALES, async |office| {
        owned_by_selin(office).await;
        let again = json!({
            "email": "ada@analytical.example", "title": "Head of Engines",
            "message": "Could you call before noon?",
        });
        let answer = office.lead(again).await;
        assert_eq!(answer["status"], "accepted");
        reads!(office, "selin", @"
        changed: # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Could you call before noon?”
        Call by Fri 20 Nov 11:30 (Europe/Berlin).
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why] [Undo]
        ----
        in the thread: Lead #1001 · Ada Lovelace, Analytical Engines wrote again.
        Title: Head of Engines
        Message: Could you call before noon?
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
async fn a_logged_contact_stops_the_second_clock() {
    in_each_chat(SALES, async |office| {
        owned_by_selin(office).await;
        office.contacted("selin", "voicemail").await;
        reads!(office, "selin", @"
        changed: # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Tried Fri 20 Nov 11:00 (Europe/Berlin), not reached yet.
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ");
        office.after("3h").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
        assert_eq!(office.api_lead(1001).await["sla"]["breached"], json!([]));
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_reached_nobody_comes_back_until_the_lead_goes_to_marketing() {
    let retry = "[sla.demo]\nretry = [\"2h\"]\nexhausted = { nurture = \"letters\" }\n";
    in_each_chat(&SALES.replacen("[sla.demo]\n", retry, 1), async |office| {
        owned_by_selin(office).await;
        office.read("selin");
        office.contacted("selin", "no_answer").await;
        reads!(office, "selin", @"
        changed: # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Tried Fri 20 Nov 11:00 (Europe/Berlin), not reached yet.
        Next: try again (attempt 2), Fri 20 Nov 13:00 (Europe/Berlin).
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ");
        office.after("2h").await;
        reads!(office, "selin", @"
        in the thread: Planned for now: try again (attempt 2), lead #1001 · Ada Lovelace, Analytical Engines.
        Call: +4930123456
        Mail: ada@analytical.example
        [Contacted] [Next step]
        ");
        office.contacted("selin", "voicemail").await;
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You had it until Fri 20 Nov 13:00. It went to marketing (letters).
        ");
        assert_eq!(office.api_lead(1001).await["state"], "nurture");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn an_untouched_lead_is_reminded_of_and_then_offered_again_under_a_new_clock() {
    in_each_chat(SALES, async |office| {
        owned_by_selin(office).await;
        office.after("20m").await;
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
        in the thread: Nobody has tried to reach #1001 · Ada Lovelace, Analytical Engines yet. Call by Fri 20 Nov 11:30 (Europe/Berlin).
        Call: +4930123456
        Mail: ada@analytical.example
        [Contacted]
        ");
        office.after("10m").await;
        reads!(office, "marta", @"
        A lead is late.
        #1001 · Ada Lovelace, Analytical Engines: nobody has tried to reach them (due Fri 20 Nov 11:30). Selin Kaya has it since Fri 20 Nov 11:00.
        [Take it] [Assign…] [Ask the next one] [Later…]
        ");
        office.read("selin");
        office.after("30m").await;
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You had it until Fri 20 Nov 12:00. Jonas Weber is asked now.
        ----
        in the thread: Lead #1001 · Ada Lovelace, Analytical Engines is no longer yours: nobody had tried to reach them in time. Jonas Weber is asked now.
        ");
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["sla"]["acknowledge_by"], "2026-11-20T11:15:00Z");
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin accepted, jonas pending"
        );
        reads!(office, "jonas", @"
        # New lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Please answer by Fri 20 Nov 12:15 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; nobody took it yet, and it is your turn in team sales.)
        [Accept] [Decline] [Details] [Why]
        ");
        office.read("marta");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_deal_is_won() {
    in_each_chat(SALES, async |office| {
        owned_by_selin(office).await;
        office.contacted("selin", "reached").await;
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
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ");
        office.press_now("selin", "Close").await;
        office.fill_in("selin", json!({"choice": "won"})).await;
        reads!(office, "selin", @r"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        Closed as won.
        [Details] [Why]
        ");
        office.after("2h").await;
        assert_eq!(office.api_lead(1001).await["state"], "closed");
        office.expect_nothing_else().await;
    })
    .await;
}
