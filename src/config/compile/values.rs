//! Single values: durations, zones, countries, addresses, numbers, secrets, conditions.

use std::{ops::Range, path::PathBuf};

use jiff::{
    SignedDuration, Timestamp,
    civil::Date,
    tz::{self, TimeZone},
};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use toml::Spanned;
use url::Url;

use super::{
    super::{
        Sources,
        raw::{Secret, Text},
    },
    Compiler,
};
use crate::{
    domain::{
        calendar::Period,
        condition::{Condition, Scope},
        suggest,
    },
    intake::{normal, place},
};

/// The longest that anything lasts: what is never over.
pub(super) const TEN_YEARS: SignedDuration = SignedDuration::from_hours(24 * 3_660);

/// What to do about a condition where nothing better is known.
const CONDITIONS: &str = "conditions are CEL: `lead.employees >= 50 && intent == \"high\"`, \
    `lead.country in [\"DE\", \"AT\"]`";

impl Compiler<'_> {
    /// The text; none when a part of it could not be filled in, which was told already.
    pub fn filled<'t>(&self, text: &'t Text) -> Option<&'t str> {
        let known = self.broken && text.get_ref().contains("${");
        (!known).then_some(text.get_ref().as_str())
    }

    /// The text if there is anything in it.
    pub fn said(&mut self, text: &Text, what: &str) -> Option<String> {
        let typed = self.filled(text)?.trim();
        if typed.is_empty() {
            let help = "write it between the quotes, or take the line out";
            self.mistake(text.span(), format!("{what} is empty"), help);
            return None;
        }
        Some(typed.to_owned())
    }

    /// A period of open time or business days.
    pub fn period(&mut self, text: &Text) -> Option<Period> {
        match self.filled(text)?.parse() {
            Ok(period) => Some(period),
            Err(error) => {
                let help = "write a number and its unit: `90s`, `15m`, `4h`, `2h 30m`, or `5bd` for business days";
                self.mistake(text.span(), error.to_string(), help);
                None
            }
        }
    }

    /// A period that is longer than nothing.
    pub fn some_period(&mut self, text: &Text) -> Option<Period> {
        let period = self.period(text)?;
        let nothing = match period {
            Period::Time(time) => time.is_zero(),
            Period::BusinessDays(days) => days == 0,
        };
        if nothing {
            let help = "write for instance `15m`";
            self.mistake(text.span(), "this must be longer than nothing", help);
        }
        (!nothing).then_some(period)
    }

    /// A length of plain time.
    pub fn time(&mut self, text: &Text) -> Option<SignedDuration> {
        match self.period(text)? {
            Period::Time(time) => Some(time),
            Period::BusinessDays(_) => {
                let message = "business days need a calendar, and none is meant here";
                self.mistake(text.span(), message, "write days: `5d`");
                None
            }
        }
    }

    /// A length of plain time that is longer than nothing.
    pub fn some_time(&mut self, text: &Text) -> Option<SignedDuration> {
        let time = self.time(text)?;
        if time.is_zero() {
            let help = "write for instance `15m`";
            self.mistake(text.span(), "this must be longer than nothing", help);
        }
        (!time.is_zero()).then_some(time)
    }

    pub fn zone(&mut self, text: &Text) -> Option<TimeZone> {
        let name = self.filled(text)?;
        if let Ok(zone) = TimeZone::get(name) {
            return Some(zone);
        }
        let known: Vec<String> = tz::db().available().map(|it| it.to_string()).collect();
        let help = match suggest::nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write an IANA name such as `Europe/Berlin`".to_owned(),
        };
        self.mistake(text.span(), format!("no time zone called `{name}`"), help);
        None
    }

    /// The ISO code of a country.
    pub fn country(&mut self, text: &Text) -> Option<String> {
        let typed = self.filled(text)?;
        let known = place::country(typed);
        if let Some(code) = known.filter(|code| code.eq_ignore_ascii_case(typed)) {
            return Some(code.to_owned());
        }
        // Forms write names, and in many languages; what an operator writes is compared as it stands.
        let (message, help) = match known {
            Some(code) => (
                format!("`{typed}` is no country's ISO code"),
                format!("did you mean `{code}`?"),
            ),
            None => (
                format!("no country called `{typed}`"),
                "write an ISO code such as `DE`".to_owned(),
            ),
        };
        self.mistake(text.span(), message, help);
        None
    }

    /// The ISO code of a language.
    pub fn language(&mut self, text: &Text) -> Option<String> {
        let typed = self.filled(text)?;
        let known = place::language(typed).map(str::to_owned);
        if known.is_none() {
            let message = format!("no language called `{typed}`");
            self.mistake(text.span(), message, "write an ISO code such as `de`");
        }
        known
    }

    pub fn email(&mut self, text: &Text) -> Option<String> {
        let typed = self.filled(text)?;
        let email = normal::email(typed).map(|it| it.to_lowercase());
        if email.is_none() {
            let help = "write one address, as in `ayse@example.com`";
            self.mistake(text.span(), format!("`{typed}` is no e-mail address"), help);
        }
        email
    }

    /// An address on the web.
    pub fn url(&mut self, text: &Text) -> Option<Url> {
        let typed = self.filled(text)?;
        let url = Url::parse(typed).ok();
        let url = url.filter(|it| matches!(it.scheme(), "http" | "https") && it.has_host());
        if url.is_none() {
            let help = "write the whole address, such as `https://baton.example.com`";
            // What was filled in may carry a password, so it is not repeated.
            self.mistake(text.span(), "this is no URL", help);
        }
        url
    }

    /// A count that must not be nothing.
    pub fn count(&mut self, number: Option<&Spanned<u32>>, help: &str) -> Option<u32> {
        let number = number?;
        if *number.get_ref() == 0 {
            self.mistake(number.span(), "this must be at least 1", help);
            return None;
        }
        Some(*number.get_ref())
    }

    /// A number that means something.
    pub fn finite(&mut self, number: &Spanned<f64>) -> f64 {
        if !number.get_ref().is_finite() {
            let help = "write an ordinary number, as in `10` or `-5`";
            let message = "this is not a number that can be counted";
            self.mistake(number.span(), message, help);
        }
        *number.get_ref()
    }

    pub fn secret(&mut self, secret: &Spanned<Secret>) -> SecretString {
        if secret.get_ref().expose().trim().is_empty() {
            let help = "with an empty secret everybody could get in";
            self.mistake(secret.span(), "this secret is empty", help);
        }
        secret.get_ref().0.clone()
    }

    /// `secret` or `secrets`, of which one at most is given.
    pub fn secrets(
        &mut self,
        one: Option<&Spanned<Secret>>,
        several: Option<&Spanned<Vec<Spanned<Secret>>>>,
        key: &str,
    ) -> Vec<SecretString> {
        if let (Some(_), Some(several)) = (one, several) {
            let message = format!("`{key}` and `{key}s` are both given");
            let help = format!("put all of them into `{key}s`");
            self.mistake(several.span(), message, help);
        }
        if let Some(several) = several.filter(|it| it.get_ref().is_empty()) {
            let help = format!("give it at least one, or take it out and give `{key}`");
            self.mistake(several.span(), format!("`{key}s` is empty"), help);
        }
        let several = several.into_iter().flat_map(Spanned::get_ref);
        let all: Vec<&Spanned<Secret>> = one.into_iter().chain(several).collect();
        all.into_iter().map(|it| self.secret(it)).collect()
    }

    pub fn condition(&mut self, text: &Text, scope: Scope) -> Option<Condition> {
        let typed = self.filled(text)?;
        match Condition::compile(typed, scope, &self.known.conditions) {
            Ok(condition) => {
                self.asks_win |= condition.asks_win();
                Some(condition)
            }
            Err(mistakes) => {
                for mistake in mistakes {
                    let span = self.sources.within(&text.span(), &mistake.span);
                    let complaint = super::Complaint::mistake(span, mistake.message);
                    let usual = || CONDITIONS.to_owned();
                    let help = mistake.help.unwrap_or_else(usual);
                    self.complaints.push(complaint.help(help));
                }
                None
            }
        }
    }

    /// A day with its time zone's bounds, or a moment: the first moment of it, or its last.
    pub fn moment(&mut self, text: &Text, zone: &TimeZone, end: bool) -> Option<Timestamp> {
        let typed = self.filled(text)?;
        if let Ok(moment) = typed.parse() {
            return Some(moment);
        }
        let day = typed.parse::<Date>().ok();
        let day = day.and_then(|day| if end { day.tomorrow().ok() } else { Some(day) });
        let moment = day.and_then(|day| zone.to_timestamp(day.at(0, 0, 0, 0)).ok());
        if moment.is_none() {
            let help = "write a day, `2026-12-31`, or a moment, `2026-12-31T12:00:00Z`";
            self.mistake(text.span(), format!("`{typed}` is no date"), help);
        }
        moment
    }

    /// The place of a part that was typed within a larger value; else the whole value.
    pub fn part(&self, whole: &Range<usize>, part: &str) -> Range<usize> {
        let at = self.sources.typed(whole).find(part);
        at.map_or_else(
            || whole.clone(),
            |at| whole.start + at..whole.start + at + part.len(),
        )
    }

    /// A text file beside the one in which `span` lies.
    pub fn file(&mut self, name: &str, span: &Range<usize>) -> Option<String> {
        let path = beside(self.sources, name, span);
        match (self.open)(&path) {
            Ok(text) => {
                self.opened.push(Sha256::digest(text.as_bytes()).into());
                Some(text)
            }
            Err(error) => {
                let message = super::super::tree::unreadable(&path, &error);
                let help = "the file is looked for beside this one";
                self.mistake(span.clone(), message, help);
                None
            }
        }
    }
}

/// The path of a file beside the one in which `span` lies.
pub(super) fn beside(sources: &Sources, name: &str, span: &Range<usize>) -> PathBuf {
    let file = sources
        .locate(span)
        .and_then(|(file, _)| file.path.parent());
    file.map_or_else(|| name.into(), |beside| beside.join(name))
}
