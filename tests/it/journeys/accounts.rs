//! Whose the leads of a company are: an account's owner, whoever stands in for them, whoever had its other leads.

use serde_json::{Value, json};

use super::ada;
use crate::{
    office::{Office, SALES, in_each_chat, on_both},
    reads,
};

/// The sales team, where an account's owner is asked before it.
fn owners_first(more: &str) -> String {
    let named = "[[route]]\nid = \"named\"\nwhen = 'account.owner != \"\"'\n\
        to = [{ owner = \"account\" }, { team = \"sales\" }]\nsla = \"demo\"\n\n[[route]]\nid = \"all\"";
    format!(
        "{}\n{more}",
        SALES.replace("[[route]]\nid = \"all\"", named)
    )
}

/// The same with Ada's company as Ayşe's account.
fn ayses() -> String {
    owners_first(
        "[[account]]\nname = \"Analytical\"\ndomains = [\"analytical.example\"]\nowner = \"ayse\"\n",
    )
}

/// A colleague of Ada's.
fn charles() -> Value {
    json!({"email": "charles@analytical.example", "name": "Charles Babbage"})
}

async fn why(office: &Office, number: i64) -> String {
    let lead = office.api_lead(number).await;
    lead["route"]["why"][0]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn who_stands_in_for_an_owner_gives_the_lead_back_when_they_return() {
    in_each_chat(&ayses(), async |office| {
        office.slash("ayse", "/away until back cover @jonas").await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: jonas pending");
        assert_eq!(
            office.api_lead(1001).await["account"],
            json!({"name": "Analytical", "owner": "ayse", "tier": "", "customer": false})
        );
        reads!(office, "ayse", @"While you are away Jonas Weber is asked for you: lead #1001 · Ada Lovelace, Analytical Engines, of your account Analytical. It is yours again when you are back.");
        reads!(office, "jonas", @"
        # New lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Please answer by Fri 20 Nov 11:15 (Europe/Berlin), then somebody else is asked.
        (Why you: rule named; you stand in for Ayşe Yılmaz, who owns Analytical and is away; it is theirs again when they are back.)
        [Accept] [Decline] [Details] [Why]
        ");
        office.press("jonas", "Accept").await;
        office.contacted("jonas", "voicemail").await;
        office.read("jonas");
        office.slash("ayse", "/back").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by ayse: jonas accepted, ayse accepted"
        );
        reads!(office, "jonas", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You had it until Fri 20 Nov 11:00. Ayşe Yılmaz has it since Fri 20 Nov 11:00.
        ----
        in the thread: Ayşe Yılmaz is back, and lead #1001 · Ada Lovelace, Analytical Engines is theirs again.
        ");
        reads!(office, "ayse", @"
        Lead #1001 · Ada Lovelace, Analytical Engines is yours: Jonas Weber stood in for you. They were tried Fri 20 Nov 11:00, and not reached yet.
        ----
        # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Tried Fri 20 Nov 11:00 (Europe/Berlin), not reached yet.
        (Why you: rule named; Analytical is yours, and Jonas Weber stood in for you.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ");
        assert_eq!(
            why(office, 1001).await,
            "account Analytical by mail domain analytical.example: its owner is Ayşe Yılmaz"
        );
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_cancels_their_absence_gets_the_leads_of_their_account_back() {
    in_each_chat(&ayses(), async |office| {
        office.slash("ayse", "/away until back cover @jonas").await;
        office.lead(ada()).await;
        office.press("jonas", "Accept").await;
        office.contacted("jonas", "voicemail").await;
        // As long as another absence runs they are not back.
        let also = "/away from 12:00 until 18:00";
        office.slash("ayse", also).await;
        office.after("1h 1m").await;
        let said = office.slash("ayse", "/away list").await;
        assert!(said.contains("18:00"), "{said}");
        office.slash("ayse", "/away cancel 1").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by jonas: jonas accepted"
        );
        office.slash("ayse", "/away cancel 1").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by ayse: jonas accepted, ayse accepted"
        );
    })
    .await;
}

#[tokio::test]
async fn an_absence_that_ends_by_itself_brings_an_unanswered_offer_back_too() {
    in_each_chat(&ayses(), async |office| {
        office.slash("ayse", "/away for 10m cover @deniz").await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: deniz pending");
        office.read("ayse");
        office.read("deniz");
        office.after("9m").await;
        assert_eq!(office.story_of(1001).await, "offered: deniz pending");
        office.after("1m").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: deniz withdrawn, ayse pending"
        );
        reads!(office, "deniz", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        It was taken back. Ayşe Yılmaz is asked now.
        ----
        in the thread: Ayşe Yılmaz is back, and lead #1001 · Ada Lovelace, Analytical Engines is theirs again.
        ");
        office.press("ayse", "Accept").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by ayse: deniz withdrawn, ayse accepted"
        );
    })
    .await;
}

#[tokio::test]
async fn an_owner_without_anybody_to_stand_in_is_told_who_gets_the_lead() {
    in_each_chat(&ayses(), async |office| {
        office.slash("ayse", "/away until tomorrow 9am").await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        reads!(office, "ayse", @"
        A lead of your account goes on without you.
        • #1001 · Ada Lovelace, Analytical Engines: Selin Kaya is asked now. (you: is away until Sat 21 Nov 09:00)
        ");
        // Once is enough, however often it moves on.
        office.after("16m").await;
        reads!(office, "ayse", @"(nothing)");
        // Who was asked and did not want it knows.
        office.slash("ayse", "/back").await;
        office
            .lead(json!({"email": "joan@analytical.example", "name": "Joan"}))
            .await;
        assert_eq!(office.story_of(1002).await, "offered: ayse pending");
        office.decline("ayse", "busy", "").await;
        let told = office.read("ayse");
        assert!(!told.contains("without you"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn who_owns_a_lead_of_a_company_gets_its_next_ones_for_a_while() {
    let rules = owners_first("[accounts]\nkeep = \"90d\"\n");
    in_each_chat(&rules, async |office| {
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.press("selin", "Accept").await;
        office.contacted("selin", "reached").await;
        office.lead(charles()).await;
        assert_eq!(office.story_of(1002).await, "offered: selin pending");
        assert_eq!(
            why(office, 1002).await,
            "the same company by domain analytical.example: its leads are Selin Kaya's, who has lead #1001"
        );
        let card = office.read("selin");
        assert!(card.contains("lead #1001 of the same company is yours"), "{card}");
        // A name that says what kind of company it is tells it as well as a domain.
        let mail = json!({"email": "a.l@gmail.com", "name": "Anne", "company": "Analytical Engines Ltd."});
        office.lead(mail).await;
        assert_eq!(office.story_of(1003).await, "offered: selin pending");
    })
    .await;
}

#[tokio::test]
async fn a_company_is_nobodys_again_once_its_lead_is_given_back_or_long_over() {
    let rules = owners_first("[accounts]\nkeep = \"90d\"\n");
    let rule =
        async |office: &Office, number: i64| office.api_lead(number).await["route"]["rule"].clone();
    on_both(&rules, async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.contacted("selin", "reached").await;
        office.press_now("selin", "Close").await;
        office.fill_in("selin", json!({"choice": "won"})).await;
        office.sleep("2000h");
        office.lead(charles()).await;
        assert_eq!(rule(office, 1002).await, "named");
        office.sleep("200h");
        let joan = json!({"email": "joan@analytical.example", "name": "Joan"});
        office.lead(joan).await;
        assert_eq!(rule(office, 1003).await, "all");
    })
    .await;
    on_both(&rules, async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        office.press_now("selin", "Give back").await;
        office.fill_in("selin", json!({"note": "not mine"})).await;
        office.lead(charles()).await;
        assert_eq!(rule(office, 1002).await, "all");
    })
    .await;
}

#[tokio::test]
async fn a_customer_goes_back_to_their_earlier_owner_however_they_are_known() {
    let previous = "[[route]]\nid = \"before\"\nwhen = 'lead.owner != \"\"'\n\
        to = [{ owner = \"previous\" }, { team = \"sales\" }]\nsla = \"demo\"\n\n[[route]]\nid = \"all\"";
    let rules = SALES.replace("[[route]]\nid = \"all\"", previous);
    let known = json!({
        "email": "ada@analytical.example", "name": "Ada Lovelace", "phone": "+4930123456",
        "external_id": "77", "company": "Analytical Engines",
    });
    for again in [
        json!({"email": "Ada+x@Analytical.example", "name": "A. Lovelace"}),
        json!({"phone": "+49 30 123456", "name": "Ada Lovelace"}),
        json!({"external_id": "77", "name": "Ada Lovelace", "email": "ada@home.example"}),
    ] {
        on_both(&rules, async |office| {
            office.lead(known.clone()).await;
            office.press("selin", "Accept").await;
            office.contacted("selin", "reached").await;
            office.press_now("selin", "Close").await;
            office.fill_in("selin", json!({"choice": "won"})).await;
            office.lead(again.clone()).await;
            assert_eq!(
                office.story_of(1001).await,
                "offered: selin accepted, selin pending",
                "{again}"
            );
            assert_eq!(office.api_lead(1001).await["route"]["rule"], "before");
        })
        .await;
    }
}
