//! What is over a source's rate waits, and is let in by and by: in the order in which it came, after a restart too.

use baton::{domain::lead::Lead, http::let_in_held, store::leads};
use jiff::SignedDuration;

use crate::{
    db::both,
    harness::{Stage, json},
};

fn numbered(n: usize) -> String {
    format!(r#"{{"email":"lead{n}@example.com"}}"#)
}

/// `busy` sends somebody; what it is answered.
async fn sends(stage: &Stage, n: usize, delivery: Option<&str>) -> serde_json::Value {
    let mut request = stage.submission("busy", &numbered(n));
    if let Some(id) = delivery {
        request = request.header("idempotency-key", id);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    stage.clock.advance(SignedDuration::from_millis(1));
    json(answer).await
}

async fn all(stage: &Stage) -> Vec<Lead> {
    let filter = leads::LeadFilter::default();
    let read = stage
        .db
        .read(async |mut tx| leads::list(&mut tx, &filter).await);
    let mut all = read.await.unwrap().0;
    all.sort_by_key(|lead| lead.number);
    all
}

async fn let_in_later(stage: &Stage) -> usize {
    stage.clock.advance(SignedDuration::from_secs(31));
    let_in_held(&stage.app).await.unwrap()
}

#[tokio::test]
async fn who_comes_while_others_wait_stands_behind_them() {
    both(async |db| {
        let stage = Stage::new(db).await;
        for n in 0..4 {
            sends(&stage, n, None).await;
        }
        // There is room for one, but two were there before.
        stage.clock.advance(SignedDuration::from_secs(31));
        assert_eq!(sends(&stage, 4, None).await["status"], "held");
        let mut let_in = 0;
        while let_in < 3 {
            let_in += let_in_later(&stage).await;
        }
        assert_eq!((let_in, let_in_later(&stage).await), (3, 0));
        assert_eq!(sends(&stage, 5, None).await["status"], "accepted");
        let emails: Vec<String> = all(&stage)
            .await
            .iter()
            .map(|lead| {
                lead.contact
                    .text(baton::domain::contact::Field::Email)
                    .to_owned()
            })
            .collect();
        let expected: Vec<String> = (0..6).map(|n| format!("lead{n}@example.com")).collect();
        assert_eq!(emails, expected);
    })
    .await;
}

#[tokio::test]
async fn after_a_restart_the_line_is_as_it_was() {
    both(async |db| {
        let stage = Stage::new(db.clone()).await;
        for n in 0..4 {
            sends(&stage, n, None).await;
        }
        let again = Stage::new(db).await;
        again.clock.advance(SignedDuration::from_secs(60));
        // As a server does before it has run for a second; it may send two, which were there before.
        assert_eq!(let_in_held(&again.app).await.unwrap(), 2);
        assert_eq!(again.count("select count(*) from lead").await, 4);
        assert_eq!(
            again
                .count("select count(*) from submission where status = 'held'")
                .await,
            0
        );
    })
    .await;
}

#[tokio::test]
async fn a_held_delivery_that_comes_again_is_the_same_and_makes_one_lead() {
    both(async |db| {
        let stage = Stage::new(db).await;
        sends(&stage, 0, None).await;
        sends(&stage, 1, None).await;
        let held = sends(&stage, 2, Some("delivery-2")).await;
        let again = sends(&stage, 2, Some("delivery-2")).await;
        assert_eq!(
            (&held["status"], &again["status"]),
            (&"held".into(), &"duplicate".into())
        );
        assert_eq!(held["submission"], again["submission"]);
        assert_eq!(let_in_later(&stage).await, 1);
        assert_eq!(let_in_later(&stage).await, 0);
        assert_eq!(all(&stage).await.len(), 3);
        // It came when it came; its clock began when it was let in.
        let last = &all(&stage).await[2];
        let waited = last.touched_at.duration_since(last.created_at);
        assert_eq!(waited.as_secs(), 31);
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_put_back_keeps_nobody_out() {
    both(async |db| {
        let (stage, hour) = (Stage::new(db).await, SignedDuration::from_hours(1));
        stage.clock.advance(hour * 2);
        assert_eq!(sends(&stage, 0, None).await["status"], "accepted");
        stage.clock.put(stage.clock.now() - hour);
        assert_eq!(sends(&stage, 1, None).await["status"], "accepted");
    })
    .await;
}
