//! Slack's tokens expire, and nobody notices.

use baton::playground::{Fault, FaultRule};

use super::short;
use crate::office::{Office, SALES, on_both_with_token_for};

/// How often a token was asked for, whatever came of it.
fn renewals(office: &Office) -> usize {
    let calls = office.slack.calls();
    let asked = calls.iter().filter(|call| call.method == "oauth.v2.access");
    asked.count()
}

/// A lead comes in, and somebody is shown it.
async fn expect_delivered(office: &Office, name: &str) {
    let before = cards(office);
    office.lead(short(name)).await;
    assert_eq!(cards(office), before + 1, "{name} is on a card");
}

fn cards(office: &Office) -> usize {
    ["ayse", "jonas", "selin"]
        .into_iter()
        .map(|who| {
            let cards = office.cards(who);
            cards.iter().filter(|card| card.contains("# ")).count()
        })
        .sum()
}

#[tokio::test]
async fn a_token_is_renewed_at_half_of_its_time_also_over_a_restart() {
    on_both_with_token_for("12h", SALES, async |office| {
        // How long the configuration's own token works nobody knows, so it is renewed at once.
        assert_eq!(renewals(office), 1);
        expect_delivered(office, "Ada").await;
        office.sleep("5h");
        office.settle().await;
        assert_eq!(renewals(office), 1);
        office.stop().await;
        office.start().await;
        assert_eq!(renewals(office), 1, "what was kept is gone by");
        expect_delivered(office, "Bea").await;
        for nth in 2..=5 {
            office.sleep("7h");
            office.settle().await;
            assert_eq!(renewals(office), nth);
        }
        expect_delivered(office, "Cleo").await;
    })
    .await;
}

#[tokio::test]
async fn a_token_that_has_ended_is_renewed_before_anything_is_said() {
    on_both_with_token_for("12h", SALES, async |office| {
        office.stop().await;
        office.sleep("30h");
        office.start().await;
        assert_eq!(renewals(office), 2);
        expect_delivered(office, "Ada").await;
    })
    .await;
}

#[tokio::test]
async fn a_token_whose_answer_was_lost_is_asked_for_again() {
    on_both_with_token_for("12h", SALES, async |office| {
        office.after("5h 59m").await;
        // Slack has changed the token, and Baton dies before it has the answer, or can keep it.
        office.fault(FaultRule::next(1, "oauth.v2.access", Fault::DropAfter));
        office.after("1m").await;
        assert_eq!(renewals(office), 2);
        office.stop().await;
        office.start().await;
        // The token before works on, and nobody else asks while one may be at it.
        expect_delivered(office, "Ada").await;
        assert_eq!(renewals(office), 2);
        office.after("30s").await;
        assert_eq!(renewals(office), 3);
        office.after("13h").await;
        expect_delivered(office, "Bea").await;
    })
    .await;
}

#[tokio::test]
async fn several_at_once_renew_a_token_once() {
    on_both_with_token_for("12h", SALES, async |office| {
        office.sleep("7h");
        tokio::join!(office.settle(), office.settle(), office.settle());
        assert_eq!(renewals(office), 2);
        expect_delivered(office, "Ada").await;
    })
    .await;
}

#[tokio::test]
async fn new_tokens_in_the_configuration_go_before_those_that_are_kept() {
    on_both_with_token_for("12h", SALES, async |office| {
        office.fault(FaultRule::next(1, "oauth.v2.access", Fault::DropAfter));
        office.after("6h").await;
        // Too late to ask again with the same refresh token: what there is works until its end.
        office.sleep("5m");
        office.settle().await;
        expect_delivered(office, "Ada").await;
        office.after("6h").await;
        office.lead(short("Bea")).await;
        let before = cards(office);
        office.install_again().await;
        office.after("1m").await;
        assert!(cards(office) > before, "what waited is said");
    })
    .await;
}
