//! The rules of the field: pure, and all in one place. No I/O, no clock, no randomness.

pub mod calendar;
pub mod condition;
pub mod action;
pub mod card;
pub mod contact;
pub mod dialog;
pub mod id;
pub mod mail;
pub mod submission;
pub mod suggest;
