//! Several people may have a lead: pools, reviews, queues.

use baton::playground::{Fault, FaultRule};
use tokio::join;

use super::{ada, short};
use crate::{
    office::{in_each_chat, on_both},
    reads, told,
};

/// The team, and where its leads go.
fn to(target: &str) -> String {
    format!(
        r#"people = ["ayse", "jonas", "selin", "marta"]

[[team]]
id = "sales"
members = ["ayse", "jonas"]
managers = ["marta"]
channel = "slack:C0SALES"
timezone = "Europe/Berlin"
sla = "demo"

[[route]]
id = "all"
to = {target}

[sla.demo]
acknowledge = "15m"
contact = "30m"
escalation = [
  {{ after = "15m", reoffer = "team" }},
  {{ after = "30m", notify = "managers" }},
]
"#
    )
}

#[tokio::test]
async fn of_two_who_claim_at_once_one_has_it_and_the_other_is_told_who() {
    let pool = to(r#"{ pool = "sales", hide = ["email", "phone"] }"#);
    in_each_chat(&pool, async |office| {
        office.lead(ada()).await;
        reads!(office, "#sales", @"
        # Open lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        “Please show us how it works.”
        The first to claim it has it. Open until Fri 20 Nov 11:15 (Europe/Berlin).
        (How to reach them is shown to whoever claims it.)
        [Claim] [Details] [Why]
        ");
        reads!(office, "ayse", @"
        # New lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        “Please show us how it works.”
        Claim it by Fri 20 Nov 11:15 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; open to whoever claims it first in team sales.)
        [Claim] [Details] [Why]
        ");
        office.read("jonas");
        join!(
            office.press_now("ayse", "Claim"),
            office.press_now("jonas", "Claim")
        );
        office.settle().await;
        let story = office.story_of(1001).await;
        let (winner, loser) = match story.as_str() {
            "owned by ayse: ayse accepted, jonas withdrawn" => ("ayse", "jonas"),
            "owned by jonas: ayse withdrawn, jonas accepted" => ("jonas", "ayse"),
            other => panic!("{other}"),
        };
        let name = if winner == "ayse" { "Ayşe Yılmaz" } else { "Jonas Weber" };
        let told = office.told(loser).await;
        assert_eq!(told, format!("Too late for lead #1001. {name} has it since today 11:00."));
        assert!(office.read(winner).contains("Mail: ada@analytical.example"));
        assert_eq!(
            office.read(loser),
            format!("changed: # Lead #1001 · Ada Lovelace, Analytical Engines\n{name} has it since Fri 20 Nov 11:00.")
        );
        assert_eq!(
            office.read("#sales"),
            format!("changed: # Lead #1001 · Ada Lovelace, Analytical Engines\n{name} has it since Fri 20 Nov 11:00.")
        );
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_pool_nobody_claims_becomes_an_offer_to_one() {
    let pool = to(r#"{ pool = "sales" }"#);
    in_each_chat(&pool, async |office| {
        office.lead(ada()).await;
        office.press("ayse #sales", "Claim").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by ayse: ayse accepted, jonas withdrawn"
        );
        office.lead(short("Grace")).await;
        for who in ["ayse", "jonas", "#sales"] {
            office.read(who);
        }
        office.after("15m").await;
        reads!(office, "#sales", @r"
        changed: # Lead #1002 · Grace
        Jonas Weber is asked now.
        ");
        reads!(office, "ayse", @"
        changed: # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Call by Fri 20 Nov 11:30 (Europe/Berlin).
        (Why you: rule all; open to whoever claims it first in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ----
        changed: # Lead #1002 · Grace
        Nobody claimed it in time. Jonas Weber is asked now.
        ");
        reads!(office, "jonas", @r"
        changed: # Lead #1002 · Grace
        Nobody claimed it in time. You are asked.
        ----
        # New lead #1002 · Grace
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Mail: grace@example.org
        Please answer soon: somebody waits.
        (Why you: rule all; nobody took it yet, and it is your turn in team sales.)
        [Accept] [Decline] [Details] [Why]
        ");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_manager_reviews_a_lead_and_gives_it_to_somebody() {
    let review = to(r#"{ review = "sales" }"#);
    in_each_chat(&review, async |office| {
        office.lead(ada()).await;
        reads!(office, "marta", @"
        # Please decide: lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Why you decide: rule all leaves it to a person.
        It should go out by Fri 20 Nov 11:15 (Europe/Berlin).
        [Assign…] [Route by the rules] [Drop] [Details] [Why]
        ");
        office.press_now("marta", "Assign…").await;
        office
            .fill_in("marta", serde_json::json!({"choice": "rep:jonas"}))
            .await;
        reads!(office, "marta", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You assigned it Fri 20 Nov 11:00. Jonas Weber has it since Fri 20 Nov 11:00.
        ");
        reads!(office, "jonas", @"
        # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Call by Fri 20 Nov 11:30 (Europe/Berlin).
        (Marta Lind gave it to you.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_lead_in_the_queue_is_taken_by_who_pulls_it_first() {
    let queue = to(r#"{ queue = "sales" }"#);
    in_each_chat(&queue, async |office| {
        office.lead(ada()).await;
        let listed = office.slash("ayse", "/leads queue").await;
        assert!(listed.contains("Ada Lovelace"), "{listed}");
        let id = office.api_lead(1001).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        office.press_stale("ayse", "queue.take", &id).await;
        reads!(office, "ayse", @"
        # Your lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Call by Fri 20 Nov 11:30 (Europe/Berlin).
        (Why you: rule all; given by hand or taken, not by turn.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ");
        office.press_stale("jonas", "queue.take", &id).await;
        told!(office, "jonas", @"Too late for lead #1001. Ayşe Yılmaz has it since today 11:00.");
        assert_eq!(office.story_of(1001).await, "owned by ayse: ayse accepted");
        office.expect_nothing_else().await;
    })
    .await;
}

#[tokio::test]
async fn a_channel_that_takes_nothing_is_told_of_once_until_it_is_mended() {
    on_both(&to(r#"{ pool = "sales" }"#), async |office| {
        let refused = Fault::Refuse {
            error: "not_in_channel".to_owned(),
        };
        let rule = FaultRule::next(1_000_000, "chat.postMessage", refused).to("C0SALES");
        office.fault(rule.clone());
        for name in ["Grace", "Edith"] {
            office.lead(short(name)).await;
        }
        reads!(office, "marta", @"
        The chat takes nothing for the channel of team sales.
        Invite the bot: type /invite and its name in that channel. If the channel is gone, name another one in the configuration. Until then leads for everybody are shown in direct messages only. (The chat says: not_in_channel.)
        ");
        office.slack.clear_faults();
        office.after("1m").await;
        let waited = office.read("#sales");
        assert!(waited.contains("Grace") && waited.contains("Edith"), "{waited}");
        office.lead(short("Mary")).await;
        assert!(office.read("#sales").contains("Mary"));
        assert_eq!(office.read("marta"), "(nothing)");
        office.fault(rule);
        office.lead(short("Radia")).await;
        assert!(
            office
                .read("marta")
                .contains("The chat takes nothing for the channel of team sales")
        );
    })
    .await;
}
