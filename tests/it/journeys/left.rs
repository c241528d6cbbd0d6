//! People who take no leads any more, and leads that wait: little by little, the most urgent first.

use serde_json::{Value, json};

use super::short;
use crate::{
    office::{Office, SALES, in_each_chat, on_both, user},
    reads,
};

/// The sales team, where Selin is as this says.
fn with_selin(says: &str) -> String {
    let others = SALES.replace("\"jonas\", \"selin\", \"deniz\"", "\"jonas\", \"deniz\"");
    assert_ne!(others, SALES);
    format!(
        "{others}\n[[rep]]\nid = \"selin\"\nname = \"Selin Kaya\"\nemail = \"selin@example.com\"\n\
         slack = \"{}\"\ntimezone = \"Europe/Berlin\"\n{says}\n\
         [[intent]]\nlevel = \"high\"\nwhen = 'lead.campaign == \"hot\"'\n",
        user("selin"),
    )
}

fn hot(name: &str) -> Value {
    let mut lead = short(name);
    lead["campaign"] = "hot".into();
    lead
}

async fn give(office: &Office, number: i64, rep: &str) {
    let path = format!("leads/{number}/assign");
    office.api(&path, &json!({"rep": rep, "mode": "now"})).await;
    office.settle().await;
    office.contacted(rep, "reached").await;
}

#[tokio::test]
async fn who_is_switched_off_passes_their_leads_on_little_by_little() {
    on_both(&with_selin(""), async |office| {
        for name in ["Grace", "Edith", "Mary"] {
            office.lead(short(name)).await;
        }
        office.lead(hot("Hedy")).await;
        for number in 1001..=1004 {
            give(office, number, "selin").await;
        }
        for who in ["ayse", "jonas", "selin", "marta"] {
            office.read(who);
        }
        office.reload(&with_selin("active = false")).await;
        // Ayşe and Jonas get one each a minute, the urgent one first.
        let hers = async |office: &Office| {
            let mut hers = Vec::new();
            for number in 1001..=1004 {
                if office.story_of(number).await.starts_with("owned by selin") {
                    hers.push(number);
                }
            }
            hers
        };
        assert_eq!(hers(office).await, [1002, 1003]);
        reads!(office, "marta", @"Selin Kaya takes no leads any more: 4 leads of theirs are offered to others little by little, the most urgent first. The last one goes out Fri 20 Nov 11:01 (Europe/Berlin) at the latest.");
        office.after("1m").await;
        assert_eq!(hers(office).await, [0_i64; 0]);
        // Once it is known, nobody is told again.
        office.reload(&with_selin("active = false")).await;
        assert_eq!(office.read("marta"), "(nothing)");
    })
    .await;
}

#[tokio::test]
async fn a_manager_gives_all_that_somebody_had_who_left_to_one_colleague() {
    on_both(&with_selin(""), async |office| {
        for (number, name) in [(1001, "Grace"), (1002, "Edith"), (1003, "Mary")] {
            office.lead(short(name)).await;
            give(office, number, "selin").await;
        }
        let without = SALES.replace("\"jonas\", \"selin\", \"deniz\"", "\"jonas\", \"deniz\"");
        office
            .reload(&without.replace("\"jonas\", \"selin\"]", "\"jonas\"]"))
            .await;
        assert!(office.story_of(1003).await.starts_with("owned by selin"));
        let (said, _) = office.types("marta", "/leads move @selin to @ayse").await;
        assert!(said.contains("has 1 lead open"), "{said}");
        office.press("marta", "Move 1 lead").await;
        assert!(office.story_of(1003).await.starts_with("owned by ayse"));
    })
    .await;
}

#[tokio::test]
async fn after_somebodys_last_day_their_leads_move_by_themselves() {
    on_both(&with_selin("until = \"2026-11-20\""), async |office| {
        office.lead(short("Grace")).await;
        give(office, 1001, "selin").await;
        office.after("12h").await;
        assert!(office.story_of(1001).await.starts_with("owned by selin"));
        office.after("1h").await;
        let story = office.story_of(1001).await;
        assert!(story.starts_with("offered"), "{story}");
    })
    .await;
}

#[tokio::test]
async fn who_is_there_again_in_time_keeps_what_is_left() {
    on_both(&with_selin(""), async |office| {
        for (number, name) in [(1001, "Grace"), (1002, "Edith"), (1003, "Mary")] {
            office.lead(short(name)).await;
            give(office, number, "selin").await;
        }
        office.reload(&with_selin("active = false")).await;
        office.reload(&with_selin("")).await;
        office.after("2m").await;
        assert!(office.story_of(1003).await.starts_with("owned by selin"));
        assert!(office.story_of(1001).await.starts_with("offered"));
    })
    .await;
}

/// The sales team in office hours, each asked for one lead at a time.
fn hours() -> String {
    format!(
        "{SALES}\n[calendar.office]\nhours = \"Mo-Fr 13:00-18:00\"\n\
         [defaults.rep]\ncalendar = \"office\"\npending = 1\n\
         [[intent]]\nlevel = \"high\"\nwhen = 'lead.campaign == \"hot\"'\n"
    )
    .replace(
        "at_least = \"5m\"",
        "at_least = \"5m\"\ncalendar = \"office\"",
    )
}

async fn offered(office: &Office) -> Vec<i64> {
    let mut offered = Vec::new();
    for number in 1001..1001 + office.leads().await {
        if office.api_lead(number).await["state"] == "offered" {
            offered.push(number);
        }
    }
    offered
}

#[tokio::test]
async fn when_a_shift_begins_the_urgent_and_the_oldest_go_first_and_newcomers_last() {
    in_each_chat(&hours(), async |office| {
        for name in [
            "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine",
        ] {
            office.lead(short(name)).await;
        }
        office.lead(hot("Ten")).await;
        assert_eq!(offered(office).await, [0_i64; 0]);
        // 13:00, and Baton has not looked yet when somebody comes.
        office.sleep("2h");
        office.submit(short("Eleven")).await;
        office.settle().await;
        assert_eq!(offered(office).await, [1001, 1002, 1010]);
        // Who has room again gets the next of those who wait.
        let asked = office.api_lead(1001).await["offers"][0]["rep"].clone();
        let asked = asked.as_str().unwrap().to_owned();
        office.press(&asked, "Accept").await;
        assert_eq!(offered(office).await, [1002, 1003, 1010]);
    })
    .await;
}

#[tokio::test]
async fn who_comes_back_gets_no_more_than_five_of_those_who_wait_before_they_answer() {
    in_each_chat(SALES, async |office| {
        for who in ["ayse", "jonas", "selin", "deniz"] {
            office.slash(who, "/away until back").await;
        }
        for nth in 0..8 {
            office.lead(short(&format!("Lead{nth}"))).await;
        }
        office.slash("jonas", "/back").await;
        assert_eq!(offered(office).await, [1001, 1002, 1003, 1004, 1005]);
        office.after("5s").await;
        office.press("jonas", "Accept").await;
        assert_eq!(offered(office).await.len(), 5);
        assert_eq!(office.api_lead(1006).await["state"], "offered");
    })
    .await;
}
