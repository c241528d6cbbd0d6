//! A rule was wrong: what it did is taken back.

use super::*;
use crate::domain::event::Ending;

/// Two teams; the rule that sends everything to the first turns out to be wrong.
fn story() -> Story {
    Story::of(sales().team("enterprise", &["lea", "max"], |team| {
        team.managers = vec!["selin".into()];
    }))
}

fn reroutes(story: &mut Story, n: usize) -> Result<(), Refusal> {
    let route = &mut story.company.policy.routes[0];
    route.id = "right".into();
    route.to = vec![Target::Team("enterprise".into())];
    let rule = "rule0".to_owned();
    let by = Actor::Baton;
    story.happens(n, Event::Reroute { by, rule })
}

/// The turns that somebody has had in the first team.
fn taken(story: &Story, rep: &str) -> f64 {
    let turns = story.turns.get("sales").expect("it has given turns");
    turns.reps.get(rep).map_or(0.0, |balance| balance.taken)
}

#[test]
fn an_owned_lead_goes_its_right_way_costs_no_turn_and_its_owner_is_told_once() {
    let mut story = story();
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.accepts(n, &first).unwrap();
    assert!((taken(&story, &first) - 1.0).abs() < 1e-9);
    story.until("10:05");
    reroutes(&mut story, n).unwrap();
    assert_eq!(story.owner(n), None);
    assert!(["lea", "max"].contains(&story.asked(n)[0]));
    assert!(taken(&story, &first).abs() < 1e-9);
    assert_eq!(story.told(n), [format!("10:05 {first} rerouted")]);
    // It is a lead like any other from then on, under a clock of its own.
    let lead = &story.leads[n];
    assert_eq!(lead.epoch, 2);
    assert_eq!(lead.plan.as_ref().unwrap().started_at, at("10:05"));
    assert_eq!(lead.routing.as_ref().unwrap().rule, Some("right".into()));
    let second = story.asked(n)[0].to_owned();
    story.accepts(n, &second).unwrap();
    assert_eq!(story.owner(n), Some(second.as_str()));
}

#[test]
fn what_was_declined_or_not_answered_costs_nothing_either() {
    let mut story = story();
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.declines(n, &first, "busy").unwrap();
    let second = story.asked(n)[0].to_owned();
    story.until("10:16");
    assert!((taken(&story, &first) - 1.0).abs() < 1e-9);
    reroutes(&mut story, n).unwrap();
    for rep in [&first, &second] {
        assert!(taken(&story, rep).abs() < 1e-9, "{rep}");
    }
}

#[test]
fn who_was_asked_in_vain_may_be_asked_again_by_the_right_rule() {
    let mut story = story();
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.company.policy.teams[1].members = vec![first.as_str().into()];
    reroutes(&mut story, n).unwrap();
    assert_eq!(story.asked(n), [first.as_str()]);
}

#[test]
fn nothing_is_taken_back_of_a_contacted_lead_or_one_that_a_person_has_ended() {
    let mut story = story();
    let (n, ended) = (story.arrives(), story.arrives());
    for lead in [n, ended] {
        let first = story.asked(lead)[0].to_owned();
        story.accepts(lead, &first).unwrap();
    }
    let owner = story.owner(n).unwrap().to_owned();
    story.contacts(n, &owner).unwrap();
    assert_eq!(reroutes(&mut story, n), Err(Refusal::TooLate));
    assert_eq!(story.owner(n), Some(owner.as_str()));
    let by = Actor::Api("crm".to_owned());
    for (ending, lead) in [(Ending::Nurture, ended), (Ending::Lost, ended)] {
        let (deal, why, note) = (None, None, String::new());
        let by = by.clone();
        story.must(
            lead,
            Event::Close {
                by,
                ending,
                deal,
                why,
                note,
            },
        );
        assert_eq!(reroutes(&mut story, lead), Err(Refusal::Closed));
    }
}

#[test]
fn what_a_rule_has_put_aside_comes_back() {
    for to in [
        Target::Nurture("later".to_owned()),
        Target::Disqualify(None),
        Target::Review("sales".into()),
    ] {
        let mut story = story();
        story.company.policy.routes[0].to = vec![to];
        let n = story.arrives();
        reroutes(&mut story, n).unwrap();
        assert_eq!(story.asked(n).len(), 1, "{}", sketch(&story.leads[n]));
    }
}

#[test]
fn a_turn_that_has_come_back_already_does_not_come_back_twice() {
    let mut story = story();
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.until("10:16");
    let (offer, by) = (story.offer_of(n, &first), RepId::from(first.as_str()));
    let late = Event::LateAccept {
        offer: offer.clone(),
        by: by.clone(),
    };
    story.must(n, late);
    story.must(n, Event::BackInLine { offer, by });
    assert!(taken(&story, &first).abs() < 1e-9);
    reroutes(&mut story, n).unwrap();
    assert!(taken(&story, &first).abs() < 1e-9);
}
