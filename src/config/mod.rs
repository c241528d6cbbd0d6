//! `baton.toml`: found, read, included, filled in from the environment, and understood.
//!
//! Every mistake is reported at once, with its file, line and a caret. What is read is
//! [`raw::Config`], the configuration as it was typed.

pub mod check;
pub mod compile;
mod complaint;
mod decode;
mod difference;
mod golden;
pub mod lint;
mod mask;
pub mod raw;
mod read;
mod sources;
#[cfg(test)]
mod tests;
mod tree;

pub use compile::{Compiled, Loaded, accounts_file, load, load_with};
pub use complaint::{Complaint, Severity, plain, render};
pub use difference::difference;
pub use read::{Reading, read, read_with};
pub use sources::{File, Sources};

/// An example with every table in it, shown by the README and by `--help`.
pub const EXAMPLE: &str = include_str!("example.toml");
