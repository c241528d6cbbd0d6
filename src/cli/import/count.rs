//! What became of a list, added up and said.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    app::import::{Fate, Outcome},
    cli::shown::{Paint, Table},
};

/// So many reasons are said; there may be as many as rows.
const MOST_REASONS: usize = 10;

/// How many rows became what.
#[derive(Debug, Default)]
pub struct Count {
    leads: u64,
    joined: u64,
    again: u64,
    filtered: u64,
    rejected: u64,
    /// Why rows were rejected or filtered, and what was wrong with others.
    problems: BTreeMap<String, u64>,
    /// Where leads would go: rule and team.
    ways: BTreeMap<(String, String), u64>,
}

impl Count {
    /// Counts what became of a row.
    pub fn add(&mut self, outcome: &Outcome) {
        let counted = match outcome.fate {
            Fate::Lead => &mut self.leads,
            Fate::Joined => &mut self.joined,
            Fate::Again => &mut self.again,
            Fate::Filtered => &mut self.filtered,
            Fate::Rejected => &mut self.rejected,
        };
        *counted += 1;
        for problem in &outcome.problems {
            *self.problems.entry(problem.clone()).or_default() += 1;
        }
    }

    /// Counts where a lead would go.
    pub fn add_way(&mut self, rule: &str, team: &str) {
        let way = (rule.to_owned(), team.to_owned());
        *self.ways.entry(way).or_default() += 1;
    }

    fn rows(&self) -> u64 {
        self.leads + self.joined + self.again + self.filtered + self.rejected
    }

    /// For people: `would` if nothing was done.
    pub fn in_words(&self, would: bool, paint: Paint) -> String {
        let (leads, joined, filtered) = if would {
            (
                "would be leads",
                "would join known leads",
                "would be filtered",
            )
        } else {
            ("leads made", "joined known leads", "filtered")
        };
        let lines = [
            (self.leads, leads),
            (self.joined, joined),
            (self.again, "brought in before, so left alone"),
            (self.filtered, filtered),
            (self.rejected, "can't be used"),
        ];
        let width = grouped(self.rows()).len();
        let mut said = String::new();
        for (count, what) in lines {
            if count > 0 || what == leads {
                said.push_str(&format!("{:>width$} {what}\n", grouped(count)));
            }
        }
        if !self.problems.is_empty() {
            said.push_str(&format!("\n{}\n", paint.strong("What was wrong")));
        }
        for (problem, count) in self.commonest().take(MOST_REASONS) {
            said.push_str(&format!("{:>width$} {problem}\n", grouped(*count)));
        }
        let more = self.problems.len().saturating_sub(MOST_REASONS);
        if more > 0 {
            said.push_str(&format!("{:>width$} and {more} other reasons\n", ""));
        }
        said + &self.ways_in_words(paint)
    }

    fn ways_in_words(&self, paint: Paint) -> String {
        if self.ways.is_empty() {
            return String::new();
        }
        let row = |((rule, team), count): (&(String, String), &u64)| {
            vec![rule.clone(), team.clone(), grouped(*count)]
        };
        let table = Table {
            head: ["Rule", "Team", "leads"].map(str::to_owned).to_vec(),
            rows: self.ways.iter().map(row).collect(),
        };
        format!("\n{}", table.render(paint))
    }

    fn commonest(&self) -> impl Iterator<Item = (&String, &u64)> {
        let mut all: Vec<_> = self.problems.iter().collect();
        all.sort_by_key(|(problem, count)| (std::cmp::Reverse(**count), (*problem).clone()));
        all.into_iter()
    }

    /// For programs.
    pub fn as_json(&self) -> Value {
        let way = |((rule, team), count): (&(String, String), &u64)| json!({"rule": rule, "team": team, "leads": count});
        json!({
            "rows": self.rows(),
            "leads": self.leads,
            "joined": self.joined,
            "again": self.again,
            "filtered": self.filtered,
            "rejected": self.rejected,
            "problems": self.problems,
            "routes": self.ways.iter().map(way).collect::<Vec<_>>(),
        })
    }
}

/// `1 row`, `12,000 rows`.
pub fn rows(many: usize) -> String {
    match many {
        1 => "1 row".to_owned(),
        many => format!("{} rows", grouped(many as u64)),
    }
}

/// `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut said = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(fates: &[(Fate, &[&str])]) -> Count {
        let mut count = Count::default();
        for (fate, problems) in fates {
            count.add(&Outcome {
                fate: *fate,
                problems: problems.iter().map(|it| (*it).to_owned()).collect(),
            });
        }
        count
    }

    #[test]
    fn what_became_of_a_list_is_said_the_commonest_trouble_first() {
        let mut count = count(&[
            (Fate::Lead, &[]),
            (Fate::Lead, &["email is not an e-mail address"]),
            (Fate::Joined, &[]),
            (
                Fate::Rejected,
                &["no e-mail and no phone", "email is not an e-mail address"],
            ),
        ]);
        count.add_way("hot", "sdr");
        count.add_way("hot", "sdr");
        insta::assert_snapshot!(count.in_words(true, Paint::plain()), @r"
        2 would be leads
        1 would join known leads
        1 can't be used

        What was wrong
        2 email is not an e-mail address
        1 no e-mail and no phone

        Rule  Team  leads
        hot    sdr      2
        ");
    }

    #[test]
    fn large_numbers_can_be_read() {
        assert_eq!(rows(1), "1 row");
        assert_eq!(rows(999), "999 rows");
        assert_eq!(rows(1_234_567), "1,234,567 rows");
    }
}
