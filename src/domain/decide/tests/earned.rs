//! An accept must be earned: by each who has the lead, for as long as nobody has reached it.

use super::*;
use crate::domain::{
    event::{ContactHow, Down, Gone, Planned},
    plan::StepDone,
    world::Away,
};

/// A lead that somebody has accepted at 10:01.
fn owned(company: Company) -> (Story, usize, String) {
    let mut story = Story::of(company);
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.until("10:01");
    story.accepts(n, &rep).unwrap();
    (story, n, rep)
}

fn other(rep: &str) -> &'static str {
    if rep == "ayse" { "jonas" } else { "ayse" }
}

/// Try again after two hours, and then after four.
fn patient() -> Company {
    let mut company = sales();
    let sla = company.policy.slas.get_mut("demo").unwrap();
    sla.retry = vec![period("2h"), period("4h")];
    company
}

fn breaches(story: &Story, n: usize) -> Vec<(Promise, Cause, Option<String>)> {
    let breached = story.leads[n].clock.breached.iter();
    let named = breached.map(|one| {
        let counted = one.counted.as_ref();
        let rep = counted.and_then(|measure| measure.rep.as_ref());
        (one.what, one.cause, rep.map(ToString::to_string))
    });
    named.collect()
}

#[test]
fn what_an_earlier_owner_tried_is_no_contact_of_the_next_one() {
    let (mut story, n, first) = owned(patient());
    story.contacts(n, &first).unwrap();
    let by = Actor::Rep(first.as_str().into());
    let words = String::new();
    story.must(n, Event::Release { by, words });
    let next = story.asked(n)[0].to_owned();
    assert_ne!(next, first);
    story.accepts(n, &next).unwrap();
    story.log.clear();
    story.until("10:59");
    assert_eq!(
        story.told(n),
        [
            format!("10:21 {next} contact_due"),
            "10:31 selin late".to_owned()
        ]
    );
    assert_eq!(
        breaches(&story, n),
        [(Promise::Contact, Cause::Rep, Some(next.clone()))]
    );
    assert_eq!(story.counted(n, MeasureKind::Hollow), 1);
    // How fast the lead was answered first is counted once.
    story.contacts(n, &next).unwrap();
    assert_eq!(story.counted(n, MeasureKind::Contacted), 0);
    assert_eq!(story.leads[n].clock.attempted_before_at, Some(at("10:01")));
}

#[test]
fn an_attempt_that_nobody_makes_is_reminded_of_and_told_each_working_day() {
    let mut company = patient();
    company.policy.slas.get_mut("demo").unwrap().calendar = Some("office".into());
    let (mut story, n, rep) = owned(company);
    story.contacts(n, &rep).unwrap();
    story.log.clear();
    story.until("2026-11-25T12:00:00Z");
    let day = [
        format!("09:00 {rep} step_due"),
        "09:00 selin late".to_owned(),
    ];
    let first = [format!("12:01 {rep} step_due")];
    assert_eq!(story.told(n), [&first[..], &day, &day].concat());
    assert!(story.leads[n].alarm.is_some());
    // Whoever tries again has seen to it.
    story.contacts(n, &rep).unwrap();
    assert_eq!(story.leads[n].alarm, None);
    assert_eq!(
        story.leads[n].next_step.as_ref().map(|step| step.due_at),
        Some(at("2026-11-25T16:00:00Z"))
    );
}

#[test]
fn who_is_away_is_not_reminded_of_an_attempt_before_they_are_back() {
    let (mut story, n, rep) = owned(patient());
    story.contacts(n, &rep).unwrap();
    story.goes_away(&rep, Some("2026-11-23T15:00:00Z"));
    story.log.clear();
    story.until("14:59");
    assert_eq!(story.told(n), [""; 0]);
    story.until("15:00");
    assert_eq!(story.told(n), [format!("15:00 {rep} step_due")]);
}

#[test]
fn what_nobody_was_reached_by_goes_on_when_its_owner_is_away_for_long() {
    let (mut story, n, rep) = owned(patient());
    story.contacts(n, &rep).unwrap();
    let gone = |rep: &str| Event::RepGone {
        rep: rep.into(),
        why: Gone::AwayForLong { cover: None },
    };
    story.person(&rep).away = Some(Away {
        until: None,
        cover: None,
    });
    story.must(n, gone(&rep));
    assert_eq!(story.asked(n), [other(&rep)]);

    let (mut story, n, rep) = owned(patient());
    let by = Actor::Rep(rep.as_str().into());
    let reached = Event::Contacted {
        by,
        how: ContactHow::Reached,
        at: None,
        note: String::new(),
        next: None,
    };
    story.must(n, reached);
    story.must(n, gone(&rep));
    assert_eq!(story.owner(n), Some(rep.as_str()));
}

#[test]
fn a_snooze_is_no_answer_for_who_was_not_told_yet() {
    let mut company = sales().rep("marta", |_| {});
    let sla = company.policy.slas.get_mut("demo").unwrap();
    let director = StepAction::Notify(Audience::Rep("marta".into()));
    sla.escalation = vec![managers("10m"), managers("15m"), step("20m", director)];
    let mut story = Story::of(company);
    let n = story.arrives();
    story.until("10:12");
    let (by, until) = ("selin".into(), at("10:40"));
    story.must(n, Event::Snooze { by, until });
    story.until("10:40");
    assert_eq!(
        story.told(n),
        [
            "10:10 selin late",
            "10:20 marta late",
            "10:40 marta late",
            "10:40 selin late"
        ]
    );
}

#[test]
fn that_one_more_was_told_changes_no_notice_that_stands() {
    let mut company = sales();
    let sla = company.policy.slas.get_mut("demo").unwrap();
    sla.escalation = vec![managers("10m"), managers("20m")];
    let mut story = Story::of(company);
    let n = story.arrives();
    let shown = |story: &Story| {
        let late = |effect: &Effect| matches!(effect, Effect::Show(CardRef::Late { .. }));
        story.log.iter().filter(|(.., effect)| late(effect)).count()
    };
    story.until("10:20");
    assert_eq!(story.told(n).len(), 2);
    assert_eq!(shown(&story), 0);
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    assert_eq!(shown(&story), 2);
}

#[test]
fn a_missed_target_is_nobodys_who_could_not_meet_it() {
    // Whoever has it a minute before it is due has not had the time that an offer has.
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.until("10:14");
    story.declines(n, &first, "busy").unwrap();
    let second = story.asked(n)[0].to_owned();
    story.until("10:16");
    assert_eq!(
        breaches(&story, n),
        [(Promise::Acknowledge, Cause::Rep, None)]
    );
    story.accepts(n, &second).unwrap();
    story.until("10:31");
    assert_eq!(
        breaches(&story, n)[1],
        (Promise::Contact, Cause::Rep, Some(second))
    );
}

#[test]
fn what_the_chat_showed_too_late_is_not_the_owners() {
    let mut story = Story::of(sales());
    story.chat_down = true;
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.now = at("10:29");
    story.chat_down = false;
    story.deliver();
    story.accepts(n, &rep).unwrap();
    story.until("10:31");
    let contact = breaches(&story, n).pop();
    assert_eq!(contact, Some((Promise::Contact, Cause::Chat, None)));
    assert_eq!(story.counted(n, MeasureKind::Hollow), 0);
}

#[test]
fn whoever_is_given_what_another_one_has_is_reminded_anew() {
    let (mut story, n, rep) = owned(sales());
    story.until("10:31");
    let next = other(&rep);
    story.must(n, given(next, Actor::Rep("selin".into())));
    story.log.clear();
    story.until("11:30");
    assert_eq!(
        story.told(n),
        [
            format!("10:51 {next} contact_due"),
            "11:01 selin late".to_owned()
        ]
    );
    assert_eq!(story.owner(n), Some(next));
    story.until("11:31");
    assert_ne!(story.owner(n), Some(next));
}

#[test]
fn what_baton_gives_to_a_manager_runs_on() {
    let mut company = sales();
    company.policy.teams[0].managers = vec!["selin".into(), "marta".into()];
    let mut company = company.rep("marta", |_| {});
    let sla = company.policy.slas.get_mut("demo").unwrap();
    sla.untouched = vec![
        step("20m", StepAction::Remind),
        step("30m", StepAction::Assign(Assignee::Managers)),
    ];
    let (mut story, n, _) = owned(company);
    story.until("2026-11-24T10:00:00Z");
    let steps = &story.leads[n].plan.as_ref().unwrap().untouched;
    assert!(steps.iter().all(|step| step.done == StepDone::Taken));
}

#[test]
fn what_was_agreed_goes_over_with_the_lead_and_back_by_undo() {
    let (mut story, n, rep) = owned(sales());
    let plan = Event::NextStep {
        by: Actor::Rep(rep.as_str().into()),
        next: Planned {
            what: "call".to_owned(),
            at: at("15:00"),
        },
    };
    story.must(n, plan);
    let next = other(&rep);
    let hand_over = Event::Assign {
        to: Receiver::Rep(next.into()),
        by: Actor::Rep(rep.as_str().into()),
        handing: Handing::Offer,
        words: String::new(),
        premise: Premise::Any,
    };
    story.must(n, hand_over);
    story.accepts(n, next).unwrap();
    let planned = |story: &Story| story.leads[n].next_step.as_ref().map(|step| step.due_at);
    assert_eq!(
        (story.owner(n), planned(&story)),
        (Some(next), Some(at("15:00")))
    );
    let (offer, by) = (story.offer_of(n, next), next.into());
    story.must(n, Event::Undo { offer, by });
    assert_eq!(
        (story.owner(n), planned(&story)),
        (Some(rep.as_str()), Some(at("15:00")))
    );
}

#[test]
fn who_has_just_taken_it_is_not_rid_of_it_at_once() {
    let mut company = sales();
    company.policy.slas.get_mut("demo").unwrap().escalation = Vec::new();
    let mut story = Story::of(company);
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.until("10:58");
    story.accepts(n, &rep).unwrap();
    story.until("11:02");
    assert_eq!(story.owner(n), Some(rep.as_str()));
    story.until("11:03");
    assert_eq!(story.owner(n), None);
}

#[test]
fn who_had_called_while_baton_was_down_keeps_the_lead_and_their_name() {
    let (mut story, n, rep) = owned(sales());
    story.until("10:08");
    story.stands_still_until("11:30");
    assert_eq!(
        breaches(&story, n),
        [(Promise::Contact, Cause::Baton, None)]
    );
    assert_eq!(story.counted(n, MeasureKind::Hollow), 0);
    story.until("11:34");
    assert_eq!(story.owner(n), Some(rep.as_str()));
    story.until("11:35");
    assert_eq!(story.owner(n), None);
}

#[test]
fn what_an_owner_missed_in_a_stop_counts_once_however_often_it_is_told() {
    let (mut story, n, _) = owned(sales());
    story.until("10:08");
    story.stands_still_until("11:30");
    let stop = Event::Outage {
        of: Down::Baton,
        from: at("10:08"),
        until: at("11:31"),
    };
    story.must(n, stop);
    assert_eq!(
        breaches(&story, n),
        [(Promise::Contact, Cause::Baton, None)]
    );
    assert_eq!(story.counted(n, MeasureKind::ContactMissed), 1);
}

#[test]
fn who_can_not_say_in_the_chat_that_they_have_called_keeps_the_lead() {
    let (mut story, n, rep) = owned(sales());
    story.until("10:20");
    story.chat_goes_down();
    story.until("12:00");
    assert_eq!(breaches(&story, n), [(Promise::Contact, Cause::Chat, None)]);
    story.chat_comes_back("10:20");
    story.until("12:04");
    assert_eq!(story.owner(n), Some(rep.as_str()));
    assert_eq!(story.counted(n, MeasureKind::Hollow), 0);
    story.until("12:05");
    assert_eq!(story.owner(n), None);
}
