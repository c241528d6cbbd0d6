//! Slack: cards in Block Kit, calls to its Web API, and what comes from it.

pub mod blocks;
mod rich;
