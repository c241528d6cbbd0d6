//! All words that Baton says, as pure functions of state: cards, dialogs, notices and answers. Nobody
//! else writes sentences, so that they can be read, mended and translated in one place.

mod account;
mod actors;
pub mod answers;
pub mod availability;
pub mod chat_news;
pub mod commands;
pub mod coverage;
pub mod details;
pub mod dialogs;
pub mod endings;
pub mod entered;
pub mod experiment;
pub mod facts;
pub mod fate;
pub mod form;
pub mod greeting;
pub mod hand;
mod heard;
pub mod help;
pub mod home;
pub mod hours;
pub mod keep;
pub mod late;
pub mod left;
pub mod lists;
pub mod moves;
pub mod next_step;
pub mod notices;
pub mod offer;
pub mod pool;
pub mod quarantine;
pub mod reasons;
pub mod returns;
pub mod review;
pub mod rules;
pub mod seen;
pub mod stats;
pub mod too_late;
pub mod trouble;
pub mod turns;
mod unreachable;
mod urgency;
pub mod when;
pub mod why;

#[cfg(test)]
mod tests;
