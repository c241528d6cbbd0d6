//! How lists, numbers, absences and help read.

use insta::assert_snapshot;
use jiff::SignedDuration;

use super::*;
use crate::{
    domain::{
        event::Ending,
        fairness::{Balance, OfAll},
        id::RepId,
        phrase::Until,
        stats::EndingRow,
    },
    words::{
        availability::{self, Absence, Desk, Moved},
        commands::{CommandWords, Topic},
        help,
        lists::{self, Reader},
        stats::{Kept, LegTimes, Line, Numbers, Report, Times, stats},
        when::When,
    },
};

fn read<T>(rep: &str, then: impl FnOnce(Reader<'_>) -> T) -> T {
    then(Reader {
        rep: &RepId::from(rep),
        policy: &policy(),
        when: &When::new(now(), &berlin()),
        words: &CommandWords::default(),
    })
}

#[test]
fn mine_opens_with_what_to_answer_and_whom_to_call_first() {
    let (mut done, mut soon, mut later, asked) = (owned(), owned(), owned(), lead());
    done.number = 1;
    done.clock.attempted_at = Some(at("12:59"));
    later.number = 2;
    later.plan.as_mut().unwrap().contact_by = Some(at("16:00"));
    soon.number = 3;
    let card = read("ayse", |reader| {
        lists::mine(reader, &[&done, &later, &soon, &asked], 0)
    });
    assert_snapshot!(text(&card), @"
    (You have 4 leads, 3 to answer or call, 1 not reached yet. #4711 · Ada Lovelace, Acme: Please answer by today 14:05. #3 · Ada Lovelace, Acme: Call by today 14:20. +4930123456, it is 14:00 there. #2 · Ada Lovelace, Acme: Call by today 17:00. +4930123456, it is 14:00 there. #1 · Ada Lovelace, Acme: Tried today 13:59, not reached yet. +4930123456, it is 14:00 there.)
    You have 4 leads, 3 to answer or call, 1 not reached yet.
    - #4711 · Ada Lovelace, Acme: Please answer by today 14:05. [Accept] [Decline] [Details]
    - #3 · Ada Lovelace, Acme: Call by today 14:20. +4930123456<tel:+4930123456>, it is 14:00 there. [Contacted] [Details]
    - #2 · Ada Lovelace, Acme: Call by today 17:00. +4930123456<tel:+4930123456>, it is 14:00 there. [Contacted] [Details]
    - #1 · Ada Lovelace, Acme: Tried today 13:59, not reached yet. +4930123456<tel:+4930123456>, it is 14:00 there. [Contacted] [Details]
    ");
    soon.plan.as_mut().unwrap().contact_by = Some(at("13:01"));
    let card = read("ayse", |reader| lists::mine(reader, &[&asked, &soon], 0));
    let words = text(&card);
    assert!(words.find("- #3") < words.find("- #4711"), "{words}");
    let none = read("ayse", |reader| lists::mine(reader, &[], 0));
    assert_snapshot!(text(&none), @r"
    (You have no open leads. /leads queue shows what you can take.)
    You have no open leads. /leads queue shows what you can take.
    ");
}

#[test]
fn the_queue_can_be_taken_from_page_by_page() {
    let mut waits = lead();
    waits.offers.clear();
    waits.state = State::Queued {
        team: Some("sdr".into()),
        waiting: None,
    };
    let one = read("ayse", |reader| lists::queue(reader, "", &[&waits], 0));
    assert_snapshot!(text(&one), @r"
    (In the queue: 1 lead. #4711 · Ada Lovelace, Acme: asks for a demo, came in 10 min ago.)
    In the queue: 1 lead.
    - #4711 · Ada Lovelace, Acme: asks for a demo, came in 10 min ago. [Take] [Details]
    ");
    let many: Vec<&Lead> = std::iter::repeat_n(&waits, 25).collect();
    let pressed = |page| {
        let card = read("ayse", |reader| lists::queue(reader, "", &many, page));
        let turning = card.parts.last().cloned();
        (
            actions(&card)
                .iter()
                .filter(|one| **one == Action::QueueTake)
                .count(),
            turning,
        )
    };
    let carried = |part: Option<Part>| match part {
        Some(Part::Buttons(all)) => all.into_iter().map(|one| one.value).collect(),
        _ => Vec::new(),
    };
    let (first, turning) = pressed(0);
    assert_eq!((first, carried(turning)), (10, vec!["queue:1".to_owned()]));
    let (last, turning) = pressed(99);
    assert_eq!((last, carried(turning)), (5, vec!["queue:1".to_owned()]));
    let none = read("ayse", |reader| lists::queue(reader, "", &[], 0));
    assert_eq!(none.summary, "The queue is empty: every lead has somebody.");
}

#[test]
fn review_and_search_list_what_can_be_done() {
    let mut decide = lead();
    decide.offers.clear();
    decide.state = State::Review { team: "sdr".into() };
    let card = read("selin", |reader| lists::review(reader, &[&decide], 0));
    assert_snapshot!(text(&card), @r"
    (To decide: 1 lead. #4711 · Ada Lovelace, Acme: asks for a demo, came in 10 min ago.)
    To decide: 1 lead.
    - #4711 · Ada Lovelace, Acme: asks for a demo, came in 10 min ago. [Assign…] [Details]
    ");
    let card = read("jonas", |reader| {
        lists::found(reader, "acme", &[&owned()], 0)
    });
    assert_snapshot!(text(&card), @r"
    (Found for “acme”: 1 lead. #4711 · Ada Lovelace, Acme: Ayşe Yılmaz has it since today 13:58.)
    Found for “acme”: 1 lead.
    - #4711 · Ada Lovelace, Acme: Ayşe Yılmaz has it since today 13:58. [Details]
    ");
    let card = read("jonas", |reader| lists::found(reader, "nobody", &[], 0));
    assert_snapshot!(text(&card), @r"
    (Nothing found for “nobody”. A number, a name, a company or an e-mail address works best.)
    Nothing found for “nobody”. A number, a name, a company or an e-mail address works best.
    ");
}

#[test]
fn a_list_of_pool_leads_hides_what_the_pool_hides() {
    let mut lead = pooled();
    lead.contact.set_text(Field::Name, "");
    lead.contact.set_text(Field::Company, "");
    let card = read("ayse", |reader| lists::mine(reader, &[&lead], 0));
    assert!(!text(&card).contains("acme.example"), "{}", text(&card));
}

fn minutes(minutes: i64) -> Option<SignedDuration> {
    Some(SignedDuration::from_mins(minutes))
}

fn balance(of_theirs: f64) -> Balance {
    let part = OfAll {
        of_theirs,
        of_all: 25.0,
    };
    Balance {
        due: Some(0.5),
        leads: part,
        high: part,
        worth: part,
        after_hours: OfAll::default(),
    }
}

/// Offered at once, and of the night before the accept only the morning was open.
fn legs() -> [LegTimes; 4] {
    let took = |half, most| Times {
        median: Some(SignedDuration::from_mins(half)),
        p90: Some(SignedDuration::from_mins(most)),
    };
    let alike = |times| LegTimes {
        wall: times,
        open: times,
    };
    [
        alike(took(0, 1)),
        LegTimes::default(),
        LegTimes {
            wall: took(2, 900),
            open: took(2, 9),
        },
        alike(took(9, 30)),
    ]
}

#[test]
fn numbers_are_said_with_their_period_and_split() {
    let jonas = Numbers {
        arrived: 20,
        routed: 20,
        imported: 0,
        caught: 3,
        offered: 25,
        accepted: 19,
        declined: 4,
        expired: 2,
        escalated: 3,
        won: 0,
        lost: 2,
        hollow: 2,
        legs: legs(),
        contact_median: minutes(11),
        contact_p90: minutes(150),
        answered: Kept { kept: 3, missed: 1 },
        contacted: Kept { kept: 2, missed: 1 },
    };
    let report = Report {
        whose: "Team sdr".to_owned(),
        of_one: false,
        by: Some("rep".to_owned()),
        period: "this week".to_owned(),
        from: "2026-11-22T23:00:00Z".parse().unwrap(),
        to: "2026-11-29T23:00:00Z".parse().unwrap(),
        total: jonas.clone(),
        groups: vec![
            Line {
                name: "Jonas Weber".to_owned(),
                numbers: jonas,
                declined: Some("Too busy now 3, Not my territory 1".to_owned()),
                balance: Some(balance(15.0)),
                ..Line::default()
            },
            Line {
                name: "Ayşe Yılmaz".to_owned(),
                balance: Some(balance(10.0)),
                ..Line::default()
            },
        ],
        declined: Some("Too busy now 3, Not my territory 1".to_owned()),
        questioned: vec![
            "12 of 30 leads of hot were given to somebody else by hand: perhaps the rule is wrong."
                .to_owned(),
        ],
        currency: "EUR".to_owned(),
        endings: vec![EndingRow {
            ending: Ending::Lost,
            reason: "price".to_owned(),
            currency: String::new(),
            n: 2,
            valued: 0,
            worth: 0.0,
        }],
    };
    let when = When::new(now(), &berlin());
    assert_snapshot!(text(&stats(&report, &CommandWords::default(), &when)), @"
    (Team sdr, this week. Leads: 20. Duplicates caught: 3. Offers: 19 accepted, 4 declined, 2 without an answer, of 25. Declined because: Too busy now 3, Not my territory 1. Speed to lead: half within 11 min, nine of ten within 2 h 30 min. SLA kept: answered 3 of 4, contacted 2 of 3. Hollow accepts: 2 of 19 (Jonas Weber 2). Escalated: 3. Not won: lost 2 (price 2). Jonas Weber: 25 offers, 19 accepted, 4 declined, 2 without an answer, speed to lead 11 min, SLA answered 3 of 4, contacted 2 of 3, duplicates caught 3. Ayşe Yılmaz: 0 offers, 0 accepted, 0 declined, 0 without an answer, speed to lead not measured, SLA no clock has ended yet, duplicates caught 0. 12 of 30 leads of hot were given to somebody else by hand: perhaps the rule is wrong. Jonas Weber, declined: Too busy now 3, Not my territory 1. Jonas Weber: due 50 %, given 60 % of the leads, 60 % of those with high intent, 60 % of the worth. Ayşe Yılmaz: due 50 %, given 40 % of the leads, 40 % of those with high intent, 40 % of the worth. Whose time: half: Baton 0 s, accept 2 min, call 9 min; nine of ten: Baton 1 min, accept 15 h (9 min open), call 30 min)
    # Team sdr, this week
    Leads: 20
    Duplicates caught: 3
    Offers: 19 accepted, 4 declined, 2 without an answer, of 25
    Declined because: Too busy now 3, Not my territory 1
    Speed to lead: half within 11 min, nine of ten within 2 h 30 min
    Whose time: half: Baton 0 s, accept 2 min, call 9 min; nine of ten: Baton 1 min, accept 15 h (9 min open), call 30 min
    SLA kept: answered 3 of 4, contacted 2 of 3
    Hollow accepts: 2 of 19 (Jonas Weber 2)
    Escalated: 3
    Not won: lost 2 (price 2)
    Rep | Offers | Yes | No | Silent | To lead | Answered | Contacted | Caught
    Jonas Weber | 25 | 19 | 4 | 2 | 11 min | 3 of 4 | 2 of 3 | 3
    Ayşe Yılmaz | 0 | 0 | 0 | 0 | – | – | – | 0
    - 12 of 30 leads of hot were given to somebody else by hand: perhaps the rule is wrong.
    - Jonas Weber, declined: Too busy now 3, Not my territory 1.
    _ What was put before whom in the turns of teams, each as a share of all: due is by weight, absences not taken into account; after hours is outside of their hours or the clock's.
    Rep | Due | Leads | High intent | Worth EUR
    Jonas Weber | 50 % | 60 % | 60 % | 60 %
    Ayşe Yılmaz | 50 % | 40 % | 40 % | 40 %
    _ Leads that came in today 00:00 to today 14:00 (Europe/Berlin). Speed to lead is arrival to first attempt; accept is from delivery on, without what Baton or the chat was down for.
    ");
    let nothing = Report {
        total: Numbers::default(),
        ..report
    };
    assert_snapshot!(text(&stats(&nothing, &CommandWords::default(), &when)), @"
    (Team sdr, this week: no leads yet. Try a longer period, such as /leadstats quarter.)
    Team sdr, this week: no leads yet. Try a longer period, such as /leadstats quarter.
    ");
    let most = Numbers {
        answered: Kept {
            kept: u64::MAX,
            missed: u64::MAX,
        },
        ..Numbers::default()
    };
    let full = Report {
        total: most,
        ..nothing
    };
    assert!(
        text(&stats(&full, &CommandWords::default(), &when))
            .contains("SLA kept: answered 18446744073709551615 of")
    );
    let of_one = Report {
        of_one: true,
        ..full
    };
    let own = text(&stats(&of_one, &CommandWords::default(), &when));
    assert!(
        !own.contains("\nLeads: ") && !own.contains("Escalated"),
        "{own}"
    );
}

fn absence(until: Until) -> Absence {
    Absence {
        id: "away_1".to_owned(),
        rep: "ayse".into(),
        from: at("12:00"),
        until,
        reason: "dentist".to_owned(),
        cover: Some("jonas".into()),
    }
}

fn at_desk<T>(rep: &str, then: impl FnOnce(Desk<'_>) -> T) -> T {
    then(Desk {
        reader: &RepId::from(rep),
        policy: &policy(),
        when: &When::new(now(), &berlin()),
        words: &CommandWords::default(),
    })
}

#[test]
fn away_says_until_when_and_what_moved_on() {
    let until = Until::At("2026-11-24T08:00:00Z".parse().unwrap());
    let moved = Moved {
        offers: &[4711, 4712],
        owned: &[4700],
    };
    let card = at_desk("ayse", |desk| {
        availability::away(desk, &absence(until), moved)
    });
    assert_snapshot!(text(&card), @"
    (You are away until tomorrow 09:00 (Europe/Berlin): dentist. Jonas Weber stands in. 2 pending offers moved on: #4711, #4712. 1 lead without contact handed on: #4700.)
    You are away until tomorrow 09:00 (Europe/Berlin): dentist. Jonas Weber stands in. 2 pending offers moved on: #4711, #4712. 1 lead without contact handed on: #4700.
    ");
    let none = Moved::default();
    let card = at_desk("selin", |desk| {
        availability::away(desk, &absence(Until::Back), none)
    });
    assert_snapshot!(text(&card), @r"
    (Ayşe Yılmaz is away until they say /lead-back: dentist. Jonas Weber stands in.)
    Ayşe Yılmaz is away until they say /lead-back: dentist. Jonas Weber stands in.
    ");
    let card = at_desk("ayse", |desk| {
        availability::absences(desk, &[absence(until)])
    });
    assert_snapshot!(text(&card), @r"
    (Absences: You are away until tomorrow 09:00 (Europe/Berlin): dentist.)
    Absences, running and planned
    - You are away until tomorrow 09:00 (Europe/Berlin): dentist. [Cancel]
    ");
    let card = at_desk("ayse", |desk| availability::absences(desk, &[]));
    assert_snapshot!(card.summary, @"No absence is planned. /lead-away until tomorrow 9am starts one, /lead-away from 12 Dec to 2 Jan plans one.");
    let said = at_desk("ayse", |desk| {
        availability::cancelled(desk, &absence(until))
    });
    assert_snapshot!(said, @"Cancelled: away until tomorrow 09:00 (Europe/Berlin): dentist.");
}

#[test]
fn back_says_from_when_leads_come() {
    let tomorrow = "2026-11-24T08:00:00Z".parse().unwrap();
    let said = at_desk("ayse", |desk| {
        [
            availability::back(desk, true, None, None, None),
            availability::back(desk, false, None, None, None),
            availability::back(desk, true, Some(at("20:00")), None, None),
            availability::back(desk, true, None, Some(tomorrow), None),
        ]
    });
    assert_snapshot!(said.join("\n"), @r"
    Welcome back. You get leads again.
    You were not away: you get leads as usual.
    Welcome back. You get leads until today 21:00 (Europe/Berlin), also outside your hours.
    Welcome back. You get leads from now on, also before your hours start tomorrow 09:00 (Europe/Berlin).
    ");
}

#[test]
fn what_was_not_understood_is_named_with_the_help() {
    let card = help::not_understood(
        Topic::Back,
        &CommandWords::default(),
        "I don't know when `soonish` is",
    );
    assert_snapshot!(text(&card), @r"
    (I did not understand that: I don't know when `soonish` is. /lead-back: you get leads again, if you like also outside your hours. /lead-back: from now on, also before your hours start; /lead-back until 21:00: also after your hours, until then; /lead-back @jonas: a colleague, for their manager.)
    I did not understand that: I don't know when `soonish` is.
    /lead-back: you get leads again, if you like also outside your hours.
    - /lead-back: from now on, also before your hours start
    - /lead-back until 21:00: also after your hours, until then
    - /lead-back @jonas: a colleague, for their manager
    ");
    for topic in Topic::ALL {
        let words = CommandWords::new([(topic.name().to_owned(), "/x".to_owned())].into());
        assert!(help::help(topic, &words).summary.starts_with("/x: "));
    }
}

#[test]
fn the_overview_names_every_command_by_its_own_word() {
    let card = help::overview(&CommandWords::default());
    assert_snapshot!(text(&card), @"
    (What you can type here. /lead-away: no new leads for a while; what waits for your answer goes to the next. /lead-back: you get leads again, if you like also outside your hours. /leads: your leads, the queue, what waits for a decision, or a search. /lead: one lead with its history and the why, the next one, or a new one. /leadstats: numbers: who answers, how fast, what was kept. /leadrules: the rules in force: where leads go, and how fast.)
    What you can type here:
    - /lead-away: no new leads for a while; what waits for your answer goes to the next
    - /lead-back: you get leads again, if you like also outside your hours
    - /leads: your leads, the queue, what waits for a decision, or a search
    - /lead: one lead with its history and the why, the next one, or a new one
    - /leadstats: numbers: who answers, how fast, what was kept
    - /leadrules: the rules in force: where leads go, and how fast
    _ Add “help” to a command for examples.
    ");
}
