//! What the tests of this module share: a team, a lead in any state, and a card as plain text.

mod cards;
mod lists;
mod safety;
mod talk;
mod urgency;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::offer::offer_card;
use crate::domain::{
    action::Action,
    card::{Button, Card, Part, Run},
    contact::{Field, FieldValue},
    id::{OfferId, RepId},
    lead::{
        Candidate, Lead, Load, Offer, OfferKind, OfferLevel, OfferState, Outcome, Passed, Reason,
        Routing, State, Waiting,
    },
    plan::Plan,
    policy::{
        AfterDecline, CardRule, DeclineReason, LinkRule, Policy, Rep, Role, Route, Strategy,
        Target, Team, TeamSla, TurnRule, WhenClosed,
    },
    score::{Fit, Intent, Score},
};

/// 14:00 in Berlin.
pub const NOW: &str = "2026-11-23T13:00:00Z";

pub fn at(text: &str) -> Timestamp {
    format!("2026-11-23T{text}:00Z").parse().unwrap()
}

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn rep(id: &str, name: &str, role: Role) -> Rep {
    Rep {
        id: id.into(),
        name: name.to_owned(),
        email: format!("{id}@example.com"),
        slack: None,
        teams: None,
        chat: crate::domain::policy::Platform::Slack,
        level: Default::default(),
        role,
        timezone: None,
        country: None,
        weight: 1.0,
        languages: Vec::new(),
        territories: Vec::new(),
        skills: Vec::new(),
        functions: Vec::new(),
        cover: None,
        external: Default::default(),
        calendar: None,
        pending: None,
        missed: None,
        caps: Default::default(),
        capacity: None,
        stale: SignedDuration::from_hours(720),
        active: true,
        from: None,
        until: None,
        ramp: None,
    }
}

fn decline_reason(id: &str, label: &str, then: AfterDecline) -> DeclineReason {
    DeclineReason {
        id: id.to_owned(),
        label: label.to_owned(),
        then,
        turn: None,
        managers_only: false,
        per_day: None,
    }
}

/// Ayşe, Jonas and their manager Selin; rule `hot` pushes, rule `warm` opens a pool that hides.
pub fn policy() -> Policy {
    let reps = [
        rep("ayse", "Ayşe Yılmaz", Role::Rep),
        rep("jonas", "Jonas Weber", Role::Rep),
        rep("selin", "Selin Kaya", Role::Manager),
    ];
    let route = |id: &str, to: Target| Route {
        id: id.into(),
        when: None,
        to: vec![to],
        sla: None,
        strategy: None,
        team: None,
    };
    Policy {
        hash: "sha256:0123456789abcdef".to_owned(),
        reps: reps.into_iter().map(|rep| (rep.id.clone(), rep)).collect(),
        teams: vec![Team {
            id: "sdr".into(),
            name: "sdr".to_owned(),
            members: vec!["ayse".into(), "jonas".into()],
            managers: vec!["selin".into()],
            named: usize::MAX,
            groups: Vec::new(),
            backups: Vec::new(),
            channel: None,
            timezone: None,
            strategy: Strategy::RoundRobin,
            prefer: Vec::new(),
            share: None,
            held: None,
            filter: None,
            when_closed: WhenClosed::Wait,
            sla: TeamSla::default(),
            turns: TurnRule::default(),
        }],
        routes: vec![
            route("hot", Target::Team("sdr".into())),
            route(
                "warm",
                Target::Pool {
                    team: "sdr".into(),
                    size: None,
                    matching: false,
                    hide: vec![Field::Email, Field::Phone],
                },
            ),
        ],
        declines: vec![
            decline_reason("busy", "Too busy now", AfterDecline::Next),
            decline_reason("spam", "Not a lead", AfterDecline::Disqualify),
        ],
        card: CardRule {
            facts: vec!["use_case".to_owned(), "Budget".to_owned()],
            links: vec![LinkRule {
                label: "CRM".to_owned(),
                url: "https://crm.example/c/{email}".to_owned(),
            }],
        },
        ..Policy::default()
    }
}

/// An offer of the lead to `rep`, made at 13:50 and due at 14:05 in Berlin.
pub fn offer(id: &str, rep: &str, kind: OfferKind, state: OfferState) -> Offer {
    Offer {
        given: None,
        behalf: None,
        id: id.into(),
        rep: rep.into(),
        team: Some("sdr".into()),
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
        delivered_in: crate::domain::policy::Platform::Slack,
        held_since: None,
        not_shown: None,
        turn: false,
        not_theirs: crate::domain::lead::Lasted::default(),
        taken: false,
        hollow: None,
    }
}

/// Ada, who wants a demo: pending with Ayşe.
pub fn lead() -> Lead {
    let mut lead = Lead::new("lead_1".into(), 4711, "website".into(), at("12:50"));
    for (field, text) in [
        (Field::Name, "Ada Lovelace"),
        (Field::Company, "Acme"),
        (Field::Email, "ada@acme.example"),
        (Field::Phone, "+4930123456"),
        (Field::Country, "DE"),
        (Field::UseCase, "Billing"),
        (Field::Campaign, "Autumn"),
        (
            Field::Message,
            "Please call me at 030 123 456\nor ADA@acme.example.",
        ),
    ] {
        lead.contact.set_text(field, text);
    }
    lead.contact
        .set(Field::Employees, FieldValue::Number(1200.0));
    lead.attributes
        .insert("Budget".to_owned(), "a lot".to_owned());
    lead.lead_type = "demo".to_owned();
    lead.intent = Intent::High;
    lead.fit = Fit::Strong;
    lead.score = Score {
        fit: 40.0,
        engagement: 15.5,
        reasons: vec!["+40 50 employees or more".to_owned()],
        ..Score::default()
    };
    lead.epoch = 1;
    lead.routing = Some(Routing {
        rule: Some("hot".into()),
        team: Some("sdr".into()),
        strategy: Some(Strategy::RoundRobin),
        config: "sha256:0123456789abcdef".to_owned(),
        why: vec!["rule hot takes everything".to_owned()],
        candidates: vec![
            Candidate {
                rep: "ayse".into(),
                eligible: true,
                because: "free".to_owned(),
                openly: None,
                until: None,
                place: Some(1),
                load: Some(Load {
                    open: 5,
                    capacity: 12,
                }),
                passed: None,
            },
            Candidate {
                rep: "jonas".into(),
                eligible: false,
                because: "is away".to_owned(),
                openly: None,
                until: Some("2026-11-30T08:00:00Z".parse().unwrap()),
                place: None,
                load: None,
                passed: Some(Passed::Away),
            },
        ],
        overridden: false,
    });
    lead.plan = Some(Plan {
        sla: Some("demo".into()),
        team: Some("sdr".into()),
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
    lead.offers = vec![offer(
        "offer_1",
        "ayse",
        OfferKind::Push,
        OfferState::Pending,
    )];
    lead.state = State::Offered {
        offer: "offer_1".into(),
    };
    lead
}

/// The same, owned by the rep of its first offer.
pub fn owned() -> Lead {
    let mut lead = lead();
    lead.offers[0].state = OfferState::Accepted;
    lead.offers[0].decided_at = Some(at("12:58"));
    lead.state = State::Owned {
        rep: "ayse".into(),
        offer: "offer_1".into(),
    };
    lead
}

/// The same, open to Ayşe and Jonas, with mail and phone hidden.
pub fn pooled() -> Lead {
    let mut lead = lead();
    lead.offers = vec![
        offer("offer_1", "ayse", OfferKind::Pool, OfferState::Pending),
        offer("offer_2", "jonas", OfferKind::Pool, OfferState::Pending),
    ];
    lead.routing.as_mut().unwrap().rule = Some("warm".into());
    lead.hidden = vec![Field::Email, Field::Phone];
    lead.state = State::Pooled {
        team: "sdr".into(),
        hide: lead.hidden.clone(),
    };
    lead
}

/// The same after Jonas claimed it.
pub fn claimed() -> Lead {
    let mut lead = pooled();
    lead.offers[0].state = OfferState::Withdrawn;
    lead.offers[0].reason = Some(Reason::own("claimed"));
    lead.offers[1].state = OfferState::Accepted;
    lead.offers[1].decided_at = Some(at("12:58"));
    lead.state = State::Owned {
        rep: "jonas".into(),
        offer: "offer_2".into(),
    };
    lead
}

/// The card of the lead's first offer at 14:00 in Berlin.
pub fn first_card(lead: &Lead) -> Card {
    offer_card(lead, &lead.offers[0], &policy(), &berlin(), now())
}

/// A card as plain text; links show where they lead.
pub fn text(card: &Card) -> String {
    format!("({})\n{}", card.summary, parts(&card.parts))
}

pub fn parts(all: &[Part]) -> String {
    all.iter().map(part).collect::<Vec<_>>().join("\n")
}

fn part(part: &Part) -> String {
    match part {
        Part::Title(title) => format!("# {title}"),
        Part::Text(all) => runs(all),
        Part::Note(all) => format!("_ {}", runs(all)),
        Part::Facts(facts) => facts
            .iter()
            .map(|fact| format!("{}: {}", fact.label, runs(&fact.value)))
            .collect::<Vec<_>>()
            .join("\n"),
        Part::List(items) => items
            .iter()
            .map(|item| format!("- {}{}", runs(&item.text), buttons(&item.buttons)))
            .collect::<Vec<_>>()
            .join("\n"),
        Part::Buttons(all) => buttons(all).trim().to_owned(),
        Part::Divider => "---".to_owned(),
        Part::Picture(picture) => format!("[picture: {}]", picture.alt),
        Part::Chart(chart) => format!("[chart: {}]", chart.words()),
        Part::Table(table) => {
            let head: Vec<&str> = table.columns.iter().map(|one| one.label.as_str()).collect();
            let rows = table.rows.iter().map(|row| row.join(" | "));
            [head.join(" | ")]
                .into_iter()
                .chain(rows)
                .collect::<Vec<_>>()
                .join("\n")
        }
    }
}

fn runs(all: &[Run]) -> String {
    all.iter()
        .map(|run| match run {
            Run::Link { label, to } => format!("{label}<{}>", to.as_str()),
            Run::Plain(_) | Run::Bold(_) | Run::Moment { .. } | Run::Person { .. } => {
                run.words().to_owned()
            }
        })
        .collect()
}

fn buttons(all: &[Button]) -> String {
    all.iter().map(|one| format!(" [{}]", one.label)).collect()
}

/// Everything that can be pressed on a card.
pub fn actions(card: &Card) -> Vec<Action> {
    let all = card.parts.iter().flat_map(|part| match part {
        Part::Buttons(all) => all.clone(),
        Part::List(items) => items.iter().flat_map(|item| item.buttons.clone()).collect(),
        Part::Title(_)
        | Part::Text(_)
        | Part::Facts(_)
        | Part::Note(_)
        | Part::Divider
        | Part::Picture(_)
        | Part::Table(_)
        | Part::Chart(_) => Vec::new(),
    });
    all.map(|button| button.action).collect()
}
