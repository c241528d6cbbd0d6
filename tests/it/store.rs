//! What the store promises: durable, each job its own outcome, wake-ups after the commit, clear refusals.

use std::time::Duration;

use baton::store::{Channel, Db, Error, Json, Tx, Wake, instance, looks, row};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;

use crate::db::{Fresh, both, both_fresh};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[derive(Debug, PartialEq)]
struct Instance {
    id: String,
    started_at: Timestamp,
    seen_at: Timestamp,
}
row!(Instance {
    id,
    started_at,
    seen_at
});

async fn insert(tx: &mut Tx, id: &str) -> Result<u64, Error> {
    tx.q("insert into instance (id, started_at, seen_at) values ($1, 0, 0)")
        .bind(id)
        .exec()
        .await
}

async fn add(db: &Db, id: &str) -> Result<u64, Error> {
    db.write(async |mut tx| insert(&mut tx, id).await).await
}

async fn ids(db: &Db) -> Vec<String> {
    let rows: Result<Vec<(String,)>, Error> = db
        .read(async |mut tx| tx.q("select id from instance order by id").all().await)
        .await;
    rows.unwrap().into_iter().map(|(id,)| id).collect()
}

#[tokio::test]
async fn a_database_says_which_version_it_is_and_that_it_can_be_written() {
    both(async |db| {
        let told = db
            .read(async |mut tx| {
                let version = instance::version(&mut tx).await?;
                Ok::<_, Error>((version, instance::is_writable(&mut tx).await?))
            })
            .await;
        let (version, writable) = told.unwrap();
        assert!(
            version.starts_with(|it: char| it.is_ascii_digit()),
            "{version}"
        );
        assert!(writable);
    })
    .await;
}

#[tokio::test]
async fn an_instance_is_started_once_and_seen_often() {
    both(async |db| {
        let seen = async |now| {
            db.read(async |mut tx| instance::last_seen(&mut tx, now).await)
                .await
        };
        let beat = async |now| {
            db.write(async |mut tx| instance::beat(&mut tx, "a", now).await)
                .await
        };
        assert_eq!(seen(at(10)).await.unwrap(), None);
        beat(at(10)).await.unwrap();
        beat(at(20)).await.unwrap();
        assert_eq!(seen(at(25)).await.unwrap(), Some(at(20)));
        // Since the time was read, or by a clock that is a little ahead.
        assert_eq!(seen(at(19)).await.unwrap(), Some(at(20)));
        // By a clock that was put back that is still to come.
        assert_eq!(seen(at(11)).await.unwrap(), None);
        let other = async |now| {
            db.write(async |mut tx| instance::beat(&mut tx, "b", now).await)
                .await
        };
        other(at(30)).await.unwrap();
        other(at(2_000)).await.unwrap();
        // Since its clock was put right nobody knows until when it ran: longer than the one before, in any case.
        assert_eq!(seen(at(1_000)).await.unwrap(), None);
        beat(at(1_001)).await.unwrap();
        assert_eq!(seen(at(1_005)).await.unwrap(), Some(at(1_001)));
        beat(at(20)).await.unwrap();
        let row: Result<Instance, Error> = db
            .read(async |mut tx| tx.q("select * from instance where id = 'a'").one().await)
            .await;
        let expected = Instance {
            id: "a".to_owned(),
            started_at: at(10),
            seen_at: at(20),
        };
        assert_eq!(row.unwrap(), expected);
    })
    .await;
}

#[tokio::test]
async fn a_look_is_taken_once_and_none_is_put_off_for_long_by_a_clock_that_was_put_back() {
    both(async |db| {
        let minutes = |many: i64| at(1_000_000 + 60 * many);
        let take = async |now: Timestamp| {
            let next = now + SignedDuration::from_mins(5);
            let taken: Result<bool, Error> = db
                .write(async |mut tx| looks::take(&mut tx, "presence", now, next).await)
                .await;
            taken.unwrap()
        };
        assert!(take(minutes(0)).await);
        assert!(!take(minutes(4)).await);
        assert!(take(minutes(5)).await);
        let off = minutes(6) + looks::LONGEST;
        let put: Result<(), Error> = db
            .write(async |mut tx| looks::put_off(&mut tx, "presence", off).await)
            .await;
        put.unwrap();
        assert!(!take(minutes(6)).await);
        assert!(take(minutes(-24 * 60)).await, "a day back");
        assert!(!take(minutes(-24 * 60 + 4)).await);
    })
    .await;
}

#[derive(Debug)]
enum Mine {
    No,
    Store(Error),
}

impl From<Error> for Mine {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_share_a_commit_keep_their_own_outcome() {
    both(async |db| {
        let jobs = (0..200).map(|n| {
            let db = db.clone();
            async move {
                let id = format!("{n:03}");
                let kept: Result<(), Mine> = db
                    .write(async |mut tx| {
                        insert(&mut tx, &id).await?;
                        if n % 3 == 0 { Err(Mine::No) } else { Ok(()) }
                    })
                    .await;
                match kept {
                    Ok(()) => assert_ne!(n % 3, 0),
                    Err(Mine::No) => assert_eq!(n % 3, 0),
                    Err(Mine::Store(error)) => panic!("{error:?}"),
                }
            }
        });
        join_all(jobs).await;
        let kept: Vec<_> = (0..200)
            .filter(|n| n % 3 != 0)
            .map(|n| format!("{n:03}"))
            .collect();
        assert_eq!(ids(&db).await, kept);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_fails_its_job_alone() {
    both(async |db| {
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    let id = format!("{n:02}");
                    db.write(async |mut tx| {
                        insert(&mut tx, &id).await?;
                        assert_ne!(n, 7, "a mistake");
                        Ok::<_, Error>(())
                    })
                    .await
                })
            })
            .collect();
        for (n, task) in join_all(tasks).await.into_iter().enumerate() {
            match task {
                Ok(done) => done.unwrap(),
                Err(panicked) => assert!(panicked.is_panic() && n == 7),
            }
        }
        assert_eq!(ids(&db).await.len(), 19);
        assert!(!ids(&db).await.contains(&"07".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_given_up_leaves_nothing_and_nobody_waits() {
    both(async |db| {
        let forever = db.write(async |mut tx| {
            insert(&mut tx, "never").await?;
            std::future::pending::<Result<(), Error>>().await
        });
        assert!(timeout(Duration::from_millis(200), forever).await.is_err());
        add(&db, "after").await.unwrap();
        assert_eq!(ids(&db).await, ["after"]);
    })
    .await;
}

/// A subscription that rings for what is said from now on: PostgreSQL's listener rings once when it is there.
async fn subscribe(db: &Db, fresh: &Fresh) -> Wake {
    let mut wake = db.subscribe(Channel::Leads);
    if !fresh.is_sqlite() {
        wake.changed().await.unwrap();
    }
    wake
}

#[tokio::test]
async fn a_job_given_up_amid_its_work_leaves_nothing() {
    both(async |db| {
        let slow = db.write(async |mut tx| {
            insert(&mut tx, "never").await?;
            let count = "with recursive c(n) as (select 1 union all select n + 1 from c where n < 500000) \
                         select count(*) from c";
            tx.q(count).one::<(i64,)>().await?;
            // On SQLite a statement runs to its end; only between two can a job be given up.
            std::future::pending().await
        });
        let given_up: Result<Result<(), Error>, _> = timeout(Duration::from_millis(10), slow).await;
        assert!(given_up.is_err());
        add(&db, "after").await.unwrap();
        assert_eq!(ids(&db).await, ["after"]);
    })
    .await;
}

#[tokio::test]
async fn a_commit_that_fails_keeps_nothing_and_is_told() {
    both(async |db| {
        let made: Result<u64, Error> = db
            .write(async |mut tx| {
                tx.q("create table child (of text references instance (id) deferrable initially deferred)")
                    .exec()
                    .await
            })
            .await;
        made.unwrap();
        let failed: Result<u64, Error> = db
            .write(async |mut tx| {
                insert(&mut tx, "a").await?;
                tx.q("insert into child (of) values ('nobody')").exec().await
            })
            .await;
        failed.unwrap_err();
        add(&db, "b").await.unwrap();
        assert_eq!(ids(&db).await, ["b"]);
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_is_unavailable_and_another_is_made() {
    let fresh = Fresh::postgres().await;
    let db = fresh.open().await;
    let broken: Result<u64, Error> = db
        .write(async |mut tx| {
            insert(&mut tx, "a").await?;
            tx.q("select pg_terminate_backend(pg_backend_pid())")
                .exec()
                .await
        })
        .await;
    assert!(matches!(broken, Err(Error::Unavailable(_))), "{broken:?}");
    add(&db, "b").await.unwrap();
    assert_eq!(ids(&db).await, ["b"]);
    db.close().await;
    fresh.remove().await;
}

#[tokio::test]
async fn a_full_disk_is_unavailable_until_there_is_room() {
    let fresh = Fresh::sqlite();
    let db = fresh.open().await;
    let pages = async |sql: &'static str| -> Result<(i64,), Error> {
        db.write(async |mut tx| tx.q(sql).one().await).await
    };
    let (was,) = pages("pragma max_page_count").await.unwrap();
    pages("pragma max_page_count = 1").await.unwrap();
    let large = "x".repeat(100_000);
    let full = add(&db, &large).await;
    assert!(matches!(full, Err(Error::Unavailable(_))), "{full:?}");
    assert!(was > 1_000_000);
    pages("pragma max_page_count = 1000000").await.unwrap();
    add(&db, &large).await.unwrap();
    assert_eq!(ids(&db).await, [large]);
    db.close().await;
}

#[tokio::test]
async fn waiters_wake_after_the_commit_and_only_then() {
    both_fresh(async |fresh| {
        let db = fresh.open().await;
        let leads = subscribe(&db, fresh).await;
        let say = async |keep: bool| {
            db.write(async |mut tx| {
                tx.notify(Channel::Leads);
                assert!(!leads.has_changed().unwrap(), "before the commit");
                if keep { Ok(()) } else { Err(Mine::No) }
            })
            .await
        };
        assert!(matches!(say(false).await, Err(Mine::No)));
        assert!(!leads.has_changed().unwrap(), "after a rollback");
        say(true).await.unwrap();
        assert!(leads.has_changed().unwrap());
        db.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_writers_at_once_are_all_kept_and_never_busy() {
    both_fresh(async |fresh| {
        let db = fresh.open().await;
        let written = (0..1000).map(|n| {
            let db = db.clone();
            tokio::spawn(async move { add(&db, &format!("{n:04}")).await })
        });
        let reading = (0..50).map(|_| ids(&db));
        let (written, _) = tokio::join!(join_all(written.collect::<Vec<_>>()), join_all(reading));
        for done in written {
            assert_eq!(done.unwrap().unwrap(), 1);
        }
        db.close().await;
        let db = fresh.open().await;
        assert_eq!(ids(&db).await.len(), 1000);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_reader_sees_one_state_while_others_write() {
    both(async |db| {
        let counts: Result<(i64, i64), Error> = db
            .read(async |mut tx| {
                let count = "select count(*) from instance";
                let before = tx.q(count).one::<(i64,)>().await?;
                add(&db, "a").await?;
                Ok((before.0, tx.q(count).one::<(i64,)>().await?.0))
            })
            .await;
        assert_eq!(counts.unwrap(), (0, 0));
        assert_eq!(ids(&db).await, ["a"]);
    })
    .await;
}

#[tokio::test]
async fn a_reader_cannot_write() {
    both(async |db| {
        let written: Result<u64, Error> = db.read(async |mut tx| insert(&mut tx, "a").await).await;
        written.unwrap_err();
        assert!(ids(&db).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn going_on_after_a_failed_statement_is_refused() {
    both(async |db| {
        add(&db, "a").await.unwrap();
        let done: Result<(), Error> = db
            .write(async |mut tx| {
                insert(&mut tx, "b").await?;
                insert(&mut tx, "a").await.unwrap_err();
                Ok(())
            })
            .await;
        assert!(matches!(done, Err(Error::Other(_))), "{done:?}");
        assert_eq!(ids(&db).await, ["a"]);
    })
    .await;
}

#[tokio::test]
async fn a_violated_constraint_is_told_by_its_name() {
    both_fresh(async |fresh| {
        let db = fresh.open().await;
        let made: Result<(), Error> = db
            .write(async |mut tx| {
                for sql in [
                    "create table thing (id text primary key, a bigint, b bigint, c text, unique (a, b))",
                    "create unique index one_open_thing on thing (c) where a > 0",
                    "create unique index thing_by_lower on thing (lower(c)) where a = 0",
                ] {
                    tx.q(sql).exec().await?;
                }
                Ok(())
            })
            .await;
        made.unwrap();
        // SQLite's names are read when it is opened, and tables are made before that.
        db.close().await;
        let db = fresh.open().await;
        let thing = async |id: &str, a: i64, b: i64, c: &str| -> Result<u64, Error> {
            db.write(async |mut tx| {
                tx.q("insert into thing (id, a, b, c) values ($1, $2, $3, $4)")
                    .bind(id)
                    .bind(a)
                    .bind(b)
                    .bind(c)
                    .exec()
                    .await
            })
            .await
        };
        thing("1", 1, 1, "x").await.unwrap();
        thing("2", 0, 2, "y").await.unwrap();
        for (id, a, b, c, name) in [
            ("1", 3, 3, "z", "thing_pkey"),
            ("3", 1, 1, "z", "thing_a_b_key"),
            ("3", 3, 3, "x", "one_open_thing"),
            ("3", 0, 3, "Y", "thing_by_lower"),
        ] {
            match thing(id, a, b, c).await {
                Err(Error::Conflict { constraint }) => assert_eq!(constraint, name),
                other => panic!("{name}: {other:?}"),
            }
        }
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    both(async |db| {
        let now: Timestamp = "2026-11-21T10:15:00.123456Z".parse().unwrap();
        let json = Json(serde_json::json!({"name": "Zoë", "n": 1.5, "none": null}));
        type Values = (
            bool,
            f64,
            Option<i64>,
            Option<Timestamp>,
            Json<serde_json::Value>,
        );
        let back: Result<Values, Error> = db
            .write(async |mut tx| {
                let json_type = baton::store::sql!(
                    "create table kept (yes boolean, x double precision, n bigint, at bigint, doc "
                    [sqlite "text check (json_valid(doc))"] [postgres "jsonb"] ")"
                );
                tx.q(json_type).exec().await?;
                tx.q("insert into kept values ($1, $2, $3, $4, $5)")
                    .bind(true)
                    .bind(0.25)
                    .bind(None::<i64>)
                    .bind(Some(now))
                    .bind(&json)
                    .exec()
                    .await?;
                let found: Option<(i64,)> = tx
                    .q("select 1 + n from kept where doc ->> 'name' = $1 and n is not null")
                    .bind("Zoë")
                    .opt()
                    .await?;
                assert_eq!(found, None);
                tx.q("select yes, x, n, at, doc from kept where doc ->> 'name' = $1")
                    .bind("Zoë")
                    .one()
                    .await
            })
            .await;
        assert_eq!(back.unwrap(), (true, 0.25, None, Some(now), json));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_corrupt() {
    both(async |db| {
        let read: Result<(Timestamp,), Error> = db
            .read(async |mut tx| {
                tx.q("select cast(9223372036854775807 as bigint)")
                    .one()
                    .await
            })
            .await;
        assert!(matches!(read, Err(Error::Corrupt(_))), "{read:?}");
        let read: Result<Instance, Error> = db
            .read(async |mut tx| tx.q("select * from instance").one().await)
            .await;
        assert!(matches!(read, Err(Error::Corrupt(_))), "{read:?}");
    })
    .await;
}

#[tokio::test]
async fn a_closed_database_says_that_it_is_unavailable() {
    both(async |db| {
        db.close().await;
        let written = add(&db, "a").await;
        assert!(matches!(written, Err(Error::Unavailable(_))), "{written:?}");
    })
    .await;
}

#[tokio::test]
async fn opening_again_finds_everything_and_migrates_nothing_twice() {
    both_fresh(async |fresh| {
        let db = fresh.open().await;
        add(&db, "a").await.unwrap();
        db.close().await;
        let db = fresh.open().await;
        assert_eq!(ids(&db).await, ["a"]);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_database_of_a_newer_baton_is_refused() {
    both_fresh(async |fresh| {
        let db = fresh.open().await;
        let newer: Result<u64, Error> = db
            .write(async |mut tx| {
                tx.q("insert into _sqlx_migrations select 99991231000000, description, installed_on, \
                      success, checksum, execution_time from _sqlx_migrations limit 1")
                    .exec()
                    .await
            })
            .await;
        newer.unwrap();
        db.close().await;
        for opened in [Db::open(&fresh.url).await, Db::open_read_only(&fresh.url).await] {
            let told = opened.err().unwrap().to_string();
            assert!(told.contains("newer Baton") && told.contains("99991231000000"), "{told}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    both_fresh(async |fresh| {
        let db = fresh.open().await;
        let edited: Result<u64, Error> = db
            .write(async |mut tx| {
                tx.q("update _sqlx_migrations set checksum = $1")
                    .bind(vec![1_u8])
                    .exec()
                    .await
            })
            .await;
        edited.unwrap();
        db.close().await;
        let told = Db::open(&fresh.url).await.err().unwrap().to_string();
        assert!(told.contains("another build of Baton"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn a_command_reads_beside_the_server() {
    both_fresh(async |fresh| {
        let server = fresh.open().await;
        add(&server, "a").await.unwrap();
        let command = Db::open_read_only(&fresh.url).await.unwrap();
        assert_eq!(ids(&command).await, ["a"]);
        add(&server, "b").await.unwrap();
        assert_eq!(ids(&command).await, ["a", "b"]);
        assert!(matches!(add(&command, "c").await, Err(Error::Other(_))));
        command.close().await;
        server.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_command_does_not_make_the_tables() {
    let fresh = Fresh::postgres().await;
    let told = Db::open_read_only(&fresh.url)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(told.contains("baton serve"), "{told}");
    fresh.remove().await;
    let fresh = Fresh::sqlite();
    let told = Db::open_read_only(&fresh.url)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(told.contains("there is no database"), "{told}");
    std::fs::write(fresh.url.trim_start_matches("sqlite:"), "").unwrap();
    let told = Db::open_read_only(&fresh.url)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(told.contains("baton serve"), "{told}");
}

#[tokio::test]
async fn a_second_server_on_one_sqlite_file_is_refused_until_the_first_has_closed() {
    let fresh = Fresh::sqlite();
    let first = fresh.open().await;
    let told = Db::open(&fresh.url).await.err().unwrap().to_string();
    assert!(
        told.contains("baton.db is in use by another Baton"),
        "{told}"
    );
    first.close().await;
    fresh.open().await.close().await;
}

#[tokio::test]
async fn closing_leaves_one_file_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let fresh = Fresh::sqlite();
    let db = fresh.open().await;
    add(&db, "a").await.unwrap();
    db.close().await;
    let file = std::path::Path::new(fresh.url.trim_start_matches("sqlite:"));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(
        !file.with_extension("db-wal").exists(),
        "the log is in the file"
    );
}

#[tokio::test]
async fn a_directory_that_is_missing_is_named() {
    let told = Db::open("sqlite:/no/such/place/baton.db")
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(told.contains("/no/such/place does not exist"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_tried_again() {
    both(async |db| {
        add(&db, "a").await.unwrap();
        add(&db, "b").await.unwrap();
        let touch = async |first: &str, second: &str| -> Result<(), Error> {
            db.write(async |mut tx| {
                for id in [first, second] {
                    tx.q("update instance set seen_at = seen_at + 1 where id = $1")
                        .bind(id)
                        .exec()
                        .await?;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Ok(())
            })
            .await
        };
        let (one, two) = tokio::join!(touch("a", "b"), touch("b", "a"));
        one.unwrap();
        two.unwrap();
        let seen: Result<Vec<(i64,)>, Error> = db
            .read(async |mut tx| tx.q("select seen_at from instance").all().await)
            .await;
        assert_eq!(seen.unwrap(), [(2,), (2,)]);
    })
    .await;
}

#[tokio::test]
async fn one_replica_wakes_another() {
    let fresh = Fresh::postgres().await;
    let (here, there) = (fresh.open().await, fresh.open().await);
    let mut leads = subscribe(&there, &fresh).await;
    let said: Result<(), Error> = here
        .write(async |mut tx| {
            tx.notify(Channel::Leads);
            Ok(())
        })
        .await;
    said.unwrap();
    timeout(Duration::from_secs(10), leads.changed())
        .await
        .unwrap()
        .unwrap();
    join_all([&here, &there].map(Db::close)).await;
    fresh.remove().await;
}

#[tokio::test]
async fn replicas_that_start_together_make_the_tables_once() {
    let fresh = Fresh::postgres().await;
    let opened = join_all((0..4).map(|_| fresh.open())).await;
    add(&opened[0], "a").await.unwrap();
    assert_eq!(ids(&opened[3]).await, ["a"]);
    join_all(opened.iter().map(Db::close)).await;
    fresh.remove().await;
}
