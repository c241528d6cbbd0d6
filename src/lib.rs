//! Baton hands leads over in chat: one right rep, a clock, and the next one when nobody takes it.

pub mod app;
pub mod chat;
pub mod clock;
pub mod commands;
pub mod config;
pub mod demo;
pub mod desk;
pub mod domain;
pub mod engine;
pub mod explain;
pub mod http;
pub mod intake;
pub mod playground;
pub mod rules;
pub mod store;
pub mod words;
pub mod worker;
