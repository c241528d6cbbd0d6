//! Who may see and do what with a command: a rep for themselves, a manager for the teams that name them in
//! `managers`, an admin for all.

use crate::domain::{
    id::{RepId, TeamId},
    lead::{Lead, State},
    policy::{Policy, Role, Team},
};

/// How much somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Their own.
    Own,
    /// Also that of these teams.
    Teams(Vec<TeamId>),
    /// Everything.
    All,
}

/// How much `who` may see of leads and numbers that are not their own.
#[must_use]
pub fn sight(policy: &Policy, who: &RepId) -> Sight {
    if is_admin(policy, who) {
        return Sight::All;
    }
    let managed = policy
        .teams
        .iter()
        .filter(|team| team.managers.contains(who));
    let managed: Vec<TeamId> = managed.map(|team| team.id.clone()).collect();
    if managed.is_empty() {
        Sight::Own
    } else {
        Sight::Teams(managed)
    }
}

/// The teams for which `who` decides.
#[must_use]
pub fn managed(policy: &Policy, who: &RepId) -> Vec<TeamId> {
    match sight(policy, who) {
        Sight::Own => Vec::new(),
        Sight::Teams(teams) => teams,
        Sight::All => policy.teams.iter().map(|team| team.id.clone()).collect(),
    }
}

/// Whether `who` may act for `rep` and see their numbers: themselves, a manager of a team they are in, an admin.
#[must_use]
pub fn manages(policy: &Policy, who: &RepId, rep: &RepId) -> bool {
    let both = |team: &Team| team.managers.contains(who) && is_in(team, rep);
    who == rep || is_admin(policy, who) || policy.teams.iter().any(both)
}

/// Whether `who` may see the numbers of `team`.
#[must_use]
pub fn sees_team(policy: &Policy, who: &RepId, team: &TeamId) -> bool {
    match sight(policy, who) {
        Sight::Own => false,
        Sight::Teams(teams) => teams.contains(team),
        Sight::All => true,
    }
}

/// Whether `who` finds this lead: their own, those of the teams they manage, an admin all.
#[must_use]
pub fn finds(policy: &Policy, who: &RepId, lead: &Lead) -> bool {
    let own = lead.owner() == Some(who) || lead.pending().any(|offer| offer.rep == *who);
    own || match sight(policy, who) {
        Sight::Own => false,
        Sight::Teams(teams) => lead.team().is_some_and(|team| teams.contains(team)),
        Sight::All => true,
    }
}

/// The teams whose queue `who` may take from.
#[must_use]
pub fn queues(policy: &Policy, who: &RepId) -> Vec<TeamId> {
    let all = is_admin(policy, who);
    let theirs = policy.teams.iter().filter(|team| all || is_in(team, who));
    theirs.map(|team| team.id.clone()).collect()
}

/// Whether a rep may read all about a lead: their own, one they are asked about, one in a queue or
/// pool of their team; a manager also those of the teams they manage, an admin all.
#[must_use]
pub fn may_see(policy: &Policy, rep: &RepId, lead: &Lead) -> bool {
    policy.reps.contains_key(rep)
        && (lead.owner() == Some(rep)
            || lead.pending().any(|offer| offer.rep == *rep)
            || policy.manages(rep, lead)
            || open_to_team(lead).is_some_and(|team| is_in_team(policy, rep, team)))
}

fn is_in_team(policy: &Policy, rep: &RepId, team: &TeamId) -> bool {
    policy.team(team).is_some_and(|team| is_in(team, rep))
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

fn is_admin(policy: &Policy, who: &RepId) -> bool {
    policy
        .reps
        .get(who)
        .is_some_and(|rep| rep.role == Role::Admin)
}

fn is_in(team: &Team, rep: &RepId) -> bool {
    team.people().any(|person| person == *rep)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lead::Routing;
    use crate::domain::policy::{
        AbsenceCredit, Level, Rep, Strategy, TeamSla, TurnRule, WhenClosed,
    };

    fn rep(id: &str, role: Role) -> Rep {
        Rep {
            id: id.into(),
            name: id.to_owned(),
            email: String::new(),
            slack: None,
            teams: None,
            chat: crate::domain::policy::Platform::Slack,
            level: Level::Mid,
            role,
            timezone: None,
            country: None,
            weight: 1.0,
            languages: Vec::new(),
            territories: Vec::new(),
            skills: Vec::new(),
            functions: Vec::new(),
            cover: None,
            external: Default::default(),
            calendar: None,
            pending: None,
            missed: None,
            caps: Default::default(),
            capacity: None,
            stale: jiff::SignedDuration::ZERO,
            active: true,
            from: None,
            until: None,
            ramp: None,
        }
    }

    fn team(id: &str, members: &[&str], managers: &[&str]) -> Team {
        let people = |ids: &[&str]| ids.iter().map(|id| RepId::from(*id)).collect();
        Team {
            id: id.into(),
            name: id.to_owned(),
            members: people(members),
            managers: people(managers),
            named: usize::MAX,
            groups: Vec::new(),
            backups: Vec::new(),
            channel: None,
            timezone: None,
            strategy: Strategy::RoundRobin,
            prefer: Vec::new(),
            share: None,
            held: None,
            filter: None,
            when_closed: WhenClosed::Wait,
            sla: TeamSla::default(),
            turns: TurnRule {
                absence: AbsenceCredit::Average,
                ..TurnRule::default()
            },
        }
    }

    /// Ann and Ben in `one` under Max, Cem in `two` under nobody; Ada is admin; Zoe is called a manager, of no team.
    fn policy() -> Policy {
        let roles = [
            ("ann", Role::Rep),
            ("ben", Role::Rep),
            ("cem", Role::Rep),
            ("max", Role::Rep),
        ];
        let others = [("ada", Role::Admin), ("zoe", Role::Manager)];
        let reps = roles
            .into_iter()
            .chain(others)
            .map(|(id, role)| (RepId::from(id), rep(id, role)));
        Policy {
            reps: reps.collect(),
            teams: vec![
                team("one", &["ann", "ben"], &["max"]),
                team("two", &["cem"], &[]),
            ],
            ..Policy::default()
        }
    }

    #[test]
    fn each_command_is_for_those_whom_it_concerns() {
        let policy = policy();
        // Who; /away and /back for and /leadstats of Ann, Ben, Cem; /leadstats one, two; /leads queue.
        let rows = [
            ("ann", [true, false, false], [false, false], &["one"][..]),
            ("cem", [false, false, true], [false, false], &["two"]),
            ("max", [true, true, false], [true, false], &["one"]),
            ("zoe", [false, false, false], [false, false], &[]),
            ("ada", [true, true, true], [true, true], &["one", "two"]),
            ("stranger", [false, false, false], [false, false], &[]),
        ];
        for (who, reps, teams, queue) in rows {
            let who = RepId::from(who);
            assert_eq!(
                ["ann", "ben", "cem"].map(|rep| manages(&policy, &who, &rep.into())),
                reps,
                "{who}"
            );
            assert_eq!(
                ["one", "two"].map(|team| sees_team(&policy, &who, &team.into())),
                teams,
                "{who}"
            );
            let theirs = queues(&policy, &who);
            assert_eq!(
                theirs.iter().map(TeamId::as_str).collect::<Vec<_>>(),
                queue,
                "{who}"
            );
        }
    }

    #[test]
    fn reviews_and_searches_reach_as_far_as_somebody_sees() {
        let policy = policy();
        let in_team_one = |owner: &str| {
            let mut lead = Lead::new(
                "lead_1".into(),
                1,
                "site".into(),
                jiff::Timestamp::UNIX_EPOCH,
            );
            lead.state = State::Owned {
                rep: owner.into(),
                offer: "offer_1".into(),
            };
            lead.routing = Some(Routing {
                team: Some("one".into()),
                ..Routing::default()
            });
            lead
        };
        for (who, sees, of_ann) in [
            ("ann", Sight::Own, true),
            ("ben", Sight::Own, false),
            ("cem", Sight::Own, false),
            ("max", Sight::Teams(vec!["one".into()]), true),
            ("zoe", Sight::Own, false),
            ("ada", Sight::All, true),
        ] {
            let who = RepId::from(who);
            assert_eq!(sight(&policy, &who), sees, "{who}");
            assert_eq!(finds(&policy, &who, &in_team_one("ann")), of_ann, "{who}");
        }
    }
}
