//! What Baton says first to somebody who has just got it.

use super::{commands::CommandWords, help};
use crate::domain::card::{Card, Part, Run};

/// Who Baton is, whether it knows whom it speaks with, and what can be typed.
#[must_use]
pub fn greeting(name: Option<&str>, words: &CommandWords) -> Card {
    let first = match name {
        Some(name) => format!(
            "Hello {name}, this is Baton. I hand you leads here: one message for each, with what you need to \
             answer it."
        ),
        None => "Hello, this is Baton. I hand leads to sales reps. I don't know you as one yet: whoever \
                 looks after Baton can add you to its configuration."
            .to_owned(),
    };
    let help = help::overview(words);
    let said = Part::Text(vec![Run::plain(&*first)]);
    Card {
        summary: first,
        parts: std::iter::once(said).chain(help.parts).collect(),
    }
}
