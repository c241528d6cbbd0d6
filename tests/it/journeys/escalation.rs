//! Nobody answers: step by step until somebody has it.

use serde_json::json;

use super::{ada, short};
use crate::{
    office::{SALES, in_each_chat},
    reads, says,
};

#[tokio::test]
async fn a_lead_nobody_answers_ends_with_the_manager() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.read("selin");

        office.after("10m").await;
        reads!(office, "selin", @"Still waiting for your answer: #1001 · Ada Lovelace, Analytical Engines. It moves on Fri 20 Nov 11:15 (Europe/Berlin).");
        office.after("5m").await;
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It had no answer by Fri 20 Nov 11:15, so it moved on. Jonas Weber is asked now.
        ");
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin expired, jonas pending"
        );
        office.read("jonas");

        office.after("10m").await;
        reads!(office, "jonas", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It had no answer by Fri 20 Nov 11:25, so it moved on. Deniz Aydın is asked now.
        ");
        reads!(office, "selin", @"(nothing)");
        reads!(office, "deniz", @"
        # New lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Please answer by Fri 20 Nov 12:00 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; nobody took it yet, and you are a backup in team sales.)
        [Accept] [Decline] [Details] [Why]
        ");

        office.after("15m").await;
        reads!(office, "marta", @"
        A lead is late.
        #1001 · Ada Lovelace, Analytical Engines: nobody has accepted it (due Fri 20 Nov 11:15). Jonas Weber and Selin Kaya did not answer. Deniz Aydın is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        ");

        office.after("20m").await;
        reads!(office, "marta", @"
        changed: A lead was late.
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
        reads!(office, "deniz", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It had no answer by Fri 20 Nov 12:00, so it moved on. Marta Lind has it since Fri 20 Nov 12:00.
        ");
        reads!(office, "jonas", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It had no answer by Fri 20 Nov 11:25, so it moved on. Marta Lind has it since Fri 20 Nov 12:00.
        ");
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It had no answer by Fri 20 Nov 11:15, so it moved on. Marta Lind has it since Fri 20 Nov 12:00.
        ");
        assert_eq!(
            office.story_of(1001).await,
            "owned by marta: selin expired, jonas expired, deniz expired, marta accepted"
        );
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_late_within_five_minutes_is_one_message_to_the_manager() {
    in_each_chat(SALES, async |office| {
        for name in ["Ada", "Grace", "Edith"] {
            office.lead(short(name)).await;
            office.after("1m").await;
        }
        office.after("37m").await;
        reads!(office, "marta", @"
        A lead is late.
        #1001 · Ada: nobody has accepted it (due Fri 20 Nov 11:15). Ayşe Yılmaz and Selin Kaya did not answer. Deniz Aydın is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        ");
        office.after("4m").await;
        reads!(office, "marta", @"(nothing)");
        office.after("1m").await;
        reads!(office, "marta", @"
        2 leads are late.
        #1002 · Grace: nobody has accepted it (due Fri 20 Nov 11:16). Ayşe Yılmaz and Selin Kaya did not answer. Deniz Aydın is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        #1003 · Edith: nobody has accepted it (due Fri 20 Nov 11:17). Ayşe Yılmaz and Jonas Weber did not answer. Deniz Aydın is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_late_lead_that_no_rule_caught_can_be_assigned_to_its_clocks_team() {
    let rules = SALES.replace(
        "id = \"all\"\n",
        "id = \"all\"\nwhen = 'lead.type == \"never\"'\n",
    );
    in_each_chat(&rules, async |office| {
        office.lead(ada()).await;
        office.after("41m").await;
        let dialog = office.press_now("marta", "Assign…").await.dialog.unwrap();
        assert!(dialog.contains("Jonas Weber"), "{dialog}");
        let found = office.slash("marta", "/leads search ada").await;
        assert!(found.contains("#1001"), "{found}");
    })
    .await;
}

#[tokio::test]
async fn a_notice_in_the_channel_has_the_managers_buttons_and_obeys_nobody_else() {
    let rules = SALES.replace("notify = \"managers\"", "notify = \"channel\"");
    in_each_chat(&rules, async |office| {
        office.lead(ada()).await;
        office.lead(short("Grace")).await;
        office.after("40m").await;
        reads!(office, "#sales", @"
        2 leads are late.
        #1001 · Ada Lovelace, Analytical Engines: nobody has accepted it (due Fri 20 Nov 11:15). Jonas Weber and Selin Kaya did not answer. Deniz Aydın is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        #1002 · Grace: nobody has accepted it (due Fri 20 Nov 11:15). Ayşe Yılmaz and Selin Kaya did not answer. Deniz Aydın is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        ");
        office.read("jonas");
        let pressed = office.press_now("jonas #sales", "Take it").await;
        let told = match pressed.card {
            Some(card) => card.to_string(),
            None => office.told("jonas").await,
        };
        let refused = "Only the owner of lead #1001 or a manager of its team can do that.";
        assert!(told.contains(refused), "{told}");
        reads!(office, "#sales", @"(nothing)");
        let story = office.story_of(1001).await;
        assert!(story.ends_with("deniz pending"), "{story}");
        office.press("marta #sales", "Take it").await;
        assert!(office.story_of(1001).await.starts_with("owned by marta"));
        says!(office.read("#sales").replace("• ", ""), @"
        changed: 1 of 2 leads is still late.
        #1001 · Ada Lovelace, Analytical Engines: Marta Lind has it since Fri 20 Nov 11:40.
        #1002 · Grace: nobody has accepted it (due Fri 20 Nov 11:15). Ayşe Yılmaz and Selin Kaya did not answer. Deniz Aydın is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        ");
        office.press_now("marta #sales", "Assign…").await;
        office.fill_in("marta", json!({"choice": "rep:jonas"})).await;
        reads!(office, "#sales", @"
        changed: 2 leads were late.
        • #1001 · Ada Lovelace, Analytical Engines: Marta Lind has it since Fri 20 Nov 11:40.
        • #1002 · Grace: Jonas Weber has it since Fri 20 Nov 11:40.
        ");
    })
    .await;
}
