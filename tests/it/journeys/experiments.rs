//! Two ways for the leads of one rule: who is in which, what the why says, and what managers read of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::office::{Office, SALES, in_each_chat};

fn rules() -> String {
    let slow = "\n[sla.slow]\nacknowledge = \"4h\"\ncontact = \"8h\"\nescalation = [{ after = \"4h\", notify = \"managers\" }]\n";
    let experiment =
        "\n[[experiment]]\nid = \"speed\"\non = \"all\"\narms = [{}, { sla = \"slow\" }]\n";
    format!("{SALES}{slow}{experiment}")
}

/// The arm and the clock of the lead with this number, as its why says them.
async fn arm_of(office: &Office, number: i64) -> (String, String) {
    let lead = office.api_lead(number).await;
    let why = lead["route"]["why"].as_array().unwrap();
    let said = why
        .iter()
        .filter_map(Value::as_str)
        .find(|line| line.starts_with("experiment"));
    let policy = lead["sla"]["policy"].as_str().unwrap_or_default();
    (said.unwrap_or("none").to_owned(), policy.to_owned())
}

#[tokio::test]
async fn leads_are_split_by_company_and_managers_read_what_came_of_it() {
    in_each_chat(&rules(), async |office| {
        let mut arms: BTreeMap<String, usize> = BTreeMap::new();
        for n in 0..24 {
            let mail = format!("ann@company{n}.example");
            office
                .lead(json!({"email": mail, "name": format!("Ann {n}")}))
                .await;
            let (said, clock) = arm_of(office, 1001 + n).await;
            let expected = match clock.as_str() {
                "demo" => "experiment speed: arm a, as the rule says",
                _ => "experiment speed: arm b, 4 hours instead of 15 minutes",
            };
            assert_eq!(said, expected);
            *arms.entry(clock).or_default() += 1;
        }
        assert!(
            arms.len() == 2 && arms.values().all(|n| *n >= 5),
            "{arms:?}"
        );
        // A colleague of the first one goes the same way.
        office
            .lead(json!({"email": "bob@mail.company0.example", "name": "Bob"}))
            .await;
        assert_eq!(arm_of(office, 1025).await, arm_of(office, 1001).await);

        // Two of one company prove no more than one.
        let b = arms["slow"];
        let (said, _) = office.types("marta", "/leadstats experiment").await;
        let says = format!("b: {b} leads, contacted 0 % (0 to ");
        assert!(
            said.starts_with("Experiment speed on rule all, since it began. a: "),
            "{said}"
        );
        assert!(said.contains(&says), "{said}");
        assert!(said.contains("There is no difference to prove"), "{said}");
        assert!(
            said.contains("1 later lead of a company that is counted already is left out."),
            "{said}"
        );
        let (said, _) = office
            .types("marta", "/leadstats experiment Speed today")
            .await;
        assert!(
            said.starts_with("Experiment speed on rule all, today."),
            "{said}"
        );
        let (said, _) = office.types("marta", "/leadstats experiment sped").await;
        assert!(
            said.contains("No experiment is called sped. Say ")
                && said.contains("experiment speed"),
            "{said}"
        );
        let (said, _) = office.types("jonas", "/leadstats experiment speed").await;
        assert!(said.starts_with("You can see your own numbers"), "{said}");
        let (said, _) = office.types("jonas", "/leadrules").await;
        assert!(
            said.contains(
                "Experiment speed, by company: a as the rule says; b 4 hours instead of the team's clock."
            ),
            "{said}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_lead_counts_in_its_arm_once_and_to_the_end() {
    in_each_chat(&rules(), async |office| {
        office.lead(super::ada()).await;
        let (_, clock) = arm_of(office, 1001).await;
        let arm = if clock == "demo" { "a" } else { "b" };
        office.after("9m").await;
        let call = json!({"outcome": "no_answer"});
        office.api("leads/1001/assign", &json!({"rep": "jonas", "mode": "now"})).await;
        office.api("leads/1001/contact", &call).await;
        office.api("leads/1001/contact", &call).await;
        office.api("leads/1001/close", &json!({"outcome": "won"})).await;
        let (said, _) = office.types("marta", "/leadstats experiment speed").await;
        assert!(
            said.contains(&format!("{arm}: 1 leads, contacted 100 % (21 to 100), won 100 % (21 to 100), half tried within 9 min")),
            "{said}"
        );
        assert!(said.contains("not every arm has had a lead"), "{said}");
    })
    .await;
}
