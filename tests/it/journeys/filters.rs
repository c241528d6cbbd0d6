//! Filters: who never gets to a rep, who is kept aside, who comes with a mark; and what a sender hears of it.

use baton::{
    domain::id::SubmissionId,
    http::{How, Outcome},
};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::{ada, short};
use crate::{
    office::{Office, SALES, in_each_chat, on_both},
    reads,
};

/// The sales team's rules with filters, and a source to which anybody may send.
fn rules() -> String {
    format!(
        r#"{SALES}
[[source]]
id = "open"
format = "json"
verify = "none"

[list.competitors]
items = ["Rival.example"]

[[filter]]
id = "many"
when = 'submission.same_email("1h") > 2'
then = "park"

[[filter]]
id = "links"
when = 'submission.links >= 2'
then = "mark"

[[filter]]
id = "spam"
when = '"links" in lead.marks && lead.free_mail'
then = "park"

[[filter]]
id = "competitors"
when = 'lead.domain in list("competitors")'
then = "drop"
"#
    )
}

const LINKS: &str = "See https://a.example and www.b.example";

/// What became of the submissions, by the alphabet.
async fn stored(office: &Office) -> Vec<String> {
    let sql = "select status from submission order by status";
    let rows = office
        .engine()
        .db()
        .read(async |mut tx| tx.q(sql).all::<(String,)>().await);
    rows.await.unwrap().into_iter().map(|it| it.0).collect()
}

async fn leads(office: &Office) -> i64 {
    let sql = "select count(*) from lead";
    let count = office
        .engine()
        .db()
        .read(async |mut tx| tx.q(sql).one::<(i64,)>().await);
    count.await.unwrap().0
}

/// Somebody whom nobody knows posts; what they are answered, without the names that differ each time.
async fn strangers(office: &Office, body: &Value) -> (Value, Value) {
    let answer = office
        .post("open", HeaderMap::new(), &body.to_string())
        .await;
    assert_eq!(answer.status(), 200);
    let mut said: Value = answer.json().await.unwrap();
    let lead = said["lead"].clone();
    assert_eq!(said["leads"], json!([lead]));
    for name in ["submission", "lead", "leads"] {
        said[name] = Value::Null;
    }
    (said, lead)
}

#[tokio::test]
async fn what_a_filter_drops_is_no_lead_and_what_it_parks_waits() {
    on_both(&rules(), async |office| {
        let dropped = json!({"email": "eve@mail.rival.example", "name": "Eve"});
        let answer = office.lead(dropped).await;
        assert_eq!(answer["status"], "ignored");
        assert_eq!(
            answer["problems"],
            json!(["dropped by the filter `competitors`"])
        );
        let parked = json!({"email": "bob@gmail.com", "message": LINKS});
        let answer = office.lead(parked).await;
        assert_eq!(answer["status"], "quarantined");
        assert_eq!(answer["problems"], json!(["parked by the filter `spam`"]));
        assert_eq!(answer["lead"], Value::Null);
        assert_eq!(leads(office).await, 0);
        assert_eq!(stored(office).await, ["ignored", "quarantined"]);

        // Whoever looked at it lets it in; the mark stays, and a second time nothing happens.
        let id = SubmissionId::from(answer["submission"].as_str().unwrap());
        let named = How {
            waive: true,
            ignored: true,
            dry: false,
        };
        let again = baton::http::replay(office.intake(), &id, How::default());
        assert_eq!(again.await.unwrap().outcome, Outcome::NotYet);
        let said = baton::http::replay(office.intake(), &id, named)
            .await
            .unwrap();
        assert_eq!((said.outcome, said.leads), (Outcome::LetIn, vec![1001]));
        let said = baton::http::replay(office.intake(), &id, named)
            .await
            .unwrap();
        assert_eq!(
            (said.outcome, said.leads),
            (Outcome::MadeBefore, vec![1001])
        );
        assert_eq!(leads(office).await, 1);
        assert_eq!(office.api_lead(1001).await["marks"], json!(["links"]));
    })
    .await;
}

#[tokio::test]
async fn a_mark_is_on_the_card_in_the_api_and_in_later_conditions() {
    let rules = rules().replace(
        "[[route]]\nid = \"all\"",
        "[[route]]\nid = \"odd\"\nwhen = '\"links\" in lead.marks && !lead.free_mail'\nto = { review = \"sales\" }\n\n[[route]]\nid = \"all\"",
    );
    in_each_chat(&rules, async |office| {
        let mut lead = ada();
        lead["message"] = json!(LINKS);
        assert_eq!(office.lead(lead).await["status"], "accepted");
        let lead = office.api_lead(1001).await;
        assert_eq!(
            (&lead["marks"], &lead["state"]),
            (&json!(["links"]), &json!("review"))
        );
        let card = office.read("marta");
        assert!(card.contains("Marked: links"), "{card}");
    })
    .await;
}

#[tokio::test]
async fn a_stranger_can_t_tell_whom_a_filter_kept_out() {
    on_both(&rules(), async |office| {
        let (wanted, lead) = strangers(office, &ada()).await;
        assert!(lead.as_str().unwrap().starts_with("lead_"));
        let eve = json!({"email": "eve@rival.example", "name": "Eve"});
        let (dropped, nobody) = strangers(office, &eve).await;
        assert_eq!(dropped, wanted);
        let spam = json!({"email": "bob@gmail.com", "message": LINKS});
        let (parked, other) = strangers(office, &spam).await;
        assert_eq!(parked, wanted);
        assert_ne!(nobody, other);
        // Sent again, both are told the same as anybody.
        let (again, same) = strangers(office, &ada()).await;
        assert_eq!(
            (again["status"].as_str(), &same),
            (Some("duplicate"), &lead)
        );
        let (repeated, same) = strangers(office, &eve).await;
        assert_eq!((repeated, same), (again, nobody));
        assert_eq!(stored(office).await, ["accepted", "ignored", "quarantined"]);
        assert_eq!(leads(office).await, 1);
    })
    .await;
}

#[tokio::test]
async fn who_sends_too_much_is_kept_aside_until_an_hour_has_passed() {
    on_both(&rules(), async |office| {
        let nth = |n: i32| json!({"email": "Ada@acme.example", "message": format!("{n}")});
        for n in 0..2 {
            assert_eq!(office.lead(nth(n)).await["status"], "accepted");
        }
        let third = office.lead(nth(2)).await;
        assert_eq!(third["problems"], json!(["parked by the filter `many`"]));
        assert_eq!(office.lead(short("Bea")).await["status"], "accepted");
        office.after("61m").await;
        assert_eq!(office.lead(nth(3)).await["status"], "accepted");
        // What nobody asks for any more is forgotten.
        office.after("25h").await;
        office.lead(short("Cem")).await;
        let sql = "select count(*) from sender";
        let known = office
            .engine()
            .db()
            .read(async |mut tx| tx.q(sql).one::<(i64,)>().await);
        assert_eq!(known.await.unwrap().0, 1);
    })
    .await;
}

#[tokio::test]
async fn of_several_in_one_body_each_is_judged_alone() {
    on_both(&rules(), async |office| {
        let both = json!([
            {"email": "eve@rival.example"}, {"email": "ada@acme.example"}, {"email": "mel@rival.example"},
        ]);
        let answer = office.lead(both).await;
        assert_eq!(answer["status"], "accepted");
        assert_eq!(answer["problems"], json!(["2 dropped by the filter `competitors`"]));
        assert_eq!(answer["leads"].as_array().unwrap().len(), 1);
        let counts = office.engine().db().read(async |mut tx| {
            baton::store::filtered::counts(&mut tx, jiff::Timestamp::MIN, jiff::Timestamp::MAX).await
        });
        let counts = counts.await.unwrap();
        assert_eq!(counts.len(), 1);
        assert_eq!((counts[0].filter.as_str(), counts[0].people, counts[0].let_in), ("competitors", 2, 0));
        // Who names it wants those who were left out, and nobody twice.
        let id = SubmissionId::from(answer["submission"].as_str().unwrap());
        let named = How { waive: true, ignored: true, dry: false };
        let said = baton::http::replay(office.intake(), &id, named).await.unwrap();
        assert_eq!((said.outcome, said.leads), (Outcome::LetIn, vec![1001, 1002, 1003]));
        let said = baton::http::replay(office.intake(), &id, named).await.unwrap();
        assert_eq!((said.outcome, leads(office).await), (Outcome::MadeBefore, 3));
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_a_colleague_enters_by_hand_passes_every_filter() {
    on_both(&rules(), async |office| {
        let said = office
            .api(
                "leads?source=website",
                &json!({"email": "eve@rival.example"}),
            )
            .await;
        assert_eq!(said["status"], "ignored", "a program is no colleague");
        office.lead(short("Bea")).await;
        reads!(office, "selin", @"
        # New lead #1001 · Bea
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Mail: bea@example.org
        Please answer by Fri 20 Nov 11:15 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; it is your turn in team sales.)
        [Accept] [Decline] [Details] [Why]
        ");
    })
    .await;
}
