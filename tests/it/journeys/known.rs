//! One person, one lead: what becomes of those who write again, by whatever they are known, and are told of it.

use serde_json::{Value, json};

use super::ada;
use crate::{
    office::{Office, SALES, in_each_chat, on_both},
    reads,
};

/// Ada's lead is closed by Selin, who had it, and a week passes.
async fn closed(office: &Office, how: &str) {
    office.lead(ada()).await;
    office.press("selin", "Accept").await;
    office.contacted("selin", "reached").await;
    office.press_now("selin", "Close").await;
    office.fill_in("selin", json!({ "choice": how })).await;
    office.after("168h").await;
    office.read("selin");
}

#[tokio::test]
async fn a_customer_who_asks_again_is_back_with_whoever_had_them() {
    in_each_chat(SALES, async |office| {
        closed(office, "won").await;
        let again = json!({"email": "ADA+new@analytical.example", "message": "Two more, please."});
        let answer = office.lead(again).await;
        assert_eq!(answer["status"], "accepted");
        reads!(office, "selin", @"
        # Back again: lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Two more, please.”
        Please answer by Fri 27 Nov 11:15 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; you, or whom you stand in for, had this person before.)
        [Accept] [Decline] [Details] [Why]
        ");
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin accepted, selin pending"
        );
        office.press("selin", "Accept").await;
        office.read("selin");
        office.expect_nothing_else().await;
        let told = office.api_lead(1001).await;
        let reopened = &told["timeline"].as_array().unwrap().iter();
        let reopened = reopened.clone().find(|line| line["event"] == "reopened");
        assert_eq!(reopened.unwrap()["detail"], "it was won");
        let lines = office
            .types("marta", "/leadstats sales by source today")
            .await
            .0;
        assert!(lines.contains("Duplicates caught: 1"), "{lines}");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_known_by_the_phone_number_alone_is_told_so() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.read("selin");
        let call = json!({"phone": "+49 30 123456", "message": "She called."});
        office.lead(call).await;
        let private = json!({
            "phone": "+4930123456", "name": "Lovelace, Ada", "email": "ada@mail.example",
        });
        office.lead(private).await;
        reads!(office, "selin", @"
        changed: # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “She called.”
        Call by Fri 20 Nov 11:30 (Europe/Berlin).
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why] [Undo]
        ----
        in the thread: Lead #1001 · Ada Lovelace, Analytical Engines wrote again.
        Message: She called.
        (Known by the phone number.)
        ");
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["contact"]["email"], "ada@analytical.example");
        assert_eq!(lead["attributes"]["email, said later"], "ada@mail.example");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn who_writes_somebody_elses_number_into_a_form_is_somebody_else() {
    on_both(SALES, async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.read("selin");
        let stranger = json!({
            "email": "mallory@elsewhere.example", "name": "Mallory", "phone": "+4930123456",
        });
        let answer = office.lead(stranger).await;
        assert_eq!(office.read("selin"), "(nothing)");
        let lead = office.api_lead(1002).await;
        assert_eq!(answer["lead"], lead["id"]);
        assert_eq!(
            lead["timeline"][0]["detail"],
            "by website; the phone number is also lead #1001's"
        );
        // Whose it was first it stays; what another name says is on no card.
        let call = json!({"phone": "+4930123456", "name": "Mallory", "message": "Call +1"});
        let call = office.lead(call).await;
        let lead = office.api_lead(1001).await;
        assert_eq!(call["lead"], lead["id"]);
        assert_eq!(lead["contact"]["message"], ada()["message"]);
        assert_eq!(lead["attributes"]["message, said later"], "Call +1");
    })
    .await;
}

#[tokio::test]
async fn of_a_guess_nothing_is_on_the_card() {
    in_each_chat(SALES, async |office| {
        office
            .lead(json!({
                "email": "ada@analytical.example", "name": "Ada Lovelace", "company": "Analytical Engines Ltd",
            }))
            .await;
        office.press("selin", "Accept").await;
        office.read("selin");
        office
            .lead(json!({
                "phone": "+4930123456", "name": "Ada Lovelace", "company": "analytical engines",
            }))
            .await;
        reads!(office, "selin", @"
        in the thread: Lead #1001 · Ada Lovelace, Analytical Engines Ltd wrote again.
        Phone: +4930123456
        Company: analytical engines
        (Known by name and company only: it may be somebody else, so nothing of it is on the card.)
        ");
        assert_eq!(office.api_lead(1001).await["contact"]["phone"], Value::Null);
        // A namesake at the same company has another address.
        let namesake = json!({
            "email": "a.lovelace@analytical.example", "name": "Ada Lovelace", "company": "Analytical Engines",
        });
        office.lead(namesake).await;
        assert_eq!(
            office.api_lead(1002).await["contact"]["email"],
            "a.lovelace@analytical.example"
        );
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_somebody_dropped_stays_dropped() {
    on_both(SALES, async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.press_now("selin", "Close").await;
        office
            .fill_in("selin", json!({"choice": "disqualified", "note": "spam"}))
            .await;
        office.after("24h").await;
        for who in ["selin", "jonas", "ayse", "marta"] {
            office.read(who);
        }
        let answer = office
            .lead(json!({"email": "ada@analytical.example", "message": "Buy!"}))
            .await;
        assert_eq!(answer["status"], "accepted");
        assert_eq!(office.api_lead(1001).await["state"], "disqualified");
        office.expect_nothing_else().await;
    })
    .await;
}
