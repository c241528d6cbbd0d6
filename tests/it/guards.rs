//! The list of guards fits the code: `tests/guards.py` can take each of them out, and knows which test is to fail.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    guard: Vec<Guard>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Guard {
    name: String,
    what: String,
    test: String,
    file: String,
    #[serde(default)]
    after: String,
    old: String,
    new: String,
    #[serde(default)]
    beside: Vec<Edit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    #[serde(default)]
    after: String,
    old: String,
    new: String,
}

impl Guard {
    /// Everything that goes with it.
    fn edits(&self) -> Vec<Edit> {
        let own = Edit {
            file: self.file.clone(),
            after: self.after.clone(),
            old: self.old.clone(),
            new: self.new.clone(),
        };
        let beside = self.beside.iter().map(|edit| Edit {
            file: edit.file.clone(),
            after: edit.after.clone(),
            old: edit.old.clone(),
            new: edit.new.clone(),
        });
        std::iter::once(own).chain(beside).collect()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn guards() -> Vec<Guard> {
    let list = fs::read_to_string(root().join("tests/guards.toml")).unwrap();
    toml::from_str::<List>(&list).unwrap().guard
}

fn sources(dir: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn each_guard_stands_in_the_code_once() {
    let mut names = BTreeSet::new();
    let mut places: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for guard in guards() {
        let name = &guard.name;
        assert!(names.insert(name.clone()), "two guards are called {name}");
        assert!(guard.what.ends_with('.'), "{name} prevents what?");
        for edit in guard.edits() {
            let text = fs::read_to_string(root().join(&edit.file)).unwrap();
            let around = format!("{}{}", edit.after, edit.old);
            let times = text.matches(&around).count();
            assert_eq!(times, 1, "{name} in {}: {around}", edit.file);
            assert_ne!(edit.old, edit.new, "{name}");
            let end = text.find(&around).unwrap() + around.len();
            let place = (end - edit.old.len(), end);
            let others = places.entry(edit.file).or_default();
            let apart = |other: &(usize, usize)| {
                *other == place || other.1 <= place.0 || place.1 <= other.0
            };
            assert!(others.iter().all(apart), "{name} lies within another");
            others.push(place);
        }
    }
}

#[test]
fn each_guard_names_a_test_that_there_is() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    sources(&root().join("tests/it"), &mut files);
    for guard in guards() {
        let declared = format!("fn {}()", guard.test);
        let times = files.iter().map(|text| text.matches(&declared).count());
        assert_eq!(times.sum::<usize>(), 1, "{}: {}", guard.name, guard.test);
    }
}
