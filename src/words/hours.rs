//! Working hours that people choose for themselves: the dialog, and what it is answered.

use jiff::{Timestamp, ToSpan};

use super::{actors, seen::cut};
use crate::domain::{
    action::Action,
    calendar::{Calendar, CalendarError},
    card::{Button, Card, Dialog, Input, InputKind, Item, Part, Run},
    event::Actor,
    id::RepId,
    policy::Policy,
};

/// The key of the answer.
pub const HOURS: &str = "hours";
/// Nobody's week needs more characters.
pub const MAX_HOURS: u16 = 300;
/// So many days are shown as they were understood.
const DAYS: i64 = 7;
const EXAMPLE: &str = "Mo-Fr 09:00-12:30,13:30-18:00; Sa 10:00-14:00; PH off";
/// Names of days that people type, and how opening hours write them.
const NAMES: [(&str, &str); 14] = [
    ("monday", "Mo"),
    ("tuesday", "Tu"),
    ("wednesday", "We"),
    ("thursday", "Th"),
    ("friday", "Fr"),
    ("saturday", "Sa"),
    ("sunday", "Su"),
    ("mon", "Mo"),
    ("tue", "Tu"),
    ("wed", "We"),
    ("thu", "Th"),
    ("fri", "Fr"),
    ("sat", "Sa"),
    ("sun", "Su"),
];

/// Somebody's hours.
#[derive(Clone, Copy, Debug)]
pub struct Hours<'a> {
    /// Whose.
    pub rep: &'a RepId,
    /// As chosen in the chat.
    pub own: Option<&'a str>,
    /// As the configuration says; none: always.
    pub configured: Option<&'a str>,
    /// Where they are meant.
    pub zone: &'a str,
}

impl<'a> Hours<'a> {
    /// Those that count.
    fn text(&self) -> &'a str {
        self.own.or(self.configured).unwrap_or("always")
    }
}

/// "Mo-Fr 09:00-18:00; PH off (Europe/Berlin)".
#[must_use]
pub fn line(hours: &Hours<'_>) -> String {
    let text = cut(hours.text(), usize::from(MAX_HOURS));
    let own = if hours.own.is_some() {
        ", your own"
    } else {
        ""
    };
    format!("{text} ({}{own})", hours.zone)
}

/// What was typed, with the dashes and the names of days that phones and people make of them.
#[must_use]
pub fn tidy(text: &str) -> String {
    let dashed = text.trim().replace(['–', '—', '−'], "-");
    let mut tidy = String::new();
    let mut word = String::new();
    for char in dashed.chars().chain([' ']) {
        if char.is_ascii_alphabetic() {
            word.push(char);
            continue;
        }
        let named = NAMES
            .iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name));
        tidy.push_str(named.map_or(word.as_str(), |(_, short)| *short));
        word.clear();
        tidy.push(char);
    }
    tidy.trim_end().to_owned()
}

/// Opens the dialog for the hours of `rep`.
#[must_use]
pub fn button(rep: &RepId) -> Button {
    Button::new(Action::HoursEdit, rep.as_str(), "Working hours…").opening_dialog()
}

/// The dialog.
#[must_use]
pub fn dialog(hours: &Hours<'_>, policy: &Policy, reader: &RepId) -> Dialog {
    let whose = whose(hours.rep, policy, reader);
    let configured = cut(hours.configured.unwrap_or("always"), 200);
    Dialog {
        action: Action::HoursEdit,
        subject: hours.rep.to_string(),
        title: "Working hours".to_owned(),
        submit: "Save".to_owned(),
        parts: vec![Part::Text(vec![Run::plain(format!(
            "New leads come in {whose} hours ({}). They count from now on, in place of those of the configuration: {configured}.",
            hours.zone
        ))])],
        inputs: vec![Input {
            id: HOURS.to_owned(),
            label: "Hours of the week".to_owned(),
            hint: Some(format!(
                "For instance {EXAMPLE}. PH are public holidays. Empty: those of the configuration."
            )),
            kind: InputKind::ShortText { max: MAX_HOURS },
            optional: true,
            initial: hours.own.or(hours.configured).map(str::to_owned),
        }],
    }
}

/// The hours for whoever can't be shown the dialog at once, with the button that opens it.
#[must_use]
pub fn shown(hours: &Hours<'_>, policy: &Policy, reader: &RepId) -> Card {
    let whose = super::seen::begin(&whose(hours.rep, policy, reader));
    let words = format!("{whose} hours are {}.", said(hours));
    Card {
        summary: words.clone(),
        parts: vec![
            Part::Text(vec![Run::plain(words)]),
            Part::Buttons(vec![button(hours.rep)]),
        ],
    }
}

/// They are kept; the coming days as they were understood.
#[must_use]
pub fn kept(
    hours: &Hours<'_>,
    calendar: Option<&Calendar>,
    policy: &Policy,
    reader: &RepId,
    now: Timestamp,
) -> Card {
    let whose = super::seen::begin(&whose(hours.rep, policy, reader));
    let from = if hours.own.is_some() {
        "from now on"
    } else {
        "those of the configuration again"
    };
    let words = format!("{whose} hours, {from}: {}.", said(hours));
    let days = calendar
        .map(|calendar| week(calendar, now))
        .unwrap_or_default();
    let items = days.iter().map(|day| Item {
        text: vec![Run::plain(day.clone())],
        buttons: Vec::new(),
    });
    Card {
        summary: format!("{words} {}", days.join("; ")),
        parts: vec![
            Part::Text(vec![Run::plain(words.clone())]),
            Part::List(items.collect()),
        ],
    }
}

/// Somebody else has changed the reader's hours.
#[must_use]
pub fn told(by: &Actor, hours: &Hours<'_>, policy: &Policy) -> Card {
    let by = actors::name_or_baton(by, policy);
    let words = format!("{by} has changed when you get leads: {}.", said(hours));
    Card {
        summary: words.clone(),
        parts: vec![
            Part::Text(vec![Run::plain(words)]),
            Part::Buttons(vec![button(hours.rep)]),
        ],
    }
}

fn said(hours: &Hours<'_>) -> String {
    format!(
        "{} ({})",
        cut(hours.text(), usize::from(MAX_HOURS)),
        hours.zone
    )
}

/// "your", or "Jonas Weber's".
fn whose(rep: &RepId, policy: &Policy, reader: &RepId) -> String {
    if rep == reader {
        "your".to_owned()
    } else {
        format!("{}'s", policy.name_of(rep))
    }
}

/// "Mon 23 Nov: 09:00 to 12:30, 13:30 to 18:00", for each day of the coming week on which it opens.
fn week(calendar: &Calendar, now: Timestamp) -> Vec<String> {
    let zone = calendar.zone();
    let today = zone.to_datetime(now).date();
    let day = |ahead: i64| {
        let date = today.checked_add(ahead.days()).ok()?;
        let from = zone.to_zoned(date.into()).ok()?.timestamp();
        let to = zone
            .to_zoned(date.tomorrow().ok()?.into())
            .ok()?
            .timestamp();
        let time = |at: Timestamp| match at == to {
            true => "24:00".to_owned(),
            false => zone.to_datetime(at).strftime("%H:%M").to_string(),
        };
        let open = calendar.open_from(from, to).into_iter();
        let open: Vec<String> = open
            .map(|(from, to)| format!("{} to {}", time(from), time(to)))
            .collect();
        (!open.is_empty()).then(|| format!("{}: {}", date.strftime("%a %-d %b"), open.join(", ")))
    };
    (0..DAYS).filter_map(day).collect()
}

/// What can't be read of them.
#[must_use]
pub fn unreadable(error: &CalendarError) -> String {
    format!("I {error}.")
        .replace("I these", "These")
        .replace("I hours", "Hours")
}

/// They are longer than any.
#[must_use]
pub fn too_long() -> String {
    format!("Please use no more than {MAX_HOURS} characters.")
}

/// What is wrong, for whoever typed them.
#[must_use]
pub fn not_kept(wrong: &str) -> String {
    format!("{wrong} Nothing was changed.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_phones_and_people_make_of_hours_is_understood() {
        for (typed, tidied) in [
            ("Mo–Fr 09:00–17:00", "Mo-Fr 09:00-17:00"),
            (
                " Monday-fri 09:00-17:00; PH off ",
                "Mo-Fr 09:00-17:00; PH off",
            ),
            ("Sa,Sun 10:00-14:00", "Sa,Su 10:00-14:00"),
            ("sunset-22:00", "sunset-22:00"),
            ("", ""),
        ] {
            assert_eq!(tidy(typed), tidied);
        }
    }
}
