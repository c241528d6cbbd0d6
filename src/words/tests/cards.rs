//! How the cards read, state by state.

use insta::assert_snapshot;

use super::*;
use crate::words::{pool::pool_card, review::review_card};

#[test]
fn a_pending_offer_says_all_that_is_needed_to_decide() {
    assert_snapshot!(text(&first_card(&lead())), @"
    (New lead #4711: Ada Lovelace, Acme, asks for a demo (website, campaign Autumn). High intent, strong fit, score 55.5. Please answer by Mon 23 Nov 14:05 (Europe/Berlin). Accept or decline it here.)
    # New lead #4711 · Ada Lovelace, Acme
    Asks for a demo
    Source: website, campaign Autumn
    Looks like: high intent, strong fit
    Score: 55.5 (fit 40, engagement 15.5)
    Use case: Billing
    Budget: a lot
    Employees: 1,200
    Call: +4930123456<tel:+4930123456>
    Mail: ada@acme.example<mailto:ada@acme.example>
    “Please call me at 030 123 456 or ADA@acme.example.”
    CRM<https://crm.example/c/ada%40acme.example>
    Please answer by Mon 23 Nov 14:05 (Europe/Berlin), then somebody else is asked.
    _ Why you: rule hot; it is your turn in team sdr.
    [Accept] [Decline] [Details] [Why]
    ");
}

#[test]
fn an_offer_whose_time_is_over_can_still_be_taken() {
    let mut lead = lead();
    lead.offers[0].until = Some(at("12:59"));
    let said = text(&first_card(&lead));
    assert!(
        said.contains("The time to answer ended Mon 23 Nov 13:59 (Europe/Berlin)"),
        "{said}"
    );
    assert!(said.contains("[Accept]"), "{said}");
}

#[test]
fn an_owned_lead_says_until_when_to_call() {
    assert_snapshot!(text(&first_card(&owned())), @"
    (Your lead #4711: Ada Lovelace, Acme, asks for a demo (website, campaign Autumn). High intent, strong fit, score 55.5. Call by Mon 23 Nov 14:20 (Europe/Berlin).)
    # Your lead #4711 · Ada Lovelace, Acme
    Asks for a demo
    Source: website, campaign Autumn
    Looks like: high intent, strong fit
    Score: 55.5 (fit 40, engagement 15.5)
    Use case: Billing
    Budget: a lot
    Employees: 1,200
    Call: +4930123456<tel:+4930123456>
    Mail: ada@acme.example<mailto:ada@acme.example>
    “Please call me at 030 123 456 or ADA@acme.example.”
    CRM<https://crm.example/c/ada%40acme.example>
    Call by Mon 23 Nov 14:20 (Europe/Berlin).
    _ Why you: rule hot; it is your turn in team sdr.
    [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
    ");
}

#[test]
fn a_contacted_lead_says_when() {
    let mut lead = owned();
    lead.clock.attempted_at = Some(at("12:59"));
    assert!(
        text(&first_card(&lead))
            .contains("Tried Mon 23 Nov 13:59 (Europe/Berlin), not reached yet.")
    );
    lead.clock.contacted_at = Some(at("13:00"));
    assert!(text(&first_card(&lead)).contains("Reached Mon 23 Nov 14:00 (Europe/Berlin)."));
}

#[test]
fn a_pool_hides_what_it_hides_also_in_the_message() {
    assert_snapshot!(text(&first_card(&pooled())), @"
    (New lead #4711: Ada Lovelace, Acme, asks for a demo (website, campaign Autumn). High intent, strong fit, score 55.5. Claim it by Mon 23 Nov 14:05 (Europe/Berlin). The first to claim it has it.)
    # New lead #4711 · Ada Lovelace, Acme
    Asks for a demo
    Source: website, campaign Autumn
    Looks like: high intent, strong fit
    Score: 55.5 (fit 40, engagement 15.5)
    Use case: Billing
    Budget: a lot
    Employees: 1,200
    “Please call me at … or …”
    Claim it by Mon 23 Nov 14:05 (Europe/Berlin), then somebody else is asked.
    _ Why you: rule warm; open to whoever claims it first in team sdr.
    [Claim] [Details] [Why]
    ");
}

#[test]
fn the_channel_sees_the_pool_until_somebody_has_it() {
    let card = pool_card(&pooled(), &policy(), &berlin(), now());
    assert_snapshot!(text(&card), @"
    (Open lead #4711: Ada Lovelace, Acme, asks for a demo (website, campaign Autumn). High intent, strong fit, score 55.5. Open until Mon 23 Nov 14:05 (Europe/Berlin). The first to claim it has it.)
    # Open lead #4711 · Ada Lovelace, Acme
    Asks for a demo
    Source: website, campaign Autumn
    Looks like: high intent, strong fit
    Score: 55.5 (fit 40, engagement 15.5)
    Use case: Billing
    Budget: a lot
    Employees: 1,200
    “Please call me at … or …”
    The first to claim it has it. Open until Mon 23 Nov 14:05 (Europe/Berlin).
    _ How to reach them is shown to whoever claims it.
    [Claim] [Details] [Why]
    ");
    let card = pool_card(&claimed(), &policy(), &berlin(), now());
    assert_snapshot!(text(&card), @"
    (Lead #4711 · Ada Lovelace, Acme: Jonas Weber has it since Mon 23 Nov 13:58.)
    # Lead #4711 · Ada Lovelace, Acme
    Jonas Weber has it since Mon 23 Nov 13:58.
    ");
}

/// The card of Ayşe's offer that ended so, while the lead is in this state.
fn after(state: OfferState, reason: Option<Reason>, now_is: State) -> String {
    let mut lead = lead();
    lead.offers[0].state = state;
    lead.offers[0].decided_at = Some(at("12:58"));
    lead.offers[0].reason = reason;
    lead.offers.push(offer(
        "offer_2",
        "jonas",
        OfferKind::Push,
        OfferState::Pending,
    ));
    if let State::Owned { .. } = now_is {
        lead.offers[1].state = OfferState::Accepted;
        lead.offers[1].decided_at = Some(at("12:59"));
    }
    lead.state = now_is;
    let card = first_card(&lead);
    assert!(actions(&card).is_empty());
    parts(&card.parts[1..])
}

#[test]
fn a_card_that_moved_on_says_what_became_of_the_lead() {
    let jonas_is_asked = State::Offered {
        offer: "offer_2".into(),
    };
    let jonas_has_it = State::Owned {
        rep: "jonas".into(),
        offer: "offer_2".into(),
    };
    let waits = State::Queued {
        team: Some("sdr".into()),
        waiting: Some(Waiting::default()),
    };
    let won = State::Closed {
        rep: Some("jonas".into()),
        outcome: Outcome::Won,
        note: String::new(),
        deal: None,
    };
    let busy = Reason {
        id: "busy".to_owned(),
        note: String::new(),
    };
    let said = [
        after(OfferState::Declined, Some(busy), jonas_is_asked.clone()),
        after(
            OfferState::Expired,
            Some(Reason::own("no answer")),
            jonas_has_it.clone(),
        ),
        after(
            OfferState::Withdrawn,
            Some(Reason::own("away")),
            jonas_is_asked,
        ),
        after(
            OfferState::Withdrawn,
            Some(Reason::own("claimed")),
            jonas_has_it.clone(),
        ),
        after(OfferState::Withdrawn, Some(Reason::own("moved on")), waits),
        after(OfferState::Expired, None, won),
        after(
            OfferState::Withdrawn,
            Some(Reason::own("disqualified")),
            State::Disqualified {
                reason: "spam, says Jonas Weber".to_owned(),
                by_hand: true,
            },
        ),
        after(
            OfferState::Withdrawn,
            Some(Reason::own("closed")),
            State::Nurture {
                label: "newsletter".to_owned(),
            },
        ),
        after(
            OfferState::Withdrawn,
            Some(Reason::own("review")),
            State::Review { team: "sdr".into() },
        ),
    ];
    assert_snapshot!(said.join("\n"), @"
    You declined it Mon 23 Nov 13:58 (Too busy now). Jonas Weber is asked now.
    It had no answer by Mon 23 Nov 13:58, so it moved on. Jonas Weber has it since Mon 23 Nov 13:59.
    It was passed on because you were away. Jonas Weber is asked now.
    Jonas Weber has it since Mon 23 Nov 13:59.
    Nobody claimed it in time. Nobody has it yet; it goes to the first who is free.
    It had no answer by Mon 23 Nov 13:58, so it moved on. It is closed as won; Jonas Weber had it.
    It was dropped: spam, says Jonas Weber.
    It went to marketing (newsletter).
    Somebody asked for another way. A manager of team sdr decides where it goes.
    ");
}

#[test]
fn an_owner_who_lost_the_lead_is_told_until_when_they_had_it() {
    let mut lead = owned();
    lead.offers[0].released_at = Some(at("12:59"));
    lead.offers.push(offer(
        "offer_2",
        "jonas",
        OfferKind::Push,
        OfferState::Pending,
    ));
    lead.state = State::Offered {
        offer: "offer_2".into(),
    };
    assert_snapshot!(parts(&first_card(&lead).parts[1..]), @"You had it until Mon 23 Nov 13:59. Jonas Weber is asked now.");
}

#[test]
fn a_closed_lead_says_how_it_ended() {
    let mut lead = owned();
    lead.offers[0].released_at = Some(at("12:59"));
    lead.state = State::Closed {
        rep: Some("ayse".into()),
        outcome: Outcome::Won,
        note: String::new(),
        deal: None,
    };
    assert_snapshot!(text(&first_card(&lead)), @r"
    (Lead #4711 · Ada Lovelace, Acme: Closed as won.)
    # Lead #4711 · Ada Lovelace, Acme
    Closed as won.
    [Details] [Why]
    ");
}

#[test]
fn a_manager_reads_why_they_decide() {
    let mut lead = lead();
    lead.offers.clear();
    lead.state = State::Review { team: "sdr".into() };
    let card = review_card(&lead, &"selin".into(), &policy(), &berlin(), now());
    assert_snapshot!(text(&card), @"
    (Please decide: lead #4711: Ada Lovelace, Acme, asks for a demo (website, campaign Autumn). High intent, strong fit, score 55.5. Rule hot leaves it to a person. It should go out by Mon 23 Nov 14:05 (Europe/Berlin).)
    # Please decide: lead #4711 · Ada Lovelace, Acme
    Asks for a demo
    Source: website, campaign Autumn
    Looks like: high intent, strong fit
    Score: 55.5 (fit 40, engagement 15.5)
    Use case: Billing
    Budget: a lot
    Employees: 1,200
    Call: +4930123456<tel:+4930123456>
    Mail: ada@acme.example<mailto:ada@acme.example>
    “Please call me at 030 123 456 or ADA@acme.example.”
    CRM<https://crm.example/c/ada%40acme.example>
    Why you decide: rule hot leaves it to a person.
    It should go out by Mon 23 Nov 14:05 (Europe/Berlin).
    [Assign…] [Route by the rules] [Drop] [Details] [Why]
    ");
    let card = review_card(&owned(), &"selin".into(), &policy(), &berlin(), now());
    assert_snapshot!(text(&card), @"
    (Lead #4711 · Ada Lovelace, Acme: Decided. Ayşe Yılmaz has it since Mon 23 Nov 13:58.)
    # Lead #4711 · Ada Lovelace, Acme
    Decided. Ayşe Yılmaz has it since Mon 23 Nov 13:58.
    ");
}

#[test]
fn a_lead_of_which_nothing_is_known_still_has_a_card() {
    let bare = Lead::new("lead_2".into(), 1, "website".into(), now());
    let offer = Offer {
        until: None,
        ..offer("offer_9", "ayse", OfferKind::Push, OfferState::Pending)
    };
    let card = offer_card(&bare, &offer, &Policy::default(), &TimeZone::UTC, now());
    assert_snapshot!(text(&card), @r"
    (New lead #1: somebody without a name, got in touch (website). Low intent, weak fit, score 0. Accept or decline it here.)
    # New lead #1 · somebody without a name
    Got in touch
    Source: website
    Looks like: low intent, weak fit
    Score: 0 (fit 0, engagement 0)
    Please answer soon: somebody waits.
    _ Why you: you are next in team sdr.
    [Accept] [Decline] [Details] [Why]
    ");
}

#[test]
fn links_are_made_only_of_what_is_known_and_only_to_https() {
    let mut policy = policy();
    policy.card.links = [
        "https://crm.example/{number}/{use_case}",
        "https://crm.example/{title}",
        "http://crm.example/",
        "javascript:{number}",
    ]
    .map(|url| LinkRule {
        label: "Link".to_owned(),
        url: url.to_owned(),
    })
    .to_vec();
    let mut lead = lead();
    lead.contact.set_text(Field::UseCase, "a/b?c=d&{email} ü");
    let card = offer_card(&lead, &lead.offers[0], &policy, &berlin(), now());
    let said = text(&card);
    assert_eq!(said.matches("Link<").count(), 1, "{said}");
    assert!(
        said.contains("Link<https://crm.example/4711/a%2Fb%3Fc%3Dd%26%7Bemail%7D%20%C3%BC>"),
        "{said}"
    );
}
