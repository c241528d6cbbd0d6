//! From the configuration as it was typed to the rules as they are meant.
//!
//! Everything in the file is checked, and every mistake is told at once with its place. What is
//! understood but not done by this version is named in one warning.

mod accounts;
pub(super) mod builtin;
mod calendars;
mod canonical;
mod clocks;
mod experiments;
mod filters;
mod fixed;
mod forms;
mod known;
mod microsoft;
mod people;
mod routing;
mod server;
mod shown;
mod sources;
mod teams;
#[cfg(test)]
pub(super) mod tests;
mod values;
mod verify;

use std::{io, ops::Range, path::Path};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{
    Complaint, Severity, Sources, golden,
    raw::Config,
    read::{Reading, open, read_with},
};
use crate::{domain::policy::Policy, intake};

pub use accounts::accounts_file;
pub use canonical::{Given, given};
pub use fixed::Fixed;
pub use microsoft::TeamsSettings;
pub use server::{ApiToken, Heartbeat, RotationSettings, Server, SlackSettings};

use known::Known;

/// A configuration that can be put in force.
pub struct Compiled {
    /// The rules.
    pub policy: Policy,
    /// The webhooks that are served.
    pub sources: Vec<intake::Source>,
    /// Where Baton listens.
    pub server: Server,
    /// Where it stores: `sqlite:…` or `postgres://…`. May carry a password.
    pub database: String,
    /// The Slack it speaks with.
    pub slack: Option<SlackSettings>,
    /// Microsoft Teams, if Baton is to use it.
    pub teams: Option<TeamsSettings>,
    /// Who may use the API.
    pub api_tokens: Vec<ApiToken>,
    /// Its files by name, without secrets: what is kept of it once it is in force.
    pub files: Vec<(String, String)>,
}

/// What came of a configuration.
pub struct Loaded {
    /// None: there is at least one mistake.
    pub compiled: Option<Compiled>,
    /// As it was typed, for what is said about places in it; none when it could not be understood.
    pub config: Option<Config>,
    /// The files.
    pub sources: Sources,
    /// Mistakes, and what is not in effect yet.
    pub complaints: Vec<Complaint>,
}

/// Reads, compiles and tries on the golden leads what stands at `path`. `env` looks up `${NAME}`.
#[must_use]
pub fn load(path: &Path, env: &dyn Fn(&str) -> Option<String>, now: Timestamp) -> Loaded {
    load_with(path, env, &open, now)
}

/// Loads with another way to open files.
#[must_use]
pub fn load_with(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    open: &dyn Fn(&Path) -> io::Result<String>,
    now: Timestamp,
) -> Loaded {
    let Reading {
        config,
        sources,
        mut complaints,
    } = read_with(path, env, open);
    let mut compiled = None;
    if let Some(config) = &config {
        let (made, more) = compile(config, &sources, open, !complaints.is_empty());
        complaints.extend(more);
        compiled = Some(made).filter(|_| !has_mistake(&complaints));
        if let Some(made) = &mut compiled {
            complaints.extend(golden::check(config, &mut made.policy, now));
        }
    }
    Loaded {
        compiled: compiled.filter(|_| !has_mistake(&complaints)),
        config,
        sources,
        complaints,
    }
}

/// Whether one of them makes the configuration unusable.
#[must_use]
pub fn has_mistake(complaints: &[Complaint]) -> bool {
    complaints.iter().any(|it| it.severity == Severity::Mistake)
}

fn compile(
    raw: &Config,
    sources: &Sources,
    open: &dyn Fn(&Path) -> io::Result<String>,
    broken: bool,
) -> (Compiled, Vec<Complaint>) {
    let mut compiler = Compiler {
        raw,
        sources,
        open,
        known: Known::of(raw),
        broken,
        opened: Vec::new(),
        complaints: Vec::new(),
        later: Vec::new(),
        asks_win: false,
    };
    let compiled = compiler.all();
    let later = compiler.not_in_effect();
    compiler.complaints.extend(later);
    (compiled, compiler.complaints)
}

/// One configuration being compiled.
struct Compiler<'a> {
    raw: &'a Config,
    sources: &'a Sources,
    open: &'a dyn Fn(&Path) -> io::Result<String>,
    known: Known,
    /// Whether a mistake was told before, so that what was not filled in is known already.
    broken: bool,
    /// What stands in the files that it names, each as a digest.
    opened: Vec<[u8; 32]>,
    complaints: Vec<Complaint>,
    /// Whether a condition asks how leads like one end.
    asks_win: bool,
    /// Keys that are understood and not in effect yet.
    later: Vec<(String, Range<usize>)>,
}

impl Compiler<'_> {
    fn all(&mut self) -> Compiled {
        self.check_ids();
        let (sources, source_rules) = self.all_sources();
        let routes = self.routes();
        let experiments = self.experiments(&routes);
        let mut policy = Policy {
            hash: String::new(),
            calendars: self.calendars(),
            reps: self.reps(),
            territories: self.territories(),
            teams: self.teams(),
            slas: self.slas(),
            sources: source_rules,
            lists: self.lists(),
            scoring: self.scoring(),
            intents: self.intents(),
            contacts: self.contacts(),
            accounts: self.accounts(),
            filters: self.filters(),
            routes,
            experiments,
            asks_win: false,
            declines: self.declines(),
            golden: self.golden(),
            card: self.card(),
            bundle: self.bundle(),
            forecast: self.forecast(),
            status: self.profile_status(),
        };
        policy.asks_win = self.asks_win;
        policy.hash = hash(self.sources, &self.opened);
        self.digests();
        self.webhooks();
        Compiled {
            policy,
            sources,
            server: self.server(),
            database: self.database(),
            slack: self.slack(),
            teams: self.microsoft_teams(),
            api_tokens: self.api_tokens(),
            files: self.sources.without_secrets(),
        }
    }

    /// Something can't be used; `help` says what to do about it.
    fn mistake(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let complaint = Complaint::mistake(span, message).help(help.into());
        self.complaints.push(complaint);
    }

    /// Notes that a key is not in effect yet.
    fn later(&mut self, key: &str, span: Range<usize>) {
        self.later.push((key.to_owned(), span));
    }

    /// One warning that names everything that is not in effect yet.
    fn not_in_effect(&self) -> Option<Complaint> {
        let mut keys: Vec<(&str, Vec<String>)> = Vec::new();
        let mut later: Vec<_> = self.later.iter().collect();
        later.sort_by_key(|(_, span)| span.start);
        for (key, span) in later {
            let line = self.sources.line(span);
            match keys.iter_mut().find(|(known, _)| known == key) {
                Some((_, lines)) if lines.contains(&line) => {}
                Some((_, lines)) => lines.push(line),
                None => keys.push((key, vec![line])),
            }
        }
        let said: Vec<String> = keys
            .iter()
            .map(|(key, lines)| format!("{key} ({})", lines.join(", ")))
            .collect();
        (!said.is_empty()).then(|| Complaint {
            severity: Severity::NotYet,
            message: format!("not in effect yet: {}", said.join(", ")),
            help: None,
            span: None,
        })
    }
}

/// The configuration's name: a digest of its text, secrets and what was filled in left out, and of the lists and
/// calendars that it names.
fn hash(sources: &Sources, opened: &[[u8; 32]]) -> String {
    let mut digest = Sha256::new();
    for file in sources.files() {
        // A secret is starred out at its own length, which would tell one from another.
        let mut text: Vec<u8> = file.shown.bytes().collect();
        text.dedup_by(|one, two| *one == b'*' && one == two);
        digest.update(&text);
        digest.update([0]);
    }
    opened.iter().for_each(|one| digest.update(one));
    format!("sha256:{}", hex::encode(digest.finalize()))
}
