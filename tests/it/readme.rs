//! What the README shows is right: its configuration by example is one that `check` likes.

use baton::{
    clock::Clock,
    config::{Severity, load},
    intake::presets,
};

/// The README's section of that name.
fn section(name: &str) -> &'static str {
    let mut sections = include_str!("../../README.md").split("\n## ");
    sections.find(|section| section.starts_with(name)).unwrap()
}

/// The TOML of the README's section on the configuration, as one file.
fn by_example() -> String {
    let blocks = section("The configuration, by example")
        .split("```toml\n")
        .skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

#[test]
fn the_configuration_by_example_is_right() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("baton.toml");
    std::fs::write(&path, by_example()).unwrap();
    let env = |name: &str| {
        Some(match name {
            "SLACK_BOT_TOKEN" => "xoxb-1".to_owned(),
            "SLACK_APP_TOKEN" => "xapp-1-1".to_owned(),
            _ => "a-secret-of-the-website".to_owned(),
        })
    };
    let loaded = load(&path, &env, Clock::system().now());
    let mistakes: Vec<_> = loaded
        .complaints
        .iter()
        .filter(|it| it.severity == Severity::Mistake)
        .collect();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let policy = loaded.compiled.unwrap().policy;
    assert_eq!((policy.reps.len(), policy.routes.len()), (3, 5));
}

#[test]
fn every_preset_has_its_line_among_the_sources() {
    let section = section("Sources");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let first: Vec<&str> = rows.filter_map(|row| row.split(" | ").next()).collect();
    let missing = presets::ALL
        .iter()
        .map(|preset| format!("`{}`", preset.word));
    let missing: Vec<_> = missing
        .filter(|word| !first.iter().any(|cell| cell.contains(word)))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
