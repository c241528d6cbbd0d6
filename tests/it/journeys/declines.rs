//! What somebody may decline, and how often.

use serde_json::json;

use super::short;
use crate::office::{Office, SALES, in_each_chat};

/// Ayşe is asked, then Deniz. Nobody declines more than twice a day, and for lack of time once.
fn limited() -> String {
    SALES
        .replace(
            "members = [\"ayse\", \"jonas\", \"selin\"]",
            "members = [\"ayse\"]",
        )
        .replace("timezone =", "turns = { declines = 2 }\ntimezone =")
        + "\n[[decline]]\nid = \"busy\"\nper_day = 1\n"
}

/// Ayşe gives a reason; what she reads in the dialog if it does not count.
async fn says(office: &Office, reason: &str) -> String {
    office.press_now("ayse", "Decline").await;
    let sent = office.try_fill_in("ayse", json!({"choice": reason})).await;
    sent.wrong.unwrap_or_default()
}

#[tokio::test]
async fn who_has_declined_as_often_as_they_may_keeps_the_lead_and_hears_why() {
    in_each_chat(&limited(), async |office| {
        office.lead(short("Grace")).await;
        assert_eq!(says(office, "busy").await, "");
        assert_eq!(
            office.story_of(1001).await,
            "offered: ayse declined, deniz pending"
        );
        office.lead(short("Edith")).await;
        let wrong = says(office, "busy").await;
        assert!(
            wrong.contains("You have given that reason once in 24 hours, as often as you may. Please choose another one."),
            "{wrong}"
        );
        assert_eq!(office.story_of(1002).await, "offered: ayse pending");
        let sent = office.try_fill_in("ayse", json!({"choice": "territory"})).await;
        assert_eq!(sent.wrong, None);
        assert_eq!(
            office.story_of(1002).await,
            "offered: ayse declined, deniz pending"
        );
        office.lead(short("Mary")).await;
        let wrong = says(office, "territory").await;
        assert!(
            wrong.contains("You have declined twice in 24 hours, as often as you may. It moves on by itself, or a manager moves it."),
            "{wrong}"
        );
        assert_eq!(office.story_of(1003).await, "offered: ayse pending");
        // A day later it is forgotten.
        office.press("ayse", "Accept").await;
        office.sleep("25h");
        office.lead(short("Radia")).await;
        assert_eq!(says(office, "busy").await, "");
        let story = office.story_of(1004).await;
        assert!(story.starts_with("offered: ayse declined"), "{story}");
    })
    .await;
}

#[tokio::test]
async fn what_only_managers_may_say_is_no_choice_for_reps() {
    let rules = SALES.replace(
        "\"ayse\", \"jonas\", \"selin\"]\nbackups",
        "\"ayse\", \"marta\"]\nbackups",
    ) + "\n[[decline]]\nid = \"politics\"\nlabel = \"The board decides\"\nthen = \"disqualify\"\nmanagers_only = true\n";
    in_each_chat(&rules, async |office| {
        for name in ["Grace", "Edith"] {
            office.lead(short(name)).await;
        }
        let asked = office.press_now("ayse", "Decline").await.dialog.unwrap();
        assert!(asked.contains("I have no time right now"), "{asked}");
        assert!(!asked.contains("The board decides"), "{asked}");
        let asked = office.press_now("marta", "Decline").await.dialog.unwrap();
        assert!(
            asked.contains("The board decides (nobody is asked again)"),
            "{asked}"
        );
        office.fill_in("marta", json!({"choice": "politics"})).await;
        let stories = [office.story_of(1001).await, office.story_of(1002).await];
        assert!(
            stories.contains(&"disqualified: marta declined".to_owned())
                && stories.contains(&"offered: ayse pending".to_owned()),
            "{stories:?}"
        );
    })
    .await;
}
