//! What a pool or a queue hides is told to nobody before somebody has the lead, by whatever way they ask.

use serde_json::{Value, json};

use crate::office::{Office, in_each_chat};

/// Everything that can tell who somebody is.
const HIDDEN: &str = r#"hide = ["name", "email", "phone", "company", "website", "title", "city", "region",
 "postal_code", "industry", "product", "use_case", "message", "campaign", "page", "referrer", "external_id",
 "revenue", "employees", "deal_value", "country", "language"]"#;

/// Two rules, one of which lays leads out to all and one of which lets them be pulled.
fn rules() -> String {
    r#"
people = ["ayse", "jonas", "marta"]

[[team]]
id = "sales"
members = ["ayse", "jonas"]
managers = ["marta"]
channel = "slack:C0SALES"
timezone = "Europe/Berlin"
strategy = "best-match"
sla = "demo"

[[account]]
name = "Zqaccountkx"
domains = ["zqdomainkx.example"]

[[scoring.fit]]
when = 'lead.employees > 10'
points = 5
why = "more than ten people"

[card]
facts = ["employees", "industry", "city", "Also"]
links = [{ label = "CRM", url = "https://crm.example/{external_id}" }]

[[route]]
id = "pool"
when = 'lead.utm_term == "pool"'
to = { pool = "sales", HIDDEN }

[[route]]
id = "queue"
to = { queue = "sales", HIDDEN }

[sla.demo]
acknowledge = "15m"
contact = "30m"
escalation = [
  { after = "15m", notify = "managers" },
  { after = "16m", notify = "channel" },
  { after = "2d", reoffer = "team" },
]
"#
    .replace("HIDDEN", HIDDEN)
}

/// A lead that says the same of itself wherever it can.
fn lead(n: u32, term: &str) -> Value {
    json!({
        "email": format!("zqemailkx{n}@zqdomainkx.example"), "name": "Zqfirstkx Zqlastkx",
        "phone": format!("+493098765{n:03}"), "company": "Zqcompanykx Ltd", "website": "https://zqwebsitekx.example",
        "title": "Zqtitlekx", "city": "Zqcitykx", "region": "Zqregionkx", "postal_code": "Zqpostalkx",
        "industry": "Zqindustrykx", "product": "Zqproductkx", "use_case": "Zqusekx", "campaign": "Zqcampaignkx",
        "page": "https://zqpagekx.example/", "referrer": "https://zqreferrerkx.example/", "external_id": format!("zqexternalkx{n}"),
        "revenue": 918_273_645, "employees": 73_119, "deal_value": 82_647_301, "country": "FR", "language": "fr",
        "message": "Zqmessagekx", "utm_term": term,
        "Also": format!("I am Zqfirstkx of ZQCOMPANYKX LTD, call 030 98765{n:03} or mail zqemailkx{n}@zqdomainkx.example"),
    })
}

/// By which any of it is known again, in lower case: names are `Zq…kx` each.
const TOLD: [&str; 28] = [
    "zqaccountkx",
    "zqdomainkx",
    "zqemailkx",
    "zqfirstkx",
    "zqlastkx",
    "zqcompanykx",
    "zqwebsitekx",
    "zqtitlekx",
    "zqcitykx",
    "zqregionkx",
    "zqpostalkx",
    "zqindustrykx",
    "zqproductkx",
    "zqusekx",
    "zqcampaignkx",
    "zqpagekx",
    "zqreferrerkx",
    "zqexternalkx",
    "zqmessagekx",
    "zqsecondkx",
    "zqbosskx",
    "3098765",
    "30 98765",
    "918273",
    "918,273",
    "73119",
    "73,119",
    "82,647",
];

/// What of it stands in a text.
fn told_in(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let found = TOLD.iter().find_map(|told| Some((told, text.find(told)?)));
    let (told, at) = found?;
    let from = text.floor_char_boundary(at.saturating_sub(300));
    let until = text.floor_char_boundary((at + 100).min(text.len()));
    Some(format!("{told} in …{}…", &text[from..until]))
}

/// Everybody looks everywhere.
async fn look(office: &Office, number: i64) {
    for who in ["ayse", "jonas", "marta"] {
        for line in [
            "/leads queue".to_owned(),
            "/leads queue low fr".to_owned(),
            "/leads mine".to_owned(),
            format!("/leads search {number}"),
            format!("/lead {number}"),
            format!("/lead why {number}"),
        ] {
            office.types(who, &line).await;
        }
        for button in ["Details", "Why"] {
            office.press_now(who, button).await;
        }
        office.home(who).await;
    }
}

#[tokio::test]
async fn what_is_hidden_is_told_nowhere_before_somebody_has_the_lead() {
    in_each_chat(&rules(), async |office| {
        office.lead(lead(1, "queue")).await;
        office.lead(lead(2, "pool")).await;
        // It writes again, and is late.
        let again = json!({
            "email": "zqemailkx2@zqdomainkx.example", "message": "Zqsecondkx", "title": "Zqbosskx",
        });
        office.lead(again).await;
        office.after("17m").await;
        assert!(office.all_said("marta").contains("2 leads are late"));
        for button in ["Assign…", "Later…"] {
            office.press_now("marta", button).await;
        }
        for number in [1001, 1002] {
            look(office, number).await;
        }
        let sent = office.everything_sent();
        assert!(sent.contains("#1002 · somebody without a name"), "{sent}");
        assert_eq!(told_in(&sent), None);
        // The rules say so no more; what they said when it came still holds.
        let open = rules().replace(HIDDEN, "hide = []");
        let gone = open
            .replace("id = \"pool\"", "id = \"another\"")
            .replace("id = \"queue\"", "id = \"rest\"");
        office.reload(&gone).await;
        look(office, 1001).await;
        look(office, 1002).await;
        assert_eq!(told_in(&office.everything_sent()), None);
        // Nor is it found by what is hidden.
        for (line, none) in [
            ("/leads search zqlastkx", "Nothing found for"),
            (
                "/lead zqemailkx1@zqdomainkx.example",
                "I have no lead zqemailkx1@zqdomainkx.example that you may see",
            ),
        ] {
            let (said, _) = office.types("marta", line).await;
            assert!(said.starts_with(none), "{said}");
        }
        // Who takes it reads all; of the rest nobody more than before, but for the managers.
        office.press("ayse #sales", "Claim").await;
        assert!(office.all_said("ayse").contains("Zqfirstkx Zqlastkx"));
        office.types("jonas", "/leads queue").await;
        office.types("jonas", "/lead why 1002").await;
        for who in ["jonas", "#sales"] {
            assert_eq!(told_in(&office.all_said(who)), None, "{who}");
        }
        let (said, _) = office.types("marta", "/leads search zqlastkx").await;
        assert!(said.contains("#1002") && !said.contains("#1001"), "{said}");
    })
    .await;
}
