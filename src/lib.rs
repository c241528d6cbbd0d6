//! Baton hands leads over in chat: one right rep, a clock, and the next one when nobody takes it.

pub mod chat;
pub mod config;
pub mod domain;
pub mod intake;
pub mod playground;
pub mod store;
pub mod clock;
pub mod engine;
pub mod rules;
pub mod worker;
pub mod words;
