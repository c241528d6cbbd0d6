//! What `/leads move` asks and answers.

use super::{fate::whereabouts, seen::Seen, when::When};
use crate::domain::{
    action::Action,
    card::{Button, ButtonStyle, Card, Confirm, Item, Part, Run},
    event::Receiver,
    id::RepId,
    lead::Lead,
    policy::Policy,
};

/// More leads than this are only counted.
const MOST_NAMED: usize = 15;

/// "1 lead", "7 leads".
fn count(leads: usize) -> String {
    if leads == 1 {
        "1 lead".to_owned()
    } else {
        format!("{leads} leads")
    }
}

fn name(policy: &Policy, to: &Receiver) -> String {
    match to {
        Receiver::Rep(rep) => policy.name_of(rep).to_owned(),
        Receiver::Team(team) => format!("team {}", policy.team_name(team)),
    }
}

/// What is done with each of them.
fn becomes(to: &Receiver) -> &'static str {
    match to {
        Receiver::Rep(_) => "the new owner has them at once, without being asked.",
        Receiver::Team(_) => "each is offered to whoever of the team is next, under a new clock.",
    }
}

/// Whether all of these are to go from one to the other; `value` is what the button carries.
#[must_use]
pub fn ask(
    policy: &Policy,
    from: &RepId,
    to: &Receiver,
    owned: &[Lead],
    away: &str,
    value: String,
    reader: &RepId,
) -> Card {
    let (from, becomes) = (policy.name_of(from), becomes(to));
    let to = name(policy, to);
    if owned.is_empty() {
        return Card::sentence(format!(
            "{from} has no open leads, so there is nothing to move."
        ));
    }
    let all = count(owned.len());
    let mut words = format!("{from} has {all} open. Move them to {to}?");
    if !away.is_empty() {
        words = format!("{words} {away}");
    }
    let button = Button::new(Action::LeadsMove, value, format!("Move {all}"))
        .styled(ButtonStyle::Primary)
        .spoken(format!("Move {all} from {from} to {to}"))
        .confirmed(Confirm {
            title: "Move these leads?".to_owned(),
            text: format!("{all}: {becomes}"),
            yes: "Move".to_owned(),
            no: "Leave them".to_owned(),
        });
    let called = |lead: &Lead| Seen::by(reader, lead, policy).called();
    listed(&words, owned, called, vec![button])
}

/// What became of them.
#[must_use]
pub fn moved(
    policy: &Policy,
    (from, to): (&RepId, &Receiver),
    moved: &[Lead],
    left: &[Lead],
    reader: &RepId,
    when: &When,
) -> Card {
    let where_to = |lead: &Lead| match to {
        Receiver::Rep(_) => String::new(),
        Receiver::Team(_) => {
            let now = whereabouts(lead, policy, reader, when);
            format!(": {}", now.trim_end_matches('.'))
        }
    };
    let (from, to) = (policy.name_of(from), name(policy, to));
    let mut words = match moved.len() {
        0 => format!("Nothing was moved: {from} has no open leads that you may give away."),
        some => format!("{} moved from {from} to {to}.", count(some)),
    };
    if !left.is_empty() {
        words = format!(
            "{words} {} stayed: they are a matter for another team's managers.",
            count(left.len())
        );
    }
    let called = |lead: &Lead| Seen::by(reader, lead, policy).called() + &where_to(lead);
    listed(&words, moved, called, Vec::new())
}

fn listed(
    words: &str,
    leads: &[Lead],
    called: impl Fn(&Lead) -> String,
    buttons: Vec<Button>,
) -> Card {
    let items: Vec<Item> = leads
        .iter()
        .take(MOST_NAMED)
        .map(|lead| Item {
            text: vec![Run::plain(called(lead))],
            buttons: Vec::new(),
        })
        .collect();
    let named: Vec<&str> = items
        .iter()
        .flat_map(|item| item.text.iter().map(Run::words))
        .collect();
    let mut parts = vec![Part::Text(vec![Run::bold(words)])];
    let mut summary = words.to_owned();
    if !items.is_empty() {
        summary = format!("{words} {}.", named.join("; "));
        parts.push(Part::List(items));
    }
    let more = leads.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        parts.push(Part::Note(vec![Run::plain(format!("And {more} more."))]));
    }
    if !buttons.is_empty() {
        parts.push(Part::Buttons(buttons));
    }
    Card { summary, parts }
}
