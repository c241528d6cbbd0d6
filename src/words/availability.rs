//! What `/away` and `/back` answer.

use jiff::Timestamp;

use super::{
    actors,
    commands::{CommandWords, Topic},
    home,
    seen::cut,
    when::When,
};
use crate::domain::{
    action::Action,
    card::{Button, ButtonStyle, Card, Item, Part, Run},
    event::{Actor, Sign},
    id::RepId,
    phrase::Until,
    policy::Policy,
    world::Unfit,
};

/// More lead numbers than this are only counted.
const MOST_NUMBERS: usize = 10;
const MAX_REASON: usize = 100;

/// An absence, planned or running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// What its button carries.
    pub id: String,
    /// Whose.
    pub rep: RepId,
    /// When it begins.
    pub from: Timestamp,
    /// How it ends.
    pub until: Until,
    /// In the rep's words.
    pub reason: String,
    /// Who stands in.
    pub cover: Option<RepId>,
}

/// What an absence did at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moved<'a> {
    /// Numbers of the leads whose offers moved on.
    pub offers: &'a [i64],
    /// Numbers of the owned leads that nobody had contacted and that went to the cover or team.
    pub owned: &'a [i64],
}

/// Who reads the answer, and the words that they type: Slack keeps `/away` for itself.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// Who reads.
    pub reader: &'a RepId,
    /// The rules in force.
    pub policy: &'a Policy,
    /// Their clock.
    pub when: &'a When,
    /// What they type.
    pub words: &'a CommandWords,
}

/// What an absence of the reader's, or of somebody whom they manage, is answered.
#[must_use]
pub fn away(desk: Desk<'_>, absence: &Absence, moved: Moved<'_>) -> Card {
    let mut said = vec![format!("{}.", span_words(desk, absence))];
    if let Some(cover) = &absence.cover {
        said.push(format!("{} stands in.", desk.policy.name_of(cover)));
    }
    if let Some((count, numbers)) = numbered(moved.offers, "pending offer") {
        said.push(format!("{count} moved on: {numbers}."));
    }
    if let Some((count, numbers)) = numbered(moved.owned, "lead without contact") {
        said.push(format!("{count} handed on: {numbers}."));
    }
    Card::sentence(said.join(" "))
}

/// Another absence that begins before this one is over.
#[must_use]
pub fn also(desk: Desk<'_>, other: &Absence) -> String {
    format!("Also noted: {}.", away_words(desk, other))
}

/// Takes back, for a minute, what an absence has moved on.
#[must_use]
pub fn keep_button(absence: &str, offers: usize) -> Button {
    let (label, spoken) = if offers == 1 {
        (
            "Keep the lead",
            "Take the pending offer back, within a minute",
        )
    } else {
        (
            "Keep the leads",
            "Take the pending offers back, within a minute",
        )
    };
    Button::new(Action::AwayKeep, absence, label).spoken(spoken)
}

/// Ends an absence of the reader's.
#[must_use]
pub fn back_button() -> Button {
    Button::new(Action::AwayEnd, "", "I'm back")
        .styled(ButtonStyle::Primary)
        .spoken("End your absence and get leads again")
}

/// Somebody of the reader's team is away because they have let so many offers in a row go by.
#[must_use]
pub fn silent(absence: &Absence, missed: u32, policy: &Policy, when: &When) -> Card {
    let until = match absence.until {
        Until::At(at) => format!("until {}", when.said_with_zone(at)),
        Until::Back => "until they say that they are back".to_owned(),
    };
    Card::sentence(format!(
        "{} has let {} go by without an answer and has been away since {}, {until}: leads go to others meanwhile. They were told, and can come back by one press.",
        policy.name_of(&absence.rep),
        in_a_row(missed),
        when.said(absence.from),
    ))
}

/// The chat says that the reader is away: shall leads go to others?
#[must_use]
pub fn asked(sign: Sign, text: &str, until: Option<Timestamp>, when: &When) -> Card {
    let said = until.map(|until| format!(" until {}", when.said_with_zone(until)));
    let said = said.unwrap_or_default();
    let says = match sign {
        Sign::Profile => format!("Your profile says “{}”{said}.", cut(text, MAX_REASON)),
        Sign::DoNotDisturb => format!("Slack says do not disturb{said}."),
    };
    let words = format!("{says} Shall new leads go to others meanwhile?");
    let (after, label) = match until {
        Some(until) => (
            when.typed_until(until),
            format!("I'm away until {}", when.said(until)),
        ),
        None => ("until back".to_owned(), "I'm away".to_owned()),
    };
    let buttons = vec![
        Button::new(Action::AwayStart, after, label).styled(ButtonStyle::Primary),
        Button::new(Action::AwayEnd, "", "I'm here").spoken("I'm here and get leads"),
    ];
    let mut card = Card::sentence(words);
    card.parts.push(Part::Buttons(buttons));
    card
}

/// The reader is away because their chat says so.
fn told_believed(sign: Sign, absence: &Absence, when: &When) -> Card {
    let until = match absence.until {
        Until::At(at) => format!("until {}", when.said_with_zone(at)),
        Until::Back => "until it says so no more".to_owned(),
    };
    let words = match sign {
        Sign::Profile => format!(
            "Your profile says “{}”, so you are away {until}: new leads go to others.",
            cut(&absence.reason, MAX_REASON)
        ),
        Sign::DoNotDisturb => {
            format!("Slack says do not disturb {until}, so new leads go to others meanwhile.")
        }
    };
    let mut card = Card::sentence(words);
    card.parts.push(Part::Buttons(vec![back_button()]));
    card
}

fn in_a_row(missed: u32) -> String {
    match missed {
        1 => "an offer".to_owned(),
        some => format!("{some} offers in a row"),
    }
}

/// Baton has made the reader absent, and why.
fn told_silent(absence: &Absence, when: &When) -> Card {
    let until = match absence.until {
        Until::At(at) => format!(", until {} at the latest", when.said_with_zone(at)),
        Until::Back => String::new(),
    };
    let words = format!(
        "You are away now{until}, since there were {}. New leads go to others. Are you there?",
        cut(&absence.reason, MAX_REASON)
    );
    let mut card = Card::sentence(words);
    card.parts.push(Part::Buttons(vec![back_button()]));
    card
}

/// Somebody else has made the reader absent.
#[must_use]
pub fn told_away(absence: &Absence, by: &str, policy: &Policy, when: &When) -> Card {
    if let Some(sign) = Sign::by_word(by) {
        return told_believed(sign, absence, when);
    }
    if by == Actor::Baton.word() {
        return told_silent(absence, when);
    }
    let from = if absence.from > when.now() {
        format!(" from {}", when.said(absence.from))
    } else {
        String::new()
    };
    let until = match absence.until {
        Until::At(at) => format!("until {}", when.said_with_zone(at)),
        Until::Back => "until you are back".to_owned(),
    };
    let reason = cut(&absence.reason, MAX_REASON);
    let reason = if reason.is_empty() {
        reason
    } else {
        format!(": {reason}")
    };
    let cover = absence.cover.as_ref().map_or_else(String::new, |cover| {
        format!(" {} stands in.", policy.name_of(cover))
    });
    let by = actors::name_or_baton(&Actor::by_word(by), policy);
    let words = format!(
        "{by} has noted that you are away{from} {until}{reason}.{cover} New leads go to others meanwhile."
    );
    let mut card = Card::sentence(words);
    let button = if absence.from > when.now() {
        Button::new(Action::AwayCancel, absence.id.as_str(), "Cancel").spoken("Cancel this absence")
    } else {
        back_button()
    };
    card.parts.push(Part::Buttons(vec![button]));
    card
}

/// Somebody else has said that the reader is back.
#[must_use]
pub fn told_back(by: &Actor, policy: &Policy) -> Card {
    let by = actors::name_or_baton(by, policy);
    Card::sentence(format!(
        "{by} has noted that you are back: you get leads again."
    ))
}

/// Somebody else has cancelled an absence of the reader's that had not begun.
#[must_use]
pub fn told_cancelled(
    by: &Actor,
    (from, until): (Timestamp, Until),
    policy: &Policy,
    when: &When,
) -> Card {
    let by = actors::name_or_baton(by, policy);
    let until = match until {
        Until::At(until) => format!(" until {}", when.said_with_zone(until)),
        Until::Back => format!(" ({})", when.zone()),
    };
    Card::sentence(format!(
        "{by} has cancelled your absence from {}{until}: you get leads then.",
        when.said(from)
    ))
}

/// "You are away until Mon 24 Nov 09:00 (Europe/Istanbul)".
fn span_words(desk: Desk<'_>, absence: &Absence) -> String {
    let away = away_words(desk, absence);
    if absence.rep == *desk.reader {
        format!("You are {away}")
    } else {
        format!("{} is {away}", desk.policy.name_of(&absence.rep))
    }
}

/// "away until Mon 24 Nov 09:00 (Europe/Istanbul): dentist".
fn away_words(desk: Desk<'_>, absence: &Absence) -> String {
    let until = match absence.until {
        Until::At(at) => format!("until {}", desk.when.said_with_zone(at)),
        Until::Back if absence.rep == *desk.reader => {
            format!("until you say {}", desk.words.word(Topic::Back))
        }
        Until::Back => format!("until they say {}", desk.words.word(Topic::Back)),
    };
    let from = if absence.from > desk.when.now() {
        format!(" from {}", desk.when.said(absence.from))
    } else {
        String::new()
    };
    let reason = cut(&absence.reason, MAX_REASON);
    let reason = if reason.is_empty() {
        reason
    } else {
        format!(": {reason}")
    };
    format!("away{from} {until}{reason}")
}

/// "2 pending offers" and "#4711, #4712"; nothing for none.
fn numbered(leads: &[i64], what: &str) -> Option<(String, String)> {
    let count = match leads.len() {
        0 => return None,
        1 => format!("1 {what}"),
        some => match what.split_once(' ') {
            Some(("lead", rest)) => format!("{some} leads {rest}"),
            Some(_) | None => format!("{some} {what}s"),
        },
    };
    let mut numbers: Vec<String> = leads
        .iter()
        .take(MOST_NUMBERS)
        .map(|number| format!("#{number}"))
        .collect();
    let more = leads.len().saturating_sub(MOST_NUMBERS);
    if more > 0 {
        numbers.push(format!("and {more} more"));
    }
    Some((count, numbers.join(", ")))
}

/// They are available again: until `extra_until` also outside their hours, or from now on if those start
/// at `opens_at`; unless they are `held` up by something else.
#[must_use]
pub fn back(
    desk: Desk<'_>,
    was_away: bool,
    extra_until: Option<Timestamp>,
    opens_at: Option<Timestamp>,
    held: Option<&Unfit>,
) -> String {
    if let Some(why) = held.and_then(home::held_words) {
        let first = if was_away {
            "Welcome back."
        } else {
            "You were not away."
        };
        return format!("{first} {why}");
    }
    match (extra_until, opens_at) {
        (Some(until), _) => format!(
            "Welcome back. You get leads until {}, also outside your hours.",
            desk.when.said_with_zone(until)
        ),
        (None, Some(opens)) => format!(
            "Welcome back. You get leads from now on, also before your hours start {}.",
            desk.when.said_with_zone(opens)
        ),
        (None, None) if was_away => "Welcome back. You get leads again.".to_owned(),
        (None, None) => "You were not away: you get leads as usual.".to_owned(),
    }
}

/// The absences that run or are planned, each with a button to cancel it.
#[must_use]
pub fn absences(desk: Desk<'_>, all: &[Absence]) -> Card {
    if all.is_empty() {
        let word = desk.words.word(Topic::Away);
        return Card::sentence(format!(
            "No absence is planned. {word} until tomorrow 9am starts one, {word} from 12 Dec to 2 Jan plans one."
        ));
    }
    let items: Vec<Item> = all
        .iter()
        .map(|absence| {
            let words = format!("{}.", span_words(desk, absence));
            let cancel = Button::new(Action::AwayCancel, absence.id.as_str(), "Cancel")
                .spoken(format!("Cancel: {words}"));
            Item {
                text: vec![Run::plain(words)],
                buttons: vec![cancel],
            }
        })
        .collect();
    let said: Vec<&str> = items
        .iter()
        .flat_map(|item| &item.text)
        .map(Run::words)
        .collect();
    Card {
        summary: format!("Absences: {}", said.join(" ")),
        parts: vec![
            Part::Text(vec![Run::bold("Absences, running and planned")]),
            Part::List(items),
        ],
    }
}

/// An absence was taken out.
#[must_use]
pub fn cancelled(desk: Desk<'_>, absence: &Absence) -> String {
    let away = away_words(desk, absence);
    if absence.rep == *desk.reader {
        format!("Cancelled: {away}.")
    } else {
        format!(
            "Cancelled for {}: {away}.",
            desk.policy.name_of(&absence.rep)
        )
    }
}
