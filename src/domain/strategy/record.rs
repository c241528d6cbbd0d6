//! What somebody has made of their leads lately: won of ended, and how far that can be believed.
//!
//! Two wins of two are luck. Each rep counts as if [`PRIOR`] more of their leads had ended as the
//! team's usually do; each kind of lead, as if so many more had ended as the rep's others do.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::domain::{contact::Field, lead::Lead};

/// How far back endings count.
pub const RECENT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// As many endings, at the rate of others, stand before one's own.
const PRIOR: f64 = 20.0;

/// Wins and endings that a team is believed to have before it has any: one of four.
const FIRST: (f64, f64) = (1.0, 4.0);

/// How leads ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// That many bought.
    pub won: u32,
    /// Of so many.
    pub ended: u32,
}

impl Tally {
    /// The share won, as far as so few can tell: nearer to `usual` the fewer they are.
    #[must_use]
    pub fn rate(self, usual: f64) -> f64 {
        (f64::from(self.won) + PRIOR * usual) / (f64::from(self.ended) + PRIOR)
    }
}

/// How a rep's leads ended lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// All of them.
    pub all: Tally,
    /// Those like the lead in question.
    pub like: Tally,
}

impl Record {
    /// The share of leads like this one that the rep wins, in a team that wins `usual` of its leads.
    #[must_use]
    pub fn rate_like_this(&self, usual: f64) -> f64 {
        self.like.rate(self.all.rate(usual))
    }
}

/// The share that a whole team wins.
#[must_use]
pub fn team_rate<'r>(records: impl Iterator<Item = &'r Record>) -> f64 {
    let (won, ended) = records.fold(FIRST, |(won, ended), record| {
        let all = record.all;
        (won + f64::from(all.won), ended + f64::from(all.ended))
    });
    won / ended
}

/// How leads ended in the last year, whoever had them: what `score.win` goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Odds {
    /// All of them.
    pub all: Tally,
    /// Those that are alike, by their [`likeness`].
    pub like: BTreeMap<String, Tally>,
}

impl Odds {
    /// The share won of leads like this one, whose type is known; nearer to that of all the fewer they are.
    #[must_use]
    pub fn of(&self, lead: &Lead) -> f64 {
        let all = Record {
            all: self.all,
            ..Record::default()
        };
        let like = self.like.get(&likeness(lead)).copied().unwrap_or_default();
        like.rate(team_rate([&all].into_iter()))
    }
}

/// What leads must share to be alike: source, type and segment.
#[must_use]
pub fn likeness(lead: &Lead) -> String {
    let size = lead.contact.number(Field::Employees);
    format!("{}|{}|{}", lead.source, lead.lead_type, segment(size))
}

/// A company's size as a segment.
fn segment(employees: Option<f64>) -> &'static str {
    match employees {
        None => "?",
        Some(few) if few <= 10.0 => "1-10",
        Some(some) if some <= 50.0 => "11-50",
        Some(_) => "51+",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(won: u32, ended: u32) -> Record {
        let all = Tally { won, ended };
        Record {
            all,
            like: Tally::default(),
        }
    }

    #[test]
    fn two_lucky_wins_make_no_star() {
        let (lucky, star, usual) = (record(2, 2), record(12, 30), record(20, 100));
        let team = team_rate([&lucky, &star, &usual].into_iter());
        assert!(star.all.rate(team) > lucky.all.rate(team));
        assert!(lucky.all.rate(team) < 0.4, "{}", lucky.all.rate(team));
    }

    #[test]
    fn who_has_ended_nothing_is_as_good_as_the_team() {
        let (new, old) = (record(0, 0), record(30, 100));
        let team = team_rate([&new, &old].into_iter());
        assert!((new.all.rate(team) - team).abs() < 1e-9);
        assert!((new.rate_like_this(team) - team).abs() < 1e-9);
    }

    #[test]
    fn leads_are_alike_by_source_type_and_size() {
        let mut lead = Lead::new(
            "lead_1".into(),
            1,
            "web".into(),
            jiff::Timestamp::UNIX_EPOCH,
        );
        lead.lead_type = "demo".to_owned();
        for (employees, expected) in [
            (None, "web|demo|?"),
            (Some(10.0), "web|demo|1-10"),
            (Some(50.0), "web|demo|11-50"),
            (Some(51.0), "web|demo|51+"),
        ] {
            if let Some(employees) = employees {
                let number = crate::domain::contact::FieldValue::Number(employees);
                lead.contact.set(Field::Employees, number);
            }
            assert_eq!(likeness(&lead), expected);
        }
    }
}
