//! What is different where there are two chats: lines and outages of each, and answers that a request carries.

use baton::{
    chat::{
        Sent,
        incoming::{Answer, Incoming, OpenDialog, Presser, Takes},
    },
    desk::{self, Desk},
    domain::{
        action::Action,
        event::{Audible, CardRef, FactKind},
        id::LeadId,
        policy::Platform,
    },
    rules::Rules,
    store::{
        Error, facts, outages,
        outbox::{self, Place, Shown, card_key, card_of_key},
    },
};
use jiff::SignedDuration;

use crate::{
    db::both,
    harness::{Stage, pending, policy},
    store_leads::at,
};

const ADA: &str = r#"{"email":"ada@example.com","name":"Ada Lovelace"}"#;
/// Everybody's id in Teams ends in their name.
const ENTRA: &str = "3f2b1c9a-";

fn person(rep: &str) -> Presser {
    Presser {
        platform: Platform::Teams,
        team_id: "tenant".to_owned(),
        user_id: format!("{ENTRA}{rep}"),
        name: rep.to_owned(),
    }
}

fn press(who: &str, action: Action, value: &str) -> Incoming {
    Incoming::Press {
        who: person(who),
        action,
        value: value.to_owned(),
        trigger: "1".to_owned(),
        message: Some(Sent {
            conversation: "a:1".to_owned(),
            message: "17".to_owned(),
        }),
        dialog: None,
        reply: None,
        takes: Takes::All,
    }
}

/// Gives everybody an account in Teams beside that in Slack.
fn know_all_in_teams(stage: &Stage) {
    let mut policy = policy();
    for rep in policy.reps.values_mut() {
        rep.teams = Some(format!("{ENTRA}{}", rep.id));
    }
    stage.engine.set_rules(Rules::new(policy));
}

#[tokio::test]
async fn a_press_is_answered_with_the_card_as_it_is_now_and_a_stale_one_says_why() {
    both(async |db| {
        let stage = Stage::new(db).await;
        know_all_in_teams(&stage);
        stage.send(ADA).await;
        let (offer, rep) = pending(&stage.only_lead().await);
        let accept = press(rep.as_str(), Action::OfferAccept, offer.as_str());
        let Answer::Replace(card) = desk::handle(&stage.desk, accept.clone()).await else {
            panic!("no card")
        };
        assert!(card.summary.contains("Ada Lovelace"), "{}", card.summary);
        assert_eq!(stage.only_lead().await.owner(), Some(&rep));
        let other = if rep.as_str() == "selin" {
            "jonas"
        } else {
            "selin"
        };
        let stale = press(other, Action::OfferAccept, offer.as_str());
        let Answer::Message(said) = desk::handle(&stage.desk, stale).await else {
            panic!("no words, or another rep's card")
        };
        assert!(said.summary.contains(rep.as_str()), "{}", said.summary);
        assert!(!format!("{said:?}").contains("ada@example.com"), "{said:?}");
    })
    .await;
}

#[tokio::test]
async fn a_dialog_with_a_wrong_answer_is_shown_again_with_what_was_filled_in() {
    both(async |db| {
        let stage = Stage::new(db).await;
        know_all_in_teams(&stage);
        stage.send(ADA).await;
        let (offer, rep) = pending(&stage.only_lead().await);
        let asked = press(rep.as_str(), Action::OfferDecline, offer.as_str());
        let Answer::Open { dialog, .. } = desk::handle(&stage.desk, asked).await else {
            panic!("no dialog")
        };
        let note = "x".repeat(5_000);
        let answer = Incoming::Submit {
            who: person(rep.as_str()),
            action: dialog.action,
            subject: dialog.subject.clone(),
            values: [
                ("choice".to_owned(), "busy".to_owned()),
                ("note".to_owned(), note),
            ]
            .into(),
            dialog: OpenDialog {
                id: String::new(),
                hash: None,
            },
            trigger: String::new(),
        };
        let Answer::DialogErrors { errors, again } = desk::handle(&stage.desk, answer).await else {
            panic!("no errors")
        };
        assert!(errors.contains_key("note"), "{errors:?}");
        let again = again.unwrap();
        assert_eq!(again.subject, dialog.subject);
        let filled = again.inputs.iter().map(|input| input.initial.as_deref());
        assert_eq!(filled.flatten().next(), Some("busy"));
    })
    .await;
}

#[tokio::test]
async fn answers_that_come_twice_count_once_whichever_replica_takes_them() {
    both(async |db| {
        let stage = Stage::new(db).await;
        know_all_in_teams(&stage);
        stage.send(ADA).await;
        let (offer, rep) = pending(&stage.only_lead().await);
        let accept = press(rep.as_str(), Action::OfferAccept, offer.as_str());
        desk::handle(&stage.desk, accept).await;
        let lead = stage.only_lead().await.id;
        let replica = Desk::new(stage.engine.clone(), stage.desk.chats().clone());
        let in_slack = Presser {
            platform: Platform::Slack,
            user_id: format!("U0{}", rep.as_str().to_uppercase()),
            ..person(rep.as_str())
        };
        for (nth, who) in [person(rep.as_str()), in_slack].into_iter().enumerate() {
            let contacted = press(rep.as_str(), Action::LeadContacted, lead.as_str());
            let Answer::Open { dialog, .. } = desk::handle(&stage.desk, contacted).await else {
                panic!("no dialog")
            };
            let sent = Incoming::Submit {
                who,
                action: dialog.action,
                subject: dialog.subject,
                values: [("choice".to_owned(), "no_answer".to_owned())].into(),
                dialog: OpenDialog {
                    id: String::new(),
                    hash: None,
                },
                trigger: String::new(),
            };
            for desk in [&stage.desk, &replica, &stage.desk] {
                let answer = desk::handle(desk, sent.clone()).await;
                assert_eq!(answer, Answer::DialogClose);
            }
            let history = stage
                .db
                .read(async |mut tx| facts::timeline(&mut tx, &lead).await);
            let history = history.await.unwrap();
            let tried = history
                .iter()
                .filter(|(_, fact)| fact.event == FactKind::Attempted);
            assert_eq!(tried.count(), nth + 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_card_is_changed_in_the_line_of_the_chat_it_stands_in() {
    both(async |db| {
        let lead = LeadId::from("lead_1");
        let card = CardRef::Offer {
            offer: "offer_1".into(),
            rep: "anna".into(),
        };
        let shown = [Shown {
            lead: lead.clone(),
            card,
            recipient: "rep:anna".to_owned(),
        }];
        let span = (at(9), at(9) + SignedDuration::from_mins(1));
        let lines: Result<(), Error> = db
            .write(async |mut tx| {
                outbox::show(&mut tx, &shown, at(1)).await?;
                let slacks = ["rep:anna".to_owned()];
                let none = outbox::claim(&mut tx, "w", span, (9, 9), &slacks).await?;
                assert_eq!(none, [], "another chat's line");
                let new = outbox::claim(&mut tx, "w", span, (9, 9), &[])
                    .await?
                    .remove(0);
                let place = Place {
                    platform: Platform::Teams,
                    conversation: "a:1".to_owned(),
                    message: "17".to_owned(),
                };
                outbox::sent(&mut tx, &new, Some(&place), at(2)).await?;
                outbox::card_put(&mut tx, &new, &lead, &place, at(2)).await?;
                outbox::show(&mut tx, &shown, at(3)).await?;
                let edit = outbox::claim(&mut tx, "w", span, (9, 9), &[])
                    .await?
                    .remove(0);
                assert_eq!(outbox::edited_in(&edit.recipient), Some(Platform::Teams));
                let standing = outbox::card_by_message(&mut tx, &place).await?.unwrap();
                assert_eq!(standing.place(), place);
                outbox::card_gone(&mut tx, &edit.key).await?;
                outbox::retry(&mut tx, &edit, at(4), "gone").await?;
                let anew = outbox::claim(&mut tx, "w", span, (9, 9), &[])
                    .await?
                    .remove(0);
                assert_eq!(anew.recipient, "rep:anna");
                // Nobody can look whether it arrived: it is sent a second time, and known as such.
                outbox::unknown(&mut tx, &anew, at(5), "502").await?;
                let others = ["rep:anna".to_owned()];
                let none = outbox::claim_unknown(&mut tx, "w", span, 9, &others).await?;
                assert!(none.is_empty());
                let unknown = outbox::claim_unknown(&mut tx, "w", span, 9, &[]).await?;
                outbox::once_more(&mut tx, &unknown[0][0], at(6)).await?;
                let second = outbox::claim(&mut tx, "w", span, (9, 9), &[])
                    .await?
                    .remove(0);
                assert!(outbox::is_second(&second) && !outbox::is_second(&anew));
                Ok(())
            })
            .await;
        lines.unwrap();
    })
    .await;
}

#[tokio::test]
async fn one_chat_is_down_while_the_other_is_not() {
    both(async |db| {
        let done: Result<(), Error> = db
            .write(async |mut tx| {
                let (slack, teams) = (Platform::Slack, Platform::Teams);
                assert_eq!(outages::begin(&mut tx, slack, at(5)).await?, at(5));
                assert_eq!(outages::begin(&mut tx, slack, at(7)).await?, at(5));
                assert_eq!(outages::lasting(&mut tx, teams).await?, None);
                assert_eq!(outages::begin(&mut tx, teams, at(5)).await?, at(5));
                assert!(outages::end(&mut tx, slack, at(5), at(8)).await?);
                assert!(!outages::end(&mut tx, slack, at(5), at(9)).await?);
                assert_eq!(outages::lasting(&mut tx, teams).await?, Some(at(5)));
                Ok(())
            })
            .await;
        done.unwrap();
    })
    .await;
}

#[test]
fn a_cards_name_says_which_card_it_is() {
    let lead = LeadId::from("lead_1");
    for card in [
        CardRef::Offer {
            offer: "offer_1".into(),
            rep: "anna".into(),
        },
        CardRef::Pool {
            team: "sales".into(),
            epoch: 2,
        },
        CardRef::Review {
            rep: "marta".into(),
            epoch: 0,
        },
        CardRef::Late {
            to: Audible::Rep("marta".into()),
            notice: "late/3".to_owned(),
        },
        CardRef::Late {
            to: Audible::Channel("sales".into()),
            notice: "late/3".to_owned(),
        },
    ] {
        assert_eq!(card_of_key(&card_key(&lead, &card)), Some(card));
    }
    for odd in [
        "",
        "lead_1",
        "lead_1/offer/x",
        "lead_1/pool/sales/x",
        "a/b/c/d",
    ] {
        assert_eq!(card_of_key(odd), None, "{odd}");
    }
}
