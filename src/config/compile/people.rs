//! Reps: who they are, when they work, how much they carry.

use std::{collections::BTreeMap, ops::Range};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use toml::Spanned;

use super::{
    super::raw::{self, Text},
    Compiler,
    calendars::is_of_lead,
    known::Kind,
    values::TEN_YEARS,
};
use crate::domain::{
    calendar::{Holidays, HolidaysError, Period},
    function,
    id::RepId,
    policy::{Caps, Level, Platform, Rep, Role, Turn},
    suggest,
};

/// Said where somebody would be away after no offer at all.
const NEVER: &str = "without the key nobody is set away";

/// Said where somebody could only ever get nothing.
const TAKE_OUT: &str = "`active = false` takes somebody out; without the key there is no limit";

impl Compiler<'_> {
    pub fn reps(&mut self) -> BTreeMap<RepId, Rep> {
        let raw = &self.raw.rep;
        self.check_defaults();
        self.once(
            "rep with the e-mail",
            raw.iter().filter_map(|it| it.email.as_ref()),
        );
        self.once(
            "rep with the Slack id",
            raw.iter().filter_map(|it| it.slack.as_ref()),
        );
        self.once(
            "rep with the Entra object id",
            raw.iter().filter_map(|it| it.teams.as_ref()),
        );
        let reps: Vec<Rep> = raw.iter().map(|it| self.rep(it)).collect();
        reps.into_iter().map(|rep| (rep.id.clone(), rep)).collect()
    }

    /// Complains of `[defaults.rep]` once, not for each rep.
    fn check_defaults(&mut self) {
        let defaults = &self.raw.defaults.rep;
        if let Some(name) = &defaults.calendar {
            self.refer::<String>(Kind::Calendar, name);
            self.refuse_leads_hours(name);
        }
        if let Some(zone) = &defaults.timezone {
            self.zone(zone);
        }
        if let Some(country) = &defaults.country {
            self.country_of(country, None);
        }
        if let Some(ramp) = &defaults.ramp {
            self.some_time(ramp);
        }
        if let Some(stale) = &defaults.stale {
            self.some_time(stale);
        }
        self.check_chat(defaults.chat.as_ref());
        self.count(defaults.pending.as_ref(), TAKE_OUT);
        self.count(defaults.capacity.as_ref(), TAKE_OUT);
        self.count(defaults.missed.as_ref(), NEVER);
        self.caps(&defaults.caps);
    }

    fn rep(&mut self, raw: &raw::Rep) -> Rep {
        let timezone = raw.timezone.as_ref().and_then(|it| self.zone(it));
        let timezone = timezone.or_else(|| self.default_zone());
        let (from, until) = self.employment(raw, timezone.as_ref().unwrap_or(&TimeZone::UTC));
        self.check_chat(raw.chat.as_ref());
        let (calendar, stale) = (self.calendar_of(raw), self.stale_of(raw));
        let defaults = &self.raw.defaults.rep;
        let pending = raw.pending.as_ref().or(defaults.pending.as_ref());
        let missed = raw.missed.as_ref().or(defaults.missed.as_ref());
        let capacity = raw.capacity.as_ref().or(defaults.capacity.as_ref());
        Rep {
            id: raw.id.get_ref().as_str().into(),
            name: self.said(&raw.name, "`name`").unwrap_or_default(),
            email: self.rep_email(raw).unwrap_or_default(),
            slack: raw.slack.as_ref().and_then(|it| self.slack_user(it)),
            teams: raw.teams.as_ref().and_then(|it| self.teams_user(it)),
            chat: self.chat_of(raw),
            level: level(raw.level),
            role: role(raw.role),
            timezone,
            country: self.rep_country(raw),
            weight: self.weight(raw.weight.as_ref()),
            languages: self.languages(&raw.languages),
            territories: self.refer_all(Kind::Territory, &raw.territories),
            skills: words(&raw.skills),
            functions: self.functions(&raw.functions),
            cover: self.cover(raw),
            external: texts(&raw.external),
            calendar: calendar.map(Into::into),
            pending: pending.map(|it| *it.get_ref()),
            missed: missed.map(|it| *it.get_ref()),
            caps: self.caps_of(raw),
            capacity: capacity.map(|it| *it.get_ref()),
            stale,
            active: raw.active.unwrap_or(true),
            ramp: self.ramp_of(raw, from.is_some()),
            from,
            until,
        }
    }

    /// What people do in their companies, each as conditions call it.
    fn functions(&mut self, raw: &[Text]) -> Vec<String> {
        let mut known = Vec::new();
        for one in raw {
            let said = one.get_ref().as_str();
            if function::ALL.contains(&said) {
                known.push(said.to_owned());
            } else {
                let message = format!("there is no function `{said}`");
                let help = match suggest::nearest(said, function::ALL) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known are {}", function::ALL.join(", ")),
                };
                self.mistake(one.span(), message, help);
            }
        }
        known
    }

    fn rep_email(&mut self, raw: &raw::Rep) -> Option<String> {
        if raw.email.is_none() && raw.slack.is_none() && raw.teams.is_none() {
            let message = format!("nobody would find `{}` in the chat", raw.id.get_ref());
            self.mistake(raw.id.span(), message, "give `email`, `slack` or `teams`");
        }
        self.email(raw.email.as_ref()?)
    }

    fn slack_user(&mut self, id: &Text) -> Option<String> {
        let typed = self.filled(id)?;
        let right = typed.starts_with(['U', 'W']) && is_slack_id(typed);
        if !right {
            let message = format!("`{typed}` is no Slack member id");
            let help =
                "it starts with U: profile, ⋮, Copy member ID; left out, the e-mail is looked up";
            self.mistake(id.span(), message, help);
        }
        right.then(|| typed.to_owned())
    }

    fn teams_user(&mut self, id: &Text) -> Option<String> {
        let typed = self.filled(id)?;
        let right = is_guid(typed);
        if !right {
            let message = format!("`{typed}` is no object id of Microsoft Entra");
            let help = "it looks like 3f2b1c9a-0000-4000-8000-000000000001: Entra admin center, Users, Object ID; \
                        left out, the e-mail is looked up";
            self.mistake(id.span(), message, help);
        }
        right.then(|| typed.to_ascii_lowercase())
    }

    /// Where somebody gets their messages: as they say, else in a chat that knows them.
    fn chat_of(&mut self, raw: &raw::Rep) -> Platform {
        let default = self.raw.defaults.rep.chat.as_ref();
        if let Some(chosen) = raw.chat.as_ref().or(default) {
            return platform(*chosen.get_ref());
        }
        let known = |it: &Platform| match it {
            Platform::Slack => raw.slack.is_some(),
            Platform::Teams => raw.teams.is_some(),
        };
        let there: Vec<Platform> = Platform::ALL
            .into_iter()
            .filter(|it| self.has_chat(*it))
            .collect();
        let knows = there.iter().find(|it| known(it));
        // Where both or neither know them, the first.
        let first = knows.or_else(|| there.first());
        first.copied().unwrap_or_default()
    }

    /// Complains of a chat that nobody is connected to.
    fn check_chat(&mut self, chat: Option<&Spanned<raw::Chat>>) {
        if let Some(chat) = chat {
            let chosen = platform(*chat.get_ref());
            self.needs_chat(chosen, chat.span());
        }
    }

    /// Complains if a chat is needed that is not configured.
    pub(super) fn needs_chat(&mut self, platform: Platform, span: Range<usize>) {
        if self.has_chat(platform) {
            return;
        }
        let (name, word) = (platform.name(), platform.word());
        let message = format!("{name} is not set up here");
        let help = format!("add `[{word}]` to the configuration, or choose the other chat");
        self.mistake(span, message, help);
    }

    fn has_chat(&self, platform: Platform) -> bool {
        match platform {
            Platform::Slack => self.raw.slack.is_some(),
            Platform::Teams => self.raw.teams.is_some(),
        }
    }

    pub fn default_zone(&mut self) -> Option<TimeZone> {
        let name = self.raw.defaults.rep.timezone.as_ref()?;
        TimeZone::get(name.get_ref()).ok()
    }

    fn calendar_of(&mut self, raw: &raw::Rep) -> Option<String> {
        if let Some(own) = &raw.calendar {
            self.refuse_leads_hours(own);
            return self.refer(Kind::Calendar, own);
        }
        let default = self.raw.defaults.rep.calendar.as_ref()?;
        Some(default.get_ref().clone())
    }

    /// Nobody works by the clock of whoever writes to them.
    fn refuse_leads_hours(&mut self, name: &Text) {
        let mut calendars = self.raw.calendar.iter();
        let is_leads = calendars.any(|(it, raw)| it.get_ref() == name.get_ref() && is_of_lead(raw));
        if is_leads {
            self.mistake(
                name.span(),
                format!("the hours of `{}` are by each lead's zone", name.get_ref()),
                "give reps a calendar of their own; this one is for an SLA",
            );
        }
    }

    fn stale_of(&mut self, raw: &raw::Rep) -> SignedDuration {
        let own = raw.stale.as_ref();
        let own = own.and_then(|it| self.some_time(it));
        let default = self.raw.defaults.rep.stale.as_ref();
        let default = default.and_then(|it| match it.get_ref().parse() {
            Ok(Period::Time(time)) => Some(time),
            Ok(Period::BusinessDays(_)) | Err(_) => None,
        });
        own.or(default).unwrap_or(TEN_YEARS)
    }

    fn rep_country(&mut self, raw: &raw::Rep) -> Option<String> {
        match (&raw.country, &raw.region) {
            (Some(country), region) => self.country_of(country, region.as_ref()),
            (None, Some(region)) => {
                let help = "add `country = \"DE\"`, or write both in one: `country = \"DE-BY\"`";
                self.mistake(region.span(), "a `region` needs its `country`", help);
                None
            }
            (None, None) => {
                let default = self.raw.defaults.rep.country.as_ref()?;
                Some(default.get_ref().clone())
            }
        }
    }

    /// A country with an optional region: `DE-BE`.
    fn country_of(&mut self, text: &Text, region: Option<&Text>) -> Option<String> {
        let typed = self.filled(text)?;
        let (country, within) = match typed.split_once('-') {
            Some((country, region)) => (country, Some(region)),
            None => (typed, None),
        };
        let country = self.country(&Spanned::new(text.span(), country.to_owned()))?;
        let place = region.map_or(text.span(), Spanned::span);
        let region = region.map(|it| it.get_ref().as_str());
        if let (Some(_), Some(_)) = (within, region) {
            let message = "the region is given twice, here and in `country`";
            self.mistake(place, message, "take one of them out");
            return Some(country);
        }
        let Some(region) = within.or(region) else {
            return Some(country);
        };
        let whole = format!("{country}-{}", region.to_ascii_uppercase());
        if let Err(error @ HolidaysError::UnknownRegion { .. }) = Holidays::of(&whole) {
            let help = "write ISO codes: `DE`, or `DE-BY` with the region";
            self.mistake(place, error.to_string(), help);
        }
        Some(whole)
    }

    fn weight(&mut self, weight: Option<&Spanned<f64>>) -> f64 {
        let Some(weight) = weight else {
            return 1.0;
        };
        let right = *weight.get_ref() > 0.0 && *weight.get_ref() <= 1_000.0;
        if !right {
            let help = "2 is twice the share of 1; `active = false` takes somebody out";
            let message = "a weight is more than 0 and at most 1000";
            self.mistake(weight.span(), message, help);
        }
        if right { *weight.get_ref() } else { 1.0 }
    }

    fn languages(&mut self, texts: &[Text]) -> Vec<String> {
        let known = texts.iter().filter_map(|it| self.language(it));
        known.collect()
    }

    fn cover(&mut self, raw: &raw::Rep) -> Option<RepId> {
        let cover = raw.cover.as_ref()?;
        if cover.get_ref() == raw.id.get_ref() {
            let help = "name a colleague, or take `cover` out";
            self.mistake(cover.span(), "nobody can stand in for themselves", help);
            return None;
        }
        self.refer(Kind::Rep, cover)
    }

    fn caps_of(&mut self, raw: &raw::Rep) -> Caps {
        self.count(raw.pending.as_ref(), TAKE_OUT);
        self.count(raw.capacity.as_ref(), TAKE_OUT);
        let Some(own) = &raw.caps else {
            let default = &self.raw.defaults.rep.caps;
            let most = |it: &Option<Spanned<u32>>| it.as_ref().map(|it| *it.get_ref());
            return Caps {
                hour: most(&default.hour),
                day: most(&default.day),
                week: most(&default.week),
            };
        };
        self.caps(own)
    }

    fn caps(&mut self, raw: &raw::Caps) -> Caps {
        Caps {
            hour: self.count(raw.hour.as_ref(), TAKE_OUT),
            day: self.count(raw.day.as_ref(), TAKE_OUT),
            week: self.count(raw.week.as_ref(), TAKE_OUT),
        }
    }

    /// How long a newcomer's share grows; of whom nobody knows since when they are there, not at all.
    fn ramp_of(&mut self, raw: &raw::Rep, newcomer: bool) -> Option<SignedDuration> {
        if let Some(ramp) = &raw.ramp {
            if raw.from.is_none() {
                let help = "add `from = \"2026-01-01\"`, the first day";
                self.mistake(ramp.span(), "a `ramp` needs a `from`", help);
            }
            return self.some_time(ramp);
        }
        let default = self.raw.defaults.rep.ramp.as_ref()?;
        let time = match default.get_ref().parse() {
            Ok(Period::Time(time)) => Some(time),
            Ok(Period::BusinessDays(_)) | Err(_) => None,
        };
        time.filter(|time| newcomer && !time.is_zero())
    }

    fn employment(
        &mut self,
        raw: &raw::Rep,
        zone: &TimeZone,
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        let from = raw
            .from
            .as_ref()
            .and_then(|it| self.moment(it, zone, false));
        let until = raw
            .until
            .as_ref()
            .and_then(|it| self.moment(it, zone, true));
        if let (Some(first), Some(last), Some(text)) = (from, until, &raw.until)
            && last <= first
        {
            let help = "`until` is the last day, `from` the first; exchange them";
            self.mistake(text.span(), "`until` lies before `from`", help);
        }
        (from, until)
    }
}

pub(super) fn is_slack_id(id: &str) -> bool {
    let right = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit();
    (3..=30).contains(&id.len()) && id.chars().all(right)
}

/// `3f2b1c9a-0000-4000-8000-000000000001`, in small or capital letters.
pub(super) fn is_guid(id: &str) -> bool {
    let right = |(at, it): (usize, u8)| match at {
        8 | 13 | 18 | 23 => it == b'-',
        _ => it.is_ascii_hexdigit(),
    };
    id.len() == 36 && id.bytes().enumerate().all(right)
}

/// Free words, as they were typed.
pub(super) fn words(texts: &[Text]) -> Vec<String> {
    texts.iter().map(|it| it.get_ref().clone()).collect()
}

fn texts(map: &BTreeMap<Text, Text>) -> BTreeMap<String, String> {
    let pairs = map
        .iter()
        .map(|(key, value)| (key.get_ref().clone(), value.get_ref().clone()));
    pairs.collect()
}

fn platform(chat: raw::Chat) -> Platform {
    match chat {
        raw::Chat::Slack => Platform::Slack,
        raw::Chat::Teams => Platform::Teams,
    }
}

fn level(level: Option<raw::Level>) -> Level {
    match level {
        Some(raw::Level::Junior) => Level::Junior,
        Some(raw::Level::Mid) | None => Level::Mid,
        Some(raw::Level::Senior) => Level::Senior,
    }
}

fn role(role: Option<raw::Role>) -> Role {
    match role {
        Some(raw::Role::Rep) | None => Role::Rep,
        Some(raw::Role::Manager) => Role::Manager,
        Some(raw::Role::Admin) => Role::Admin,
    }
}

pub(super) fn turn(turn: raw::Turn) -> Turn {
    match turn {
        raw::Turn::Spent => Turn::Spent,
        raw::Turn::Back => Turn::Back,
    }
}
