//! The vendors that Baton knows, a file for each.
//!
//! To add one: a file here with a `PRESET`, a line in [`ALL`], and its deliveries, good and bad, in a folder of
//! `tests/it/fixtures`.

mod cal_com;
mod calendly;
mod callrail;
mod chili_piper;
mod intercom;
mod olark;
mod shopify;
mod typeform;
mod webflow;

use super::preset::Preset;

/// All of them.
pub const ALL: &[&Preset] = &[
    &typeform::PRESET,
    &webflow::PRESET,
    &shopify::PRESET,
    &calendly::PRESET,
    &cal_com::PRESET,
    &intercom::PRESET,
    &chili_piper::PRESET,
    &olark::PRESET,
    &callrail::PRESET,
];

/// The preset that the configuration calls so.
#[must_use]
pub fn by_word(word: &str) -> Option<&'static Preset> {
    ALL.iter().copied().find(|preset| preset.word == word)
}
