//! Somebody who gets their messages in the other chat from now on, and a chat that is taken out.

use baton::{domain::policy::Platform, store::outbox};

use super::ada;
use crate::{
    office::{Desktop, Office, SALES, in_both_chats, user},
    reads,
};

/// The sales team, with Selin in both chats, who gets her messages in this one.
fn with_selin_in(chat: &str) -> String {
    let others = SALES.replace("\"jonas\", \"selin\", \"deniz\"", "\"jonas\", \"deniz\"");
    assert_ne!(others, SALES);
    format!(
        "{others}\n[[rep]]\nid = \"selin\"\nname = \"Selin Kaya\"\nemail = \"selin@example.com\"\n\
         slack = \"{}\"\nteams = \"{}\"\nchat = \"{chat}\"\ntimezone = \"Europe/Berlin\"\n",
        user("selin"),
        Desktop::user("selin")
    )
}

/// Of how many open leads a card stands in Teams.
async fn in_teams(office: &Office) -> i64 {
    let db = office.engine().db();
    let asked = db.read(async |mut tx| outbox::open_leads_in(&mut tx, Platform::Teams).await);
    asked.await.unwrap()
}

#[tokio::test]
async fn a_pending_card_stays_where_it_is_and_reminders_go_where_the_rep_is_now() {
    in_both_chats(&with_selin_in("slack"), async |office| {
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        assert!(office.read("selin").contains("[Accept] [Decline]"));
        office.reload(&with_selin_in("teams")).await;
        office.after("10m").await;
        assert_eq!(office.read("selin"), "(nothing)");
        let there = office.teams().seen("selin");
        assert_eq!(there.len(), 1);
        assert!(
            there[0].shown.starts_with("Still waiting"),
            "{}",
            there[0].shown
        );
        office.after("5m").await;
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It had no answer by Fri 20 Nov 11:15, so it moved on. Jonas Weber is asked now.
        ");
        assert_eq!(office.teams().seen("selin").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_offer_in_a_chat_that_was_taken_out_is_shown_in_the_other_one() {
    in_both_chats(&with_selin_in("teams"), async |office| {
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        assert_eq!(office.teams().seen("selin").len(), 1);
        assert_eq!(in_teams(office).await, 1);
        office.leave_teams(&with_selin_in("slack")).await;
        assert_eq!(in_teams(office).await, 0);
        assert!(office.read("selin").contains("[Accept] [Decline]"));
        assert!(!office.something_waits().await);
        office.press("selin", "Accept").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: selin accepted"
        );
        assert!(!office.something_waits().await);
    })
    .await;
}
