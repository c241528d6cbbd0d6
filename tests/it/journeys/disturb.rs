//! Notifications paused in Slack: ignored, asked about or believed as a status is, and kept apart from it.

use std::time::Duration;

use baton::playground::Status;
use jiff::{SignedDuration, Timestamp};

use super::{ada, short};
use crate::office::{Office, SALES, on_both, on_both_at, person};

/// The rules of sales, with what is made of statuses and pauses.
fn rules(status: &str) -> String {
    format!("{SALES}\n[defaults.rep]\ntimezone = \"Europe/Berlin\"\n#status {status}\n")
}

/// Selin pauses her notifications until then, or may be disturbed again.
async fn pauses(office: &Office, until: Option<Timestamp>) {
    let start = office.clock.now().as_second();
    let times = until.map(|until| (start, until.as_second()));
    office.slack.pause("U0SELIN", times).await;
    office.settle().await;
}

async fn pauses_for(office: &Office, time: &str) {
    let time: SignedDuration = time.parse().unwrap();
    pauses(office, Some(office.clock.now() + time)).await;
}

/// Selin sets a status in her profile that has no end, or takes it away.
async fn says(office: &Office, text: &str) {
    let mut selin = person("selin", "Selin Kaya");
    selin.status = Status {
        text: text.to_owned(),
        ..Status::default()
    };
    office.slack.put_person(selin);
    // The event comes by itself.
    tokio::time::sleep(Duration::from_millis(500)).await;
    office.settle().await;
}

/// What the manager reads of her in the team's calendar.
async fn calendar(office: &Office) -> String {
    office.slash("marta", "/away team").await
}

#[tokio::test]
async fn a_pause_is_ignored_unless_the_rules_say_otherwise() {
    on_both(&rules("ignore"), async |office| {
        pauses_for(office, "4h").await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        assert!(!office.read("selin").contains("do not disturb"));
    })
    .await;
}

#[tokio::test]
async fn a_pause_that_is_believed_makes_somebody_away_until_it_is_over_or_ended() {
    on_both(&rules("believe"), async |office| {
        office.lead(ada()).await;
        office.read("selin");
        pauses_for(office, "4h").await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin withdrawn, jonas pending"
        );
        let told = office.read("selin");
        assert!(
            told.contains("Slack says do not disturb until Fri 20 Nov 15:00 (Europe/Berlin), so new leads go to others meanwhile.")
                && told.contains("[I'm back]"),
            "{told}"
        );
        // Nothing is said twice of the same pause; a longer one counts in its place.
        pauses_for(office, "4h").await;
        assert_eq!(office.read("selin"), "(nothing)");
        pauses_for(office, "5h").await;
        let told = office.read("selin");
        assert!(told.contains("until Fri 20 Nov 16:00 (Europe/Berlin)"), "{told}");
        // She may be disturbed again before it is over.
        office.sleep("1h");
        pauses(office, None).await;
        let told = office.read("selin");
        assert!(told.contains("Slack may disturb you again: you get leads."), "{told}");
        // A pause that ends by itself.
        pauses_for(office, "2h").await;
        office.read("selin");
        office.after("2h").await;
        assert!(!calendar(office).await.contains("Selin Kaya is away"));
        let told = office.read("selin");
        assert!(told.contains("Your absence was over Fri 20 Nov 14:00"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn whoever_says_that_they_are_there_goes_before_a_pause() {
    on_both(&rules("believe"), async |office| {
        pauses_for(office, "4h").await;
        office.read("selin");
        office.press("selin", "I'm back").await;
        let until = office.clock.now() + SignedDuration::from_hours(4);
        pauses(office, Some(until)).await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
        // Nor does the end of a pause end what she has said herself.
        pauses_for(office, "3h").await;
        office.slash("selin", "/away until 17:00").await;
        pauses(office, None).await;
        assert!(
            calendar(office)
                .await
                .contains("Selin Kaya is away until today 17:00.")
        );
    })
    .await;
}

#[tokio::test]
async fn a_status_and_a_pause_end_each_by_itself() {
    on_both(&rules("believe"), async |office| {
        // The status outlasts the pause.
        pauses_for(office, "4h").await;
        says(office, "Vacationing").await;
        pauses(office, None).await;
        assert!(calendar(office).await.contains("Selin Kaya is away"));
        says(office, "In a meeting").await;
        assert!(!calendar(office).await.contains("Selin Kaya is away"));
        // The pause outlasts the status. Slack takes few messages at a time.
        office.after("1m").await;
        office.read("selin");
        says(office, "Out sick").await;
        pauses_for(office, "6h").await;
        says(office, "").await;
        assert!(
            calendar(office)
                .await
                .contains("Selin Kaya is away until today 17:01.")
        );
        office.after("1m").await;
        assert!(!office.read("selin").contains("you get leads"));
        office.lead(short("Grace")).await;
        assert_eq!(office.story_of(1001).await, "offered: jonas pending");
        pauses(office, None).await;
        office.after("1m").await;
        let told = office.read("selin");
        assert!(told.contains("you get leads"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn a_pause_is_asked_about_once_and_one_press_answers() {
    on_both(&rules("ask"), async |office| {
        pauses_for(office, "4h").await;
        let asked = office.read("selin");
        assert!(
            asked.contains("Slack says do not disturb until Fri 20 Nov 15:00 (Europe/Berlin). Shall new leads go to others meanwhile?")
                && asked.contains("[I'm away until Fri 20 Nov 15:00] [I'm here]"),
            "{asked}"
        );
        pauses_for(office, "4h").await;
        assert_eq!(office.read("selin"), "(nothing)");
        office.press("selin", "I'm away until Fri 20 Nov 15:00").await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: jonas pending");
    })
    .await;
}

#[tokio::test]
async fn a_night_without_disturbance_is_no_absence_unless_it_reaches_into_the_day() {
    let hours = "[calendar.office]\nhours = \"Mo-Fr 09:00-18:00\"\ntimezone = \"Europe/Berlin\"\n";
    let rules = format!("{}calendar = \"office\"\n{hours}", rules("believe"));
    // Thursday, 22:00 in Berlin.
    let begin = "2026-11-19T21:00:00Z";
    on_both_at(begin, &rules, async |office| {
        let tomorrow = |time: &str| -> Timestamp { format!("2026-11-20T{time}Z").parse().unwrap() };
        for over in ["07:00:00", "08:00:00", "08:15:00"] {
            pauses(office, Some(tomorrow(over))).await;
            assert_eq!(office.read("selin"), "(nothing)", "{over}");
        }
        pauses(office, Some(tomorrow("09:00:00"))).await;
        let told = office.read("selin");
        assert!(
            told.contains("Slack says do not disturb until Fri 20 Nov 10:00"),
            "{told}"
        );
        pauses(office, Some(tomorrow("08:00:00"))).await;
        assert!(!calendar(office).await.contains("Selin Kaya is away"));
        // By day, a quarter of an hour.
        office.read("selin");
        office.after("12h").await;
        office.read("selin");
        pauses_for(office, "15m").await;
        assert_eq!(office.read("selin"), "(nothing)");
        pauses_for(office, "16m").await;
        assert!(office.read("selin").contains("until Fri 20 Nov 10:16"));
    })
    .await;
}
