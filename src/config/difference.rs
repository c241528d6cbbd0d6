//! What one configuration says otherwise than another, in words; values are never told, only keys.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::Sources;

/// Where several tables stand under one word, and by which key they are told apart.
const LISTS: [(&str, &str); 13] = [
    ("rep", "id"),
    ("team", "id"),
    ("source", "id"),
    ("route", "id"),
    ("filter", "id"),
    ("decline", "id"),
    ("account", "name"),
    ("experiment", "id"),
    ("webhook", "id"),
    ("digest", "id"),
    ("intent", "id"),
    ("golden", "id"),
    ("api.token", "name"),
];
/// Tables with names of their own, and what one of them is called.
const NAMED: [(&str, &str); 4] = [
    ("calendar", "calendar"),
    ("territory", "territory"),
    ("sla", "SLA"),
    ("list", "list"),
];

/// A table by what it is (`route`) and its name (`hot`).
type Places = BTreeMap<(String, String), Table>;

/// One sentence for each table that was added, removed or changed; empty if all say the same.
#[must_use]
pub fn difference(before: &Sources, after: &Sources) -> Vec<String> {
    let (before, after) = (Read::of(before), Read::of(after));
    let mut said = Vec::new();
    for (place, table) in &after.places {
        match before.places.get(place) {
            None => said.push(format!("{} added", name(place))),
            Some(old) if old != table => {
                said.push(format!("{}: {} changed", name(place), keys(old, table)));
            }
            Some(_) => {}
        }
    }
    let gone = before.places.keys();
    let gone = gone.filter(|place| !after.places.contains_key(*place));
    said.extend(gone.map(|place| format!("{} removed", name(place))));
    said.extend(moved(&before, &after));
    said
}

/// Routes go by the first that holds, so their order is a rule of its own.
fn moved(before: &Read, after: &Read) -> Option<String> {
    let in_both = |mine: &Read, other: &Read| -> Vec<String> {
        let kept = mine.routes.iter().filter(|it| other.routes.contains(it));
        kept.cloned().collect()
    };
    let order = in_both(after, before);
    (order != in_both(before, after))
        .then(|| format!("routes: the order changed, now {}", after.routes.join(", ")))
}

fn name((kind, name): &(String, String)) -> String {
    let named = NAMED.iter().find(|(key, _)| key == kind);
    let kind = named.map_or(kind.as_str(), |(_, said)| said);
    if name.is_empty() {
        format!("[{kind}]")
    } else {
        format!("{kind} `{name}`")
    }
}

fn keys(old: &Table, new: &Table) -> String {
    let all = new
        .keys()
        .chain(old.keys().filter(|it| !new.contains_key(*it)));
    let changed = all.filter(|it| old.get(*it) != new.get(*it));
    let changed: Vec<String> = changed.map(|it| format!("`{it}`")).collect();
    changed.join(", ")
}

/// All files of a configuration, as tables by name.
#[derive(Default)]
struct Read {
    places: Places,
    /// In their order.
    routes: Vec<String>,
}

impl Read {
    fn of(sources: &Sources) -> Self {
        let mut read = Self::default();
        for file in sources.files() {
            // A file that can't be read is never in force, so there is nothing to compare.
            for (key, value) in file.text.parse::<Table>().unwrap_or_default() {
                read.add(&key, value);
            }
        }
        read
    }

    fn add(&mut self, key: &str, value: Value) {
        let named = NAMED.iter().any(|(kind, _)| *kind == key);
        match value {
            Value::Array(list) => self.list(key, list),
            Value::Table(tables) if named => {
                for (name, table) in tables {
                    if let Value::Table(table) = table {
                        self.put(key, &name, table);
                    }
                }
            }
            Value::Table(mut table) => {
                let inner = |it: &(&str, &str)| {
                    it.0.strip_prefix(key)?.strip_prefix('.').map(str::to_owned)
                };
                for part in LISTS.iter().filter_map(inner) {
                    if let Some(Value::Array(list)) = table.remove(&part) {
                        self.list(&format!("{key}.{part}"), list);
                    }
                }
                self.put(key, "", table);
            }
            other => self.put(key, "", Table::from_iter([(key.to_owned(), other)])),
        }
    }

    fn list(&mut self, kind: &str, list: Vec<Value>) {
        let id = LISTS.iter().find(|(known, _)| *known == kind);
        for (at, one) in list.into_iter().enumerate() {
            let Value::Table(table) = one else { continue };
            let said = id.and_then(|(_, id)| table.get(*id)?.as_str());
            let name = said.map_or_else(|| format!("no. {}", at + 1), str::to_owned);
            if kind == "route" {
                self.routes.push(name.clone());
            }
            self.put(kind, &name, table);
        }
    }

    /// What several files say of one table is put together.
    fn put(&mut self, kind: &str, name: &str, table: Table) {
        if table.is_empty() && name.is_empty() {
            return;
        }
        let place = (kind.to_owned(), name.to_owned());
        self.places.entry(place).or_default().extend(table);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn sources(text: &str) -> Sources {
        let mut sources = Sources::default();
        sources.add(Path::new("baton.toml"), text.to_owned());
        sources
    }

    const BEFORE: &str = r#"
        include = []
        [server]
        listen = "127.0.0.1:3000"
        [slack]
        bot_token = "xoxb-secret-1"
        [[api.token]]
        name = "ops"
        token = "t1"
        [sla.demo]
        acknowledge = "15m"
        [[rep]]
        id = "ayse"
        weight = 1
        [[rep]]
        id = "jonas"
        [[route]]
        id = "hot"
        to = { team = "sdr" }
        [[route]]
        id = "rest"
        to = { team = "sdr" }
    "#;

    #[test]
    fn what_changed_is_said_by_name_and_key_and_no_value() {
        let after = BEFORE
            .replace("weight = 1", "weight = 2\n level = \"senior\"")
            .replace("id = \"jonas\"", "id = \"selin\"")
            .replace("xoxb-secret-1", "xoxb-secret-2")
            .replace("\"15m\"", "\"10m\"")
            .replace("\"t1\"", "\"t2\"");
        insta::assert_snapshot!(difference(&sources(BEFORE), &sources(&after)).join("\n"), @"
        api.token `ops`: `token` changed
        rep `ayse`: `weight`, `level` changed
        rep `selin` added
        SLA `demo`: `acknowledge` changed
        [slack]: `bot_token` changed
        rep `jonas` removed
        ");
    }

    #[test]
    fn the_order_of_routes_is_a_rule() {
        let swapped = BEFORE
            .replace("\"hot\"", "\"x\"")
            .replace("\"rest\"", "\"hot\"")
            .replace("\"x\"", "\"rest\"");
        let said = difference(&sources(BEFORE), &sources(&swapped));
        assert_eq!(said, ["routes: the order changed, now rest, hot"]);
    }

    #[test]
    fn the_same_in_other_words_is_no_difference() {
        let commented = format!("# a comment\n{}", BEFORE.replace("\"hot\"", "'hot'"));
        assert_eq!(
            difference(&sources(BEFORE), &sources(&commented)),
            Vec::<String>::new()
        );
    }
}
