//! Presses that come twice, late, or from a card that is no longer true.

use baton::playground::{Fault, FaultRule};

use super::ada;
use crate::{
    office::{SALES, in_each_chat, on_both, user},
    reads, told,
};

#[tokio::test]
async fn a_press_that_slack_delivers_twice_counts_once() {
    on_both(SALES, async |office| {
        office.lead(ada()).await;
        office.fault(FaultRule::next(1, "interactions", Fault::Twice));
        office.press("selin", "Accept").await;
        reads!(office, "selin", @"
        # Your lead #1001 · Ada Lovelace, Analytical Engines
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
async fn a_press_on_an_old_card_tells_who_has_the_lead_now() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        let offer = office.value_of("selin", "Accept");
        // The chat is in no hurry to change her card.
        office.let_stand("selin", 3600);
        office.after("15m").await;
        office.press("jonas", "Accept").await;
        office.read("selin");
        office.press_now("selin", "Accept").await;
        told!(office, "selin", @"
        Too late for lead #1001. Jonas Weber has it since today 11:15. It cost you a turn in team sales; one press gives it back.
        [Put me back in line]
        ");
        office.press_stale("marta", "offer.accept", &offer).await;
        told!(office, "marta", @"This offer of lead #1001 is for somebody else. Jonas Weber has it since today 11:15.");
        office.read("jonas");
        office.after("20m").await;
        office.read("marta");
        office.contacted("jonas", "reached").await;
        office.after("40m").await;
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It had no answer by Fri 20 Nov 11:15, so it moved on. Jonas Weber has it since Fri 20 Nov 11:15.
        ");
        office.read("jonas");
        assert_eq!(
            office.story_of(1001).await,
            "owned by jonas: selin expired, jonas accepted"
        );
        office.read("marta");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn who_accepts_too_late_is_put_back_in_line_by_one_press() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.let_stand("selin", 3600);
        office.after("17m").await;
        office.press_now("selin", "Accept").await;
        let said = office.all_said("selin");
        assert!(
            said.contains("Too late for lead #1001. Jonas Weber is asked now. It cost you a turn in team sales"),
            "{said}"
        );
        let history = office.api_lead(1001).await["timeline"].to_string();
        assert!(history.contains("accepted 2 min too late"), "{history}");
        let lead = office.api_lead(1001).await;
        let offer = lead["offers"][0]["id"].as_str().unwrap();
        // In Teams the button stands above the card, in the answer to the press.
        if office.is_in_teams("selin") {
            office.press_stale("selin", "turn.back", offer).await;
        } else {
            office.press("selin", "Put me back in line").await;
        }
        let said = office.all_said("selin");
        assert!(
            said.contains("You are back in line in team sales: lead #1001 costs you no turn."),
            "{said}"
        );
        // There Teams says nothing more to her for now.
        if !office.is_in_teams("selin") {
            office.types("selin", "/leads turns").await;
            let turns = office.all_said("selin");
            assert!(
                turns.contains("you would have taken #1001, a little late: the turn came back, -1"),
                "{turns}"
            );
        }
        office.press_stale("selin", "turn.back", offer).await;
        let said = office.all_said("selin");
        assert!(said.contains("Lead #1001 gives no turn back"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn a_press_that_is_lost_on_its_way_changes_nothing_and_may_be_repeated() {
    on_both(SALES, async |office| {
        office.lead(ada()).await;
        office.read("selin");
        office.fault(FaultRule::next(1, "interactions", Fault::Lost).to(&user("selin")));
        let (card, accept) = office.button("selin", "Accept");
        let lost = office.slack.press(&user("selin"), &card, accept).await;
        assert_eq!(lost.problem.as_deref(), Some("operation_timeout"));
        office.settle().await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.press("selin", "Accept").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
    })
    .await;
}
