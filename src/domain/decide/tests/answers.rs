//! What people do with offers and leads.

use super::*;
use crate::domain::{contact::Field, event::Ending, policy::Turn, submission::NewLead};

fn closes(rep: &str, ending: Ending) -> Event {
    Event::Close {
        by: Actor::Rep(rep.into()),
        ending,
        deal: None,
        why: None,
        note: String::new(),
    }
}

fn submits(new: NewLead) -> Event {
    sent(new)
}

fn writes_again(message: &str) -> Event {
    let mut new = NewLead::default();
    new.contact.set_text(Field::Message, message);
    new.contact.set_text(Field::Name, "Mallory");
    submits(new)
}

fn pooled() -> Company {
    let mut company = sales();
    company.policy.routes[0].to = vec![Target::Pool {
        team: "sales".into(),
        size: None,
        matching: false,
        hide: Vec::new(),
    }];
    company
}

#[test]
fn a_decline_goes_to_the_next_then_the_backups_then_the_queue_and_managers_hear_once() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.declines(n, &first, "busy").unwrap();
    let second = story.asked(n)[0].to_owned();
    assert_ne!(first, second);
    story.declines(n, &second, "busy").unwrap();
    assert_eq!(story.asked(n), ["bo"]);
    story.declines(n, "bo", "busy").unwrap();
    assert!(story.leads[n].is_waiting());
    story.comes_back("ayse");
    assert!(story.leads[n].is_waiting(), "nobody is asked twice");
    story.until("10:59");
    assert_eq!(
        story.told(n),
        ["10:00 selin nobody_free", "10:30 selin late"]
    );
    story.until("11:00");
    assert_eq!(story.owner(n), Some("selin"));
}

#[test]
fn each_reason_has_its_consequence() {
    for (reason, state) in [
        ("busy", "offered"),
        ("vip", "review"),
        ("later", "queued"),
        ("spam", "disqualified"),
    ] {
        for company in [sales(), pooled()] {
            let was_pool = matches!(company.policy.routes[0].to[0], Target::Pool { .. });
            let mut story = Story::of(company);
            let n = story.arrives();
            let rep = story.asked(n)[0].to_owned();
            story.declines(n, &rep, reason).unwrap();
            let state = if was_pool && reason == "busy" {
                "pooled"
            } else {
                state
            };
            assert_eq!(story.leads[n].state_word(), state);
            story.sound(n);
        }
    }
    let mut story = Story::of(sales());
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    let before = story.leads[n].clone();
    assert_eq!(
        story.declines(n, &rep, "weather"),
        Err(Refusal::NoSuchReason)
    );
    assert_eq!(story.leads[n], before);
}

#[test]
fn a_review_nobody_can_decide_goes_to_the_next_instead() {
    let mut company = sales();
    company.policy.teams[0].managers.clear();
    let mut story = Story::of(company);
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.declines(n, &rep, "vip").unwrap();
    assert_eq!(story.asked(n).len(), 1);
}

#[test]
fn a_turn_comes_back_by_the_reasons_rule_else_the_teams() {
    for (of_reason, of_team, taken) in [
        (None, Turn::Spent, 1.0),
        (None, Turn::Back, 0.0),
        (Some(Turn::Back), Turn::Spent, 0.0),
        (Some(Turn::Spent), Turn::Back, 1.0),
    ] {
        let mut company = sales();
        company.policy.declines[0].turn = of_reason;
        company.policy.teams[0].turns.declined = of_team;
        let mut story = Story::of(company);
        let n = story.arrives();
        let rep = story.asked(n)[0].to_owned();
        story.declines(n, &rep, "busy").unwrap();
        let balance = story.turns[&TeamId::from("sales")].reps[&RepId::from(rep)].taken;
        assert!(
            (balance - taken).abs() < 1e-9,
            "{of_reason:?} {of_team:?}: {balance}"
        );
        story.books_agree();
    }
}

#[test]
fn an_expired_turn_comes_back_where_the_team_says_so() {
    for (rule, taken) in [(Turn::Spent, 1.0), (Turn::Back, 0.0)] {
        let mut company = sales();
        company.policy.teams[0].turns.expired = rule;
        let mut story = Story::of(company);
        let n = story.arrives();
        let rep = story.asked(n)[0].to_owned();
        story.until("10:15");
        let balance = story.turns[&TeamId::from("sales")].reps[&RepId::from(rep)].taken;
        assert!((balance - taken).abs() < 1e-9, "{balance}");
    }
}

#[test]
fn a_stale_press_changes_nothing() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    let second = if first == "ayse" { "jonas" } else { "ayse" };
    let offer = story.offer_of(n, &first);
    let press = |by: &str| Event::Accept {
        offer: offer.clone(),
        by: by.into(),
    };
    assert_eq!(story.happens(n, press(second)), Err(Refusal::NotYours));
    let unknown = Event::Accept {
        offer: "offer_0".into(),
        by: second.into(),
    };
    assert_eq!(story.happens(n, unknown), Err(Refusal::NoSuchOffer));
    story.until("10:15");
    let before = story.leads[n].clone();
    assert_eq!(story.accepts(n, &first), Err(Refusal::OfferOver));
    assert_eq!(story.declines(n, &first, "busy"), Err(Refusal::OfferOver));
    assert_eq!(story.leads[n], before);
    story.accepts(n, second).unwrap();
    let owned = story.leads[n].clone();
    assert_eq!(story.accepts(n, second), Err(Refusal::AlreadyYours));
    assert_eq!(story.accepts(n, &first), Err(Refusal::OfferOver));
    assert_eq!(story.claims(n, second), Err(Refusal::AlreadyYours));
    assert_eq!(story.claims(n, &first), Err(Refusal::OfferOver));
    assert_eq!(story.leads[n], owned);
}

#[test]
fn a_late_accept_before_the_step_commits_wins() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.now = at("10:45");
    story.accepts(n, &rep).unwrap();
    assert_eq!(story.owner(n), Some(rep.as_str()));
    assert_eq!(story.counted(n, MeasureKind::AcknowledgeMissed), 1);
    story.until("11:04");
    assert_eq!(
        story.owner(n),
        None,
        "untouched, and counted from the arrival"
    );
}

#[test]
fn the_first_claim_withdraws_the_rest() {
    let mut story = Story::of(pooled());
    let n = story.arrives();
    story.claims(n, "jonas").unwrap();
    assert_eq!(story.offers(n), "ayse withdrawn, jonas accepted");
    assert_eq!(story.owner(n), Some("jonas"));
    assert_eq!(story.claims(n, "ayse"), Err(Refusal::OfferOver));
    story.books_agree();
}

#[test]
fn a_pool_everybody_declines_goes_to_the_next_level() {
    let mut story = Story::of(pooled());
    let n = story.arrives();
    story.declines(n, "ayse", "busy").unwrap();
    assert_eq!(story.asked(n), ["jonas"]);
    story.declines(n, "jonas", "busy").unwrap();
    assert_eq!(story.asked(n), ["bo"]);
}

#[test]
fn a_member_the_chat_refuses_is_not_put_into_the_pool_again() {
    let mut story = Story::of(pooled());
    story.goes_away("jonas", None);
    story.chat_down = true;
    let n = story.arrives();
    let offer = story.offer_of(n, "ayse");
    story.must(
        n,
        Event::Undeliverable {
            offer,
            why: "account_inactive".to_owned(),
        },
    );
    assert_eq!(story.asked(n), ["bo"]);
    assert_eq!(story.told(n), ["10:00 selin cannot_reach"]);
}

#[test]
fn who_could_not_be_reached_has_not_had_it() {
    let mut story = Story::of(sales());
    story.goes_away("jonas", None);
    story.goes_away("bo", None);
    story.chat_down = true;
    let n = story.arrives();
    let offer = story.offer_of(n, "ayse");
    story.must(
        n,
        Event::Undeliverable {
            offer,
            why: "ratelimited".to_owned(),
        },
    );
    assert!(story.leads[n].is_waiting());
    story.comes_back("ayse");
    assert_eq!(story.asked(n), ["ayse"]);
}

#[test]
fn only_a_teams_people_take_from_its_queue() {
    let mut story = Story::of(sales().rep("eve", |_| {}));
    story.company.policy.routes[0].to = vec![Target::Queue {
        team: "sales".into(),
        hide: Vec::new(),
    }];
    let n = story.arrives();
    assert_eq!(story.claims(n, "eve"), Err(Refusal::NotToBeTaken));
    story.claims(n, "bo").unwrap();
    assert_eq!(story.owner(n), Some("bo"));
    story.books_agree();
}

#[test]
fn going_away_moves_offers_on_and_keeps_owned_leads() {
    let mut story = Story::of(sales());
    let (n, owned) = (story.arrives(), story.arrives());
    let rep = story.asked(n)[0].to_owned();
    let other = story.asked(owned)[0].to_owned();
    story.accepts(owned, &other).unwrap();
    story.goes_away(&other, None);
    assert_eq!(story.owner(owned), Some(other.as_str()));
    story.goes_away(&rep, None);
    assert_eq!(story.asked(n), ["bo"]);
    story.comes_back(&rep);
    story.goes_away("bo", None);
    assert_eq!(
        story.asked(n),
        [rep.as_str()],
        "who was away has not had it"
    );
}

#[test]
fn a_removed_reps_offers_and_leads_move_and_the_owned_ones_under_a_new_clock() {
    let mut story = Story::of(sales());
    let (asked, owned) = (story.arrives(), story.arrives());
    let rep = story.asked(owned)[0].to_owned();
    story.accepts(owned, &rep).unwrap();
    story.contacts(owned, &rep).unwrap();
    story.until("10:05");
    story.is_removed(&rep);
    for n in [asked, owned] {
        assert_ne!(story.asked(n), [rep.as_str()]);
        assert_eq!(story.asked(n).len(), 1);
        story.sound(n);
    }
    let plan = story.leads[owned].plan.as_ref().unwrap();
    assert_eq!((plan.epoch, plan.started_at), (2, at("10:05")));
}

#[test]
fn another_submission_joins_and_overwrites_nothing_but_the_message() {
    let mut story = Story::of(sales());
    let n = story.arrives_as(|lead| {
        lead.contact.set_text(Field::Name, "Ada");
        lead.contact.set_text(Field::Message, "call me");
    });
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    story.until("10:02");
    story.must(n, writes_again("please"));
    let lead = &story.leads[n];
    assert_eq!(
        (
            lead.contact.text(Field::Name),
            lead.contact.text(Field::Message)
        ),
        ("Ada", "please")
    );
    assert_eq!(story.owner(n), Some(rep.as_str()));
    assert_eq!(story.told(n), [format!("10:02 {rep} wrote_again")]);
    assert_eq!(story.counted(n, MeasureKind::Duplicate), 1);
}

#[test]
fn a_nurtured_lead_that_writes_comes_back_under_a_clock_of_its_own() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    story.contacts(n, &rep).unwrap();
    story.must(n, closes(&rep, Ending::Nurture));
    assert_eq!(
        (story.leads[n].state_word(), story.leads[n].next_wake()),
        ("nurture", None)
    );
    story.company.policy.routes[0].to = vec![Target::PreviousOwner, Target::Team("sales".into())];
    story.until("2026-12-01T10:00:00Z");
    story.must(n, writes_again("now then"));
    assert_eq!(
        story.asked(n),
        [rep.as_str()],
        "their own lead comes back to them"
    );
    story.until("2026-12-01T10:01:00Z");
    story.accepts(n, &rep).unwrap();
    assert_eq!(story.leads[n].clock.attempted_at, None);
    story.until("2026-12-01T10:20:00Z");
    assert_eq!(
        story.told(n).last().unwrap(),
        &format!("10:20 {rep} contact_due")
    );
}

#[test]
fn given_out_of_nurture_or_review_a_lead_starts_its_clock_then() {
    for target in [
        Target::Nurture("later".to_owned()),
        Target::Review("sales".into()),
    ] {
        let mut story = Story::of(sales());
        story.company.policy.routes[0].to = vec![target];
        story.company.policy.routes[0].team = Some("sales".into());
        let n = story.arrives();
        story.until("10:55");
        let gives = given("ayse", Actor::Rep("selin".into()));
        story.must(n, gives);
        let contact_by = story.leads[n].plan.as_ref().unwrap().contact_by;
        assert_eq!(
            (story.owner(n), contact_by),
            (Some("ayse"), Some(at("11:25")))
        );
        story.sound(n);
    }
}

#[test]
fn only_managers_give_and_only_owners_and_managers_speak() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let gives = |to: &str, by: &str| given(to, Actor::Rep(by.into()));
    assert_eq!(
        story.happens(n, gives("ayse", "jonas")),
        Err(Refusal::NotOwner)
    );
    assert_eq!(
        story.happens(n, gives("nobody", "selin")),
        Err(Refusal::NoSuchRep)
    );
    story.must(n, gives("ayse", "selin"));
    assert_eq!(
        story.happens(n, gives("ayse", "selin")),
        Err(Refusal::AlreadyYours)
    );
    assert_eq!(story.contacts(n, "jonas"), Err(Refusal::NotOwner));
    assert_eq!(
        story.happens(n, closes("jonas", Ending::Won)),
        Err(Refusal::NotOwner)
    );
    story.must(n, gives("jonas", "selin"));
    assert_eq!(story.owner(n), Some("jonas"));
    story.must(n, closes("jonas", Ending::Won));
    assert_eq!(
        story.happens(n, closes("jonas", Ending::Lost)),
        Err(Refusal::Closed)
    );
    assert_eq!(
        story.happens(n, closes("selin", Ending::Lost)),
        Err(Refusal::Closed)
    );
    assert_eq!(
        story.happens(n, gives("ayse", "selin")),
        Err(Refusal::Closed)
    );
    assert_eq!(story.leads[n].next_wake(), None);
    story.sound(n);
}

#[test]
fn a_new_plan_takes_away_what_is_still_pending() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.offer_of(n, story.asked(n)[0]);
    // A row as only a mistake elsewhere could make it: routed anew while somebody is asked.
    story.comes_in(n);
    assert!(!story.leads[n].offer(&first).unwrap().is_pending());
    story.sound(n);
}

#[test]
fn a_lead_does_not_grow_without_end_however_often_its_form_is_sent() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    for (nth, length) in (0..40).zip([10, 100, 5_000].into_iter().cycle()) {
        let mut new = NewLead::default();
        for answer in 0..20 {
            let label = format!("answer {nth} {answer}");
            new.attributes.insert(label, "x".repeat(length));
        }
        new.attributes.insert("budget".to_owned(), nth.to_string());
        story.must(n, submits(new));
    }
    let kept = &story.leads[n].attributes;
    let bytes: usize = kept
        .iter()
        .map(|(label, value)| label.len() + value.len())
        .sum();
    assert!(kept.len() <= 200 && bytes <= 32 * 1024, "{bytes}");
    assert_eq!(kept["budget"], "0", "what was said first stays");
    let said = story.log.iter().any(|(_, _, effect)| {
        matches!(effect, Effect::Fact(fact)
            if fact.event == FactKind::Merged && fact.detail == "20 more answers are in sub_2 only")
    });
    assert!(said, "nobody is told where the rest is");
}
