//! When people keep giving a rule's leads to others, the numbers say so; and why offers are declined, and whether what
//! everybody was given is in balance.

use serde_json::json;

use crate::office::{Office, in_each_chat};

const RULES: &str = r#"
people = ["ayse", "jonas", "selin", "deniz", "marta"]

[[team]]
id = "sdr"
members = ["ayse", "jonas"]
managers = ["marta"]

[[team]]
id = "enterprise"
members = ["selin", "deniz"]
managers = ["marta"]

[[intent]]
level = "high"
when = 'lead.employees > 100'

[[route]]
id = "hot-but-small"
to = { team = "sdr" }
"#;

async fn leads(office: &Office, many: i64) {
    for n in 1..=many {
        let lead = json!({
            "email": format!("ann@company{n}.example"), "name": format!("Ann {n}"),
            "deal_value": 1000 * n, "currency": "EUR", "employees": if n % 2 == 0 { 500 } else { 5 },
        });
        office.lead(lead).await;
    }
}

#[tokio::test]
async fn a_rule_whose_leads_are_given_away_by_hand_is_questioned() {
    in_each_chat(RULES, async |office| {
        leads(office, 8).await;
        for n in 1001..=1005 {
            let to = if n == 1005 { "jonas" } else { "selin" };
            let lead = office.api_lead(n).await;
            let had = lead["offers"][0]["rep"] == json!(to);
            let to = if had { "ayse" } else { to };
            office
                .api(&format!("leads/{n}/assign"), &json!({"rep": to, "mode": "now"}))
                .await;
            // Once more changes nothing: the rule's choice was put aside already.
            office
                .api(&format!("leads/{n}/assign"), &json!({"rep": "deniz", "mode": "now"}))
                .await;
        }
        let (said, _) = office.types("marta", "/leadstats by rule").await;
        assert!(said.contains("given to others by hand 5 of 8."), "{said}");
        assert!(
            said.contains(
                "5 of 8 leads of hot-but-small were given to somebody else by hand, mostly from sdr to enterprise: \
                 perhaps the rule is wrong."
            ),
            "{said}"
        );
        let (own, _) = office.types("ayse", "/leadstats me").await;
        assert!(!own.contains("perhaps the rule is wrong"), "{own}");
    })
    .await;
}

#[tokio::test]
async fn reasons_for_declining_are_told_by_rule_and_by_rep() {
    in_each_chat(RULES, async |office| {
        office.lead(super::ada()).await;
        let lead = office.api_lead(1001).await;
        let first = lead["offers"][0]["rep"].as_str().unwrap().to_owned();
        let second = if first == "ayse" { "jonas" } else { "ayse" };
        office.decline(&first, "territory", "").await;
        let reason = "Not my territory 1";
        for (asked, said) in [
            ("/leadstats by rule", format!("Declined because: {reason}.")),
            (
                "/leadstats by rule",
                format!("hot-but-small, declined: {reason}"),
            ),
            ("/leadstats by rep", format!("declined: {reason}")),
        ] {
            let (told, _) = office.types("marta", asked).await;
            assert!(told.contains(&said), "{said} in {told}");
        }
        // Who takes the decline back has not declined.
        office.press(&first, "Undo").await;
        let (told, _) = office.types("marta", "/leadstats by rule").await;
        assert!(!told.contains(reason), "{told}");
        assert!(
            !told.contains(second) || !told.contains("Declined because"),
            "{told}"
        );
    })
    .await;
}

#[tokio::test]
async fn everybody_reads_whether_it_was_in_balance() {
    in_each_chat(RULES, async |office| {
        leads(office, 8).await;
        let (said, _) = office.types("marta", "/leadstats sdr by rep").await;
        // They take turns; what is said to nobody's eyes ends before the second of them.
        let balance = said.split_once("Ayşe Yılmaz: due 50 %, given 50 % of the leads, ");
        let (_, balance) = balance.unwrap_or_else(|| panic!("{said}"));
        let (balance, _) = balance.split_once('.').unwrap();
        assert!(
            balance.contains(" % of those with high intent, ")
                && balance.ends_with(" % of the worth"),
            "{balance}"
        );
    })
    .await;
}
