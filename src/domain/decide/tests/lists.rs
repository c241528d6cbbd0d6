//! Leads out of a list that was brought in at once.

use super::*;
use crate::domain::{
    contact::Field,
    event::Sent,
    person::Known,
    submission::{Import, ImportTo, NewLead},
};

fn brought(story: &mut Story, to: ImportTo) -> usize {
    story.arrives_as(|lead| lead.imported = Some(to))
}

#[test]
fn a_list_waits_in_the_queue_without_a_card_or_a_clock() {
    let mut story = Story::of(sales());
    let n = brought(&mut story, ImportTo::Queue);
    let team = Some("sales".into());
    let waiting = None;
    assert_eq!(story.leads[n].state, State::Queued { team, waiting });
    assert_eq!(
        (story.leads[n].next_wake(), story.asked(n).len()),
        (None, 0)
    );
    assert_eq!(story.counted(n, MeasureKind::Arrived), 0);
    assert_eq!(story.counted(n, MeasureKind::Imported), 1);
    story.until("18:00");
    assert_eq!(story.told(n), [""; 0]);
}

#[test]
fn who_takes_a_lead_of_a_list_has_from_then_on_to_contact_it() {
    let mut story = Story::of(sales());
    story.now = at("09:00");
    let n = brought(&mut story, ImportTo::Queue);
    story.until("12:00");
    story.claims(n, "ayse").unwrap();
    assert_eq!(story.owner(n), Some("ayse"));
    let contact_by = story.leads[n]
        .plan
        .as_ref()
        .and_then(|plan| plan.contact_by);
    assert_eq!(contact_by, Some(at("12:30")));
    assert_eq!(story.counted(n, MeasureKind::AcknowledgeKept), 0);
    story.until("12:10");
    story.contacts(n, "ayse").unwrap();
    assert_eq!(story.counted(n, MeasureKind::ContactKept), 1);
    let is_contact = |effect: &Effect| match effect {
        Effect::Count(measure) => measure.what == MeasureKind::Contacted && measure.took.is_some(),
        _ => false,
    };
    assert!(!story.log.iter().any(|(_, _, effect)| is_contact(effect)));
}

#[test]
fn a_manager_gives_a_lead_of_a_list_to_somebody_under_a_clock() {
    let mut story = Story::of(sales());
    let n = brought(&mut story, ImportTo::Queue);
    story.must(n, given("jonas", Actor::Rep("selin".into())));
    assert_eq!(story.owner(n), Some("jonas"));
    assert!(story.leads[n].plan.is_some());
    assert_eq!(story.counted(n, MeasureKind::AcknowledgeKept), 0);
}

#[test]
fn a_list_goes_where_the_rules_would_ask_nobody() {
    let aside = [
        Target::Nurture("later".to_owned()),
        Target::Team("sales".into()),
    ];
    let company = Company::new()
        .team("sales", &["ayse"], |_| {})
        .route(&aside);
    let mut story = Story::of(company);
    let n = brought(&mut story, ImportTo::Queue);
    let label = "later".to_owned();
    assert_eq!(story.leads[n].state, State::Nurture { label });
}

#[test]
fn a_list_is_nurtured_or_routed_as_a_whole() {
    let mut story = Story::of(sales());
    let n = brought(&mut story, ImportTo::Nurture);
    assert!(matches!(story.leads[n].state, State::Nurture { .. }));
    let n = brought(&mut story, ImportTo::Route);
    assert_eq!(story.asked(n).len(), 1);
}

#[test]
fn who_stands_in_a_list_has_not_written_again() {
    let mut story = Story::of(sales());
    let asked = story.arrives();
    let nurtured = brought(&mut story, ImportTo::Nurture);
    let mut new = NewLead {
        import: Some(Import {
            to: ImportTo::Queue,
            arrived_at: None,
        }),
        ..NewLead::default()
    };
    new.contact.set_text(Field::City, "Kiel");
    for n in [asked, nurtured] {
        let event = Event::Submitted(Box::new(Sent {
            new: new.clone(),
            submission: "sub_1".into(),
            source: "list".into(),
            by: Actor::Source("list".to_owned()),
            known: Known::default(),
        }));
        story.must(n, event);
        assert_eq!(story.leads[n].contact.text(Field::City), "Kiel");
        assert_eq!(story.told(n), [""; 0]);
    }
    assert!(matches!(story.leads[nurtured].state, State::Nurture { .. }));
}
