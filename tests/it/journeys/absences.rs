//! People go and come back.

use super::{ada, short};
use crate::{
    office::{SALES, in_each_chat},
    reads,
};

#[tokio::test]
async fn who_goes_away_passes_on_what_waits_for_them() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.read("selin");
        office
            .slash("selin", "/away until tomorrow 9am dentist")
            .await;
        reads!(office, "selin", @r"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It was passed on because you were away. Jonas Weber is asked now.
        ");
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin withdrawn, jonas pending"
        );
        office.read("jonas");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_is_free_and_the_manager_hears_of_ten_leads_in_one_message() {
    in_each_chat(SALES, async |office| {
        for who in ["ayse", "jonas", "selin", "deniz"] {
            office.slash(who, "/away until back").await;
        }
        for nth in 0..10 {
            office.submit(short(&format!("Lead{nth}"))).await;
        }
        office.settle().await;
        reads!(office, "marta", @r"
        Nobody in team sales is free; 10 leads wait.
        • #1001 · Lead0: is offered as soon as somebody is free.
        • #1002 · Lead1: is offered as soon as somebody is free.
        • #1003 · Lead2: is offered as soon as somebody is free.
        • #1004 · Lead3: is offered as soon as somebody is free.
        • #1005 · Lead4: is offered as soon as somebody is free.
        • #1006 · Lead5: is offered as soon as somebody is free.
        • #1007 · Lead6: is offered as soon as somebody is free.
        • #1008 · Lead7: is offered as soon as somebody is free.
        • #1009 · Lead8: is offered as soon as somebody is free.
        • #1010 · Lead9: is offered as soon as somebody is free.
        (Ayşe Yılmaz is away, Jonas Weber is away, Selin Kaya is away.)
        ");
        office.after("6m").await;
        office.slash("jonas", "/back").await;
        // Slack takes one message a second.
        office.after("10s").await;
        // The rest as he answers: ten at once would go unanswered.
        for number in 1001..=1005 {
            assert_eq!(office.story_of(number).await, "offered: jonas pending");
        }
        assert_eq!(office.cards("jonas").len(), 5);
        office.read("jonas");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_planned_absence_begins_by_itself() {
    in_each_chat(SALES, async |office| {
        office.slash("selin", "/away from 14:00 until 15:00").await;
        office.after("2h 58m").await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.read("selin");
        office.after("2m").await;
        reads!(office, "selin", @r"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It was passed on because you were away. Jonas Weber is asked now.
        ");
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin withdrawn, jonas pending"
        );
        office.read("jonas");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn what_an_absence_passed_on_is_kept_within_a_minute() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.types("selin", "/away for 2h").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin withdrawn, jonas pending"
        );
        office.after("50s").await;
        office.press("selin", "Keep the lead").await;
        let said = office.all_said("selin");
        assert!(said.contains("Taken back: 1 offer waits"), "{said}");
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin pending, jonas withdrawn"
        );
        let told = office.read("jonas");
        assert!(told.contains("Selin Kaya takes it after all"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn after_a_minute_or_an_accept_nothing_is_kept() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.types("selin", "/away for 2h").await;
        office.after("61s").await;
        office.press("selin", "Keep the lead").await;
        let said = office.all_said("selin");
        assert!(
            said.contains("Too late") && said.contains("Jonas Weber is asked now"),
            "{said}"
        );
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin withdrawn, jonas pending"
        );
    })
    .await;
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.types("selin", "/away for 2h").await;
        office.press("jonas", "Accept").await;
        office.press("selin", "Keep the lead").await;
        let said = office.all_said("selin");
        assert!(
            said.contains("Too late") && said.contains("Jonas Weber has it"),
            "{said}"
        );
        assert_eq!(
            office.story_of(1001).await,
            "owned by jonas: selin withdrawn, jonas accepted"
        );
    })
    .await;
}

#[tokio::test]
async fn a_manager_who_sent_somebody_away_may_keep_their_offers_for_them() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.types("marta", "/away @selin until Monday").await;
        office.press("marta", "Keep the lead").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin pending, jonas withdrawn"
        );
    })
    .await;
}

#[tokio::test]
async fn an_answer_gives_the_room_to_the_lead_that_waited() {
    let narrow = SALES
        .replace(
            r#"members = ["ayse", "jonas", "selin"]"#,
            r#"members = ["ayse"]"#,
        )
        .replace(r#"backups = ["deniz"]"#, "");
    let narrow = format!("{narrow}\n[defaults.rep]\npending = 1\n");
    in_each_chat(&narrow, async |office| {
        office.lead(ada()).await;
        office.lead(short("Grace")).await;
        assert_eq!(office.api_lead(1002).await["state"], "queued");
        office.press_now("ayse", "Accept").await;
        // Together with the answer, before anything else has happened.
        assert_eq!(office.story_of(1002).await, "offered: ayse pending");
    })
    .await;
}

#[tokio::test]
async fn who_does_not_say_until_when_keeps_what_they_own_for_a_business_day() {
    let steps = "  { after = \"20m\", remind = \"rep\" },\n  { after = \"30m\", notify = \"managers\" },\n  { after = \"60m\", reoffer = \"team\" },\n";
    let rules = SALES.replace(steps, "");
    assert_ne!(rules, SALES);
    in_each_chat(&rules, async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.slash("selin", "/away until back").await;
        office.after("2h").await;
        office.slash("selin", "/back").await;
        office.slash("selin", "/away until back").await;
        // Friday is not a whole one; Monday is over at midnight.
        office.after("82h").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
        office.after("1h").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin accepted, jonas pending"
        );
    })
    .await;
}
