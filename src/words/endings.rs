//! How leads ended, in numbers: "Won: 3, 12000 EUR together, 4000 EUR each" and why the others were not.

use super::seen::cut;
use crate::domain::{card::Fact, event::Ending, stats::EndingRow};

/// More reasons than this are not told one by one.
const MOST_REASONS: usize = 5;
const MAX_REASON: usize = 40;

/// What became of leads; nothing as long as none has ended.
#[must_use]
pub fn facts(rows: &[EndingRow]) -> Vec<Fact> {
    let won = lines(rows, Ending::Won).map(|words| super::facts::fact("Won", words));
    let others = [Ending::Lost, Ending::Disqualified, Ending::Duplicate];
    let others: Vec<String> = others
        .into_iter()
        .filter_map(|ending| {
            let label = match ending {
                Ending::Lost => "lost",
                Ending::Disqualified => "dropped",
                Ending::Duplicate => "there already",
                Ending::Won | Ending::Nurture => return None,
            };
            Some(format!("{label} {}", lines(rows, ending)?))
        })
        .collect();
    let not = (!others.is_empty()).then(|| super::facts::fact("Not won", others.join("; ")));
    won.into_iter().chain(not).collect()
}

/// How many, for how much, and why; `None` if there are none.
fn lines(rows: &[EndingRow], ending: Ending) -> Option<String> {
    let rows: Vec<&EndingRow> = rows.iter().filter(|row| row.ending == ending).collect();
    let all: u64 = rows.iter().map(|row| row.n).sum();
    if all == 0 {
        return None;
    }
    let why = reasons(&rows);
    let why = if why.is_empty() {
        why
    } else {
        format!(" ({why})")
    };
    Some(format!("{all}{why}{}", worth(&rows)))
}

/// "price 2, timing 1", the usual ones first.
fn reasons(rows: &[&EndingRow]) -> String {
    let mut counted: Vec<(&str, u64)> = Vec::new();
    for row in rows.iter().filter(|row| !row.reason.is_empty()) {
        match counted.iter_mut().find(|(reason, _)| *reason == row.reason) {
            Some((_, n)) => *n += row.n,
            None => counted.push((&row.reason, row.n)),
        }
    }
    counted.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let said = counted.iter().take(MOST_REASONS);
    let said: Vec<String> = said
        .map(|(reason, n)| format!("{} {n}", cut(reason, MAX_REASON)))
        .collect();
    said.join(", ")
}

/// ", 12000 EUR together, 4000 EUR each" for each kind of money.
fn worth(rows: &[&EndingRow]) -> String {
    let mut sums: Vec<(&str, u64, f64)> = Vec::new();
    for row in rows.iter().filter(|row| row.valued > 0) {
        match sums.iter_mut().find(|(money, ..)| *money == row.currency) {
            Some((_, n, worth)) => {
                *n += row.valued;
                *worth += row.worth;
            }
            None => sums.push((&row.currency, row.valued, row.worth)),
        }
    }
    let said = sums.iter().map(|(money, n, worth)| {
        let together = format!(", {}", amount(*worth, money));
        if *n == 1 {
            return together;
        }
        #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 leads")]
        let each = *worth / *n as f64;
        format!("{together} together, {} each", amount(each, money))
    });
    said.collect()
}

fn amount(value: f64, money: &str) -> String {
    format!("{value:.0} {money}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ending: Ending, reason: &str, n: u64, worth: f64, currency: &str) -> EndingRow {
        EndingRow {
            ending,
            reason: reason.to_owned(),
            currency: currency.to_owned(),
            n,
            valued: if worth > 0.0 { n } else { 0 },
            worth,
        }
    }

    fn told(rows: &[EndingRow]) -> Vec<String> {
        let line = |fact: &Fact| format!("{}: {}", fact.label, fact.value[0].words());
        facts(rows).iter().map(line).collect()
    }

    #[test]
    fn what_was_won_and_why_the_rest_was_not() {
        let rows = [
            row(Ending::Won, "", 2, 9_000.0, "EUR"),
            row(Ending::Won, "", 1, 500.0, "USD"),
            row(Ending::Won, "", 1, 0.0, ""),
            row(Ending::Lost, "", 1, 0.0, ""),
            row(Ending::Lost, "price", 1, 0.0, ""),
            row(Ending::Lost, "timing", 2, 0.0, ""),
            row(Ending::Disqualified, "too small", 4, 0.0, ""),
        ];
        assert_eq!(
            told(&rows),
            [
                "Won: 4, 9000 EUR together, 4500 EUR each, 500 USD",
                "Not won: lost 4 (timing 2, price 1); dropped 4 (too small 4)",
            ]
        );
        assert!(told(&[]).is_empty());
    }
}
