//! Microsoft Teams: what comes from it is believed by its token, what goes to it carries Baton's own, and
//! cards are Adaptive Cards.

mod buttons;
pub mod cards;
#[cfg(test)]
mod check;
pub mod dialog;
pub mod hosts;
mod jwt;
mod keys;
pub mod manifest;
mod runs;
pub mod verify;
