//! Attempts that reach nobody: the SLA says when to try again, and what happens at the end.

use super::*;
use crate::domain::event::{ContactHow, Notice, Planned};

/// Try again after two hours, then on the next business day; then marketing.
fn patient() -> Story {
    let mut company = sales();
    if let Some(sla) = company.policy.slas.get_mut("demo") {
        sla.calendar = Some("office".into());
        sla.retry = vec![period("2h"), period("1bd")];
        sla.exhausted = Some(Target::Nurture("letters".into()));
    }
    Story::of(company)
}

/// A lead with an owner who has not called yet.
fn owned(story: &mut Story) -> (usize, String) {
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    (n, rep)
}

fn tries(story: &mut Story, n: usize, rep: &str, how: ContactHow) {
    let by = Actor::Rep(rep.into());
    let note = String::new();
    story.must(
        n,
        Event::Contacted {
            by,
            how,
            at: None,
            note,
            next: None,
        },
    );
}

fn due(story: &Story, n: usize) -> Option<(Timestamp, Option<u32>)> {
    let step = story.leads[n].next_step.as_ref()?;
    Some((step.due_at, step.attempt))
}

fn reminders(story: &Story) -> usize {
    let due = |effect: &Effect| {
        matches!(
            effect,
            Effect::Say(Say {
                notice: Notice::StepDue { .. },
                ..
            })
        )
    };
    story
        .log
        .iter()
        .filter(|(_, _, effect)| due(effect))
        .count()
}

#[test]
fn an_attempt_that_reached_nobody_comes_back_and_at_the_end_the_lead_goes_on() {
    let mut story = patient();
    let (n, rep) = owned(&mut story);
    tries(&mut story, n, &rep, ContactHow::NoAnswer);
    assert_eq!(due(&story, n), Some((at("12:00"), Some(2))));
    story.until("2026-11-23T12:00:00Z");
    assert_eq!(reminders(&story), 1);
    tries(&mut story, n, &rep, ContactHow::Voicemail);
    // The next business day ends on Tuesday.
    assert_eq!(due(&story, n), Some((at("2026-11-24T18:00:00Z"), Some(3))));
    story.until("2026-11-24T18:00:00Z");
    assert_eq!(reminders(&story), 2);
    tries(&mut story, n, &rep, ContactHow::WrongNumber);
    assert_eq!(story.leads[n].state_word(), "nurture");
    assert_eq!(due(&story, n), None);
    assert_eq!(story.leads[n].previous_owner, Some(rep.as_str().into()));
}

#[test]
fn who_is_reached_is_tried_no_more_and_what_the_owner_plans_goes_before() {
    let mut story = patient();
    let (n, rep) = owned(&mut story);
    tries(&mut story, n, &rep, ContactHow::NoAnswer);
    tries(&mut story, n, &rep, ContactHow::Reached);
    assert_eq!(due(&story, n), None);
    let planned = at("2026-11-27T09:00:00Z");
    let plan = Event::NextStep {
        by: Actor::Rep(rep.as_str().into()),
        next: Planned {
            what: "meeting".to_owned(),
            at: planned,
        },
    };
    story.must(n, plan);
    for _ in 0..4 {
        tries(&mut story, n, &rep, ContactHow::NoAnswer);
        assert_eq!(due(&story, n), Some((planned, None)));
    }
    assert_eq!(story.leads[n].owner(), Some(&rep.as_str().into()));
}

#[test]
fn at_the_end_another_team_may_be_asked_and_without_an_end_the_owner_keeps_it() {
    let mut story = patient();
    story.company = story.company.team("hunters", &["mia"], |_| {});
    let sla = story.company.policy.slas.get_mut("demo").unwrap();
    sla.retry.clear();
    sla.exhausted = Some(Target::Team("hunters".into()));
    let (n, rep) = owned(&mut story);
    tries(&mut story, n, &rep, ContactHow::NoAnswer);
    assert_eq!(story.asked(n), ["mia"]);

    let mut story = patient();
    story.company.policy.slas.get_mut("demo").unwrap().exhausted = None;
    let (n, rep) = owned(&mut story);
    for _ in 0..5 {
        tries(&mut story, n, &rep, ContactHow::NoAnswer);
    }
    assert_eq!(
        (due(&story, n), story.leads[n].state_word()),
        (None, "owned")
    );
}
