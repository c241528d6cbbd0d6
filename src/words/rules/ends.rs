//! Who hears of a lead when the steps of its clock are used up and nobody has it, as the decision itself tells them.

use crate::domain::{
    id::SlaId,
    policy::{Policy, Step, StepAction, Team},
};

/// Who is told each working day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Managers,
    Channel,
    Nobody,
}

impl Told {
    fn of(team: &Team) -> Self {
        match (team.managers.is_empty(), &team.channel) {
            (false, _) => Self::Managers,
            (true, Some(_)) => Self::Channel,
            (true, None) => Self::Nobody,
        }
    }

    fn who(self) -> &'static str {
        match self {
            Self::Managers => "the managers",
            Self::Channel => "the channel",
            Self::Nobody => "nobody",
        }
    }
}

/// What comes after the last of `steps` of a clock: "; from then on the managers are told each working day, of team field
/// the channel". Empty if the last step gives the lead to somebody.
pub(super) fn after_all(policy: &Policy, sla: &SlaId, steps: &[Step]) -> String {
    if ends_with_somebody(steps) {
        return String::new();
    }
    let told: Vec<(&Team, Told)> = teams_under(policy, sla)
        .into_iter()
        .map(|team| (team, Told::of(team)))
        .collect();
    let usual = told.iter().map(|(_, told)| *told).min();
    let usual = usual.unwrap_or(Told::Nobody);
    let mut said = match usual {
        Told::Nobody => "; from then on nobody is told".to_owned(),
        Told::Managers => "; from then on the managers are told each working day".to_owned(),
        Told::Channel => "; from then on the channel is told each working day".to_owned(),
    };
    for (team, told) in told.iter().filter(|(_, told)| *told != usual) {
        let name = policy.team_name(&team.id);
        said.push_str(&format!(", of team {name} {}", told.who()));
    }
    said
}

/// The teams whose leads may run under a clock: those that name it, or to which a rule leads that does; else all.
fn teams_under<'p>(policy: &'p Policy, sla: &SlaId) -> Vec<&'p Team> {
    let of_routes = policy
        .ways()
        .filter(|route| route.sla.as_ref() == Some(sla));
    let of_routes = of_routes.flat_map(|route| {
        let targets = route.to.iter().filter_map(|target| target.team());
        route.team.iter().chain(targets)
    });
    let led_to: Vec<_> = of_routes.collect();
    let names = |team: &&Team| {
        let mut clocks = team.sla.by_type.values().chain(&team.sla.default);
        led_to.contains(&&team.id) || clocks.any(|id| id == sla)
    };
    let named: Vec<&Team> = policy.teams.iter().filter(names).collect();
    if named.is_empty() {
        return policy.teams.iter().collect();
    }
    named
}

/// Whether the last step gives the lead to somebody, or lays it before managers.
fn ends_with_somebody(steps: &[Step]) -> bool {
    steps.last().is_some_and(|step| match step.action {
        StepAction::Assign(_) | StepAction::Review(_) => true,
        StepAction::Remind | StepAction::Reoffer(_) | StepAction::Widen | StepAction::Notify(_) => {
            false
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::policy::{Channel, Rung, Target},
        words::tests::policy,
    };

    fn team(id: &str, like: &Team) -> Team {
        Team {
            id: id.into(),
            name: id.to_owned(),
            ..like.clone()
        }
    }

    /// Three teams: led, with a channel only, with neither.
    fn three() -> Policy {
        let mut rules = policy();
        let led = rules.teams[0].clone();
        let mut field = team("field", &led);
        field.managers.clear();
        field.channel = Some(Channel::Slack("C1".to_owned()));
        let mut night = team("night", &field);
        night.channel = None;
        rules.teams.extend([field, night]);
        rules
    }

    fn said(rules: &Policy) -> String {
        let step = Step {
            after: "15m".parse().unwrap(),
            action: StepAction::Reoffer(Rung::Team),
            repeat: None,
        };
        after_all(rules, &"demo".into(), &[step])
    }

    #[test]
    fn who_is_told_at_the_end_is_said_of_the_teams_whose_clock_it_is() {
        let mut rules = three();
        let all = "; from then on the managers are told each working day, of team field the channel, of team night nobody";
        assert_eq!(said(&rules), all);
        // Teams that name the clock are those under it.
        rules.teams[1].sla.default = Some("demo".into());
        assert_eq!(
            said(&rules),
            "; from then on the channel is told each working day"
        );
        // Those to which a rule leads that names it, too.
        rules.routes[0].sla = Some("demo".into());
        rules.routes[0].to = vec![Target::Team("night".into())];
        assert_eq!(
            said(&rules),
            "; from then on the channel is told each working day, of team night nobody"
        );
        rules.teams[1].sla.default = None;
        assert_eq!(said(&rules), "; from then on nobody is told");
    }
}
