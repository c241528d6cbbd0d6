//! Submissions in the store: each is kept once, however often and at however close moments it is sent.

use std::collections::BTreeMap;

use baton::{
    domain::id::{LeadId, SubmissionId},
    store::{
        Db, Error,
        submissions::{self, Inserted, NewSubmission},
    },
};
use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::{db::both, store_leads::at};

fn new(id: &str, body: &str, delivery: Option<&str>, second: i64) -> NewSubmission {
    NewSubmission {
        id: id.into(),
        source: "site".into(),
        received_at: at(second),
        content_type: None,
        headers: BTreeMap::new(),
        query: String::new(),
        body: body.as_bytes().to_vec(),
        body_hash: format!("hash of {body}"),
        delivery_id: delivery.map(str::to_owned),
        window: SignedDuration::from_mins(10),
        status: "accepted".to_owned(),
    }
}

async fn insert(db: &Db, new: NewSubmission) -> Inserted {
    let done: Result<_, Error> = db
        .write(async |mut tx| submissions::insert(&mut tx, &new).await)
        .await;
    done.unwrap()
}

fn first(inserted: Inserted) -> Option<SubmissionId> {
    match inserted {
        Inserted::Fresh => None,
        Inserted::Again { id, .. } => Some(id),
    }
}

#[tokio::test]
async fn a_repeated_delivery_is_answered_with_what_became_of_the_first() {
    both(async |db| {
        assert_eq!(
            insert(&db, new("sub_1", "a", Some("d"), 0)).await,
            Inserted::Fresh
        );
        let leads = [LeadId::from("lead_1"), LeadId::from("lead_2")];
        let finished: Result<(), Error> = db
            .write(async |mut tx| {
                let problems = ["no phone".to_owned()];
                let id = "sub_1".into();
                submissions::finish(
                    &mut tx,
                    &id,
                    "quarantined",
                    Some(&leads[0]),
                    &leads,
                    &problems,
                )
                .await
            })
            .await;
        finished.unwrap();
        let again = |same_body| Inserted::Again {
            id: "sub_1".into(),
            status: "quarantined".to_owned(),
            lead: Some(leads[0].clone()),
            leads: leads.to_vec(),
            same_body,
        };
        assert_eq!(
            insert(&db, new("sub_2", "a", Some("d"), 9_999)).await,
            again(true)
        );
        assert_eq!(
            insert(&db, new("sub_3", "b", Some("d"), 1)).await,
            again(false)
        );
        assert_eq!(
            insert(&db, new("sub_4", "a", Some("e"), 1)).await,
            Inserted::Fresh
        );
        let stored: Result<_, Error> = db
            .read(async |mut tx| submissions::get(&mut tx, &"sub_1".into()).await)
            .await;
        let stored = stored.unwrap().unwrap();
        assert_eq!(
            (stored.body, stored.problems.0),
            (b"a".to_vec(), vec!["no phone".to_owned()])
        );
    })
    .await;
}

#[tokio::test]
async fn without_a_delivery_id_the_same_body_counts_within_the_window() {
    both(async |db| {
        assert_eq!(first(insert(&db, new("sub_1", "a", None, 0)).await), None);
        assert_eq!(
            first(insert(&db, new("sub_2", "a", None, 599)).await),
            Some("sub_1".into())
        );
        assert_eq!(first(insert(&db, new("sub_3", "b", None, 1)).await), None);
        assert_eq!(first(insert(&db, new("sub_4", "a", None, 600)).await), None);
        let mut elsewhere = new("sub_5", "a", None, 601);
        elsewhere.source = "ads".into();
        assert_eq!(first(insert(&db, elsewhere).await), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_fresh() {
    both(async |db| {
        for delivery in [Some("d"), None] {
            let name = delivery.unwrap_or("none");
            let sent = (0..10).map(|n| insert(&db, new(&format!("{name}_{n}"), name, delivery, n)));
            let answers = join_all(sent).await;
            let fresh = answers
                .iter()
                .filter(|answer| **answer == Inserted::Fresh)
                .count();
            assert_eq!(fresh, 1, "{answers:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_comes_while_the_same_body_is_being_kept_waits_for_it() {
    both(async |db| {
        let keeps = async |id: &str, n: i64| -> Result<Inserted, Error> {
            db.write(async |mut tx| {
                let inserted = submissions::insert(&mut tx, &new(id, "same", None, n)).await?;
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                Ok(inserted)
            })
            .await
        };
        let (one, two) = tokio::join!(keeps("one", 1), keeps("two", 2));
        let fresh = [one.unwrap(), two.unwrap()];
        let fresh = fresh.iter().filter(|it| **it == Inserted::Fresh).count();
        assert_eq!(fresh, 1);
    })
    .await;
}
