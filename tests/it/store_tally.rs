//! Counts in the store: whatever is counted at once, of whichever leads, is all there in the report.

use baton::{
    domain::{
        event::{Measure, MeasureKind, Sum, Why},
        lead::Routing,
        stats::{By, Stats},
    },
    store::{
        Error,
        sums::Sums,
        tally::{self, Counts, Of, Scope},
    },
};
use futures_util::future::join_all;
use jiff::{SignedDuration, tz::TimeZone};

use crate::{
    db::both,
    store_leads::{at, lead},
};

fn measure(team: &str, rep: Option<&str>, what: MeasureKind, minutes: Option<i64>) -> Measure {
    Measure {
        team: Some(team.into()),
        rep: rep.map(Into::into),
        what,
        took: minutes.map(SignedDuration::from_mins),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_counted_at_once_is_all_in_the_report() {
    both(async |db| {
        let count = async |n: i64| -> Result<(), Error> {
            let mut routed = lead(n * 600);
            let rule = Some("vip".into());
            routed.routing = Some(Routing {
                rule,
                ..Routing::default()
            });
            let mut measures = vec![
                measure("sales", Some("anna"), MeasureKind::Accepted, Some(n)),
                measure("sales", Some("anna"), MeasureKind::Offered, None),
                measure("sales", None, MeasureKind::Arrived, None),
                measure("sales", Some("anna"), MeasureKind::Offered, None),
            ];
            if n % 2 == 0 {
                measures.reverse();
            }
            let of = Of::lead(&routed, None);
            let mut counts = Counts::default();
            for measure in &measures {
                counts.add(&of, measure, 1);
            }
            // What is taken out again was never there.
            let mistaken = measure("sales", None, MeasureKind::Lost, None);
            counts.add(&of, &mistaken, 1);
            counts.add(&of, &mistaken, -1);
            db.write(async |mut tx| counts.store(&mut tx).await).await
        };
        for done in join_all((1..=20).map(count)).await {
            done.unwrap();
        }
        let read = async |until, scope: Scope| {
            let rows: Result<_, Error> = db
                .read(async |mut tx| {
                    let summed = tally::report(&mut tx, at(0), until, &scope).await?;
                    Ok((
                        summed,
                        tally::report_by_quarter(&mut tx, at(0), until, &scope).await?,
                    ))
                })
                .await;
            rows.unwrap()
        };
        let (summed, quarters) = read(at(99_999), Scope::default()).await;
        assert_eq!(Stats::of(&summed), Stats::of(&quarters));
        assert!(quarters.len() > summed.len());
        assert!(quarters.iter().all(|row| row.measure != MeasureKind::Lost));
        let by_rule = Stats::grouped(&summed, By::Rule, &TimeZone::UTC);
        let stats = &by_rule["vip"];
        assert_eq!(
            (
                stats.count(MeasureKind::Arrived),
                stats.count(MeasureKind::Offered)
            ),
            (20, 40)
        );
        let median = stats.time_to_accept(0.5).unwrap().as_secs_f64() / 60.0;
        assert!((median - 10.0).abs() <= 0.2, "{median}");
        let teams = Some(vec!["sales".into()]);
        let rep = Some("anna".into());
        let annas = read(at(99_999), Scope { teams, rep }).await.0;
        assert_eq!(Stats::of(&annas).count(MeasureKind::Arrived), 0);
        assert_eq!(Stats::of(&annas).count(MeasureKind::Accepted), 20);
        let teams = Some(vec!["other".into()]);
        assert!(
            read(at(99_999), Scope { teams, rep: None })
                .await
                .0
                .is_empty()
        );
        let half = read(at(6_300), Scope::default()).await.0;
        assert_eq!(Stats::of(&half).count(MeasureKind::Arrived), 10);
    })
    .await;
}

#[tokio::test]
async fn accepts_that_came_to_nothing_are_summed_by_rep_for_leads_of_late() {
    both(async |db| {
        let count = async |n: i64, rep: &str, what, often: i64| {
            let of = Of::lead(&lead(n), None);
            let mut counts = Counts::default();
            counts.add(&of, &measure("sales", Some(rep), what, None), often);
            let done: Result<(), Error> =
                db.write(async |mut tx| counts.store(&mut tx).await).await;
            done.unwrap();
        };
        let hour = |n: i64| n * 3_600;
        for (n, rep) in [
            (hour(1), "anna"),
            (hour(5), "anna"),
            (hour(6), "anna"),
            (hour(6), "ben"),
        ] {
            count(n, rep, MeasureKind::Hollow, 1).await;
            count(n, rep, MeasureKind::Accepted, 7).await;
        }
        let reps = ["anna", "cem"].map(Into::into);
        let hollow: Result<_, Error> = db
            .read(async |mut tx| tally::hollow(&mut tx, &reps, at(hour(4))).await)
            .await;
        assert_eq!(hollow.unwrap(), [("anna".into(), 2)].into());
    })
    .await;
}

#[tokio::test]
async fn a_reason_that_was_taken_back_at_once_leaves_no_row() {
    both(async |db| {
        let declined = |reason: &str| {
            Sum::Declined(Why {
                team: None,
                rep: None,
                reason: reason.to_owned(),
            })
        };
        let mut sums = Sums::default();
        sums.add(&lead(1), &declined("busy"), false);
        sums.add(&lead(1), &declined("busy"), true);
        sums.add(&lead(1), &declined("spam"), false);
        let rows: Result<Vec<(String, i64)>, Error> = db
            .write(async |mut tx| {
                sums.store(&mut tx).await?;
                tx.q("select reason, n from reason_tally").all().await
            })
            .await;
        assert_eq!(rows.unwrap(), [("spam".to_owned(), 1)]);
    })
    .await;
}
