//! What can't be used is not lost: managers hear of it in bundles, and it is let in when its source was mended.

use baton::{
    domain::id::SubmissionId,
    http::{How, Outcome},
};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::{
    office::{Office, SALES, in_each_chat, on_both},
    reads,
};

/// The sales team's rules with a source of which nobody knows how it calls its fields, and one to which anybody may send.
fn rules(fields: &str) -> String {
    format!(
        r#"{SALES}
[[source]]
id = "fair"
format = "json"
verify = {{ scheme = "token", header = "x-key", token = "fair-token" }}
type = "demo"
{fields}

[[source]]
id = "open"
format = "json"
verify = "none"
"#
    )
}

const MENDED: &str = "fields = { email = \"f1\", name = \"f2\" }";

fn visitor(n: usize) -> Value {
    json!({"f1": format!("visitor{n}@acme{n}.example"), "f2": format!("Visitor {n}")})
}

/// The fair sends somebody; the submission, and what became of it.
async fn comes(office: &Office, source: &str, body: &Value) -> (SubmissionId, String) {
    let mut headers = HeaderMap::new();
    headers.insert("x-key", "fair-token".parse().unwrap());
    let answer = office.post(source, headers, &body.to_string()).await;
    assert_eq!(answer.status(), 200);
    let said: Value = answer.json().await.unwrap();
    let text = |name: &str| said[name].as_str().unwrap().to_owned();
    (SubmissionId::from(text("submission")), text("status"))
}

/// A text without the names of submissions, which differ each time.
fn masked(said: &str) -> String {
    let mut parts = said.split("sub_");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.trim_start_matches(|it: char| it.is_ascii_alphanumeric()));
    rest.fold(first, |said, part| said + "sub_…" + part)
}

async fn replay(office: &Office, id: &SubmissionId) -> (Outcome, Vec<i64>) {
    let said = baton::http::replay(office.intake(), id, How::default())
        .await
        .unwrap();
    (said.outcome, said.leads)
}

#[tokio::test]
async fn managers_hear_of_what_can_t_be_used_in_one_message() {
    in_each_chat(&rules(""), async |office| {
        let (_, status) = comes(office, "fair", &visitor(0)).await;
        assert_eq!(status, "quarantined");
        for n in 1..4 {
            comes(office, "fair", &visitor(n)).await;
        }
        comes(office, "fair", &json!([1])).await;
        office.settle().await;
        office.expect_nothing_else().await;
        office.after("5m").await;
        let said = masked(&office.read("marta"));
        insta::allow_duplicates! { insta::assert_snapshot!(said, @"
        5 submissions of fair can't be used yet.
        Most often: no e-mail and no phone (4 of 5). Nothing is lost: what came is kept whole.
        (For whoever looks after Baton:)
        • See them: baton submissions list --status quarantined --source fair
        • What to write into fields: baton submissions map sub_…
        • Let them in after that: baton submissions replay --source fair
        ") }
        // An hour long nothing more is said of it, then one message tells of all that came meanwhile.
        for n in 4..8 {
            comes(office, "fair", &visitor(n)).await;
            office.after("10m").await;
        }
        office.expect_nothing_else().await;
        office.after("25m").await;
        let said = office.read("marta");
        assert!(
            said.contains("4 submissions of fair can't be used yet."),
            "{said}"
        );
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_hears_of_what_was_let_in_meanwhile() {
    on_both(&rules(""), async |office| {
        let (id, _) = comes(office, "fair", &visitor(0)).await;
        office.reload(&rules(MENDED)).await;
        assert_eq!(replay(office, &id).await, (Outcome::LetIn, vec![1001]));
        office.settle().await;
        office.read("selin");
        office.after("6m").await;
        assert_eq!(office.read("marta"), "(nothing)");
    })
    .await;
}

#[tokio::test]
async fn strangers_can_t_flood_managers() {
    on_both(&rules(""), async |office| {
        for n in 0..20 {
            comes(office, "open", &json!({"x": n})).await;
        }
        office.after("6m").await;
        let said = office.read("marta");
        assert!(said.contains("20 submissions of open"), "{said}");
        for n in 0..20 {
            comes(office, "open", &json!({"y": n})).await;
            office.after("1h").await;
        }
        office.expect_nothing_else().await;
        office.after("5h").await;
        let said = office.read("marta");
        assert!(said.contains("20 submissions of open"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn a_mended_source_lets_in_what_came_before_and_doubles_nothing() {
    on_both(&rules(""), async |office| {
        let mut ids = Vec::new();
        for n in 0..3 {
            ids.push(comes(office, "fair", &visitor(n)).await.0);
        }
        assert_eq!(replay(office, &ids[0]).await, (Outcome::NotYet, vec![]));
        office.sleep("2h");
        office.reload(&rules(MENDED)).await;
        let dry = How {
            dry: true,
            ..How::default()
        };
        let said = baton::http::replay(office.intake(), &ids[0], dry)
            .await
            .unwrap();
        assert_eq!(
            (said.outcome, said.status.as_str()),
            (Outcome::WouldBeLetIn, "accepted")
        );
        for (at, id) in ids.iter().enumerate() {
            let number = 1001 + i64::try_from(at).unwrap();
            assert_eq!(replay(office, id).await, (Outcome::LetIn, vec![number]));
            assert_eq!(
                replay(office, id).await,
                (Outcome::MadeBefore, vec![number])
            );
        }
        office.settle().await;
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["contact"]["email"], "visitor0@acme0.example");
        // It came two hours ago; its clock begins now.
        assert_eq!(lead["created_at"], "2026-11-20T10:00:00Z");
        let due = lead["sla"]["acknowledge_by"].as_str().unwrap();
        assert_eq!(due, "2026-11-20T12:15:00Z");
        // The same delivery once more is still the same.
        let (_, status) = comes(office, "fair", &visitor(0)).await;
        assert_eq!(
            status, "accepted",
            "after the window it is a submission of its own"
        );
        assert_eq!(office.api_lead(1001).await["number"], 1001);
        reads!(office, "jonas", @"
        # New lead #1003 · Visitor 2
        Asks for a demo
        Source: fair
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Mail: visitor2@acme2.example
        Please answer by Fri 20 Nov 13:15 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; it is your turn in team sales.)
        [Accept] [Decline] [Details] [Why]
        ");
    })
    .await;
}

#[tokio::test]
async fn what_was_put_away_stays_away_until_somebody_names_it() {
    on_both(&rules(""), async |office| {
        let (id, _) = comes(office, "fair", &visitor(0)).await;
        let said = baton::http::put_away(office.intake(), &id, How::default())
            .await
            .unwrap();
        assert_eq!(
            (said.outcome, said.status.as_str()),
            (Outcome::PutAway, "ignored")
        );
        office.reload(&rules(MENDED)).await;
        assert_eq!(replay(office, &id).await, (Outcome::Ignored, vec![]));
        let named = How {
            waive: true,
            ignored: true,
            dry: false,
        };
        let said = baton::http::replay(office.intake(), &id, named)
            .await
            .unwrap();
        assert_eq!((said.outcome, said.leads), (Outcome::LetIn, vec![1001]));
        let said = baton::http::put_away(office.intake(), &id, How::default())
            .await
            .unwrap();
        assert_eq!(said.outcome, Outcome::MadeBefore);
    })
    .await;
}
