//! Who may look at a lead. Who may change it is decided by the lead itself.

use crate::domain::{
    id::{RepId, TeamId},
    lead::{Lead, State},
    policy::{Policy, Role},
};

/// Whether a rep may read all about a lead: their own, one they are asked about, one in a queue or
/// pool of their team; a manager also those of the teams they manage, an admin all.
#[must_use]
pub fn may_see(policy: &Policy, rep: &RepId, lead: &Lead) -> bool {
    let Some(person) = policy.reps.get(rep) else {
        return false;
    };
    person.role == Role::Admin
        || lead.owner() == Some(rep)
        || lead.pending().any(|offer| offer.rep == *rep)
        || manages(policy, rep, lead)
        || open_to_team(lead).is_some_and(|team| is_in(policy, rep, team))
}

fn manages(policy: &Policy, rep: &RepId, lead: &Lead) -> bool {
    let planned = lead.plan.as_ref().and_then(|plan| plan.team.as_ref());
    let teams = planned.into_iter().chain(lead.team());
    teams
        .filter_map(|team| policy.team(team))
        .any(|team| team.managers.contains(rep))
}

fn is_in(policy: &Policy, rep: &RepId, team: &TeamId) -> bool {
    policy
        .team(team)
        .is_some_and(|team| team.people().any(|person| person == *rep))
}

/// The team of which everybody may take the lead.
fn open_to_team(lead: &Lead) -> Option<&TeamId> {
    match &lead.state {
        State::Pooled { team, .. } => Some(team),
        State::Queued { team, .. } => team.as_ref(),
        State::Pending
        | State::Offered { .. }
        | State::Review { .. }
        | State::Nurture { .. }
        | State::Owned { .. }
        | State::Closed { .. }
        | State::Disqualified { .. } => None,
    }
}
