//! How far a list is: a bar with rate and time left where a person looks, plain lines elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use super::count;
use crate::cli::talk;

/// Without a terminal a line is written after so many rows.
const LINE_AFTER: usize = 10_000;

const BAR: &str = "{bar:30} {human_pos} of {human_len} {msg}, {per_sec}, {eta} left";

/// How far a list is.
pub struct Progress {
    bar: Option<ProgressBar>,
    done: usize,
    all: usize,
    unit: &'static str,
}

impl Progress {
    /// Begins a list of so many rows.
    pub fn of(rows: usize) -> Self {
        Self::named(rows, "rows")
    }

    /// Begins so many of something else.
    pub fn named(all: usize, unit: &'static str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template(BAR);
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(all as u64)
                .with_style(style)
                .with_message(unit)
        });
        Self {
            bar,
            done: 0,
            all,
            unit,
        }
    }

    /// So many more rows are done.
    pub fn add(&mut self, rows: usize) {
        let before = self.done / LINE_AFTER;
        self.done += rows;
        match &self.bar {
            Some(bar) => bar.set_position(self.done as u64),
            None if self.done / LINE_AFTER > before => {
                let done = count::grouped(self.done as u64);
                let all = count::grouped(self.all as u64);
                talk::say(&format!("{done} of {all} {}", self.unit));
            }
            None => {}
        }
    }

    /// Says something above the bar.
    pub fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => talk::say(line),
        }
    }

    /// The list is done, or given up.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
