//! The rules of the field: pure, and all in one place. No I/O, no clock, no randomness.

pub mod action;
pub mod calendar;
pub mod card;
pub mod chart;
pub mod company;
pub mod condition;
pub mod contact;
pub mod decide;
pub mod dialog;
pub mod event;
pub mod filter;
pub mod id;
pub mod lead;
pub mod mail;
pub mod phrase;
pub mod plan;
pub mod policy;
pub mod route;
pub mod schedule;
pub mod score;
pub mod spam;
pub mod stats;
pub mod strategy;
pub mod submission;
pub mod suggest;
pub mod world;
