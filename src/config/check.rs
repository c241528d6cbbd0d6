//! `baton check`: every mistake with file, line and a caret, then what looks wrong.
//!
//! ```text
//! $ baton check
//! baton.toml is right: 3 reps, 2 teams, 3 sources, 6 routes; 1 remark
//! ```

#[cfg(test)]
mod tests;
pub(super) mod week;

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Complaint, Severity, Sources,
    compile::{self, has_mistake},
    lint::lint,
    plain, render,
};
use crate::{
    domain::{
        id::RepId,
        policy::{Policy, Profile},
    },
    rules::Rules,
};

/// The zones and hours of people that the file does not know.
pub type Profiles = BTreeMap<RepId, Profile>;

/// How the result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckFormat {
    /// For people, with carets, and colours if wanted.
    Carets {
        /// Whether the terminal shows colours.
        colour: bool,
    },
    /// One line each, `baton.toml:12:5: mistake: …`, for editors.
    Lines,
    /// A list of objects.
    Json,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// 2 on mistakes, 0 with only remarks.
    pub exit: u8,
    /// To be printed.
    pub text: String,
}

/// Checks the configuration at `path`.
#[must_use]
pub fn check(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    now: Timestamp,
    format: CheckFormat,
) -> Checked {
    said(compile::load(path, env, now), path, now, format)
}

/// Everybody's hours in the coming week and their next holidays, and when a team has nobody; by the file, and by what is
/// stored of people if that is known.
#[must_use]
pub fn calendar(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    now: Timestamp,
    stored: Option<&Profiles>,
) -> Checked {
    let loaded = compile::load(path, env, now);
    match loaded.compiled {
        Some(compiled) => Checked {
            exit: 0,
            text: week::hours(&Rules::new(compiled.policy), stored, now),
        },
        None => said(loaded, path, now, CheckFormat::Carets { colour: false }),
    }
}

fn said(loaded: compile::Loaded, path: &Path, now: Timestamp, format: CheckFormat) -> Checked {
    let mut complaints = loaded.complaints;
    let rules = loaded.compiled.map(|it| Rules::new(it.policy));
    if let (Some(rules), Some(config)) = (&rules, &loaded.config) {
        complaints.extend(lint(config, rules, now));
    }
    let sources = &loaded.sources;
    let policy = rules.as_ref().map(|it| &it.policy);
    let text = match format {
        CheckFormat::Carets { colour } => {
            render(&complaints, sources, colour) + &summary(path, policy, &complaints)
        }
        CheckFormat::Lines => plain(&complaints, sources),
        CheckFormat::Json => as_json(&complaints, sources),
    };
    let exit = if has_mistake(&complaints) { 2 } else { 0 };
    Checked { exit, text }
}

/// The last line.
fn summary(path: &Path, policy: Option<&Policy>, complaints: &[Complaint]) -> String {
    let count = |severity| {
        complaints
            .iter()
            .filter(|it| it.severity == severity)
            .count()
    };
    let remarks = match count(Severity::Lint) {
        0 => String::new(),
        lints => format!("; {}", many(lints, "remark")),
    };
    let path = path.display();
    match policy {
        Some(policy) => format!(
            "{path} is right: {}, {}, {}, {}{remarks}\n",
            many(policy.reps.len(), "rep"),
            many(policy.teams.len(), "team"),
            many(policy.sources.len(), "source"),
            many(policy.routes.len(), "route"),
        ),
        None => format!("{path}: {}\n", many(count(Severity::Mistake), "mistake")),
    }
}

fn many(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}

fn as_json(complaints: &[Complaint], sources: &Sources) -> String {
    let all: Vec<Value> = complaints
        .iter()
        .map(|complaint| {
            let place = complaint.span.as_ref().and_then(|it| sources.locate(it));
            let (line, column) = place
                .as_ref()
                .map(|(file, within)| file.line_and_column(within.start))
                .unzip();
            json!({
                "severity": complaint.severity.word(),
                "message": complaint.message,
                "help": complaint.help,
                "file": place.as_ref().map(|(file, _)| file.path.display().to_string()),
                "line": line,
                "column": column,
            })
        })
        .collect();
    format!("{:#}\n", Value::Array(all))
}
