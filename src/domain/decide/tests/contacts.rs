//! Contacts: made in other programs, and what the owner plans with one; how far a lead has come.

use super::*;
use crate::domain::{
    event::{ContactHow, Ending, Planned},
    score::Stage,
};

/// What sources tell that is a contact: a reply and an attempted call.
fn told_elsewhere() -> Story {
    let mut company = sales();
    let contacts = [
        ("email_replied", ContactHow::Reached),
        ("call_attempted", ContactHow::NoAnswer),
    ];
    company.policy.contacts = contacts
        .map(|(name, how)| (name.to_owned(), how))
        .into_iter()
        .collect();
    let sla = company.policy.slas.get_mut("demo").unwrap();
    sla.retry = vec![period("2h")];
    sla.exhausted = Some(Target::Nurture("letters".into()));
    Story::of(company)
}

fn owned(story: &mut Story) -> (usize, String) {
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    (n, rep)
}

fn did(story: &mut Story, n: usize, what: &str, when: &str) {
    let event = Event::Did {
        what: crate::domain::activity::Deed::by_name(what).unwrap(),
        at: at(when),
        source: "mailer".into(),
    };
    story.must(n, event);
}

/// The history's contacts.
fn contacts(story: &Story, n: usize) -> Vec<String> {
    let of = story.log.iter().filter(|(lead, ..)| *lead == n);
    of.filter_map(|(_, _, effect)| match effect {
        Effect::Fact(fact) => Some(fact),
        _ => None,
    })
    .filter(|fact| matches!(fact.event, FactKind::Attempted | FactKind::Contacted))
    .map(|fact| format!("{} {}", fact.actor.word(), fact.detail))
    .collect()
}

#[test]
fn a_contact_made_elsewhere_ends_the_clock_of_whoever_owns_the_lead_then() {
    let mut story = told_elsewhere();
    let n = story.arrives();
    did(&mut story, n, "email_replied", "10:00");
    assert_eq!(story.leads[n].clock.attempted_at, None, "nobody owned it");
    story.until("10:05");
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    did(&mut story, n, "email_replied", "10:04");
    assert_eq!(story.leads[n].clock.attempted_at, None, "before the accept");
    did(&mut story, n, "pricing_page", "10:05");
    story.until("10:08");
    did(&mut story, n, "Email replied", "10:07");
    let clock = &story.leads[n].clock;
    assert_eq!(
        (clock.attempted_at, clock.contacted_at),
        (Some(at("10:07")), Some(at("10:07")))
    );
    did(&mut story, n, "email_replied", "10:08");
    story.until("16:00");
    assert_eq!(
        contacts(&story, n),
        ["source:mailer reached: email_replied"]
    );
    assert_eq!(story.told(n), [format!("10:08 {rep} contact_elsewhere")]);
    assert_eq!(story.counted(n, MeasureKind::ContactKept), 1);
}

#[test]
fn a_contact_made_elsewhere_in_time_takes_a_missed_target_back() {
    let mut story = told_elsewhere();
    let (n, _) = owned(&mut story);
    story.until("10:40");
    assert!(story.leads[n].has_breached(Promise::Contact));
    did(&mut story, n, "email_replied", "10:29");
    assert!(!story.leads[n].has_breached(Promise::Contact));
    assert!(contacts(&story, n)[0].ends_with(ContactHow::IN_TIME));
}

#[test]
fn attempts_made_elsewhere_count_once_until_the_next_is_due_and_the_last_ends_it() {
    let mut story = told_elsewhere();
    let (n, _) = owned(&mut story);
    for _ in 0..4 {
        did(&mut story, n, "call_attempted", "10:00");
    }
    assert_eq!(contacts(&story, n).len(), 1);
    let next = story.leads[n].next_step.clone().unwrap();
    assert_eq!((next.due_at, next.attempt), (at("12:00"), Some(2)));
    story.until("12:30");
    did(&mut story, n, "call_attempted", "12:20");
    assert_eq!(story.leads[n].state_word(), "nurture");
}

#[test]
fn what_comes_next_is_planned_with_the_contact_or_nothing_is_done() {
    let mut story = told_elsewhere();
    let (n, rep) = owned(&mut story);
    let tried = |when: &str| Event::Contacted {
        by: Actor::Rep(rep.as_str().into()),
        how: ContactHow::Voicemail,
        at: None,
        note: String::new(),
        next: Some(Planned {
            what: "mail".to_owned(),
            at: at(when),
        }),
    };
    assert_eq!(story.happens(n, tried("09:00")), Err(Refusal::BadTime));
    assert_eq!(story.leads[n].clock.attempted_at, None);
    story.must(n, tried("15:00"));
    let next = story.leads[n].next_step.clone().unwrap();
    assert_eq!(
        (next.what.as_str(), next.due_at, next.attempt),
        ("mail", at("15:00"), None),
        "what the owner plans goes before what the SLA would"
    );
    story.until("16:00");
    assert_eq!(story.told(n), [format!("15:00 {rep} step_due")]);
}

#[test]
fn what_the_owner_plans_comes_at_that_time_and_what_the_sla_plans_in_their_hours() {
    let evening = |own: bool| {
        let mut story = told_elsewhere();
        for rep in story.company.policy.reps.values_mut() {
            rep.calendar = Some("office".into());
        }
        story.until("16:30");
        let (n, rep) = owned(&mut story);
        let next = own.then(|| Planned {
            what: "call".to_owned(),
            at: at("18:30"),
        });
        let event = Event::Contacted {
            by: Actor::Rep(rep.as_str().into()),
            how: ContactHow::NoAnswer,
            at: None,
            note: String::new(),
            next,
        };
        story.log.clear();
        story.must(n, event);
        story.until("2026-11-24T12:00:00Z");
        story.told(n).join(", ").replace(&rep, "rep")
    };
    assert_eq!(evening(true), "18:30 rep step_due");
    assert_eq!(evening(false), "09:00 rep step_due");
}

#[test]
fn owners_and_managers_say_how_far_a_lead_has_come_and_no_score_takes_it_back() {
    let mut story = told_elsewhere();
    let (n, rep) = owned(&mut story);
    let comes = |by: &str, stage| Event::Stage {
        by: Actor::Rep(by.into()),
        stage,
    };
    let other = if rep == "ayse" { "jonas" } else { "ayse" };
    let refused = story.happens(n, comes(other, Stage::Sql));
    assert_eq!(refused, Err(Refusal::NotOwner));
    for (by, stage) in [
        (rep.as_str(), Stage::Opportunity),
        (rep.as_str(), Stage::Opportunity),
        ("selin", Stage::Sql),
    ] {
        story.must(n, comes(by, stage));
    }
    did(&mut story, n, "pricing_page", "10:00");
    assert_eq!(story.leads[n].stage, Stage::Sql);
    let staged = story.log.iter().filter(
        |(_, _, effect)| matches!(effect, Effect::Fact(fact) if fact.event == FactKind::Staged),
    );
    assert_eq!(staged.count(), 2, "the same again is no news");
}

#[test]
fn a_closed_lead_is_never_heard_of_again() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let owner = story.asked(n)[0].to_owned();
    story.accepts(n, &owner).unwrap();
    let by = Actor::Rep(owner.as_str().into());
    let (deal, why, note) = (None, None, String::new());
    let ending = Ending::Lost;
    story.must(
        n,
        Event::Close {
            by,
            ending,
            deal,
            why,
            note,
        },
    );
    let (told, offers) = (story.told(n), story.offers(n));
    story.until("2026-11-30T10:00:00Z");
    // Nor is there anything left for which it would be woken.
    story.must(n, Event::Due);
    assert_eq!((story.told(n), story.offers(n)), (told, offers));
    assert_eq!(story.leads[n].next_wake(), None);
}
