//! How the candidates of a decision stood: their place in line, and what they had before them.

use std::collections::BTreeMap;

use super::{Case, choose::Group};
use crate::domain::{
    id::{RepId, TeamId},
    lead::{Load, Passed},
    policy::Rep,
    strategy::Present,
    world::Unfit,
};

impl Case<'_, '_> {
    /// Notes the place in the team's line of those who could take the lead, before the turn is given.
    pub(super) fn note_places(&mut self, group: &Group<'_>, fit: &[&Rep]) {
        let Some(team) = group.team else {
            return;
        };
        let line = self.line(&team.id, fit);
        let places: BTreeMap<&RepId, u32> = line.into_iter().zip(1..).collect();
        let Some(routing) = self.lead.routing.as_mut() else {
            return;
        };
        for candidate in &mut routing.candidates {
            candidate.place = places.get(&candidate.rep).copied();
        }
    }

    fn line<'r>(&self, team: &TeamId, fit: &[&'r Rep]) -> Vec<&'r RepId> {
        let lot = self.lead.number.unsigned_abs();
        let present: Vec<Present<'r>> = fit.iter().map(|rep| self.present(rep)).collect();
        let turns = self.turns.get(team);
        turns.map_or_else(Vec::new, |turns| turns.places(&present, lot))
    }

    /// What somebody with a capacity has before them.
    pub(super) fn load_now(&self, rep: &Rep) -> Option<Load> {
        let capacity = rep.capacity?;
        let open = self.world.reps.get(&rep.id)?.open;
        Some(Load { open, capacity })
    }
}

/// The kind of what speaks against somebody.
pub(super) fn passed(unfit: &Unfit) -> Passed {
    match unfit {
        Unfit::Unknown => Passed::Unknown,
        Unfit::Inactive => Passed::Inactive,
        Unfit::Unreachable => Passed::Unreachable,
        Unfit::Away(_) => Passed::Away,
        Unfit::Closed(_) => Passed::Closed,
        Unfit::Full { .. } => Passed::Full,
        Unfit::Pending(_) => Passed::Pending,
        Unfit::Capped(..) => Passed::Capped,
        Unfit::HadIt => Passed::HadIt,
        Unfit::NotMatching(_) => Passed::NotMatching,
        Unfit::OwnsIt => Passed::OwnsIt,
    }
}
