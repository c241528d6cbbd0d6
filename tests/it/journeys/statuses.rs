//! What the profile in Slack says: on holiday, ill, out of the office. It is ignored, asked about or believed.

use std::time::Duration;

use baton::{
    domain::{
        event::{Actor, Sign},
        id::RepId,
    },
    engine::{self, Absence},
    playground::Status,
    store::{Error, Sql, sql},
};
use jiff::SignedDuration;

use super::{ada, short};
use crate::office::{Office, SALES, in_each_chat, on_both, person};

/// The rules of sales, with what is made of statuses.
fn rules(status: &str) -> String {
    format!("{SALES}\n[defaults.rep]\ntimezone = \"Europe/Berlin\"\n#status {status}\n")
}

/// Selin sets a status in Slack, until so long from now.
async fn sets(office: &Office, text: &str, hours: i64) {
    let until = office.clock.now() + SignedDuration::from_hours(hours);
    let expires = if text.is_empty() {
        0
    } else {
        until.as_second()
    };
    let mut selin = person("selin", "Selin Kaya");
    selin.status = Status {
        text: text.to_owned(),
        emoji: String::new(),
        expires,
    };
    office.slack.put_person(selin);
    // The event comes by itself.
    tokio::time::sleep(Duration::from_millis(300)).await;
    office.settle().await;
}

#[tokio::test]
async fn a_status_is_ignored_unless_the_rules_say_otherwise() {
    on_both(&rules("ignore"), async |office| {
        sets(office, "Vacationing", 4).await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
    })
    .await;
}

#[tokio::test]
async fn a_status_that_is_believed_makes_somebody_away_until_it_ends() {
    on_both(&rules("believe"), async |office| {
        office.lead(ada()).await;
        office.read("selin");
        sets(office, "Out sick", 4).await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin withdrawn, jonas pending"
        );
        let told = office.read("selin");
        assert!(
            told.contains("Your profile says “Out sick”, so you are away until Fri 20 Nov 15:00 (Europe/Berlin): new leads go to others."),
            "{told}"
        );
        // Who says that they are here is believed before the profile.
        office.press("selin", "I'm back").await;
        sets(office, "Out sick", 4).await;
        office.lead(short("Grace")).await;
        office.lead(short("Hedy")).await;
        let stories = format!("{} {}", office.story_of(1002).await, office.story_of(1003).await);
        assert!(stories.contains("selin pending"), "{stories}");
        sets(office, "In a meeting", 1).await;
        sets(office, "OOO", 2).await;
        assert!(office.slash("marta", "/away team").await.contains("Selin Kaya is away until today 13:00."));
        sets(office, "", 0).await;
        assert!(!office.slash("marta", "/away team").await.contains("Selin Kaya is away"));
    })
    .await;
}

#[tokio::test]
async fn a_status_is_asked_about_once_and_one_press_answers() {
    on_both(&rules("ask"), async |office| {
        sets(office, "Urlaub", 4).await;
        let asked = office.read("selin");
        assert!(
            asked.contains("Your profile says “Urlaub” until Fri 20 Nov 15:00 (Europe/Berlin). Shall new leads go to others meanwhile?")
                && asked.contains("[I'm away until Fri 20 Nov 15:00] [I'm here]"),
            "{asked}"
        );
        sets(office, "Urlaub", 4).await;
        assert_eq!(office.read("selin"), "(nothing)");
        office.press("selin", "I'm away until Fri 20 Nov 15:00").await;
        let said = office.read("selin");
        assert!(said.contains("You are away until Fri 20 Nov 15:00 (Europe/Berlin)."), "{said}");
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: jonas pending");
    })
    .await;
}

/// The chat says of Selin that she is away, without an end, or no longer.
async fn says(office: &Office, text: Option<&str>) -> Result<(), engine::Error> {
    let status = text.map(|text| engine::Status {
        text: text.to_owned(),
        until: None,
    });
    office.engine().profile_says(&"selin".into(), status).await
}

async fn run(office: &Office, statement: Sql) {
    let db = office.engine().db();
    let done: Result<u64, Error> = db.write(async |mut tx| tx.q(statement).exec().await).await;
    done.unwrap();
}

async fn is_away(office: &Office, name: &str) -> bool {
    let said = office.slash("marta", "/away team").await;
    said.contains(&format!("{name} is away"))
}

#[tokio::test]
async fn the_end_of_a_status_says_nothing_about_who_can_be_reached() {
    in_each_chat(&rules("believe"), async |office| {
        let selin = RepId::from("selin");
        says(office, Some("Vacationing")).await.unwrap();
        office
            .engine()
            .unreachable(&selin, "blocked")
            .await
            .unwrap();
        says(office, None).await.unwrap();
        assert!(!is_away(office, "Selin Kaya").await);
        let now = office.clock.now();
        let one = std::slice::from_ref(&selin);
        let is = office.engine().standing(one, now).await.unwrap();
        assert!(is[&selin].now.unreachable);
        // Whoever says so themselves can be reached.
        office.slash("selin", "/back").await;
        let is = office.engine().standing(one, now).await.unwrap();
        assert!(!is[&selin].now.unreachable);
    })
    .await;
}

/// No absence can end.
const BREAK: Sql = sql!(
    [sqlite "create trigger breaks before update of returned_at on absence begin select raise(abort, 'no'); end"]
    [postgres "alter table absence add constraint breaks check (returned_at is null)"]
);
const MEND: Sql = sql!(
    [sqlite "drop trigger breaks"]
    [postgres "alter table absence drop constraint breaks"]
);

#[tokio::test]
async fn a_status_whose_end_could_not_be_written_ends_when_the_chat_is_asked_again() {
    in_each_chat(&rules("believe"), async |office| {
        says(office, Some("Vacationing")).await.unwrap();
        assert!(is_away(office, "Selin Kaya").await);
        run(office, BREAK).await;
        says(office, None).await.unwrap_err();
        run(office, MEND).await;
        says(office, None).await.unwrap();
        assert!(!is_away(office, "Selin Kaya").await);
    })
    .await;
}

#[tokio::test]
async fn what_the_chat_said_ends_with_the_rule_that_believed_it() {
    in_each_chat(&rules("believe"), async |office| {
        office.slash("jonas", "/away until back").await;
        says(office, Some("Vacationing")).await.unwrap();
        office.settle().await;
        assert!(is_away(office, "Selin Kaya").await);
        office.read("selin");
        office.reload(&rules("ignore")).await;
        assert!(!is_away(office, "Selin Kaya").await);
        assert!(is_away(office, "Jonas Weber").await, "in his own words");
        let told = office.read("selin");
        assert!(
            told.contains("What your chat says makes nobody away any more: you get leads again."),
            "{told}"
        );
        // Believed again, it is news.
        office.reload(&rules("believe")).await;
        says(office, Some("Vacationing")).await.unwrap();
        assert!(is_away(office, "Selin Kaya").await);
        office.reload(&rules("ignore")).await;
        // The same after a restart.
        let absence = Absence {
            rep: "selin".into(),
            from: None,
            until: None,
            reason: "Vacationing".to_owned(),
            cover: None,
            made_by: Actor::sign(Sign::DoNotDisturb),
        };
        office.engine().away(&absence).await.unwrap();
        assert!(is_away(office, "Selin Kaya").await);
        office.stop().await;
        office.start().await;
        assert!(!is_away(office, "Selin Kaya").await);
        office.lead(ada()).await;
        office.lead(short("Grace")).await;
        let stories = [office.story_of(1001).await, office.story_of(1002).await];
        assert!(stories.concat().contains("selin pending"), "{stories:?}");
    })
    .await;
}
