//! Answers that are earned: how long each leg of a lead's way took, and accepts of which nothing came.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ada, short};
use crate::office::{Office, SALES, in_each_chat};

/// The clock of leads runs in the office's hours, until 18:00 in Berlin.
fn rules() -> String {
    let office =
        "[calendar.office]\nhours = \"Mo-Fr 09:00-18:00\"\n\n[sla.demo]\ncalendar = \"office\"\n";
    SALES.replacen("[sla.demo]\n", office, 1)
}

async fn durations(office: &Office) -> Value {
    office.api_lead(1001).await["sla"]["durations"].clone()
}

#[tokio::test]
async fn each_leg_of_a_leads_way_is_told_by_both_clocks() {
    in_each_chat(&rules(), async |office| {
        office.after("6h 50m").await;
        office.lead(ada()).await;
        let none = json!({"wall_s": 0.0, "business_s": 0.0});
        let so_far = durations(office).await;
        assert_eq!(so_far["received_to_offered"], none);
        assert_eq!(so_far["offered_to_delivered"], none);
        assert_eq!(so_far["delivered_to_accepted"], Value::Null);
        office.after("5m").await;
        office.press("selin", "Accept").await;
        office.after("10m").await;
        office.contacted("selin", "reached").await;
        assert_eq!(
            durations(office).await,
            json!({
                "received_to_offered": none,
                "offered_to_delivered": none,
                "delivered_to_accepted": {"wall_s": 300.0, "business_s": 300.0},
                "lost": null,
                "accepted_to_contacted": {"wall_s": 600.0, "business_s": 300.0},
            })
        );
        let said = office.press_now("selin", "Details").await.dialog.unwrap();
        let took = "offered after 0 s, in a chat after 0 s, accepted after 5 min, called after 10 min (5 min of open hours)";
        assert!(said.contains(took), "{said}");
        let (said, _) = office.types("marta", "/leadstats sales").await;
        let told = "Whose time: half: Baton 0 s, chat 0 s, accept 5 min, call 10 min (5 min open); nine of ten: Baton";
        assert!(said.contains(told), "{said}");
    })
    .await;
}

#[tokio::test]
async fn accepts_of_which_nothing_came_are_a_number() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.after("31m").await;
        office.lead(short("Bob")).await;
        let asked = |who: &&str| {
            office
                .cards(who)
                .iter()
                .any(|card| card.contains("[Accept]"))
        };
        let who = ["ayse", "jonas", "selin"].into_iter().find(asked).unwrap();
        office.press(who, "Accept").await;
        office.contacted(who, "reached").await;
        let (own, _) = office.types("selin", "/leadstats me").await;
        assert!(own.contains("Hollow accepts: 1 of 1"), "{own}");
        let (said, _) = office.types("marta", "/leadstats sales by rep").await;
        assert!(
            said.contains("Hollow accepts: 1 of 2 (Selin Kaya 1)"),
            "{said}"
        );
        // She had called in time.
        let call = json!({"outcome": "reached", "at": "2026-11-20T10:20:00Z"});
        office.api("leads/1001/contact", &call).await;
        office.settle().await;
        let (said, _) = office.types("marta", "/leadstats sales by rep").await;
        assert!(!said.to_lowercase().contains("hollow"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_nobody_makes_is_not_forgotten() {
    let retry = "retry = [\"1h\"]\n\n[notices]";
    let rules = rules().replacen("[notices]", retry, 1);
    in_each_chat(&rules, async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.contacted("selin", "no_answer").await;
        office.after("61m").await;
        let said = office.read("selin");
        assert!(
            said.contains("Planned for now: try again (attempt 2), lead #1001"),
            "{said}"
        );
        office.read("marta");
        // Over the weekend nobody hears of it.
        office.after("68h").await;
        assert!(!office.read("selin").contains("Due since"));
        office.after("1h").await;
        let said = office.read("selin");
        assert!(
            said.contains("Due since Fri 20 Nov 12:00: try again (attempt 2), lead #1001"),
            "{said}"
        );
        let said = office.read("marta");
        let late = "they were tried Fri 20 Nov 11:00 and not reached, and nobody has tried again since (due Fri 20 Nov 12:00). Selin Kaya has it since Fri 20 Nov 11:00.";
        assert!(said.contains(late), "{said}");
        office.press("marta", "Ask the next one").await;
        assert!(office.story_of(1001).await.starts_with("offered: selin accepted, "));
    })
    .await;
}

#[tokio::test]
async fn what_managers_read_of_a_lead_that_is_not_reached_is_true_of_the_last_attempt() {
    let retry = "retry = [\"1h\", \"1h\"]\n\n[notices]";
    let rules = rules().replacen("[notices]", retry, 1);
    in_each_chat(&rules, async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.contacted("selin", "no_answer").await;
        office.after("61m").await;
        office.contacted("selin", "voicemail").await;
        let card = office.cards("selin").join("\n");
        assert!(card.contains("Tried Fri 20 Nov 12:01 (Europe/Berlin), not reached yet."), "{card}");
        office.read("marta");
        office.after("69h").await;
        let said = office.read("marta");
        assert!(
            said.contains("they were tried Fri 20 Nov 12:01 and not reached, and nobody has tried again since (due Fri 20 Nov 13:01)."),
            "{said}"
        );
        let late = office.home("marta").await;
        assert!(!late.contains("Nothing is late."), "{late}");
        // She says when she will, and nobody is told of it again.
        office.press("selin", "Next step").await;
        let at: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
        let plan = json!({"choice": "call", "at": at.as_second()});
        office.fill_in("selin", plan).await;
        office.settle().await;
        let said = office.read("marta");
        assert!(said.contains("A lead was late."), "{said}");
        let late = office.home("marta").await;
        assert!(late.contains("Nothing is late."), "{late}");
    })
    .await;
}
