//! What "Keep them" answers: offers that an absence passed on, taken back.

use super::{fate::whereabouts, seen::Seen, when::When};
use crate::domain::{
    card::{Card, Item, Part, Run},
    id::RepId,
    lead::Lead,
    policy::Policy,
};

/// More leads than this are only counted.
const MOST: usize = 10;

/// Which leads wait for the rep again, and which have gone their way meanwhile.
#[must_use]
pub fn kept(reader: &RepId, kept: &[Lead], gone: &[Lead], policy: &Policy, when: &When) -> Card {
    let headline = match (kept.len(), gone.len()) {
        (0, 0) => "No offer was passed on that could come back.".to_owned(),
        (0, _) => "Too late: nothing could be taken back.".to_owned(),
        (1, _) => "Taken back: 1 offer waits for the answer again.".to_owned(),
        (some, _) => format!("Taken back: {some} offers wait for the answer again."),
    };
    let mut parts = vec![Part::Text(vec![Run::bold(headline.clone())])];
    let lines = kept.iter().chain(gone).take(MOST).map(|lead| {
        let called = Seen::by(reader, lead, policy).called();
        (called, whereabouts(lead, policy, reader, when))
    });
    let lines: Vec<(String, String)> = lines.collect();
    let said: Vec<String> = lines
        .iter()
        .map(|(called, now)| format!("{called}: {now}"))
        .collect();
    let items = lines.into_iter().map(|(called, now)| Item {
        text: vec![Run::bold(called), Run::plain(format!(": {now}"))],
        buttons: Vec::new(),
    });
    let items: Vec<Item> = items.collect();
    if !items.is_empty() {
        parts.push(Part::List(items));
    }
    let more = (kept.len() + gone.len()).saturating_sub(MOST);
    if more > 0 {
        parts.push(Part::Note(vec![Run::plain(format!("And {more} more."))]));
    }
    Card {
        summary: format!("{headline} {}", said.join(" ")),
        parts,
    }
}
