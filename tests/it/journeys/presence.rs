//! Who is out of office in Teams: ignored, asked about or believed, read every five minutes where the rules want to know.

use serde_json::{Value, json};

use super::{ada, short};
use crate::{
    microsoft::Order,
    office::{Desktop, Office, SALES, in_teams},
};

/// What Graph is asked.
const ASKED: &str = "getPresencesByUserId";
const PERMISSION: &str = "Presence.Read.All";

/// The rules of sales, with what is made of statuses. Graph lets Baton ask from the first time on that it is due.
fn rules(status: &str) -> String {
    format!("{SALES}\n[defaults.rep]\ntimezone = \"Europe/Berlin\"\n#status {status}\n")
}

/// Microsoft may be asked; the refusal of the very beginning is over.
async fn permitted(office: &Office) {
    office.teams().microsoft.permit(PERMISSION);
    office.after("1h").await;
}

/// Microsoft says this of Selin, and it is looked.
async fn says(office: &Office, presence: Value) {
    let selin = Desktop::user("selin");
    office.teams().microsoft.set_presence(&selin, presence);
    office.after("5m").await;
}

fn out_of_office(message: &str) -> Value {
    json!({"availability": "Offline", "activity": "OutOfOffice",
        "outOfOfficeSettings": {"isOutOfOffice": true, "message": message}})
}

fn available() -> Value {
    json!({"availability": "Available", "activity": "Available"})
}

async fn calendar(office: &Office) -> String {
    office.slash("marta", "/away team").await
}

#[tokio::test]
async fn nobody_is_asked_who_is_out_of_office_unless_the_rules_want_to_know() {
    in_teams(&rules("ignore"), async |office| {
        permitted(office).await;
        says(office, out_of_office("Gone fishing")).await;
        assert_eq!(office.teams().microsoft.times_asked(ASKED), 0);
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: selin pending");
    })
    .await;
}

#[tokio::test]
async fn who_is_out_of_office_in_teams_is_away_until_teams_says_so_no_more() {
    in_teams(&rules("believe"), async |office| {
        permitted(office).await;
        office.lead(ada()).await;
        office.read("selin");
        says(office, out_of_office("<p>Back on <b>Monday</b></p>")).await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin withdrawn, jonas pending"
        );
        let told = office.read("selin");
        assert!(
            told.contains("Your profile says “Back on Monday”, so you are away until it says so no more: new leads go to others."),
            "{told}"
        );
        // The daily look at who she is says nothing of it.
        office.after("25h").await;
        assert!(calendar(office).await.contains("Selin Kaya is away"));
        office.read("selin");
        says(office, available()).await;
        let told = office.read("selin");
        assert!(told.contains("Your profile has noted that you are back: you get leads again."), "{told}");
        // Presenting is no absence, a status message of one is; and who is back goes before it.
        says(office, json!({"availability": "DoNotDisturb", "activity": "Presenting"})).await;
        assert!(!calendar(office).await.contains("Selin Kaya is away"));
        let sick = json!({"availability": "Available", "activity": "Available",
            "statusMessage": {"message": {"content": "Out sick", "contentType": "text"}}});
        says(office, sick.clone()).await;
        assert!(calendar(office).await.contains("Selin Kaya is away"));
        office.press("selin", "I'm back").await;
        says(office, sick).await;
        assert!(!calendar(office).await.contains("Selin Kaya is away"));
    })
    .await;
}

#[tokio::test]
async fn who_is_out_of_office_in_teams_is_asked_once_and_one_press_answers() {
    in_teams(&rules("ask"), async |office| {
        permitted(office).await;
        says(office, out_of_office("")).await;
        let asked = office.read("selin");
        assert!(
            asked.contains(
                "Your profile says “Out of office”. Shall new leads go to others meanwhile?"
            ) && asked.contains("[I'm away] [I'm here]"),
            "{asked}"
        );
        says(office, out_of_office("")).await;
        assert_eq!(office.read("selin"), "(nothing)");
        office.press("selin", "I'm away").await;
        office.lead(short("Grace")).await;
        assert_eq!(office.story_of(1001).await, "offered: jonas pending");
    })
    .await;
}

#[tokio::test]
async fn microsoft_is_asked_for_all_at_once_and_as_seldom_as_it_likes() {
    in_teams(&rules("believe"), async |office| {
        // It was not allowed when Baton started: for an hour nothing is asked.
        let microsoft = &office.teams().microsoft;
        office.after("59m").await;
        assert_eq!(microsoft.times_asked(ASKED), 1);
        microsoft.permit(PERMISSION);
        office.after("1m").await;
        assert_eq!(microsoft.times_asked(ASKED), 2);
        microsoft.order(ASKED, [Order::throttle(900)]);
        office.after("5m").await;
        assert_eq!(microsoft.times_asked(ASKED), 3);
        office.after("14m").await;
        assert_eq!(microsoft.times_asked(ASKED), 3);
        office.after("1m").await;
        assert_eq!(microsoft.times_asked(ASKED), 4);
        // Nor does an answer that says nothing of her end anything.
        says(office, out_of_office("Back soon")).await;
        says(
            office,
            json!({"availability": "PresenceUnknown", "activity": "PresenceUnknown"}),
        )
        .await;
        assert!(calendar(office).await.contains("Selin Kaya is away"));
        microsoft.forbid(PERMISSION);
        office.after("2h").await;
        assert!(calendar(office).await.contains("Selin Kaya is away"));
    })
    .await;
}
