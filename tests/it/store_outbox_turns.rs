//! Whose turn it is in the outbox: what may have been sent already waits by itself, new messages go first.

use baton::{
    domain::id::LeadId,
    store::outbox::{self, Lanes, Said},
};

use crate::{
    db::both,
    store_leads::at,
    store_outbox::{
        MINUTE, claim, keys, next_due, notice, one, place, say, sent, show, unknown, write,
    },
};

#[tokio::test]
async fn what_may_have_been_sent_holds_up_only_news_of_the_same_lead() {
    both(async |db| {
        let about = async |lead: &str, key: &str, second| {
            let (lead, notice) = (LeadId::from(lead), notice(key, None));
            write(&db, async |tx| {
                let said = Said::of_lead(&lead, "rep:anna", &notice, MINUTE);
                outbox::say(tx, &[said], at(second)).await
            })
            .await;
        };
        for (lead, key) in [("lead_1", "a"), ("lead_2", "b")] {
            about(lead, key, 0).await;
            let sent = claim(&db, at(0)).await.remove(0);
            write(&db, async |tx| {
                outbox::unknown(tx, &sent, at(5), "time-out").await
            })
            .await;
        }
        about("lead_1", "c", 1).await;
        about("lead_3", "d", 2).await;
        let next = claim(&db, at(3)).await;
        assert_eq!(keys(&next), ["d"]);
        assert!(sent(&db, &next[0], at(3)).await);
        assert!(claim(&db, at(4)).await.is_empty());
        assert_eq!(next_due(&db, at(4)).await, Some(at(5)));
        // One look at the conversation answers for both.
        let looked_for = unknown(&db, at(5)).await.remove(0);
        assert_eq!(keys(&looked_for), ["a", "b"]);
        assert!(claim(&db, at(5)).await.is_empty());
        assert!(sent(&db, &looked_for[0], at(6)).await);
        assert_eq!(keys(&claim(&db, at(6)).await), ["c"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_said_in_one_message_is_looked_for_as_that_message() {
    both(async |db| {
        say(&db, "a", Some("late"), "rep:anna", at(0)).await;
        say(&db, "b", Some("late"), "rep:anna", at(0)).await;
        let first = claim(&db, at(0)).await.remove(0);
        let mates = write(&db, async |tx| outbox::bundle_mates(tx, &first).await).await;
        assert_eq!(mates[0].mark, first.mark);
        for one in [&first, &mates[0]] {
            write(&db, async |tx| {
                outbox::unknown(tx, one, at(5), "time-out").await
            })
            .await;
        }
        // It may have been said: what comes now waits for the next message.
        say(&db, "c", Some("late"), "rep:anna", at(2)).await;
        assert!(claim(&db, at(3)).await.is_empty());
        let looked_for = unknown(&db, at(5)).await.remove(0);
        let marks: Vec<&str> = looked_for.iter().map(|one| &*one.mark).collect();
        assert_eq!(marks, [&*first.mark, &*first.mark]);
        // It was not: each may be said in any company again.
        for one in &looked_for {
            write(&db, async |tx| outbox::not_there(tx, one, at(5)).await).await;
        }
        let again = claim(&db, at(5)).await.remove(0);
        assert_eq!(keys(std::slice::from_ref(&again)), ["a"]);
        write(&db, async |tx| {
            outbox::retry(tx, &again, at(5), "slow down").await
        })
        .await;
        let mates = write(&db, async |tx| outbox::bundle_mates(tx, &again).await).await;
        assert!(mates.iter().all(|mate| mate.mark == again.mark));
    })
    .await;
}

#[tokio::test]
async fn what_the_chat_would_not_take_counts_as_no_try_and_keeps_its_place() {
    both(async |db| {
        say(&db, "a", None, "rep:anna", at(0)).await;
        say(&db, "b", None, "rep:anna", at(1)).await;
        for second in [2, 4, 6] {
            let first = claim(&db, at(second)).await.remove(0);
            assert_eq!(keys(std::slice::from_ref(&first)), ["a"]);
            assert!(first.attempts <= 2);
            write(&db, async |tx| {
                outbox::put_back(tx, &first, at(second + 2)).await
            })
            .await;
            assert!(claim(&db, at(second + 1)).await.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn new_messages_go_before_changes_and_no_more_of_these_than_allowed() {
    both(async |db| {
        for n in 1..=4 {
            let rep = format!("rep:{n}");
            show(&db, n, &rep, at(0)).await;
            let posted = claim(&db, at(0)).await.remove(0);
            write(&db, async |tx| {
                outbox::sent(tx, &posted, Some(&place()), at(0)).await?;
                outbox::card_put(tx, &posted, &one(), &place(), at(0)).await
            })
            .await;
            show(&db, n, &rep, at(1)).await;
        }
        say(&db, "new", None, "rep:9", at(2)).await;
        let take = async |limit, edits| {
            let span = (at(3), at(4));
            write(&db, async |tx| {
                outbox::claim(tx, "w", span, (limit, edits), &[]).await
            })
            .await
        };
        assert_eq!(keys(&take(1, 4).await), ["new"]);
        let none = Lanes {
            edits: 0,
            look_ups: true,
        };
        let due = write(&db, async |tx| outbox::next_due(tx, at(3), &[], none).await).await;
        assert_eq!(due, Some(at(4)), "only the lease ends");
        assert_eq!(take(10, 0).await.len(), 0);
        assert_eq!(take(10, 3).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn what_waited_to_be_one_message_does_not_overtake_what_is_under_way() {
    both(async |db| {
        say(&db, "first", Some("late"), "rep:anna", at(0)).await;
        let first = claim(&db, at(0)).await.remove(0);
        assert!(sent(&db, &first, at(1)).await);
        say(&db, "bundled", Some("late"), "rep:anna", at(2)).await;
        say(&db, "other", None, "rep:anna", at(3)).await;
        let under_way = claim(&db, at(31)).await;
        assert_eq!(keys(&under_way), ["other"]);
        assert!(claim(&db, at(61)).await.is_empty());
        assert!(sent(&db, &under_way[0], at(62)).await);
        assert_eq!(keys(&claim(&db, at(62)).await), ["bundled"]);
    })
    .await;
}
