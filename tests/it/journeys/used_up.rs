//! The last step is taken and nobody has the lead: it is not forgotten.

use std::time::Duration;

use baton::store::{Error, Sql, audit, leads, sql};

use super::{ada, short};
use crate::{
    office::{Office, SALES, in_each_chat},
    reads, says,
};

/// Two people are asked, and that was all.
fn rules() -> String {
    let (before, _) = SALES.split_once("[sla.demo]").unwrap();
    format!(
        r#"{before}
[sla.demo]
acknowledge = "15m"
contact = "30m"
calendar = "office"
escalation = [{{ after = "15m", reoffer = "team" }}]

[calendar.office]
hours = "Mo-Fr 09:00-18:00"

[notices]
bundle = "5m"
"#
    )
}

#[tokio::test]
async fn managers_hear_each_morning_of_what_nobody_has() {
    in_each_chat(&rules(), async |office| {
        office.lead(ada()).await;
        office.lead(short("Grace")).await;
        office.after("69h 59m").await;
        reads!(office, "marta", @"(nothing)");
        office.after("1m").await;
        reads!(office, "marta", @"
        2 leads are late.
        #1001 · Ada Lovelace, Analytical Engines: nobody has accepted it (due Fri 20 Nov 11:15). Selin Kaya did not answer. Jonas Weber is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        #1002 · Grace: nobody has accepted it (due Fri 20 Nov 11:15). Ayşe Yılmaz did not answer. Selin Kaya is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        ");
        office.press("marta", "Take it").await;
        office.read("marta");
        office.after("24h").await;
        reads!(office, "marta", @"
        A lead is late.
        #1002 · Grace: nobody has accepted it (due Fri 20 Nov 11:15). Ayşe Yılmaz did not answer. Selin Kaya is asked now.
        [Take it] [Assign…] [Ask the next one] [Later…]
        ");
        let story = office.story_of(1002).await;
        let (asked, _) = story.rsplit_once(" pending").unwrap();
        let (_, who) = asked.rsplit_once(' ').unwrap();
        office.press(who, "Accept").await;
        office.after("5s").await;
        reads!(office, "marta", @"
        changed: 2 leads were late.
        • #1001 · Ada Lovelace, Analytical Engines: You have it since Mon 23 Nov 09:00.
        • #1002 · Grace: Selin Kaya has it since Tue 24 Nov 09:00.
        ----
        changed: A lead was late.
        • #1002 · Grace: Selin Kaya has it since Tue 24 Nov 09:00.
        ");
        office.after("48h").await;
        reads!(office, "marta", @"(nothing)");
        assert!(
            office.story_of(1002).await.starts_with("owned by"),
            "{}",
            office.story_of(1002).await
        );
    })
    .await;
}

#[tokio::test]
async fn the_rules_say_what_happens_at_the_end() {
    in_each_chat(&rules(), async |office| {
        let said = office.slash("jonas", "/leadrules").await;
        let (_, ends) = said.split_once("Not accepted: ").unwrap();
        let (ends, _) = ends.split_once('.').unwrap();
        says!(ends, @"after 15 minutes the next of the team; from then on the managers are told each working day");
    })
    .await;
}

async fn run(office: &Office, statement: Sql) {
    let db = office.engine().db();
    let done: Result<u64, Error> = db.write(async |mut tx| tx.q(statement).exec().await).await;
    done.unwrap();
}

/// What is broken in the store.
async fn broken(office: &Office) -> Vec<String> {
    let db = office.engine().db();
    let broken: Result<_, Error> = db.read(async |mut tx| audit::audit(&mut tx).await).await;
    let words = |it: audit::Broken| format!("{}: {}", it.invariant, it.detail);
    broken.unwrap().into_iter().map(words).collect()
}

/// As they were stored before leads that are used up were told of again.
const AS_BEFORE: Sql = sql!(
    "update lead set wake_at = null, doc = "
    [sqlite "json_remove(doc, '$.plan.again_at')"]
    [postgres "cast(doc as jsonb) #- '{plan,again_at}'"]
);
const WAKE_USED_UP: Sql = Sql {
    sqlite: include_str!("../../../migrations/sqlite/20261122193600_wake_used_up.sql"),
    postgres: include_str!("../../../migrations/postgres/20261122193600_wake_used_up.sql"),
};

/// The same, for a column that is no `jsonb` any more, as it was when this migration was written.
fn wake_used_up() -> Sql {
    let postgres = WAKE_USED_UP.postgres.replace("jsonb_array", "json_array");
    Sql {
        postgres: postgres.leak(),
        ..WAKE_USED_UP
    }
}

#[tokio::test]
async fn leads_that_were_used_up_before_are_told_of_once_when_the_next_working_day_begins() {
    in_each_chat(&rules(), async |office| {
        for name in ["Ada", "Grace", "Hedy", "Mary"] {
            office.lead(short(name)).await;
        }
        office.press("ayse", "Accept").await;
        // Until the night.
        office.after("12h").await;
        reads!(office, "marta", @"(nothing)");
        run(office, AS_BEFORE).await;
        let silent = "open_steps_wake: has steps to take, or none left, and nothing wakes it";
        assert!(broken(office).await.contains(&silent.to_owned()));
        office.stop().await;
        office.start().await;
        run(office, wake_used_up()).await;
        office.after("57h 59m").await;
        reads!(office, "marta", @"(nothing)");
        assert_eq!(broken(office).await, Vec::<String>::new());
        office.after("1m").await;
        // Which of one moment comes first, and so who is asked, is the database's to say.
        let told = office.read("marta");
        assert!(told.starts_with("3 leads are late.\n"), "{told}");
        for lead in ["#1001 · Ada", "#1003 · Hedy", "#1004 · Mary"] {
            let late = format!("{lead}: nobody has accepted it (due Fri 20 Nov 11:15). ");
            assert!(told.contains(&late), "{told}");
        }
        office.after("8h").await;
        reads!(office, "marta", @"(nothing)");
    })
    .await;
}

/// Due by its column alone, which something else has written.
const STORED_AS_DUE: Sql = sql!("update lead set wake_at = 1");
const WITHOUT_CLOCK: Sql = sql!(
    "update lead set wake_at = 1, doc = "
    [sqlite "json_set(doc, '$.plan', json('null'))"]
    [postgres "jsonb_set(cast(doc as jsonb), '{plan}', 'null')"]
);

#[tokio::test]
async fn a_lead_that_is_stored_as_due_for_nothing_holds_up_nobody() {
    let queue = SALES.replace("to = { team = \"sales\" }", "to = { queue = \"sales\" }");
    for (rules, statement) in [
        (SALES, STORED_AS_DUE),
        (&queue, STORED_AS_DUE),
        (&queue, WITHOUT_CLOCK),
    ] {
        in_each_chat(rules, async |office| {
            office.lead(ada()).await;
            office.settle().await;
            run(office, statement).await;
            let settled = tokio::time::timeout(Duration::from_secs(60), office.settle()).await;
            settled.expect("it is looked at once");
            assert_eq!(broken(office).await, Vec::<String>::new());
            let now = office.clock.now();
            let due = office
                .engine()
                .db()
                .read(async |mut tx| leads::due(&mut tx, now, 10).await);
            assert_eq!(due.await.unwrap(), []);
        })
        .await;
    }
}

#[tokio::test]
async fn a_team_without_managers_hears_of_it_in_its_channel_and_the_rules_say_so() {
    let led = "managers = [\"marta\"]\n";
    assert!(rules().contains(led));
    in_each_chat(&rules().replace(led, ""), async |office| {
        let said = office.slash("jonas", "/leadrules").await;
        let (_, ends) = said.split_once("Not accepted: ").unwrap();
        let (ends, _) = ends.split_once('.').unwrap();
        says!(ends, @"after 15 minutes the next of the team; from then on the channel is told each working day");
        office.lead(ada()).await;
        office.after("70h").await;
        let told = office.read("#sales");
        assert!(told.contains("nobody has accepted it"), "{told}");
        // What stands there is kept true.
        let story = office.story_of(1001).await;
        let asked = story.split([' ', ',']).rev().nth(1).unwrap().to_owned();
        office.press(&asked, "Accept").await;
        let told = office.read("#sales");
        assert!(
            told.starts_with("changed: A lead was late.") && told.contains(" has it since "),
            "{told}"
        );
    })
    .await;
}
