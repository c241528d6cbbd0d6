//! A manager decides: what each of them reads, whose word counts, and what happens when nobody says one.

use serde_json::json;

use super::ada;
use crate::{
    office::{SALES, in_each_chat},
    reads,
};

/// The sales team with two managers, who decide of everything under a clock of its own.
fn reviewed() -> String {
    let review = "[[route]]\nid = \"vip\"\nto = [{ review = \"sales\" }, { team = \"sales\" }]\nsla = \"vip\"";
    let rules = SALES
        .replace("[[route]]\nid = \"all\"\nto = { team = \"sales\" }", review)
        .replace(
            "managers = [\"marta\"]",
            "managers = [\"marta\", \"oskar\"]",
        )
        .replace("\"deniz\", \"marta\"]", "\"deniz\", \"marta\", \"oskar\"]");
    format!(
        "{rules}\n[sla.vip]\nacknowledge = \"1h\"\ncontact = \"2h\"\nescalation = [\n\
         {{ after = \"30m\", notify = \"managers\" }}, {{ after = \"1h\", assign = \"managers\" }} ]\n"
    )
}

#[tokio::test]
async fn the_first_press_decides_and_the_other_managers_copy_says_who_did_what() {
    in_each_chat(&reviewed(), async |office| {
        office.lead(ada()).await;
        reads!(office, "oskar", @"
        # Please decide: lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Why you decide: rule vip leaves it to a person.
        It should go out by Fri 20 Nov 12:00 (Europe/Berlin).
        [Assign…] [Route by the rules] [Drop] [Details] [Why]
        ");
        let lead = office.value_of("oskar", "Drop");
        office.press("marta", "Route by the rules").await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        reads!(office, "oskar", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        Marta Lind sent it on by the rules Fri 20 Nov 11:00. Selin Kaya is asked now.
        ");
        reads!(office, "marta", @"
        # Lead #1001 · Ada Lovelace, Analytical Engines
        You sent it on by the rules Fri 20 Nov 11:00. Selin Kaya is asked now.
        ");
        // What was on the other's screen before changes nothing.
        office.press_stale("oskar", "review.drop", &lead).await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        let said = office.all_said("oskar");
        assert!(
            said.contains("Marta Lind sent it on by the rules"),
            "{said}"
        );
    })
    .await;
}

#[tokio::test]
async fn one_manager_assigns_and_the_other_reads_it() {
    in_each_chat(&reviewed(), async |office| {
        office.lead(ada()).await;
        office.read("marta");
        office.press_now("oskar", "Assign…").await;
        office
            .fill_in(
                "oskar",
                json!({"choice": "rep:jonas", "note": "You know them"}),
            )
            .await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by jonas: jonas accepted"
        );
        reads!(office, "marta", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        Oskar Holm assigned it Fri 20 Nov 11:00. Jonas Weber has it since Fri 20 Nov 11:00.
        ");
    })
    .await;
}

#[tokio::test]
async fn a_review_that_nobody_decides_goes_by_its_own_clock() {
    in_each_chat(&reviewed(), async |office| {
        office.lead(ada()).await;
        office.read("marta");
        office.read("oskar");
        office.after("30m").await;
        let told = office.read("marta");
        assert!(told.contains("A lead is late"), "{told}");
        assert_eq!(office.api_lead(1001).await["state"], "review");
        office.after("30m").await;
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["state"], "owned");
        let other = if lead["owner"]["id"] == "marta" {
            "oskar"
        } else {
            "marta"
        };
        let copy = office.read(other);
        assert!(copy.contains("Nobody decided in time"), "{copy}");
    })
    .await;
}
