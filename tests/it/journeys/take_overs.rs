//! A colleague is asked to take a lead over, and is away, goes away, or leaves the message unread: they find it where
//! everything else stands that waits for them, and its owner does not wait for somebody who is not there.

use serde_json::json;

use super::ada;
use crate::{
    office::{Office, SALES, in_each_chat},
    reads, says,
};

/// Selin owns Ada, and asks Jonas to take her over.
async fn asked_over(office: &Office) {
    office.lead(ada()).await;
    office.press("selin", "Accept").await;
    office.after("31s").await;
    office.press_now("selin", "Hand over").await;
    let asks = json!({"choice": "rep:jonas", "note": "He speaks Turkish"});
    office.fill_in("selin", asks).await;
    office.read("selin");
    office.read("jonas");
}

#[tokio::test]
async fn who_goes_away_for_two_weeks_is_asked_to_take_over_nothing() {
    in_each_chat(SALES, async |office| {
        asked_over(office).await;
        let said = office.slash("jonas", "/away until 4 Dec 18:00").await;
        says!(said, @"You are away until Fri 4 Dec 18:00 (Europe/Berlin). 1 pending offer moved on: #1001. #1001 · Ada Lovelace, Analytical Engines: Selin Kaya has it since today 11:00.");
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted, jonas withdrawn"
        );
        let told = office.read("selin");
        says!(told.split_once("----\n").unwrap().1, @"in the thread: Jonas Weber can't be asked now. It stays yours: lead #1001 · Ada Lovelace, Analytical Engines.");
        reads!(office, "jonas", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It was not handed over because you were away. Selin Kaya has it since Fri 20 Nov 11:00.
        ");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn who_is_asked_to_take_over_finds_it_among_what_waits() {
    in_each_chat(SALES, async |office| {
        asked_over(office).await;
        let (said, _) = office.types("jonas", "/leads").await;
        says!(said, @"You have 1 lead to answer or call. #1001 · Ada Lovelace, Analytical Engines: Take it over from Selin Kaya? Please answer by today 11:15.");
        let tab = office.home("jonas").await;
        let waits = tab.split("---\n").nth(1).unwrap();
        says!(waits, @"
        Waiting for your answer (1)
        #1001 · Ada Lovelace, Analytical Engines: Take it over from Selin Kaya? Please answer by today 11:15.
        [Take over] [Decline] [Details]
        ");
        // Of the owner it asks nothing but the call.
        let (said, _) = office.types("selin", "/leads").await;
        says!(said, @"You have 1 lead to answer or call. #1001 · Ada Lovelace, Analytical Engines: Call by today 11:30. +4930123456, it is 11:00 there.");
        office.press_home("jonas", "Take over").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by jonas: selin accepted, jonas accepted"
        );
    })
    .await;
}
