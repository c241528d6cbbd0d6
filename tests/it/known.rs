//! People who write at the same moment, and what comes to `/activities`: over HTTP, on both databases.

use baton::store::{Error, audit};
use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    db::both,
    harness::{NEWSLETTER_TOKEN, Stage, json},
};

const LEADS: &str = "select count(*) from lead";
const ACTIVITIES: &str = "select count(*) from activity";
const STRANGERS: &str = "select count(*) from activity where lead_id is null";
const SIGNS: &str = "select count(*) from activity_sign";

/// What the audit complains of.
async fn broken(stage: &Stage) -> Vec<audit::Broken> {
    let audit: Result<_, Error> = stage
        .db
        .read(async |mut tx| audit::audit(&mut tx).await)
        .await;
    audit.unwrap()
}

/// Posts to `/activities/newsletter`; the status and the answer.
async fn tells(stage: &Stage, body: &Value) -> (u16, Value) {
    let post = stage.post(&format!("/activities/newsletter?token={NEWSLETTER_TOKEN}"));
    let answer = post.json(body).send().await.unwrap();
    (answer.status().as_u16(), json(answer).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_writes_in_many_ways_at_once_is_one_lead() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let come = async |n: usize| {
            let body = match n % 3 {
                0 => json!({"phone": "+4930901820", "message": n.to_string()}),
                1 => json!({"phone": "+4930901820", "email": "ada@example.com", "message": n.to_string()}),
                _ => json!({"phone": "+4930901820", "email": "Ada+x@example.com", "message": n.to_string()}),
            };
            stage.send(&body.to_string()).await["lead"].clone()
        };
        let mut named = join_all((0..18).map(come)).await;
        named.dedup();
        assert_eq!(named.len(), 1);
        assert_eq!(stage.count(LEADS).await, 1);
        assert_eq!(broken(&stage).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_the_same_people_in_any_order_make_each_of_them_once() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let person = |n: usize, by: usize| {
            json!({
                "email": format!("p{n}@example.com"), "phone": format!("+49309018{n:02}"),
                "external_id": n.to_string(), "message": by.to_string(),
            })
        };
        let come = async |by: usize| {
            let mut people: Vec<usize> = (0..20).collect();
            people.rotate_left(by * 3);
            if by.is_multiple_of(2) {
                people.reverse();
            }
            let list: Vec<Value> = people.into_iter().map(|n| person(n, by)).collect();
            stage.send(&json!(list).to_string()).await
        };
        for answer in join_all((0..6).map(come)).await {
            assert_eq!(answer["status"], "accepted");
            assert_eq!(answer["leads"].as_array().unwrap().len(), 20);
        }
        assert_eq!(stage.count(LEADS).await, 20);
        assert_eq!(broken(&stage).await, []);
    })
    .await;
}

#[tokio::test]
async fn of_a_list_longer_than_there_are_locks_everybody_is_made_once() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let list: Vec<Value> = (0..502)
            .map(|n| json!({"email": format!("p{}@example.com", n % 251), "phone": format!("+4930{n:07}"), "name": "P"}))
            .collect();
        let answer = stage.send(&json!(list).to_string()).await;
        assert_eq!(answer["leads"].as_array().unwrap().len(), 251);
        assert_eq!(stage.count(LEADS).await, 251);
    })
    .await;
}

#[tokio::test]
async fn what_is_told_of_people_is_believed_like_a_lead_and_bounded() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let visit = json!({"email": "ada@example.com", "activity": "visit", "id": "v1"});
        let unsigned = stage.post("/activities/newsletter").json(&visit);
        assert_eq!(unsigned.send().await.unwrap().status(), 401);
        let nobody = stage.post("/activities/nobody").json(&visit);
        assert_eq!(nobody.send().await.unwrap().status(), 404);
        let token = format!("/activities/newsletter?token={NEWSLETTER_TOKEN}");
        let picture = stage.post(&token).header("content-type", "image/png");
        assert_eq!(picture.body("x").send().await.unwrap().status(), 415);
        assert_eq!(stage.get(&token).send().await.unwrap().status(), 405);
        assert_eq!(stage.count(ACTIVITIES).await, 0);

        for (body, why) in [
            (json!("visit"), "it does not say its `activity`"),
            (
                json!({"activity": "visit"}),
                "no e-mail, no phone and no external_id",
            ),
            (
                json!({"email": "ada@example.com", "activity": " - "}),
                "it does not say its `activity`",
            ),
            (
                json!(vec![visit.clone(); 1001]),
                "more than 1000 activities in one body",
            ),
        ] {
            let (status, answer) = tells(&stage, &body).await;
            assert_eq!(
                (status, &answer["status"]),
                (200, &json!("quarantined")),
                "{why}"
            );
            assert_eq!(answer["problems"][0], why);
        }
        let (_, answer) = tells(&stage, &json!([])).await;
        assert_eq!(answer["status"], "ignored");
        let test = stage.post(&token).header("baton-test", "true");
        let answer = json(test.json(&visit).send().await.unwrap()).await;
        assert_eq!(answer["status"], "ignored");
        assert_eq!(stage.count(ACTIVITIES).await, 0);
    })
    .await;
}

#[tokio::test]
async fn strangers_are_remembered_within_bounds_and_for_a_time() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let visits: Vec<Value> = (0..130)
            .map(|n| json!({"email": "ada@example.com", "phone": "+4930901820", "activity": "visit", "id": n}))
            .collect();
        let (_, answer) = tells(&stage, &json!(visits)).await;
        assert_eq!(answer["status"], "ignored");
        assert_eq!((stage.count(STRANGERS).await, stage.count(SIGNS).await), (100, 200));
        let (_, again) = tells(&stage, &json!(visits[..50])).await;
        assert_eq!(again["status"], "duplicate");

        stage.clock.advance(SignedDuration::from_hours(24 * 91));
        tells(&stage, &json!({"email": "bea@example.com", "activity": "visit"})).await;
        assert_eq!((stage.count(STRANGERS).await, stage.count(SIGNS).await), (1, 1));
        let old = json!({"email": "bea@example.com", "activity": "visit", "at": "2020-01-01T00:00:00Z"});
        let (_, answer) = tells(&stage, &old).await;
        assert_eq!(answer["problems"][0], "activity 1: it was done more than a year ago");
        stage.send(r#"{"email": "bea@example.com"}"#).await;
        assert_eq!((stage.count(STRANGERS).await, stage.count(SIGNS).await), (0, 0));
        assert_eq!(stage.count(ACTIVITIES).await, 1);
        assert_eq!(broken(&stage).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activity_and_its_lead_at_the_same_moment_find_each_other() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let visit = async |n: usize| {
            let body = json!({"email": format!("p{n}@example.com"), "activity": "visit", "id": n});
            tells(&stage, &body).await.0
        };
        let lead = async |n: usize| {
            let body = json!({"email": format!("p{n}@example.com"), "phone": "+4930901820"});
            stage.send(&body.to_string()).await;
            200
        };
        let both = join_all((0..24).map(async |n| {
            if n % 2 == 0 {
                visit(n / 2).await
            } else {
                lead(n / 2).await
            }
        }));
        assert!(both.await.iter().all(|status| *status == 200));
        assert_eq!(stage.count(LEADS).await, 12);
        assert_eq!(
            (stage.count(ACTIVITIES).await, stage.count(STRANGERS).await),
            (12, 0)
        );
    })
    .await;
}
