//! The home tab, as people see it.

use serde_json::json;

use super::{ada, short};
use crate::office::{SALES, in_each_chat, on_both, user};

#[tokio::test]
async fn the_home_tab_shows_what_to_answer_and_whom_to_call() {
    in_each_chat(SALES, async |office| {
        let tab = office.home("selin").await;
        insta::allow_duplicates! { insta::assert_snapshot!(tab, @"
        # (home)
        # You get leads
        You get leads at any time (Europe/Berlin).
        Working hours: always (Europe/Berlin)
        [Away for an hour] [Away until my next working day] [Away until I'm back] [New lead…] [Working hours…]
        ---
        Nothing waits for your answer.
        ---
        You have no open leads.
        [Refresh]
        "); }
        office.lead(ada()).await;
        let tab = office.home("selin").await;
        insta::allow_duplicates! { insta::assert_snapshot!(tab, @"
        # (home)
        # You get leads
        You get leads at any time (Europe/Berlin).
        Working hours: always (Europe/Berlin)
        [Away for an hour] [Away until my next working day] [Away until I'm back] [New lead…] [Working hours…]
        ---
        Waiting for your answer (1)
        #1001 · Ada Lovelace, Analytical Engines: Please answer by today 11:15.
        [Accept] [Decline] [Details]
        ---
        You have no open leads.
        [Refresh]
        "); }
        office.press_home("selin", "Accept").await;
        let tab = office.home("selin").await;
        insta::allow_duplicates! { insta::assert_snapshot!(tab, @"
        # (home)
        # You get leads
        You get leads at any time (Europe/Berlin).
        Working hours: always (Europe/Berlin)
        [Away for an hour] [Away until my next working day] [Away until I'm back] [New lead…] [Working hours…]
        ---
        Nothing waits for your answer.
        ---
        Your leads, whom to call first (1)
        #1001 · Ada Lovelace, Analytical Engines: Call by today 11:30. +4930123456, it is about 11:00 there.
        [Contacted] [Details]
        [Refresh]
        "); }
    })
    .await;
}

#[tokio::test]
async fn availability_is_changed_where_it_is_shown() {
    in_each_chat(SALES, async |office| {
        office.home("jonas").await;
        let away = office.press_home("jonas", "Away for an hour").await;
        assert!(
            away.starts_with(
                "# (home)\n# You are away\nYou are away until today 12:00 (Europe/Berlin)."
            ),
            "{away}"
        );
        let back = office.press_home("jonas", "I'm back").await;
        assert!(back.starts_with("# (home)\n# You get leads"), "{back}");
        // What the tab says itself is said nowhere else.
        assert_eq!(office.read("jonas"), "(nothing)");
    })
    .await;
}

#[tokio::test]
async fn a_manager_sees_what_waits_and_what_is_late() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.after("20m").await;
        for who in ["ayse", "jonas", "selin", "deniz"] {
            office.slash(who, "/away until back").await;
        }
        office.lead(short("Grace")).await;
        let home = office.home("marta").await;
        let watched = home.split("# Team sales\n").nth(1).unwrap();
        insta::allow_duplicates! {
            insta::assert_snapshot!(watched, @"
            Late (1)
            #1001 · Ada Lovelace, Analytical Engines: came in 20 min ago. Nobody has it yet; it goes to the first who is free.
            [Details]
            Nothing waits for your decision.
            Without an owner (2)
            #1001 · Ada Lovelace, Analytical Engines: came in 20 min ago. Nobody has it yet; it goes to the first who is free.
            [Details]
            #1002 · Grace: came in 0 s ago. Nobody has it yet; it goes to the first who is free.
            [Details]
            ");
        }
    })
    .await;
}

#[tokio::test]
async fn an_open_tab_follows_what_happens_and_rests_meanwhile() {
    on_both(SALES, async |office| {
        office.home("selin").await;
        let published = || {
            let calls = office.slack.calls();
            calls
                .iter()
                .filter(|call| call.method == "views.publish")
                .count()
        };
        let before = published();
        assert_eq!(office.desk().refresh_homes().await, 0);
        office.lead(ada()).await;
        // It was shown a moment ago.
        assert_eq!(office.desk().refresh_homes().await, 0);
        office.sleep("6s");
        assert_eq!(office.desk().refresh_homes().await, 1);
        let shown = office.slack.home_of(&user("selin")).unwrap().shown();
        assert!(shown.contains("#1001 · Ada Lovelace"), "{shown}");
        office.sleep("6s");
        assert_eq!(office.desk().refresh_homes().await, 0);
        assert_eq!(published(), before + 1);
        // Who looked in the morning only is shown nothing in the evening.
        office.sleep("9h");
        office.lead(short("Grace")).await;
        assert_eq!(office.desk().refresh_homes().await, 0);
    })
    .await;
}

#[tokio::test]
async fn strangers_have_a_tab_that_says_so() {
    in_each_chat(SALES, async |office| {
        let home = office.home("oskar").await;
        assert!(home.contains("You are not in the list of reps"), "{home}");
    })
    .await;
}

#[tokio::test]
async fn many_leads_of_the_longest_kind_fit_on_the_tab() {
    in_each_chat(SALES, async |office| {
        for nth in 0..40 {
            let long = "Ä&<>*_~`".repeat(60);
            office
                .submit(json!({
                    "email": format!("l{nth}@example.org"), "name": long, "company": long,
                    "message": long.repeat(8), "title": long,
                }))
                .await;
        }
        office.settle().await;
        for who in ["selin", "jonas", "ayse", "marta"] {
            let home = office.home(who).await;
            assert!(!home.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_passed_over_by_a_limit_reads_that_and_not_that_leads_come() {
    let rules = format!("{SALES}\n# selin: capacity = 1\n");
    in_each_chat(&rules, async |office| {
        office.lead(ada()).await;
        let full =
            "You get no new leads now: you have 1 lead, offers included, and your limit is 1.";
        let home = office.home("selin").await;
        assert!(
            home.starts_with(&format!("# (home)\n# You get no leads\n{full}\n")),
            "{home}"
        );
        let said = office.slash("selin", "/back").await;
        assert_eq!(said, format!("You were not away. {full}"));
        office.decline("selin", "busy", "").await;
        let home = office.home("selin").await;
        assert!(home.starts_with("# (home)\n# You get leads\n"), "{home}");
    })
    .await;
}
