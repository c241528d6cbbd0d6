//! Conditions that are right, those that are not, and what they say of a lead.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::contact::{Contact, FieldValue};

fn names() -> Names {
    let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    Names {
        lists: set(&["competitors"]),
        calendars: set(&["office"]),
        sources: set(&["website", "meta"]),
        territories: set(&["dach", "turkey"]),
        reps: set(&["ayse", "jonas"]),
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
        "lead.language == \"\" || lead.language in rep.languages",
        "rep.level == \"senior\" && \"dach\" in rep.territories && rep.weight > 1",
    ] {
        assert_eq!(mistakes(text, Scope::Where), "right", "{text}");
    }
}

#[test]
fn wrong_conditions_are_explained_at_their_place() {
    for (text, expected) in [
        (
            "lead.contry == \"DE\"",
            "[contry] unknown field `contry` of `lead` (did you mean `lead.country`?)",
        ),
        (
            "leed.country == \"DE\"",
            "[leed] unknown variable `leed` (did you mean `lead`?)",
        ),
        (
            "lead.budget > 3",
            "[budget] unknown field `budget` of `lead` (what is no canonical field is `lead.attributes[\"label\"]`)",
        ),
        (
            "score.sum > 3",
            "[sum] unknown field `sum` of `score` (known: fit, engagement, total)",
        ),
        (
            "lead",
            "[lead] `lead` alone is no value (say which of it: `lead.email`, `lead.name`, `lead.first_name`, `lead.last_name`, …)",
        ),
        (
            "lead.email.host == \"\"",
            "[lead.email.host] a text has no field `host`",
        ),
        (
            "rep.level == \"senior\"",
            "[rep] `rep` is known only in a team's `where`",
        ),
        (
            "lead.employees",
            "[lead.employees] this is a number, and a condition must be true or false",
        ),
        (
            "lead.country",
            "[lead.country] this is a text, and a condition must be true or false",
        ),
        (
            "lead.employees >= \"50\"",
            "[lead.employees >= \"50\"] only numbers have an order, this is a text (numbers stand without quotes; `double(…)` reads one from a text)",
        ),
        (
            "lead.country == 49",
            "[lead.country == 49] this compares a text with a number (texts stand in quotes, numbers without)",
        ),
        (
            "lead.country > \"D\"",
            "[lead.country > \"D\"] only numbers have an order, this is a text",
        ),
        (
            "lead.employees in [\"1\"]",
            "[lead.employees in [\"1\"]] a number can't be in a list of texts",
        ),
        (
            "\"vip\" in lead.company",
            "[lead.company] `in` looks into a list, this is a text (`text.contains(\"part\")` looks into a text)",
        ),
        (
            "lead.tags == [\"a\"]",
            "[lead.tags == [\"a\"]] lists can't be compared (ask with `in`, `exists`, `all` or `size`)",
        ),
        (
            "lead.tags.contains(\"a\")",
            "[lead.tags] `contains` looks into a text, this is a list of texts (`\"text\" in list` looks into a list)",
        ),
        (
            "lead.tags[0] == \"a\"",
            "[lead.tags[0]] only `lead.attributes` has labels to look up (ask with `in`, `exists` or `size`)",
        ),
        (
            "lead.country && true",
            "[lead.country] expected a condition, this is a text",
        ),
        (
            "!lead.employees",
            "[lead.employees] expected a condition, this is a number",
        ),
        (
            "intent == \"hgih\"",
            "[\"hgih\"] there is no intent `hgih` (did you mean `high`?)",
        ),
        (
            "fit in [\"strong\", \"weaker\"]",
            "[\"weaker\"] there is no fit `weaker` (did you mean `weak`?)",
        ),
        (
            "stage == \"deal\"",
            "[\"deal\"] there is no stage `deal` (known: subscriber, lead, mql, sal, sql, opportunity, customer)",
        ),
        (
            "source.id == \"web\"",
            "[\"web\"] there is no source `web` (known: meta, website)",
        ),
        (
            "\"nordics\" == territory",
            "[\"nordics\"] there is no territory `nordics` (known: dach, turkey)",
        ),
        (
            "account.owner == \"selin\"",
            "[\"selin\"] there is no rep `selin` (known: ayse, jonas)",
        ),
        (
            "lead.domain in list(\"competitor\")",
            "[\"competitor\"] there is no list `competitor` (did you mean `competitors`?)",
        ),
        (
            "open(\"ofice\")",
            "[\"ofice\"] there is no calendar `ofice` (did you mean `office`?)",
        ),
        (
            "open(lead.city)",
            "[open(lead.city)] `open` takes one name in quotes: `open(\"NAME\")`",
        ),
        (
            "hour(\"Berlin\") > 3",
            "[hour(\"Berlin\")] `hour` takes a time zone (`hour(\"Europe/Berlin\")` or `hour(lead.timezone)`)",
        ),
        (
            "lead.activities(\"x\", \"soon\") > 1",
            "[\"soon\"] `soon` is no length of time (write `90s`, `15m`, `4h` or `7d`)",
        ),
        (
            "lead.activities(\"x\") > 1",
            "[lead.activities(\"x\")] `lead.activities` takes an activity and a time, both in quotes (`lead.activities(\"pricing_page\", \"7d\")`)",
        ),
        (
            "lead.email.startswith(\"a\")",
            "[lead.email.startswith(\"a\")] unknown function `startswith` (did you mean `startsWith`?)",
        ),
        (
            "lenght(lead.tags) > 1",
            "[lenght(lead.tags)] unknown function `lenght` (known: list, open, hour, weekday, size, double, has)",
        ),
        (
            "lead.title.matches(\"(\")",
            "[\"(\"] this is no regular expression",
        ),
        (
            "lead.tags.exists(a, lead.tags.exists(b, a == b))",
            "[lead.tags.exists(b, a == b)] a list is walked within the walk of another (ask with `in`, or make it two conditions)",
        ),
        (
            "lead.email == null",
            "[null] there is no null (a text that was not given is `\"\"`; `has(…)` asks for the rest)",
        ),
        (
            "{\"a\": 1} == {}",
            "[{] conditions know no maps\n[{] conditions know no maps",
        ),
        (
            "lead.employees % 2 == 0",
            "[lead.employees % 2] conditions don't have this operator",
        ),
        (
            "lead.employees > 5 ? \"a\" : 3",
            "[lead.employees > 5 ? \"a\" : 3] this is a text or a number, and must be one of them\n[lead.employees > 5 ? \"a\" : 3] this is a text, and a condition must be true or false",
        ),
        (
            "lead.country = \"DE\"",
            "[=] `=` can't stand here (== compares: `a == b`)",
        ),
        (
            "lead.free_mail and lead.disposable",
            "[and] `and` can't stand here (write `&&` for \"and\")",
        ),
        ("lead.employees >> 50", "[>] `>` can't stand here"),
        ("lead.free_mail &&", "[] the condition ends too early"),
        (
            "lead.country == \"DE",
            "[\"] this text has no closing quote",
        ),
        ("  ", "[] the condition is empty"),
        (
            "lead.contry == \"DE\" && intent == \"hi\"",
            "[contry] unknown field `contry` of `lead` (did you mean `lead.country`?)\n[\"hi\"] there is no intent `hi` (known: high, medium, low)",
        ),
    ] {
        assert_eq!(mistakes(text, Scope::Lead), expected, "{text}");
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
    let facts = Facts {
        lead_type: "demo",
        attributes: &attributes,
        domain: "rival.com",
        intent: "high",
        score: ScoreFacts {
            fit: 40.0,
            engagement: 15.0,
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
