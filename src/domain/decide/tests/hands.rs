//! What people do by hand: take back, hand over, give back, plan, and see to what is late.

use super::*;
use crate::domain::{
    event::{Actor, ContactHow, Gone, Planned},
    score::Stage,
};

/// One of the things that people do by hand, for random histories.
pub(super) fn event(what: usize, who: &RepId, lead: &Lead, now: Timestamp) -> Event {
    let owner = lead.owner().unwrap_or(who).clone();
    let offer =
        |offer: Option<&Offer>| offer.map_or_else(|| "offer_x".into(), |one| one.id.clone());
    let assign = |to, by, handing| Event::Assign {
        to,
        by,
        handing,
        words: "theirs".to_owned(),
        premise: Premise::Any,
    };
    match what % 8 {
        0..=1 => {
            let undo = lead.undo.as_ref();
            Event::Undo {
                offer: undo.map_or_else(|| offer(lead.offers.last()), |undo| undo.offer.clone()),
                by: undo.map_or(who, |undo| &undo.by).clone(),
            }
        }
        2 => assign(
            Receiver::Rep(who.clone()),
            Actor::Rep(owner),
            Handing::Offer,
        ),
        3 => assign(
            Receiver::Team("one".into()),
            Actor::Rep(owner),
            Handing::Offer,
        ),
        4 => assign(
            Receiver::Team("two".into()),
            Actor::Api("crm".into()),
            Handing::Now,
        ),
        5 => Event::Release {
            by: Actor::Rep(owner),
            words: String::new(),
        },
        6 => Event::NextStep {
            by: Actor::Rep(owner),
            next: Planned {
                what: "call".to_owned(),
                at: now + SignedDuration::from_mins(30),
            },
        },
        _ if what.is_multiple_of(5) => Event::Reroute {
            by: Actor::Baton,
            rule: "rule0".to_owned(),
        },
        _ if what.is_multiple_of(7) => {
            let over = lead.offers.iter().rev();
            let over = over
                .clone()
                .find(|it| it.late.is_some())
                .or(over.clone().next());
            let by = over.map_or(who, |offer| &offer.rep).clone();
            let id = offer(over);
            match what.is_multiple_of(2) {
                true => Event::LateAccept { offer: id, by },
                false => Event::BackInLine { offer: id, by },
            }
        }
        _ if what.is_multiple_of(11) => Event::Stage {
            by: Actor::Rep(owner),
            stage: Stage::Sql,
        },
        _ if what.is_multiple_of(3) => Event::Reoffer { by: who.clone() },
        _ => Event::Snooze {
            by: who.clone(),
            until: now + SignedDuration::from_mins(20),
        },
    }
}

fn undo(story: &mut Story, n: usize, rep: &str) -> Result<(), Refusal> {
    let offer = story.offer_of(n, rep);
    story.happens(
        n,
        Event::Undo {
            offer,
            by: rep.into(),
        },
    )
}

fn seconds(story: &mut Story, seconds: i64) {
    let later = story.now + SignedDuration::from_secs(seconds);
    story.pass_to(later);
}

fn hands_over(story: &mut Story, n: usize, from: &str, to: &str) -> Result<(), Refusal> {
    let event = Event::Assign {
        to: Receiver::Rep(to.into()),
        by: Actor::Rep(from.into()),
        handing: Handing::Offer,
        words: "speaks Turkish".to_owned(),
        premise: Premise::Any,
    };
    story.happens(n, event)
}

fn counted(story: &Story, n: usize, what: MeasureKind) -> i64 {
    let of = story.log.iter().filter(|(lead, ..)| *lead == n);
    of.map(|(_, _, effect)| match effect {
        Effect::Count(measure) if measure.what == what => 1,
        Effect::Uncount(measure) if measure.what == what => -1,
        _ => 0,
    })
    .sum()
}

#[test]
fn an_accept_is_undone_and_the_offer_has_its_old_deadline() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let (who, until) = (story.asked(n)[0].to_owned(), until_of(&story, n));
    story.accepts(n, &who).unwrap();
    seconds(&mut story, 29);
    undo(&mut story, n, &who).unwrap();
    assert_eq!((story.asked(n), until_of(&story, n)), (vec![&*who], until));
    for what in [MeasureKind::Accepted, MeasureKind::AcknowledgeKept] {
        assert_eq!(counted(&story, n, what), 0, "{what:?}");
    }
    assert_eq!(story.leads[n].clock.acknowledged_at, None);
    // It goes its old way, and the next accept is a new one.
    story.until("10:15");
    assert_ne!(story.asked(n), [who.as_str()]);
    story.books_agree();
}

#[test]
fn half_a_minute_after_an_accept_it_stands_and_the_card_is_drawn_again() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let who = story.asked(n)[0].to_owned();
    story.accepts(n, &who).unwrap();
    story.log.clear();
    seconds(&mut story, 30);
    let drawn = |effect: &Effect| matches!(effect, Effect::Show(CardRef::Offer { rep, .. }) if rep.as_str() == who);
    assert!(story.log.iter().any(|(_, _, effect)| drawn(effect)));
    assert_eq!(undo(&mut story, n, &who), Err(Refusal::TooLate));
    assert_eq!(story.owner(n), Some(who.as_str()));
}

#[test]
fn a_decline_is_undone_and_whoever_was_asked_meanwhile_hears_of_it() {
    let mut story = Story::of(sales());
    story.company.policy.teams[0].turns.declined = crate::domain::policy::Turn::Back;
    let n = story.arrives();
    let who = story.asked(n)[0].to_owned();
    story.declines(n, &who, "busy").unwrap();
    let next = story.asked(n)[0].to_owned();
    assert_ne!(next, who);
    undo(&mut story, n, &who).unwrap();
    assert_eq!(story.asked(n), [who.as_str()]);
    assert_eq!(story.told(n), [format!("10:00 {next} taken_back")]);
    assert_eq!(counted(&story, n, MeasureKind::Declined), 0);
    story.books_agree();
    // The other one has not had it, and is asked when its time comes.
    story.until("10:15");
    assert_eq!(story.asked(n), [next.as_str()]);
}

#[test]
fn nothing_is_undone_after_somebody_has_acted_on_it() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let who = story.asked(n)[0].to_owned();
    story.declines(n, &who, "busy").unwrap();
    let next = story.asked(n)[0].to_owned();
    story.accepts(n, &next).unwrap();
    assert_eq!(undo(&mut story, n, &who), Err(Refusal::TooLate));
    story.must(
        n,
        Event::Contacted {
            by: Actor::Rep(next.as_str().into()),
            how: ContactHow::Reached,
            at: None,
            note: String::new(),
            next: None,
        },
    );
    assert_eq!(undo(&mut story, n, &next), Err(Refusal::TooLate));
}

#[test]
fn a_decline_that_dropped_the_lead_is_undone_too() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let who = story.asked(n)[0].to_owned();
    story.declines(n, &who, "spam").unwrap();
    undo(&mut story, n, &who).unwrap();
    assert_eq!(story.asked(n), [who.as_str()]);
    story.sound(n);
}

#[test]
fn what_an_absence_passed_on_comes_back_until_somebody_accepts() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let who = story.asked(n)[0].to_owned();
    let gone = |rep: &str| Event::RepGone {
        rep: rep.into(),
        why: Gone::Away,
    };
    story.must(n, gone(&who));
    seconds(&mut story, 59);
    undo(&mut story, n, &who).unwrap();
    assert_eq!(story.asked(n), [who.as_str()]);
    story.must(n, gone(&who));
    let next = story.asked(n)[0].to_owned();
    story.accepts(n, &next).unwrap();
    assert_eq!(undo(&mut story, n, &who), Err(Refusal::TooLate));
}

#[test]
fn a_hand_over_is_the_colleagues_when_they_accept() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let who = story.asked(n)[0].to_owned();
    story.accepts(n, &who).unwrap();
    let contact_by = story.leads[n].plan.as_ref().unwrap().contact_by;
    hands_over(&mut story, n, &who, "bo").unwrap();
    assert_eq!((story.owner(n), story.asked(n)), (Some(&*who), vec!["bo"]));
    story.declines(n, "bo", "spam").unwrap();
    assert_eq!(story.owner(n), Some(who.as_str()));
    hands_over(&mut story, n, &who, "selin").unwrap();
    story.accepts(n, "selin").unwrap();
    assert_eq!(story.owner(n), Some("selin"));
    assert_eq!(story.leads[n].plan.as_ref().unwrap().contact_by, contact_by);
    let expected = [
        format!("10:00 {who} not_handed_over"),
        format!("10:00 {who} handed_over"),
    ];
    assert_eq!(story.told(n), expected);
    story.sound(n);
}

#[test]
fn a_colleague_who_does_not_answer_leaves_it_where_it_is() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let who = story.asked(n)[0].to_owned();
    story.accepts(n, &who).unwrap();
    hands_over(&mut story, n, &who, "bo").unwrap();
    assert_eq!(until_of(&story, n), Some(at("10:15")));
    story.until("10:15");
    assert_eq!((story.owner(n), story.asked(n).len()), (Some(&*who), 0));
    assert_eq!(story.told(n), [format!("10:15 {who} not_handed_over")]);
    assert_eq!(
        hands_over(&mut story, n, "bo", "selin"),
        Err(Refusal::NotOwner)
    );
}

#[test]
fn a_released_lead_goes_to_somebody_else_under_a_new_clock() {
    for target in [
        Target::Team("sales".into()),
        Target::PreviousOwner,
        Target::Pool {
            team: "sales".into(),
            size: None,
            matching: false,
            hide: Vec::new(),
        },
    ] {
        let mut story = Story::of(sales());
        story.company.policy.routes[0].to = vec![target, Target::Team("sales".into())];
        let n = story.arrives();
        let who = story.asked(n)[0].to_owned();
        story.accepts(n, &who).unwrap();
        story.until("10:05");
        let by = |rep: &str| Actor::Rep(rep.into());
        let release = |rep: &str| Event::Release {
            by: by(rep),
            words: "wrong region".into(),
        };
        assert_eq!(story.happens(n, release("bo")), Err(Refusal::NotOwner));
        story.must(n, release(&who));
        assert!(
            !story.asked(n).is_empty() && !story.asked(n).contains(&&*who),
            "{:?}",
            story.asked(n)
        );
        assert_eq!(
            story.leads[n].plan.as_ref().unwrap().acknowledge_by,
            Some(at("10:20"))
        );
        story.sound(n);
    }
}

#[test]
fn a_planned_step_is_reminded_of_once() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let who = story.asked(n)[0].to_owned();
    story.accepts(n, &who).unwrap();
    let plan = |when: &str, by: &str| Event::NextStep {
        by: Actor::Rep(by.into()),
        next: Planned {
            what: "call".to_owned(),
            at: at(when),
        },
    };
    assert_eq!(story.happens(n, plan("09:00", &who)), Err(Refusal::BadTime));
    assert_eq!(
        story.happens(n, plan("10:05", "bo")),
        Err(Refusal::NotOwner)
    );
    story.must(n, plan("10:05", &who));
    story.until("10:10");
    assert_eq!(story.told(n), [format!("10:05 {who} step_due")]);
}

#[test]
fn a_nurtured_lead_has_no_clock_until_it_can_be_offered() {
    let mut story = Story::of(sales());
    story.company.policy.routes[0].to = vec![Target::Nurture("newsletter".to_owned())];
    let n = story.arrives();
    assert_eq!(story.leads[n].plan, None);
    story.company.policy.routes[0].to = vec![Target::Team("sales".into())];
    story.until("12:00");
    story.must(n, sent(crate::domain::submission::NewLead::default()));
    assert_eq!(
        story.leads[n].plan.as_ref().unwrap().contact_by,
        Some(at("12:30"))
    );
}

#[test]
fn what_the_clock_did_meanwhile_is_not_undone() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    story.until("2026-11-23T10:59:50Z");
    story.declines(n, "bo", "busy").unwrap();
    story.until("2026-11-23T11:00:05Z");
    assert_eq!(story.owner(n), Some("selin"));
    assert_eq!(undo(&mut story, n, "bo"), Err(Refusal::TooLate));
    assert_eq!(story.owner(n), Some("selin"));
}

#[test]
fn after_half_a_minute_nothing_is_taken_back_though_no_clock_has_looked() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.accepts(n, &first).unwrap();
    story.now = at("10:01");
    assert_eq!(undo(&mut story, n, &first), Err(Refusal::TooLate));
    assert_eq!(story.owner(n), Some(first.as_str()));
}
