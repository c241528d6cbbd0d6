//! Two outcomes of the same leads, lead by lead.

use std::collections::BTreeMap;

use super::{Fate, Outcome};
use crate::domain::id::{RepId, RouteId, TeamId};

/// What is otherwise for one lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'o> {
    /// As it went by the first.
    pub one: &'o Fate,
    /// As it went by the other.
    pub other: &'o Fate,
}

/// From where to where, and how many leads.
pub type Moves = BTreeMap<(String, String), u64>;

/// What two outcomes have apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Versus<'o> {
    /// The leads of which anything is otherwise, in the order of their arrival.
    pub changes: Vec<Change<'o>>,
    /// From which rule to which.
    pub rules: Moves,
    /// From which team to which.
    pub teams: Moves,
    /// From whom to whom.
    pub owners: Moves,
    /// How many are answered in time by the other only, and by the first only.
    pub answered: (u64, u64),
    /// How many are tried in time by the other only, and by the first only.
    pub contacted: (u64, u64),
}

/// Compares what came of the same leads.
#[must_use]
pub fn versus<'o>(one: &'o Outcome, other: &'o Outcome) -> Versus<'o> {
    let mut found = Versus::default();
    for (one, other) in one.fates.iter().zip(&other.fates) {
        let rules = (rule_of(one), rule_of(other));
        let teams = (team_of(one), team_of(other));
        let owners = (owner_of(one), owner_of(other));
        let kept = (one.answered, one.contacted) == (other.answered, other.contacted);
        note(&mut found.answered, one.answered, other.answered);
        note(&mut found.contacted, one.contacted, other.contacted);
        let differs = rules.0 != rules.1 || teams.0 != teams.1 || owners.0 != owners.1;
        for (moves, (from, to)) in [
            (&mut found.rules, rules),
            (&mut found.teams, teams),
            (&mut found.owners, owners),
        ] {
            if from != to {
                *moves.entry((from, to)).or_default() += 1;
            }
        }
        if differs || !kept {
            found.changes.push(Change { one, other });
        }
    }
    found
}

fn note(counts: &mut (u64, u64), one: Option<bool>, other: Option<bool>) {
    match (one, other) {
        (Some(false) | None, Some(true)) => counts.0 += 1,
        (Some(true), Some(false) | None) => counts.1 += 1,
        (Some(true), Some(true)) | (Some(false) | None, Some(false) | None) => {}
    }
}

/// The rule of a lead, or why it met none.
#[must_use]
pub fn rule_of(fate: &Fate) -> String {
    let rule = fate.rule.as_ref().map(RouteId::as_str);
    let rule = rule.or(fate.kept_out.as_deref());
    rule.unwrap_or("no rule").to_owned()
}

/// The team behind a lead.
#[must_use]
pub fn team_of(fate: &Fate) -> String {
    let team = fate.team.as_ref().map(TeamId::as_str);
    team.unwrap_or("no team").to_owned()
}

/// Who had a lead in the end, or where it is instead.
#[must_use]
pub fn owner_of(fate: &Fate) -> String {
    match (fate.owner.as_ref().map(RepId::as_str), &fate.kept_out) {
        (Some(rep), _) => rep.to_owned(),
        (None, Some(_)) => "nobody".to_owned(),
        (None, None) if fate.waits() => "nobody yet".to_owned(),
        (None, None) => fate.state.to_owned(),
    }
}
