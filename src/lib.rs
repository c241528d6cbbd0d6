//! Baton hands leads over in chat: one right rep, a clock, and the next one when nobody takes it.
//!
//! # How a lead travels
//!
//! ```text
//!  form, ad, CRM ─POST─▶ http ──▶ intake ──┐                  ┌─▶ store: lead + wake_at + history + outbox
//!  press, /command ────▶ chat ──▶ desk ────┼─▶ engine::handle ┤       (one transaction)
//!  due leads ──────────▶ worker ───────────┘                  └─▶ domain::decide(lead, event, now, world)
//!
//!  outbox ──▶ worker ──▶ cards, words (the lead as it is then) ──▶ chat
//! ```
//!
//! A lead changes in one place: [`engine`] loads it under lock, [`domain::decide`] says what becomes of it,
//! and what follows is written in the same transaction. What is due is a column, so that no timer can be
//! lost. What people see is drawn when it is sent.
//!
//! # Who may use whom
//!
//! `domain` is pure: no I/O, no clock, no chance, and nothing of the rest. A test holds this table.
//!
//! | module | is | may use |
//! | --- | --- | --- |
//! | `app` | everything built once, and run | `chat` `clock` `commands` `config` `desk` `domain` `engine` `http` `intake` `rules` `store` `worker` |
//! | `cards` | the card of a lead as it is now | `domain` `engine` `store` `words` |
//! | `chat` | what platforms are sent and send; alone knows Slack | `domain` |
//! | `cli` | the command line | `app` `chat` `clock` `commands` `config` `demo` `domain` `engine` `explain` `http` `intake` `playground` `rules` `simulate` `store` `words` |
//! | `clock` | where time and chance are read | `domain` |
//! | `commands` | what people type, and enter by hand | `domain` `engine` `intake` `rules` `store` `words` |
//! | `config` | `baton.toml`, from text to rules | `chat` `domain` `intake` `rules` |
//! | `demo` | Baton and the playground in one | `app` `clock` `config` `domain` `engine` `intake` `playground` `store` |
//! | `desk` | what a press, a dialog or a command does | `cards` `chat` `commands` `domain` `engine` `store` `words` |
//! | `domain` | the rules of the field | |
//! | `engine` | the only writer of leads | `clock` `domain` `rules` `store` |
//! | `explain` | where a lead would go, and why | `config` `domain` `intake` `rules` |
//! | `http` | webhooks, Slack's requests, the API | `chat` `clock` `commands` `desk` `domain` `engine` `intake` `store` `words` |
//! | `intake` | what vendors send | `domain` |
//! | `playground` | a small Slack; shares no code with `chat` | |
//! | `rules` | the policy with its calendars | `domain` |
//! | `simulate` | leads of the past through the rules | `domain` `rules` |
//! | `store` | the database | `domain` |
//! | `words` | everything that Baton says | `domain` |
//! | `worker` | what happens by itself | `cards` `chat` `domain` `engine` `intake` `store` `words` |
//!
//! Of the libraries that reach out, `sqlx` and `rusqlite` are for `store` alone; `axum` for `app`, `demo`, `http` and
//! `playground`, and `hyper` under it for `http`; `reqwest` for `app`, `chat`, `cli`, `demo`, `intake` and `playground`.

pub mod app;
pub mod cards;
pub mod chat;
pub mod cli;
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
pub mod simulate;
pub mod store;
pub mod words;
pub mod worker;
