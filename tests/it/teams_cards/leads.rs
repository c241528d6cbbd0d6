//! Leads as they stand on cards.

use baton::{
    domain::{
        contact::Field,
        id::RepId,
        lead::{Candidate, Lead, Offer, OfferKind, OfferLevel, OfferState, Routing, State},
        plan::Plan,
        policy::{LinkRule, Policy, Strategy},
        score::{Fit, Intent, Score},
    },
    words::when::When,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::harness;

/// A time of that Monday, in UTC.
pub fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}:00Z").parse().unwrap()
}

/// 14:00 in Berlin.
pub fn now() -> Timestamp {
    at("13:00")
}

/// Where they all sit.
pub fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// Their clock.
pub fn when() -> When {
    When::new(now(), &berlin())
}

/// Three reps with names, and a link on every card.
pub fn policy() -> Policy {
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
        behalf: None,
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
        made_up_until: None,
        lost_to_chat: SignedDuration::ZERO,
        late: None,
        delivered_in: baton::domain::policy::Platform::Teams,
        held_since: None,
        not_shown: None,
        turn: false,
        not_theirs: baton::domain::lead::Lasted::default(),
        taken: false,
        hollow: None,
    }
}

/// Ada, who wants a demo and writes as people do, and worse.
pub fn lead() -> Lead {
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
        ..Score::default()
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
        overridden: false,
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
        retry: Vec::new(),
        exhausted: None,
        again_at: None,
        in_vain: 0,
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
        place: None,
        load: None,
        passed: None,
        openly: None,
    }
}

/// The same, with Ayşe.
pub fn owned() -> Lead {
    let mut lead = lead();
    lead.offers = vec![offer(OfferKind::Push, OfferState::Accepted)];
    lead.state = State::Owned {
        rep: "ayse".into(),
        offer: lead.offers[0].id.clone(),
    };
    lead
}

/// The same, open to whoever claims it, with mail and phone hidden.
pub fn pooled() -> Lead {
    let mut lead = lead();
    lead.offers = vec![offer(OfferKind::Pool, OfferState::Pending)];
    lead.state = State::Pooled {
        team: "sales".into(),
        hide: vec![Field::Email, Field::Phone],
    };
    lead
}

/// The same, after nobody answered in time.
pub fn passed_on() -> Lead {
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

/// The same, before a manager.
pub fn in_review() -> Lead {
    let mut lead = lead();
    lead.offers.clear();
    lead.state = State::Review {
        team: "sales".into(),
    };
    lead
}
