//! How long each leg took, whose time that is, and accepts of which nothing came.

use super::*;
use crate::domain::{
    event::{ContactHow, Ending},
    lead::{Lasted, Leg},
};

/// What was counted of a lead and not taken back, with how long it took.
fn counted(story: &Story, n: usize, what: MeasureKind) -> Vec<i64> {
    let mut all = Vec::new();
    for (lead, _, effect) in &story.log {
        match effect {
            Effect::Count(one) if *lead == n && one.what == what => {
                all.push(one.took.map_or(0, |took| took.as_mins()));
            }
            Effect::Uncount(one) if *lead == n && one.what == what => {
                all.pop();
            }
            _ => {}
        }
    }
    all
}

fn legs(story: &Story, n: usize) -> Vec<Option<(i64, i64)>> {
    let minutes = |took: Lasted| (took.wall.as_mins(), took.open.as_mins());
    let legs = &story.leads[n].legs;
    Leg::ALL.map(|leg| legs.of(leg).map(minutes)).into()
}

fn office_hours() -> Story {
    let mut company = sales();
    let sla = company.policy.slas.get_mut("demo").unwrap();
    sla.calendar = Some("office".into());
    for rep in company.policy.reps.values_mut() {
        rep.calendar = Some("office".into());
    }
    Story::of(company)
}

#[test]
fn each_leg_is_counted_once_by_both_clocks() {
    let mut story = office_hours();
    story.until("17:50");
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    assert_eq!(legs(&story, n), [Some((0, 0)), Some((0, 0)), None, None]);
    story.until("17:55");
    story.accepts(n, &rep).unwrap();
    story.until("2026-11-24T09:10:00Z");
    story.contacts(n, &rep).unwrap();
    let night = 15 * 60;
    assert_eq!(
        legs(&story, n),
        [
            Some((0, 0)),
            Some((0, 0)),
            Some((5, 5)),
            Some((night + 15, 15))
        ]
    );
    for (leg, wall, open) in [
        (Leg::Offered, 0, 0),
        (Leg::Delivered, 0, 0),
        (Leg::Accepted, 5, 5),
        (Leg::Contacted, night + 15, 15),
    ] {
        let (by_wall, by_clock) = leg.measures();
        assert_eq!(counted(&story, n, by_wall), [wall], "{leg:?}");
        assert_eq!(counted(&story, n, by_clock), [open], "{leg:?}");
    }
}

#[test]
fn a_lead_that_waits_for_the_morning_has_waited_no_open_hours() {
    let mut story = office_hours();
    story.until("20:00");
    let n = story.arrives();
    assert_eq!(legs(&story, n), [None; 4]);
    story.until("2026-11-24T09:00:00Z");
    assert_eq!(legs(&story, n)[0], Some((13 * 60, 0)));
}

#[test]
fn what_the_chat_or_baton_was_down_for_is_not_the_reps_time() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.until("10:02");
    story.chat_goes_down();
    story.until("10:07");
    story.chat_comes_back("10:02");
    story.until("10:09");
    story.accepts(n, &rep).unwrap();
    assert_eq!(legs(&story, n)[2], Some((4, 4)));
    let lost = story.leads[n].legs.lost.unwrap();
    assert_eq!((lost.wall.as_mins(), lost.open.as_mins()), (5, 5));
    assert_eq!(counted(&story, n, MeasureKind::Accepted), [4]);

    let mut story = Story::of(sales());
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.until("10:02");
    story.chat_goes_down();
    story.until("10:05");
    story.accepts(n, &rep).unwrap();
    assert_eq!(
        legs(&story, n)[2],
        Some((2, 2)),
        "pressed while it was down"
    );
}

#[test]
fn what_the_chat_takes_to_show_the_first_card_is_its_own() {
    let mut story = Story::of(sales());
    story.chat_goes_down();
    let n = story.arrives();
    story.until("10:03");
    assert_eq!(legs(&story, n)[..2], [Some((0, 0)), None]);
    story.chat_comes_back("10:00");
    assert_eq!(legs(&story, n)[1], Some((3, 3)));
}

#[test]
fn an_accept_taken_back_took_no_time() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    let offer = story.offer_of(n, &rep);
    story.until("10:01");
    story.accepts(n, &rep).unwrap();
    let undo = Event::Undo {
        offer,
        by: rep.as_str().into(),
    };
    story.must(n, undo);
    assert_eq!(legs(&story, n)[2], None);
    assert!(counted(&story, n, MeasureKind::AcceptedOpen).is_empty());
    story.until("10:04");
    story.accepts(n, &rep).unwrap();
    assert_eq!(counted(&story, n, MeasureKind::AcceptedOpen), [4]);
}

fn hollow(story: &Story, n: usize) -> usize {
    counted(story, n, MeasureKind::Hollow).len()
}

fn owned() -> (Story, usize, String) {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    (story, n, rep)
}

#[test]
fn an_accept_is_hollow_once_when_the_clock_runs_out_or_the_lead_is_got_rid_of() {
    let (mut story, n, _) = owned();
    story.until("10:29");
    assert_eq!(hollow(&story, n), 0);
    story.until("10:30");
    assert_eq!(hollow(&story, n), 1);
    // Offered to somebody else by the clock: the same accept.
    story.until("11:00");
    assert_eq!((hollow(&story, n), story.owner(n)), (1, None));
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    let back = Event::Release {
        by: Actor::Rep(rep.as_str().into()),
        words: String::new(),
    };
    story.must(n, back);
    assert_eq!(hollow(&story, n), 2);
    let ends = |ending| {
        let (mut story, n, rep) = owned();
        let close = Event::Close {
            by: Actor::Rep(rep.as_str().into()),
            ending,
            deal: None,
            why: None,
            note: String::new(),
        };
        story.must(n, close);
        hollow(&story, n)
    };
    assert_eq!(
        Ending::ALL.map(ends),
        [0, 1, 0, 1, 0],
        "to say that it is none is an answer"
    );
}

#[test]
fn an_accept_is_not_hollow_for_whoever_tried_was_given_it_or_had_no_time() {
    let (mut story, n, rep) = owned();
    story.contacts(n, &rep).unwrap();
    story.until("12:00");
    assert_eq!(hollow(&story, n), 0);

    let mut story = Story::of(sales());
    let n = story.arrives();
    story.must(n, given("ayse", Actor::Rep("selin".into())));
    story.until("12:00");
    assert_eq!(hollow(&story, n), 0, "they were not asked");

    let mut story = Story::of(sales());
    let n = story.arrives();
    story.until("10:28");
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    story.until("10:40");
    assert_eq!(breaches(&story, n).len(), 2);
    assert_eq!(hollow(&story, n), 0, "two minutes are too few");

    let (mut story, n, _) = owned();
    story.until("10:40");
    let called = Event::Contacted {
        by: Actor::Api("crm".to_owned()),
        how: ContactHow::Reached,
        at: Some(at("10:20")),
        note: String::new(),
        next: None,
    };
    story.must(n, called);
    assert_eq!(hollow(&story, n), 0, "they had called in time");

    let (mut story, n, _) = owned();
    story.until("10:10");
    story.must(n, given("bo", Actor::Rep("selin".into())));
    assert_eq!(hollow(&story, n), 0, "a manager wanted it so");
}

#[test]
fn what_the_chat_took_is_counted_of_the_first_card_only() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    story.until("10:16");
    assert_eq!(story.leads[n].offers.len(), 2);
    assert_eq!(counted(&story, n, MeasureKind::OfferedDelivered), [0]);
}
