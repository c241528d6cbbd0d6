//! A flood leaves connections for who can't wait.

use std::{sync::Arc, time::Duration};

use baton::store::{Channel, Db, Error, Tx};
use futures_util::future::join_all;
use tokio::{sync::Barrier, time::timeout};

use crate::db::{Fresh, both};

/// More than there are connections.
const FLOOD: usize = 40;

const LONG: Duration = Duration::from_secs(8);

async fn insert(tx: &mut Tx, id: &str) -> Result<(), Error> {
    let query = tx.q("insert into instance (id, started_at, seen_at) values ($1, 1, 1)");
    query.bind(id).exec().await.map(drop)
}

async fn writes(db: &Db, id: &str) -> Result<(), Error> {
    db.write(async |mut tx| insert(&mut tx, id).await).await
}

#[tokio::test]
async fn who_can_not_wait_does_not_stand_behind_a_flood() {
    let fresh = Fresh::postgres().await;
    let db = fresh.open().await;
    let slow = db.in_line();
    // Ten at work, one who holds them up: nobody of the flood ends before it is here.
    let (begun, end) = (Arc::new(Barrier::new(11)), Arc::new(Barrier::new(11)));
    let flood = (0..FLOOD).map(|n| {
        let (slow, begun, end) = (&slow, &begun, &end);
        async move {
            slow.write(async |mut tx| {
                if n < 10 {
                    begun.wait().await;
                    end.wait().await;
                }
                insert(&mut tx, &format!("flood{n}")).await
            })
            .await
        }
    });
    let press = async {
        begun.wait().await;
        timeout(LONG, writes(&db, "press")).await.unwrap().unwrap();
        let seen: Result<Vec<(String,)>, Error> = db
            .read(async |mut tx| tx.q("select id from instance").all().await)
            .await;
        let seen = seen.unwrap();
        assert!(seen.contains(&("press".to_owned(),)), "{seen:?}");
        assert!(!seen.iter().any(|(id,)| id.starts_with("flood")));
        end.wait().await;
    };
    let (flood, ()) = tokio::join!(join_all(flood), press);
    assert!(flood.into_iter().all(|one: Result<(), Error>| one.is_ok()));
    db.close().await;
    fresh.remove().await;
}

#[tokio::test]
async fn a_flood_is_served_to_its_last() {
    both(async |db| {
        let slow = db.in_line();
        let all = join_all((0..FLOOD * 5).map(|n| {
            let slow = slow.clone();
            async move { writes(&slow, &n.to_string()).await }
        }));
        assert!(all.await.into_iter().all(|one| one.is_ok()));
    })
    .await;
}

#[tokio::test]
async fn what_is_told_last_is_told_before_the_end() {
    let fresh = Fresh::postgres().await;
    let (here, there) = (fresh.open().await, fresh.open().await);
    let mut heard = there.subscribe(Channel::Outbox);
    // Whatever is rung when listening begins.
    drop(timeout(Duration::from_secs(2), heard.changed()).await);
    let said: Result<(), Error> = here
        .write(async |mut tx| {
            tx.notify(Channel::Outbox);
            Ok(())
        })
        .await;
    said.unwrap();
    here.close().await;
    timeout(LONG, heard.changed()).await.unwrap().unwrap();
    there.close().await;
    fresh.remove().await;
}
