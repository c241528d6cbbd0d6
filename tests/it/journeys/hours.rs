//! Working hours that people choose for themselves.

use serde_json::json;

use super::ada;
use crate::office::{SALES, in_each_chat};

#[tokio::test]
async fn hours_are_chosen_on_the_home_page_and_count_at_once() {
    in_each_chat(SALES, async |office| {
        office.home("selin").await;
        office.press_home("selin", "Working hours…").await;
        let mistake = office
            .try_fill_in("selin", json!({ "hours": "Mo-Fr 9 to 5" }))
            .await;
        let mistake = format!("{mistake:?}");
        assert!(mistake.contains("cannot read the hours from"), "{mistake}");
        office
            .fill_in("selin", json!({ "hours": "Mon–Sun 14:00-18:00" }))
            .await;
        let home = office.home("selin").await;
        assert!(
            home.contains("Working hours: Mo-Su 14:00-18:00 (Europe/Berlin, your own)")
                && home.contains("Your hours begin today 14:00 (Europe/Berlin)."),
            "{home}"
        );
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: jonas pending");
        let said = office.slash("selin", "/away hours reset").await;
        assert!(
            said.starts_with(
                "Your hours, those of the configuration again: always (Europe/Berlin)."
            ),
            "{said}"
        );
    })
    .await;
}

#[tokio::test]
async fn who_waits_for_somebody_is_offered_when_hours_are_widened() {
    in_each_chat(SALES, async |office| {
        for who in ["ayse", "jonas", "deniz"] {
            office.slash(who, "/away until back").await;
        }
        office.slash("selin", "/away hours 20:00-21:00").await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "queued: ");
        let said = office
            .slash("selin", "/away hours Mo-Su 09:00-12:00,13:00-18:00")
            .await;
        assert!(
            said.contains(
                "Your hours, from now on: Mo-Su 09:00-12:00,13:00-18:00 (Europe/Berlin)."
            ) && said.contains(": 09:00 to 12:00, 13:00 to 18:00"),
            "{said}"
        );
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
    })
    .await;
}

#[tokio::test]
async fn a_manager_chooses_hours_for_their_team_and_nobody_elses() {
    in_each_chat(SALES, async |office| {
        let refused = office
            .slash("jonas", "/away @selin hours 10:00-11:00")
            .await;
        assert!(
            refused.starts_with("Only Selin Kaya, or a manager"),
            "{refused}"
        );
        let wrong = office.slash("marta", "/away @selin hours gibberish").await;
        assert!(wrong.ends_with("Nothing was changed."), "{wrong}");
        let said = office
            .slash("marta", "/away @selin hours 10:00-20:00")
            .await;
        assert!(
            said.starts_with("Selin Kaya's hours, from now on: 10:00-20:00 (Europe/Berlin)."),
            "{said}"
        );
        let told = office.read("selin");
        assert!(
            told.contains(
                "Marta Vogel has changed when you get leads: 10:00-20:00 (Europe/Berlin)."
            ) || told.contains("has changed when you get leads: 10:00-20:00 (Europe/Berlin)."),
            "{told}"
        );
    })
    .await;
}

#[tokio::test]
async fn who_saves_what_stands_there_anyway_goes_on_with_the_configuration() {
    let rules = |hours: &str| {
        format!(
            "{SALES}\n[calendar.office]\nhours = \"{hours}\"\n[defaults.rep]\ncalendar = \"office\"\n"
        )
    };
    in_each_chat(&rules("Mo-Fr 09:00-18:00"), async |office| {
        office.home("selin").await;
        office.press_home("selin", "Working hours…").await;
        office
            .fill_in("selin", json!({ "hours": "Mo-Fr 09:00-18:00" }))
            .await;
        office.reload(&rules("Mo-Fr 08:00-16:00")).await;
        let home = office.home("selin").await;
        assert!(home.contains("Working hours: Mo-Fr 08:00-16:00"), "{home}");
    })
    .await;
}
