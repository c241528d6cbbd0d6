//! Named accounts: companies whose leads belong to somebody, found again by their domains or by their name.
//!
//! # What counts where several could
//!
//! 1. The domain of the mail, then that of the website, then the company's name without its legal form.
//! 2. Of several domains the longest: `uk.globex.com` before `globex.com`.
//! 3. Where the name says a daughter of the company that the domain says, the daughter.
//! 4. Of several accounts with one domain, or one name, the first: what the configuration says itself, then its file.
//! 5. The account's own owner, then that of the nearest company above it.

mod changes;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::SignedDuration;

use crate::domain::{
    company,
    contact::{Contact, Field},
    id::RepId,
    mail::{self, MailFacts},
};

pub use changes::{Changed, Changes};

/// A company with a name of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// As people say it.
    pub name: String,
    /// Domains of its mail, lower case.
    pub domains: Vec<String>,
    /// The company it belongs to, by its name.
    pub parent: Option<String>,
    /// Who owns its leads: its own owner, else that of the nearest company above it.
    pub owner: Option<RepId>,
    /// The company above it whose owner that is; absent: the owner is its own.
    pub owner_of: Option<String>,
    /// Free word.
    pub tier: String,
    /// Whether it buys already.
    pub customer: bool,
}

/// By what a lead was found to be of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The domain of its mail.
    Mail,
    /// The domain of its website.
    Website,
    /// The company's name.
    Name,
    /// The company's name, which is that of a daughter of the company whose domain it is.
    Daughter,
}

impl FoundBy {
    /// As people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail domain",
            Self::Website => "website",
            Self::Name | Self::Daughter => "company name",
        }
    }
}

/// Of which account somebody is, and why of that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The account.
    pub account: &'a Account,
    /// By what.
    pub by: FoundBy,
    /// The domain, or the name, that told it.
    pub sign: String,
    /// The companies above it, the nearest first.
    pub above: Vec<&'a Account>,
    /// What decided where others could have been meant.
    pub ties: Vec<String>,
}

/// Named accounts. A copy shares them: there may be very many.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    all: Arc<All>,
    keep: Option<SignedDuration>,
}

#[derive(Debug, Default)]
struct All {
    named: Vec<Account>,
    /// The company that each belongs to.
    above: Vec<Option<usize>>,
    by_domain: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
    /// Domains and names that several have.
    shared: HashSet<String>,
}

impl Accounts {
    /// Takes the accounts in their order; whoever has no owner has that of the company it belongs to.
    #[must_use]
    pub fn new(named: Vec<Account>) -> Self {
        let mut all = All {
            named,
            ..All::default()
        };
        all.index();
        all.inherit_owners();
        Self {
            all: Arc::new(all),
            keep: None,
        }
    }

    /// The same, where an owned lead makes its owner the account's for so long.
    #[must_use]
    pub fn keeping(self, keep: Option<SignedDuration>) -> Self {
        Self { keep, ..self }
    }

    /// For how long who owned a lead of a company without a named owner gets its next ones.
    #[must_use]
    pub fn keep(&self) -> Option<SignedDuration> {
        self.keep
    }

    /// All of them, in their order.
    #[must_use]
    pub fn all(&self) -> &[Account] {
        &self.all.named
    }

    /// The account that somebody belongs to, and by what. Addresses that anybody gets tell nothing, unless an account
    /// names that very domain.
    #[must_use]
    pub fn find(&self, contact: &Contact) -> Option<(&Account, FoundBy)> {
        let (place, by, _) = self.all.find(contact)?;
        Some((self.all.named.get(place)?, by))
    }

    /// The same with all that is to be said of it.
    #[must_use]
    pub fn explain(&self, contact: &Contact) -> Option<Found<'_>> {
        let (place, by, sign) = self.all.find(contact)?;
        let above = self.all.ancestors(place).map(|at| &self.all.named[at]);
        Some(Found {
            account: self.all.named.get(place)?,
            by,
            above: above.collect(),
            ties: self.all.ties(contact, place, by, &sign),
            sign,
        })
    }

    /// Accounts that belong to each other in a circle, one of each circle.
    #[must_use]
    pub fn circles(&self) -> Vec<&Account> {
        let all = &self.all;
        let mut seen: Vec<Option<usize>> = vec![None; all.named.len()];
        let mut circles = Vec::new();
        for start in 0..all.named.len() {
            let mut at = Some(start);
            while let Some(place) = at {
                match seen[place] {
                    None => seen[place] = Some(start),
                    Some(walk) => {
                        circles.extend((walk == start).then_some(&all.named[place]));
                        break;
                    }
                }
                at = all.above[place];
            }
        }
        circles
    }
}

impl All {
    fn index(&mut self) {
        for (place, account) in self.named.iter().enumerate() {
            for domain in &account.domains {
                let first = *self.by_domain.entry(domain.clone()).or_insert(place);
                if first != place {
                    self.shared.insert(domain.clone());
                }
            }
            let name = company::key(&account.name);
            if !name.is_empty() {
                let first = *self.by_name.entry(name.clone()).or_insert(place);
                if first != place {
                    self.shared.insert(name);
                }
            }
        }
        let named = self.named.iter();
        let above = named.map(|it| {
            self.by_name
                .get(&company::key(it.parent.as_deref()?))
                .copied()
        });
        self.above = above.collect();
    }

    /// Companies that own each other in a circle have nobody's owner.
    fn inherit_owners(&mut self) {
        for place in 0..self.named.len() {
            if self.named[place].owner.is_some() {
                continue;
            }
            // An inherited owner is passed on as well, and stays that of the company that named it.
            let owned = |at: &usize| self.named[*at].owner.is_some();
            let Some(at) = self.ancestors(place).find(owned) else {
                continue;
            };
            let from = self.named[at].clone();
            let account = &mut self.named[place];
            account.owner = from.owner;
            account.owner_of = from.owner_of.or(Some(from.name));
        }
    }

    /// The companies above one, the nearest first; of a circle no more than the longest chain has.
    fn ancestors(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        let up = |at: &usize| self.above.get(*at).copied().flatten();
        let chain = std::iter::successors(up(&place), move |at| up(at));
        chain
            .take_while(move |at| *at != place)
            .take(MOST_GENERATIONS)
    }

    fn find(&self, contact: &Contact) -> Option<(usize, FoundBy, String)> {
        let by_name = self.of_name(contact);
        let Some((place, by, sign)) = self.of_domains(contact) else {
            let (place, sign) = by_name?;
            return Some((place, FoundBy::Name, sign));
        };
        match by_name {
            Some((daughter, name)) if self.ancestors(daughter).any(|at| at == place) => {
                Some((daughter, FoundBy::Daughter, name))
            }
            Some(_) | None => Some((place, by, sign)),
        }
    }

    fn of_domains(&self, contact: &Contact) -> Option<(usize, FoundBy, String)> {
        let mail = MailFacts::of(contact.text(Field::Email));
        let of = |domain: &str, by| {
            self.of_domain(domain)
                .map(|(place, sign)| (place, by, sign))
        };
        of(&mail.domain, FoundBy::Mail)
            .or_else(|| of(&host(contact.text(Field::Website)), FoundBy::Website))
    }

    /// The account of a domain, or of the one that it is part of.
    fn of_domain(&self, domain: &str) -> Option<(usize, String)> {
        mail::parents(domain).find_map(|part| Some((*self.by_domain.get(part)?, part.to_owned())))
    }

    fn of_name(&self, contact: &Contact) -> Option<(usize, String)> {
        let written = contact.text(Field::Company);
        if written.is_empty() {
            return None;
        }
        let name = company::key(written);
        let place = *self.by_name.get(&name)?;
        Some((place, name))
    }

    fn ties(&self, contact: &Contact, place: usize, by: FoundBy, sign: &str) -> Vec<String> {
        let mut ties = Vec::new();
        if self.shared.contains(sign) {
            ties.push(format!("of several accounts with {sign} the first counts"));
        }
        let name = |at: usize| &self.named[at].name;
        let shorter = sign.split_once('.').and_then(|(_, rest)| {
            let (at, domain) = self.of_domain(rest)?;
            (at != place && by != FoundBy::Name).then_some((at, domain))
        });
        if let Some((at, domain)) = shorter {
            ties.push(format!(
                "a longer domain counts before {domain}, {}'s",
                name(at)
            ));
        }
        match (by, self.of_name(contact)) {
            (FoundBy::Mail | FoundBy::Website, Some((at, _))) if at != place => {
                ties.push(format!(
                    "a domain counts before a name, which is {}'s",
                    name(at)
                ));
            }
            (FoundBy::Daughter, _) => {
                ties.push("a daughter counts before the company whose domain it is".to_owned());
            }
            (FoundBy::Mail | FoundBy::Website | FoundBy::Name, _) => {}
        }
        ties
    }
}

/// The host of a website as people write it: `https://www.globex.com/shop`, `globex.com`.
#[must_use]
pub fn host(website: &str) -> String {
    let rest = website.split_once("://").map_or(website, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.trim().to_lowercase();
    host.strip_prefix("www.").unwrap_or(&host).to_owned()
}

/// No company belongs to one that belongs to one… more often.
const MOST_GENERATIONS: usize = 20;
