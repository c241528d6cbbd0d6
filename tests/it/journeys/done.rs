//! What people do: counted for their lead, kept until they are one; and what their vendors do to them.

use serde_json::{Value, json};

use super::ada;
use crate::{
    office::{Office, SALES, in_each_chat, on_both},
    reads,
};

const RULES: &str = r#"
[[source]]
id = "letters"
format = "mailchimp"
secret = "letters"

[[source]]
id = "campaigns"
format = "activecampaign"
secret = "campaigns"

[[source]]
id = "site"
format = "segment"
verify = "none"
"#;

/// The prices were looked at three times: that goes to Marta.
fn rules() -> String {
    let hot = r#"[[route]]
id = "hot"
when = 'lead.activities("pricing_page", "7d") >= 3'
to = { rep = "marta" }

[[route]]
id = "all""#;
    format!("{}{RULES}", SALES.replace("[[route]]\nid = \"all\"", hot))
}

async fn unsubscribes(office: &Office, email: &str) -> Value {
    let body = [
        ("type", "unsubscribe"),
        ("fired_at", "2026-11-20 10:00:00"),
        ("data[id]", "m1"),
        ("data[email]", email),
    ];
    office.form("letters", "letters", &body).await
}

#[tokio::test]
async fn what_somebody_did_before_counts_when_they_become_a_lead() {
    on_both(&rules(), async |office| {
        let visit = |at: &str| {
            json!({"email": "Ada@analytical.example", "activity": "Pricing Page", "at": at})
        };
        let visits = json!([
            visit("2026-11-19T09:00:00Z"),
            visit("2026-11-20T09:00:00Z"),
            visit("2026-11-01T09:00:00Z"),
            visit("2026-11-20T09:00:00Z"),
            {"activity": "pricing_page"},
            {"email": "ada@analytical.example"},
        ]);
        let answer = office.activities("website", &visits).await;
        assert_eq!(answer["status"], "ignored");
        assert_eq!(answer["lead"], Value::Null);
        assert_eq!(
            answer["problems"],
            json!([
                "activity 5: no e-mail, no phone and no external_id",
                "activity 6: it does not say its `activity`",
                "nobody is known for 3 of them: kept until they are a lead",
            ])
        );
        // Of another source it is another visit; one to come is now.
        let more = json!({"email": "ada@analytical.example", "activity": "pricing_page", "at": "2026-12-24T00:00:00Z"});
        office.activities("site", &more).await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: marta pending");
        let again = office.activities("site", &more).await;
        assert_eq!(again["status"], "duplicate");
        let visit = json!({"email": "ada@analytical.example", "activity": "pricing_page", "id": "v9"});
        let answer = office.activities("website", &visit).await;
        let id = &office.api_lead(1001).await["id"];
        assert_eq!((&answer["status"], &answer["lead"]), (&json!("accepted"), id));
    })
    .await;
}

/// Points for what people do; 60 of them go to sales, the rest gets letters.
fn scored() -> String {
    let rule = |activity: &str, points: i32| {
        format!("[[scoring.engagement]]\nactivity = \"{activity}\"\npoints = {points}\n")
    };
    let usual = [
        ("trial", 25),
        ("Download", 10),
        ("email_click", 5),
        ("email_open", 2),
        ("unsubscribe", -5),
    ];
    let usual: String = usual.map(|(name, points)| rule(name, points)).concat();
    let routes = r#"[[route]]
id = "warm"
when = 'stage == "mql"'
to = { team = "sales" }

[[route]]
id = "all"
to = { nurture = "letters" }
"#;
    let head = SALES
        .split("[[route]]\nid = \"all\"")
        .next()
        .unwrap_or_default();
    let scoring = "[scoring]\nhalf_life = \"30d\"\nmql = 60\n";
    format!("{head}{routes}{RULES}{scoring}{usual}")
}

/// What somebody did, now, under ids of their own.
fn deeds(what: &[(&str, usize)]) -> Value {
    let each = what.iter().flat_map(|(name, times)| {
        (0..*times).map(move |n| {
            json!({"email": "ada@analytical.example", "activity": name, "id": format!("{name}{n}")})
        })
    });
    each.collect()
}

#[tokio::test]
async fn what_somebody_does_adds_up_fades_and_brings_them_to_sales() {
    in_each_chat(&scored(), async |office| {
        office.lead(ada()).await;
        assert_eq!(office.api_lead(1001).await["state"], "nurture");
        let first = deeds(&[("download", 3), ("email_open", 3)]);
        office.activities("website", &first).await;
        assert_eq!(office.api_lead(1001).await["state"], "nurture");
        let then = deeds(&[("email_click", 3), ("trial", 1)]);
        office.activities("website", &then).await;
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["score"]["engagement"], 76);
        assert_eq!(
            lead["score"]["reasons"],
            json!([
                "+25 trial (once)",
                "+30 download (3 times)",
                "+15 email click (3 times)",
                "+6 email open (3 times)",
            ])
        );
        assert_eq!(
            (&lead["stage"], &lead["state"]),
            (&json!("mql"), &json!("offered"))
        );
        let told = lead["timeline"].as_array().unwrap();
        let staged = told.iter().find(|it| it["event"] == "staged").unwrap();
        assert_eq!(staged["detail"], "mql, score 76: trial");
        office.settle().await;
        office.press("selin", "Accept").await;
        office.read("selin");
        // What it did is worth half a month later, whoever looks.
        office.sleep("720h");
        assert_eq!(office.api_lead(1001).await["score"]["engagement"], 38);
    })
    .await;
}

#[tokio::test]
async fn whoever_has_a_lead_hears_that_it_is_more_urgent_now() {
    let marta = scored().replace("to = { nurture = \"letters\" }", "to = { rep = \"marta\" }");
    in_each_chat(&marta, async |office| {
        office.lead(ada()).await;
        office.settle().await;
        office.read("marta");
        let eager = deeds(&[("download", 3), ("email_open", 3), ("trial", 2)]);
        office.activities("website", &eager).await;
        office.settle().await;
        reads!(office, "marta", @"in the thread: Lead #1001 · Ada Lovelace, Analytical Engines was active (trial): its score makes it marketing qualified.");
        office
            .activities("website", &deeds(&[("email_open", 9)]))
            .await;
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_has_a_lead_hears_that_it_has_unsubscribed() {
    in_each_chat(&rules(), async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.read("selin");
        let answer = unsubscribes(office, "ada@analytical.example").await;
        let lead = office.api_lead(1001).await;
        assert_eq!(
            (&answer["status"], &answer["lead"]),
            (&json!("ignored"), &lead["id"])
        );
        office.settle().await;
        reads!(office, "selin", @"in the thread: Lead #1001 · Ada Lovelace, Analytical Engines has unsubscribed, says letters: they want no more mailings.");
        let last = lead["timeline"].as_array().unwrap().last().unwrap();
        assert_eq!(last["detail"], "unsubscribed");
        assert_eq!(lead["unsubscribed_at"], "2026-11-20T10:00:00Z");
        // Nobody is told of a stranger's.
        assert_eq!(
            unsubscribes(office, "bea@analytical.example").await["lead"],
            Value::Null
        );
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn who_unsubscribed_at_two_vendors_is_told_of_once() {
    on_both(&rules(), async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.read("selin");
        let body = [
            ("type", "unsubscribe"),
            ("date_time", "2026-11-20T09:00:00+00:00"),
            ("contact[id]", "7"),
            ("contact[email]", "ada@analytical.example"),
        ];
        let answer = office.form("campaigns", "campaigns", &body).await;
        assert_eq!(answer["status"], "ignored");
        office.settle().await;
        let told = office.read("selin");
        assert!(told.contains("has unsubscribed, says campaigns"), "{told}");
        unsubscribes(office, "ada@analytical.example").await;
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_tracker_says_again_and_again_is_told_once_and_makes_no_second_lead() {
    in_each_chat(&rules(), async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.read("selin");
        let identify = |id: &str| {
            json!({
                "type": "identify", "messageId": id, "userId": "u1",
                "timestamp": format!("2026-11-20T10:00:0{id}Z"),
                "context": {"page": {"url": format!("https://seller.example/{id}")}},
                "traits": {"email": "ada@analytical.example", "title": "Countess", "name": "Ada King"},
            })
        };
        let track =
            |id: &str| json!({"type": "track", "messageId": id, "userId": "u1", "event": "Opened"});
        for body in [identify("1"), identify("2"), track("3")] {
            let answer = office.sends("site", &body).await;
            assert_eq!(answer["status"], "accepted", "{body}");
        }
        reads!(office, "selin", @"
        in the thread: Lead #1001 · Ada Lovelace, Analytical Engines was changed where it came from.
        Name: Ada King
        Title: Countess
        ");
        assert_eq!(office.leads().await, 1);
        office.expect_nothing_else().await;
    })
    .await;
}
