//! The card of a pool in the team's channel: the first to press Claim has the lead. What the pool hides
//! stays hidden here for good, since a channel has more readers than the one who claims.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    facts,
    fate::whereabouts,
    offer::{introduced, with_reading},
    seen::Seen,
    when::When,
};
use crate::domain::{
    action::Action,
    card::{Button, ButtonStyle, Card, Part, Run},
    id::RepId,
    lead::{Lead, State},
    policy::Policy,
};

/// The channel's card of `lead` as it must look now; `zone` is the team's. Its Claim carries the lead's
/// id, as everybody who presses has another offer or none.
#[must_use]
pub fn pool_card(lead: &Lead, policy: &Policy, zone: &TimeZone, now: Timestamp) -> Card {
    let seen = Seen::in_channel(lead);
    let when = When::for_what_stands(now, zone);
    match &lead.state {
        State::Pooled { .. } => open(lead, &seen, policy, &when),
        State::Pending
        | State::Offered { .. }
        | State::Queued { .. }
        | State::Review { .. }
        | State::Nurture { .. }
        | State::Owned { .. }
        | State::Closed { .. }
        | State::Disqualified { .. } => over(lead, &seen, policy, &when),
    }
}

fn open(lead: &Lead, seen: &Seen<'_>, policy: &Policy, when: &When) -> Card {
    let mut parts = vec![Part::Title(format!("Open lead {}", seen.called()))];
    parts.extend(facts::body(seen, policy));
    let until = lead.pending().filter_map(|offer| offer.until).max();
    let mut runs = vec![Run::bold("The first to claim it has it")];
    if let Some(until) = until {
        runs.extend([
            Run::plain(". Open until "),
            when.moment(until),
            Run::plain("."),
        ]);
    } else {
        runs.push(Run::plain("."));
    }
    parts.push(Part::Text(runs));
    if seen.hides_something() {
        let note = "How to reach them is shown to whoever claims it.";
        parts.push(Part::Note(vec![Run::plain(note)]));
    }
    let claim = Button::new(Action::OfferClaim, lead.id.as_str(), "Claim")
        .styled(ButtonStyle::Primary)
        .spoken(format!("Claim {}", seen.spoken()));
    parts.push(Part::Buttons(with_reading(vec![claim], seen)));
    let until = until.map_or_else(String::new, |until| {
        format!(" Open until {}.", when.said_with_zone(until))
    });
    let summary = format!(
        "Open {}{until} The first to claim it has it.",
        introduced(seen)
    );
    Card { summary, parts }
}

fn over(lead: &Lead, seen: &Seen<'_>, policy: &Policy, when: &When) -> Card {
    let title = format!("Lead {}", seen.called());
    let now = whereabouts(lead, policy, &RepId::from(""), when);
    Card {
        summary: format!("{title}: {now}"),
        parts: vec![Part::Title(title), Part::Text(vec![Run::plain(now)])],
    }
}
