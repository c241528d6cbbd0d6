//! The vendors that Baton knows, a file for each.
//!
//! To add one: a file here with a `PRESET`, a line in [`ALL`], and its deliveries, good and bad, in a folder of
//! `tests/it/fixtures`.

mod activecampaign;
mod adf;
mod cal_com;
mod calendly;
mod callrail;
mod chili_piper;
mod contact_form_7;
mod drift;
mod elementor;
mod fluent_forms;
mod formstack;
mod google_ads;
mod google_forms;
mod gravity_forms;
mod hubspot;
mod intercom;
mod jotform;
mod leadconduit;
mod linkedin;
mod mailchimp;
mod meta;
mod ms_forms;
mod olark;
mod pipedrive;
mod salesforce_outbound;
mod salesforce_web;
mod segment;
mod shopify;
mod tally;
mod tiktok;
mod typeform;
mod unbounce;
mod webflow;
mod wpforms;
mod zapier;

use super::preset::Preset;

/// All of them.
pub const ALL: &[&Preset] = &[
    &typeform::PRESET,
    &webflow::PRESET,
    &shopify::PRESET,
    &calendly::PRESET,
    &cal_com::PRESET,
    &tally::PRESET,
    &jotform::PRESET,
    &gravity_forms::PRESET,
    &elementor::PRESET,
    &contact_form_7::PRESET,
    &wpforms::PRESET,
    &fluent_forms::PRESET,
    &unbounce::PRESET,
    &formstack::PRESET,
    &google_forms::PRESET,
    &ms_forms::PRESET,
    &intercom::PRESET,
    &zapier::ZAPIER,
    &zapier::MAKE,
    &salesforce_web::PRESET,
    &activecampaign::PRESET,
    &mailchimp::PRESET,
    &google_ads::PRESET,
    &tiktok::PRESET,
    &segment::SEGMENT,
    &segment::RUDDERSTACK,
    &leadconduit::PRESET,
    &chili_piper::PRESET,
    &olark::PRESET,
    &callrail::PRESET,
    &meta::PRESET,
    &linkedin::PRESET,
    &hubspot::PRESET,
    &pipedrive::PRESET,
    &drift::PRESET,
    &salesforce_outbound::PRESET,
    &adf::PRESET,
];

/// The preset that the configuration calls so.
#[must_use]
pub fn by_word(word: &str) -> Option<&'static Preset> {
    ALL.iter().copied().find(|preset| preset.word == word)
}
