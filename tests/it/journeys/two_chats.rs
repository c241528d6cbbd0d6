//! A team that works in two chats: some in Slack, some in Microsoft Teams, and somebody in both.

use serde_json::json;

use super::{ada, short};
use crate::{
    office::{Desktop, Office, SALES, in_both_chats},
    reads,
};

/// Jonas, Deniz and the manager are in Teams; Selin and Ayşe are in Slack.
fn mixed() -> String {
    SALES.replace("\"marta\"", "\"oskar\"")
}

/// Selin has an account in each chat; what Baton says to her comes in this one.
fn selin_in_both(chat: &str) -> String {
    let selin = format!(
        r#"[[rep]]
id = "selin"
name = "Selin Kaya"
email = "selin@example.com"
slack = "U0SELIN"
teams = "{}"
chat = "{chat}"
timezone = "Europe/Berlin"
"#,
        Desktop::user("selin")
    );
    let (people, rules) = SALES.trim_start().split_once('\n').unwrap();
    let others = people.replace("\"selin\", ", "");
    format!("{others}\n{selin}{rules}")
}

#[tokio::test]
async fn a_lead_goes_across_the_chats_by_a_decline_and_by_the_clock() {
    in_both_chats(&mixed(), async |office| {
        office.lead(ada()).await;
        office.decline("selin", "busy", "").await;
        reads!(office, "selin", @"
        # Lead #1001 · Ada Lovelace, Analytical Engines
        You declined it Fri 20 Nov 11:00 (I have no time right now). Jonas Weber is asked now.
        [Undo]
        ");
        assert!(office.read("jonas").contains("[Accept] [Decline]"));
        office.after("15m").await;
        reads!(office, "jonas", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It had no answer by Fri 20 Nov 11:15, so it moved on. Ayşe Yılmaz is asked now.
        ----
        Still waiting for your answer: #1001 · Ada Lovelace, Analytical Engines. It moves on Fri 20 Nov 11:15 (Europe/Berlin).
        ");
        assert!(office.read("ayse").contains("[Accept] [Decline]"));
        office.press("ayse", "Accept").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by ayse: selin declined, jonas expired, ayse accepted"
        );
        reads!(office, "jonas", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It had no answer by Fri 20 Nov 11:15, so it moved on. Ayşe Yılmaz has it since Fri 20 Nov 11:15.
        ");
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You declined it Fri 20 Nov 11:00 (I have no time right now). Ayşe Yılmaz has it since Fri 20 Nov 11:15.
        ");
        assert!(office.read("ayse").contains("# Your lead #1001"));
        office.expect_nothing_else().await;
        // Ayşe calls nobody: the manager hears of it in Teams, and gives the lead to somebody in Slack.
        office.after("15m").await;
        reads!(office, "ayse", @"
        changed: # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Call by Fri 20 Nov 11:30 (Europe/Berlin).
        (Why you: rule all; nobody took it yet, and it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ----
        in the thread: Nobody has tried to reach #1001 · Ada Lovelace, Analytical Engines yet. Call by Fri 20 Nov 11:30 (Europe/Berlin).
        Call: +4930123456
        Mail: ada@analytical.example
        [Contacted]
        ");
        reads!(office, "oskar", @"
        A lead is late.
        #1001 · Ada Lovelace, Analytical Engines: nobody has tried to reach them (due Fri 20 Nov 11:30). Selin Kaya declined. Jonas Weber did not answer. Ayşe Yılmaz has it since Fri 20 Nov 11:15.
        [Take it] [Assign…] [Ask the next one] [Later…]
        ");
        office.press_now("oskar", "Assign…").await;
        let to_selin = json!({"choice": "rep:selin", "note": "Please call at once"});
        office.fill_in("oskar", to_selin).await;
        reads!(office, "oskar", @"
        changed: A lead was late.
        • #1001 · Ada Lovelace, Analytical Engines: Selin Kaya has it since Fri 20 Nov 11:30.
        ");
        reads!(office, "ayse", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You had it until Fri 20 Nov 11:30. Selin Kaya has it since Fri 20 Nov 11:30.
        ----
        in the thread: Lead #1001 · Ada Lovelace, Analytical Engines is no longer yours: Oskar Holm decided so. Selin Kaya has it since Fri 20 Nov 11:30.
        ");
        reads!(office, "jonas", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It had no answer by Fri 20 Nov 11:15, so it moved on. Selin Kaya has it since Fri 20 Nov 11:30.
        ");
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You declined it Fri 20 Nov 11:00 (I have no time right now). You have it since Fri 20 Nov 11:30.
        ----
        # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Call by Fri 20 Nov 11:30 (Europe/Berlin).
        (Oskar Holm gave it to you: “Please call at once”.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ");
        assert_eq!(office.api_lead(1001).await["owner"], "selin");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn the_first_to_claim_has_it_whichever_chat_they_are_in() {
    let pool = mixed().replace("to = { team = \"sales\" }", "to = { pool = \"sales\" }");
    in_both_chats(&pool, async |office| {
        office.lead(ada()).await;
        for who in ["ayse", "jonas", "selin", "#sales"] {
            assert!(office.read(who).contains("[Claim]"), "{who}");
        }
        office.press("jonas", "Claim").await;
        assert!(office.read("jonas").contains("# Your lead #1001"));
        for who in ["ayse", "selin", "#sales"] {
            reads!(office, who, @"
            changed: # Lead #1001 · Ada Lovelace, Analytical Engines
            Jonas Weber has it since Fri 20 Nov 11:00.
            ");
        }
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_is_in_both_chats_gets_cards_in_one_and_is_believed_in_the_other() {
    for (chat, other) in [("slack", "teams"), ("teams", "slack")] {
        let (here, there) = (format!("selin@{chat}"), format!("selin@{other}"));
        in_both_chats(&selin_in_both(chat), async |office| {
            believed_there(office, &here, &there).await;
        })
        .await;
    }
}

async fn believed_there(office: &Office, here: &str, there: &str) {
    office.lead(ada()).await;
    assert!(office.read(here).contains("[Accept] [Decline]"));
    assert_eq!(office.read(there), "(nothing)");
    let page = office.home(there).await;
    assert!(page.contains("Waiting for your answer (1)"), "{page}");
    office.press_home(there, "Accept").await;
    let page = office.home(there).await;
    assert!(page.contains("whom to call first (1)"), "{page}");
    assert!(office.read(here).starts_with("changed: # Your lead #1001"));
    let page = office.home(here).await;
    assert!(page.contains("whom to call first (1)"), "{page}");
    // What is typed in one chat is so in the other.
    let (said, _) = office.types(there, "/away for 1h").await;
    assert!(said.starts_with("You are away until today 12:00"), "{said}");
    let page = office.home(here).await;
    assert!(page.contains("You are away until today 12:00"), "{page}");
    for name in ["Grace", "Edith", "Mary"] {
        office.lead(short(name)).await;
    }
    for number in 1002..=1004 {
        let story = office.story_of(number).await;
        assert!(!story.contains("selin"), "{story}");
    }
    let (said, _) = office.types(here, "/back").await;
    assert!(said.starts_with("Welcome back."), "{said}");
    let (said, _) = office.types(there, "/leads mine").await;
    assert!(said.contains("#1001"), "{said}");
    // News of her lead comes where its card is, and she may act on it there.
    office.read(there);
    office.after("20m").await;
    let news = office.read(here);
    assert!(news.contains("Nobody has tried to reach #1001"), "{news}");
    assert_eq!(office.read(there), "(nothing)");
    office.contacted(here, "reached").await;
    let page = office.home(there).await;
    assert!(page.contains("#1001 · Ada Lovelace"), "{page}");
    let lead = office.api_lead(1001).await;
    assert!(lead["sla"]["contacted_at"].is_string(), "{lead}");
    office.expect_true_cards().await;
}
