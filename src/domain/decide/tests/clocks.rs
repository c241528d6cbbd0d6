//! What the clock does to a lead, minute by minute.

use super::*;
use crate::domain::{
    event::ContactHow,
    lead::Cause,
    lead::Promise,
    policy::{CalendarRule, HolidayRule, Repeat, SourceRule},
};

#[test]
fn an_offer_nobody_accepts_goes_to_the_team_then_the_backups_then_the_manager() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    let second = if first == "ayse" { "jonas" } else { "ayse" };
    assert_eq!(until_of(&story, n), Some(at("10:15")));
    story.until("10:14");
    assert_eq!(story.asked(n), [first.as_str()]);
    assert_eq!(story.told(n), [format!("10:10 {first} answer_due")]);
    story.until("10:15");
    assert_eq!(story.asked(n), [second]);
    assert_eq!(until_of(&story, n), Some(at("10:25")));
    story.until("10:25");
    assert_eq!(story.asked(n), ["bo"]);
    assert_eq!(until_of(&story, n), Some(at("11:00")));
    story.until("10:30");
    assert_eq!(story.told(n).last().unwrap(), "10:30 selin late");
    story.until("11:00");
    assert_eq!(story.owner(n), Some("selin"));
    assert_eq!(
        story.offers(n),
        format!("{first} expired, {second} expired, bo expired, selin accepted")
    );
}

#[test]
fn the_first_rep_answers_for_the_missed_answer_and_not_the_second() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.until("10:15");
    assert_eq!(breaches(&story, n), [(Promise::Acknowledge, Cause::Rep)]);
    let missed: Vec<Option<RepId>> = story
        .log
        .iter()
        .filter_map(|(.., effect)| match effect {
            Effect::Count(measure) if measure.what == MeasureKind::AcknowledgeMissed => {
                Some(measure.rep.clone())
            }
            _ => None,
        })
        .collect();
    assert_eq!(missed, [Some(RepId::from(first))]);
    story.until("11:00");
    assert_eq!(story.counted(n, MeasureKind::AcknowledgeMissed), 1);
    assert_eq!(story.counted(n, MeasureKind::AcknowledgeKept), 0);
}

#[test]
fn an_answer_at_the_very_moment_is_in_time() {
    let mut company = sales();
    company
        .policy
        .slas
        .get_mut("demo")
        .unwrap()
        .escalation
        .clear();
    let mut story = Story::of(company);
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.now = at("10:15");
    story.accepts(n, &rep).unwrap();
    assert_eq!(breaches(&story, n), []);
    assert_eq!(story.counted(n, MeasureKind::AcknowledgeKept), 1);
}

#[test]
fn whoever_takes_it_at_the_moment_it_was_missed_does_not_count_twice() {
    let mut company = sales();
    company
        .policy
        .slas
        .get_mut("demo")
        .unwrap()
        .escalation
        .clear();
    let mut story = Story::of(company);
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.until("10:15");
    story.accepts(n, &rep).unwrap();
    assert_eq!(story.counted(n, MeasureKind::AcknowledgeMissed), 1);
    assert_eq!(story.counted(n, MeasureKind::AcknowledgeKept), 0);
}

#[test]
fn a_reoffer_waits_until_the_offer_has_had_its_time_and_a_third_is_usual() {
    for (at_least, moves_on) in [(None, "10:25"), (Some("10m"), "10:30")] {
        let mut company = sales();
        company.policy.slas.get_mut("demo").unwrap().at_least = at_least.map(period);
        let mut story = Story::of(company);
        story.chat_down = true;
        let n = story.arrives();
        story.until("10:20");
        story.chat_down = false;
        let offer = story.leads[n].pending().next().unwrap().id.clone();
        story.must(
            n,
            Event::Delivered {
                offer,
                chat: crate::domain::policy::Platform::Slack,
            },
        );
        assert_eq!(until_of(&story, n), Some(at(moves_on)));
        story.pass_to(at(moves_on) - SignedDuration::from_secs(1));
        assert_eq!(story.leads[n].offers.len(), 1);
        story.until(moves_on);
        assert_eq!(story.leads[n].offers.len(), 2);
    }
}

#[test]
fn without_an_acknowledge_an_offer_has_its_time_too() {
    let mut company = sales();
    let demo = company.policy.slas.get_mut("demo").unwrap();
    demo.acknowledge = None;
    demo.escalation = vec![reoffer("15m", Rung::Team), reoffer("15m", Rung::Backups)];
    let mut story = Story::of(company);
    let n = story.arrives();
    story.until("10:19");
    assert_eq!(story.leads[n].offers.len(), 2);
    // A third of the 15 minutes after which the first step would take an offer away.
    assert_eq!(until_of(&story, n), Some(at("10:20")));
    story.until("10:20");
    assert_eq!(story.asked(n), ["bo"]);
}

#[test]
fn two_steps_of_one_moment_are_both_taken() {
    let mut company = sales();
    company.policy.teams[0].channel = Some(crate::domain::policy::Channel::Slack("C0".to_owned()));
    company.policy.slas.get_mut("demo").unwrap().escalation = vec![
        managers("10m"),
        step("10m", StepAction::Notify(Audience::Channel)),
        reoffer("10m", Rung::Backups),
    ];
    let mut story = Story::of(company);
    let n = story.arrives();
    story.until("10:10");
    assert_eq!(story.told(n), ["10:10 selin late", "10:10 #sales late"]);
    assert_eq!(story.asked(n), ["bo"]);
}

#[test]
fn a_step_repeats_so_often() {
    let mut company = sales();
    let mut again = managers("10m");
    again.repeat = Some(Repeat {
        every: period("5m"),
        times: 2,
    });
    company.policy.slas.get_mut("demo").unwrap().escalation = vec![again];
    let mut story = Story::of(company);
    let n = story.arrives();
    story.until("12:00");
    assert_eq!(
        story.told(n),
        ["10:10 selin late", "10:15 selin late", "10:20 selin late"]
    );
}

#[test]
fn widen_lets_everybody_claim_who_has_not_had_it() {
    let mut company = sales().team("big", &["ayse", "jonas", "tom"], |_| {});
    company.policy.routes[0].to = vec![Target::Team("big".into())];
    company.policy.slas.get_mut("demo").unwrap().escalation =
        vec![step("10m", StepAction::Widen), reoffer("20m", Rung::Team)];
    let mut story = Story::of(company);
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.until("10:10");
    assert_eq!(story.leads[n].state_word(), "pooled");
    assert_eq!(story.asked(n).len(), 2);
    assert!(!story.asked(n).contains(&first.as_str()));
    // A reoffer turns the pool into a push.
    story.until("10:20");
    assert_eq!(
        (story.leads[n].state_word(), story.asked(n).len()),
        ("offered", 1)
    );
}

#[test]
fn everybody_in_a_pool_is_reminded() {
    let mut story = Story::of(sales());
    story.company.policy.routes[0].to = vec![Target::Pool {
        team: "sales".into(),
        size: None,
        matching: false,
        hide: Vec::new(),
    }];
    let n = story.arrives();
    story.until("10:10");
    assert_eq!(
        story.told(n),
        ["10:10 ayse answer_due", "10:10 jonas answer_due"]
    );
}

#[test]
fn queue_and_review_run_the_clock_with_notify_and_assign_only() {
    for target in [
        Target::Queue {
            team: "sales".into(),
            hide: Vec::new(),
        },
        Target::Review("sales".into()),
    ] {
        let mut story = Story::of(sales());
        story.company.policy.routes[0].to = vec![target];
        let n = story.arrives();
        story.until("10:59");
        assert_eq!(story.leads[n].offers, []);
        assert_eq!(story.told(n), ["10:30 selin late"]);
        assert_eq!(
            breaches(&story, n)[0],
            (Promise::Acknowledge, Cause::Capacity)
        );
        story.until("11:00");
        assert_eq!(story.owner(n), Some("selin"));
    }
}

#[test]
fn managers_are_given_leads_in_turn() {
    let mut company = sales();
    company.policy.teams[0].managers = vec!["selin".into(), "tom".into(), "uwe".into()];
    for rep in ["tom", "uwe"] {
        company = company.rep(rep, |_| {});
    }
    company.policy.slas.get_mut("demo").unwrap().escalation =
        vec![step("5m", StepAction::Assign(Assignee::Managers))];
    let mut story = Story::of(company);
    for _ in 0..6 {
        story.arrives();
    }
    story.until("10:05");
    for manager in ["selin", "tom", "uwe"] {
        assert_eq!(
            (0..6).filter(|n| story.owner(*n) == Some(manager)).count(),
            2,
            "{manager}"
        );
    }
    story.books_agree();
}

#[test]
fn a_manager_who_is_away_is_passed_over() {
    let mut company = sales().rep("tom", |_| {});
    company.policy.teams[0].managers.push("tom".into());
    let mut story = Story::of(company);
    story.goes_away("selin", None);
    let n = story.arrives();
    story.until("11:00");
    assert_eq!(story.owner(n), Some("tom"));
}

#[test]
fn without_managers_the_lead_stays_with_whoever_is_asked() {
    let mut company = sales();
    company.policy.teams[0].managers.clear();
    company.policy.slas.get_mut("demo").unwrap().escalation = vec![
        step("5m", StepAction::Assign(Assignee::Managers)),
        step("6m", StepAction::Review("sales".into())),
    ];
    let mut story = Story::of(company);
    let n = story.arrives();
    story.until("12:00");
    assert_eq!(
        (story.leads[n].state_word(), story.asked(n).len()),
        ("offered", 1)
    );
}

#[test]
fn an_owner_who_does_not_try_is_reminded_then_reported_then_loses_it() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.until("10:05");
    story.accepts(n, &first).unwrap();
    story.until("10:59");
    assert_eq!(
        story.told(n),
        [
            format!("10:20 {first} contact_due"),
            "10:30 selin late".to_owned()
        ]
    );
    assert_eq!(breaches(&story, n), [(Promise::Contact, Cause::Rep)]);
    story.until("11:00");
    assert_ne!(story.asked(n), [first.as_str()]);
    let plan = story.leads[n].plan.as_ref().unwrap();
    assert_eq!(
        (plan.started_at, plan.epoch, story.leads[n].epoch),
        (at("11:00"), 2, 2)
    );
    assert_eq!(plan.acknowledge_by, Some(at("11:15")));
    assert!(!story.leads[n].has_breached(Promise::Contact));
    story.until("11:31");
    let breached = &story.leads[n].clock.breached;
    let of_plans: Vec<_> = breached.iter().map(|one| (one.what, one.epoch)).collect();
    assert_eq!(
        of_plans,
        [
            (Promise::Contact, 1),
            (Promise::Acknowledge, 2),
            (Promise::Contact, 2)
        ]
    );
}

#[test]
fn whoever_takes_it_late_still_has_time_to_call() {
    let mut company = sales();
    company.policy.slas.get_mut("demo").unwrap().calendar = Some("office".into());
    let mut story = Story::of(company);
    story.now = at("17:50");
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.company.policy.teams[0]
        .members
        .retain(|one| one.as_str() == rep);
    // 17:50 and 20 minutes of office hours is 9:10 the next day; taken at 9:12 it is 9:32.
    story.now = at("2026-11-24T09:04:00Z");
    story.accepts(n, &rep).unwrap();
    assert_eq!(
        story.leads[n].plan.as_ref().unwrap().untouched[0].at,
        at("2026-11-24T09:10:00Z")
    );
    let mut late = story.leads[n].plan.clone().unwrap();
    late.accept(
        at("2026-11-24T09:12:00Z"),
        &story
            .company
            .hours
            .clock(Some(&"office".into()), &TimeZone::UTC),
    );
    assert_eq!(late.untouched[0].at, at("2026-11-24T09:20:00Z"));
    assert_eq!(late.untouched[1].at, at("2026-11-24T09:32:00Z"));
}

#[test]
fn any_attempt_stops_the_contact_clock() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    story.until("10:19");
    story.contacts(n, &rep).unwrap();
    assert_eq!(story.leads[n].next_wake(), None);
    story.until("2026-12-24T10:00:00Z");
    assert_eq!(
        (story.told(n), story.owner(n)),
        (Vec::new(), Some(rep.as_str()))
    );
    assert_eq!(story.counted(n, MeasureKind::ContactKept), 1);
}

#[test]
fn an_attempt_told_of_late_counts_by_when_it_was() {
    let reports = |called: &str| {
        let mut story = Story::of(sales());
        let n = story.arrives();
        let rep = story.asked(n)[0].to_owned();
        story.accepts(n, &rep).unwrap();
        story.until("10:40");
        assert!(story.leads[n].has_breached(Promise::Contact));
        let event = Event::Contacted {
            by: Actor::Api("crm".to_owned()),
            how: ContactHow::Reached,
            at: Some(at(called)),
            note: String::new(),
            next: None,
        };
        story.must(n, event);
        let counted = |what| {
            let of = story.log.iter().map(|(_, _, effect)| match effect {
                Effect::Count(measure) if measure.what == what => 1,
                Effect::Uncount(measure) if measure.what == what => -1,
                _ => 0,
            });
            of.sum::<i64>()
        };
        let missed = story.leads[n].has_breached(Promise::Contact);
        let kept = counted(MeasureKind::ContactKept);
        (missed, kept, counted(MeasureKind::ContactMissed))
    };
    assert_eq!(reports("10:30"), (false, 1, 0));
    assert_eq!(reports("10:31"), (true, 0, 1));
}

#[test]
fn a_running_clock_does_not_move_with_the_rules() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let before = story.leads[n].plan.clone();
    let sla = story.company.policy.slas.get_mut("demo").unwrap();
    sla.acknowledge = Some(period("1m"));
    sla.escalation = vec![managers("1m")];
    story.until("10:14");
    let plan = story.leads[n].plan.as_ref().unwrap();
    assert_eq!(plan.acknowledge_by, before.unwrap().acknowledge_by);
    assert!(story.told(n)[0].ends_with("answer_due"));
}

#[test]
fn the_clock_of_a_route_goes_before_its_teams_and_the_types_comes_last() {
    let clock = |change: &dyn Fn(&mut Company)| {
        let mut company = sales().sla("slow", |sla| sla.acknowledge = Some(period("4h")));
        change(&mut company);
        let mut story = Story::of(company);
        let n = story.arrives();
        story.leads[n]
            .plan
            .as_ref()
            .and_then(|plan| plan.sla.clone())
    };
    assert_eq!(clock(&|_| {}), Some("demo".into()));
    assert_eq!(
        clock(&|company| company.policy.teams[0].sla.default = Some("slow".into())),
        Some("slow".into())
    );
    assert_eq!(
        clock(&|company| {
            company.policy.teams[0].sla.default = Some("slow".into());
            company.policy.teams[0]
                .sla
                .by_type
                .insert("demo".to_owned(), "demo".into());
        }),
        Some("demo".into())
    );
    assert_eq!(
        clock(&|company| company.policy.routes[0].sla = Some("slow".into())),
        Some("slow".into())
    );
    assert_eq!(
        clock(&|company| {
            let types = vec![crate::domain::policy::TypeRule {
                when: None,
                is: "talk".to_owned(),
            }];
            company.policy.sources.insert(
                "website".into(),
                SourceRule {
                    types,
                    ..SourceRule::default()
                },
            );
        }),
        None
    );
}

#[test]
fn a_lead_without_a_clock_is_offered_and_moves_on_when_declined() {
    let mut company = sales();
    company.policy.slas.clear();
    let mut story = Story::of(company);
    let n = story.arrives();
    assert_eq!(story.leads[n].next_wake(), None);
    let first = story.asked(n)[0].to_owned();
    story.declines(n, &first, "busy").unwrap();
    let second = story.asked(n)[0].to_owned();
    story.declines(n, &second, "busy").unwrap();
    assert!(story.leads[n].is_waiting());
    assert_eq!(story.told(n), ["10:00 selin nobody_free"]);
}

#[test]
fn a_clock_may_go_by_where_the_lead_lives() {
    let mut company = sales();
    let there = CalendarRule {
        hours: "Mo-Fr 09:00-18:00".to_owned(),
        holidays: HolidayRule::None,
        timezone: None,
        of_lead: true,
    };
    company.policy.calendars.insert("there".into(), there);
    company.policy.slas.get_mut("demo").unwrap().calendar = Some("there".into());
    let mut story = Story::of(company);
    let mut zone_for = |country: &str| {
        let n = story.arrives_as(|lead| lead.contact.set_text(Field::Country, country));
        story.leads[n].plan.as_ref().unwrap().zone.clone()
    };
    assert_eq!(zone_for("JP"), "Asia/Tokyo");
    // Several zones, or none that is known: the team's.
    assert_eq!(zone_for("US"), "UTC");
    assert_eq!(zone_for(""), "UTC");
}
