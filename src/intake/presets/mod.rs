//! The vendors that Baton knows, a file for each.
//!
//! To add one: a file here with a `PRESET`, a line in [`ALL`], and its deliveries, good and bad, in a folder of
//! `tests/it/fixtures`.

mod shopify;
mod typeform;
mod webflow;

use super::preset::Preset;

/// All of them.
pub const ALL: [&Preset; 3] = [&typeform::PRESET, &webflow::PRESET, &shopify::PRESET];

/// The preset that the configuration calls so.
#[must_use]
pub fn by_word(word: &str) -> Option<&'static Preset> {
    ALL.into_iter().find(|preset| preset.word == word)
}
