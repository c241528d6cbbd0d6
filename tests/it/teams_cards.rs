//! Every kind of card and dialog as Microsoft Teams gets it, from the words that Baton really says. They are
//! written to `target/tmp/teams`, where `tests/clients/run.sh` holds them against Microsoft's own types and
//! renderer.

use std::{fs, path::PathBuf};

use baton::{
    chat::teams::{cards, dialog},
    domain::{
        action::Action,
        card::{Card, Dialog},
        contact::Field,
        id::RepId,
        lead::{Candidate, Lead, Offer, OfferKind, OfferLevel, OfferState, Routing, State},
        plan::Plan,
        policy::{LinkRule, Policy, Strategy},
        score::{Fit, Intent, Score},
    },
    words::{
        commands::CommandWords,
        details, dialogs, entered, hand, help, lists, next_step,
        offer::offer_card,
        pool::pool_card,
        review::review_card,
        rules,
        stats::{Kept, Numbers, Report, stats},
        when::When,
    },
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::harness;

/// The narrowest limit of a message that Teams was ever documented with, in UTF-16 units: 28 KB.
const MAX_MESSAGE: usize = 14 * 1_024;

fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}:00Z").parse().unwrap()
}

fn now() -> Timestamp {
    at("13:00")
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn when() -> When {
    When::new(now(), &berlin())
}

fn policy() -> Policy {
    let mut policy = harness::policy();
    for (id, name) in [
        ("ayse", "Ayşe Yılmaz"),
        ("jonas", "Jonas Weber"),
        ("selin", "Selin Kaya"),
        ("marta", "Marta Nowak"),
    ] {
        if let Some(rep) = policy.reps.get_mut(&RepId::from(id)) {
            rep.name = name.to_owned();
        }
    }
    policy.card.facts = vec!["use_case".to_owned(), "Budget".to_owned()];
    policy.card.links = vec![LinkRule {
        label: "Open in the CRM".to_owned(),
        url: "https://crm.example/c/{email}".to_owned(),
    }];
    policy
}

fn offer(kind: OfferKind, state: OfferState) -> Offer {
    Offer {
        given: None,
        id: "offer_01KAMJ3QF2V8W6T4X9Y7Z5B1C2".into(),
        rep: "ayse".into(),
        team: Some("sales".into()),
        kind,
        level: OfferLevel::Target(0),
        epoch: 1,
        state,
        offered_at: at("12:50"),
        delivered_at: Some(at("12:50")),
        not_before: None,
        until: Some(at("13:05")),
        decided_at: (state != OfferState::Pending).then(|| at("12:58")),
        released_at: None,
        reason: None,
        lost: SignedDuration::ZERO,
        lost_to_chat: SignedDuration::ZERO,
        delivered_in: baton::domain::policy::Platform::Teams,
        held_since: None,
    }
}

/// Ada, who wants a demo and writes as people do, and worse.
fn lead() -> Lead {
    let id = "lead_01KAMJ3QF2V8W6T4X9Y7Z5B1C2".into();
    let mut lead = Lead::new(id, 4711, "website".into(), at("12:50"));
    let message = "We have 40 reps and lose leads. Call me, *today* if you can: [here](https://evil.example) <at>all</at>";
    for (field, text) in [
        (Field::Name, "Ada Lovelace"),
        (Field::Company, "Analytical Engines"),
        (Field::Email, "ada@analytical.example"),
        (Field::Phone, "+4930123456"),
        (Field::Country, "DE"),
        (Field::UseCase, "Billing for several countries"),
        (Field::Campaign, "Autumn"),
        (Field::Message, message),
    ] {
        lead.contact.set_text(field, text);
    }
    lead.attributes
        .insert("Budget".to_owned(), "50,000 EUR".to_owned());
    lead.lead_type = "demo".to_owned();
    lead.intent = Intent::High;
    lead.fit = Fit::Strong;
    lead.score = Score {
        fit: 40.0,
        engagement: 15.5,
        reasons: vec![
            "+40 50 employees or more".to_owned(),
            "+15 pricing page".to_owned(),
        ],
    };
    lead.epoch = 1;
    lead.routing = Some(Routing {
        rule: Some("hot".into()),
        team: Some("sales".into()),
        strategy: Some(Strategy::RoundRobin),
        config: "sha256:0123456789abcdef".to_owned(),
        why: vec!["intent is high and fit is strong".to_owned()],
        candidates: vec![
            candidate("ayse", true, "free"),
            candidate("jonas", false, "is away"),
        ],
    });
    lead.plan = Some(Plan {
        sla: Some("demo".into()),
        team: Some("sales".into()),
        epoch: 1,
        started_at: at("12:50"),
        acknowledge_by: Some(at("13:05")),
        contact_by: Some(at("13:20")),
        at_least: None,
        calendar: None,
        zone: "Europe/Berlin".to_owned(),
        escalation: Vec::new(),
        untouched: Vec::new(),
    });
    lead.offers = vec![offer(OfferKind::Push, OfferState::Pending)];
    lead.state = State::Offered {
        offer: lead.offers[0].id.clone(),
    };
    lead
}

fn candidate(rep: &str, eligible: bool, because: &str) -> Candidate {
    Candidate {
        rep: rep.into(),
        eligible,
        because: because.to_owned(),
        until: None,
    }
}

fn owned() -> Lead {
    let mut lead = lead();
    lead.offers = vec![offer(OfferKind::Push, OfferState::Accepted)];
    lead.state = State::Owned {
        rep: "ayse".into(),
        offer: lead.offers[0].id.clone(),
    };
    lead
}

fn pooled() -> Lead {
    let mut lead = lead();
    lead.offers = vec![offer(OfferKind::Pool, OfferState::Pending)];
    lead.state = State::Pooled {
        team: "sales".into(),
        hide: vec![Field::Email, Field::Phone],
    };
    lead
}

fn passed_on() -> Lead {
    let mut lead = lead();
    lead.offers[0].state = OfferState::Expired;
    lead.offers.push(Offer {
        id: "offer_2".into(),
        rep: "jonas".into(),
        ..offer(OfferKind::Push, OfferState::Pending)
    });
    lead.state = State::Offered {
        offer: "offer_2".into(),
    };
    lead
}

fn in_review() -> Lead {
    let mut lead = lead();
    lead.offers.clear();
    lead.state = State::Review {
        team: "sales".into(),
    };
    lead
}

fn numbers(scale: u64) -> Numbers {
    Numbers {
        arrived: 12 * scale,
        offered: 14 * scale,
        accepted: 10 * scale,
        declined: 3 * scale,
        expired: scale,
        escalated: scale,
        won: 2 * scale,
        lost: scale,
        accept_median: Some(SignedDuration::from_mins(4)),
        accept_p90: Some(SignedDuration::from_mins(13)),
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

fn report() -> Card {
    let names = ["Ayşe Yılmaz", "Jonas Weber", "Selin Kaya", "Marta Nowak"];
    let report = Report {
        whose: "Team sales".to_owned(),
        by: Some("rep".to_owned()),
        period: "this week".to_owned(),
        from: at("00:00"),
        to: at("23:00"),
        total: numbers(10),
        groups: (1..)
            .zip(names)
            .map(|(scale, name)| (name.to_owned(), numbers(scale)))
            .collect(),
        endings: Vec::new(),
    };
    stats(&report, &CommandWords::default(), &when())
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
            reader(&policy, |reader| lists::queue(reader, &queued, 1)),
        ),
        (
            "lead",
            details::lead_card(&owned, &[], &policy, &ayse, &when()),
        ),
        ("stats", report()),
        ("rules", rules::rules(&policy, 0)),
        ("help", help::overview(&words)),
    ]
}

fn the_dialogs() -> Vec<(&'static str, Dialog)> {
    let (policy, ayse) = (policy(), RepId::from("ayse"));
    let (lead, owned) = (lead(), owned());
    vec![
        ("decline", dialogs::decline(&lead, &lead.offers[0], &policy)),
        ("contacted", dialogs::contacted(&owned)),
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
