//! Pulling: browse with words and take, or the next one unseen; how many somebody may hold; what stays hidden.

use serde_json::{Value, json};

use crate::office::in_each_chat;

/// Two reps take from a queue that hides who it is; nobody holds more than two.
const RULES: &str = r#"
people = ["ayse", "jonas", "marta"]

[[intent]]
level = "high"
when = 'lead.message.contains("price")'

[[team]]
id = "sales"
members = ["ayse", "jonas"]
managers = ["marta"]
timezone = "Europe/Berlin"
held = 2

[[route]]
id = "pull"
to = { queue = "sales", hide = ["name", "email", "phone"] }

[sla.demo]
acknowledge = "4h"
contact = "8h"
escalation = [{ after = "4h", notify = "managers" }]
"#;

fn from(name: &str, country: &str, message: &str) -> Value {
    json!({
        "email": format!("{}@{}.example", name.to_lowercase(), name.to_lowercase()), "name": name,
        "company": format!("{name} Works"), "country": country, "message": message,
    })
}

#[tokio::test]
async fn words_choose_what_is_browsed_and_the_next_one_is_what_wants_most() {
    in_each_chat(RULES, async |office| {
        office.lead(from("Grace", "FR", "Hello")).await;
        office.lead(from("Edith", "FR", "What is the price?")).await;
        office.lead(from("Hedy", "DE", "What is the price?")).await;
        office.lead(from("Mary", "DE", "Hello")).await;
        let (all, _) = office.types("ayse", "/leads queue").await;
        let at = |number: i64| all.find(&format!("#{number}")).unwrap_or(usize::MAX);
        assert!(
            at(1002) < at(1003)
                && at(1003) < at(1001)
                && at(1001) < at(1004)
                && at(1004) < usize::MAX,
            "{all}"
        );
        let (some, _) = office.types("ayse", "/leads queue demo high de").await;
        assert!(
            some.starts_with("In the queue as “demo high de”: 1 lead. #1003"),
            "{some}"
        );
        let (none, _) = office.types("ayse", "/leads queue it").await;
        assert!(
            none.starts_with("Of 4 leads in the queue none is “it”."),
            "{none}"
        );
        for said in [&all, &some] {
            assert!(!said.contains("Hedy") && !said.contains('@'), "{said}");
        }
        // Who takes one reads all of it.
        office.types("ayse", "/leads queue demo high de").await;
        office.press("ayse", "Take").await;
        assert_eq!(office.story_of(1003).await, "owned by ayse: ayse accepted");
        assert!(office.all_said("ayse").contains("hedy@hedy.example"));
        // The next one unseen is what wants most, then the oldest.
        let (next, _) = office.types("ayse", "/lead next").await;
        assert!(
            next.starts_with("It is yours.") && next.contains("#1002"),
            "{next}"
        );
        assert_eq!(office.story_of(1002).await, "owned by ayse: ayse accepted");
        // Two are enough for one.
        let (full, _) = office.types("ayse", "/lead next").await;
        assert!(
            full.starts_with("Who takes a lead from this queue may have at most 2 open ones"),
            "{full}"
        );
        office.types("ayse", "/leads queue").await;
        office.press("ayse", "Take").await;
        let told = office.all_said("ayse");
        assert!(
            told.contains("may have at most 2 open ones, with the new one. Close one first."),
            "{told}"
        );
        let (next, _) = office.types("jonas", "/lead next").await;
        assert!(next.contains("#1001"), "{next}");
        office.press_now("ayse", "Close").await;
        office
            .fill_in("ayse", json!({"choice": "lost", "why": "price"}))
            .await;
        let (next, _) = office.types("ayse", "/lead next").await;
        assert!(next.contains("#1004: Mary"), "{next}");
        assert!(office.all_said("ayse").contains("mary@mary.example"));
        let (next, _) = office.types("jonas", "/lead next").await;
        assert_eq!(next, "The queue is empty: there is no next lead.");
    })
    .await;
}
