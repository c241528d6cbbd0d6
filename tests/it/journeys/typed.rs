//! What people type, told by what they and others see of it.

use serde_json::json;

use super::short;
use crate::{
    office::{Office, SALES, in_each_chat, in_each_chat_at},
    reads,
};

/// Whoever is asked first: the queue of the team, by hand.
const QUEUE: &str = r#"
people = ["ayse", "jonas", "selin", "marta"]

[[team]]
id = "sales"
members = ["ayse", "jonas", "selin"]
managers = ["marta"]

[[route]]
id = "pull"
to = { queue = "sales" }
"#;

/// Jonas is asked for everything; office hours in Berlin.
const JONAS: &str = r#"
people = ["ayse", "jonas", "marta"]

[calendar.office]
hours = "Mo-Fr 09:00-18:00"
timezone = "Europe/Berlin"

[defaults.rep]
calendar = "office"

[[team]]
id = "sales"
members = ["jonas", "ayse"]
managers = ["marta"]
timezone = "Europe/Berlin"

[[route]]
id = "jonas"
to = [{ rep = "jonas" }, { team = "sales" }]
team = "sales"
sla = "demo"

[sla.demo]
acknowledge = "15m"
contact = "2h"
calendar = "office"
"#;

async fn of_jonas(office: &Office, names: &[&str]) {
    for name in names {
        office.lead(short(name)).await;
        office.press("jonas", "Accept").await;
    }
}

#[tokio::test]
async fn away_over_a_business_day_hands_on_what_nobody_has_called() {
    in_each_chat(JONAS, async |office| {
        of_jonas(office, &["Called"]).await;
        office.contacted("jonas", "reached").await;
        of_jonas(office, &["Fresh"]).await;
        let (said, _) = office.types("jonas", "/away until monday 9am").await;
        assert_eq!(said, "You are away until Mon 23 Nov 09:00 (Europe/Berlin).");
        assert_eq!(
            office.story_of(1002).await,
            "owned by jonas: jonas accepted"
        );
        // The last word counts, and this one spans Monday.
        let (said, _) = office
            .types("jonas", "/away until tuesday 9am cover @ayse")
            .await;
        assert_eq!(
            said,
            "You are away until Tue 24 Nov 09:00 (Europe/Berlin). Ayşe Yılmaz stands in. \
             1 lead without contact handed on: #1002. #1002 · Fresh: Ayşe Yılmaz is asked now."
        );
        assert_eq!(
            office.story_of(1001).await,
            "owned by jonas: jonas accepted"
        );
        assert_eq!(
            office.story_of(1002).await,
            "offered: jonas accepted, ayse pending"
        );
        let lead = office.api_lead(1002).await;
        let by = lead["sla"]["acknowledge_by"].as_str().unwrap();
        assert!(by.starts_with("2026-11-20T10:15"), "{by}");
        let (list, _) = office.types("jonas", "/away list").await;
        assert!(
            list.ends_with("until Tue 24 Nov 09:00 (Europe/Berlin)."),
            "{list}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_planned_absence_is_not_shorter_than_what_it_runs_into() {
    in_each_chat(JONAS, async |office| {
        office
            .types("jonas", "/away from 24 nov to 26 nov training")
            .await;
        let (said, _) = office.types("jonas", "/away until tuesday 9am").await;
        assert_eq!(
            said,
            "You are away until Tue 24 Nov 09:00 (Europe/Berlin). Also noted: away from Tue 24 Nov \
             00:00 until Fri 27 Nov 00:00 (Europe/Berlin): training."
        );
    })
    .await;
}

#[tokio::test]
async fn a_manager_says_it_and_the_rep_hears_of_it() {
    in_each_chat(JONAS, async |office| {
        let (said, _) = office.types("marta", "/away @jonas until monday ill").await;
        assert_eq!(
            said,
            "Jonas Weber is away until Mon 23 Nov 00:00 (Europe/Berlin): ill."
        );
        reads!(office, "jonas", @r"
        Marta Lind has noted that you are away until Mon 23 Nov 00:00 (Europe/Berlin): ill. New leads go to others meanwhile.
        [I'm back]
        ");
        office.press("jonas", "I'm back").await;
        reads!(office, "jonas", @"changed: Welcome back. You get leads again.");
        office.types("marta", "/away @jonas until back").await;
        office.read("jonas");
        office.types("marta", "/back @jonas").await;
        reads!(office, "jonas", @"Marta Lind has noted that you are back: you get leads again.");
    })
    .await;
}

#[tokio::test]
async fn two_who_pull_at_once_get_different_leads() {
    in_each_chat(QUEUE, async |office| {
        for name in ["One", "Two", "Three"] {
            office.lead(short(name)).await;
        }
        let (first, second) = tokio::join!(
            office.slash("ayse", "/lead next"),
            office.slash("jonas", "/lead next")
        );
        assert!(first.starts_with("It is yours. Lead #100"), "{first}");
        assert!(second.starts_with("It is yours. Lead #100"), "{second}");
        assert_ne!(first[..26], second[..26]);
        assert_eq!(office.story_of(1003).await, "queued: ");
        let (third, _) = office.types("selin", "/lead next").await;
        assert!(third.starts_with("It is yours. Lead #1003"), "{third}");
        let (none, _) = office.types("selin", "/lead next").await;
        assert_eq!(none, "The queue is empty: there is no next lead.");
    })
    .await;
}

#[tokio::test]
async fn a_lead_entered_by_hand_goes_the_usual_way_or_stays() {
    in_each_chat(SALES, async |office| {
        let (_, dialog) = office.types("jonas", "/lead new").await;
        assert!(dialog);
        let nobody = json!({"name": "Nobody", "type": "demo", "who": "rules"});
        let sent = office.try_fill_in("jonas", nobody).await;
        assert!(sent.wrong.unwrap().contains("is needed"));
        let mut form = json!({
            "name": "Grace Hopper", "email": "not a mail", "phone": "12", "type": "demo", "who": "rules",
            "message": "Met at the fair",
        });
        let sent = office.try_fill_in("jonas", form.clone()).await;
        assert_eq!(sent.wrong.unwrap().lines().count(), 2);
        let mended = json!({"email": "grace@example.org", "phone": ""});
        if office.is_in_teams("jonas") {
            // The dialog is another one, in which the rest must stand as it was.
            form = mended;
        } else {
            form["email"] = mended["email"].clone();
            form["phone"] = mended["phone"].clone();
        }
        let sent = office.try_fill_in("jonas", form).await;
        let shown = sent.dialog.unwrap();
        assert!(
            shown.contains("Lead #1001 · Grace Hopper is entered. Selin Kaya is asked now."),
            "{shown}"
        );
        let contact = office.api_lead(1001).await["contact"].clone();
        assert_eq!(contact["message"], "Met at the fair");
        office.types("jonas", "/lead new").await;
        let mine = json!({"phone": "+4930123456", "name": "Alan", "type": "call", "who": "mine"});
        office.fill_in("jonas", mine).await;
        let story = office.story_of(1002).await;
        assert!(story.starts_with("owned by jonas:"), "{story}");
        assert_eq!(office.api_lead(1002).await["source"], "manual");
        // Who was asked for a moment only sees nothing of it.
        for who in ["ayse", "deniz"] {
            assert_eq!(office.read(who), "(nothing)", "{who}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_manager_moves_all_that_somebody_has() {
    in_each_chat(JONAS, async |office| {
        of_jonas(office, &["One", "Two"]).await;
        let (said, _) = office.types("marta", "/leads move @jonas to @ayse").await;
        assert_eq!(
            said,
            "Jonas Weber has 2 leads open. Move them to Ayşe Yılmaz? #1001 · One; #1002 · Two."
        );
        office.press("marta", "Move 2 leads").await;
        for number in [1001, 1002] {
            assert_eq!(
                office.story_of(number).await,
                "owned by ayse: jonas accepted, ayse accepted"
            );
            let lead = office.api_lead(number).await;
            let given = lead["timeline"].as_array().unwrap().iter();
            let given = given.filter(|line| line["event"] == "assigned");
            assert_eq!(
                given.map(|line| &line["actor"]).collect::<Vec<_>>(),
                ["marta"]
            );
        }
        let told = office.all_said("marta");
        assert!(
            told.contains("2 leads moved from Jonas Weber to Ayşe Yılmaz."),
            "{told}"
        );
        let (again, _) = office.types("marta", "/leads move @jonas to @ayse").await;
        assert_eq!(
            again,
            "Jonas Weber has no open leads, so there is nothing to move."
        );
        office.expect_true_cards().await;
    })
    .await;
}

#[tokio::test]
async fn a_manager_moves_all_that_somebody_has_to_the_team_one_by_one() {
    in_each_chat(JONAS, async |office| {
        of_jonas(office, &["One", "Two"]).await;
        let (said, _) = office.types("marta", "/leads move @jonas to sales").await;
        assert_eq!(
            said,
            "Jonas Weber has 2 leads open. Move them to team sales? #1001 · One; #1002 · Two."
        );
        office.press("marta", "Move 2 leads").await;
        for number in [1001, 1002] {
            assert_eq!(
                office.story_of(number).await,
                "offered: jonas accepted, ayse pending"
            );
        }
        let told = office.all_said("marta");
        for says in [
            "2 leads moved from Jonas Weber to team sales.",
            "#1001 · One: Ayşe Yılmaz is asked now",
            "#1002 · Two: Ayşe Yılmaz is asked now",
        ] {
            assert!(told.contains(says), "{told}");
        }
        office.expect_true_cards().await;
    })
    .await;
}

#[tokio::test]
async fn friday_said_on_a_friday_is_the_next_one_and_clocks_that_change_are_no_matter() {
    // The night before the clocks are set back in Berlin.
    in_each_chat_at("2026-10-23T09:00:00Z", JONAS, async |office| {
        let back = match office.is_in_teams("jonas") {
            true => "until you say back",
            false => "until you say /lead-back",
        };
        for (line, said) in [
            ("/away until friday", "until Fri 30 Oct 00:00 (Europe/Berlin)"),
            ("/away until sunday 3am", "until Sun 25 Oct 03:00 (Europe/Berlin)"),
            ("/away for 48h", "until Sun 25 Oct 10:00 (Europe/Berlin)"),
            ("/away", "until Mon 26 Oct 09:00 (Europe/Berlin)"),
            ("/away until 29 feb", "until 29 Feb 2028 00:00 (Europe/Berlin)"),
            ("/away until back", back),
        ] {
            let (answer, _) = office.types("jonas", line).await;
            assert_eq!(answer, format!("You are away {said}."), "{line}");
        }
        let (back, _) = office.types("jonas", "/back until 21:00").await;
        assert_eq!(
            back,
            "Welcome back. You get leads until today 21:00 (Europe/Berlin), also outside your hours."
        );
    })
    .await;
}
