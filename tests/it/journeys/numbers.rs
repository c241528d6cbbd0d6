//! `/leadstats`, split in every way there is, of leads that came in and were answered.

use serde_json::json;

use crate::office::in_each_chat;

const RULES: &str = r#"
people = ["ayse", "jonas", "marta"]

[territory.dach]
countries = ["DE", "AT", "CH"]

[[team]]
id = "sales"
members = ["ayse", "jonas"]
managers = ["marta"]

[[route]]
id = "all"
to = { rep = "ayse" }
"#;

#[tokio::test]
async fn numbers_are_split_in_every_way() {
    in_each_chat(RULES, async |office| {
        for (name, country) in [("Ada", "DE"), ("Bea", "AT"), ("Cleo", "FR")] {
            let email = format!("{name}@example.org").to_lowercase();
            office
                .lead(json!({"email": email, "name": name, "country": country}))
                .await;
        }
        office.press("ayse", "Accept").await;
        for (by, says) in [
            ("rep", "Ayşe Yılmaz: 3 offers, 1 accepted"),
            ("team", "sales: 3 offers, 1 accepted"),
            ("source", "website: 3 offers, 1 accepted"),
            ("territory", "dach: 2 offers, 0 accepted"),
            ("territory", "none: 1 offers, 1 accepted"),
            ("type", "demo: 3 offers, 1 accepted"),
            ("rule", "all: 3 offers, 1 accepted"),
            ("hour", "11:00: 3 offers, 1 accepted"),
        ] {
            for period in [
                "today",
                "week",
                "month",
                "quarter",
                "2026-11-01..2026-11-20",
            ] {
                let (said, _) = office
                    .types("marta", &format!("/leadstats sales by {by} {period}"))
                    .await;
                assert!(said.contains(says), "by {by} {period}: {said}");
                assert!(said.contains("Leads: 3"), "by {by} {period}: {said}");
            }
        }
        let (before, _) = office
            .types("marta", "/leadstats sales by rep 2026-11-01..2026-11-19")
            .await;
        assert!(before.contains("no leads yet"), "{before}");
        office
            .reload(&RULES.replace("[territory.dach]\ncountries = [\"DE\", \"AT\", \"CH\"]", ""))
            .await;
        let (none, _) = office.types("marta", "/leadstats by territory").await;
        assert!(
            none.starts_with("By territory is not in effect yet"),
            "{none}"
        );
    })
    .await;
}
