//! Microsoft Teams: what comes from it is believed by its token, what goes to it carries Baton's own.

pub mod hosts;
mod jwt;
mod keys;
pub mod verify;
