//! Contacts: what comes next is planned with one, other programs tell of them; and how far a lead has come.

use jiff::Timestamp;
use serde_json::json;

use super::ada;
use crate::{
    office::{Office, SALES, in_each_chat},
    reads,
};

async fn owned_by_selin(office: &Office) {
    office.lead(ada()).await;
    office.press("selin", "Accept").await;
    office.after("31s").await;
    office.read("selin");
}

#[tokio::test]
async fn a_reply_that_the_mailer_tells_of_is_the_first_contact() {
    in_each_chat(SALES, async |office| {
        owned_by_selin(office).await;
        office.after("4m").await;
        let reply =
            json!({"email": "ada@analytical.example", "activity": "email_replied", "id": "r1"});
        office.activities("website", &reply).await;
        reads!(office, "selin", @"
        changed: # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Reached Fri 20 Nov 11:04:31 (Europe/Berlin).
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ----
        in the thread: Lead #1001 · Ada Lovelace, Analytical Engines was reached (email replied), says website. It counts as the first contact.
        ");
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["sla"]["contacted_at"], lead["sla"]["attempted_at"]);
        let last = lead["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&last["event"], &last["actor"], &last["detail"]),
            (
                &json!("contacted"),
                &json!("source:website"),
                &json!("reached: email_replied")
            )
        );
        let said = office.press_now("selin", "Details").await.dialog.unwrap();
        assert!(
            said.contains("Reached: email replied, says website"),
            "{said}"
        );
        office
            .activities(
                "website",
                &json!({"email": "ada@analytical.example", "activity": "email_replied"}),
            )
            .await;
        office.after("2h").await;
        assert_eq!(office.api_lead(1001).await["sla"]["breached"], json!([]));
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_contact_says_what_comes_next_and_the_stage_stands_on_the_card() {
    in_each_chat(SALES, async |office| {
        owned_by_selin(office).await;
        office.press_now("selin", "Contacted").await;
        let without = json!({"choice": "reached", "next": "proposal"});
        let said = office.try_fill_in("selin", without).await.wrong.unwrap();
        assert!(said.contains("Please choose a time"), "{said}");
        let at: Timestamp = "2026-11-20T14:00:00Z".parse().unwrap();
        office
            .fill_in(
                "selin",
                json!({"choice": "reached", "note": "wants an offer", "next": "proposal", "at": at.as_second()}),
            )
            .await;
        office.press_now("selin", "Stage").await;
        office.fill_in("selin", json!({"choice": "opportunity"})).await;
        reads!(office, "selin", @"
        changed: # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Reached Fri 20 Nov 11:00:31 (Europe/Berlin).
        Next: send a proposal, Fri 20 Nov 15:00 (Europe/Berlin).
        Stage: Opportunity.
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ");
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["stage"], "opportunity");
        assert_eq!(
            lead["next_step"],
            json!({"what": "proposal", "due_at": "2026-11-20T14:00:00Z"})
        );
        let last = lead["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&last["event"], &last["actor"], &last["detail"]),
            (&json!("staged"), &json!("selin"), &json!("opportunity"))
        );
        office.after("4h").await;
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
        Next: send a proposal, Fri 20 Nov 15:00 (Europe/Berlin).
        Stage: Opportunity.
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ----
        in the thread: Planned for now: send a proposal, lead #1001 · Ada Lovelace, Analytical Engines.
        Call: +4930123456
        Mail: ada@analytical.example
        [Contacted] [Next step]
        ");
        let back = office
            .api("leads/1001/stage", &json!({"stage": "sql"}))
            .await;
        assert_eq!(back["stage"], "sql");
        office.settle().await;
        office.read("selin");
        office.expect_nothing_else().await;
    })
    .await;
}
