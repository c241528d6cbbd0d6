//! What managers decide: reviews, and what becomes of late leads.

use super::*;
use crate::domain::{event::Audible, lead::OfferState};

/// A lead that nobody has accepted, of which the managers have been told.
fn late() -> (Story, usize) {
    let mut company = sales();
    company.policy.teams[0].managers = vec!["selin".into(), "marta".into()];
    let company = company.rep("marta", |_| {});
    let mut story = Story::of(company);
    let n = story.arrives();
    story.until("10:30");
    assert!(story.leads[n].alarm.is_some());
    story.log.clear();
    (story, n)
}

fn take(by: &str) -> Event {
    Event::Assign {
        to: Receiver::Rep(by.into()),
        by: Actor::Rep(by.into()),
        handing: Handing::Now,
        words: String::new(),
        premise: Premise::Late,
    }
}

#[test]
fn the_first_manager_to_press_has_a_late_lead() {
    let (mut story, n) = late();
    story.must(n, take("selin"));
    assert_eq!(story.happens(n, take("marta")), Err(Refusal::OfferOver));
    assert_eq!(story.owner(n), Some("selin"));
    let shown: Vec<&str> = story
        .log
        .iter()
        .filter_map(|(_, _, effect)| match effect {
            Effect::Show(CardRef::Late {
                to: Audible::Rep(rep),
                ..
            }) => Some(rep.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(shown, ["marta", "selin"]);
}

#[test]
fn a_late_lead_goes_to_the_next_one_when_a_manager_says_so() {
    let (mut story, n) = late();
    let before = story
        .asked(n)
        .iter()
        .map(|rep| (*rep).to_owned())
        .collect::<Vec<_>>();
    story.must(n, Event::Reoffer { by: "marta".into() });
    assert_ne!(story.asked(n), before);
    assert_eq!(
        story.happens(n, Event::Reoffer { by: "selin".into() }),
        Err(Refusal::OfferOver)
    );
    story.sound(n);
}

#[test]
fn who_asks_to_be_told_later_is_told_later_if_it_is_still_late() {
    let (mut story, n) = late();
    let until = at("10:45");
    assert_eq!(
        story.happens(
            n,
            Event::Snooze {
                by: "ayse".into(),
                until
            }
        ),
        Err(Refusal::NotOwner)
    );
    story.must(
        n,
        Event::Snooze {
            by: "selin".into(),
            until,
        },
    );
    story.until("10:44");
    assert_eq!(story.told(n), Vec::<String>::new());
    story.until("10:45");
    assert_eq!(story.told(n), ["10:45 marta late", "10:45 selin late"]);
}

#[test]
fn what_was_put_off_is_told_at_that_time_and_not_by_the_steps_in_between() {
    let mut company = sales();
    let sla = company.policy.slas.get_mut("demo").unwrap();
    sla.escalation = vec![managers("10m"), managers("20m"), managers("50m")];
    let mut story = Story::of(company);
    let n = story.arrives();
    story.until("10:15");
    let (by, until) = ("selin".into(), at("10:40"));
    story.must(n, Event::Snooze { by, until });
    story.until("10:55");
    assert_eq!(
        story.told(n),
        ["10:10 selin late", "10:40 selin late", "10:50 selin late"]
    );
}

#[test]
fn a_late_lead_for_which_nobody_is_there_now_goes_to_the_next_level_when_it_opens() {
    let mut company = sales()
        .calendar("late", "Mo-Su 12:00-22:00")
        .rep("bo", |rep| rep.calendar = Some("late".into()));
    let sla = company.policy.slas.get_mut("demo").unwrap();
    sla.escalation = vec![managers("10m"), reoffer("60m", Rung::Backups)];
    let mut story = Story::of(company);
    story.goes_away("ayse", None);
    story.goes_away("jonas", None);
    let n = story.arrives();
    story.until("10:20");
    story.must(n, Event::Reoffer { by: "selin".into() });
    assert_eq!(story.asked(n), [""; 0]);
    story.until("12:00");
    assert_eq!(story.asked(n), ["bo"]);
}

#[test]
fn of_two_managers_who_assign_a_reviewed_lead_the_first_counts() {
    let mut story = Story::of(sales());
    story.company.policy.routes[0].to = vec![Target::Review("sales".into())];
    let n = story.arrives();
    let gives = |to: &str| Event::Assign {
        to: Receiver::Rep(to.into()),
        by: Actor::Rep("selin".into()),
        handing: Handing::Now,
        words: String::new(),
        premise: Premise::InReview,
    };
    story.must(n, gives("ayse"));
    assert_eq!(story.happens(n, gives("jonas")), Err(Refusal::OfferOver));
    assert_eq!(story.owner(n), Some("ayse"));
}

#[test]
fn who_has_not_answered_when_a_manager_is_to_decide_has_let_it_expire() {
    let mut company = sales();
    let review = step("15m", StepAction::Review("sales".into()));
    company.policy.slas.get_mut("demo").unwrap().escalation = vec![review];
    let mut story = Story::of(company);
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.until("10:15");
    assert!(matches!(story.leads[n].state, State::Review { .. }));
    assert_eq!(story.leads[n].offers[0].state, OfferState::Expired);
    let offer = story.leads[n].offers[0].id.clone();
    let by = RepId::from(first.as_str());
    story.must(n, Event::LateAccept { offer, by });
    story.sound(n);
}

#[test]
fn who_was_not_shown_the_card_before_a_review_step_has_let_nothing_expire() {
    let mut company = sales();
    let review = step("15m", StepAction::Review("sales".into()));
    company.policy.slas.get_mut("demo").unwrap().escalation = vec![review];
    let mut story = Story::of(company);
    story.chat_down = true;
    let n = story.arrives();
    story.until("10:15");
    assert!(matches!(story.leads[n].state, State::Review { .. }));
    let offer = &story.leads[n].offers[0];
    let why = offer.reason.as_ref().map(|reason| reason.id.as_str());
    assert_eq!(
        (offer.state, why),
        (OfferState::Withdrawn, Some("not shown"))
    );
}
