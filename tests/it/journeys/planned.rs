//! What is planned, by the owner or after a call that reached nobody, stands in `/leads` and on the home page by when
//! it is due.

use jiff::Timestamp;
use serde_json::json;

use super::{ada, short};
use crate::{
    office::{Office, SALES, in_each_chat},
    says,
};

/// Selin alone, who is to try again two hours after an attempt that reached nobody.
fn selin_alone() -> String {
    SALES
        .replace(
            r#"members = ["ayse", "jonas", "selin"]"#,
            r#"members = ["selin"]"#,
        )
        .replacen("[sla.demo]\n", "[sla.demo]\nretry = [\"2h\"]\n", 1)
}

async fn accepted(office: &Office) {
    office.press("selin", "Accept").await;
    office.after("31s").await;
}

#[tokio::test]
async fn a_call_that_reached_nobody_stands_there_until_it_is_due_and_is_no_contact() {
    in_each_chat(&selin_alone(), async |office| {
        office.lead(ada()).await;
        accepted(office).await;
        office.contacted("selin", "no_answer").await;
        let said = office.slash("selin", "/leads").await;
        says!(said, @"You have 1 lead planned for later. #1001 · Ada Lovelace, Analytical Engines: Tried today 11:00:31, not reached yet. Next: try again (attempt 2), today 13:00. +4930123456, it is 11:00 there.");
        office.after("1h 55m").await;
        office.lead(short("Grace")).await;
        accepted(office).await;
        // Of two the one comes first that is due first.
        let said = office.slash("selin", "/leads").await;
        says!(said, @"You have 2 leads, 1 to answer or call, 1 planned for later. #1001 · Ada Lovelace, Analytical Engines: Tried today 11:00, not reached yet. Next: try again (attempt 2), today 13:00. +4930123456, it is 12:56 there. #1002 · Grace: Call by today 13:25.");
        office.after("10m").await;
        let tab = office.home("selin").await;
        let own = tab.split("---\n").nth(2).unwrap();
        says!(own, @"
        Your leads, whom to call first (2)
        #1001 · Ada Lovelace, Analytical Engines: Tried today 11:00, not reached yet. Now: try again (attempt 2), due since today 13:00. +4930123456, it is about 13:00 there.
        [Contacted] [Details]
        #1002 · Grace: Call by today 13:25.
        [Contacted] [Details]
        [Refresh]
        ");
        office.slash("selin", "/away for 1h").await;
        office.after("10m").await;
        let said = office.slash("selin", "/back").await;
        let (_, waits) = said.split_once("Waiting for you now: ").unwrap();
        says!(waits, @"1 to call, 1 planned for now.");
    })
    .await;
}

#[tokio::test]
async fn what_the_owner_plans_stands_there_too_until_they_were_reached_and_nothing_is_left() {
    in_each_chat(&selin_alone(), async |office| {
        office.lead(ada()).await;
        accepted(office).await;
        let at: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
        office.press_now("selin", "Contacted").await;
        let proposal = json!({"choice": "reached", "next": "proposal", "at": at.as_second()});
        office.fill_in("selin", proposal).await;
        let said = office.slash("selin", "/leads").await;
        says!(said, @"You have 1 lead planned for later. #1001 · Ada Lovelace, Analytical Engines: Reached today 11:00:31. Next: send a proposal, Tue 24 Nov 09:00. +4930123456, it is 11:00 there.");
        office.after("94h").await;
        let said = office.slash("selin", "/leads").await;
        says!(said, @"You have 1 lead planned for now. #1001 · Ada Lovelace, Analytical Engines: Reached Fri 20 Nov 11:00. Now: send a proposal, due since today 09:00. +4930123456, it is 09:00 there.");
        office.contacted("selin", "no_answer").await;
        office.contacted("selin", "reached").await;
        let said = office.slash("selin", "/leads").await;
        says!(said, @"You have 1 lead, all contacted. #1001 · Ada Lovelace, Analytical Engines: Reached Fri 20 Nov 11:00. +4930123456, it is 09:00 there.");
    })
    .await;
}
