//! Whom a strategy finds, and what is said of it: the best match, the best record, everybody whose field it is.

use serde_json::{Value, json};

use crate::office::{Office, SALES, in_each_chat, on_both};

/// The sales team with more said of the team and its people; those with equal shares come in no order.
fn sales(team: &str, target: &str) -> String {
    SALES
        .replace("timezone =", &format!("{team}\ntimezone ="))
        .replace("to = { team = \"sales\" }", &format!("to = {target}"))
        + r#"
# ayse: languages = ["tr"]
# ayse: skills = ["fintech"]
# jonas: languages = ["de"]
# jonas: skills = ["fintech", "retail"]
# selin: languages = ["de", "tr"]
# selin: skills = ["retail"]
"#
}

fn lead(n: usize, language: &str, industry: &str) -> Value {
    json!({"email": format!("ann@company{n}.example"), "name": "Ann", "language": language, "industry": industry})
}

/// What stands in the candidates about somebody, if they could have had it.
async fn because(office: &Office, number: i64, rep: &str) -> String {
    let lead = office.api_lead(number).await;
    let candidates = lead["route"]["candidates"].as_array().unwrap();
    let theirs = candidates.iter().find(|one| one["rep"] == rep);
    theirs.map_or_else(String::new, |one| one["because"].to_string())
}

#[tokio::test]
async fn a_lead_goes_to_whom_it_suits_best_and_the_why_shows_each_part() {
    let rules = sales(
        "strategy = \"best-match\"\nprefer = [\"languages\", \"skills\"]",
        "{ team = \"sales\" }",
    );
    in_each_chat(&rules, async |office| {
        for (n, (language, industry, best)) in [
            ("de", "fintech", "jonas"),
            ("tr", "retail", "selin"),
            ("tr", "fintech", "ayse"),
        ]
        .into_iter()
        .enumerate()
        {
            office.lead(lead(n, language, industry)).await;
            let number = 1001 + i64::try_from(n).unwrap();
            assert_eq!(
                office.story_of(number).await,
                format!("offered: {best} pending")
            );
        }
        let said = because(office, 1001, "selin").await;
        assert!(
            said.contains("match ")
                && said
                    .contains("language de yes (33), industry fintech no (0), nothing ended yet"),
            "{said}"
        );
        let why = office.press_now("jonas", "Why").await.dialog.unwrap();
        assert!(
            why.contains("language de yes (33), industry fintech yes (33)")
                && why.contains("language de no (0)"),
            "{why}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_best_record_goes_first_but_has_no_more_than_its_share() {
    let rules = sales(
        "strategy = \"top-performer\"\nshare = 0.4",
        "{ team = \"sales\" }",
    );
    in_each_chat(&rules, async |office| {
        // Selin wins what she is given, the others lose it.
        for (n, rep) in ["selin", "jonas", "ayse", "selin", "jonas", "ayse"]
            .iter()
            .enumerate()
        {
            office.lead(lead(n, "", "")).await;
            let number = 1001 + n;
            office
                .api(
                    &format!("leads/{number}/assign"),
                    &json!({"rep": rep, "mode": "now"}),
                )
                .await;
            let outcome = if *rep == "selin" { "won" } else { "lost" };
            office
                .api(
                    &format!("leads/{number}/close"),
                    &json!({"outcome": outcome}),
                )
                .await;
            office.settle().await;
        }
        let mut given = Vec::new();
        for n in 10..20 {
            office.lead(lead(n, "", "")).await;
            let number = 1001 + 6 + i64::try_from(n).unwrap() - 10;
            let story = office.story_of(number).await;
            given.push(story.replace("offered: ", "").replace(" pending", ""));
        }
        let selins = given.iter().filter(|rep| *rep == "selin").count();
        assert!((3..=5).contains(&selins), "{given:?}");
        let said = because(office, 1007, "selin").await;
        assert!(said.contains("2 of 2 won in 90 days, so about"), "{said}");
        assert!(said.contains("of the last 20 turns, at most 8"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn a_shotgun_lays_a_lead_out_to_all_whose_field_it_is() {
    let rules = sales(
        "prefer = [\"languages\", \"skills\"]",
        "{ pool = \"sales\", matching = true }",
    );
    in_each_chat(&rules, async |office| {
        office.lead(lead(1, "de", "retail")).await;
        assert_eq!(
            office.story_of(1001).await,
            "pooled: jonas pending, selin pending"
        );
        assert!(!office.read("ayse").contains("#1001"));
        let why = office.read("selin");
        assert!(why.contains("[Claim]"), "{why}");
        office.press("selin", "Claim").await;
        assert_eq!(
            office.story_of(1001).await,
            "owned by selin: jonas withdrawn, selin accepted"
        );
    })
    .await;
}

#[tokio::test]
async fn a_job_finds_who_knows_how_to_talk_with_it() {
    let rules = sales("prefer = [\"functions\"]", "{ team = \"sales\" }")
        + "# ayse: functions = [\"finance\", \"executive\"]\n# selin: functions = [\"procurement\"]\n";
    in_each_chat(&rules, async |office| {
        for (n, (title, rep)) in [
            ("Directrice financière", "ayse"),
            ("Leiter Einkauf", "selin"),
            ("CFO", "ayse"),
            ("Geschäftsführerin", "ayse"),
        ]
        .into_iter()
        .enumerate()
        {
            let mut lead = lead(n, "", "");
            lead["title"] = title.into();
            office.lead(lead).await;
            let number = 1001 + i64::try_from(n).unwrap();
            assert_eq!(
                office.story_of(number).await,
                format!("offered: {rep} pending"),
                "{title}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn how_likely_a_deal_is_decides_where_a_rule_asks() {
    let rules = SALES.replace(
        "[[route]]\nid = \"all\"",
        "[[filter]]\nid = \"promising\"\nwhen = 'score.win >= 0.65'\nthen = \"mark\"\n\n\
         [[route]]\nid = \"likely\"\nwhen = 'score.win >= 0.65'\nto = { nurture = \"likely\" }\n\n[[route]]\nid = \"all\"",
    );
    on_both(&rules, async |office| {
        for n in 0..4 {
            office.lead(lead(n, "", "")).await;
            let number = 1001 + n;
            assert_eq!(
                office.api_lead(i64::try_from(number).unwrap()).await["state"],
                "offered"
            );
            let give = json!({"rep": "selin", "mode": "now"});
            office.api(&format!("leads/{number}/assign"), &give).await;
            let won = json!({"outcome": "won"});
            office.api(&format!("leads/{number}/close"), &won).await;
        }
        // A filter knows it as well as a route does.
        office.lead(lead(9, "", "")).await;
        let lead = office.api_lead(1005).await;
        assert_eq!(lead["marks"], json!(["promising"]));
        assert_eq!(
            (&lead["state"], &lead["route"]["rule"]),
            (&json!("nurture"), &json!("likely"))
        );
    })
    .await;
}
