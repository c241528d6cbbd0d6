//! One binary for every test that needs more than one module: databases, servers, whole journeys.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells what it ran on"
)]

mod api;
mod architecture;
mod cli;
mod cli_accounts;
mod cli_init;
mod cli_submissions;
mod commands;
mod connections;
mod db;
mod demo_teams;
mod desk;
mod expected;
mod forms;
mod guards;
mod harness;
mod heartbeat;
mod held;
mod http;
mod import;
mod intake;
mod journeys;
mod known;
mod microsoft;
mod migrations;
mod office;
mod presets;
mod proofs;
mod readers;
mod readme;
mod simulate;
mod sockets;
mod store;
mod store_audit;
mod store_intake;
mod store_leads;
mod store_line;
mod store_outbox;
mod store_outbox_turns;
mod store_records;
mod store_reps;
mod store_tally;
mod store_turns;
mod tables;
mod teams;
mod teams_cards;
mod teams_doctor;
mod teams_icons;
mod teams_package;
mod teams_tokens;
mod teams_wire;
mod tries;
mod two_chats;
mod vendor_api;
mod vendors;
mod year;
