//! Leads of vendors that send ids only: who they are is asked, however long that takes.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::{
    office::{Office, SALES, on_both},
    reads,
    vendor_api::{Mood, Vendor, leadgen},
};

/// The sales team's rules with a source whose vendor is the stand-in.
fn rules(vendor: &Vendor, token: &str) -> String {
    format!(
        r#"{SALES}
[[source]]
id = "meta"
format = "meta"
secret = "app-secret"
verify_token = "hand-shake"
type = "demo"
fetch = {{ url = "{}", tokens = {{ "1234" = "{token}" }} }}
"#,
        vendor.url
    )
}

/// Meta names leads; what it is answered.
async fn names(office: &Office, ids: &[&str]) -> Value {
    let (headers, body) = leadgen(ids);
    let answer = office.post("meta", headers, &body).await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

/// What became of the submissions, each with the number of its leads.
async fn submissions(office: &Office) -> Vec<(String, i64)> {
    let sql = "select status, (select count(*) from lead where source = 'meta') from submission order by received_at, id";
    let rows = office
        .engine()
        .db()
        .read(async |mut tx| tx.q(sql).all().await);
    rows.await.unwrap()
}

/// Tells a story in front of a vendor's stand-in.
async fn told(story: impl AsyncFn(&mut Office, &Vendor)) {
    let vendor = Vendor::open().await;
    on_both(&rules(&vendor, "page-token"), async |office| {
        vendor.begin();
        story(office, &vendor).await;
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_comes_as_an_id_is_fetched_and_offered() {
    told(async |office, vendor| {
        vendor.knows_lead("9001", "Ada Lovelace", "ada@analytical.example");
        let answer = names(office, &["9001"]).await;
        assert_eq!(
            (&answer["status"], &answer["lead"]),
            (&json!("pending"), &Value::Null)
        );
        assert!(
            vendor.asked().is_empty(),
            "it is answered before anybody is asked"
        );
        assert_eq!(office.leads().await, 0);
        office.settle().await;
        assert_eq!(
            (vendor.asked(), vendor.proven()),
            (vec!["/9001".to_owned()], 1)
        );
        assert_eq!(submissions(office).await, [("accepted".to_owned(), 1)]);
        reads!(office, "selin", @"
        # New lead #1001 · Ada Lovelace
        Asks for a demo
        Source: meta, campaign Autumn
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Call: +4930123456
        Mail: ada@analytical.example
        Please answer by Fri 20 Nov 11:15 (Europe/Berlin), then somebody else is asked.
        (Why you: rule all; it is your turn in team sales.)
        [Accept] [Decline] [Details] [Why]
        ");
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["contact"]["external_id"], "9001");
        assert_eq!(lead["contact"]["campaign"], "Autumn");
        assert_eq!(lead["timeline"][0]["detail"], "by meta");
    })
    .await;
}

#[tokio::test]
async fn several_ids_in_one_delivery_are_several_leads_and_each_is_made_once() {
    told(async |office, vendor| {
        vendor.knows_lead("9001", "Ada", "ada@analytical.example");
        vendor.knows_lead("9002", "Bea", "bea@analytical.example");
        names(office, &["9001", "9002"]).await;
        office.settle().await;
        assert_eq!(office.leads().await, 2);
        assert_eq!(
            names(office, &["9001", "9002"]).await["status"],
            "duplicate"
        );
        // Put together another way it is another delivery, and the same lead.
        let again = names(office, &["9002"]).await;
        assert_eq!(again["status"], "duplicate");
        assert_eq!(again["leads"].as_array().unwrap().len(), 2);
        office.settle().await;
        assert_eq!((office.leads().await, vendor.asked().len()), (2, 2));
    })
    .await;
}

#[tokio::test]
async fn a_vendor_that_is_down_for_an_hour_is_asked_again_until_it_answers() {
    told(async |office, vendor| {
        vendor.knows_lead("9001", "Ada", "ada@analytical.example");
        vendor.is(Mood::Down);
        names(office, &["9001"]).await;
        office.after("1h").await;
        let asked = vendor.asked().len();
        assert!((6..=9).contains(&asked), "asked {asked} times");
        assert_eq!(office.leads().await, 0);
        vendor.is(Mood::Well);
        office.after("1h").await;
        let lead = office.api_lead(1001).await;
        assert_eq!(lead["state"], "offered");
        // It came at 11:00, and its clock runs from when somebody could be asked.
        assert_eq!(lead["created_at"], "2026-11-20T10:00:00Z");
        let detail = lead["timeline"][0]["detail"].as_str().unwrap();
        assert!(detail.starts_with("by meta; let in "), "{detail}");
        let due = lead["sla"]["acknowledge_by"].as_str().unwrap();
        assert!(due > "2026-11-20T11:15:00Z", "{due}");
    })
    .await;
}

#[tokio::test]
async fn who_is_asked_too_often_is_left_alone_as_long_as_it_says() {
    told(async |office, vendor| {
        vendor.knows_lead("9001", "Ada", "ada@analytical.example");
        vendor.knows_lead("9002", "Bea", "bea@analytical.example");
        vendor.is(Mood::Busy(600));
        names(office, &["9001", "9002"]).await;
        office.after("9m").await;
        assert_eq!(vendor.asked().len(), 1, "not for the other one either");
        vendor.is(Mood::Well);
        office.after("2m").await;
        assert_eq!(office.leads().await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_dead_token_is_told_once_and_nobody_is_lost_when_it_is_mended() {
    told(async |office, vendor| {
        vendor.knows_lead("9001", "Ada", "ada@analytical.example");
        vendor.knows_lead("9002", "Bea", "bea@analytical.example");
        vendor.takes("another-token");
        names(office, &["9001"]).await;
        names(office, &["9002"]).await;
        office.after("3h").await;
        assert_eq!(office.leads().await, 0);
        assert!(vendor.asked().len() <= 4, "{:?}", vendor.asked());
        reads!(office, "marta", @"
        Leads of meta wait: Baton may not fetch who they are.
        Nobody is lost: they are fetched as soon as the token in `fetch` of that source works again. (What is wrong: the vendor refuses the token (400, 190).)
        ");
        office.reload(&rules(vendor, "another-token")).await;
        assert_eq!(office.leads().await, 2);
        assert_eq!(office.api_lead(1001).await["state"], "offered");
        vendor.takes("a-third-one");
        names(office, &["9003"]).await;
        office.settle().await;
        assert!(
            office.read("marta").contains("Leads of meta wait"),
            "it is news again"
        );
    })
    .await;
}

#[tokio::test]
async fn who_dies_in_the_middle_of_a_fetch_does_it_again() {
    told(async |office, vendor| {
        vendor.knows_lead("9001", "Ada", "ada@analytical.example");
        vendor.is(Mood::Silent);
        names(office, &["9001"]).await;
        let cut = tokio::time::timeout(Duration::from_millis(300), office.people().tick()).await;
        assert!(cut.is_err(), "the vendor never answers");
        office.stop().await;
        vendor.is(Mood::Well);
        office.start().await;
        office.after("2m").await;
        assert_eq!(submissions(office).await, [("accepted".to_owned(), 1)]);
    })
    .await;
}

#[tokio::test]
async fn after_a_day_a_manager_is_asked_and_the_rules_when_the_person_is_known() {
    let vendor = Vendor::open().await;
    // Otherwise the manager would have it after an hour.
    let rules =
        rules(&vendor, "page-token").replace("{ after = \"60m\", assign = \"managers\" },", "");
    on_both(&rules, async |office| {
        vendor.begin();
        vendor.is(Mood::Down);
        names(office, &["9001"]).await;
        office.after("23h").await;
        assert_eq!(office.leads().await, 0);
        office.after("70m").await;
        assert_eq!(submissions(office).await, [("accepted".to_owned(), 1)]);
        let lead = office.api_lead(1001).await;
        assert_eq!(
            (&lead["state"], &lead["contact"]["form_id"]),
            (&json!("review"), &json!("77"))
        );
        reads!(office, "marta", @"
        # Please decide: lead #1001 · somebody without a name
        Asks for a demo
        Source: meta
        Looks like: low intent, weak fit
        Score: 0 (fit 0, engagement 0)
        Why you decide: the vendor sent an id only, and the person could not be fetched: the vendor has trouble (503).
        It should go out by Sat 21 Nov 11:15 (Europe/Berlin).
        [Assign…] [Route by the rules] [Drop] [Details] [Why]
        ");
        vendor.knows_lead("9001", "Ada", "ada@analytical.example");
        vendor.is(Mood::Well);
        office.after("70m").await;
        let lead = office.api_lead(1001).await;
        assert_eq!(
            (&lead["state"], &lead["contact"]["name"]),
            (&json!("offered"), &json!("Ada"))
        );
        assert_eq!(office.leads().await, 1);
    })
    .await;
}

#[tokio::test]
async fn somebody_whom_the_vendor_does_not_know_is_shown_to_a_manager() {
    told(async |office, vendor| {
        names(office, &["9001"]).await;
        office.after("20m").await;
        assert_eq!(vendor.asked().len(), 6);
        assert_eq!(office.api_lead(1001).await["state"], "review");
        office.after("20m").await;
        assert_eq!((vendor.asked().len(), office.leads().await), (6, 1));
    })
    .await;
}

#[tokio::test]
async fn a_handshake_is_answered_by_who_knows_the_word() {
    told(async |office, _| {
        let asked = |token: &str| {
            format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}")
        };
        let answer = office.ask("meta", &asked("hand-shake")).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.unwrap(), "1158201444");
        assert_eq!(
            office.ask("meta", &asked("hand-shake2")).await.status(),
            403
        );
        assert_eq!(
            office.ask("meta", "hub.mode=unsubscribe").await.status(),
            403
        );
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_is_taken_back_before_it_was_fetched_is_none() {
    let vendor = Vendor::open().await;
    let rules = format!(
        r#"{SALES}
[[source]]
id = "linkedin"
format = "linkedin"
verify = "none"
fetch = {{ url = "{}", token = "page-token" }}
"#,
        vendor.url
    );
    let event = |action: &str, at: i64| json!({"type": "LEAD_ACTION", "leadGenFormResponse": "urn:li:leadGenFormResponse:77aa-9", "leadAction": action, "occurredAt": at});
    on_both(&rules, async |office| {
        vendor.begin();
        for (action, at, status) in [("CREATED", 1, "pending"), ("DELETED", 2, "ignored")] {
            let body = event(action, at).to_string();
            let answer = office.post("linkedin", HeaderMap::new(), &body).await;
            let answer: Value = answer.json().await.unwrap();
            assert_eq!(answer["status"], status);
        }
        office.after("2h").await;
        assert_eq!((vendor.asked().len(), office.leads().await), (0, 0));
    })
    .await;
}

/// A vendor's fixture.
macro_rules! fixture {
    ($path:literal) => {
        include_str!(concat!("../fixtures/", $path, ".json"))
    };
}

/// What a vendor says, what it knows by which id, what it is asked, and who comes of it.
struct Told<'a> {
    vendor: &'a str,
    says: &'a str,
    knows: Vec<(&'a str, Value)>,
    is_asked: &'a [&'a str],
    person: (&'a str, &'a str),
}

#[tokio::test]
async fn every_vendor_that_sends_ids_is_asked_its_own_way() {
    let vendor = Vendor::open().await;
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let apart = read(fixture!("linkedin/answers-and-form-apart"));
    let cases = [
        Told {
            vendor: "hubspot",
            says: fixture!("hubspot/several-events"),
            knows: vec![
                ("701", read(fixture!("hubspot/contact-as-fetched"))),
                (
                    "702",
                    json!({"id": "702", "properties": {"email": "bea@gross.example"}}),
                ),
            ],
            is_asked: &[
                "/crm/v3/objects/contacts/701",
                "/crm/v3/objects/contacts/702",
            ],
            person: ("jg@gross.example", "701"),
        },
        Told {
            vendor: "pipedrive",
            says: fixture!("pipedrive/lead-made"),
            knows: vec![("41", read(fixture!("pipedrive/person-as-fetched")))],
            is_asked: &["/v1/persons/41"],
            // The lead there, not the person.
            person: ("ines@duero.example", "l-1"),
        },
        Told {
            vendor: "drift",
            says: fixture!("drift/somebody-left-an-address"),
            knows: vec![("349999553", read(fixture!("drift/the-contact")))],
            is_asked: &["/contacts/349999553"],
            person: ("ines@duero.example", "349999553"),
        },
        Told {
            vendor: "linkedin",
            says: fixture!("linkedin/of-an-event"),
            knows: vec![("77aa-9", apart[0].clone()), ("3162", apart[1].clone())],
            is_asked: &["/rest/leadFormResponses/77aa-9", "/rest/leadForms/3162"],
            person: ("jg@gross.example", "77aa-9"),
        },
    ];
    for case in cases {
        let rules = format!(
            "{SALES}\n[[source]]\nid = \"crm\"\nformat = \"{}\"\nverify = \"none\"\nfetch = {{ url = \"{}\", token = \"page-token\" }}\n",
            case.vendor, vendor.url
        );
        on_both(&rules, async |office| {
            vendor.begin();
            for (id, answer) in &case.knows {
                vendor.knows(id, answer.clone());
            }
            let answer = office.post("crm", HeaderMap::new(), case.says).await;
            let answer: Value = answer.json().await.unwrap();
            assert_eq!(answer["status"], "pending", "{}: {answer}", case.vendor);
            office.settle().await;
            assert_eq!(vendor.asked(), case.is_asked, "{}", case.vendor);
            let lead = office.api_lead(1001).await;
            let contact = &lead["contact"];
            let person = (contact["email"].as_str(), contact["external_id"].as_str());
            assert_eq!(
                person,
                (Some(case.person.0), Some(case.person.1)),
                "{}",
                case.vendor
            );
        })
        .await;
    }
}
