//! Reps in the store: what is known, who is away, and how much each carries.

use baton::{
    domain::{
        id::RepId,
        lead::{OfferKind, OfferState, Reason},
        policy::Platform,
        world::{Away, Offered},
    },
    store::{
        Db, Error, Tx,
        accounts::{self, Learned},
        reps::{self, Absence, Load, Wanted},
    },
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    db::both,
    store_leads::{add, at, change, lead, offer, owned},
};

async fn write<T>(db: &Db, job: impl AsyncFn(&mut Tx) -> Result<T, Error>) -> T {
    let done: Result<T, Error> = db.write(async |mut tx| job(&mut tx).await).await;
    done.unwrap()
}

fn absence(id: &str, from: i64, until: Option<i64>) -> Absence {
    Absence {
        id: id.to_owned(),
        rep: "anna".into(),
        from_at: at(from),
        until_at: until.map(at),
        reason: "holidays".to_owned(),
        cover: Some("ben".into()),
        made_by: "anna".to_owned(),
        made_at: at(0),
    }
}

async fn away(db: &Db, now: Timestamp) -> Option<Away> {
    let reps: [RepId; 2] = ["anna".into(), "ben".into()];
    let mut away = write(db, async |tx| reps::absences_now(tx, &reps, now).await).await;
    let mut status = write(db, async |tx| reps::status(tx, &reps, &[], now).await).await;
    let away = away.remove("anna");
    assert_eq!(status.remove("anna").unwrap().away, away);
    away
}

fn slack(user: &str) -> Learned<'_> {
    Learned {
        platform: Platform::Slack,
        user,
        found_by: None,
        name: None,
        zone: None,
    }
}

async fn user(tx: &mut Tx, user: &str) -> Result<Option<RepId>, Error> {
    let found = accounts::by_user(tx, Platform::Slack, user).await?;
    Ok(found.into_iter().next().map(|account| account.rep))
}

#[tokio::test]
async fn an_account_in_one_chat_says_nothing_of_the_other() {
    both(async |db| {
        let anna = RepId::from("anna");
        write(&db, async |tx| {
            reps::here(tx, &anna).await?;
            accounts::learned(tx, &anna, slack("U1"), at(1)).await?;
            let (entra, address) = ((Platform::Teams, "e1"), Some("https://a.example/"));
            accounts::met(tx, &anna, entra, "a:1", address).await?;
            // An address that is not said again stays.
            accounts::met(tx, &anna, entra, "a:2", None).await?;
            let teams = accounts::of(tx, &anna, Platform::Teams).await?.unwrap();
            assert_eq!(teams.conversation.as_deref(), Some("a:2"));
            assert_eq!(
                (teams.address.as_deref(), teams.looked_up_at),
                (address, None)
            );
            assert_eq!(user(tx, "e1").await?, None);
            let found = accounts::by_user(tx, Platform::Teams, "e1").await?;
            assert_eq!(found, [teams]);
            let slack = accounts::of(tx, &anna, Platform::Slack).await?.unwrap();
            assert_eq!((slack.user_id.as_str(), slack.conversation), ("U1", None));
            accounts::look_again(tx, &anna, Platform::Slack).await?;
            let there = accounts::in_chat(tx, Platform::Slack).await?;
            assert_eq!(there["anna"].looked_up_at, None);
            let users = accounts::users(tx).await?;
            assert_eq!(
                users,
                [(anna.clone(), "U1".into()), (anna.clone(), "e1".into())]
            );
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn what_the_chat_says_is_kept_and_what_it_does_not_say_stays() {
    both(async |db| {
        let anna = RepId::from("anna");
        let known = write(&db, async |tx| {
            let first = Learned {
                zone: Some("Europe/Berlin"),
                ..slack("U1")
            };
            accounts::learned(tx, &anna, first, at(1)).await?;
            let who = (Platform::Slack, "U1");
            accounts::conversation(tx, &anna, who, "D1", None).await?;
            let second = Learned {
                name: Some("Anna"),
                ..slack("U1")
            };
            accounts::learned(tx, &anna, second, at(2)).await?;
            let account = accounts::of(tx, &anna, Platform::Slack).await?.unwrap();
            assert_eq!(account.conversation.as_deref(), Some("D1"));
            assert_eq!(account.looked_up_at, Some(at(2)));
            reps::unreachable(tx, &anna, "user_disabled", at(3)).await?;
            reps::unreachable(tx, &anna, "is_archived", at(4)).await?;
            reps::extra_until(tx, &anna, Some(at(9))).await?;
            assert_eq!(user(tx, "U1").await?, Some(anna.clone()));
            Ok(reps::known(tx, &[anna.clone(), "ben".into()])
                .await?
                .remove("anna")
                .unwrap())
        })
        .await;
        assert_eq!(known.name.as_deref(), Some("Anna"));
        assert_eq!(known.zone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(
            (known.unreachable_at, known.unreachable_why.as_deref()),
            (Some(at(3)), Some("is_archived"))
        );
        assert_eq!(known.extra_until, Some(at(9)));
        let after = write(&db, async |tx| {
            assert!(reps::reachable(tx, &anna).await? && !reps::reachable(tx, &anna).await?);
            reps::extra_until(tx, &anna, None).await?;
            accounts::learned(tx, &anna, slack("U2"), at(5)).await?;
            reps::lock(tx, &anna).await?;
            let account = accounts::of(tx, &anna, Platform::Slack).await?.unwrap();
            assert_eq!(account.conversation, None);
            Ok(reps::all(tx).await?.remove(0))
        })
        .await;
        assert_eq!((after.unreachable_at, after.extra_until), (None, None));
    })
    .await;
}

#[tokio::test]
async fn who_leaves_the_configuration_is_told_once_until_they_return() {
    both(async |db| {
        let anna = RepId::from("anna");
        write(&db, async |tx| {
            accounts::learned(tx, &anna, slack("U1"), at(0)).await?;
            assert!(reps::gone(tx, &anna, at(1)).await? && !reps::gone(tx, &anna, at(2)).await?);
            assert_eq!(user(tx, "U1").await?, None);
            reps::here(tx, &anna).await?;
            assert_eq!(user(tx, "U1").await?, Some(anna.clone()));
            assert!(reps::gone(tx, &"new".into(), at(3)).await?);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn an_absence_begins_once_and_ends_when_the_rep_is_back() {
    both(async |db| {
        let anna = RepId::from("anna");
        write(&db, async |tx| {
            reps::absence_add(tx, &absence("a", 10, Some(20))).await?;
            reps::absence_add(tx, &absence("b", 15, None)).await?;
            reps::absence_add(tx, &absence("c", 90, Some(99))).await
        })
        .await;
        let next =
            async |now| write(&db, async |tx| reps::next_absence_change(tx, now).await).await;
        let begin = async |now| {
            let begun = write(&db, async |tx| reps::absences_to_begin(tx, now).await).await;
            begun
                .into_iter()
                .map(|absence| absence.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(next(at(0)).await, Some(at(10)));
        assert_eq!(away(&db, at(9)).await, None);
        let cover = Some(RepId::from("ben"));
        assert_eq!(
            away(&db, at(10)).await,
            Some(Away {
                until: Some(at(20)),
                cover: cover.clone()
            })
        );
        assert_eq!(begin(at(10)).await, ["a"]);
        assert!(begin(at(11)).await.is_empty());
        assert_eq!(next(at(11)).await, Some(at(15)));
        assert_eq!(begin(at(16)).await, ["b"]);
        assert_eq!(away(&db, at(16)).await, Some(Away { until: None, cover }));
        assert_eq!(next(at(16)).await, Some(at(20)));
        assert_eq!(
            write(&db, async |tx| reps::end_absences(tx, &anna, at(17)).await)
                .await
                .len(),
            2
        );
        assert_eq!(away(&db, at(17)).await, None);
        let left = write(&db, async |tx| reps::absences_of(tx, &anna, at(17)).await).await;
        assert_eq!(left, [absence("c", 90, Some(99))]);
        write(&db, async |tx| {
            let ben = RepId::from("ben");
            assert!(!reps::absence_cancel(tx, &ben, "c", at(18)).await?);
            assert_eq!(reps::end_absence(tx, &anna, "c", at(18)).await?, None);
            assert!(reps::absence_cancel(tx, &anna, "c", at(18)).await?);
            assert!(!reps::absence_cancel(tx, &anna, "c", at(18)).await?);
            let over = reps::absence_cancel(tx, &anna, "a", at(18)).await?;
            assert!(!over, "that one is over");
            assert_eq!(reps::end_absence(tx, &anna, "a", at(18)).await?, None);
            Ok(())
        })
        .await;
        assert_eq!((away(&db, at(95)).await, next(at(18)).await), (None, None));
    })
    .await;
}

#[tokio::test]
async fn the_load_counts_what_waits_what_is_open_and_what_came_lately() {
    both(async |db| {
        let now = at(0) + SignedDuration::from_hours(300);
        let mut leads: Vec<_> = (1..=3).map(|n| owned(lead(n), "anna")).collect();
        leads[2].touched_at = at(500);
        for (n, hours) in [(4, 0), (5, 5), (6, 100), (7, 200)] {
            let mut asked = lead(n);
            asked
                .offers
                .push(offer(&format!("o{n}"), "anna", OfferState::Expired));
            asked.offers[0].offered_at = now - SignedDuration::from_hours(hours);
            leads.push(asked);
        }
        let mut pending = lead(8);
        pending
            .offers
            .push(offer("o8", "anna", OfferState::Pending));
        let mut pooled = lead(9);
        pooled.offers.push(offer("o9", "anna", OfferState::Pending));
        pooled.offers[0].kind = OfferKind::Pool;
        pooled.offers[0].offered_at = now;
        leads.extend([pending, pooled]);
        add(&db, &leads).await;
        let ask = |rep: &str, open_since, offered| Wanted {
            rep: rep.into(),
            open_since,
            offered,
        };
        let loads = write(&db, async |tx| {
            let wanted = [ask("anna", Some(at(500)), true), ask("ben", None, false)];
            reps::status(tx, &[], &wanted, now).await
        })
        .await;
        let offered = Offered {
            hour: 1,
            day: 2,
            week: 3,
        };
        assert_eq!(
            loads[&RepId::from("anna")].load,
            Load {
                pending: 1,
                open: 2,
                offered
            }
        );
        assert_eq!(loads[&RepId::from("ben")].load, Load::default());
        let unlimited = write(&db, async |tx| {
            reps::status(tx, &[], &[ask("anna", None, false)], now).await
        })
        .await;
        assert_eq!(
            unlimited[&RepId::from("anna")].load,
            Load {
                pending: 1,
                ..Load::default()
            }
        );
    })
    .await;
}

#[tokio::test]
async fn of_what_was_given_only_what_they_took_themselves_is_an_answer() {
    both(async |db| {
        let leads: Vec<_> = (1..=3)
            .map(|n| {
                let mut missed = lead(n);
                let mut one = offer(&format!("o{n}"), "anna", OfferState::Expired);
                one.offered_at = at(n * 10);
                one.reason = Some(Reason::own("no answer"));
                missed.offers.push(one);
                missed
            })
            .collect();
        let mut given = owned(lead(4), "anna");
        given.offers[0].kind = OfferKind::Given;
        given.offers[0].offered_at = at(25);
        add(&db, &leads).await;
        add(&db, &[given]).await;
        let missed = async || {
            let anna = RepId::from("anna");
            write(&db, async |tx| {
                reps::missed_in_a_row(tx, &anna, 9, at(0), at(99)).await
            })
            .await
        };
        assert_eq!(missed().await, 3);
        let taken = change(&db, "lead_00004", |lead| lead.offers[0].taken = true).await;
        taken.unwrap();
        assert_eq!(missed().await, 1);
        // Who took an offer that was stored before that was kept is not known; it counts as it did then.
        write(&db, async |tx| {
            tx.q("update offer set taken = null").exec().await?;
            let broken = baton::store::audit::audit(tx).await?;
            assert!(
                broken
                    .iter()
                    .all(|one| one.invariant != "offers_are_the_lead")
            );
            Ok(())
        })
        .await;
        assert_eq!(missed().await, 1);
    })
    .await;
}

#[tokio::test]
async fn hours_that_are_saved_again_as_they_were_are_no_news() {
    both(async |db| {
        let anna = RepId::from("anna");
        let save = async |hours: Option<&str>, now: i64| {
            write(&db, async |tx| reps::hours(tx, &anna, hours, at(now)).await).await;
            let mut dated = write(&db, async |tx| reps::dated(tx).await).await;
            dated.remove(&anna).unwrap().hours_at
        };
        assert_eq!(save(Some("Mo-Fr 09:00-17:00"), 10).await, Some(at(10)));
        assert_eq!(save(Some("Mo-Fr 09:00-17:00"), 20).await, Some(at(10)));
        assert_eq!(save(None, 30).await, Some(at(30)));
        assert_eq!(save(None, 40).await, Some(at(30)));
    })
    .await;
}
