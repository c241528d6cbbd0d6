//! What no rep should see, and the lists that conditions look into.

use std::collections::BTreeMap;

use super::{super::raw, Compiler};
use crate::domain::{
    condition::{Scope, TextList},
    filter::{Filter, Then},
};

/// The longest file of a list, in bytes.
const LONGEST_LIST: usize = 4 << 20;

impl Compiler<'_> {
    pub fn lists(&mut self) -> BTreeMap<String, TextList> {
        let mut lists = BTreeMap::new();
        for (name, raw) in &self.raw.list {
            if raw.items.is_empty() && raw.file.is_none() {
                self.mistake(name.span(), "this list is empty", "give `items` or `file`");
            }
            let mut texts = super::people::words(&raw.items);
            texts.extend(raw.file.iter().flat_map(|file| self.listed(file)));
            lists.insert(name.get_ref().clone(), texts.into_iter().collect());
        }
        lists
    }

    /// What stands in a list's file, one a line; what begins with `#` is said by the way.
    fn listed(&mut self, file: &raw::Text) -> Vec<String> {
        let path = self.filled(file);
        let text = path.and_then(|path| self.file(path, &file.span()));
        let text = text.unwrap_or_default();
        if text.len() > LONGEST_LIST {
            let megabytes = LONGEST_LIST >> 20;
            let message = format!("this list is longer than {megabytes} MiB");
            self.mistake(file.span(), message, "split it, or take out what is old");
            return Vec::new();
        }
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        let said = lines.filter(|it| !it.is_empty() && !it.starts_with('#'));
        said.map(str::to_owned).collect()
    }

    pub fn filters(&mut self) -> Vec<Filter> {
        let raw = &self.raw.filter;
        raw.iter().filter_map(|it| self.filter(it)).collect()
    }

    fn filter(&mut self, raw: &raw::Filter) -> Option<Filter> {
        let id = self.said(&raw.id, "`id`");
        Some(Filter {
            when: self.condition(&raw.when, Scope::Filter)?,
            id: id?,
            then: match raw.then {
                raw::FilterThen::Drop => Then::Drop,
                raw::FilterThen::Park => Then::Park,
                raw::FilterThen::Mark => Then::Mark,
            },
        })
    }
}
