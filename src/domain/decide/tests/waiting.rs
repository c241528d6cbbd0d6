//! Leads that nobody can take now.

use super::*;
use crate::domain::policy::{Caps, WhenClosed};

fn office_team() -> Company {
    Company::new()
        .rep("ayse", |rep| rep.calendar = Some("office".into()))
        .rep("jonas", |rep| rep.calendar = Some("late".into()))
        .calendar("late", "Mo-Fr 11:00-20:00")
        .team("sales", &["ayse", "jonas"], |team| {
            team.managers = vec!["selin".into()];
        })
        .route(&[Target::Team("sales".into())])
}

#[test]
fn a_waiting_lead_is_offered_when_the_first_opens() {
    let mut story = Story::of(office_team());
    story.now = at("21:00");
    let n = story.arrives();
    assert_eq!(story.leads[n].next_wake(), Some(at("2026-11-24T09:00:00Z")));
    assert_eq!(story.told(n), ["21:00 selin nobody_free"]);
    story.until("2026-11-24T08:59:00Z");
    assert!(story.leads[n].is_waiting());
    story.until("2026-11-24T09:00:00Z");
    assert_eq!(story.asked(n), ["ayse"]);
}

#[test]
fn an_absence_with_an_end_is_waited_for_and_one_without_ends_with_back() {
    let mut story = Story::of(office_team());
    story.goes_away("ayse", Some("12:00"));
    story.goes_away("jonas", None);
    let n = story.arrives();
    story.until("12:00");
    assert_eq!(story.asked(n), ["ayse"]);
    let n = story.arrives();
    story.accepts(0, "ayse").unwrap();
    story.declines(n, "ayse", "busy").unwrap();
    assert!(story.leads[n].is_waiting());
    story.comes_back("jonas");
    assert_eq!(story.asked(n), ["jonas"]);
}

#[test]
fn freed_room_goes_to_the_lead_that_waited_longest() {
    let mut story = Story::of(
        Company::new()
            .rep("ayse", |rep| rep.capacity = Some(1))
            .team("sales", &["ayse"], |_| {})
            .route(&[Target::Team("sales".into())]),
    );
    let (first, second, third) = (story.arrives(), story.arrives(), story.arrives());
    story.accepts(first, "ayse").unwrap();
    assert!(story.leads[second].is_waiting() && story.leads[third].is_waiting());
    story
        .happens(
            first,
            Event::Close {
                by: Actor::Rep("ayse".into()),
                ending: crate::domain::event::Ending::Won,
                deal: None,
                why: None,
                note: String::new(),
            },
        )
        .unwrap();
    assert_eq!(
        (story.asked(second).len(), story.asked(third).len()),
        (1, 0)
    );
}

#[test]
fn a_cap_that_time_lifts_is_looked_at_again() {
    let mut story = Story::of(
        Company::new()
            .rep("ayse", |rep| {
                rep.caps = Caps {
                    hour: Some(1),
                    ..Caps::default()
                }
            })
            .team("sales", &["ayse"], |_| {})
            .route(&[Target::Team("sales".into())]),
    );
    story.arrives();
    let n = story.arrives();
    assert!(story.leads[n].is_waiting());
    story.until("11:06");
    assert_eq!(story.asked(n), ["ayse"]);
}

#[test]
fn a_newcomer_is_waited_for() {
    let mut story = Story::of(
        Company::new()
            .rep("ayse", |rep| rep.from = Some(at("12:00")))
            .team("sales", &["ayse"], |_| {})
            .route(&[Target::Team("sales".into())]),
    );
    let n = story.arrives();
    story.until("12:00");
    assert_eq!(story.asked(n), ["ayse"]);
}

#[test]
fn managers_are_told_once_and_the_steps_go_on() {
    let mut story = Story::of(sales());
    story.goes_away("ayse", None);
    story.goes_away("jonas", None);
    story.goes_away("bo", None);
    let n = story.arrives();
    story.until("10:59");
    assert_eq!(
        story.told(n),
        ["10:00 selin nobody_free", "10:30 selin late"]
    );
    assert_eq!(story.leads[n].clock.breached[0].cause, Cause::Capacity);
    story.until("11:00");
    assert_eq!(story.owner(n), Some("selin"));
}

#[test]
fn a_level_that_comes_due_meanwhile_is_waited_for_too() {
    let mut company = sales().rep("bo", |rep| rep.calendar = Some("late".into()));
    company = company.calendar("late", "Mo-Fr 10:40-20:00");
    company.policy.slas.get_mut("demo").unwrap().escalation = vec![reoffer("25m", Rung::Backups)];
    let mut story = Story::of(company);
    story.goes_away("ayse", None);
    story.goes_away("jonas", None);
    // The lead waits for the team; its backups are tried at 10:25 and open at 10:40.
    let n = story.arrives();
    assert_eq!(story.leads[n].offers, []);
    story.until("10:40");
    assert_eq!(story.asked(n), ["bo"]);
}

#[test]
fn closed_backups_are_waited_for_where_they_are_asked_instead() {
    let mut company = office_team().rep("bo", |rep| rep.calendar = Some("night".into()));
    company = company.calendar("night", "22:00-24:00");
    company.policy.teams[0].backups = vec!["bo".into()];
    company.policy.teams[0].when_closed = WhenClosed::Backups;
    let mut story = Story::of(company);
    story.now = at("21:00");
    let n = story.arrives();
    story.until("22:00");
    assert_eq!(story.asked(n), ["bo"]);
}

#[test]
fn what_nobody_of_a_team_takes_goes_to_whoever_is_asked_when_it_closes() {
    let office = |rep: &mut Rep| rep.calendar = Some("office".into());
    let mut company = office_team().rep("jonas", office).rep("bo", |_| {});
    company.policy.teams[0].backups = vec!["bo".into()];
    company.policy.teams[0].when_closed = WhenClosed::Backups;
    let next = |after| step(after, StepAction::Reoffer(Rung::Team));
    company = company.sla("demo", |sla| {
        sla.escalation = vec![next("15m"), next("30m")];
    });
    let mut story = Story::of(company);
    story.now = at("10:00");
    let n = story.arrives();
    story.until("17:59");
    assert!(story.leads[n].is_waiting(), "everybody of the team had it");
    story.until("18:00");
    assert_eq!(story.asked(n), ["bo"]);
}

fn one_offer_at_once() -> Company {
    Company::new()
        .rep("ayse", |rep| rep.pending = Some(1))
        .team("sales", &["ayse"], |_| {})
        .route(&[Target::Team("sales".into())])
}

#[test]
fn an_answer_makes_room_for_the_lead_that_waited_for_it() {
    for reason in [None, Some("busy")] {
        let mut story = Story::of(one_offer_at_once());
        let (first, second) = (story.arrives(), story.arrives());
        assert!(story.leads[second].is_waiting());
        match reason {
            None => story.accepts(first, "ayse").unwrap(),
            Some(reason) => story.declines(first, "ayse", reason).unwrap(),
        }
        assert_eq!(story.asked(second), ["ayse"], "at once, by no clock");
    }
}

#[test]
fn room_made_elsewhere_is_found_by_looking_again() {
    let mut company = one_offer_at_once().team("named", &[], |_| {});
    // The lead waits in the line of a team that its rep is not in.
    company.policy.routes[0].team = Some("named".into());
    company.policy.routes[0].to = vec![Target::Rep("ayse".into())];
    let mut story = Story::of(company);
    let (first, second) = (story.arrives(), story.arrives());
    story.accepts(first, "ayse").unwrap();
    story.until("10:29");
    assert!(story.leads[second].is_waiting());
    story.until("10:30");
    assert_eq!(story.asked(second), ["ayse"]);
}

#[test]
fn a_lead_that_had_its_chance_does_not_hold_up_the_next() {
    let mut story = Story::of(one_offer_at_once());
    let (declined, first, second) = (story.arrives(), story.arrives(), story.arrives());
    story.declines(declined, "ayse", "busy").unwrap();
    assert!(story.leads[declined].is_waiting());
    story.accepts(first, "ayse").unwrap();
    assert_eq!(story.asked(second), ["ayse"]);
}

#[test]
fn a_lead_given_to_somebody_else_leaves_room_behind() {
    let mut story = Story::of(
        Company::new()
            .rep("ayse", |rep| rep.capacity = Some(1))
            .team("sales", &["ayse"], |team| {
                team.managers = vec!["selin".into()];
            })
            .route(&[Target::Team("sales".into())]),
    );
    let (first, second) = (story.arrives(), story.arrives());
    story.accepts(first, "ayse").unwrap();
    let by = Actor::Rep("selin".into());
    story.must(first, given("selin", by));
    assert_eq!(story.asked(second), ["ayse"]);
}

#[test]
fn a_lead_of_no_team_has_the_first_teams_steps_in_every_state() {
    let mut company = sales();
    company.policy.routes[0].to = vec![Target::Rep("nobody".into())];
    let mut story = Story::of(company);
    let n = story.arrives();
    assert!(story.leads[n].is_waiting());
    story.until("10:15");
    assert_eq!(story.asked(n).len(), 1);
    // Asked, it still has the backups and the managers that it had while it waited.
    story.until("10:25");
    assert_eq!(story.asked(n), ["bo"]);
    story.until("11:00");
    assert_eq!(story.owner(n), Some("selin"));
}

#[test]
fn nobody_is_given_more_of_the_backlog_than_they_can_answer() {
    let company = Company::new()
        .rep("ayse", |rep| rep.calendar = Some("office".into()))
        .team("sales", &["ayse"], |_| {})
        .route(&[Target::Team("sales".into())]);
    let mut story = Story::of(company);
    story.now = at("06:00");
    let leads: Vec<usize> = (0..8).map(|_| story.arrives()).collect();
    story.until("09:00");
    let asked = |story: &Story| {
        leads
            .iter()
            .filter(|n| !story.asked(**n).is_empty())
            .count()
    };
    assert_eq!(asked(&story), 5);
    // The next one follows an answer.
    story.accepts(leads[0], "ayse").unwrap();
    assert_eq!((story.owner(leads[0]), asked(&story)), (Some("ayse"), 5));
    assert_eq!(story.asked(leads[5]), ["ayse"]);
}
