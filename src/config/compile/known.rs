//! The names that the configuration gives, and references to them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    super::raw::{Config, Text},
    Compiler, builtin,
};
use crate::domain::{condition::Names, suggest};

/// What can be named elsewhere in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Rep,
    Team,
    Sla,
    Calendar,
    Territory,
    Route,
    Source,
    Filter,
}

impl Kind {
    /// In a complaint.
    fn word(self) -> &'static str {
        match self {
            Kind::Rep => "rep",
            Kind::Team => "team",
            Kind::Sla => "SLA",
            Kind::Calendar => "calendar",
            Kind::Territory => "territory",
            Kind::Route => "route",
            Kind::Source => "source",
            Kind::Filter => "filter",
        }
    }

    /// How one is written.
    fn header(self) -> &'static str {
        match self {
            Kind::Rep => "[[rep]]",
            Kind::Team => "[[team]]",
            Kind::Sla => "[sla.NAME]",
            Kind::Calendar => "[calendar.NAME]",
            Kind::Territory => "[territory.NAME]",
            Kind::Route => "[[route]]",
            Kind::Source => "[[source]]",
            Kind::Filter => "[[filter]]",
        }
    }

    /// Words that mean something else where such a name can stand.
    fn taken(self) -> &'static [&'static str] {
        match self {
            Kind::Rep => &["managers", "channel", "rep", "baton"],
            Kind::Team => &["team", "backups", "managers", "wait"],
            Kind::Sla
            | Kind::Calendar
            | Kind::Territory
            | Kind::Route
            | Kind::Source
            | Kind::Filter => &[],
        }
    }
}

/// All names by kind.
pub(super) struct Known {
    names: BTreeMap<Kind, BTreeSet<String>>,
    /// As conditions want them.
    pub conditions: Names,
}

fn set<'t>(texts: impl IntoIterator<Item = &'t Text>) -> BTreeSet<String> {
    texts.into_iter().map(|it| it.get_ref().clone()).collect()
}

impl Known {
    pub fn of(raw: &Config) -> Self {
        let reps = set(raw.rep.iter().map(|it| &it.id));
        let sources = set(raw.source.iter().map(|it| &it.id));
        let calendars = set(raw.calendar.keys());
        let territories = set(raw.territory.keys());
        let built_in = builtin::SLAS.iter().map(|(name, ..)| (*name).to_owned());
        let slas = set(raw.sla.keys()).into_iter().chain(built_in).collect();
        let conditions = Names {
            lists: set(raw.list.keys()),
            calendars: calendars.clone(),
            sources: sources.clone(),
            territories: territories.clone(),
            reps: reps.clone(),
            filters: set(raw.filter.iter().map(|it| &it.id)),
        };
        let names = BTreeMap::from([
            (Kind::Rep, reps),
            (Kind::Team, set(raw.team.iter().map(|it| &it.id))),
            (Kind::Sla, slas),
            (Kind::Calendar, calendars),
            (Kind::Territory, territories),
            (Kind::Route, set(raw.route.iter().map(|it| &it.id))),
            (Kind::Source, sources),
            (Kind::Filter, conditions.filters.clone()),
        ]);
        Self { names, conditions }
    }

    pub fn has(&self, kind: Kind, name: &str) -> bool {
        self.of_kind(kind).any(|known| known == name)
    }

    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let names = self.names.get(&kind).into_iter().flatten();
        names.map(String::as_str)
    }
}

impl Compiler<'_> {
    /// What a name refers to, complained of when there is no such thing.
    pub fn refer<T: From<String>>(&mut self, kind: Kind, name: &Text) -> Option<T> {
        self.refer_or(kind, name, &[])
    }

    /// The same where some fixed words could have stood, too.
    pub fn refer_or<T: From<String>>(
        &mut self,
        kind: Kind,
        name: &Text,
        words: &[&str],
    ) -> Option<T> {
        let typed = self.filled(name)?;
        if self.known.has(kind, typed) {
            return Some(T::from(typed.to_owned()));
        }
        let known: Vec<&str> = self
            .known
            .of_kind(kind)
            .chain(words.iter().copied())
            .collect();
        let help = suggest::help(typed, known)
            .unwrap_or_else(|| format!("there is no `{}` at all", kind.header()));
        self.mistake(
            name.span(),
            format!("no {} called `{typed}`", kind.word()),
            help,
        );
        None
    }

    /// The same for a list, in which nobody should stand twice.
    pub fn refer_all<T: From<String> + PartialEq>(&mut self, kind: Kind, names: &[Text]) -> Vec<T> {
        let mut all = Vec::new();
        for name in names {
            let Some(one) = self.refer(kind, name) else {
                continue;
            };
            if all.contains(&one) {
                let message = format!("`{}` stands here twice", name.get_ref());
                self.mistake(name.span(), message, "take one of them out");
            } else {
                all.push(one);
            }
        }
        all
    }

    /// Checks that ids can be ids and are given once.
    pub fn check_ids(&mut self) {
        let raw = self.raw;
        self.ids(Kind::Rep, raw.rep.iter().map(|it| &it.id));
        self.ids(Kind::Team, raw.team.iter().map(|it| &it.id));
        self.ids(Kind::Route, raw.route.iter().map(|it| &it.id));
        self.ids(Kind::Source, raw.source.iter().map(|it| &it.id));
        self.ids(Kind::Sla, raw.sla.keys());
        self.ids(Kind::Calendar, raw.calendar.keys());
        self.ids(Kind::Territory, raw.territory.keys());
        self.ids(Kind::Filter, raw.filter.iter().map(|it| &it.id));
        self.once("decline", raw.decline.iter().map(|it| &it.id));
        self.once("experiment", raw.experiment.iter().map(|it| &it.id));
        self.once("API token", raw.api.token.iter().map(|it| &it.name));
        self.once("account", raw.account.iter().map(|it| &it.name));
    }

    fn ids<'t>(&mut self, kind: Kind, ids: impl IntoIterator<Item = &'t Text> + Clone) {
        for id in ids.clone() {
            self.check_id(kind, id);
        }
        self.once(kind.word(), ids);
    }

    fn check_id(&mut self, kind: Kind, id: &Text) {
        let Some(typed) = self.filled(id) else {
            return;
        };
        let right = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        if typed.is_empty() || typed.len() > 64 || !typed.chars().all(right) {
            let message = format!("`{typed}` can't name a {}", kind.word());
            let help = "use 1 to 64 letters a to z, digits, `-`, `_` and `.`";
            self.mistake(id.span(), message, help);
        } else if kind.taken().contains(&typed) {
            let message = format!("a {} can't be called `{typed}`", kind.word());
            let help = "this word means something else in steps and targets";
            self.mistake(id.span(), message, help);
        }
    }

    /// Complains of everything that has the name of something before it.
    pub fn once<'t>(&mut self, what: &str, names: impl IntoIterator<Item = &'t Text>) {
        let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
        for name in names {
            let key = name.get_ref().trim().to_lowercase();
            if let Some(first) = seen.get(&key) {
                let first = self.sources.line(first);
                let message = format!("there is a {what} `{}` already", name.get_ref());
                self.mistake(name.span(), message, format!("the first is at {first}"));
            } else {
                seen.insert(key, name.span());
            }
        }
    }
}
