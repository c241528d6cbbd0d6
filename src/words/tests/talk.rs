//! How notices, dialogs and answers read.

use insta::assert_snapshot;

use super::*;
use crate::{
    domain::{
        card::{Dialog, InputKind},
        event::{Actor, Audible, ContactHow, Fact, FactKind, Heard, Notice, Refusal, Say},
        lead::Alarm,
        person::SignKind,
    },
    words::{
        answers, details, dialogs, hand, late::HollowAccepts, next_step, notices::notice,
        when::When,
    },
};

fn when() -> When {
    When::new(now(), &berlin())
}

/// Ayşe takes leads and does not call.
fn hollow() -> HollowAccepts {
    [("ayse".into(), 3)].into()
}

fn told(to: Audible, what: Notice, leads: &[&Lead]) -> Option<String> {
    let say = Say {
        to,
        key: String::new(),
        cause: None,
        notice: what,
    };
    let about: Vec<(&Say, &Lead)> = leads.iter().map(|lead| (&say, *lead)).collect();
    notice(
        &about,
        &hollow(),
        &policy(),
        When::for_what_stands(now(), &berlin()),
    )
    .map(|card| text(&card))
}

fn to_selin() -> Audible {
    Audible::Rep("selin".into())
}

#[test]
fn a_reminder_is_short_and_falls_silent_once_answered() {
    let due = Notice::AnswerDue {
        offer: "offer_1".into(),
    };
    let ayse = Audible::Rep("ayse".into());
    assert_snapshot!(told(ayse.clone(), due.clone(), &[&lead()]).unwrap(), @"
    (Still waiting for your answer: lead #4711 · Ada Lovelace, Acme. It moves on Mon 23 Nov 14:05 (Europe/Berlin).)
    Still waiting for your answer: #4711 · Ada Lovelace, Acme. It moves on Mon 23 Nov 14:05 (Europe/Berlin).
    ");
    assert_eq!(told(ayse, due, &[&owned()]), None);
}

#[test]
fn a_reminder_to_call_falls_silent_once_tried() {
    let due = Notice::ContactDue {
        offer: "offer_1".into(),
    };
    let ayse = Audible::Rep("ayse".into());
    assert_snapshot!(told(ayse.clone(), due.clone(), &[&owned()]).unwrap(), @"
    (Nobody has tried to reach lead #4711 · Ada Lovelace, Acme yet. Call by Mon 23 Nov 14:20 (Europe/Berlin).)
    Nobody has tried to reach #4711 · Ada Lovelace, Acme yet. Call by Mon 23 Nov 14:20 (Europe/Berlin).
    Call: +4930123456<tel:+4930123456>
    Mail: ada@acme.example<mailto:ada@acme.example>
    [Contacted]
    ");
    let mut tried = owned();
    tried.clock.attempted_at = Some(now());
    assert_eq!(told(ayse.clone(), due.clone(), &[&tried]), None);
    assert_eq!(told(ayse, due, &[&lead()]), None);
}

#[test]
fn late_leads_say_who_had_them_and_where_they_are() {
    let late = Notice::Late {
        team: Some("sdr".into()),
        sla: Some("demo".into()),
        epoch: 1,
    };
    let mut one = lead();
    one.offers[0].state = OfferState::Declined;
    one.offers.push(offer(
        "offer_2",
        "jonas",
        OfferKind::Push,
        OfferState::Expired,
    ));
    one.state = State::Queued {
        team: Some("sdr".into()),
        waiting: Some(Waiting::default()),
    };
    one.alarm = Some(Alarm::default());
    assert_snapshot!(told(to_selin(), late.clone(), &[&one]).unwrap(), @"
    (A lead is late. #4711 · Ada Lovelace, Acme: nobody has accepted it (due Mon 23 Nov 14:05). Ayşe Yılmaz declined. Jonas Weber did not answer. Nobody has it yet; it goes to the first who is free.)
    A lead is late.
    - #4711 · Ada Lovelace, Acme: nobody has accepted it (due Mon 23 Nov 14:05). Ayşe Yılmaz declined. Jonas Weber did not answer. Nobody has it yet; it goes to the first who is free. [Take it] [Assign…] [Later…]
    ");
    let mut many = vec![one.clone(); 12];
    for (at, lead) in many.iter_mut().enumerate() {
        lead.id = format!("lead_{at}").as_str().into();
    }
    let many: Vec<&Lead> = many.iter().collect();
    let said = told(to_selin(), late.clone(), &many).unwrap();
    assert!(
        said.contains("12 leads are late") && said.ends_with("_ And 2 more."),
        "{said}"
    );
    assert_eq!(told(to_selin(), late.clone(), &[&owned()]), None);
    let mut overdue = owned();
    overdue.plan.as_mut().unwrap().contact_by = Some(at("12:59"));
    overdue.alarm = Some(Alarm::default());
    assert!(
        told(to_selin(), late.clone(), &[&overdue])
            .unwrap()
            .contains("nobody has tried to reach them (due Mon 23 Nov 13:59)")
    );
    let said = told(to_selin(), late.clone(), &[&overdue]).unwrap();
    let habit = "Of the leads that came in the last 30 days Ayşe Yılmaz has accepted 3 that were not tried in time.";
    assert!(said.contains(habit), "{said}");
    let channel = Audible::Channel("sdr".into());
    let said = told(channel, late, &[&overdue]).unwrap();
    assert!(!said.contains(habit), "{said}");
}

#[test]
fn of_late_leads_each_is_told_by_its_own_notice() {
    let late = |epoch| Say {
        to: to_selin(),
        key: String::new(),
        cause: Some("late".to_owned()),
        notice: Notice::Late {
            team: Some("sdr".into()),
            sla: Some("demo".into()),
            epoch,
        },
    };
    let (first, second) = (late(1), late(2));
    let waits = |id: &str, epoch| Lead {
        id: id.into(),
        epoch,
        alarm: Some(Alarm::default()),
        ..lead()
    };
    let (old, new) = (waits("lead_old", 1), waits("lead_new", 2));
    let said = |about: &[(&Say, &Lead)]| {
        notice(
            about,
            &hollow(),
            &policy(),
            When::for_what_stands(now(), &berlin()),
        )
        .map(|card| card.summary)
    };
    let both = said(&[(&first, &old), (&second, &new)]).unwrap();
    assert!(both.starts_with("2 leads are late."), "{both}");
    // A notice of a stretch that is over is silent beside one that is true, and one lead is told once.
    let one = said(&[(&first, &new), (&second, &new), (&second, &new)]).unwrap();
    assert!(one.starts_with("A lead is late."), "{one}");
    assert_eq!(said(&[(&first, &new), (&second, &old)]), None);
}

#[test]
fn nobody_free_is_said_only_while_it_waits() {
    let nobody = Notice::NobodyFree { team: "sdr".into() };
    let mut waits = lead();
    waits.offers.clear();
    waits.state = State::Queued {
        team: Some("sdr".into()),
        waiting: Some(Waiting {
            again_at: Some("2026-11-24T08:00:00Z".parse().unwrap()),
        }),
    };
    assert_snapshot!(told(to_selin(), nobody.clone(), &[&waits]).unwrap(), @"
    (Nobody in team sdr is free; a lead waits. #4711 · Ada Lovelace, Acme: is offered again Tue 24 Nov 09:00. Jonas Weber is away until Mon 30 Nov 09:00.)
    Nobody in team sdr is free; a lead waits.
    - #4711 · Ada Lovelace, Acme: is offered again Tue 24 Nov 09:00.
    _ Jonas Weber is away until Mon 30 Nov 09:00.
    ");
    assert_eq!(told(to_selin(), nobody, &[&owned()]), None);
}

#[test]
fn whoever_a_wrong_rule_had_given_a_lead_hears_where_it_is() {
    let wrong = Notice::Rerouted {
        rule: "hot".to_owned(),
    };
    assert_snapshot!(told(to_selin(), wrong, &[&lead()]).unwrap(), @"
    (The rule hot was wrong: a lead was routed anew, and cost you no turn. #4711 · Ada Lovelace, Acme: Ayşe Yılmaz is asked now.)
    The rule hot was wrong: a lead was routed anew, and cost you no turn.
    - #4711 · Ada Lovelace, Acme: Ayşe Yılmaz is asked now.
    ");
}

#[test]
fn managers_hear_whom_the_chat_does_not_reach() {
    let what = Notice::CannotReach {
        once: false,
        rep: "jonas".into(),
        why: "user_not_found".to_owned(),
    };
    assert_snapshot!(told(to_selin(), what, &[&lead()]).unwrap(), @r"
    (The chat does not deliver to Jonas Weber. #4711 · Ada Lovelace, Acme: Ayşe Yılmaz is asked now. The chat says: user_not_found. Jonas Weber gets no leads until this is mended.)
    The chat does not deliver to Jonas Weber.
    - #4711 · Ada Lovelace, Acme: Ayşe Yılmaz is asked now.
    _ The chat says: user_not_found. Jonas Weber gets no leads until this is mended.
    ");
}

#[test]
fn an_owner_hears_what_is_new() {
    let what = Notice::WroteAgain {
        offer: "offer_1".into(),
        what: vec!["phone: +49 30 9".to_owned(), "use case: Tax".to_owned()],
        how: Heard::Wrote,
        by: SignKind::Email,
    };
    assert_snapshot!(told(Audible::Rep("ayse".into()), what.clone(), &[&owned()]).unwrap(), @r"
    (Lead #4711 · Ada Lovelace, Acme wrote again. Phone: +49 30 9. Use case: Tax)
    Lead #4711 · Ada Lovelace, Acme wrote again.
    Phone: +49 30 9
    Use case: Tax
    ");
    let hidden = told(Audible::Rep("ayse".into()), what, &[&pooled()]).unwrap();
    assert!(
        !hidden.contains("+49") && hidden.contains("Tax"),
        "{hidden}"
    );
}

fn asked(dialog: &Dialog) -> String {
    let inputs = dialog.inputs.iter().map(|input| {
        let choices = match &input.kind {
            InputKind::Choice(all) | InputKind::Radio(all) => all
                .iter()
                .map(|choice| format!("\n  ( ) {} = {}", choice.value, choice.label))
                .collect(),
            InputKind::ShortText { .. }
            | InputKind::LongText { .. }
            | InputKind::Number
            | InputKind::Moment => String::new(),
        };
        format!("? {}{choices}", input.label)
    });
    let inputs: Vec<String> = inputs.collect();
    format!(
        "# {}\n{}\n{}\n[{}]",
        dialog.title,
        parts(&dialog.parts),
        inputs.join("\n"),
        dialog.submit
    )
}

#[test]
fn a_decline_asks_for_one_of_the_reasons() {
    let lead = lead();
    assert_snapshot!(asked(&dialogs::decline(&lead, &lead.offers[0], &policy())), @r"
    # Decline #4711
    Ada Lovelace, Acme asks for a demo.
    ? Why is it not for you?
      ( ) busy = Too busy now
      ( ) spam = Not a lead (nobody is asked again)
    ? Note
    [Decline]
    ");
}

#[test]
fn contact_and_close_ask_how_it_went() {
    assert_snapshot!(asked(&dialogs::contacted(&owned(), &when())), @"
    # Contact #4711
    Ada Lovelace, Acme asks for a demo.
    ? How did it go?
      ( ) reached = Reached: we talked
      ( ) no_answer = No answer
      ( ) voicemail = Left a voicemail
      ( ) mail_sent = Sent a mail
      ( ) meeting = Met, or a meeting is set
      ( ) wrong_number = Wrong number
    ? Note
    ? What comes next?
      ( ) call = Call
      ( ) mail = Write a mail
      ( ) meeting = Meet
      ( ) proposal = Send a proposal
      ( ) follow_up = Follow up
    ? When? (Europe/Berlin)
    [Save]
    ");
    assert_snapshot!(asked(&dialogs::stage(&owned())), @r"
    # Stage #4711
    Ada Lovelace, Acme asks for a demo.
    ? How far has it come?
      ( ) sal = SAL (sales accepted)
      ( ) sql = SQL (sales qualified)
      ( ) opportunity = Opportunity
      ( ) customer = Customer
    [Save]
    ");
    assert_snapshot!(asked(&dialogs::close(&owned())), @r"
    # Close #4711
    Ada Lovelace, Acme asks for a demo.
    ? How did it end?
      ( ) won = Won
      ( ) lost = Lost
      ( ) disqualified = Not worth anybody's time
      ( ) nurture = Not yet: back to marketing
      ( ) duplicate = We had it already
    ? What is it worth?
    ? Currency
    ? If it came to nothing: why?
      ( ) price = The price
      ( ) competitor = They chose somebody else
      ( ) timing = Not the right time
      ( ) no need = No need, or no money for it
      ( ) no answer = They never answered
      ( ) not a fit = Not whom we sell to
    ? Note
    [Close lead]
    ");
}

#[test]
fn every_heading_of_a_dialog_fits() {
    let mut lead = lead();
    lead.number = 99_999_999_999;
    for dialog in [
        dialogs::decline(&lead, &lead.offers[0], &policy()),
        dialogs::contacted(&lead, &when()),
        dialogs::stage(&lead),
        dialogs::close(&lead),
        hand::assign(
            Action::ReviewAssign,
            &lead,
            &"selin".into(),
            &policy(),
            &when(),
        ),
        hand::reassign(&lead, &"selin".into(), &policy()),
        hand::release(&lead),
        hand::snooze(&lead),
        next_step::dialog(&lead, &when()),
        details::details(&lead, &[], &policy(), &"ayse".into(), &when()),
    ] {
        assert!(dialog.title.chars().count() <= 24, "{}", dialog.title);
    }
}

#[test]
fn details_show_everything_and_what_happened() {
    let fact = |event, actor, detail: &str| Fact {
        event,
        actor,
        rep: Some("ayse".into()),
        offer: None,
        detail: detail.to_owned(),
    };
    let history = [
        (
            at("12:50"),
            fact(
                FactKind::Created,
                Actor::Source("website".to_owned()),
                "by website",
            ),
        ),
        (
            at("12:50"),
            fact(FactKind::Routed, Actor::Baton, "rule hot"),
        ),
        (
            at("12:58"),
            fact(FactKind::Declined, Actor::Rep("ayse".into()), "busy"),
        ),
        (
            at("12:59"),
            fact(
                FactKind::Attempted,
                Actor::Rep("ayse".into()),
                "no_answer: later",
            ),
        ),
    ];
    let dialog = details::details(&lead(), &history, &policy(), &"ayse".into(), &when());
    assert_snapshot!(asked(&dialog), @r"
    # Lead #4711
    Ada Lovelace, Acme asks for a demo. You are asked.
    Call: +4930123456<tel:+4930123456>
    Mail: ada@acme.example<mailto:ada@acme.example>
    Name: Ada Lovelace
    Company: Acme
    Country: DE
    Employees: 1,200
    Message: Please call me at 030 123 456 or ADA@acme.example.
    Use case: Billing
    Campaign: Autumn
    Came in: today 13:50 (Europe/Berlin)
    Source: website
    Stage: Lead
    Budget: a lot
    ---
    What happened, latest first
    - today 13:59 (Europe/Berlin): Ayşe Yılmaz tried: no answer: later
    - today 13:58 (Europe/Berlin): Ayşe Yılmaz declined it: Too busy now
    - today 13:50 (Europe/Berlin): Routed by rule hot
    - today 13:50 (Europe/Berlin): Came in by website

    []
    ");
}

#[test]
fn one_lead_as_a_message_has_buttons_for_its_owner_only() {
    let card = |rep: &str| details::lead_card(&owned(), &[], &policy(), &rep.into(), &when());
    assert!(actions(&card("ayse")).contains(&Action::LeadContacted));
    assert_eq!(
        actions(&card("selin")),
        [Action::LeadDetails, Action::LeadWhy]
    );
    assert_snapshot!(card("selin").summary, @"Lead #4711: Ada Lovelace, Acme, asks for a demo (website, campaign Autumn). High intent, strong fit, score 55.5. Ayşe Yılmaz has it since today 13:58.");
}

#[test]
fn why_names_the_rule_the_people_and_the_points() {
    assert_snapshot!(asked(&details::why(&lead(), &policy(), &"ayse".into(), &when())), @"
    # Why #4711
    #4711 · Ada Lovelace, Acme: You are asked.
    Why you: rule hot; it is your turn in team sdr.
    Rule hot decided
    - rule hot takes everything
    Who was considered
    - Ayşe Yılmaz could take it: free (1st in line, 5 of 12 leads)
    - Jonas Weber could not: is away until Mon 30 Nov 09:00
    Score 55.5: fit 40, engagement 15.5
    - +40 50 employees or more
    _ Decided by configuration 0123456789ab.

    []
    ");
}

#[test]
fn an_accept_says_how_to_reach_the_lead() {
    assert_snapshot!(text(&answers::accepted(&owned(), &when())), @"
    (Lead #4711 · Ada Lovelace, Acme is yours. Call +4930123456. Mail ada@acme.example. Call by today 14:20 (Europe/Berlin).)
    Lead #4711 · Ada Lovelace, Acme is yours. Call by today 14:20 (Europe/Berlin).
    Call: +4930123456<tel:+4930123456>
    Mail: ada@acme.example<mailto:ada@acme.example>
    [Contacted] [Next step] [Stage] [Close] [Hand over] [Give back] [Details] [Why]
    ");
}

#[test]
fn a_refusal_says_who_has_the_lead() {
    let said = |refusal| answers::refusal(&refusal, &claimed(), &policy(), &"ayse".into(), &when());
    let all = [
        Refusal::OfferOver,
        Refusal::NoSuchOffer,
        Refusal::NotYours,
        Refusal::AlreadyYours,
        Refusal::NotToBeTaken,
        Refusal::NotOwner,
        Refusal::Closed,
        Refusal::NoSuchReason,
        Refusal::NoSuchRep,
    ];
    assert_snapshot!(all.map(said).join("\n"), @r"
    Too late for lead #4711. Jonas Weber has it since today 13:58.
    This offer of lead #4711 is gone. Jonas Weber has it since today 13:58.
    This offer of lead #4711 is for somebody else. Jonas Weber has it since today 13:58.
    Lead #4711 is theirs already. Jonas Weber has it since today 13:58.
    Lead #4711 is for another team, so you can't take it yourself. Jonas Weber has it since today 13:58.
    Only the owner of lead #4711 or a manager of its team can do that. Jonas Weber has it since today 13:58.
    Lead #4711 is done already. Jonas Weber has it since today 13:58.
    That reason is no longer in the list. Please open the card of lead #4711 again.
    That person is no longer in the list of reps. Lead #4711 stays where it is. Jonas Weber has it since today 13:58.
    ");
    let own = answers::refusal(
        &Refusal::AlreadyYours,
        &claimed(),
        &policy(),
        &"jonas".into(),
        &when(),
    );
    assert_eq!(own, "Lead #4711 is yours already.");
    let taken = owned();
    let offer = taken
        .offers
        .iter()
        .find(|one| Some(&one.rep) == taken.owner())
        .unwrap();
    let said = |moment| {
        let (rep, at) = (offer.rep.clone(), When::new(moment, &berlin()));
        answers::refusal(&Refusal::AlreadyYours, &taken, &policy(), &rep, &at)
    };
    let accepted = offer.decided_at.unwrap();
    let first = answers::accepted(&taken, &When::new(accepted, &berlin())).summary;
    let again = said(accepted + SignedDuration::from_secs(2));
    let yours = again.split_inclusive("is yours.").next().unwrap();
    assert!(
        yours.ends_with("is yours.") && first.starts_with(yours),
        "{again}"
    );
    let late = said(accepted + SignedDuration::from_secs(90));
    assert!(late.ends_with("is yours already."), "{late}");
}

#[test]
fn a_logged_contact_is_said_back() {
    assert_snapshot!(answers::contact_logged(&owned(), ContactHow::NoAnswer), @"Saved for lead #4711 · Ada Lovelace, Acme: no answer. Try again later.");
}
