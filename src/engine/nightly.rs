//! Each morning the steps of the coming week are walked with people as they are: absences, hours
//! that they chose, and who is not reached.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

use super::{Engine, Error, outages::tell};
use crate::{
    domain::{
        event::{Deserted, Notice},
        id::{RepId, TeamId},
        policy::{Policy, Team},
    },
    rules::walk::{self, Standings, Unheard},
    store::reps::{self, Absence},
};

/// From this hour of its zone on a team's managers hear of it, once a day.
const MORNING: i8 = 6;
/// After this hour it waits for the next day.
const NOON: i8 = 12;

impl Engine {
    /// Tells the managers of each team in whose zone it is morning which steps of its clocks would reach nobody in the
    /// coming week because somebody is away, keeps other hours or can't be reached; once a week as long as it is the same people. Returns
    /// of how many teams there is something to say.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn look_ahead(&self) -> Result<usize, Error> {
        let now = self.clock.now();
        let rules = self.rules();
        let zone_of = |team: &TeamId| {
            let team = rules.policy.team(team);
            team.map_or(TimeZone::UTC, Team::zone)
        };
        let is_morning = |team: &TeamId| {
            let hour = zone_of(team).to_datetime(now).hour();
            (MORNING..NOON).contains(&hour)
        };
        if !rules.policy.teams.iter().any(|team| is_morning(&team.id)) {
            return Ok(0);
        }
        let standings = self.standings(now).await?;
        if !rules.policy.reps.keys().any(|rep| standings.differs(rep)) {
            return Ok(0);
        }
        let mut of_teams: BTreeMap<TeamId, Vec<Deserted>> = BTreeMap::new();
        for unheard in walk::walk_as_they_are(&rules, &standings, now) {
            if is_morning(&unheard.team) {
                let theirs = of_teams.entry(unheard.team.clone()).or_default();
                theirs.push(deserted(unheard));
            }
        }
        let count = of_teams.len();
        self.db
            .write(async |mut tx| {
                for (team, clocks) in &of_teams {
                    let week = zone_of(team).to_datetime(now).date().iso_week_date();
                    let notice = Notice::NobodyThere {
                        team: team.clone(),
                        clocks: clocks.clone(),
                    };
                    let missing = missing(&rules.policy, team, &standings);
                    let (year, week) = (week.year(), week.week());
                    let key = format!("nobody-there:{team}:{year}-{week}:{missing}");
                    let managers = self.managers_of(|of| of == team);
                    tell(&mut tx, &managers, &key, None, &notice, now).await?;
                }
                Ok(count)
            })
            .await
    }

    /// How people are in the coming weeks, as far as it is known.
    async fn standings(&self, now: Timestamp) -> Result<Standings, Error> {
        self.db
            .read(async |mut tx| {
                let mut standings = Standings::default();
                for known in reps::all(&mut tx).await? {
                    if known.unreachable_at.is_some() {
                        standings.unreachable.insert(known.id.clone());
                    }
                    let profile = known.profile();
                    standings.profiles.insert(known.id, profile);
                }
                let people: Vec<RepId> = self.rules().policy.reps.keys().cloned().collect();
                for (rep, absences) in reps::absences_ahead(&mut tx, &people, now).await? {
                    let until = |it: &Absence| it.until_at.unwrap_or(Timestamp::MAX);
                    let times = absences.iter().map(|it| (it.from_at, until(it)));
                    standings.away.insert(rep, times.collect());
                }
                Ok(standings)
            })
            .await
    }
}

/// Who of a team's people is not there as the configuration says.
fn missing(policy: &Policy, team: &TeamId, standings: &Standings) -> String {
    let team = policy.team(team).into_iter();
    let people = team.flat_map(|team| team.people().chain(team.managers.iter().cloned()));
    let missing: BTreeSet<String> = people
        .filter(|rep| standings.differs(rep))
        .map(|rep| rep.to_string())
        .collect();
    missing.into_iter().collect::<Vec<_>>().join(" ")
}

fn deserted(unheard: Unheard) -> Deserted {
    Deserted {
        sla: unheard.sla,
        steps: unheard.steps.into_iter().map(|step| step.action).collect(),
        arrivals: unheard.arrivals,
    }
}
