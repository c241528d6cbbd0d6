//! The questions of `baton init`.

use std::io::{BufRead, Write};

use anyhow::Context;

/// Asks on stderr and reads answers from stdin, or asks nothing at all.
pub struct Questions {
    /// Whether every answer is the usual one.
    pub silent: bool,
}

impl Questions {
    /// Asks; an empty answer is the usual one.
    pub fn text(&mut self, question: &str, usual: &str) -> anyhow::Result<String> {
        if self.silent {
            return Ok(usual.to_owned());
        }
        let shown = if usual.is_empty() {
            format!("{question}: ")
        } else {
            format!("{question} [{usual}]: ")
        };
        let mut terminal = std::io::stderr();
        terminal
            .write_all(shown.as_bytes())
            .and_then(|()| terminal.flush())
            .context("asking")?;
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        // Whoever closes stdin wants no more questions.
        self.silent = read.context("reading the answer")? == 0;
        let answer = answer.trim();
        Ok(if answer.is_empty() { usual } else { answer }.to_owned())
    }

    /// Asks what is usually not so.
    pub fn yes(&mut self, question: &str) -> anyhow::Result<bool> {
        let answer = self.text(&format!("{question} (y/n)"), "n")?;
        Ok(answer.to_lowercase().starts_with('y'))
    }
}
