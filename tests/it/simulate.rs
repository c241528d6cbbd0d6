//! Leads of the past through a small company's rules: who would have got what, and when.

use baton::{
    config::{compile::given, load_with},
    domain::{
        activity::Activities,
        lead::Decided,
        strategy::{Odds, Tally},
        submission::NewLead,
    },
    rules::Rules,
    simulate::{
        Absence, Answer, Answers, Arrival, History, Outcome, Says, Usual, Was, owner_of, rule_of,
        simulate, versus,
    },
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const COMPANY: &str = r#"
    [calendar.office]
    hours = "Mo-Fr 09:00-17:00"
    [[rep]]
    id = "anna"
    name = "Anna"
    email = "anna@x.example"
    timezone = "UTC"
    calendar = "office"
    [[rep]]
    id = "ben"
    name = "Ben"
    email = "ben@x.example"
    timezone = "UTC"
    calendar = "office"
    capacity = 1
    [[rep]]
    id = "mia"
    name = "Mia"
    email = "mia@x.example"
    [[team]]
    id = "sales"
    members = ["anna", "ben"]
    managers = ["mia"]
    timezone = "UTC"
    sla = "demo"
    [sla.demo]
    acknowledge = "15m"
    contact = "1h"
    calendar = "office"
    escalation = [{ after = "15m", reoffer = "team" }]
    [[filter]]
    id = "students"
    when = 'lead.title == "Student"'
    then = "drop"
    [[route]]
    id = "big"
    when = 'lead.employees >= 50'
    to = { rep = "anna" }
    team = "sales"
    [[route]]
    id = "rest"
    to = { team = "sales" }
"#;

fn rules(text: &str) -> Rules {
    let open = |_: &std::path::Path| Ok(text.to_owned());
    let env = |_: &str| None;
    let loaded = load_with(
        "baton.toml".as_ref(),
        &env,
        &open,
        at("2026-11-23T10:00:00Z"),
    );
    let complaints = loaded.complaints;
    let compiled = loaded.compiled;
    Rules::new(compiled.unwrap_or_else(|| panic!("{complaints:?}")).policy)
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// On Monday, 23 November 2026.
fn lead(number: i64, time: &str, said: &Value) -> Arrival {
    let mut said = said.as_object().expect("fields").clone();
    said.entry("email")
        .or_insert_with(|| format!("a{number}@b.example").into());
    let given = given(&said).expect("canonical fields");
    Arrival {
        number,
        at: at(&format!("2026-11-23T{time}:00Z")),
        source: "website".into(),
        person: NewLead {
            contact: given.contact,
            ..NewLead::default()
        },
        activities: Activities::default(),
        previous_owner: None,
        was: None,
    }
}

fn replay(text: &str, history: &History, arrivals: &[Arrival]) -> Outcome {
    let answers = Answers::of(arrivals, Usual::default());
    simulate(&rules(text), history, arrivals, &answers, &mut |_| {})
}

/// `anna 5 min`, or where it is instead.
fn told(outcome: &Outcome, place: usize) -> String {
    let fate = &outcome.fates[place];
    let took = fate
        .owned_after
        .map(|took| format!(" {} min", took.as_mins()));
    format!("{}{}", owner_of(fate), took.unwrap_or_default())
}

#[test]
fn leads_go_as_they_would_live_and_what_came_at_night_waits_for_the_morning() {
    let arrivals = [
        lead(1, "07:30", &json!({"employees": 80})),
        lead(2, "10:00", &json!({"employees": 5})),
        lead(3, "10:01", &json!({})),
        lead(4, "10:02", &json!({"title": "Student"})),
        lead(5, "10:03", &json!({"email": "a2@b.example"})),
    ];
    let outcome = replay(COMPANY, &History::default(), &arrivals);
    assert_eq!(told(&outcome, 0), "anna 95 min");
    let others = [told(&outcome, 1), told(&outcome, 2)];
    assert_eq!(others.iter().filter(|it| *it == "ben 5 min").count(), 1);
    assert_eq!(others.iter().filter(|it| *it == "anna 5 min").count(), 1);
    assert_eq!(told(&outcome, 3), "nobody");
    assert_eq!(outcome.kept_out.values().sum::<u64>(), 2);
    let total = &outcome.total;
    let kept = (total.stats.acknowledge_kept(), total.stats.contact_kept());
    assert_eq!((total.leads, kept), (3, (Some(1.0), Some(1.0))));
    assert_eq!(outcome.rules["big"].leads, 1);
    assert_eq!(outcome, replay(COMPANY, &History::default(), &arrivals));
}

#[test]
fn a_full_rep_gets_nothing_until_a_lead_has_ended() {
    let arrivals: Vec<Arrival> = (0..8)
        .map(|n| {
            lead(
                n + 1,
                &format!("10:{n}0")
                    .replace(":60", ":58")
                    .replace(":70", ":59"),
                &json!({}),
            )
        })
        .collect();
    let outcome = replay(COMPANY, &History::default(), &arrivals);
    assert_eq!(
        (outcome.reps["ben"].leads, outcome.reps["ben"].most),
        (1, 1)
    );
    assert_eq!(outcome.reps["anna"].leads, 7);
    let only_ben = COMPANY.replace("[\"anna\", \"ben\"]", "[\"ben\"]");
    let outcome = replay(&only_ben, &History::default(), &arrivals[..2]);
    // The second waits for the ten days that the first is open, and two nights more.
    assert_eq!(told(&outcome, 0), "ben 5 min");
    let waited = outcome.fates[1].owned_after.expect("somebody has it");
    assert!(waited > SignedDuration::from_hours(9 * 24), "{waited}");
}

#[test]
fn what_people_had_before_counts_until_it_is_stale() {
    let history = History {
        carried: vec![("ben".into(), at("2026-11-20T10:00:00Z"))],
        ..History::default()
    };
    let arrivals = [lead(1, "10:00", &json!({})), lead(2, "10:01", &json!({}))];
    let outcome = replay(COMPANY, &history, &arrivals);
    assert_eq!(outcome.reps["anna"].leads, 2);
    let stale = COMPANY.replace("capacity = 1", "capacity = 1\n    stale = \"2d\"");
    let outcome = replay(&stale, &history, &arrivals);
    assert_eq!(outcome.reps["ben"].leads, 1);
}

#[test]
fn a_lead_that_was_not_told_its_odds_has_those_of_today() {
    let likely = COMPANY.replacen(
        "[[route]]",
        "[[route]]\nid = \"likely\"\nwhen = 'score.win >= 0.5'\nto = { nurture = \"likely\" }\n[[route]]",
        1,
    );
    let mut arrivals = [lead(1, "10:00", &json!({})), lead(2, "10:01", &json!({}))];
    arrivals[1].was = Some(Was {
        win: Some(0.1),
        ..Was::default()
    });
    let rule = |history: &History, n: usize| rule_of(&replay(&likely, history, &arrivals).fates[n]);
    let odds = Odds {
        all: Tally { won: 45, ended: 50 },
        ..Odds::default()
    };
    let lucky = History {
        odds,
        ..History::default()
    };
    assert_eq!(rule(&lucky, 0), "likely");
    assert_ne!(rule(&lucky, 1), "likely");
    assert_ne!(rule(&History::default(), 0), "likely");
}

#[test]
fn who_was_away_is_passed_over_and_their_offers_move_on() {
    let absence = Absence {
        rep: "anna".into(),
        from: at("2026-11-23T10:02:00Z"),
        until: Some(at("2026-11-23T12:00:00Z")),
        cover: None,
    };
    let history = History {
        absences: vec![absence],
        ..History::default()
    };
    let arrivals = [
        lead(1, "10:00", &json!({"employees": 80})),
        lead(2, "10:10", &json!({"employees": 80})),
    ];
    let outcome = replay(COMPANY, &history, &arrivals);
    assert_eq!(outcome.fates[0].asked, ["anna".into(), "ben".into()]);
    assert_eq!(told(&outcome, 0), "ben 7 min");
    // For her alone the second waits, until she is back.
    assert_eq!(told(&outcome, 1), "anna 115 min");
}

#[test]
fn who_was_asked_in_fact_answers_as_they_did() {
    let said = |says, mins| Answer {
        says,
        after: SignedDuration::from_mins(mins),
    };
    let mut arrival = lead(1, "10:00", &json!({"employees": 80}));
    let answers = [
        ("anna".into(), said(Says::Declines("busy".to_owned()), 3)),
        ("ben".into(), said(Says::Accepts, 4)),
    ];
    arrival.was = Some(Was {
        answers: answers.into(),
        ..Was::default()
    });
    let outcome = replay(COMPANY, &History::default(), &[arrival.clone()]);
    assert_eq!(told(&outcome, 0), "ben 7 min");
    if let Some(was) = &mut arrival.was {
        was.answers.insert("anna".into(), said(Says::Nothing, 15));
    }
    let outcome = replay(COMPANY, &History::default(), &[arrival]);
    assert_eq!(told(&outcome, 0), "ben 19 min");
    assert_eq!(outcome.fates[0].answered, Some(false));
}

#[test]
fn who_is_asked_for_the_first_time_answers_as_they_usually_do() {
    let mut arrivals: Vec<Arrival> = (0..6)
        .map(|n| lead(n + 1, &format!("10:0{n}"), &json!({"employees": 80})))
        .collect();
    for arrival in &mut arrivals {
        let after = SignedDuration::from_mins(9);
        let says = Says::Accepts;
        arrival.was = Some(Was {
            answers: [("anna".into(), Answer { says, after })].into(),
            ..Was::default()
        });
    }
    arrivals.push(lead(7, "11:00", &json!({"employees": 80})));
    let outcome = replay(COMPANY, &History::default(), &arrivals);
    assert_eq!(told(&outcome, 6), "anna 9 min");
}

#[test]
fn what_somebody_did_later_brings_their_lead_back() {
    let text = COMPANY.replace(
        "id = \"rest\"\n    to = { team = \"sales\" }",
        "id = \"warm\"\n    when = 'lead.activities(\"pricing_page\", \"7d\") >= 1'\n    to = { team = \"sales\" }\n    \
         [[route]]\n    id = \"rest\"\n    to = { nurture = \"later\" }",
    );
    let mut arrivals = [lead(1, "10:00", &json!({})), lead(2, "10:01", &json!({}))];
    arrivals[0]
        .activities
        .add("pricing_page", at("2026-11-23T12:00:00Z"));
    let outcome = replay(&text, &History::default(), &arrivals);
    assert_eq!(outcome.fates[0].rule, Some("warm".into()));
    assert_eq!(
        outcome.fates[0].owned_after,
        Some(SignedDuration::from_mins(125))
    );
    assert_eq!(
        (told(&outcome, 1), outcome.fates[1].state),
        ("nurture".to_owned(), "nurture")
    );
}

/// What is in review goes to whom a manager gave it, or an hour later by the rules.
#[test]
fn managers_decide_of_reviews_as_they_did_or_by_the_rules() {
    let text = COMPANY.replace(
        "to = { rep = \"anna\" }",
        "to = [{ review = \"sales\" }, { rep = \"anna\" }]",
    );
    let employees = json!({"employees": 80});
    let mut arrivals = [
        lead(1, "10:00", &employees),
        lead(2, "10:01", &employees),
        lead(3, "10:02", &employees),
    ];
    let decided = |what, owner: Option<&str>| Was {
        owner: owner.map(Into::into),
        decided: Some((what, SignedDuration::from_mins(7))),
        ..Was::default()
    };
    arrivals[0].was = Some(decided(Decided::Assigned, Some("ben")));
    arrivals[1].was = Some(decided(Decided::Ended, None));
    let outcome = replay(&text, &History::default(), &arrivals);
    assert_eq!(told(&outcome, 0), "ben 7 min");
    assert_eq!(outcome.fates[1].state, "disqualified");
    assert_eq!(told(&outcome, 2), "anna 65 min");
}

/// Who has declined twice lets the third offer lie until it moves on.
#[test]
fn nobody_declines_more_often_than_the_rules_allow() {
    let text = COMPANY
        .replace(
            "managers = [\"mia\"]",
            "managers = [\"mia\"]\n    turns = { declines = 2 }",
        )
        .replace(
            "to = { rep = \"anna\" }",
            "to = [{ team = \"sales\" }, { rep = \"mia\" }]",
        )
        .replace("members = [\"anna\", \"ben\"]", "members = [\"anna\"]");
    let mut arrivals: Vec<Arrival> = (1..=3)
        .map(|n| lead(n, &format!("10:{n}0"), &json!({"employees": 80})))
        .collect();
    for arrival in &mut arrivals {
        let declines = Answer {
            says: Says::Declines("busy".to_owned()),
            after: SignedDuration::from_mins(1),
        };
        arrival.was = Some(Was {
            answers: [("anna".into(), declines)].into(),
            ..Was::default()
        });
    }
    let outcome = replay(&text, &History::default(), &arrivals);
    assert_eq!(
        (told(&outcome, 0), told(&outcome, 1)),
        ("mia 6 min".to_owned(), "mia 6 min".to_owned())
    );
    assert_eq!(outcome.fates[2].asked[0], "anna".into());
    assert_ne!(told(&outcome, 2), "mia 6 min");
}

#[test]
fn two_configurations_are_compared_lead_by_lead() {
    let arrivals = [
        lead(1, "10:00", &json!({"employees": 80})),
        lead(2, "10:30", &json!({"employees": 30})),
    ];
    let one = replay(COMPANY, &History::default(), &arrivals);
    let other = COMPANY
        .replace(">= 50", ">= 20")
        .replace("rep = \"anna\"", "rep = \"ben\"");
    let other = replay(&other, &History::default(), &arrivals);
    let apart = versus(&one, &other);
    let numbers: Vec<i64> = apart.changes.iter().map(|it| it.one.number).collect();
    assert!(numbers.contains(&1) && numbers.contains(&2), "{numbers:?}");
    let rest_to_big = ("rest".to_owned(), "big".to_owned());
    assert_eq!(apart.rules.get(&rest_to_big), Some(&1));
    let from_her = ("anna".to_owned(), "ben".to_owned());
    assert_eq!(apart.owners.get(&from_her), Some(&1));
    assert!(versus(&one, &one).changes.is_empty());
}
