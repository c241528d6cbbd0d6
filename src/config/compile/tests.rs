//! Whole configurations compiled: what they mean, and what is said of wrong ones.

mod accounts;
mod meaning;
mod mistakes;
mod proofs;

use std::{collections::BTreeMap, io, path::Path};

use jiff::Timestamp;

use super::*;
use crate::config::{EXAMPLE, plain};

pub(in crate::config) fn now() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

/// Loads `baton.toml` among files that are only here.
pub(in crate::config) fn loaded_from(files: &[(&str, &str)]) -> Loaded {
    let files: BTreeMap<_, _> = files.iter().copied().collect();
    let env = |name: &str| match name {
        "UNSET" => None,
        "EMPTY" => Some(String::new()),
        name => Some(format!("value of {name}")),
    };
    let open = |path: &Path| {
        let text = path.to_str().and_then(|path| files.get(path));
        text.map(ToString::to_string)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    };
    let loaded = load_with(Path::new("baton.toml"), &env, &open, now());
    let helpless = |it: &&Complaint| {
        it.severity != Severity::NotYet && it.help.as_ref().is_none_or(String::is_empty)
    };
    let helpless: Vec<_> = loaded.complaints.iter().filter(helpless).collect();
    assert!(helpless.is_empty(), "nobody says what to do: {helpless:#?}");
    loaded
}

pub(in crate::config) fn loaded(text: &str) -> Loaded {
    loaded_from(&[("baton.toml", text)])
}

#[test]
fn the_example_compiles_and_names_what_is_not_in_effect_yet() {
    let loaded = loaded(EXAMPLE);
    insta::assert_snapshot!(plain(&loaded.complaints, &loaded.sources), @"warning: not in effect yet: digest (baton.toml:314), webhook (baton.toml:325)");
    let compiled = loaded.compiled.unwrap();
    assert_eq!(compiled.policy.reps.len(), 3);
    assert_eq!(compiled.sources.len(), 4);
}
