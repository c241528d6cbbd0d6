//! What `/leads turns` answers: who is next in each team, where the reader stands, and their own ledger.
//!
//! ```text
//! enterprise: 1. Jonas Weber, 2. you, 3. Selin Kaya
//! You are second of 3, 0.4 turns behind your share of 40 %.
//! • today 14:05: #4711 offered, +1
//! • yesterday 9:00: went by while you were away and counts as had, +2.3
//! ```

use jiff::Timestamp;

use super::{
    seen::{cut, number_words},
    when::When,
};
use crate::domain::{
    card::{Card, Item, Part, Run},
    id::{RepId, TeamId},
    policy::{Policy, Strategy},
    strategy::EntryWhy,
};

/// More people in line are not named.
const MOST_NAMED: usize = 30;

/// One team's line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Whose.
    pub team: TeamId,
    /// Whether it goes by turn alone.
    pub strategy: Strategy,
    /// Its members as they come next, with how many turns each is behind.
    pub order: Vec<(RepId, f64)>,
    /// The reader's weight; absent: they are not in line.
    pub weight: Option<f64>,
    /// The weight of all.
    pub all: f64,
    /// Turns missed in absences that are still to come back to the reader.
    pub owed: f64,
    /// The reader's own lines, newest first.
    pub own: Vec<Own>,
}

/// One line of somebody's own ledger.
#[derive(Clone, Debug)]
pub struct Own {
    /// When.
    pub at: Timestamp,
    /// By which number people call the lead.
    pub number: Option<i64>,
    /// Why.
    pub why: EntryWhy,
    /// Turns; positive ones count as had.
    pub amount: f64,
}

/// The lines of the reader's teams.
#[must_use]
pub fn turns(lines: &[Line], reader: &RepId, policy: &Policy, when: &When) -> Card {
    if lines.is_empty() {
        return Card::sentence("You are in no team, so you are in no line.");
    }
    let mut parts = vec![Part::Text(vec![Run::bold(
        "Whose turn it is, the next one first",
    )])];
    let mut said = Vec::new();
    for line in lines {
        let team = cut(line.team.as_str(), 40);
        let order = in_order(line, reader, policy);
        let standing = standing(line, reader);
        said.push(format!("{team}: {order}. {standing}"));
        parts.push(Part::Text(vec![
            Run::bold(team),
            Run::plain(format!(": {order}")),
        ]));
        if !standing.is_empty() {
            parts.push(Part::Text(vec![Run::plain(standing)]));
        }
        if !line.own.is_empty() {
            let items = line.own.iter().map(|own| Item {
                text: vec![
                    when.moment(own.at),
                    Run::plain(format!(": {}", own_words(own))),
                ],
                buttons: Vec::new(),
            });
            parts.push(Part::List(items.collect()));
        }
    }
    parts.push(Part::Note(vec![Run::plain(
        "Who is away, out of hours or full is passed over and keeps their place. A plus counts as had; a minus comes back.",
    )]));
    Card {
        summary: format!("Whose turn it is. {}", said.join(" ")),
        parts,
    }
}

/// "1. Jonas Weber, 2. you": names are said to colleagues only.
fn in_order(line: &Line, reader: &RepId, policy: &Policy) -> String {
    if line.order.is_empty() {
        return "nobody".to_owned();
    }
    let named = line.order.iter().take(MOST_NAMED).enumerate();
    let named = named.map(|(at, (rep, _))| {
        let name = if rep == reader {
            "you"
        } else {
            policy.name_of(rep)
        };
        format!("{}. {name}", at + 1)
    });
    let more = line.order.len().saturating_sub(MOST_NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    named.chain(more).collect::<Vec<_>>().join(", ")
}

/// Where the reader stands; empty if they are not in line.
fn standing(line: &Line, reader: &RepId) -> String {
    let place = line.order.iter().position(|(rep, _)| rep == reader);
    let (Some(place), Some(weight)) = (place, line.weight) else {
        return String::new();
    };
    let behind = (line.order[place].1 * 10.0).round() / 10.0;
    let against = match behind {
        0.0 => "level with".to_owned(),
        ahead if ahead < 0.0 => format!("{} ahead of", turns_words(-ahead)),
        behind => format!("{} behind", turns_words(behind)),
    };
    let share = (weight / line.all.max(1e-9) * 100.0).round();
    let mut said = format!(
        "You are number {} of {}, {against} your share of {share} %.",
        place + 1,
        line.order.len()
    );
    if line.owed >= 1.0 {
        let owed = turns_words(line.owed.floor());
        said.push_str(&format!(
            " {owed} missed while you were away will come back one by one."
        ));
    }
    said.push_str(match line.strategy {
        Strategy::RoundRobin => "",
        Strategy::LeastLoaded => {
            " Here it goes by who has the most room first, and by turn among equals."
        }
        Strategy::BestMatch => {
            " Here it goes by who matches a lead best first, and by turn among equals."
        }
        Strategy::TopPerformer => " Here it goes by who wins most first, and by turn among equals.",
    });
    said
}

fn turns_words(turns: f64) -> String {
    let number = number_words((turns * 10.0).round() / 10.0);
    if number == "1" {
        "1 turn".to_owned()
    } else {
        format!("{number} turns")
    }
}

fn own_words(own: &Own) -> String {
    let lead = own
        .number
        .map_or("a lead".to_owned(), |number| format!("#{number}"));
    let what = match own.why {
        EntryWhy::Offered => format!("{lead} was offered to you"),
        EntryWhy::Claimed => format!("you took {lead}"),
        EntryWhy::Declined => format!("you declined {lead}, which costs no turn"),
        EntryWhy::Expired => format!("{lead} moved on unanswered, which costs no turn"),
        EntryWhy::Withdrawn => format!("{lead} was taken back"),
        EntryWhy::ByHand => format!("{lead} was given to you by hand"),
        EntryWhy::Undone => format!("your answer to {lead} was taken back"),
        EntryWhy::Invalid => format!("{lead} turned out to be no lead"),
        EntryWhy::Late => format!("you would have taken {lead}, a little late: the turn came back"),
        EntryWhy::Absence => "went by while you were not there, and counts as had".to_owned(),
        EntryWhy::Baseline => "went by before you joined, and counts as had".to_owned(),
        EntryWhy::CatchUp => "a turn that you missed comes back".to_owned(),
        EntryWhy::Weight => "your share changed; you keep your place".to_owned(),
    };
    let amount = (own.amount * 10.0).round() / 10.0;
    let sign = if amount > 0.0 { "+" } else { "" };
    format!("{what}, {sign}{}", number_words(amount))
}
