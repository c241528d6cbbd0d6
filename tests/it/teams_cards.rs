//! Every kind of card and dialog as Microsoft Teams gets it, from the words that Baton really says. They are
//! written to `target/tmp/teams`, where `tests/clients/run.sh` holds them against Microsoft's own types and
//! renderer.

mod leads;

use std::{fs, path::PathBuf};

use baton::{
    chat::teams::{cards, dialog},
    domain::{
        action::Action,
        card::{Card, Chart, Dialog, Label, Part, Series, Tone},
        fairness::{Balance, OfAll},
        id::RepId,
        lead::Lead,
        policy::Policy,
    },
    words::{
        commands::CommandWords,
        details, dialogs, entered, hand, help, lists, next_step,
        offer::offer_card,
        pool::pool_card,
        review::review_card,
        rules,
        stats::{Kept, LegTimes, Line, Numbers, Report, Times, stats},
    },
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use leads::{at, berlin, in_review, lead, now, owned, passed_on, policy, pooled, when};

/// The narrowest limit of a message that Teams was ever documented with, in UTF-16 units: 28 KB.
const MAX_MESSAGE: usize = 14 * 1_024;

fn took(half: i64, most: i64) -> Times {
    Times {
        median: Some(SignedDuration::from_mins(half)),
        p90: Some(SignedDuration::from_mins(most)),
    }
}

fn numbers(scale: u64) -> Numbers {
    Numbers {
        arrived: 12 * scale,
        routed: 12 * scale,
        imported: 0,
        caught: 2,
        offered: 14 * scale,
        accepted: 10 * scale,
        declined: 3 * scale,
        expired: scale,
        escalated: scale,
        won: 2 * scale,
        lost: scale,
        hollow: 2,
        legs: [LegTimes {
            wall: took(4, 13),
            open: took(3, 11),
        }; 4],
        contact_median: Some(SignedDuration::from_mins(9)),
        contact_p90: Some(SignedDuration::from_mins(41)),
        answered: Kept {
            kept: 9 * scale,
            missed: scale,
        },
        contacted: Kept {
            kept: 8 * scale,
            missed: 2 * scale,
        },
    }
}

fn chart() -> Part {
    let names = ["Ayşe Yılmaz", "Jonas Weber", "Selin Kaya", "Marta Nowak"];
    let series = |name: &str, tone, values: [u64; 4]| Series {
        name: name.to_owned(),
        tone,
        values: values.into(),
    };
    let rows = names.map(|name| Label {
        name: name.to_owned(),
        plain: name.to_owned(),
    });
    Part::Chart(Chart {
        title: "Team sales: offers by rep, this week".to_owned(),
        unit: "offers".to_owned(),
        rows: rows.into(),
        series: vec![
            series("Accepted", Tone::Good, [40, 30, 20, 10]),
            series("Declined", Tone::Fair, [12, 9, 6, 3]),
            series("Expired", Tone::Bad, [4, 3, 2, 1]),
        ],
    })
}

fn report() -> Card {
    let names = ["Ayşe Yılmaz", "Jonas Weber", "Selin Kaya", "Marta Nowak"];
    let report = Report {
        whose: "Team sales".to_owned(),
        of_one: false,
        by: Some("rep".to_owned()),
        period: "this week".to_owned(),
        from: at("00:00"),
        to: at("23:00"),
        total: numbers(10),
        groups: (1..)
            .zip(names)
            .map(|(scale, name)| Line {
                name: name.to_owned(),
                numbers: numbers(scale),
                declined: Some("Too busy now 3, Not my territory 1".to_owned()),
                balance: Some(Balance {
                    due: Some(0.25),
                    leads: OfAll {
                        of_theirs: 10.0,
                        of_all: 40.0,
                    },
                    ..Balance::default()
                }),
                ..Line::default()
            })
            .collect(),
        endings: Vec::new(),
        declined: Some("Too busy now 12, Not my territory 4".to_owned()),
        questioned: vec![
            "12 of 30 leads of hot were given to somebody else by hand: perhaps the rule is wrong."
                .to_owned(),
        ],
        currency: "EUR".to_owned(),
    };
    let mut card = stats(&report, &CommandWords::default(), &when());
    card.parts.push(chart());
    card
}

/// Numbers that are not split have no table of their own.
fn chart_alone() -> Card {
    Card {
        summary: "Offers by rep".to_owned(),
        parts: vec![chart()],
    }
}

fn reader<T>(policy: &Policy, then: impl FnOnce(lists::Reader<'_>) -> T) -> T {
    then(lists::Reader {
        rep: &RepId::from("ayse"),
        policy,
        when: &when(),
        words: &CommandWords::default(),
    })
}

fn the_cards() -> Vec<(&'static str, Card)> {
    let (policy, ayse) = (policy(), RepId::from("ayse"));
    let (lead, owned, passed_on) = (lead(), owned(), passed_on());
    let of_offer = |lead: &Lead| offer_card(lead, &lead.offers[0], &policy, &berlin(), now());
    let many: Vec<&Lead> = std::iter::repeat_n(&owned, 9).chain([&lead]).collect();
    let waiting = in_review();
    let queued: Vec<&Lead> = std::iter::repeat_n(&waiting, 25).collect();
    let words = CommandWords::default();
    vec![
        ("offer", of_offer(&lead)),
        ("owned", of_offer(&owned)),
        ("passed-on", of_offer(&passed_on)),
        ("pool", pool_card(&pooled(), &policy, &berlin(), now())),
        (
            "review",
            review_card(&in_review(), &"marta".into(), &policy, &berlin(), now()),
        ),
        (
            "mine",
            reader(&policy, |reader| lists::mine(reader, &many, 0)),
        ),
        (
            "queue",
            reader(&policy, |reader| lists::queue(reader, "", &queued, 1)),
        ),
        (
            "lead",
            details::lead_card(&owned, &[], &policy, &ayse, &when()),
        ),
        ("stats", report()),
        ("chart", chart_alone()),
        ("rules", rules::rules(&policy, 0)),
        ("help", help::overview(&words)),
    ]
}

fn the_dialogs() -> Vec<(&'static str, Dialog)> {
    let (policy, ayse) = (policy(), RepId::from("ayse"));
    let (lead, owned) = (lead(), owned());
    vec![
        ("decline", dialogs::decline(&lead, &lead.offers[0], &policy)),
        ("contacted", dialogs::contacted(&owned, &when())),
        ("stage", dialogs::stage(&owned)),
        ("close", dialogs::close(&owned)),
        ("next-step", next_step::dialog(&owned, &when())),
        ("reassign", hand::reassign(&owned, &ayse, &policy)),
        ("release", hand::release(&owned)),
        ("snooze", hand::snooze(&owned)),
        (
            "assign",
            hand::assign(
                Action::ReviewAssign,
                &in_review(),
                &"marta".into(),
                &policy,
                &when(),
            ),
        ),
        (
            "details",
            details::details(&owned, &[], &policy, &ayse, &when()),
        ),
        ("why", details::why(&owned, &policy, &ayse, &when())),
        ("new-lead", entered::form("key_1")),
    ]
}

/// A dialog that was sent off with something missing.
fn with_errors() -> Value {
    let typed = [("choice", "other"), ("at", "2026-11-20T09:00:00Z")];
    let errors = [
        ("at", "Please choose a time that is still to come."),
        ("what", "Please say what."),
    ];
    let map = |pairs: [(&str, &str); 2]| {
        pairs
            .map(|(id, words)| (id.to_owned(), words.to_owned()))
            .into()
    };
    dialog::again(
        &next_step::dialog(&owned(), &when()),
        &berlin(),
        &map(typed),
        &map(errors),
    )
}

/// The question that is asked before a lead in review is dropped.
fn question(review: &Value) -> Value {
    let found =
        actions(review)
            .into_iter()
            .find_map(|action| match dialog::read(&action["data"]) {
                Some(dialog::Did::WasAsked(answer)) => Some(answer),
                _ => None,
            });
    found.unwrap()
}

fn actions(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(all) => all.iter().flat_map(actions).collect(),
        Value::Object(map) => {
            let own = value["type"]
                .as_str()
                .is_some_and(|kind| kind.starts_with("Action."));
            let inside = map.iter().filter(|(key, _)| *key != "fallback");
            own.then_some(value)
                .into_iter()
                .chain(inside.flat_map(|(_, value)| actions(value)))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn keep(kind: &str, name: &str, value: &Value) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("teams")
        .join(kind);
    fs::create_dir_all(&folder).unwrap();
    let text = serde_json::to_string_pretty(value).unwrap();
    fs::write(folder.join(format!("{name}.json")), text).unwrap();
}

#[test]
fn every_card_fits_and_keeps_all_that_can_be_pressed() {
    for (name, card) in the_cards() {
        let message = cards::message(&card);
        let units = message.to_string().encode_utf16().count();
        assert!(units <= MAX_MESSAGE, "{name} has {units} units");
        let words = message.to_string();
        assert!(
            !words.contains("more than fits") && !words.contains("… and "),
            "{name}: {words}"
        );
        for action in actions(&message) {
            let done = dialog::read(&action["data"]);
            assert!(
                action["type"] == "Action.OpenUrl" || done.is_some(),
                "{action}"
            );
        }
        keep("message", name, &message);
        let answer = json!({
            "statusCode": 200,
            "type": "application/vnd.microsoft.card.adaptive",
            "value": cards::render(&card),
        });
        keep("answer", name, &answer);
    }
}

#[test]
fn every_dialog_comes_back_as_what_it_completes() {
    for (name, one) in the_dialogs() {
        let task = dialog::open(&one, &berlin());
        let actions = &task["task"]["value"]["card"]["content"]["actions"];
        let done = dialog::read(&actions[0]["data"]).unwrap();
        let expected = if one.inputs.is_empty() {
            dialog::Did::Closed
        } else {
            dialog::Did::Submitted {
                action: one.action,
                subject: one.subject.clone(),
                values: [].into(),
            }
        };
        assert_eq!(done, expected, "{name}");
        keep("task", name, &task);
    }
    keep("task", "with-errors", &with_errors());
    let review = review_card(&in_review(), &"marta".into(), &policy(), &berlin(), now());
    keep("task", "question", &question(&cards::render(&review)));
}
