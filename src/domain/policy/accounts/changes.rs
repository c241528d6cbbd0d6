//! What one list of accounts says otherwise than another.

use std::collections::{HashMap, HashSet};

use super::{Account, Accounts};
use crate::domain::company;

/// What one list of accounts says otherwise than another, each by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Those that are new.
    pub added: Vec<String>,
    /// Those that are there no longer.
    pub removed: Vec<String>,
    /// Those whose leads get another owner.
    pub owners: Vec<Changed>,
    /// Those of which something else is said: domains, company above, tier, customer.
    pub others: Vec<String>,
}

/// An account whose leads get another owner; `""` is nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its name.
    pub name: String,
    /// The owner until now.
    pub was: String,
    /// The owner from now on.
    pub is: String,
}

impl Changes {
    /// Whether both say the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// In one line: `12 accounts added, 3 removed`; empty if both say the same.
    #[must_use]
    pub fn counted(&self) -> String {
        let parts = [
            (self.added.len(), "added"),
            (self.removed.len(), "removed"),
            (self.owners.len(), "with another owner"),
            (self.others.len(), "changed otherwise"),
        ];
        let said = parts.iter().filter(|(count, _)| *count > 0);
        let said: Vec<String> = said
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        said.join(", ")
    }
}

impl Accounts {
    /// What these say otherwise than those `before`. Of several with one name the first counts.
    #[must_use]
    pub fn changes(&self, before: &Accounts) -> Changes {
        let (was, is) = (before.named(), self.named());
        let mut changes = Changes::default();
        for (key, account) in self.in_order() {
            match was.get(&key) {
                None => changes.added.push(account.name.clone()),
                Some(old) => changes.compare(old, account),
            }
        }
        let gone = before.in_order().into_iter();
        let gone = gone.filter(|(key, _)| !is.contains_key(key));
        changes.removed = gone.map(|(_, account)| account.name.clone()).collect();
        changes
    }

    fn named(&self) -> HashMap<String, &Account> {
        self.in_order().into_iter().collect()
    }

    /// The first of each name.
    fn in_order(&self) -> Vec<(String, &Account)> {
        let mut seen = HashSet::new();
        let all = self.all().iter().map(|it| (company::key(&it.name), it));
        all.filter(|(key, _)| seen.insert(key.clone())).collect()
    }
}

impl Changes {
    fn compare(&mut self, old: &Account, new: &Account) {
        let owner = |it: &Account| it.owner.as_ref().map_or(String::new(), ToString::to_string);
        if old.owner != new.owner {
            self.owners.push(Changed {
                name: new.name.clone(),
                was: owner(old),
                is: owner(new),
            });
        } else if old != new {
            self.others.push(new.name.clone());
        }
    }
}
