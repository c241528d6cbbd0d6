//! Who is asked again, and who never: second rounds, and what must hold of a rep.

use super::*;
use crate::domain::{
    condition::{Condition, Names, Scope},
    contact::Field,
    policy::Caps,
};

/// Three reps, of whom `turks` speak Turkish, in a team that asks for the lead's language.
fn speakers(turks: &[&str]) -> Company {
    let speaks = "lead.language == \"\" || lead.language in rep.languages";
    let mut company = sales().rep("tom", |_| {});
    company.policy.teams[0].members.push("tom".into());
    company.policy.teams[0].backups.clear();
    company.policy.teams[0].filter =
        Some(Condition::compile(speaks, Scope::Where, &Names::default()).unwrap());
    for rep in turks {
        let rep = company.policy.reps.get_mut(*rep).unwrap();
        rep.languages = vec!["tr".to_owned()];
    }
    company
}

fn in_turkish(lead: &mut Lead) {
    lead.contact.set_text(Field::Language, "tr");
}

#[test]
fn who_does_not_match_is_never_asked_and_the_reason_is_kept() {
    let mut story = Story::of(speakers(&["tom"]));
    let n = story.arrives_as(in_turkish);
    assert_eq!(story.asked(n), ["tom"]);
    story.declines(n, "tom", "busy").unwrap();
    assert!(story.leads[n].is_waiting());
    let candidates = &story.leads[n].routing.as_ref().unwrap().candidates;
    let ayse = candidates.iter().find(|one| one.rep.as_str() == "ayse");
    assert!(ayse.unwrap().because.starts_with("does not match"));
    let plain = story.arrives();
    assert_eq!(
        story.asked(plain).len(),
        1,
        "without a language anybody may"
    );
}

#[test]
fn a_pool_and_a_widened_offer_leave_out_who_does_not_match() {
    let mut company = speakers(&["tom", "ayse"]);
    company.policy.slas.get_mut("demo").unwrap().escalation = vec![step("10m", StepAction::Widen)];
    let mut story = Story::of(company);
    let widened = story.arrives_as(in_turkish);
    let first = story.asked(widened)[0].to_owned();
    story.until("10:10");
    let other = if first == "tom" { "ayse" } else { "tom" };
    assert_eq!(story.asked(widened), [other]);
    story.company.policy.routes[0].to = vec![Target::Pool {
        team: "sales".into(),
        size: None,
        matching: false,
        hide: Vec::new(),
    }];
    let pooled = story.arrives_as(in_turkish);
    assert_eq!(story.asked(pooled), ["ayse", "tom"]);
}

#[test]
fn a_second_round_asks_nobody_who_does_not_match_any_more() {
    for (speaks, asked) in [(true, 1), (false, 0)] {
        let mut company = speakers(&["tom", "ayse", "jonas"]);
        company.policy.slas.get_mut("demo").unwrap().escalation =
            vec![reoffer("15m", Rung::Team), reoffer("25m", Rung::Team)];
        let mut story = Story::of(company);
        let n = story.arrives_as(in_turkish);
        story.until("10:25");
        let last = story.asked(n)[0].to_owned();
        story.accepts(n, &last).unwrap();
        // Everybody has had it when the owner loses it at 11:00.
        for rep in story.company.policy.reps.values_mut().filter(|_| !speaks) {
            rep.languages.clear();
        }
        story.until("11:01");
        assert_eq!(story.asked(n).len(), asked);
    }
}

#[test]
fn nobody_is_asked_again_unless_everybody_has_had_it() {
    let mut company = sales().rep("tom", |_| {});
    company.policy.teams[0].members.push("tom".into());
    company.policy.teams[0].backups.clear();
    company.policy.slas.get_mut("demo").unwrap().escalation =
        vec![reoffer("15m", Rung::Team), reoffer("25m", Rung::Team)];
    let mut story = Story::of(company);
    let n = story.arrives();
    story.until("10:25");
    let last = story.asked(n)[0].to_owned();
    story.accepts(n, &last).unwrap();
    // Untouched for an hour: all three have had it, so both others may be asked, but not the last.
    story.until("11:01");
    assert_eq!(story.leads[n].epoch, 2);
    assert_eq!(story.asked(n).len(), 1);
    assert_ne!(story.asked(n), [last.as_str()]);
}

#[test]
fn an_absent_rep_who_has_not_had_it_stands_before_a_second_round() {
    let mut company = sales().rep("tom", |_| {});
    company.policy.teams[0].members.push("tom".into());
    company.policy.teams[0].backups.clear();
    company.policy.slas.get_mut("demo").unwrap().escalation = vec![reoffer("15m", Rung::Team)];
    let mut story = Story::of(company);
    story.goes_away("tom", None);
    let n = story.arrives();
    story.until("10:15");
    let second = story.asked(n)[0].to_owned();
    story.accepts(n, &second).unwrap();
    story.until("11:15");
    assert!(story.leads[n].is_waiting());
    story.comes_back("tom");
    assert_eq!(story.asked(n), ["tom"]);
}

#[test]
fn a_second_round_keeps_to_limits() {
    let mut company = sales().rep("ayse", |rep| {
        rep.caps = Caps {
            day: Some(1),
            ..Caps::default()
        }
    });
    company.policy.teams[0].backups.clear();
    let mut story = Story::of(company);
    let n = story.arrives();
    story.until("10:15");
    let second = story.asked(n)[0].to_owned();
    story.accepts(n, &second).unwrap();
    story.until("11:01");
    let expected = if second == "ayse" {
        vec!["jonas"]
    } else {
        vec![]
    };
    assert_eq!(story.asked(n), expected);
}
