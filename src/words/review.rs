//! A manager's card of a lead in review: what it is, why a person must decide, and the ways it can go.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    actors, facts,
    fate::whereabouts,
    offer::{introduced, with_reading},
    seen::{Seen, begin, cut},
    when::When,
};
use crate::domain::{
    action::Action,
    card::{Button, ButtonStyle, Card, Confirm, Part, Run},
    event::Actor,
    id::RepId,
    lead::{Decided, Lead, OfferState, State},
    policy::{AfterDecline, Policy},
};

/// The card of `lead` for this manager as it must look now.
#[must_use]
pub fn review_card(
    lead: &Lead,
    manager: &RepId,
    policy: &Policy,
    viewer_zone: &TimeZone,
    now: Timestamp,
) -> Card {
    let seen = Seen::by(manager, lead, policy);
    let when = When::for_what_stands(now, viewer_zone);
    match &lead.state {
        State::Review { .. } => open(lead, &seen, policy, &when),
        State::Pending
        | State::Offered { .. }
        | State::Pooled { .. }
        | State::Queued { .. }
        | State::Nurture { .. }
        | State::Owned { .. }
        | State::Closed { .. }
        | State::Disqualified { .. } => {
            let title = format!("Lead {}", seen.called());
            let now = whereabouts(lead, policy, manager, &when);
            let now = format!("{} {now}", decided(lead, manager, policy, &when));
            Card {
                summary: format!("{title}: {now}"),
                parts: vec![Part::Title(title), Part::Text(vec![Run::plain(now)])],
            }
        }
    }
}

/// Who decided what, for this reader: "Marta Lind assigned it today 11:05."
fn decided(lead: &Lead, reader: &RepId, policy: &Policy, when: &When) -> String {
    let Some(decision) = &lead.decision else {
        return "Decided.".to_owned();
    };
    let at = when.said(decision.at);
    let by = match &decision.by {
        Actor::Rep(rep) if rep == reader => "You".to_owned(),
        by => actors::name(by, policy).unwrap_or_default(),
    };
    match (decision.what, by.is_empty()) {
        (Decided::Assigned, false) => format!("{by} assigned it {at}."),
        (Decided::Routed, false) => format!("{by} sent it on by the rules {at}."),
        (Decided::Ended, false) => format!("{by} ended it {at}."),
        (Decided::Late, _) => format!("Nobody decided in time, so it went on {at}."),
        (Decided::Settled | Decided::Assigned | Decided::Routed | Decided::Ended, _) => {
            format!("Settled {at}.")
        }
    }
}

fn open(lead: &Lead, seen: &Seen<'_>, policy: &Policy, when: &When) -> Card {
    let why = why_in_review(lead, policy);
    let mut parts = vec![Part::Title(format!(
        "Please decide: lead {}",
        seen.called()
    ))];
    parts.extend(facts::body(seen, policy));
    parts.push(Part::Text(vec![
        Run::bold("Why you decide: "),
        Run::plain(why.clone()),
    ]));
    let due = lead.plan.as_ref().and_then(|plan| plan.acknowledge_by);
    if let Some(due) = due {
        let before = if when.is_past(due) {
            "It should have gone out by "
        } else {
            "It should go out by "
        };
        let runs = vec![Run::plain(before), when.moment(due), Run::plain(".")];
        parts.push(Part::Text(runs));
    }
    parts.push(Part::Buttons(with_reading(ways(lead, seen), seen)));
    let due = due.map_or_else(String::new, |due| {
        format!(" It should go out by {}.", when.said_with_zone(due))
    });
    let summary = format!("Please decide: {} {}{due}", introduced(seen), begin(&why));
    Card { summary, parts }
}

fn ways(lead: &Lead, seen: &Seen<'_>) -> Vec<Button> {
    let (id, spoken) = (lead.id.as_str(), seen.spoken());
    let sure = Confirm {
        title: format!("Drop lead #{}?", lead.number),
        text: "Nobody will be asked to call. The lead stays in the history.".to_owned(),
        yes: "Drop it".to_owned(),
        no: "Keep it".to_owned(),
    };
    vec![
        Button::new(Action::ReviewAssign, id, "Assign…")
            .styled(ButtonStyle::Primary)
            .spoken(format!("Assign {spoken}"))
            .opening_dialog(),
        Button::new(Action::ReviewRoute, id, "Route by the rules")
            .spoken(format!("Route {spoken} by the rules")),
        Button::new(Action::ReviewDrop, id, "Drop")
            .styled(ButtonStyle::Danger)
            .spoken(format!("Drop {spoken}"))
            .confirmed(sure),
    ]
}

/// A decline may ask for a manager; else the rule or a step of the escalation did.
fn why_in_review(lead: &Lead, policy: &Policy) -> String {
    if let Some(why) = &lead.unknown {
        return format!(
            "the vendor sent an id only, and the person could not be fetched: {}.",
            cut(why, 200)
        );
    }
    let of_now = lead.offers.iter().filter(|offer| offer.epoch == lead.epoch);
    let asked = of_now.rev().find_map(|offer| {
        let reason = offer.reason.as_ref()?;
        let rule = policy.decline(&reason.id)?;
        let asks = offer.state == OfferState::Declined && rule.then == AfterDecline::Review;
        asks.then(|| (policy.name_of(&offer.rep), rule, reason))
    });
    if let Some((name, rule, reason)) = asked {
        let note = cut(&reason.note, 200);
        let note = if note.is_empty() {
            note
        } else {
            format!(" “{note}”")
        };
        return format!("{name} declined it: {}.{note}", rule.label);
    }
    let rule = lead
        .routing
        .as_ref()
        .and_then(|routing| routing.rule.as_ref());
    match rule {
        Some(rule) if lead.offers.iter().all(|offer| offer.epoch != lead.epoch) => {
            format!("rule {rule} leaves it to a person.")
        }
        Some(rule) => format!("nobody took it after rule {rule}."),
        None => "no rule held.".to_owned(),
    }
}
