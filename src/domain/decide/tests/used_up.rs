//! The end of an escalation: no step is left, and nobody has the lead.

use super::*;
use crate::domain::event::Notice;

/// Whoever is asked has ten minutes, then the next one, and that was all.
fn short() -> Company {
    let mut company = sales();
    let sla = company.policy.slas.get_mut("demo").unwrap();
    sla.calendar = Some("office".into());
    sla.escalation = vec![reoffer("10m", Rung::Team)];
    company
}

fn days_told(story: &Story, n: usize) -> Vec<String> {
    let told = story.log.iter().filter(|(of, ..)| *of == n);
    let late = told.filter(|(.., effect)| {
        matches!(effect, Effect::Say(say) if matches!(say.notice, Notice::Late { .. }))
    });
    late.map(|(_, at, _)| at.to_string()).collect()
}

#[test]
fn what_nobody_has_is_told_again_each_working_day_when_no_step_is_left() {
    let mut story = Story::of(short());
    let n = story.arrives();
    story.until("2026-11-28T12:00:00Z");
    let mornings = ["24", "25", "26", "27"].map(|day| format!("2026-11-{day}T09:00:00Z"));
    assert_eq!(days_told(&story, n), mornings);
    let next = Some(at("2026-11-30T09:00:00Z"));
    assert_eq!(story.leads[n].next_wake(), next, "not on Saturday");
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    story.contacts(n, &rep).unwrap();
    story.until("2026-12-24T10:00:00Z");
    assert_eq!(days_told(&story, n), mornings);
}

#[test]
fn a_lead_that_waits_in_a_queue_or_for_a_decision_is_told_of_again_too() {
    for target in [
        Target::Queue {
            team: "sales".into(),
            hide: Vec::new(),
        },
        Target::Review("sales".into()),
    ] {
        let mut company = short();
        company.policy.slas.get_mut("demo").unwrap().escalation = vec![managers("30m")];
        company.policy.routes[0].to = vec![target];
        let mut story = Story::of(company);
        let n = story.arrives();
        story.until("2026-11-25T08:00:00Z");
        let told = ["2026-11-23T10:30:00Z", "2026-11-24T09:00:00Z"];
        assert_eq!(days_told(&story, n), told);
    }
}

#[test]
fn after_a_stop_of_days_it_is_told_of_once() {
    let mut story = Story::of(short());
    let n = story.arrives();
    story.until("11:00");
    story.stands_still_until("2026-11-26T15:00:00Z");
    assert_eq!(days_told(&story, n), ["2026-11-26T15:00:00Z"]);
    let next = Some(at("2026-11-27T09:00:00Z"));
    assert_eq!(story.leads[n].next_wake(), next);
}
