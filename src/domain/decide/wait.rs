//! Leads that nobody can take now: they wait for the next moment at which somebody can.

use jiff::Timestamp;

use super::{Case, choose::Group};
use crate::domain::{
    event::{Audible, Notice, Say},
    id::{RepId, TeamId},
    lead::{State, Waiting},
    plan::Plan,
    policy::{Rung, Target},
    world::Unfit,
};

impl<'w> Case<'_, 'w> {
    /// Asks everybody whose turn has come already: somebody may be free now.
    pub(super) fn try_again(&mut self) {
        if !self.lead.is_waiting() {
            return;
        }
        if !self.try_everybody() {
            self.look_ahead();
        }
    }

    /// Asks everybody whose turn has come by now; whether somebody took it.
    fn try_everybody(&mut self) -> bool {
        let behind: Vec<Rung> = self
            .lead
            .plan
            .iter()
            .flat_map(Plan::rungs_behind)
            .cloned()
            .collect();
        self.try_people() || behind.iter().any(|rung| self.try_rung(rung))
    }

    /// Works out anew when a waiting lead has its next chance.
    pub(super) fn look_ahead(&mut self) {
        let again_at = self.next_chance();
        if let State::Queued {
            waiting: Some(waiting),
            ..
        } = &mut self.lead.state
        {
            waiting.again_at = again_at;
        }
    }

    /// Nobody ahead can take it. Somebody behind may be there again by now; else it waits in the queue,
    /// and the managers are told once for the cause.
    pub(super) fn wait(&mut self) {
        if self.try_everybody() {
            return;
        }
        let team = self.team_or_first().map(|team| team.id.clone());
        let again_at = self.next_chance();
        self.lead.state = State::Queued {
            team: team.clone(),
            waiting: Some(Waiting { again_at }),
        };
        let Some(team) = team else { return };
        let cause = format!("nobody:{team}");
        let key = format!("nobody:{team}:{}", self.lead.epoch);
        self.tell_managers(
            &team,
            &key,
            Some(cause),
            &Notice::NobodyFree { team: team.clone() },
        );
    }

    pub(super) fn tell_managers(
        &mut self,
        team: &TeamId,
        key: &str,
        cause: Option<String>,
        notice: &Notice,
    ) {
        let managers = self
            .policy()
            .team(team)
            .map(|team| team.managers.clone())
            .unwrap_or_default();
        for rep in managers {
            let cause = cause.clone();
            self.say(Say {
                key: format!("{key}:{rep}"),
                to: Audible::Rep(rep),
                cause,
                notice: notice.clone(),
            });
        }
    }

    /// The next moment at which the calendars know that somebody could take it.
    pub(super) fn next_chance(&self) -> Option<Timestamp> {
        let targets = self.targets();
        let asked = targets.iter().flat_map(|target| match target {
            Target::Team(team) | Target::Pool { team, .. } => {
                let team = self.policy().team(team);
                let own = team.map(|team| Group {
                    reps: team.members.clone(),
                    team: Some(team),
                });
                let closed = team.and_then(|team| self.when_closed(team));
                own.into_iter().chain(closed).collect()
            }
            Target::Rep(_) | Target::AccountOwner | Target::PreviousOwner => {
                vec![self.group_of(target)]
            }
            Target::Queue { .. }
            | Target::Review(_)
            | Target::Nurture(_)
            | Target::Disqualify(_) => Vec::new(),
        });
        let rungs = self
            .lead
            .plan
            .iter()
            .flat_map(Plan::rungs_behind)
            .filter_map(|rung| self.group_on(rung));
        let groups: Vec<Group<'_>> = asked.chain(rungs).collect();
        let moments = groups
            .iter()
            .flat_map(|group| self.consider(group))
            .filter_map(|one| {
                let person = self.world.reps.get(&one.rep.id)?;
                one.unfit?.ends_at(one.rep, person, self.now)
            });
        let closing = targets.iter().filter_map(|target| self.closes_at(target));
        moments.chain(closing).filter(|at| *at > self.now).min()
    }

    /// When the last of a target's team goes out of hours, if somebody else could take it then.
    fn closes_at(&self, target: &Target) -> Option<Timestamp> {
        let (Target::Team(team) | Target::Pool { team, .. }) = target else {
            return None;
        };
        let team = self.policy().team(team)?;
        let instead = self.consider(&self.when_closed(team)?);
        if instead.iter().all(|one| one.unfit.is_some()) {
            return None;
        }
        let closes = |rep: &RepId| {
            let person = self.world.reps.get(rep)?;
            let unfit = person.unfit(self.policy().reps.get(rep)?, self.now);
            let there = unfit.is_none_or(|why| !why.is_gone() && !matches!(why, Unfit::Closed(_)));
            there.then(|| person.closes_at(self.now))
        };
        // Whoever never closes keeps the team open.
        let closes: Option<Vec<Timestamp>> = team.members.iter().filter_map(closes).collect();
        closes?.into_iter().max()
    }
}
