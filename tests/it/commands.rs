//! What people type, from the word to what came of it.

use std::collections::BTreeMap;

use baton::{
    clock::Clock,
    commands::{self, Answer, CommandWords, Context},
    domain::{
        calendar::Period,
        card::{Card, Chart, Part, Run},
        contact::{Contact, Field},
        event::{Actor, ContactHow, Event},
        id::{LeadId, RepId, TeamId},
        lead::{Lead, State},
        policy::{
            CalendarRule, Caps, HolidayRule, Level, Policy, Rep, Role, Route, Sla, SourceRule,
            Strategy, Target, Team, TeamSla, TurnRule, WhenClosed,
        },
        submission::NewLead,
    },
    engine::{Content, Engine, Submission},
    rules::Rules,
    store::{Db, leads},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::db::both;

/// Ayşe and Jonas in team `sales`, whom Marta manages; Cem alone in `other`; Ada is admin. A Friday, 11:00 in Berlin.
struct Office {
    engine: Engine,
    words: CommandWords,
}

impl Office {
    fn new(db: Db) -> Self {
        let clock = Clock::manual("2026-11-20T10:00:00Z".parse().unwrap());
        Self {
            engine: Engine::new(db, clock, Rules::new(policy())),
            words: CommandWords::default(),
        }
    }

    async fn answer(&self, who: &str, line: &str) -> Answer {
        let (word, text) = line.split_once(' ').unwrap_or((line, ""));
        let context = Context {
            engine: &self.engine,
            words: &self.words,
            stands: false,
        };
        commands::answer(context, &who.into(), word, text).await
    }

    /// The words of the answer.
    async fn says(&self, who: &str, line: &str) -> String {
        self.answer(who, line).await.card.summary
    }

    fn wait(&self, minutes: i64) {
        self.engine
            .clock()
            .advance(SignedDuration::from_mins(minutes));
    }

    async fn lead(&self, name: &str) -> LeadId {
        self.lead_of(name, "demo").await
    }

    /// `review` goes to Marta, `queue` to the queue, all else to the team in turn.
    async fn lead_of(&self, name: &str, kind: &str) -> LeadId {
        let mut contact = Contact::default();
        contact.set_text(Field::Name, name);
        contact.set_text(
            Field::Email,
            format!("{}@acme.example", name.to_lowercase()),
        );
        contact.set_text(Field::Company, "Acme");
        let new = NewLead {
            contact,
            lead_type: kind.to_owned(),
            ..NewLead::default()
        };
        let submission = Submission {
            source: "website".into(),
            content_type: None,
            headers: BTreeMap::new(),
            query: String::new(),
            body: name.as_bytes().to_vec(),
            body_hash: name.to_owned(),
            delivery_id: None,
            window: SignedDuration::from_mins(10),
        };
        let content = Content::Leads {
            leads: vec![new],
            problems: Vec::new(),
        };
        let received = self.engine.receive(&submission, &content).await.unwrap();
        received.leads.into_iter().next().unwrap()
    }

    async fn get(&self, id: &LeadId) -> Lead {
        self.engine
            .db()
            .read(async |mut tx| leads::get(&mut tx, id).await)
            .await
            .unwrap()
            .unwrap()
    }

    /// Who is asked now.
    async fn asked(&self, id: &LeadId) -> Option<RepId> {
        let lead = self.get(id).await;
        lead.pending().next().map(|offer| offer.rep.clone())
    }

    async fn delivered(&self, id: &LeadId) {
        let offer = self.get(id).await.pending().next().unwrap().id.clone();
        self.engine
            .handle(
                id,
                Event::Delivered {
                    offer,
                    chat: baton::domain::policy::Platform::Slack,
                },
            )
            .await
            .unwrap();
    }

    /// Whoever is asked takes it.
    async fn accept(&self, id: &LeadId) -> RepId {
        let lead = self.get(id).await;
        let offer = lead.pending().next().unwrap().clone();
        let accept = Event::Accept {
            offer: offer.id,
            by: offer.rep.clone(),
        };
        self.engine.handle(id, accept).await.unwrap();
        offer.rep
    }

    async fn contacted(&self, id: &LeadId, by: &RepId) {
        let (by, note) = (Actor::Rep(by.clone()), String::new());
        let event = Event::Contacted {
            by,
            how: ContactHow::NoAnswer,
            at: None,
            note,
            next: None,
        };
        self.engine.handle(id, event).await.unwrap();
    }
}

/// The numbers of the leads in a list, in order.
fn numbers(card: &Card) -> Vec<String> {
    let mut all = Vec::new();
    for part in &card.parts {
        if let Part::List(items) = part {
            let first = |text: &[Run]| text.first().map(|run| run.words().to_owned());
            all.extend(items.iter().filter_map(|item| first(&item.text)));
        }
    }
    all.iter()
        .map(|called| {
            called
                .split_once(" · ")
                .map_or(called.clone(), |(_, who)| who.to_owned())
        })
        .collect()
}

fn other(rep: &RepId) -> &'static str {
    if rep.as_str() == "ayse" {
        "jonas"
    } else {
        "ayse"
    }
}

fn name(rep: &str) -> &'static str {
    if rep == "ayse" {
        "Ayşe Yılmaz"
    } else {
        "Jonas Weber"
    }
}

#[tokio::test]
async fn away_passes_a_pending_offer_on_and_says_to_whom() {
    both(async |db| {
        let office = Office::new(db);
        let lead = office.lead("Ada").await;
        let first = office.asked(&lead).await.unwrap();
        let said = office
            .says(first.as_str(), "/away until 15:00 dentist")
            .await;
        assert!(
            said.starts_with("You are away until today 15:00 (Europe/Berlin): dentist."),
            "{said}"
        );
        assert!(said.contains("1 pending offer moved on: #1001."), "{said}");
        assert!(
            said.contains(&format!("Ada, Acme: {} is asked now.", name(other(&first)))),
            "{said}"
        );
        assert_eq!(office.asked(&lead).await.unwrap().as_str(), other(&first));
    })
    .await;
}

#[tokio::test]
async fn away_alone_ends_when_the_next_working_day_starts() {
    both(async |db| {
        let office = Office::new(db);
        let said = office.says("jonas", "/away").await;
        assert_eq!(said, "You are away until Mon 23 Nov 09:00 (Europe/Berlin).");
        let said = office.says("jonas", "/away until back").await;
        assert_eq!(said, "You are away until you say /lead-back.");
        let said = office.says("ayse", "/away from 12 Dec to 2 Jan holidays cover @jonas").await;
        assert_eq!(
            said,
            "You are away from Sat 12 Dec 00:00 until Sun 3 Jan 00:00 (Europe/Istanbul): holidays. Jonas Weber stands in."
        );
    })
    .await;
}

#[tokio::test]
async fn an_unknown_cover_changes_nothing() {
    both(async |db| {
        let office = Office::new(db);
        for (line, said) in [
            ("/away for 2h cover @florian", "I don't know “florian”."),
            (
                "/away for 2h cover <@U0NOBODY|x>",
                "I don't know the person you mentioned.",
            ),
            ("/away for 2h cover @jonas", "Somebody else has to stand in"),
        ] {
            let answer = office.says("jonas", line).await;
            assert!(
                answer.starts_with(said) && answer.ends_with("Nothing was changed."),
                "{line}: {answer}"
            );
        }
        assert!(
            office
                .says("jonas", "/away list")
                .await
                .starts_with("No absence is planned.")
        );
        let said = office
            .says("jonas", "/away for 2h cover <@U0AYSE|ayse>")
            .await;
        assert!(said.ends_with("Ayşe Yılmaz stands in."), "{said}");
    })
    .await;
}

#[tokio::test]
async fn back_gives_a_waiting_lead_to_who_returns() {
    both(async |db| {
        let office = Office::new(db);
        office.answer("jonas", "/away until back").await;
        office.answer("ayse", "/away until back").await;
        let lead = office.lead("Ada").await;
        assert!(matches!(
            office.get(&lead).await.state,
            State::Queued { .. }
        ));
        assert_eq!(
            office.says("jonas", "/back").await,
            "Welcome back. You get leads again. Since today 11:00, 1 lead came to team sales. Waiting for you now: 1 to answer."
        );
        assert_eq!(office.asked(&lead).await.unwrap().as_str(), "jonas");
        assert_eq!(
            office.says("jonas", "/back").await,
            "You were not away: you get leads as usual."
        );
    })
    .await;
}

#[tokio::test]
async fn back_outside_hours_opens_them() {
    both(async |db| {
        let office = Office::new(db);
        office.wait(10 * 60);
        let lead = office.lead("Ada").await;
        assert_eq!(office.asked(&lead).await, None);
        let said = office.says("jonas", "/back until 23:00").await;
        assert_eq!(said, "Welcome back. You get leads until today 23:00 (Europe/Berlin), also outside your hours.");
        assert_eq!(office.asked(&lead).await.unwrap().as_str(), "jonas");
        let said = office.says("ayse", "/back").await;
        assert!(said.contains("also before your hours start Mon 23 Nov 09:00"), "{said}");
        assert!(office.says("jonas", "/back until yesterday").await.contains("is over already"));
    })
    .await;
}

#[tokio::test]
async fn a_manager_sends_a_rep_away_and_a_colleague_cannot() {
    both(async |db| {
        let office = Office::new(db);
        let lead = office.lead("Ada").await;
        let first = office.asked(&lead).await.unwrap();
        for stranger in [other(&first), "cem"] {
            let said = office
                .says(stranger, &format!("/away @{first} until monday"))
                .await;
            assert!(
                said.starts_with(&format!("Only {}, or a manager", name(first.as_str()))),
                "{said}"
            );
        }
        assert_eq!(office.asked(&lead).await.unwrap(), first);
        let user = format!("<@U0{}|x>", first.as_str().to_uppercase());
        let said = office
            .says("marta", &format!("/away {user} until monday ill"))
            .await;
        assert!(
            said.starts_with(&format!(
                "{} is away until Mon 23 Nov 00:00",
                name(first.as_str())
            )),
            "{said}"
        );
        assert_eq!(office.asked(&lead).await.unwrap().as_str(), other(&first));
        let said = office.says("ada", &format!("/back @{first}")).await;
        assert_eq!(
            said,
            format!("{} is back and gets leads again.", name(first.as_str()))
        );
    })
    .await;
}

#[tokio::test]
async fn absences_are_listed_and_cancelled() {
    both(async |db| {
        let office = Office::new(db);
        office
            .answer("jonas", "/away from 12 Dec to 2 Jan holidays")
            .await;
        office.answer("jonas", "/away until 15:00 dentist").await;
        office.answer("ayse", "/away until 16:00").await;
        let lead = office.lead("Ada").await;
        let list = office.answer("jonas", "/away list").await.card;
        assert_eq!(numbers(&list), ["1. ", "2. "]);
        assert!(
            list.summary
                .contains("You are away until today 15:00 (Europe/Berlin): dentist."),
            "{}",
            list.summary
        );
        let said = office.says("jonas", "/away cancel 3").await;
        assert_eq!(said, "There is no absence 3, there are 2.");
        let said = office.says("jonas", "/away cancel 1").await;
        assert!(
            said.starts_with("Cancelled: away until today 15:00"),
            "{said}"
        );
        assert_eq!(office.asked(&lead).await.unwrap().as_str(), "jonas");
        let said = office.says("marta", "/away @jonas list").await;
        assert!(
            said.contains("Jonas Weber is away from Sat 12 Dec 00:00") && !said.contains("dentist"),
            "{said}"
        );
    })
    .await;
}

#[tokio::test]
async fn own_leads_open_with_what_to_do_first() {
    both(async |db| {
        let office = Office::new(db);
        office.answer("ayse", "/away until back").await;
        let called = office.lead("Called").await;
        let rep = office.accept(&called).await;
        office.contacted(&called, &rep).await;
        for name in ["Early", "Late"] {
            office.wait(5);
            let lead = office.lead(name).await;
            office.accept(&lead).await;
        }
        office.lead("Asked").await;
        let mine = office.answer("jonas", "/leads").await.card;
        assert_eq!(
            numbers(&mine),
            ["Early, Acme", "Late, Acme", "Asked, Acme", "Called, Acme"]
        );
        assert!(
            office
                .says("ayse", "/leads mine")
                .await
                .starts_with("You have no open leads.")
        );
    })
    .await;
}

#[tokio::test]
async fn queue_review_and_search_show_what_somebody_may_see() {
    both(async |db| {
        let office = Office::new(db);
        office.lead_of("Queued", "queue").await;
        office.wait(1);
        office.lead_of("Second", "queue").await;
        office.lead_of("Vip", "review").await;
        let lead = office.lead("Owned").await;
        let owner = office.accept(&lead).await;
        let number = office.get(&lead).await.number;
        let by_number = format!("/leads search #{number}");
        let colleague = other(&owner);
        for (who, line, leads) in [
            (
                "jonas",
                "/leads queue",
                &["Queued, Acme", "Second, Acme"][..],
            ),
            ("ada", "/leads queue", &["Queued, Acme", "Second, Acme"]),
            ("cem", "/leads queue", &[]),
            ("marta", "/leads review", &["Vip, Acme"]),
            ("ada", "/leads review", &["Vip, Acme"]),
            ("jonas", "/leads review", &[]),
            (owner.as_str(), "/leads search owned@acme", &["Owned, Acme"]),
            (owner.as_str(), &by_number, &["Owned, Acme"]),
            (colleague, "/leads search owned", &[]),
            (colleague, &by_number, &[]),
            ("cem", "/leads search acme", &[]),
            ("marta", &by_number, &["Owned, Acme"]),
            ("marta", "/leads search vip", &["Vip, Acme"]),
            ("ada", "/leads search OWNED", &["Owned, Acme"]),
            ("ada", "/leads search %", &[]),
        ] {
            assert_eq!(
                numbers(&office.answer(who, line).await.card),
                leads,
                "{who} {line}"
            );
        }
        let said = office.says("jonas", "/leads review").await;
        assert!(
            said.starts_with("Leads in review are for the managers"),
            "{said}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_line_of_a_team_starts_with_who_is_next() {
    both(async |db| {
        let office = Office::new(db);
        let lead = office.lead("Ada").await;
        let first = office.asked(&lead).await.unwrap();
        let said = office.says(first.as_str(), "/leads turns").await;
        let expected = format!(
            "Whose turn it is. sales: 1. {}, 2. you. You are number 2 of 2, 0.5 turns ahead of your share of 50 %.",
            name(other(&first))
        );
        assert_eq!(said, expected);
    })
    .await;
}

#[tokio::test]
async fn numbers_add_up_for_those_who_may_see_them() {
    both(async |db| {
        let office = Office::new(db);
        // Ten minutes each to the accept, twenty to the first attempt; the second is tried too late.
        for (name, late) in [("One", 10), ("Two", 100)] {
            let lead = office.lead(name).await;
            office.delivered(&lead).await;
            office.wait(10);
            let rep = office.accept(&lead).await;
            office.wait(late);
            office.engine.handle(&lead, Event::Due).await.unwrap();
            office.contacted(&lead, &rep).await;
        }
        let team = office.answer("marta", "/leadstats today").await;
        let said = &team.card.summary;
        assert!(said.starts_with("Team sales, today. Leads: 2. Duplicates caught: 0. Offers: 2 accepted, 0 declined, 0 without an answer, of 2."), "{said}");
        assert!(said.contains("accept 10 min"), "{said}");
        assert!(said.contains("SLA kept: answered 2 of 2, contacted 1 of 2"), "{said}");
        let alt = chart_of(&team.card).unwrap().words();
        assert!(alt.contains("Jonas Weber: 1 accepted, 0 declined, 0 expired") && alt.contains("Ayşe"), "{alt}");
        let own = office.says("jonas", "/leadstats").await;
        assert!(own.starts_with("Jonas Weber, this week.") && own.contains("1 accepted"), "{own}");
        let all = office.answer("ada", "/leadstats by source month").await;
        let table = all.card.parts.iter().find_map(|part| if let Part::Table(table) = part { Some(table) } else { None });
        assert_eq!(table.unwrap().rows[0][0], "website");
        assert!(office.says("ada", "/leadstats by hour today").await.contains("Leads: 2"));
        for (who, line) in [
            ("jonas", "/leadstats all"),
            ("jonas", "/leadstats sales"),
            ("jonas", "/leadstats @ayse"),
            ("cem", "/leadstats @jonas"),
            ("marta", "/leadstats other"),
            ("marta", "/leadstats @cem"),
        ] {
            let refused = office.says(who, line).await;
            assert!(refused.starts_with("You can see your own numbers"), "{who} {line}: {refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn without_leads_the_numbers_say_so_and_there_is_no_picture() {
    both(async |db| {
        let office = Office::new(db);
        for (who, line, said) in [
            (
                "marta",
                "/leadstats",
                "Team sales, this week: no leads yet.",
            ),
            (
                "jonas",
                "/leadstats month",
                "Jonas Weber, this month: no leads yet.",
            ),
            (
                "ada",
                "/leadstats 2026-11-01..2026-11-15",
                "All teams, 1 Nov to 15 Nov 2026: no leads yet.",
            ),
            (
                "ada",
                "/leadstats florps",
                "I know no team or person “florps”. Teams are sales, other.",
            ),
        ] {
            let answer = office.answer(who, line).await;
            assert!(
                answer.card.summary.starts_with(said),
                "{line}: {}",
                answer.card.summary
            );
            assert_eq!(chart_of(&answer.card), None);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_understood_is_answered_with_help() {
    both(async |db| {
        let office = Office::new(db);
        let said = office.says("jonas", "/away until florps").await;
        assert!(
            said.contains("until florps") && said.contains("/lead-away until 15:00"),
            "{said}"
        );
        let said = office.says("jonas", "/florps").await;
        assert!(
            said.contains("I don't know “/florps”") && said.contains("/leadstats"),
            "{said}"
        );
        let said = office.says("nobody", "/leads").await;
        assert!(
            said.starts_with("You are not in the list of reps"),
            "{said}"
        );
    })
    .await;
}

fn policy() -> Policy {
    let reps = [
        rep("ayse", "Ayşe Yılmaz", Role::Rep, "Europe/Istanbul"),
        rep("jonas", "Jonas Weber", Role::Rep, "Europe/Berlin"),
        rep("marta", "Marta Silva", Role::Manager, "Europe/Berlin"),
        rep("cem", "Cem Demir", Role::Rep, "Europe/Berlin"),
        rep("ada", "Ada Admin", Role::Admin, "Europe/Berlin"),
    ];
    let to = |kind: &str, target| Route {
        id: kind.into(),
        when: condition(kind),
        to: vec![target],
        sla: Some("demo".into()),
        team: None,
        strategy: None,
    };
    Policy {
        hash: "sha256:test".to_owned(),
        reps: reps.into_iter().map(|rep| (rep.id.clone(), rep)).collect(),
        teams: vec![
            team("sales", &["ayse", "jonas"], &["marta"]),
            team("other", &["cem"], &[]),
        ],
        calendars: BTreeMap::from([("office".into(), office_hours())]),
        slas: BTreeMap::from([("demo".into(), sla())]),
        sources: BTreeMap::from([("website".into(), SourceRule::default())]),
        routes: vec![
            to("review", Target::Review("sales".into())),
            to(
                "queue",
                Target::Queue {
                    team: "sales".into(),
                    hide: Vec::new(),
                },
            ),
            to("", Target::Team("sales".into())),
        ],
        ..Policy::default()
    }
}

fn condition(kind: &str) -> Option<baton::domain::condition::Condition> {
    let names = baton::domain::condition::Names::default();
    let text = format!("lead.type == \"{kind}\"");
    (!kind.is_empty()).then(|| {
        baton::domain::condition::Condition::compile(
            &text,
            baton::domain::condition::Scope::Lead,
            &names,
        )
        .unwrap()
    })
}

fn office_hours() -> CalendarRule {
    CalendarRule {
        of_lead: false,
        hours: "Mo-Fr 09:00-18:00".to_owned(),
        holidays: HolidayRule::None,
        timezone: None,
    }
}

fn team(id: &str, members: &[&str], managers: &[&str]) -> Team {
    let people = |ids: &[&str]| ids.iter().map(|id| RepId::from(*id)).collect();
    Team {
        id: TeamId::from(id),
        name: id.to_owned(),
        members: people(members),
        managers: people(managers),
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
    }
}

fn sla() -> Sla {
    let minutes = |n| Some(Period::Time(SignedDuration::from_mins(n)));
    Sla {
        id: Some("demo".into()),
        acknowledge: minutes(15),
        contact: minutes(30),
        ..Sla::default()
    }
}

fn rep(id: &str, name: &str, role: Role, zone: &str) -> Rep {
    Rep {
        id: id.into(),
        name: name.to_owned(),
        email: format!("{id}@example.com"),
        slack: Some(format!("U0{}", id.to_uppercase())),
        teams: None,
        chat: baton::domain::policy::Platform::Slack,
        level: Level::default(),
        role,
        timezone: Some(TimeZone::get(zone).unwrap()),
        country: None,
        weight: 1.0,
        languages: Vec::new(),
        territories: Vec::new(),
        skills: Vec::new(),
        functions: Vec::new(),
        cover: None,
        external: BTreeMap::new(),
        calendar: Some("office".into()),
        pending: None,
        missed: None,
        caps: Caps::default(),
        capacity: None,
        stale: SignedDuration::from_hours(24 * 14),
        active: true,
        from: None::<Timestamp>,
        until: None,
        ramp: None,
    }
}

fn chart_of(card: &Card) -> Option<&Chart> {
    card.parts.iter().find_map(|part| match part {
        Part::Chart(chart) => Some(chart),
        _ => None,
    })
}
