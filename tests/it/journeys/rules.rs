//! What the rules say, what changes with them, and what they keep.

use baton::domain::contact::Field;
use serde_json::{Map, Value, json};

use super::{ada, short};
use crate::{
    office::{SALES, in_each_chat, in_each_chat_at, on_both},
    reads,
};

#[tokio::test]
async fn who_leaves_the_list_of_reps_passes_everything_on() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.press("selin", "Accept").await;
        for name in ["Grace", "Edith", "Mary", "Radia", "Hedy"] {
            office.lead(short(name)).await;
        }
        let with_selin = "offered: selin pending";
        let mut hers = Vec::new();
        for number in 1002..=1006 {
            if office.story_of(number).await == with_selin {
                hers.push(number);
            }
        }
        assert_eq!(hers.len(), 1, "she was asked once more");
        for who in ["ayse", "jonas", "selin"] {
            office.read(who);
        }
        let without = SALES.replace("\"selin\", \"deniz\"", "\"deniz\"");
        let without = without.replace("\"jonas\", \"selin\"]", "\"jonas\"]");
        office.reload(&without).await;
        for number in [1001, hers[0]] {
            let story = office.story_of(number).await;
            assert!(
                story.ends_with("pending") && !story.contains("selin pending"),
                "{story}"
            );
        }
        reads!(office, "selin", @"
        changed: # Lead #1001 · Ada Lovelace, Analytical Engines
        You had it until Fri 20 Nov 11:00. Ayşe Yılmaz is asked now.
        ----
        changed: # Lead #1006 · Hedy
        It was passed on because you are no longer in the list of reps. Jonas Weber is asked now.
        ");
    })
    .await;
}

#[tokio::test]
async fn a_changed_sla_moves_no_clock_that_runs() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.read("selin");
        let slower = SALES.replace("after = \"15m\"", "after = \"20m\"");
        let slower = slower.replace("acknowledge = \"15m\"", "acknowledge = \"20m\"");
        office.reload(&slower).await;
        office.lead(short("Grace")).await;
        let by = |lead: Value| lead["sla"]["acknowledge_by"].clone();
        assert_eq!(by(office.api_lead(1001).await), "2026-11-20T10:15:00Z");
        assert_eq!(by(office.api_lead(1002).await), "2026-11-20T10:20:00Z");
        office.after("15m").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin expired, jonas pending"
        );
        assert_eq!(office.story_of(1002).await, "offered: ayse pending");
    })
    .await;
}

#[tokio::test]
async fn a_lead_of_friday_evening_goes_on_on_monday_morning() {
    let office_hours = format!(
        "{}\n[calendar.office]\nhours = \"Mo-Fr 09:00-18:00\"\n\n[defaults.rep]\ncalendar = \"office\"\n",
        SALES.replace(
            "at_least = \"5m\"",
            "at_least = \"5m\"\ncalendar = \"office\""
        )
    );
    in_each_chat_at("2026-11-20T16:55:00Z", &office_hours, async |office| {
        office.lead(ada()).await;
        reads!(office, "selin", @r"
        # New lead #1001 · Ada Lovelace, Analytical Engines
        Asks for a demo
        Source: website
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        “Please show us how it works.”
        Please answer by Mon 23 Nov 09:10 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; it is your turn in team sales.)
        [Accept] [Decline] [Details] [Why]
        ");
        office.after("60h").await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        reads!(office, "selin", @"(nothing)");
        // Monday 09:10: the fifteenth minute of open time.
        office.after("3h 14m").await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        office.after("1m").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin expired, jonas pending"
        );
    })
    .await;
}

#[tokio::test]
async fn what_a_lead_writes_is_shown_as_text_in_every_field() {
    on_both(SALES, async |office| {
        let hostile = "<!channel> <@U0MARTA> *bold* <https://evil.example|click> &lt; :boom:";
        let mut lead: Map<String, Value> = Field::ALL
            .iter()
            .map(|field| (field.name().to_owned(), json!(hostile)))
            .collect();
        lead.insert("email".to_owned(), json!("eve@evil.example"));
        lead.insert("custom <!here>".to_owned(), json!(hostile));
        office.lead(Value::Object(lead)).await;
        office.press("selin", "Accept").await;
        office.after("30m").await;
        for who in ["selin", "marta"] {
            for message in office.messages(who) {
                assert!(!message.text.contains("<!") && !message.text.contains("<@"));
                for kind in kinds(&json!(message.blocks)) {
                    let speaks = ["mrkdwn", "user", "usergroup", "broadcast", "channel"];
                    assert!(!speaks.contains(&kind.as_str()), "{kind} in {:?}", message.blocks);
                }
            }
        }
        reads!(office, "selin", @"
        # Your lead #1001 · <¦!channel> <¦@U0MARTA> *bold* <¦https://evil.example|click> &…, <¦!channel> <¦@U0MARTA> *bold*…
        Asks for a demo
        Source: website, campaign <¦!channel> <¦@U0MARTA> *bold* <¦https://evil.example|click> &…
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Country: <¦!channel> <¦@U0MARTA> *bold* <¦https://evil.example|click> &lt; :boom:
        Use case: <¦!channel> <¦@U0MARTA> *bold* <¦https://evil.example|click> &lt; :boom:
        Product: <¦!channel> <¦@U0MARTA> *bold* <¦https://evil.example|click> &lt; :boom:
        Mail: eve@evil.example
        “<¦!channel> <¦@U0MARTA> *bold* <¦https://evil.example|click> &lt; :boom:”
        Call by Fri 20 Nov 11:30 (Europe/Berlin).
        (Why you: rule all; it is your turn in team sales.)
        [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
        ----
        in the thread: Nobody has tried to reach #1001 · <¦!channel> <¦@U0MARTA> *bold* <¦https://evil.example|click> &…, <¦!channel> <¦@U0MARTA> *bold* <¦https://evil.example|click> &… yet. Call by Fri 20 Nov 11:30 (Europe/Berlin).
        Mail: eve@evil.example
        [Contacted]
        ");
    })
    .await;
}

/// Every `type` in a message.
fn kinds(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            let own = map.get("type").and_then(Value::as_str).map(str::to_owned);
            own.into_iter()
                .chain(map.values().flat_map(kinds))
                .collect()
        }
        Value::Array(list) => list.iter().flat_map(kinds).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
