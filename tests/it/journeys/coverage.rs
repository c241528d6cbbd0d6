//! Who is away when, and what managers read of it: on asking, and on Friday for the week to come.

use super::{ada, short};
use crate::office::{SALES, in_each_chat_at};

/// Two days before the Friday on which managers are told.
const WEDNESDAY: &str = "2026-11-18T10:00:00Z";

/// Office hours in Berlin, for everybody.
fn office_hours() -> String {
    format!(
        "{SALES}\n[calendar.office]\nhours = \"Mo-Fr 09:00-18:00; PH off\"\nholidays = \"rep\"\n\
         [defaults.rep]\ncalendar = \"office\"\ntimezone = \"Europe/Berlin\"\ncountry = \"DE-BE\"\n"
    )
}

#[tokio::test]
async fn a_manager_sees_who_is_away_and_when_it_has_nobody() {
    in_each_chat_at(WEDNESDAY, &office_hours(), async |office| {
        let said = office.slash("jonas", "/away team").await;
        assert!(
            said.starts_with("You manage no team: ") && said.ends_with(" list shows your own absences."),
            "{said}"
        );
        let said = office.slash("marta", "/away team").await;
        assert_eq!(
            said,
            "Who is away until Wed 16 Dec. Team sales (Europe/Berlin): Nobody is away, and there is somebody on every day."
        );
        office
            .slash("selin", "/away from 23 Nov to 27 Nov cover @ayse dentist")
            .await;
        for who in ["ayse", "jonas", "deniz"] {
            office.slash(who, "/away from 25 Nov to 25 Nov").await;
        }
        let said = office.slash("marta", "/away team").await;
        assert!(
            said.contains("Selin Kaya is away Mon 23 Nov to Fri 27 Nov, Ayşe Yılmaz stands in."),
            "{said}"
        );
        assert!(!said.contains("dentist"), "{said}");
        assert!(said.ends_with("Nobody: Wed 25 Nov 09:00 to 18:00."), "{said}");
        office.after("672h").await;
        let said = office.slash("marta", "/away team").await;
        assert!(
            said.contains("Fri 25 Dec: holiday for Ayşe Yılmaz, Jonas Weber and Selin Kaya."),
            "{said}"
        );
    })
    .await;
}

#[tokio::test]
async fn on_friday_a_manager_reads_where_the_coming_week_has_nobody() {
    in_each_chat_at(WEDNESDAY, &office_hours(), async |office| {
        for (number, lead) in [(1001, ada()), (1002, short("Grace"))] {
            office.lead(lead).await;
            let story = office.story_of(number).await;
            let who = story.split(' ').nth(1).unwrap().to_owned();
            office.press(&who, "Accept").await;
            office.contacted(&who, "reached").await;
        }
        for who in ["selin", "ayse", "jonas", "deniz"] {
            office.slash(who, "/away from 25 Nov to 25 Nov").await;
        }
        office.after("52h 50m").await;
        assert!(!office.all_said("marta").contains("The week of"));
        office.after("11m").await;
        let told = office.read("marta");
        assert!(
            told.contains("The week of Mon 23 Nov has hours with nobody")
                && told.contains("Team sales (Europe/Berlin)")
                && told.contains("Wed 25 Nov 09:00 to 18:00")
                && told.contains("In these hours 2 leads usually come."),
            "{told}"
        );
        // Once, whoever starts again meanwhile.
        office.stop().await;
        office.start().await;
        office.after("24h").await;
        assert_eq!(office.read("marta"), "(nothing)");
    })
    .await;
}

#[tokio::test]
async fn nobody_reads_of_a_week_that_is_covered() {
    in_each_chat_at(WEDNESDAY, &office_hours(), async |office| {
        for who in ["selin", "ayse"] {
            office.slash(who, "/away from 25 Nov to 25 Nov").await;
        }
        office.after("72h").await;
        assert!(!office.all_said("marta").contains("The week of"));
    })
    .await;
}
