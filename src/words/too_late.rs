//! What somebody reads who accepts an offer that has moved on: beside who has the lead, how the turn that the offer
//! had cost comes back.

use super::seen::cut;
use crate::domain::{
    action::Action,
    card::{Button, Card, Part, Run},
    id::{RepId, TeamId},
    lead::{Lead, Offer},
    policy::Policy,
};

/// The answer to a late accept, with the way back into line where there is one.
#[must_use]
pub fn answer(words: String, lead: &Lead, reader: &RepId, policy: &Policy) -> Card {
    let Some(offer) = lead
        .offers
        .iter()
        .rev()
        .find(|offer| returns(offer, reader))
    else {
        return Card::sentence(words);
    };
    let team = team_words(offer.team.as_ref(), policy);
    let said = format!("{words} It cost you a turn{team}; one press gives it back.");
    let button = Button::new(Action::TurnBack, offer.id.as_str(), "Put me back in line").spoken(
        format!("Take the turn back that lead #{} had cost", lead.number),
    );
    Card {
        summary: said.clone(),
        parts: vec![
            Part::Text(vec![Run::plain(said)]),
            Part::Buttons(vec![button]),
        ],
    }
}

fn returns(offer: &Offer, reader: &RepId) -> bool {
    offer.rep == *reader && offer.late.is_some_and(|late| late.returns)
}

/// The turn came back.
#[must_use]
pub fn back_in_line(lead: &Lead, team: Option<&TeamId>, policy: &Policy) -> Card {
    let team = team_words(team, policy);
    Card::sentence(format!(
        "You are back in line{team}: lead #{} costs you no turn.",
        lead.number
    ))
}

fn team_words(team: Option<&TeamId>, policy: &Policy) -> String {
    team.map_or_else(String::new, |team| {
        format!(" in team {}", cut(policy.team_name(team), 60))
    })
}
