//! The outbox: nothing is lost, said twice, or said out of order, whatever happens to who delivers.

use baton::{
    domain::{
        event::{Audible, CardRef, Notice, Say},
        id::LeadId,
        policy::Platform,
    },
    store::{
        Channel, Db, Error, Tx,
        outbox::{self, Claimed, Lanes, Place, Said, Shown, Work, card_key},
    },
};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::{db::both, store_leads::at};

pub const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn card(n: i64) -> CardRef {
    CardRef::Offer {
        offer: format!("offer_{n}").into(),
        rep: "anna".into(),
    }
}

pub fn notice(key: &str, cause: Option<&str>) -> Say {
    Say {
        to: Audible::Rep("anna".into()),
        key: key.to_owned(),
        cause: cause.map(str::to_owned),
        notice: Notice::AnswerDue {
            offer: "offer_1".into(),
        },
    }
}

pub fn one() -> LeadId {
    "lead_1".into()
}

pub fn place() -> Place {
    Place {
        platform: Platform::Slack,
        conversation: "D1".to_owned(),
        message: "1.5".to_owned(),
    }
}

pub async fn write<T>(db: &Db, job: impl AsyncFn(&mut Tx) -> Result<T, Error>) -> T {
    let done: Result<T, Error> = db.write(async |mut tx| job(&mut tx).await).await;
    done.unwrap()
}

/// The card of the `n`th offer.
pub fn shown(n: i64, recipient: &str) -> Shown {
    Shown {
        lead: one(),
        card: card(n),
        recipient: recipient.to_owned(),
    }
}

pub async fn show(db: &Db, n: i64, recipient: &str, now: Timestamp) {
    write(db, async |tx| {
        outbox::show(tx, &[shown(n, recipient)], now).await
    })
    .await;
}

pub async fn say(db: &Db, key: &str, cause: Option<&str>, recipient: &str, now: Timestamp) {
    let notice = notice(key, cause);
    write(db, async |tx| {
        let said = Said::of_lead(&one(), recipient, &notice, MINUTE);
        outbox::say(tx, &[said], now).await
    })
    .await;
}

pub async fn claim(db: &Db, now: Timestamp) -> Vec<Claimed> {
    write(db, async |tx| {
        outbox::claim(tx, "w", (now, now + MINUTE), (100, 100), &[]).await
    })
    .await
}

pub async fn sent(db: &Db, claimed: &Claimed, now: Timestamp) -> bool {
    write(db, async |tx| {
        outbox::sent(tx, claimed, Some(&place()), now).await
    })
    .await
}

pub async fn next_due(db: &Db, now: Timestamp) -> Option<Timestamp> {
    write(db, async |tx| {
        outbox::next_due(tx, now, &[], Lanes::ALL).await
    })
    .await
}

/// What may have been sent already, by recipient.
pub async fn unknown(db: &Db, now: Timestamp) -> Vec<Vec<Claimed>> {
    write(db, async |tx| {
        outbox::claim_unknown(tx, "w", (now, now + MINUTE), 100, &[]).await
    })
    .await
}

pub fn keys(claimed: &[Claimed]) -> Vec<&str> {
    claimed
        .iter()
        .map(|c| c.key.rsplit('/').nth(1).unwrap())
        .collect()
}

#[tokio::test]
async fn a_card_asked_for_often_is_shown_once() {
    both(async |db| {
        let wake = db.subscribe(Channel::Outbox);
        for second in 0..3 {
            show(&db, 1, "rep:anna", at(second)).await;
        }
        assert!(wake.has_changed().unwrap());
        let claimed = claim(&db, at(5)).await;
        assert_eq!(claimed.len(), 1);
        assert_eq!(claimed[0].work, Work::Show(card(1)));
        assert_eq!(claimed[0].key, card_key(&one(), &card(1)));
        assert!(!claimed[0].maybe_sent);
        assert!(sent(&db, &claimed[0], at(6)).await);
        assert!(claim(&db, at(100)).await.is_empty());
        assert_eq!(next_due(&db, at(100)).await, None);
    })
    .await;
}

#[tokio::test]
async fn cards_asked_for_together_are_shown_once_each() {
    both(async |db| {
        show(&db, 1, "rep:anna", at(0)).await;
        let cards = [(2, "rep:ben"), (1, "rep:anna"), (2, "rep:ben")];
        let cards = cards.map(|(n, to)| shown(n, to));
        write(&db, async |tx| outbox::show(tx, &cards, at(1)).await).await;
        let claimed = claim(&db, at(2)).await;
        let asked = claimed.iter().map(|one| (one.work.clone(), one.revision));
        let asked: Vec<_> = asked.collect();
        assert_eq!(asked, [(Work::Show(card(1)), 2), (Work::Show(card(2)), 1)]);
        for one in &claimed {
            assert!(sent(&db, one, at(3)).await);
        }
        assert!(claim(&db, at(4)).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_card_asked_for_while_it_is_shown_is_shown_again() {
    both(async |db| {
        show(&db, 1, "rep:anna", at(0)).await;
        let first = claim(&db, at(1)).await.remove(0);
        show(&db, 1, "rep:anna", at(2)).await;
        assert!(claim(&db, at(3)).await.is_empty(), "it is being shown");
        assert!(sent(&db, &first, at(3)).await);
        let second = claim(&db, at(4)).await.remove(0);
        assert_eq!(
            (second.id, second.revision, second.attempts),
            (first.id, 2, 1)
        );
        assert!(!sent(&db, &first, at(5)).await, "that lease is over");
        assert!(sent(&db, &second, at(5)).await);
        show(&db, 1, "rep:anna", at(6)).await;
        let third = claim(&db, at(6)).await.remove(0);
        show(&db, 1, "rep:anna", at(7)).await;
        assert!(
            write(&db, async |tx| outbox::dropped(tx, &third, at(7), "gone")
                .await)
            .await
        );
        assert_eq!(
            claim(&db, at(8)).await.len(),
            1,
            "asked for after what was dropped"
        );
    })
    .await;
}

#[tokio::test]
async fn each_recipient_gets_theirs_one_after_the_other() {
    both(async |db| {
        say(&db, "first", None, "rep:anna", at(0)).await;
        say(&db, "second", None, "rep:anna", at(1)).await;
        say(&db, "other", None, "rep:ben", at(2)).await;
        let both = claim(&db, at(5)).await;
        assert_eq!(keys(&both), ["first", "other"]);
        assert!(claim(&db, at(5)).await.is_empty());
        // The first has failed for now: the second waits for it, Ben's next does not.
        write(&db, async |tx| {
            outbox::retry(tx, &both[0], at(20), "slow down").await
        })
        .await;
        assert!(sent(&db, &both[1], at(5)).await);
        say(&db, "more", None, "rep:ben", at(6)).await;
        assert_eq!(next_due(&db, at(7)).await, Some(at(6)));
        assert_eq!(keys(&claim(&db, at(7)).await), ["more"]);
        assert_eq!(next_due(&db, at(7)).await, Some(at(20)));
        let again = claim(&db, at(20)).await.remove(0);
        assert_eq!(
            (keys(std::slice::from_ref(&again)), again.attempts),
            (vec!["first"], 2)
        );
        assert!(sent(&db, &again, at(21)).await);
        let second = claim(&db, at(22)).await;
        assert_eq!(keys(&second), ["second"]);
    })
    .await;
}

#[tokio::test]
async fn who_is_busy_is_left_out() {
    both(async |db| {
        say(&db, "a", None, "rep:anna", at(0)).await;
        say(&db, "b", None, "rep:ben", at(3)).await;
        let busy = ["rep:anna".to_owned()];
        let (due, claimed) = write(&db, async |tx| {
            let due = outbox::next_due(tx, at(5), &busy, Lanes::ALL).await?;
            let claimed = outbox::claim(tx, "w", (at(5), at(9)), (10, 0), &busy).await?;
            Ok((due, claimed))
        })
        .await;
        assert_eq!((due, keys(&claimed)), (Some(at(3)), vec!["b"]));
    })
    .await;
}

#[tokio::test]
async fn a_notice_is_said_once_and_what_has_one_cause_becomes_one_message() {
    both(async |db| {
        say(&db, "a", Some("nobody-free"), "rep:anna", at(0)).await;
        say(&db, "a", Some("nobody-free"), "rep:anna", at(0)).await;
        let first = claim(&db, at(0)).await.remove(0);
        assert!(
            write(&db, async |tx| outbox::bundle_mates(tx, &first).await)
                .await
                .is_empty()
        );
        // While it is being sent, and within a minute after it: later, together.
        say(&db, "b", Some("nobody-free"), "rep:anna", at(1)).await;
        assert!(sent(&db, &first, at(2)).await);
        say(&db, "c", Some("nobody-free"), "rep:anna", at(30)).await;
        say(&db, "d", Some("late"), "rep:anna", at(30)).await;
        let now = claim(&db, at(31)).await;
        assert_eq!(
            keys(&now),
            ["d"],
            "what waits to be bundled holds up nobody"
        );
        assert!(sent(&db, &now[0], at(31)).await);
        assert_eq!(next_due(&db, at(31)).await, Some(at(61)));
        let bundle = claim(&db, at(61)).await.remove(0);
        let mates = write(&db, async |tx| outbox::bundle_mates(tx, &bundle).await).await;
        assert_eq!(
            (keys(std::slice::from_ref(&bundle)), keys(&mates)),
            (vec!["b"], vec!["c"])
        );
        assert!(sent(&db, &bundle, at(62)).await && sent(&db, &mates[0], at(62)).await);
        say(&db, "e", Some("nobody-free"), "rep:anna", at(200)).await;
        assert_eq!(claim(&db, at(200)).await.len(), 1, "long ago");
    })
    .await;
}

#[tokio::test]
async fn after_a_crash_one_looks_before_a_message_is_sent_again() {
    both(async |db| {
        say(&db, "a", None, "rep:anna", at(0)).await;
        show(&db, 1, "rep:ben", at(0)).await;
        show(&db, 2, "rep:cem", at(0)).await;
        let claimed = claim(&db, at(0)).await;
        let stands = claimed.iter().find(|c| c.recipient == "rep:cem").unwrap();
        write(&db, async |tx| {
            outbox::card_put(tx, stands, &one(), &place(), at(0)).await
        })
        .await;
        assert_eq!(next_due(&db, at(1)).await, Some(at(60)));
        assert_eq!(
            write(&db, async |tx| outbox::reclaim_expired(tx, at(59), at(59))
                .await)
            .await,
            0
        );
        assert_eq!(
            write(&db, async |tx| outbox::reclaim_expired(tx, at(60), at(60))
                .await)
            .await,
            3
        );
        assert!(
            !sent(&db, &claimed[0], at(60)).await,
            "too late: somebody else looks after it"
        );
        // What stands is shown again at once; of the others nobody knows.
        let again = claim(&db, at(60)).await;
        assert_eq!(again.len(), 1);
        assert_eq!(
            (&*again[0].recipient, again[0].maybe_sent),
            ("rep:cem", false)
        );
        let looked_for = unknown(&db, at(60)).await;
        let names: Vec<_> = looked_for
            .iter()
            .map(|all| (all.len(), &*all[0].recipient, all[0].maybe_sent))
            .collect();
        assert_eq!(names, [(1, "rep:anna", true), (1, "rep:ben", true)]);
        let (anna, ben) = (&looked_for[0][0], &looked_for[1][0]);
        write(&db, async |tx| {
            outbox::retry(tx, anna, at(61), "the chat is down").await?;
            outbox::not_there(tx, ben, at(61)).await
        })
        .await;
        let again = claim(&db, at(61)).await;
        assert_eq!((again.len(), &*again[0].recipient), (1, "rep:ben"));
        assert!(
            unknown(&db, at(61)).await[0][0].maybe_sent,
            "still nobody knows"
        );
    })
    .await;
}

#[tokio::test]
async fn what_failed_is_not_tried_again() {
    both(async |db| {
        say(&db, "a", None, "rep:anna", at(0)).await;
        let claimed = claim(&db, at(0)).await.remove(0);
        write(&db, async |tx| {
            outbox::failed(tx, &claimed, at(1), "no such user").await
        })
        .await;
        assert!(claim(&db, at(999)).await.is_empty());
        say(&db, "b", None, "rep:anna", at(0)).await;
        let claimed = claim(&db, at(0)).await.remove(0);
        write(&db, async |tx| {
            outbox::unknown(tx, &claimed, at(3), "time-out").await
        })
        .await;
        assert!(unknown(&db, at(2)).await.is_empty());
        assert!(claim(&db, at(3)).await.is_empty());
        assert!(unknown(&db, at(3)).await[0][0].maybe_sent);
    })
    .await;
}

#[tokio::test]
async fn a_card_stands_where_it_was_last_shown() {
    both(async |db| {
        show(&db, 1, "rep:anna", at(0)).await;
        let old = claim(&db, at(0)).await.remove(0);
        let newer = Claimed {
            revision: 2,
            ..old.clone()
        };
        let moved = Place {
            platform: Platform::Slack,
            message: "2.5".to_owned(),
            ..place()
        };
        let found = write(&db, async |tx| {
            outbox::card_put(tx, &newer, &one(), &moved, at(2)).await?;
            outbox::card_put(tx, &old, &one(), &place(), at(3)).await?;
            let card = outbox::card(tx, &old.key).await?;
            assert_eq!(
                outbox::cards_of(tx, &one()).await?,
                card.clone().into_iter().collect::<Vec<_>>()
            );
            assert_eq!(outbox::card_by_message(tx, &moved).await?, card);
            Ok(card.unwrap())
        })
        .await;
        assert_eq!(
            (found.message.as_str(), found.revision, found.shown_at),
            ("2.5", 2, at(2))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_workers_deliver_each_once() {
    both(async |db| {
        for n in 0..40 {
            say(
                &db,
                &format!("{n:02}"),
                None,
                &format!("rep:{}", n % 5),
                at(n),
            )
            .await;
        }
        let work = async |_| {
            let mut delivered = Vec::new();
            for _ in 0..60 {
                for claimed in claim(&db, at(100)).await {
                    assert!(sent(&db, &claimed, at(100)).await);
                    delivered.push(claimed.id);
                }
            }
            delivered
        };
        let mut all: Vec<_> = join_all((0..4).map(work))
            .await
            .into_iter()
            .flatten()
            .collect();
        all.sort();
        let before = all.len();
        all.dedup();
        assert_eq!((before, all.len()), (40, 40));
    })
    .await;
}

#[tokio::test]
async fn an_edit_that_has_to_wait_holds_up_no_new_card() {
    both(async |db| {
        show(&db, 1, "rep:anna", at(0)).await;
        let posted = claim(&db, at(1)).await.remove(0);
        write(&db, async |tx| {
            outbox::sent(tx, &posted, Some(&place()), at(1)).await?;
            outbox::card_put(tx, &posted, &one(), &place(), at(1)).await
        })
        .await;
        show(&db, 1, "rep:anna", at(2)).await;
        let edit = claim(&db, at(2)).await.remove(0);
        write(&db, async |tx| {
            outbox::retry(tx, &edit, at(500), "Slack takes 50 edits a minute").await
        })
        .await;
        show(&db, 2, "rep:anna", at(3)).await;
        let next = claim(&db, at(3)).await;
        assert_eq!(keys(&next).len(), 1);
        assert_eq!(next[0].work, Work::Show(card(2)));
    })
    .await;
}
