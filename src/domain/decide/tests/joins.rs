//! What becomes of a lead of whom something is sent again.

use super::*;
use crate::domain::{
    contact::Field,
    event::{Ending, Heard, Notice, Sent},
    person::{Known, SignKind},
    submission::NewLead,
};

/// What a webhook brings of somebody who is known.
pub(super) fn sent(new: NewLead) -> Event {
    known_by(new, SignKind::Email)
}

fn known_by(new: NewLead, by: SignKind) -> Event {
    let by_whom = Actor::Source("website".to_owned());
    brought(
        new,
        by_whom,
        Known {
            by,
            also: Vec::new(),
        },
    )
}

fn brought(new: NewLead, by: Actor, known: Known) -> Event {
    Event::Submitted(Box::new(Sent {
        new,
        submission: "sub_2".into(),
        source: "website".into(),
        by,
        known,
    }))
}

fn message(text: &str) -> NewLead {
    let mut new = NewLead::default();
    new.contact.set_text(Field::Message, text);
    new
}

/// A lead that Selin, Jonas or Ayşe had, and closed like this; who it was.
fn ended(story: &mut Story, ending: Ending) -> (usize, String) {
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    story.contacts(n, &rep).unwrap();
    let close = Event::Close {
        by: Actor::Rep(rep.as_str().into()),
        ending,
        deal: None,
        why: None,
        note: String::new(),
    };
    story.must(n, close);
    story.until("2026-12-01T10:00:00Z");
    (n, rep)
}

fn facts(story: &Story, n: usize) -> Vec<String> {
    let of = story.log.iter().filter(|(lead, ..)| *lead == n);
    let told = of.filter_map(|(_, _, effect)| match effect {
        Effect::Fact(fact) => Some(format!("{}: {}", fact.event.word(), fact.detail)),
        _ => None,
    });
    told.collect()
}

#[test]
fn a_lead_that_ended_comes_back_to_whoever_had_it_and_takes_no_turn() {
    for ending in [
        Ending::Won,
        Ending::Lost,
        Ending::Nurture,
        Ending::Duplicate,
    ] {
        let mut story = Story::of(sales());
        let (n, rep) = ended(&mut story, ending);
        let turns = story.ledger.len();
        story.must(n, sent(message("and now?")));
        assert_eq!(story.asked(n), [rep.as_str()], "{ending:?}");
        assert_eq!(story.ledger.len(), turns, "nobody's turn");
        let lead = &story.leads[n];
        assert_eq!(lead.came_at(), at("2026-12-01T10:00:00Z"));
        assert_eq!(lead.contact.text(Field::Message), "and now?");
        assert!(
            facts(&story, n)
                .iter()
                .any(|it| it.starts_with("reopened: "))
        );
        assert_eq!(story.counted(n, MeasureKind::Arrived), 1);
    }
}

#[test]
fn while_whoever_had_it_is_away_a_lead_that_comes_back_is_asked_of_the_team() {
    let mut story = Story::of(sales());
    let (n, rep) = ended(&mut story, Ending::Lost);
    story.goes_away(&rep, None);
    story.must(n, sent(message("and now?")));
    assert_eq!(story.asked(n).len(), 1);
    assert_ne!(story.asked(n), [rep.as_str()]);
}

#[test]
fn a_lead_that_the_rules_bring_to_nobody_stays_where_it_is() {
    for target in [
        Target::Nurture("letters".to_owned()),
        Target::Disqualify(None),
    ] {
        let mut story = Story::of(sales());
        let (n, _) = ended(&mut story, Ending::Won);
        let before = story.leads[n].clone();
        story.company.policy.routes[0].to = vec![target];
        story.must(n, sent(message("a letter, please")));
        let lead = &story.leads[n];
        assert_eq!(
            (&lead.state, &lead.routing),
            (&before.state, &before.routing)
        );
        assert_eq!(story.counted(n, MeasureKind::Duplicate), 1);
    }
}

#[test]
fn what_a_person_has_dropped_stays_so_and_what_a_rule_has_is_asked_again() {
    let mut story = Story::of(sales());
    let (n, rep) = ended(&mut story, Ending::Disqualified);
    story.must(n, sent(message("me again")));
    assert_eq!(story.leads[n].state_word(), "disqualified");
    assert!(!story.told(n).iter().any(|it| it.contains("wrote_again")));
    let by_hand = Actor::Rep("selin".into());
    story.must(n, brought(message("met them"), by_hand, Known::default()));
    assert_eq!(story.asked(n), [rep.as_str()]);

    let mut story = Story::of(sales());
    let team = std::mem::replace(
        &mut story.company.policy.routes[0].to,
        vec![Target::Disqualify(None)],
    );
    let n = story.arrives();
    story.must(n, sent(message("me again")));
    assert_eq!(story.leads[n].state_word(), "disqualified");
    story.company.policy.routes[0].to = team;
    story.must(n, sent(message("me again")));
    assert_eq!(story.leads[n].state_word(), "offered");
}

#[test]
fn what_was_changed_elsewhere_is_told_and_brings_nothing_back() {
    let update = |phone: &str| {
        let mut new = NewLead {
            update: true,
            ..NewLead::default()
        };
        new.contact.set_text(Field::Phone, phone);
        sent(new)
    };
    let mut story = Story::of(sales());
    let n = story.arrives();
    story.must(n, update("+491"));
    let heard = story.log.iter().find_map(|(_, _, effect)| match effect {
        Effect::Say(Say {
            notice: Notice::WroteAgain { how, what, .. },
            ..
        }) => Some((*how, what.clone())),
        _ => None,
    });
    assert_eq!(
        heard,
        Some((Heard::Changed, vec!["phone: +491".to_owned()]))
    );
    story.must(n, update("+491"));
    assert_eq!(story.told(n).len(), 1, "nothing is new");
    assert_eq!(
        facts(&story, n).last().map(String::as_str),
        Some("merged: changed: phone")
    );
    assert_eq!(story.counted(n, MeasureKind::Duplicate), 0);
    let (ended, _) = ended(&mut story, Ending::Lost);
    story.must(ended, update("+492"));
    assert_eq!(story.leads[ended].state_word(), "closed");
}

#[test]
fn of_whom_only_the_name_is_known_nothing_is_taken_over() {
    let mut story = Story::of(sales());
    let n = story.arrives_as(|lead| {
        lead.contact.set_text(Field::Email, "ada@globex.example");
        lead.contact.set_text(Field::Message, "call me");
    });
    let mut new = message("call me here");
    new.contact.set_text(Field::Phone, "+4930901820");
    story.must(n, known_by(new, SignKind::Name));
    let lead = &story.leads[n];
    assert_eq!(lead.contact.text(Field::Phone), "");
    assert_eq!(lead.contact.text(Field::Message), "call me");
    assert_eq!(lead.attributes["phone, said later"], "+4930901820");
    assert_eq!(lead.attributes["message, said later"], "call me here");
}

#[test]
fn another_address_stands_beside_the_first_and_history_says_whose_else_a_sign_is() {
    let mut story = Story::of(sales());
    let n = story.arrives_as(|lead| lead.contact.set_text(Field::Email, "ada@globex.example"));
    let mut new = NewLead::default();
    new.contact.set_text(Field::Email, "ada@mail.example");
    let known = Known {
        by: SignKind::Phone,
        also: vec![(SignKind::ExternalId, 1002)],
    };
    let website = Actor::Source("website".to_owned());
    story.must(n, brought(new, website, known));
    let lead = &story.leads[n];
    assert_eq!(lead.contact.text(Field::Email), "ada@globex.example");
    assert_eq!(lead.attributes["email, said later"], "ada@mail.example");
    assert_eq!(
        facts(&story, n).last().map(String::as_str),
        Some("merged: email; known by the phone number; the id at the source is also lead #1002's")
    );
}
