//! Coming back: what came meanwhile, and what waits now. And who is set away because they answer nothing.

use serde_json::json;

use super::{ada, short};
use crate::{
    office::{Office, SALES, in_each_chat},
    reads, says,
};

/// Selin is asked first for everything; whoever lets two offers in a row go by is away until tomorrow.
fn strict() -> String {
    let rules = SALES.replace(
        "to = { team = \"sales\" }",
        "to = [{ rep = \"selin\" }, { team = \"sales\" }]\nteam = \"sales\"",
    );
    format!("{rules}\n[defaults.rep]\nmissed = 2\ntimezone = \"Europe/Berlin\"\n")
}

/// Who is asked for a lead now takes and reaches it.
async fn taken(office: &Office, number: i64) -> String {
    let story = office.story_of(number).await;
    let (asked, _) = story.rsplit_once(" pending").unwrap();
    let who = asked.rsplit(' ').next().unwrap().to_owned();
    office.press(&who, "Accept").await;
    office.contacted(&who, "reached").await;
    who
}

#[tokio::test]
async fn who_comes_back_reads_what_came_and_who_covered_it() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.after("1m").await;
        office.slash("selin", "/away for 3h").await;
        taken(office, 1001).await;
        office.lead(short("Grace")).await;
        taken(office, 1002).await;
        office.after("1h").await;
        let said = office.slash("selin", "/back").await;
        assert!(
            said.starts_with("Welcome back. You get leads again. Since today 11:01, 1 lead came to team sales."),
            "{said}"
        );
        assert!(
            said.contains("Covered by others (1): #1001 · Ada Lovelace, Analytical Engines: Jonas Weber has it since today 11:01."),
            "{said}"
        );
        assert!(said.ends_with("Nothing waits for you."), "{said}");
        // What was said is not said again when the absence would have been over.
        office.after("3h").await;
        assert!(!office.all_said("selin").contains("Your absence was over"));
    })
    .await;
}

#[tokio::test]
async fn an_absence_that_ends_by_itself_is_told_once_with_what_waits() {
    in_each_chat(SALES, async |office| {
        office.slash("selin", "/away for 2h").await;
        office.after("1m").await;
        office.lead(ada()).await;
        taken(office, 1001).await;
        office.after("1h 58m").await;
        assert!(!office.all_said("selin").contains("Welcome back"));
        office.after("2m").await;
        let said = office.read("selin");
        assert!(
            said.contains(
                "Welcome back. Your absence was over Fri 20 Nov 13:00, and you get leads again."
            ) && said.contains("Since Fri 20 Nov 11:00, 1 lead came to team sales."),
            "{said}"
        );
        office.after("10m").await;
        assert_eq!(office.read("selin"), "(nothing)");
    })
    .await;
}

#[tokio::test]
async fn who_answers_nothing_is_set_away_and_comes_back_by_one_press() {
    in_each_chat(&strict(), async |office| {
        for who in ["jonas", "deniz"] {
            office.slash(who, "/away until back").await;
        }
        office.lead(ada()).await;
        office.after("15m").await;
        taken(office, 1001).await;
        assert!(!office.all_said("selin").contains("You are away now"));
        office.lead(short("Grace")).await;
        office.after("15m").await;
        let told = office.read("selin");
        assert!(
            told.contains("You are away now, until Sat 21 Nov 09:00 (Europe/Berlin) at the latest, since there were 2 offers in a row without an answer."),
            "{told}"
        );
        let managers = office.read("marta");
        assert!(
            managers.contains("Selin Kaya has let 2 offers in a row go by without an answer and has been away since Fri 20 Nov 11:30"),
            "{managers}"
        );
        taken(office, 1002).await;
        office.lead(short("Hedy")).await;
        assert_eq!(office.story_of(1003).await, "offered: ayse pending");
        taken(office, 1003).await;
        assert_eq!(office.read("marta"), "(nothing)");
        office.press("selin", "I'm back").await;
        // One more that goes by does not count together with those before.
        office.lead(short("Joan")).await;
        office.after("15m").await;
        assert_eq!(
            office.story_of(1004).await,
            "offered: selin expired, ayse pending"
        );
        taken(office, 1004).await;
        office.lead(short("Kate")).await;
        assert_eq!(office.story_of(1005).await, "offered: selin pending");
    })
    .await;
}

#[tokio::test]
async fn who_could_not_press_has_let_nothing_go_by() {
    let once = strict().replace("missed = 2", "missed = 1");
    in_each_chat(&once, async |office| {
        for who in ["jonas", "deniz"] {
            office.slash(who, "/away until back").await;
        }
        office.lead(ada()).await;
        // Nothing is to be said until the time is over, so that nobody would learn of it.
        office.after("11m").await;
        office.break_down();
        for _ in 0..3 {
            office.after("30s").await;
        }
        office.after("10m").await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.recover();
        office.after("5m").await;
        let story = office.story_of(1001).await;
        assert_eq!(story, "offered: selin expired, ayse pending");
        assert!(!office.all_said("selin").contains("You are away now"));
        taken(office, 1001).await;
        office.lead(short("Grace")).await;
        assert_eq!(office.story_of(1002).await, "offered: selin pending");
        office.after("2m").await;
        office.stop().await;
        office.sleep("20m");
        office.start().await;
        office.after("14m").await;
        let story = office.story_of(1002).await;
        assert_eq!(story, "offered: selin expired, ayse pending");
        assert!(!office.all_said("selin").contains("You are away now"));
    })
    .await;
}

#[tokio::test]
async fn an_answer_in_between_begins_the_count_anew() {
    in_each_chat(&strict(), async |office| {
        for who in ["jonas", "deniz"] {
            office.slash(who, "/away until back").await;
        }
        office.lead(ada()).await;
        office.after("15m").await;
        taken(office, 1001).await;
        office.lead(short("Grace")).await;
        assert_eq!(taken(office, 1002).await, "selin");
        office.lead(short("Hedy")).await;
        office.after("15m").await;
        taken(office, 1003).await;
        assert!(!office.all_said("selin").contains("You are away now"));
    })
    .await;
}

#[tokio::test]
async fn an_absence_that_is_cancelled_while_it_runs_ends_like_any_other() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.after("1m").await;
        office.slash("selin", "/away for 3h").await;
        taken(office, 1001).await;
        office.after("1h").await;
        let (said, _) = office.types("selin", "/away cancel 1").await;
        says!(said, @"Cancelled: away until today 14:01 (Europe/Berlin). Since today 11:01 no leads came to your teams. Covered by others (1): #1001 · Ada Lovelace, Analytical Engines: Jonas Weber has it since today 11:01. Nothing waits for you.");
        office.slash("selin", "/away for 3h").await;
        office.read("selin");
        office.after("1h").await;
        // Somebody else does it for them: they read it.
        let (said, _) = office.types("marta", "/away @selin cancel 1").await;
        says!(said, @"Cancelled for Selin Kaya: away until today 15:01 (Europe/Berlin).");
        reads!(office, "selin", @"
        Marta Lind has noted that you are back: you get leads again.
        Since Fri 20 Nov 12:01 no leads came to your teams.
        Nothing waits for you.
        ");
        office.lead(short("Grace")).await;
        assert!(office.story_of(1002).await.starts_with("offered: "));
        office.after("4h").await;
        assert!(!office.all_said("selin").contains("Your absence was over"));
    })
    .await;
}

#[tokio::test]
async fn who_has_one_cancelled_that_has_not_begun_is_told_unless_they_did_it() {
    in_each_chat(SALES, async |office| {
        office.slash("selin", "/away from 14:00 until 15:00").await;
        let said = office.slash("marta", "/away @selin cancel 1").await;
        says!(said, @"Cancelled for Selin Kaya: away from today 14:00 until today 15:00 (Europe/Berlin).");
        reads!(office, "selin", @"Marta Lind has cancelled your absence from Fri 20 Nov 14:00 until Fri 20 Nov 15:00 (Europe/Berlin): you get leads then.");
        office.slash("selin", "/away from 15:00 until 16:00").await;
        office.slash("selin", "/away cancel 1").await;
        assert_eq!(office.read("selin"), "(nothing)");
        office.after("3h 30m").await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
    })
    .await;
}

#[tokio::test]
async fn what_they_are_given_is_no_answer_of_theirs() {
    in_each_chat(&strict(), async |office| {
        for who in ["jonas", "deniz"] {
            office.slash(who, "/away until back").await;
        }
        office.lead(ada()).await;
        office.after("15m").await;
        let asked = office.story_of(1001).await;
        assert_eq!(asked, "offered: selin expired, ayse pending");
        let give = json!({"rep": "selin", "mode": "now"});
        office.api("leads/1001/assign", &give).await;
        office.lead(short("Grace")).await;
        office.after("15m").await;
        let told = office.all_said("selin");
        assert!(
            told.contains("since there were 2 offers in a row without an answer"),
            "{told}"
        );
    })
    .await;
}
