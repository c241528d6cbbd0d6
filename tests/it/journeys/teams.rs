//! What only Teams does to a lead: people without the app, answers that are lost, two chats in one team.

use serde_json::{Value, json};

use super::{ada, short};
use crate::{
    microsoft::Order,
    office::{Desktop, Office, SALES, in_teams},
    told,
};

/// The cards of Baton's that somebody has been offered this lead with.
fn copies(office: &Office, who: &str) -> usize {
    let cards = office.cards(who).into_iter();
    cards.filter(|card| card.contains("lead #1001 ·")).count()
}

#[tokio::test]
async fn whoever_has_blocked_baton_is_passed_over_and_the_manager_hears_of_it_once() {
    in_teams(SALES, async |office| {
        office.teams().microsoft.block(&Desktop::user("selin"));
        office.lead(ada()).await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin withdrawn, jonas pending"
        );
        office.after("1m").await;
        let told = office.read("marta");
        assert!(told.contains("Selin Kaya"), "{told}");
        for name in ["Bea", "Cleo", "Dora"] {
            office.lead(short(name)).await;
        }
        office.after("5m").await;
        assert_eq!(office.read("marta"), "(nothing)");
        // She writes again: she is there.
        office.teams().microsoft.unblock(&Desktop::user("selin"));
        office.types("selin", "leads").await;
        for name in ["Emma", "Fay", "Gwen"] {
            office.lead(short(name)).await;
        }
        assert!(office.read("selin").contains("[Accept] [Decline]"));
    })
    .await;
}

#[tokio::test]
async fn what_teams_refuses_for_now_arrives_a_little_later() {
    in_teams(SALES, async |office| {
        for order in [Order::throttle(2), Order::refuse(412, "PreconditionFailed")] {
            office.teams().microsoft.order("/activities", [order]);
        }
        office.lead(ada()).await;
        assert_eq!(office.seen("selin").len(), 0);
        office.after("10s").await;
        assert_eq!(office.seen("selin").len(), 1);
        office
            .teams()
            .microsoft
            .order("PUT", [Order::refuse(502, "x")]);
        office.press_now("selin", "Accept").await;
        office.after("10s").await;
        assert!(office.read("selin").starts_with("# Your lead #1001"));
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn an_offer_whose_answer_is_lost_is_sent_once_more_and_either_copy_may_be_pressed() {
    in_teams(SALES, async |office| {
        let lost = || Order::lose(502);
        office
            .teams()
            .microsoft
            .order("/activities", [lost(), lost()]);
        office.lead(ada()).await;
        for _ in 0..6 {
            office.sleep("20s");
            office.settle().await;
        }
        assert_eq!(copies(office, "selin"), 2, "once more, and never again");
        // She presses the copy that Baton knows nothing of.
        let first = office.seen("selin")[0].clone();
        let accept = first
            .buttons
            .iter()
            .find(|it| it.label == "Accept")
            .unwrap();
        let press = office.pressing("selin", &first, accept);
        let said = office.activity(&press).await;
        assert!(
            said["value"].to_string().contains("Your lead #1001"),
            "{said}"
        );
        office.settle().await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
        let now = office.seen("selin")[0].clone();
        assert_eq!(now.card, said["value"], "it is changed for good");
        // A press of the other one, as it stood there, changes nothing.
        let other = office.seen("selin")[1].clone();
        let press = office.pressing("selin", &other, accept);
        let said = office.activity(&press).await;
        assert_eq!(said["statusCode"], 200);
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
    })
    .await;
}

#[tokio::test]
async fn what_teams_delivers_again_is_answered_again_and_changes_nothing() {
    in_teams(SALES, async |office| {
        office.lead(ada()).await;
        let (card, accept) = office.find_button("selin", "Accept");
        let press = office.pressing("selin", &card, &accept);
        let first = office.activity(&press).await;
        office.settle().await;
        // The same delivery, and the same press under a new name.
        assert_eq!(office.activity(&press).await, first);
        let again = office.pressing("selin", &card, &accept);
        let again = office.activity(&again).await;
        assert_eq!(again["statusCode"], 200);
        office.settle().await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
        assert!(office.read("selin").starts_with("# Your lead #1001"));
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_typed_in_a_channel_is_answered_in_the_own_chat() {
    in_teams(SALES, async |office| {
        let user = Desktop::user("selin");
        let mut typed = office
            .teams()
            .microsoft
            .by(&user)
            .types("<at>Baton</at> leads");
        let baton = typed["recipient"].clone();
        typed["conversation"]["id"] = "19:sales@thread.tacv2;messageid=1".into();
        typed["conversation"]["conversationType"] = "channel".into();
        let mention = json!({"type": "mention", "mentioned": baton, "text": "<at>Baton</at>"});
        typed["entities"] = json!([mention]);
        assert_eq!(office.activity(&typed).await, Value::Null);
        told!(office, "selin", @"You have no open leads. leads queue shows what you can take.");
        assert_eq!(office.read("#sales"), "(nothing)");
    })
    .await;
}

#[tokio::test]
async fn nonsense_is_answered_with_what_can_be_typed() {
    in_teams(SALES, async |office| {
        let (said, _) = office.types("selin", "make me a coffee").await;
        assert!(
            said.starts_with("I don't know “make”. What you can type here"),
            "{said}"
        );
        assert!(said.contains("leadstats: numbers"), "{said}");
        assert!(office.read("selin").contains("“home” shows your page"));
    })
    .await;
}

#[tokio::test]
async fn a_page_changes_with_what_is_pressed_on_it() {
    in_teams(SALES, async |office| {
        office.lead(ada()).await;
        let page = office.home("selin").await;
        assert!(page.contains("Waiting for your answer (1)"), "{page}");
        let (message, refresh) = office.find_button("selin", "Refresh");
        let accept = message
            .buttons
            .iter()
            .find(|it| it.label == "Accept")
            .unwrap();
        let press = office.pressing("selin", &message, accept);
        let said = office.activity(&press).await;
        let text = said["value"].to_string();
        assert!(text.contains("whom to call first (1)"), "{text}");
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
        // Pressed once more as it stood there before, it says why not, and shows the page.
        let press = office.pressing("selin", &message, accept);
        let said = office.activity(&press).await;
        assert!(
            said["value"].to_string().contains("whom to call first (1)"),
            "{said}"
        );
        office.settle().await;
        office.sleep("1s");
        let page = office.press_home("selin", "Away for an hour").await;
        assert!(page.contains("You are away until today 12:00"), "{page}");
        let press = office.pressing("selin", &message, &refresh);
        let said = office.activity(&press).await;
        assert!(
            said["value"]
                .to_string()
                .contains("You are away until today 12:00")
        );
    })
    .await;
}
