//! Whether what the reps of teams were given is in balance: in number, and in worth, intent and burden, against each
//! one's weighted share.

use std::collections::BTreeMap;

use super::{
    id::{RepId, TeamId},
    policy::Policy,
    score::Intent,
};

/// What was put before a rep in a team.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenRow {
    /// In whose turn.
    pub team: TeamId,
    /// Before whom.
    pub rep: RepId,
    /// The word of an intent.
    pub intent: String,
    /// 1: outside of their hours or the clock's.
    pub after_hours: i64,
    /// In which money; `""`: not said.
    pub currency: String,
    /// How many leads.
    pub n: i64,
    /// Those whose deal's worth was said.
    pub valued: i64,
    /// What those are worth together.
    pub worth: f64,
}

/// What one rep was given, beside what all were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Balance {
    /// What is due to them by their weight, 0 to 1, in the teams in which it was given; absences are not taken into
    /// account. `None`: they are in none of these teams.
    pub due: Option<f64>,
    /// Leads put before them.
    pub leads: OfAll,
    /// Those with high intent.
    pub high: OfAll,
    /// Those outside of hours.
    pub after_hours: OfAll,
    /// What the deals may be worth, in the money that most of them are in.
    pub worth: OfAll,
}

/// Something of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OfAll {
    /// Theirs.
    pub of_theirs: f64,
    /// Everybody's.
    pub of_all: f64,
}

impl OfAll {
    /// 0 to 1; `None` of nothing.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.of_all > 0.0).then(|| self.of_theirs / self.of_all)
    }
}

/// Who was given how much.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fairness {
    /// The money in which worth is told; `""`: none.
    pub currency: String,
    /// By rep.
    pub reps: BTreeMap<RepId, Balance>,
}

/// The balance of what these rows tell, under the weights in force.
#[must_use]
pub fn fairness(rows: &[GivenRow], policy: &Policy) -> Fairness {
    let currency = usual_money(rows);
    let mut reps: BTreeMap<RepId, Balance> = BTreeMap::new();
    let mut all = Balance::default();
    for row in rows {
        let one = reps.entry(row.rep.clone()).or_default();
        add(one, row, &currency);
        add(&mut all, row, &currency);
    }
    let due = due(rows, policy, all.leads.of_theirs);
    for (rep, one) in &mut reps {
        one.due = due.get(rep).copied();
        one.leads.of_all = all.leads.of_theirs;
        one.high.of_all = all.high.of_theirs;
        one.after_hours.of_all = all.after_hours.of_theirs;
        one.worth.of_all = all.worth.of_theirs;
    }
    Fairness { currency, reps }
}

fn add(to: &mut Balance, row: &GivenRow, currency: &str) {
    let n = number(row.n);
    to.leads.of_theirs += n;
    if row.intent == Intent::High.word() {
        to.high.of_theirs += n;
    }
    if row.after_hours > 0 {
        to.after_hours.of_theirs += n;
    }
    if row.currency == currency {
        to.worth.of_theirs += row.worth;
    }
}

fn number(n: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 leads")]
    let n = n as f64;
    n
}

/// The money that most of the deals with a worth are in.
fn usual_money(rows: &[GivenRow]) -> String {
    let mut valued: BTreeMap<&str, i64> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.valued > 0) {
        *valued.entry(&row.currency).or_default() += row.valued;
    }
    let most = valued.into_iter().max_by_key(|(_, n)| *n);
    most.map_or_else(String::new, |(currency, _)| currency.to_owned())
}

/// What is due to each: in each team their weight's share of what the team was given.
fn due(rows: &[GivenRow], policy: &Policy, all: f64) -> BTreeMap<RepId, f64> {
    let mut of_teams: BTreeMap<&TeamId, f64> = BTreeMap::new();
    for row in rows {
        *of_teams.entry(&row.team).or_default() += number(row.n);
    }
    let mut due: BTreeMap<RepId, f64> = BTreeMap::new();
    for (team, given) in of_teams {
        let members = policy.team(team).map_or(&[][..], |team| &team.members);
        let weight = |rep: &RepId| policy.reps.get(rep).map_or(0.0, |rep| rep.weight);
        let together: f64 = members.iter().map(weight).sum();
        for rep in members.iter().filter(|_| together > 0.0 && all > 0.0) {
            *due.entry(rep.clone()).or_default() += given / all * weight(rep) / together;
        }
    }
    due
}
