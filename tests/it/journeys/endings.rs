//! How leads end: why and for how much, and where that is read afterwards.

use serde_json::{Value, json};

use super::{ada, short};
use crate::{
    office::{Office, SALES, in_each_chat},
    reads,
};

async fn owned(office: &Office, lead: Value) -> String {
    office.lead(lead).await;
    for who in ["selin", "jonas", "ayse"] {
        if office.cards(who).iter().any(|one| one.contains("[Accept]")) {
            office.press(who, "Accept").await;
            office.after("31s").await;
            return who.to_owned();
        }
    }
    panic!("nobody was asked");
}

#[tokio::test]
async fn a_deal_is_won_for_so_much_and_another_lost_for_a_reason() {
    in_each_chat(SALES, async |office| {
        let who = owned(office, ada()).await;
        office.press_now(&who, "Close").await;
        let wrong = json!({"choice": "won", "worth": "12000", "currency": "euro"});
        let said = office.try_fill_in(&who, wrong).await.wrong.unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
        office.press_now(&who, "Close").await;
        let won =
            json!({"choice": "won", "worth": "12000", "currency": "eur", "note": "two years"});
        office.fill_in(&who, won).await;
        let card = office.cards(&who).join("\n");
        assert!(
            card.contains("Closed as won, 12000 EUR: two years."),
            "{card}"
        );
        let lead = office.api_lead(1001).await;
        let outcome =
            json!({"outcome": "won", "reason": "two years", "value": 12000.0, "currency": "EUR"});
        assert_eq!(lead["outcome"], outcome);

        let who = owned(office, short("Bob")).await;
        office.press_now(&who, "Close").await;
        let said = office.try_fill_in(&who, json!({"choice": "lost"})).await;
        let said = said.wrong.unwrap();
        assert!(said.contains("Please say why"), "{said}");
        office
            .fill_in(&who, json!({"choice": "lost", "why": "price"}))
            .await;
        let lead = office.api_lead(1002).await;
        assert_eq!(lead["outcome"]["reason"], "price");
        let history = lead["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&history["event"], &history["detail"]),
            (&json!("closed"), &json!("lost: price"))
        );

        let (said, _) = office.types("marta", "/leadstats sales").await;
        assert!(
            said.contains("Won: 1, 12000 EUR. Not won: lost 1 (price 1)."),
            "{said}"
        );
        let (own, _) = office.types(&who, "/leadstats me").await;
        assert!(own.contains("Not won: lost 1 (price 1)."), "{own}");
    })
    .await;
}

#[tokio::test]
async fn what_a_rule_drops_says_its_label_everywhere() {
    let rules = format!(
        "{}\n[[route]]\nid = \"small\"\nwhen = 'lead.employees < 5'\nto = {{ disqualify = \"too small\" }}\nteam = \"sales\"\n{}",
        SALES.split("[[route]]").next().unwrap(),
        SALES
            .split_once("[[route]]")
            .map(|(_, rest)| format!("[[route]]{rest}"))
            .unwrap(),
    );
    in_each_chat(&rules, async |office| {
        let mut lead = ada();
        lead["employees"] = json!(2);
        office.lead(lead).await;
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["state"], "disqualified");
        assert_eq!(
            (&lead["outcome"]["outcome"], &lead["outcome"]["reason"]),
            (&json!("disqualified"), &json!("too small"))
        );
        let said = office.slash("marta", "/lead 1001").await;
        assert!(said.contains("too small"), "{said}");
        let (said, _) = office.types("marta", "/leadstats sales").await;
        assert!(said.contains("Not won: dropped 1 (too small 1)."), "{said}");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_the_crm_tells_of_late_was_in_time() {
    in_each_chat(SALES, async |office| {
        let who = owned(office, ada()).await;
        office.after("32m").await;
        let late = office.api_lead(1001).await;
        assert_eq!(late["sla"]["breached"][0]["what"], "contact");
        let call = json!({"outcome": "reached", "at": "2026-11-20T10:20:00Z"});
        let told = office.api("leads/1001/contact", &call).await;
        assert_eq!(told["sla"]["breached"], json!([]));
        let again = office.api("leads/1001/contact", &call).await;
        assert_eq!(again["timeline"], told["timeline"]);
        let last = told["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            last["detail"],
            "reached: at 2026-11-20T10:20:00Z (in time, so the first contact was not late)"
        );
        office.settle().await;
        let (said, _) = office.types("marta", "/leadstats sales").await;
        assert!(said.contains("contacted 1 of 1"), "{said}");
        office.read(&who);
        office.read("marta");
        reads!(office, &who, @"(nothing)");
    })
    .await;
}
