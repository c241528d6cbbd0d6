//! What is said of somebody who takes no leads any more, and of what becomes of theirs.

use super::when::When;
use crate::domain::{card::Card, event::Notice};

/// What managers are told.
pub(super) fn said(notice: &Notice, when: &When) -> Option<Card> {
    let Notice::Left {
        name,
        asked,
        owned,
        until,
        ..
    } = notice
    else {
        return None;
    };
    let last = when.said_with_zone(*until);
    let pace = (*owned > 1).then(|| format!(" The last one goes out {last} at the latest."));
    Some(Card::sentence(format!(
        "{name} takes no leads any more: {}.{}",
        moves(*asked, *owned),
        pace.unwrap_or_default()
    )))
}

/// What becomes of their leads: "12 leads of theirs are offered to others, 2 unanswered offers went on".
#[must_use]
pub fn moves(asked: usize, owned: usize) -> String {
    let owned = match owned {
        0 => None,
        1 => Some("1 lead of theirs is offered to others".to_owned()),
        many => Some(format!(
            "{many} leads of theirs are offered to others little by little, the most urgent first"
        )),
    };
    let asked = match asked {
        0 => None,
        1 => Some("1 unanswered offer went on".to_owned()),
        many => Some(format!("{many} unanswered offers went on")),
    };
    let said: Vec<String> = owned.into_iter().chain(asked).collect();
    said.join(", ")
}
