//! What costs a turn and what gives it back: leads that were none, given by hand, declined too often.

use super::*;
use crate::domain::{
    event::{Ending, Handing},
    policy::Turn,
};

/// Three reps, managed by Selin.
fn three() -> Company {
    Company::new()
        .team("one", &["anna", "bert", "carl"], |team| {
            team.managers = vec!["selin".into()];
        })
        .route(&[Target::Team("one".into())])
}

fn had(story: &Story, rep: &str) -> f64 {
    let turns = story.turns.get("one");
    let balance = turns.and_then(|turns| turns.reps.get(rep));
    balance.map_or(0.0, |balance| balance.taken)
}

fn closes(story: &mut Story, n: usize, rep: &str, ending: Ending) {
    let close = Event::Close {
        by: Actor::Rep(rep.into()),
        ending,
        deal: None,
        why: None,
        note: String::new(),
    };
    story.must(n, close);
}

#[test]
fn a_lead_that_soon_turns_out_to_be_none_costs_no_turn() {
    for (ending, at, costs) in [
        (Ending::Duplicate, "12:00", 0.0),
        (Ending::Disqualified, "12:00", 0.0),
        (Ending::Lost, "12:00", 1.0),
        (Ending::Disqualified, "2026-12-23T10:00:00Z", 1.0),
    ] {
        let mut story = Story::of(three());
        let n = story.arrives();
        let rep = story.asked(n)[0].to_owned();
        story.accepts(n, &rep).unwrap();
        story.until(at);
        closes(&mut story, n, &rep, ending);
        assert!((had(&story, &rep) - costs).abs() < 1e-9, "{ending:?} {at}");
        story.books_agree();
    }
}

#[test]
fn an_invalid_lead_costs_its_turn_where_the_team_says_so() {
    let mut company = three();
    company.policy.teams[0].turns.invalid = None;
    let mut story = Story::of(company);
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    closes(&mut story, n, &rep, Ending::Duplicate);
    assert!((had(&story, &rep) - 1.0).abs() < 1e-9);
}

#[test]
fn whom_a_manager_asks_by_hand_has_a_turn_when_they_accept_and_none_back_when_not() {
    for (counts, accepts, expected) in [(true, true, 1.0), (false, true, 0.0), (true, false, 0.0)] {
        let mut company = three();
        let turns = &mut company.policy.teams[0].turns;
        (turns.by_hand, turns.declined) = (counts, Turn::Back);
        let mut story = Story::of(company);
        let n = story.arrives();
        let first = story.asked(n)[0].to_owned();
        let other = if first == "anna" { "bert" } else { "anna" };
        let Event::Assign {
            to,
            by,
            words,
            premise,
            ..
        } = given(other, Actor::Rep("selin".into()))
        else {
            panic!("it is given");
        };
        story.must(
            n,
            Event::Assign {
                to,
                by,
                words,
                premise,
                handing: Handing::Offer,
            },
        );
        if accepts {
            story.accepts(n, other).unwrap();
        } else {
            story.declines(n, other, "busy").unwrap();
        }
        assert!(
            (had(&story, other) - expected).abs() < 1e-9,
            "{counts} {accepts}"
        );
        story.books_agree();
    }
}

#[test]
fn declines_are_limited_by_the_day_and_some_reasons_are_the_managers() {
    let mut company = three();
    company.policy.teams[0].members = vec!["anna".into(), "selin".into()];
    company.policy.teams[0].turns.declines = Some(3);
    company.policy.declines[0].per_day = Some(2);
    company.policy.declines[3].managers_only = true;
    let mut story = Story::of(company);
    story.goes_away("selin", None);
    let mut decline = |reason: &str| {
        let n = story.arrives();
        let refused = story.declines(n, "anna", reason).err();
        story.must(
            n,
            Event::Close {
                by: Actor::Api("crm".to_owned()),
                ending: Ending::Lost,
                deal: None,
                why: None,
                note: String::new(),
            },
        );
        (refused, story.now += SignedDuration::from_mins(1)).0
    };
    assert_eq!(decline("spam"), Some(Refusal::ForManagers));
    assert_eq!(decline("busy"), None);
    assert_eq!(decline("busy"), None);
    assert_eq!(decline("busy"), Some(Refusal::ReasonUsedUp { most: 2 }));
    assert_eq!(decline("later"), None);
    assert_eq!(decline("later"), Some(Refusal::DeclinesUsedUp { most: 3 }));
    story.now += SignedDuration::from_hours(24);
    let n = story.arrives();
    assert_eq!(story.declines(n, "anna", "busy"), Ok(()));
}

#[test]
fn a_newcomers_share_grows_by_the_day_and_the_books_agree() {
    let mut company = three();
    let rep = company.policy.reps.get_mut("carl").unwrap();
    (rep.from, rep.ramp) = (Some(at("00:00")), Some(SignedDuration::from_hours(10 * 24)));
    let mut story = Story::of(company);
    let mut had_by_carl = Vec::new();
    for day in 0..12 {
        story.now = at("10:00") + SignedDuration::from_hours(24 * day);
        let mut carl = 0;
        for _ in 0..21 {
            let n = story.arrives();
            let rep = story.asked(n)[0].to_owned();
            story.accepts(n, &rep).unwrap();
            carl += usize::from(rep == "carl");
        }
        had_by_carl.push(carl);
    }
    story.books_agree();
    assert!(
        had_by_carl[0] <= 2 && had_by_carl[11] == 7,
        "{had_by_carl:?}"
    );
    assert!((3..=6).contains(&had_by_carl[5]), "{had_by_carl:?}");
}

#[test]
fn who_holds_enough_takes_none_from_the_queue() {
    let mut company = three();
    company.policy.teams[0].held = Some(2);
    company.policy.routes[0].to = vec![Target::Queue {
        team: "one".into(),
        hide: Vec::new(),
    }];
    let mut story = Story::of(company);
    let leads: Vec<usize> = (0..3).map(|_| story.arrives()).collect();
    assert_eq!(story.claims(leads[0], "anna"), Ok(()));
    assert_eq!(story.claims(leads[1], "anna"), Ok(()));
    let enough = Err(Refusal::HoldsEnough { most: 2 });
    assert_eq!(story.claims(leads[2], "anna"), enough);
    closes(&mut story, leads[0], "anna", Ending::Lost);
    assert_eq!(story.claims(leads[2], "anna"), Ok(()));
}

#[test]
fn an_accept_that_comes_too_late_gives_its_turn_back_once_a_day_and_once_for_each_offer() {
    let mut story = Story::of(three().demo());
    let late = |story: &mut Story, n: usize, rep: &str, back: bool| {
        let (offer, by) = (story.offer_of(n, rep), rep.into());
        let event = match back {
            true => Event::BackInLine { offer, by },
            false => Event::LateAccept { offer, by },
        };
        story.happens(n, event)
    };
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    assert_eq!(late(&mut story, n, &rep, false), Err(Refusal::OfferOver));
    story.until("11:00");
    // Who has not pressed late is given nothing back.
    assert_eq!(late(&mut story, n, &rep, true), Err(Refusal::KeepsPlace));
    late(&mut story, n, &rep, false).unwrap();
    assert!((had(&story, &rep) - 1.0).abs() < 1e-9);
    late(&mut story, n, &rep, true).unwrap();
    assert!(had(&story, &rep).abs() < 1e-9);
    assert_eq!(late(&mut story, n, &rep, true), Err(Refusal::KeepsPlace));
    // They are asked for the next one, and let that go by as well.
    let other = story.arrives();
    assert_eq!(story.asked(other), [rep.as_str()]);
    story.until("12:00");
    let before = had(&story, &rep);
    late(&mut story, other, &rep, false).unwrap();
    assert_eq!(
        late(&mut story, other, &rep, true),
        Err(Refusal::KeepsPlace)
    );
    assert!((had(&story, &rep) - before).abs() < 1e-9);
    story.books_agree();
}
