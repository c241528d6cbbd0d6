//! PostgreSQL hangs, or goes away, while leads move on: nobody loses by it what they could not answer.

use std::{collections::BTreeSet, time::Duration};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{ada, short};
use crate::office::{Office, SALES, on_postgres};

/// Somebody who looks after the server of this database, but not in it.
async fn keeper(office: &Office) -> PgConnection {
    let mut url = url::Url::parse(office.database()).unwrap();
    url.set_path("postgres");
    PgConnection::connect(url.as_str()).await.unwrap()
}

/// The database's name.
fn name(office: &Office) -> String {
    let url = url::Url::parse(office.database()).unwrap();
    url.path().trim_start_matches('/').to_owned()
}

async fn does(connection: &mut PgConnection, sql: String) {
    let query = sqlx::raw_sql(AssertSqlSafe(sql));
    query.execute(connection).await.unwrap();
}

/// Somebody in the database who keeps offers from being written, until they are gone.
async fn hold_offers(office: &Office) -> PgConnection {
    let mut holder = PgConnection::connect(office.database()).await.unwrap();
    let lock = "begin; lock table offer in exclusive mode";
    does(&mut holder, lock.to_owned()).await;
    holder
}

/// Those of the database's connections that wait for a lock, once there are any.
async fn waiting(keeper: &mut PgConnection, office: &Office) -> BTreeSet<i32> {
    let find = "select pid from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'";
    for _ in 0..200 {
        let waiting = sqlx::query_scalar(find).bind(name(office));
        let waiting: Vec<i32> = waiting.fetch_all(&mut *keeper).await.unwrap();
        if !waiting.is_empty() {
            return waiting.into_iter().collect();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody waits");
}

/// In which minute the first offer of a lead moves on.
async fn until(office: &Office, number: i64) -> String {
    office.until(number).await[11..16].to_owned()
}

/// Two leads, each with somebody who has answered nothing for almost as long as they may, and the worker at work.
async fn two_offers(office: &mut Office) -> Working {
    office.lead(ada()).await;
    office.lead(short("Grace")).await;
    office.settle().await;
    assert_eq!(until(office, 1001).await, "10:15");
    assert_eq!(until(office, 1002).await, "10:15");
    office.after("14m 58s").await;
    let stop = CancellationToken::new();
    let works = tokio::spawn(office.worker().run(stop.clone()));
    tokio::time::sleep(Duration::from_millis(300)).await;
    Working { stop, works }
}

struct Working {
    stop: CancellationToken,
    works: JoinHandle<anyhow::Result<()>>,
}

impl Working {
    async fn end(self) {
        self.stop.cancel();
        self.works.await.unwrap().unwrap();
    }
}

/// Waits until it is so, for ten seconds.
async fn soon(is_so: impl AsyncFn() -> bool) {
    for _ in 0..100 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it is not so");
}

#[tokio::test]
async fn a_database_that_goes_away_in_the_middle_is_no_trouble_of_the_leads() {
    on_postgres(SALES, async |office| {
        let working = two_offers(office).await;
        let mut keeper = keeper(office).await;
        let holder = hold_offers(office).await;
        office.sleep("4s");
        waiting(&mut keeper, office).await;
        let name = name(office);
        let close = format!("alter database {name} with allow_connections false");
        does(&mut keeper, close).await;
        let all = format!("pg_stat_activity where datname = '{name}'");
        let end = format!("select pg_terminate_backend(pid) from {all}");
        does(&mut keeper, end).await;
        drop(holder);
        // Long enough for each of them to fail by itself.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let open = format!("alter database {name} with allow_connections true");
        does(&mut keeper, open).await;
        // None of them has to wait for another try of its own.
        soon(async || {
            let stories = [office.story_of(1001).await, office.story_of(1002).await];
            let moved = |story: &String| story.contains(" expired, ");
            stories.iter().all(moved)
        })
        .await;
        working.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_database_that_hung_gives_the_time_back() {
    on_postgres(SALES, async |office| {
        let working = two_offers(office).await;
        let mut keeper = keeper(office).await;
        let holder = hold_offers(office).await;
        office.sleep("4s");
        let hung = waiting(&mut keeper, office).await;
        office.sleep("1m");
        holder.close().await.unwrap();
        for pid in hung {
            does(&mut keeper, format!("select pg_terminate_backend({pid})")).await;
        }
        soon(async || until(office, 1001).await == "10:16").await;
        working.end().await;
        for number in [1001, 1002] {
            assert_eq!(until(office, number).await, "10:16");
            let story = office.story_of(number).await;
            assert!(story.ends_with(" pending"), "{story}");
        }
    })
    .await;
}
