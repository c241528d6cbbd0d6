//! Reading whole configurations, right and wrong ones.

use std::{collections::BTreeMap, io, path::Path};

use super::*;

/// Reads `baton.toml` among files that are only here.
fn reading(files: &[(&str, &str)]) -> Reading {
    let files: BTreeMap<_, _> = files.iter().copied().collect();
    let env = |name: &str| (name != "UNSET").then(|| format!("value of {name}"));
    read_with(Path::new("baton.toml"), &env, &|path| {
        let text = path.to_str().and_then(|path| files.get(path));
        text.map(ToString::to_string)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    })
}

fn complaints(text: &str) -> String {
    let reading = reading(&[("baton.toml", text)]);
    plain(&reading.complaints, &reading.sources)
}

#[test]
fn the_example_is_read_without_a_complaint() {
    assert_eq!(complaints(EXAMPLE), "");
    let reading = reading(&[("baton.toml", EXAMPLE)]);
    let config = reading.config.unwrap();
    assert_eq!(config.rep.len(), 3);
    assert_eq!(config.route.len(), 6);
    assert_eq!(
        config.route[2].when.as_ref().unwrap().as_ref(),
        "intent == \"high\" && fit == \"strong\""
    );
    assert_eq!(
        config.slack.unwrap().bot_token.expose(),
        "value of SLACK_BOT_TOKEN"
    );
}

#[test]
fn what_the_example_only_mentions_is_read_too() {
    let mut text = String::new();
    for line in EXAMPLE.lines() {
        let comment = line.strip_prefix("# ").filter(|rest| {
            let word = rest.split([' ', '=']).next().unwrap_or_default();
            rest.starts_with('[')
                || (rest.contains(" = ")
                    && word.chars().all(|it| it.is_ascii_lowercase() || it == '_'))
        });
        text.push_str(comment.unwrap_or(line));
        text.push('\n');
    }
    assert!(text.contains("\nadmin_listen = ") && text.contains("\n[teams]"));
    assert_eq!(complaints(&text), "");
}
