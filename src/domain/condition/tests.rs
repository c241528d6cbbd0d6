//! Conditions that are right, those that are not, and what they say of a lead.

mod wrong;

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::{
    contact::{Contact, FieldValue},
    mail::MailFacts,
};

fn names() -> Names {
    let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    Names {
        lists: set(&["competitors"]),
        calendars: set(&["office"]),
        sources: set(&["website", "meta"]),
        territories: set(&["dach", "turkey"]),
        reps: set(&["ayse", "jonas"]),
        filters: set(&["links"]),
    }
}

/// Each mistake in one line: the text it marks, what is wrong, what to do.
fn mistakes(text: &str, scope: Scope) -> String {
    match Condition::compile(text, scope, &names()) {
        Ok(_) => "right".into(),
        Err(mistakes) => {
            let line = |it: &Mistake| {
                let help = it
                    .help
                    .as_ref()
                    .map_or(String::new(), |it| format!(" ({it})"));
                format!("[{}] {}{help}", &text[it.span.clone()], it.message)
            };
            mistakes.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    }
}

fn compiled(text: &str) -> Condition {
    Condition::compile(text, Scope::Where, &names())
        .unwrap_or_else(|mistakes| panic!("{text}: {mistakes:?}"))
}

#[test]
fn right_conditions_compile() {
    for text in [
        "true",
        "lead.employees >= 50",
        "lead.employees + 10 >= 50.5 && -lead.revenue < 3 * score.total",
        "lead.domain in list(\"competitors\")",
        "lead.type == \"demo\" || lead.type == \"contact_sales\"",
        "lead.activities(\"download\", \"30d\") >= 2 || lead.type == \"webinar\"",
        "\"vip\" in lead.tags || lead.type == \"referral\"",
        "account.owner != \"\" && account.owner == \"ayse\"",
        "intent == \"high\" && fit in [\"strong\"]",
        "lead.tags.exists(tag, tag.startsWith(\"vip\")) && size(lead.tags) == 1",
        "lead.tags.filter(t, t in list(\"competitors\")).size() > 0",
        "lead.tags.exists_one(t, t == \"a\") && lead.tags.map(t, size(t)).all(n, n > 1)",
        "list(\"competitors\").exists(it, lead.company.lowerAscii().contains(it))",
        "has(lead.employees) ? lead.employees > 3 : lead.free_mail",
        "lead.attributes[\"Größe\"] == \"L\" || has(lead.attributes.size)",
        "double(lead.attributes[\"size\"]) > 3",
        "open(\"office\") && hour(\"Europe/Berlin\") >= 9 && weekday(lead.timezone) in [6, 7]",
        "territory == \"\" || territory == \"dach\"",
        "source.id == \"meta\" && source.form_id == \"7\"",
        "lead.title.matches(\"(?i)chief|head of\")",
        "\n  lead.free_mail\n  && !lead.disposable",
    ] {
        assert_eq!(mistakes(text, Scope::Lead), "right", "{text}");
    }
    for text in [
        "submission.links >= 3 || submission.honeypot || submission.seconds < 3",
        "submission.same_email(\"1h\") > 5 && submission.same_domain(\"24h\") > 20",
        "\"links\" in lead.marks && !has(submission.seconds)",
    ] {
        assert_eq!(mistakes(text, Scope::Filter), "right", "{text}");
    }
    for text in [
        "lead.language == \"\" || lead.language in rep.languages",
        "rep.level == \"senior\" && \"dach\" in rep.territories && rep.weight > 1",
    ] {
        assert_eq!(mistakes(text, Scope::Where), "right", "{text}");
    }
}

fn contact() -> Contact {
    let mut contact = Contact::default();
    contact.set_text(Field::Country, "DE");
    contact.set_text(Field::Company, "Globex Rival.com GmbH");
    contact.set(Field::DealValue, FieldValue::Number(20_000.0));
    contact.set(
        Field::Tags,
        FieldValue::List(vec!["vip".into(), "beta".into()]),
    );
    contact.set_text(Field::Timezone, "Europe/Berlin");
    contact
}

/// "yes", "no", or "no: " and what was missing.
fn answer(text: &str) -> String {
    let contact = contact();
    // A Saturday, 10:15 in Berlin.
    let now: Timestamp = "2026-11-21T09:15:00Z".parse().unwrap();
    let attributes = BTreeMap::from([("Größe".into(), "L".into()), ("seats".into(), "12".into())]);
    let lists = BTreeMap::from([(
        "competitors".into(),
        ["rival.com", "foe.io"].into_iter().collect(),
    )]);
    let languages = ["de".to_owned(), "en".to_owned()];
    let mail = MailFacts {
        domain: "rival.com".to_owned(),
        ..MailFacts::NONE
    };
    let facts = Facts {
        lead_type: "demo",
        attributes: &attributes,
        mail: &|| &mail,
        intent: "high",
        score: ScoreFacts {
            fit: 40.0,
            engagement: 15.0,
            win: Some(0.25),
        },
        lists: &lists,
        activities: &|kind, within| {
            u32::from(kind == "pricing_page" && within.as_hours() == 168) * 3
        },
        open: &|calendar| calendar == "office",
        rep: Some(RepFacts {
            languages: &languages,
            ..RepFacts::default()
        }),
        ..Facts::about(&contact, now)
    };
    let verdict = compiled(text).holds(&facts);
    let missing: Vec<_> = verdict.missing.iter().map(|it| it.name()).collect();
    match (verdict.holds, missing.join(" ")) {
        (true, _) => "yes".into(),
        (false, missing) if missing.is_empty() => "no".into(),
        (false, missing) => format!("no: {missing}"),
    }
}

#[test]
fn a_number_that_was_not_given_is_never_taken_for_zero() {
    for (text, expected) in [
        ("lead.employees >= 50", "no: employees"),
        ("lead.employees < 50", "no: employees"),
        ("!(lead.employees >= 50)", "no: employees"),
        ("lead.employees == 0", "no: employees"),
        ("lead.employees != 0", "no: employees"),
        ("lead.employees in [0, 1]", "no: employees"),
        ("lead.employees + 1 > 0", "no: employees"),
        ("lead.employees >= 50 || intent == \"high\"", "yes"),
        ("intent == \"high\" || lead.employees >= 50", "yes"),
        ("lead.employees >= 50 && intent == \"low\"", "no"),
        ("intent == \"low\" && lead.employees >= 50", "no"),
        (
            "lead.employees >= 50 && intent == \"high\"",
            "no: employees",
        ),
        (
            "lead.employees >= 50 || lead.revenue > 1",
            "no: employees revenue",
        ),
        ("lead.employees >= 50 || lead.deal_value > 1", "yes"),
        ("has(lead.employees)", "no"),
        ("!has(lead.employees)", "yes"),
        ("has(lead.employees) && lead.employees > 1", "no"),
        ("has(lead.employees) ? lead.employees > 1 : true", "yes"),
        ("lead.employees > 1 ? true : true", "no: employees"),
        (
            "lead.tags.exists(t, t == \"vip\" || lead.employees > 1)",
            "yes",
        ),
        ("lead.tags.all(t, t == \"vip\" && lead.employees > 1)", "no"),
        (
            "lead.deal_value >= 20000 && lead.deal_value < 20000.5",
            "yes",
        ),
    ] {
        assert_eq!(answer(text), expected, "{text}");
    }
}

#[test]
fn conditions_see_the_lead() {
    for (text, expected) in [
        ("lead.email == \"\" && size(lead.email) == 0", "yes"),
        ("lead.type == \"demo\"", "yes"),
        ("\"vip\" in lead.tags && !(\"x\" in lead.tags)", "yes"),
        ("lead.country in [\"DE\", \"AT\"]", "yes"),
        ("lead.country in [\"CH\", \"AT\"]", "no"),
        ("lead.domain in list(\"competitors\")", "yes"),
        ("lead.country in list(\"competitors\")", "no"),
        (
            "list(\"competitors\").exists(it, lead.company.lowerAscii().contains(it))",
            "yes",
        ),
        ("size(lead.tags.filter(t, t.startsWith(\"v\"))) == 1", "yes"),
        ("lead.tags.map(t, size(t)).all(n, n >= 3)", "yes"),
        ("lead.tags.exists_one(t, t == \"vip\")", "yes"),
        (
            "lead.attributes[\"Größe\"] == \"L\" && lead.attributes.none == \"\"",
            "yes",
        ),
        (
            "has(lead.attributes.seats) && double(lead.attributes[\"seats\"]) > 10",
            "yes",
        ),
        ("double(lead.attributes[\"Größe\"]) > 1", "no"),
        ("lead.activities(\"pricing_page\", \"7d\") >= 3", "yes"),
        ("lead.activities(\"pricing_page\", \"30d\") >= 3", "no"),
        ("score.total == 55 && score.fit > score.engagement", "yes"),
        ("open(\"office\")", "yes"),
        (
            "hour(\"Europe/Istanbul\") == 12 && hour(lead.timezone) == 10",
            "yes",
        ),
        ("weekday(\"UTC\") == 6", "yes"),
        ("hour(rep.timezone) == 10", "no"),
        ("\"de\" in rep.languages && lead.language == \"\"", "yes"),
        ("lead.company.matches(\"(?i)globex\")", "yes"),
        ("lead.deal_value / 0 > 1 || 1 / 0 < 3", "yes"),
    ] {
        assert_eq!(answer(text), expected, "{text}");
    }
}

#[test]
fn hostile_conditions_are_refused_in_no_time() {
    let deep = format!("{}true{}", "(".repeat(2000), ")".repeat(2000));
    let sum = format!("{}1 > 0", "1+".repeat(2000));
    let fields = format!("lead{}", ".a".repeat(2000));
    for text in [
        deep,
        sum,
        fields,
        "x".repeat(MAX_SOURCE + 1),
        "[".repeat(4000),
    ] {
        assert_ne!(mistakes(&text, Scope::Lead), "right");
    }
}

#[test]
fn a_long_chain_is_no_deep_nesting() {
    let chain = vec!["lead.country == \"DE\""; 150].join(" || ");
    assert_eq!(mistakes(&chain, Scope::Lead), "right");
    assert_eq!(answer(&chain), "yes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_compiling_panic(text in "\\PC{0,80}") {
        if let Err(mistakes) = check::compile(&text, Scope::Lead, &names()) {
            for mistake in mistakes {
                prop_assert!(text.get(mistake.span).is_some());
            }
        }
    }

    #[test]
    fn no_mixture_of_words_makes_compiling_or_asking_panic(words in prop::collection::vec(
        prop::sample::select(vec![
            "lead.email", "lead.employees", "lead.tags", "lead.attributes[", "\"ü\"", "]", "(", ")", "==",
            "&&", "||", "!", "in", "[", ",", "1", "-", "+", "list(\"competitors\")", ".exists(t,", "t",
            "has(", "?", ":", "{", "}", "size(", "intent", "\"high\"", ".x", ">", "null", "true", "\n",
        ]), 0..14)) {
        let text = words.join(" ");
        match check::compile(&text, Scope::Lead, &names()) {
            Ok(_) => { answer(&text); }
            Err(mistakes) => for mistake in mistakes {
                prop_assert!(text.get(mistake.span).is_some(), "{text}");
            },
        }
    }
}

#[test]
fn of_several_parts_the_one_that_fails_is_said() {
    let contact = Contact::default();
    let facts = Facts {
        lead_type: "demo",
        intent: "low",
        fit: "strong",
        ..Facts::about(&contact, Timestamp::UNIX_EPOCH)
    };
    for (text, said) in [
        (
            "lead.type == \"demo\" && intent == \"high\" && fit == \"weak\"",
            Some("intent is not high"),
        ),
        // What is not given fails nothing by itself.
        (
            "lead.employees > 5 && fit == \"weak\"",
            Some("fit is not weak"),
        ),
        ("intent == \"high\"", None),
        ("intent == \"low\" && fit == \"strong\"", None),
    ] {
        assert_eq!(compiled(text).failing(&facts), said, "{text}");
    }
}
