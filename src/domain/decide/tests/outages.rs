//! What a clock does while Baton or the chat is down.

use super::*;
use crate::domain::{
    event::Down,
    lead::{Cause, OfferState, Promise},
    policy::Platform,
};

#[test]
fn a_missed_answer_is_the_chats_doing_while_nothing_is_delivered() {
    let mut story = Story::of(sales());
    story.chat_down = true;
    let n = story.arrives();
    story.until("10:20");
    assert_eq!(breaches(&story, n), [(Promise::Acknowledge, Cause::Chat)]);
    // An offer that nobody has seen isn't taken away either; only what never waits goes on.
    assert_eq!(story.leads[n].offers.len(), 1);
    story.until("11:00");
    assert_eq!(story.owner(n), Some("selin"));
}

#[test]
fn after_a_stop_of_days_a_lead_takes_the_one_step_it_is_at_and_the_next_counts_on() {
    let mut company = sales();
    let steps = vec![
        managers("10m"),
        managers("30m"),
        step("24h", StepAction::Notify(Audience::Managers)),
        step("100h", StepAction::Assign(Assignee::Managers)),
    ];
    company.policy.slas.get_mut("demo").unwrap().escalation = steps;
    let mut story = Story::of(company);
    let n = story.arrives();
    story.stands_still_until("2026-11-26T10:00:00Z");
    assert_eq!(story.told(n).len(), 1);
    story.until("2026-11-27T14:00:00Z");
    assert_eq!(story.owner(n), Some("selin"));
}

#[test]
fn the_last_step_is_not_slept_through_because_an_earlier_one_waited_for_an_offer() {
    let mut story = Story::of(sales());
    story.chat_down = true;
    let n = story.arrives();
    story.until("10:55");
    story.chat_down = false;
    story.now = at("2026-11-23T10:55:02Z");
    story.deliver();
    // The offer had its time at 11:00:02, the managers' turn was at 11:00, and nobody looked until now.
    story.now = at("2026-11-23T11:00:04Z");
    story.must(n, Event::Due);
    assert_eq!(story.owner(n), Some("selin"));
}

#[test]
fn a_stop_that_is_told_of_twice_is_made_up_for_once() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    story.until("10:05");
    story.stands_still_until("10:25");
    let stop = |until: &str| Event::Outage {
        of: Down::Baton,
        from: at("10:05"),
        until: at(until),
    };
    assert_eq!(until_of(&story, n), Some(at("10:35")));
    story.must(n, stop("10:25"));
    assert_eq!(until_of(&story, n), Some(at("10:35")));
    // Another replica has found it a minute later.
    story.must(n, stop("10:26"));
    assert_eq!(until_of(&story, n), Some(at("10:36")));
    assert_eq!(story.leads[n].offers[0].lost, SignedDuration::from_mins(21));
}

#[test]
fn an_outage_extends_the_pending_offer_and_not_the_clock() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.until("10:05");
    story.stands_still_until("10:25");
    assert_eq!(story.asked(n), [first.as_str()]);
    assert_eq!(until_of(&story, n), Some(at("10:35")));
    assert_eq!(breaches(&story, n), [(Promise::Acknowledge, Cause::Baton)]);
    let shown = Effect::Show(CardRef::Offer {
        offer: story.offer_of(n, &first),
        rep: first.as_str().into(),
    });
    assert!(
        story
            .log
            .iter()
            .any(|(_, at_, effect)| *at_ == at("10:25") && *effect == shown)
    );
    assert_eq!(
        story.leads[n].plan.as_ref().unwrap().contact_by,
        Some(at("10:30"))
    );
    story.until("10:34");
    assert_eq!(story.asked(n), [first.as_str()]);
    assert_eq!(story.told(n).last().unwrap(), "10:30 selin late");
    story.until("10:35");
    assert_ne!(story.asked(n), [first.as_str()]);
}

#[test]
fn a_card_has_the_new_deadline_after_a_short_outage_too() {
    for (until, shown) in [
        ("2026-11-23T10:05:01Z", false),
        ("2026-11-23T10:05:20Z", true),
    ] {
        let mut story = Story::of(sales());
        story.arrives();
        story.until("10:05");
        story.stands_still_until(until);
        let moment = at(until);
        let again = story.log.iter().any(|(_, at_, effect)| {
            *at_ == moment && matches!(effect, Effect::Show(CardRef::Offer { .. }))
        });
        assert_eq!(again, shown, "{until}");
    }
}

#[test]
fn a_colleague_who_is_asked_to_take_over_gets_the_time_back_that_something_was_down() {
    for of in [Down::Baton, Down::Chat(Platform::Slack)] {
        let mut story = Story::of(sales());
        let n = story.arrives();
        let owner = story.asked(n)[0].to_owned();
        story.accepts(n, &owner).unwrap();
        let event = Event::Assign {
            to: Receiver::Rep("bo".into()),
            by: Actor::Rep(owner.as_str().into()),
            handing: Handing::Offer,
            words: String::new(),
            premise: Premise::Any,
        };
        story.must(n, event);
        let asked = |story: &Story| story.leads[n].hand_over().and_then(|offer| offer.until);
        assert_eq!(asked(&story), Some(at("10:15")));
        story.until("10:05");
        let since = story.now;
        if of != Down::Baton {
            story.must(
                n,
                Event::ChatDown {
                    chat: Platform::Slack,
                    since,
                },
            );
            story.until("10:25");
            assert_eq!(asked(&story), Some(at("10:15")), "nobody is hurried");
        }
        story.now = at("10:25");
        let until = story.now;
        story.must(
            n,
            Event::Outage {
                of,
                from: since,
                until,
            },
        );
        assert_eq!(asked(&story), Some(at("10:35")));
        story.until("10:34");
        assert!(asked(&story).is_some());
        story.until("10:36");
        assert_eq!(asked(&story), None);
        assert_eq!(story.owner(n), Some(owner.as_str()));
    }
}

#[test]
fn a_night_without_baton_costs_nobody_office_hours() {
    let mut company = sales();
    company.policy.slas.get_mut("demo").unwrap().calendar = Some("office".into());
    let mut story = Story::of(company);
    story.now = at("17:55");
    let n = story.arrives();
    assert_eq!(until_of(&story, n), Some(at("2026-11-24T09:10:00Z")));
    story.now = at("20:00");
    story.stands_still_until("2026-11-24T09:02:00Z");
    assert_eq!(until_of(&story, n), Some(at("2026-11-24T09:12:00Z")));
}

#[test]
fn a_waiting_lead_asks_those_whose_step_it_slept_through() {
    let mut company = sales();
    company.policy.slas.get_mut("demo").unwrap().escalation =
        vec![reoffer("10m", Rung::Backups), managers("25m")];
    let mut story = Story::of(company);
    story.goes_away("ayse", None);
    story.goes_away("jonas", None);
    story.goes_away("bo", None);
    let n = story.arrives();
    assert!(story.leads[n].is_waiting());
    // Bo is there again, and no event says so to a Baton that stands still.
    story.people.clear();
    story.goes_away("ayse", None);
    story.goes_away("jonas", None);
    story.stands_still_until("10:25");
    assert_eq!(story.asked(n), ["bo"]);
}

#[test]
fn while_the_chat_is_down_nobody_loses_what_they_were_asked() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.until("10:05");
    story.chat_goes_down();
    story.until("10:25");
    assert_eq!(story.asked(n), [first.as_str()]);
    // The lead's own clock has run on.
    assert_eq!(breaches(&story, n), [(Promise::Acknowledge, Cause::Chat)]);
    story.chat_comes_back("10:05");
    assert_eq!(until_of(&story, n), Some(at("10:35")));
    let told = story.log.iter().any(|(_, moment, effect)| {
        let more = "20 minutes more to answer, as long as the chat was down";
        *moment == at("10:25") && matches!(effect, Effect::Fact(fact) if fact.detail == more)
    });
    assert!(told, "history says why");
    story.until("10:34");
    assert_eq!(story.asked(n), [first.as_str()]);
    assert_eq!(story.told(n).last().unwrap(), "10:30 selin late");
    story.until("10:35");
    assert_ne!(story.asked(n), [first.as_str()]);
}

#[test]
fn an_accept_while_the_chat_is_down_counts_and_what_nobody_saw_gains_nothing() {
    let mut story = Story::of(sales());
    let seen = story.arrives();
    story.until("10:02");
    story.chat_goes_down();
    let unseen = story.arrives();
    story.until("10:12");
    let first = story.asked(seen)[0].to_owned();
    story.accepts(seen, &first).unwrap();
    assert_eq!(story.owner(seen), Some(first.as_str()));
    story.chat_comes_back("10:02");
    story.deliver();
    // The whole time of an offer counts from its delivery, outage or not.
    assert_eq!(until_of(&story, unseen), Some(at("10:17")));
}

#[test]
fn a_stop_while_the_chat_is_down_is_counted_once() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    story.until("10:05");
    story.chat_goes_down();
    story.until("10:08");
    story.stands_still_until("10:20");
    story.until("10:25");
    story.chat_comes_back("10:05");
    assert_eq!(until_of(&story, n), Some(at("10:35")));
    // Said twice, for instance by who takes it up after a crash, it adds nothing.
    story.chat_comes_back("10:05");
    assert_eq!(until_of(&story, n), Some(at("10:35")));
}

#[test]
fn a_step_that_never_waits_goes_on_while_the_chat_is_down() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    story.until("10:05");
    story.chat_goes_down();
    story.until("11:00");
    assert_eq!(story.owner(n), Some("selin"));
}

#[test]
fn while_one_chat_is_down_what_was_asked_in_the_other_moves_on() {
    let after = |outage: bool| {
        let mut company = sales();
        for rep in ["ayse", "jonas"] {
            company.policy.reps.get_mut(rep).unwrap().chat = Platform::Teams;
        }
        let mut story = Story::of(company);
        let n = story.arrives();
        story.until("10:05");
        if outage {
            story.chat_goes_down();
        }
        story.until("10:15");
        let asked = story.asked(n)[0].to_owned();
        if outage {
            story.chat_comes_back("10:05");
        }
        (asked, until_of(&story, n))
    };
    assert_eq!(after(true), after(false));
}

fn not_shown(story: &mut Story, n: usize, rep: &str, again: bool) {
    let event = Event::NotShown {
        offer: story.offer_of(n, rep),
        why: "restricted_action".to_owned(),
        again,
    };
    story.must(n, event);
}

#[test]
fn a_card_that_the_chat_tries_in_vain_to_show_moves_on_with_the_step() {
    let mut story = Story::of(sales());
    story.chat_down = true;
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    not_shown(&mut story, n, &first, true);
    story.until("10:14");
    assert_eq!(story.asked(n), [first.as_str()]);
    story.chat_down = false;
    story.until("10:15");
    assert_ne!(story.asked(n), [first.as_str()]);
    let was = &story.leads[n].offers[0];
    assert_eq!(was.state, OfferState::Withdrawn);
    assert_eq!(was.reason.as_ref().unwrap().id, "not shown");
    assert!(!was.turn, "nobody had a turn who could not see it");
    assert_eq!(story.told(n), ["10:15 selin cannot_reach"]);
    assert!(
        !story.person(&first).unreachable,
        "the next lead may go to them"
    );
}

#[test]
fn a_card_that_the_chat_refuses_for_good_moves_on_at_once_and_its_rep_is_asked_for_the_next_lead() {
    let mut story = Story::of(sales());
    story.chat_down = true;
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    not_shown(&mut story, n, &first, false);
    let second = story.asked(n)[0].to_owned();
    assert_ne!(second, first);
    assert_eq!(story.told(n), ["10:00 selin cannot_reach"]);
    let other = story.arrives();
    assert_eq!(story.asked(other), [first.as_str()]);
}

#[test]
fn a_card_that_is_shown_after_all_has_its_time() {
    let mut story = Story::of(sales());
    story.chat_down = true;
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    not_shown(&mut story, n, &first, true);
    story.until("10:13");
    story.chat_down = false;
    story.deliver();
    story.until("10:17");
    assert_eq!(story.asked(n), [first.as_str()]);
    story.until("10:18");
    assert_ne!(story.asked(n), [first.as_str()]);
    assert!(
        story
            .told(n)
            .iter()
            .all(|told| !told.ends_with("cannot_reach"))
    );
}

#[test]
fn an_offer_that_could_be_answered_is_told_from_one_that_could_not() {
    let reason = |story: &Story, n: usize| {
        let reason = story.leads[n].offers[0].reason.clone();
        reason.map(|reason| reason.id).unwrap_or_default()
    };
    let mut story = Story::of(sales());
    let n = story.arrives();
    story.until("10:16");
    assert_eq!(reason(&story, n), "no answer");
    let mut story = Story::of(sales());
    let n = story.arrives();
    story.until("10:05");
    story.chat_goes_down();
    story.until("10:20");
    story.chat_comes_back("10:05");
    story.until("10:40");
    assert_eq!(reason(&story, n), "out of reach");
}

#[test]
fn a_card_that_is_drawn_again_gives_no_new_time() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.until("10:12");
    let offer = story.offer_of(n, &first);
    let chat = Platform::Slack;
    story.must(n, Event::Delivered { offer, chat });
    assert_eq!(until_of(&story, n), Some(at("10:15")));
}

#[test]
fn nobody_is_reminded_of_a_card_they_have_not_seen() {
    let mut story = Story::of(sales());
    story.chat_down = true;
    let n = story.arrives();
    story.until("10:14");
    assert_eq!(story.told(n), [""; 0]);
}

#[test]
fn what_the_chat_was_down_for_stands_in_nobodys_numbers() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    story.until("10:05");
    story.chat_goes_down();
    story.until("10:16");
    let mut missed = story.log.iter().filter_map(|(_, _, effect)| match effect {
        Effect::Count(measure) if measure.what == MeasureKind::AcknowledgeMissed => Some(measure),
        _ => None,
    });
    assert_eq!(missed.next().map(|measure| &measure.rep), Some(&None));
    assert_eq!(breaches(&story, n), [(Promise::Acknowledge, Cause::Chat)]);
}

#[test]
fn a_chat_that_is_back_before_it_went_by_the_clock_holds_nothing_any_longer() {
    let mut story = Story::of(sales());
    let n = story.arrives();
    let first = story.asked(n)[0].to_owned();
    story.until("10:05");
    story.chat_goes_down();
    // The clock is put back by an hour, and the chat is there again.
    story.now = at("09:10");
    story.chat_comes_back("10:05");
    assert_eq!(until_of(&story, n), Some(at("10:15")));
    story.until("10:14");
    assert_eq!(story.asked(n), [first.as_str()]);
    story.until("10:15");
    assert_ne!(story.asked(n), [first.as_str()]);
}
