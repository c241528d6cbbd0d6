//! In numbers: why offers were declined, which rules' leads people keep giving to others, and whether what the reps of
//! a team were given is in balance.

use super::seen::cut;
use crate::domain::{
    card::{Column, Table},
    fairness::{Balance, OfAll},
    reasons::{Move, Reasons, is_questioned},
};

/// More reasons than this are not told one by one.
const MOST_REASONS: usize = 5;
const MAX_REASON: usize = 40;

/// "Too busy now 4, Not my territory 3"; `label` gives a reason's words.
#[must_use]
pub fn declined(reasons: &Reasons, label: &dyn Fn(&str) -> String) -> Option<String> {
    let said = reasons.declined.iter().take(MOST_REASONS);
    let mut said: Vec<String> = said
        .map(|(reason, n)| format!("{} {n}", cut(&label(reason), MAX_REASON)))
        .collect();
    let more = reasons.declined.iter().skip(MOST_REASONS);
    let more: u64 = more.map(|(_, n)| n).sum();
    if more > 0 {
        said.push(format!("others {more}"));
    }
    (!said.is_empty()).then(|| said.join(", "))
}

/// "12 of 30".
#[must_use]
pub fn by_hand(reasons: &Reasons, routed: u64) -> String {
    let of = routed.max(reasons.overridden);
    if of == 0 {
        return "–".to_owned();
    }
    format!("{} of {of}", reasons.overridden)
}

/// "12 of 30 leads of hot-but-small were given to somebody else by hand, mostly from sdr to enterprise: perhaps the
/// rule is wrong." Nothing as long as that is rare.
#[must_use]
pub fn questioned(rule: &str, reasons: &Reasons, routed: u64) -> Option<String> {
    let of = routed.max(reasons.overridden);
    is_questioned(reasons.overridden, of).then(|| {
        let mostly = reasons.mostly().map_or_else(String::new, |way| {
            format!(", mostly {}", way_words(way))
        });
        format!(
            "{} of {of} leads of {} were given to somebody else by hand{mostly}: perhaps the rule is wrong.",
            reasons.overridden,
            cut(rule, 60)
        )
    })
}

fn way_words(way: &Move) -> String {
    let team = |id: &str| {
        if id.is_empty() {
            "nobody".to_owned()
        } else {
            cut(id, 60)
        }
    };
    match (way.from.as_str(), way.to.as_str()) {
        (from, "") => format!("given back by {}", team(from)),
        (from, to) if from == to => format!("within {}", team(to)),
        (from, to) => format!("from {} to {}", team(from), team(to)),
    }
}

/// How the table of what everybody was given is to be read.
pub const BALANCE: &str = "What was put before whom in the turns of teams, each as a share of all: due is by weight, \
    absences not taken into account; after hours is outside of their hours or the clock's.";

/// The balance of what everybody was given.
#[must_use]
pub fn balance(rows: &[(String, Balance)], currency: &str) -> Table {
    let number = |label: String| Column {
        label,
        number: true,
    };
    let money = match currency {
        "" => "Worth".to_owned(),
        currency => format!("Worth {}", cut(currency, 3)),
    };
    let labels = ["Due", "Leads", "High intent", &money, "After hours"];
    let name = Column {
        label: "Rep".to_owned(),
        number: false,
    };
    let columns = std::iter::once(name).chain(labels.map(|label| number(label.to_owned())));
    let rows: Vec<Vec<String>> = rows.iter().map(|(name, one)| row(name, one)).collect();
    // A column in which nothing stands only takes room, of which Teams has little.
    let shown = |at: usize| rows.iter().any(|row| row[at] != dash());
    let kept = |cells: &Vec<String>| {
        let cells = cells.iter().enumerate().filter(|(at, _)| shown(*at));
        cells.map(|(_, cell)| cell.clone()).collect()
    };
    let columns = columns.enumerate().filter(|(at, _)| shown(*at));
    Table {
        columns: columns.map(|(_, column)| column).collect(),
        rows: rows.iter().map(kept).collect(),
    }
}

fn row(name: &str, one: &Balance) -> Vec<String> {
    let due = one.due.map_or_else(dash, percent);
    let share = |part: OfAll| part.share().map_or_else(dash, percent);
    vec![
        cut(name, 24),
        due,
        share(one.leads),
        share(one.high),
        share(one.worth),
        share(one.after_hours),
    ]
}

/// A row of that table as a sentence, since a table is read to nobody.
#[must_use]
pub fn balance_spoken(name: &str, one: &Balance) -> String {
    let share = |part: OfAll, of: &str| Some(format!("{} of {of}", percent(part.share()?)));
    let given = [
        share(one.leads, "the leads"),
        share(one.high, "those with high intent"),
        share(one.worth, "the worth"),
        share(one.after_hours, "those after hours"),
    ];
    let given: Vec<String> = given.into_iter().flatten().collect();
    let due = one.due.map(|due| format!("due {}, ", percent(due)));
    format!(
        "{}: {}given {}.",
        cut(name, 24),
        due.unwrap_or_default(),
        given.join(", ")
    )
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn dash() -> String {
    "–".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(ways: &[(&str, &str, u64)]) -> Reasons {
        let moves = ways.iter().map(|(from, to, n)| Move {
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            n: *n,
        });
        let moves: Vec<Move> = moves.collect();
        Reasons {
            overridden: moves.iter().map(|way| way.n).sum(),
            moves,
            ..Reasons::default()
        }
    }

    #[test]
    fn a_rule_that_people_work_around_is_named() {
        let say = |ways: &[(&str, &str, u64)], of| {
            questioned("hot", &moved(ways), of).unwrap_or_default()
        };
        for (ways, said) in [
            (
                &[("sdr", "enterprise", 9), ("sdr", "sdr", 3)][..],
                "12 of 30 leads of hot were given to somebody else by hand, mostly from sdr to enterprise: perhaps the \
                 rule is wrong.",
            ),
            (
                &[("sdr", "sdr", 8)],
                "8 of 30 leads of hot were given to somebody else by hand, mostly within sdr: perhaps the rule is wrong.",
            ),
            (
                &[("sdr", "", 8), ("", "sdr", 8)],
                "16 of 30 leads of hot were given to somebody else by hand: perhaps the rule is wrong.",
            ),
            (&[("sdr", "", 4)], ""),
        ] {
            assert_eq!(say(ways, 30), said);
        }
    }
}
