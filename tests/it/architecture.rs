//! Who may use whom: the table in `src/lib.rs` against what the sources import.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// What reaches out of the process, and where it may.
const LIBRARIES: [(&str, &[&str]); 5] = [
    ("sqlx", &["store"]),
    ("rusqlite", &["store"]),
    ("axum", &["app", "demo", "http", "playground"]),
    ("hyper", &["http"]),
    (
        "reqwest",
        &["app", "chat", "cli", "demo", "intake", "playground"],
    ),
];

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn lib() -> String {
    std::fs::read_to_string(sources().join("lib.rs")).unwrap()
}

/// The modules as `lib.rs` declares them, in its order.
fn modules() -> Vec<String> {
    let lib = lib();
    let declared = lib.lines().filter_map(|line| line.strip_prefix("pub mod "));
    declared
        .map(|line| line.trim_end_matches(';').to_owned())
        .collect()
}

/// The table of `lib.rs`: a module, and whom it may use.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let words = |cell: &str| -> BTreeSet<String> {
        let words = cell.split('`').skip(1).step_by(2);
        words.map(str::to_owned).collect()
    };
    let lib = lib();
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! | `"));
    rows.map(|row| {
        let (module, rest) = row.split_once('`').unwrap();
        let may_use = rest.split('|').nth(2).unwrap();
        (module.to_owned(), words(may_use))
    })
    .collect()
}

/// Every file of a module.
fn files_of(module: &str) -> Vec<PathBuf> {
    let mut files = vec![sources().join(format!("{module}.rs"))];
    let mut dirs = vec![sources().join(module)];
    while let Some(dir) = dirs.pop() {
        let Ok(entries) = std::fs::read_dir(dir) else {
            continue;
        };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                files.push(path);
            }
        }
    }
    files.retain(|file| file.exists());
    files
}

/// A file without its comments.
fn code_of(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// What stands behind each `crate::`, one name or a list in braces.
fn used_by(code: &str) -> BTreeSet<String> {
    let after = code.match_indices("crate::").map(|(at, _)| &code[at + 7..]);
    after.flat_map(first_names).collect()
}

fn first_names(after: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        let text = text.trim_start();
        text.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(list) = after.strip_prefix('{') else {
        return vec![name(after)];
    };
    let mut names = vec![name(list)];
    let mut depth = 0_usize;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&list[at + 1..])),
            _ => {}
        }
    }
    names
}

#[test]
fn modules_use_whom_the_table_lets_them() {
    let (modules, table) = (modules(), table());
    let mut broken = Vec::new();
    for module in &modules {
        let may_use = &table[module];
        for file in files_of(module) {
            for used in used_by(&code_of(&file)) {
                if modules.contains(&used) && used != *module && !may_use.contains(&used) {
                    broken.push(format!("{} uses {used}", file.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_table_names_every_module_and_none_that_is_not_there() {
    let modules = modules();
    assert!(modules.is_sorted(), "{modules:?}");
    let rows: Vec<String> = table().into_keys().collect();
    assert_eq!(rows, modules);
    for module in &modules {
        assert!(!files_of(module).is_empty(), "{module}");
    }
    let strangers: Vec<String> = table()
        .into_values()
        .flatten()
        .filter(|used| !modules.contains(used))
        .collect();
    assert_eq!(strangers, Vec::<String>::new());
}

#[test]
fn nobody_uses_who_uses_them() {
    // Crossing out again and again who uses nobody that is left; a circle would stay.
    let mut left = table();
    while let Some(leaf) = left
        .iter()
        .find(|(_, uses)| uses.is_empty())
        .map(|(module, _)| module.clone())
    {
        left.remove(&leaf);
        for uses in left.values_mut() {
            uses.remove(&leaf);
        }
    }
    assert_eq!(left.into_keys().collect::<Vec<_>>(), Vec::<String>::new());
}

/// Whether a file holds tests alone; those may stand in for a server.
fn is_test(file: &Path) -> bool {
    let inside = file.strip_prefix(sources()).unwrap();
    inside
        .iter()
        .any(|part| part == "tests" || part == "tests.rs")
}

#[test]
fn libraries_that_reach_out_are_used_where_they_belong() {
    for module in modules() {
        for file in files_of(&module).iter().filter(|file| !is_test(file)) {
            let code = code_of(file);
            for (library, homes) in LIBRARIES {
                let uses = code.contains(&format!("{library}::"));
                assert!(
                    !uses || homes.contains(&module.as_str()),
                    "{} uses {library}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn imports_are_read_in_lists_and_alone() {
    let code = "use crate::{\n    a::{b, c},\n    d,\n};\nfn f() { crate::e::g() }";
    let used: Vec<String> = used_by(code)
        .into_iter()
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(used, ["a", "d", "e"]);
}
