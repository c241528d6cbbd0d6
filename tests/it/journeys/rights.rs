//! Who may do and see what, cell by cell, typed in Slack.

use serde_json::json;

use crate::office::{Office, in_each_chat, on_both, person, user};

/// Ayşe and Jonas sell for Marta; Deniz does for Oskar; Selin is admin. `Queue` and `Review` are companies.
const RULES: &str = r#"
people = ["ayse", "jonas", "deniz", "marta", "oskar"]

[[rep]]
id = "selin"
name = "Selin Kaya"
email = "selin@example.com"
slack = "U0SELIN"
role = "admin"

[[team]]
id = "sales"
members = ["ayse", "jonas"]
managers = ["marta"]

[[team]]
id = "other"
members = ["deniz"]
managers = ["oskar"]

[[route]]
id = "review"
when = 'lead.company == "Review"'
to = { review = "sales" }

[[route]]
id = "queue"
when = 'lead.company == "Queue"'
to = { queue = "sales" }

[[route]]
id = "ayse"
to = { rep = "ayse" }
"#;

/// Whose lead it is, a colleague, their manager, another's manager, the admin, and somebody of no list.
const ROLES: [&str; 6] = ["ayse", "jonas", "marta", "oskar", "selin", "guest"];

/// What is typed, what is read by whoever may, and by whom: `y`, else `n` for those who read something else.
const CELLS: [(&str, &str, &str); 28] = [
    ("/away list", "No absence is planned", "yyyyyn"),
    ("/away @ayse list", "No absence is planned", "ynynyn"),
    (
        "/away @ayse cancel 1",
        "There is no absence to cancel",
        "ynynyn",
    ),
    ("/away @deniz list", "No absence is planned", "nnnyyn"),
    (
        "/back @ayse",
        "ou get leads as usual|is back and gets leads",
        "ynynyn",
    ),
    ("/back", "You were not away", "yyyyyn"),
    ("/leads", "#1001", "ynnnnn"),
    ("/leads mine", "#1001", "ynnnnn"),
    ("/leads queue", "#1002", "yyynyn"),
    ("/leads review", "#1003", "nnynyn"),
    ("/leads turns", "Whose turn it is", "yyyynn"),
    ("/leads search lovelace", "#1001", "ynynyn"),
    ("/leads search 1001", "#1001", "ynynyn"),
    ("/leads search 1002", "#1002", "nnynyn"),
    ("/leads move @ayse to @jonas", "Move them to", "nnynyn"),
    ("/leads move @deniz to @jonas", "no open leads", "nnnyyn"),
    ("/lead 1001", "Ada Lovelace", "ynynyn"),
    ("/lead ada@analytical.example", "Ada Lovelace", "ynynyn"),
    ("/lead 1002", "Quinn", "yyynyn"),
    ("/lead 1003", "Rhea", "nnynyn"),
    ("/lead 9999", "I have no lead #9999", "yyyyyn"),
    ("/lead new", "dialog", "yyyyyn"),
    ("/leadrules", "The rules in force", "yyyyyn"),
    ("/leadstats me", "this week", "yyyyyn"),
    ("/leadstats @ayse", "Ayşe Yılmaz, this week", "ynynyn"),
    ("/leadstats sales", "Team sales, this week", "nnynyn"),
    ("/leadstats other", "Team other, this week", "nnnyyn"),
    ("/leadstats all", "this week", "nnyyyn"),
];

async fn leads(office: &Office) {
    office
        .lead(json!({"email": "ada@analytical.example", "name": "Ada Lovelace"}))
        .await;
    office.press("ayse", "Accept").await;
    for (name, company) in [("Quinn", "Queue"), ("Rhea", "Review")] {
        let email = format!("{name}@example.org").to_lowercase();
        office
            .lead(json!({"email": email, "name": name, "company": company}))
            .await;
    }
}

#[tokio::test]
async fn every_command_is_for_those_whom_it_concerns_and_nobody_else() {
    on_both(RULES, async |office| {
        office.slack.put_person(person("guest", "Gus Guest"));
        leads(office).await;
        for (line, says, may) in CELLS {
            for (who, may) in ROLES.iter().zip(may.chars()) {
                let (said, dialog) = office.types(who, line).await;
                office.slack.close(&user(who), true).await;
                let said = if dialog { "dialog" } else { &said };
                let has = says.split('|').any(|says| said.contains(says));
                assert_eq!(has, may == 'y', "{who} types {line} and reads: {said}");
                if *who == "guest" {
                    assert!(said.contains("not in the list of reps"), "{line}: {said}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_only_a_manager_may_say_changes_nothing_when_others_say_it() {
    in_each_chat(RULES, async |office| {
        leads(office).await;
        for who in ["jonas", "oskar"] {
            for line in [
                "/away @ayse until back",
                "/away @ayse for 2h",
                "/back @ayse",
            ] {
                let (said, _) = office.types(who, line).await;
                assert!(
                    said.ends_with("Nothing was changed."),
                    "{who} {line}: {said}"
                );
            }
        }
        let (own, _) = office.types("ayse", "/away list").await;
        assert!(own.starts_with("No absence is planned."), "{own}");
        // A button that somebody else was shown is worth nothing to them.
        for who in ["ayse", "jonas", "oskar"] {
            office
                .press_stale(who, "leads.move", r#"["ayse","deniz"]"#)
                .await;
        }
        assert_eq!(office.story_of(1001).await, "owned by ayse: ayse accepted");
        office
            .press_stale("marta", "leads.move", r#"["ayse","deniz"]"#)
            .await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by deniz: ayse accepted, deniz accepted"
        );
    })
    .await;
}

#[tokio::test]
async fn an_admin_takes_from_any_queue() {
    in_each_chat(RULES, async |office| {
        leads(office).await;
        let (said, _) = office.types("oskar", "/lead next").await;
        assert_eq!(said, "The queue is empty: there is no next lead.");
        let (said, _) = office.types("selin", "/lead next").await;
        assert!(said.starts_with("It is yours. Lead #1002"), "{said}");
        assert_eq!(
            office.story_of(1002).await,
            "owned by selin: selin accepted"
        );
    })
    .await;
}
