//! In which order one's own leads stand, and what is said of how many there are.

use insta::assert_snapshot;

use super::*;
use crate::{
    domain::lead::NextStep,
    words::{
        commands::CommandWords,
        home::{Home, Presence, home},
        lists::{self, Reader},
        returns::{self, Meanwhile},
        when::When,
    },
};

fn read<T>(then: impl FnOnce(Reader<'_>) -> T) -> T {
    then(Reader {
        rep: &"ayse".into(),
        policy: &policy(),
        when: &When::new(now(), &berlin()),
        words: &CommandWords::default(),
    })
}

/// Ayşe's nth lead, tried a minute ago.
fn tried(number: i64) -> Lead {
    let mut lead = owned();
    lead.number = number;
    lead.clock.attempted_at = Some(at("12:59"));
    lead.contact.set_text(Field::Phone, "");
    lead
}

fn reached(number: i64) -> Lead {
    let mut lead = tried(number);
    lead.clock.contacted_at = lead.clock.attempted_at;
    lead
}

fn step(what: &str, due: &str, attempt: Option<u32>) -> Option<NextStep> {
    Some(NextStep {
        what: what.to_owned(),
        due_at: format!("2026-11-{due}:00Z").parse().unwrap(),
        reminded: false,
        attempt,
        again_at: None,
    })
}

#[test]
fn what_is_planned_stands_by_when_it_is_due_and_what_was_only_tried_is_no_contact() {
    let mut first = owned();
    first.contact.set_text(Field::Phone, "");
    first.number = 1;
    first.plan.as_mut().unwrap().contact_by = Some(at("15:00"));
    let mut without = first.clone();
    without.number = 2;
    without.plan.as_mut().unwrap().contact_by = None;
    let (mut again, mut overdue, mut far) = (tried(3), reached(4), reached(5));
    again.next_step = step("call", "23T14:00", Some(2));
    overdue.next_step = step("proposal", "23T12:30", None);
    far.next_step = step("mail", "27T08:00", None);
    let (unreached, done) = (tried(6), reached(7));
    let all = [&done, &unreached, &far, &without, &first, &again, &overdue];
    let card = read(|reader| lists::mine(reader, &all, 0));
    assert_snapshot!(text(&card), @"
    (You have 7 leads, 2 to answer or call, 1 planned for now, 2 planned for later, 1 not reached yet. #4 · Ada Lovelace, Acme: Reached today 13:59. Now: send a proposal, due since today 13:30. It is 14:00 there. #3 · Ada Lovelace, Acme: Tried today 13:59, not reached yet. Next: try again (attempt 2), today 15:00. It is 14:00 there. #1 · Ada Lovelace, Acme: Call by today 16:00. It is 14:00 there. #2 · Ada Lovelace, Acme: Please call soon. It is 14:00 there. #5 · Ada Lovelace, Acme: Reached today 13:59. Next: write a mail, Fri 27 Nov 09:00. It is 14:00 there. #6 · Ada Lovelace, Acme: Tried today 13:59, not reached yet. It is 14:00 there. #7 · Ada Lovelace, Acme: Reached today 13:59. It is 14:00 there.)
    You have 7 leads, 2 to answer or call, 1 planned for now, 2 planned for later, 1 not reached yet.
    - #4 · Ada Lovelace, Acme: Reached today 13:59. Now: send a proposal, due since today 13:30. It is 14:00 there. [Contacted] [Details]
    - #3 · Ada Lovelace, Acme: Tried today 13:59, not reached yet. Next: try again (attempt 2), today 15:00. It is 14:00 there. [Contacted] [Details]
    - #1 · Ada Lovelace, Acme: Call by today 16:00. It is 14:00 there. [Contacted] [Details]
    - #2 · Ada Lovelace, Acme: Please call soon. It is 14:00 there. [Contacted] [Details]
    - #5 · Ada Lovelace, Acme: Reached today 13:59. Next: write a mail, Fri 27 Nov 09:00. It is 14:00 there. [Contacted] [Details]
    - #6 · Ada Lovelace, Acme: Tried today 13:59, not reached yet. It is 14:00 there. [Contacted] [Details]
    - #7 · Ada Lovelace, Acme: Reached today 13:59. It is 14:00 there. [Contacted] [Details]
    ");
    let said = |leads: &[&Lead]| {
        let card = read(|reader| lists::mine(reader, leads, 0));
        card.summary.split_once('.').unwrap().0.to_owned()
    };
    assert_eq!(said(&[&done]), "You have 1 lead, all contacted");
    assert_eq!(said(&[&unreached]), "You have 1 lead not reached yet");
    assert_eq!(said(&[&far, &far]), "You have 2 leads planned for later");
    assert_eq!(
        said(&[&done, &overdue]),
        "You have 2 leads, 1 planned for now"
    );
    let leads = all.map(Clone::clone);
    let meanwhile = Meanwhile {
        from: at("09:00"),
        came: &[],
        covered: &[],
        moved: &[],
        waiting: &leads,
        queue: 2,
    };
    let card = read(|reader| returns::back("Welcome back.", reader, &meanwhile));
    assert!(
        card.summary.ends_with("Waiting for you now: 2 to call, 1 planned for now, 2 planned for later, 1 not reached yet, 1 contacted before, 2 in the queue."),
        "{}",
        card.summary
    );
    let page = read(|reader| {
        home(&Home {
            reader,
            presence: Presence::Here(None),
            hours: String::new(),
            planned: Vec::new(),
            leads: all.to_vec(),
            queue: 0,
            watch: None,
        })
    });
    let page = text(&page);
    let order: Vec<_> = (1..=7).map(|n| page.find(&format!("- #{n} "))).collect();
    assert!(order.iter().all(Option::is_some), "{page}");
    assert!(
        order[3] < order[2] && order[2] < order[0] && order[0] < order[1],
        "{page}"
    );
}

#[test]
fn what_a_colleague_is_to_take_over_waits_for_their_answer_only() {
    let mut lead = owned();
    let mut asked = offer("offer_9", "jonas", OfferKind::HandOver, OfferState::Pending);
    asked.until = Some(at("13:15"));
    lead.offers.push(asked);
    lead.next_step = step("mail", "23T12:30", None);
    let card = then_jonas(|reader| lists::mine(reader, &[&lead], 0));
    assert_snapshot!(text(&card), @"
    (You have 1 lead to answer or call. #4711 · Ada Lovelace, Acme: Take it over from Ayşe Yılmaz? Please answer by today 14:15.)
    You have 1 lead to answer or call.
    - #4711 · Ada Lovelace, Acme: Take it over from Ayşe Yılmaz? Please answer by today 14:15. [Take over] [Decline] [Details]
    ");
}

fn then_jonas<T>(then: impl FnOnce(Reader<'_>) -> T) -> T {
    read(|reader| {
        then(Reader {
            rep: &"jonas".into(),
            ..reader
        })
    })
}
