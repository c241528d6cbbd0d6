//! Everything that Baton shows, of the longest lead imaginable: the stand-in refuses what Slack would refuse.
//! What was shown is written to `target/tmp/slack-shown.json`, which `tests/clients/run.sh` holds against
//! Slack's own types.

use serde_json::{Value, json};

use crate::office::{Office, SALES, on_both, user};

/// Each character is five in Slack's mrkdwn, and more than one byte or none that is seen.
const WIDE: &str = "&<ẞ𝕏\u{202e}*_`~";
const DIALOGS: [&str; 6] = ["Details", "Why", "Contacted", "Next step", "Stage", "Close"];

fn long(characters: usize) -> String {
    WIDE.chars().cycle().take(characters).collect()
}

/// Every field as long as it goes.
fn longest(campaign: &str) -> Value {
    let mut lead = json!({
        "email": format!("{}@{}.example", "a".repeat(64), "b".repeat(60)), "phone": "+4930123456",
        "campaign": campaign, "tags": vec![long(150); 20], "employees": 123_456_789, "country": "DE",
        "language": "de", "deal_value": 999_999_999_999.99, "currency": "EUR",
    });
    for field in [
        "name",
        "company",
        "title",
        "website",
        "message",
        "product",
        "use_case",
        "industry",
        "page",
        "referrer",
        "utm_source",
        "city",
        "region",
        "consent",
        "form",
        "external_id",
    ] {
        lead[field] = long(3_000).into();
    }
    for nth in 0..40 {
        lead[format!("{}{nth}", long(150))] = long(400).into();
    }
    lead
}

fn rules() -> String {
    let mut rules = SALES.replace(
        "[[route]]\nid = \"all\"",
        r#"[card]
facts = ["employees", "use_case", "industry", "product", "title", "website", "tags", "deal_value"]
links = [{ label = "Look it up", url = "https://crm.example.com/{external_id}" }]

[[route]]
id = "reviewed"
when = 'lead.campaign == "review"'
to = { review = "sales" }

[[route]]
id = "pooled"
when = 'lead.campaign == "pool"'
to = { pool = "sales" }

[[route]]
id = "queued"
when = 'lead.campaign == "queue"'
to = { queue = "sales" }

[[route]]
id = "all""#,
    );
    for nth in 0..30 {
        rules.push_str(&format!(
            "\n[[decline]]\nid = \"reason{nth}\"\nlabel = \"{}{nth}\"\n",
            "a reason that goes on and on ".repeat(20)
        ));
    }
    rules
}

/// Opens a dialog and closes it again.
async fn looks(office: &Office, who: &str, labels: &[&str]) {
    for label in labels {
        let opened = office.press_now(who, label).await;
        assert!(opened.dialog.is_some(), "{label} opens for {who}");
        office.slack.close(&user(who), true).await;
    }
}

#[tokio::test]
async fn the_longest_lead_is_shown_everywhere() {
    on_both(&rules(), async |office| {
        let note = long(1_000);
        office.lead(longest("")).await;
        looks(office, "selin", &["Details", "Why", "Decline"]).await;
        office.press("selin", "Accept").await;
        office.press("selin", "Undo").await;
        office.press("selin", "Accept").await;
        office.after("31s").await;
        looks(office, "selin", &DIALOGS).await;
        looks(office, "selin", &["Hand over", "Give back"]).await;
        office.press_now("selin", "Next step").await;
        let step = json!({"choice": "other", "what": long(100), "at": 1_795_176_000});
        office.fill_in("selin", step).await;
        office.press_now("selin", "Hand over").await;
        office.fill_in("selin", json!({"choice": "rep:jonas", "note": note})).await;
        looks(office, "jonas", &["Details", "Why", "Decline"]).await;
        office.press_now("jonas", "Decline").await;
        office.fill_in("jonas", json!({"choice": "busy", "note": note})).await;
        home_and_lists(office).await;
        // Nobody calls: the managers hear of it.
        office.sleep("31m");
        office.settle().await;
        looks(office, "marta", &["Assign…", "Later…"]).await;
        office.press_now("marta", "Later…").await;
        office.fill_in("marta", json!({"choice": "60"})).await;
        office.contacted("selin", "voicemail").await;
        office.lead(longest("")).await;
        office.press_now("selin", "Close").await;
        let end = json!({"choice": "lost", "why": "price", "worth": "1000000000000", "currency": "EUR", "note": note});
        office.fill_in("selin", end).await;
        for campaign in ["review", "pool", "queue"] {
            let mut lead = longest(campaign);
            lead["email"] = format!("{campaign}@example.org").into();
            // Somebody else.
            lead.as_object_mut().unwrap().remove("phone");
            lead["external_id"] = format!("{campaign} {}", long(3_000)).into();
            office.lead(lead).await;
        }
        looks(office, "marta", &["Assign…"]).await;
        home_and_lists(office).await;
        office.press("jonas #sales", "Claim").await;
        office.press("marta", "Drop").await;
        office.types("ayse", "/lead next").await;
        office.types("marta", "/leads move @ayse to sales").await;
        office.press("marta", "Move 1 lead").await;
        office.types("selin", &format!("/away until back {}", long(200))).await;
        office.types("selin", "/away list").await;
        home_and_lists(office).await;
        expect_taken(office);
        keep_shown(office);
    })
    .await;
}

async fn home_and_lists(office: &Office) {
    for who in ["selin", "marta", "jonas"] {
        office.home(who).await;
        for line in [
            "/leads",
            "/leads queue",
            "/leads review",
            "/leads turns",
            "/leads search example",
            "/lead 1001",
            "/leadstats",
            "/leadrules",
            "/lead help",
        ] {
            let (said, _) = office.types(who, line).await;
            assert!(!said.is_empty(), "{who}: {line}");
        }
    }
}

/// The stand-in holds Slack's limits; it took everything.
fn expect_taken(office: &Office) {
    // A picture that is drawn while the story goes half an hour on comes too late for its command.
    let late = Some("expired_url".to_owned());
    for call in office.slack.calls() {
        let taken = call.error.is_none() || call.error == late;
        assert!(
            taken,
            "{:?}, {}: {}",
            call.error, call.method, call.arguments
        );
    }
}

/// Keeps every message, dialog and home tab for the check against Slack's types.
fn keep_shown(office: &Office) {
    let mut shown = json!({"messages": [], "dialogs": [], "homes": []});
    let mut add = |kind: &str, value: &Value| {
        if let Some(all) = shown[kind]
            .as_array_mut()
            .filter(|all| !all.contains(value))
        {
            all.push(value.clone());
        }
    };
    for call in office.slack.calls() {
        let view = parsed(&call.arguments["view"]);
        match call.method.as_str() {
            "chat.postMessage" | "chat.update" => {
                add("messages", &parsed(&call.arguments["blocks"]));
            }
            "views.open" | "views.update" => add("dialogs", &view),
            "views.publish" => add("homes", &view),
            _ => {}
        }
    }
    for who in ["selin", "marta", "jonas", "ayse"] {
        for message in office.slack.ephemeral_to(&user(who)) {
            add("messages", &message.blocks.into());
        }
    }
    for (kind, least) in [("messages", 30), ("dialogs", 12), ("homes", 3)] {
        let seen = shown[kind].as_array().map_or(0, Vec::len);
        assert!(seen >= least, "{seen} {kind}");
    }
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("slack-shown.json");
    std::fs::write(path, shown.to_string()).unwrap();
}

/// Arguments of a form come as text.
fn parsed(value: &Value) -> Value {
    let text = value
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok());
    text.unwrap_or_else(|| value.clone())
}
