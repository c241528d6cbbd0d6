//! Each morning the steps of the coming week are walked with people as they are: absences, hours that they chose, and who
//! is not reached. What managers have read on Friday is not said again; only what came up since then.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan, Zoned, civil::Weekday};

use super::{Engine, Error, outages::tell};
use crate::{
    domain::{
        coverage::Span,
        event::{Deserted, Notice},
        id::RepId,
        policy::{Rep, StepAction, Team},
    },
    rules::{
        Rules,
        walk::{self, Standings, Unheard, Walked},
    },
    store::{
        outbox,
        reps::{self, Absence, Dated, KnownRep},
    },
};

/// From this hour of its zone on a team's managers hear of it, once a day.
const MORNING: i8 = 6;
/// After this hour it waits for the next day.
const NOON: i8 = 12;

/// What is known of people for the coming weeks.
pub(super) struct Ahead {
    known: Vec<KnownRep>,
    absences: BTreeMap<RepId, Vec<Absence>>,
    dated: BTreeMap<RepId, Dated>,
    /// Those whose last day lies in the coming weeks.
    leaving: BTreeSet<RepId>,
}

impl Ahead {
    /// How people are in the coming weeks, by what was known at that moment.
    pub(super) fn standings(&self, then: Timestamp) -> Standings {
        let lost = |rep: &&KnownRep| rep.unreachable_at.is_some_and(|at| at <= then);
        let lost = self.known.iter().filter(lost);
        let profiles = self.known.iter().map(|rep| {
            let mut profile = rep.profile();
            profile.hours = profile.hours.filter(|_| self.chose_by(&rep.id, then));
            (rep.id.clone(), profile)
        });
        let unknown = |rep: &&RepId| !self.left_by(rep, then);
        let away = self.absences.iter().map(|(rep, absences)| {
            let made = absences.iter().filter(|it| it.made_at <= then);
            let until = |it: &Absence| it.until_at.unwrap_or(Timestamp::MAX);
            let times = made.map(|it| (it.from_at, until(it)));
            (rep.clone(), times.collect::<Vec<Span>>())
        });
        Standings {
            away: away.filter(|(_, times)| !times.is_empty()).collect(),
            unreachable: lost.map(|rep| rep.id.clone()).collect(),
            profiles: profiles.collect(),
            stay: self.leaving.iter().filter(unknown).cloned().collect(),
            leaving: self.leaving.clone(),
        }
    }

    /// Whether the hours that somebody chose were theirs then.
    fn chose_by(&self, rep: &RepId, then: Timestamp) -> bool {
        let chosen = self.dated.get(rep).and_then(|it| it.hours_at);
        chosen.is_none_or(|at| at <= then)
    }

    /// Whether it was known then that somebody would leave.
    fn left_by(&self, rep: &RepId, then: Timestamp) -> bool {
        let noted = self.dated.get(rep).and_then(|it| it.leaving_noted_at);
        noted.is_none_or(|at| at <= then)
    }
}

impl Engine {
    /// Tells the managers of each team in whose zone it is morning which steps of its clocks would reach nobody in the
    /// coming week because somebody is away, keeps other hours or can't be reached; once a week as long as it is the same
    /// people, and nothing of what they have read on Friday. Returns of how many teams there is something to say.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn look_ahead(&self) -> Result<usize, Error> {
        let now = self.clock.now();
        let rules = self.rules();
        let teams = rules.policy.teams.iter();
        let teams = teams.map(|team| (team, now.to_zoned(team.zone())));
        let morning = teams.filter(|(_, there)| (MORNING..NOON).contains(&there.hour()));
        let morning: Vec<(&Team, Zoned)> = morning.collect();
        if morning.is_empty() {
            return Ok(0);
        }
        let ahead = self.people_ahead(now).await?;
        let standings = ahead.standings(now);
        if !rules.policy.reps.keys().any(|rep| standings.differs(rep)) {
            return Ok(0);
        }
        let mut count = 0;
        for (team, there) in morning {
            let before = match self.forecast_read(&rules, team, &there).await? {
                Some(then) => ahead.standings(then),
                None => standings.as_written(),
            };
            let span = (now, self.until_forecast(&there));
            let clocks = deserted(&rules, team, (&before, &standings), span);
            if !clocks.is_empty() {
                let missing = missing(team, &standings);
                self.tell_deserted(team, clocks, &missing, &there).await?;
                count += 1;
            }
        }
        Ok(count)
    }

    async fn tell_deserted(
        &self,
        team: &Team,
        clocks: Vec<Deserted>,
        missing: &str,
        there: &Zoned,
    ) -> Result<(), Error> {
        let week = there.date().iso_week_date();
        let (team, year, week) = (&team.id, week.year(), week.week());
        let key = format!("nobody-there:{team}:{year}-{week}:{missing}");
        let managers = self.managers_of(|of| of == team);
        let notice = Notice::NobodyThere {
            team: team.clone(),
            clocks,
        };
        let now = there.timestamp();
        self.db
            .write(async |mut tx| tell(&mut tx, &managers, &key, None, &notice, now).await)
            .await
    }

    /// When every manager of a team had read what the present week or the coming one is like.
    async fn forecast_read(
        &self,
        rules: &Rules,
        team: &Team,
        there: &Zoned,
    ) -> Result<Option<Timestamp>, Error> {
        let monday = monday_after(there);
        let past = monday
            .checked_sub(1.week())
            .unwrap_or_else(|_| monday.clone());
        let now = there.timestamp();
        let managers = team.managers.iter();
        let managers = managers.filter_map(|rep| rules.policy.reps.get(rep));
        let managers = managers.filter(|rep| rep.is_employed(now));
        let mut read: Option<Timestamp> = None;
        for manager in managers {
            let mut last = None;
            for monday in [&monday, &past] {
                let key = super::forecast::key(monday.date());
                let told = self
                    .db
                    .read(async |mut tx| outbox::told_at(&mut tx, &manager.id, &key).await);
                last = last.max(told.await?);
            }
            let Some(last) = last else {
                return Ok(None);
            };
            read = Some(read.map_or(last, |read| read.min(last)));
        }
        Ok(read)
    }

    /// Until when leads are thought of that come in: what is told of today still is left to that.
    fn until_forecast(&self, there: &Zoned) -> Timestamp {
        let (_, week) = walk::week_from(there.timestamp());
        let forecast = self.rules().policy.forecast;
        let today = |day: Weekday| there.weekday() == day;
        match forecast.filter(|it| today(it.weekday) && there.time() < it.time) {
            Some(_) => week.min(monday_after(there).timestamp()),
            None => week,
        }
    }

    /// What is known of people from `now` on.
    pub(super) async fn people_ahead(&self, now: Timestamp) -> Result<Ahead, Error> {
        let rules = self.rules();
        let people: Vec<RepId> = rules.policy.reps.keys().cloned().collect();
        let weeks = now..walk::horizon(walk::week_from(now));
        let leaves = |rep: &&Rep| rep.until.is_some_and(|until| weeks.contains(&until));
        let leaving = rules.policy.reps.values().filter(leaves);
        let leaving: BTreeSet<RepId> = leaving.map(|rep| rep.id.clone()).collect();
        self.db
            .read(async |mut tx| {
                Ok(Ahead {
                    known: reps::all(&mut tx).await?,
                    absences: reps::absences_ahead(&mut tx, &people, now).await?,
                    dated: reps::dated(&mut tx).await?,
                    leaving: leaving.clone(),
                })
            })
            .await
    }
}

/// The steps of a team's clocks that reach nobody with people as they are, and did as they were before.
pub(super) fn deserted(
    rules: &Rules,
    team: &Team,
    standings: (&Standings, &Standings),
    span: Span,
) -> Vec<Deserted> {
    let of = |unheard: Unheard| Deserted {
        sla: unheard.sla,
        steps: actions(unheard.steps),
        arrivals: unheard.arrivals,
    };
    let unheard = walk::unheard_since(rules, team, standings, span);
    unheard.into_iter().map(of).collect()
}

/// What the steps do, each once, however often a clock does it.
fn actions(steps: Vec<Walked>) -> Vec<StepAction> {
    let mut actions: Vec<StepAction> = Vec::new();
    for step in steps {
        if !actions.contains(&step.action) {
            actions.push(step.action);
        }
    }
    actions
}

/// The beginning of the coming week.
fn monday_after(there: &Zoned) -> Zoned {
    let ahead = i64::from(Weekday::Monday.since(there.weekday()));
    let ahead = if ahead == 0 { 7 } else { ahead };
    let monday = there.checked_add(ahead.days());
    let midnight = monday.and_then(|monday| monday.start_of_day());
    midnight.unwrap_or_else(|_| there.clone())
}

/// Who of a team's people is not there as the configuration says.
fn missing(team: &Team, standings: &Standings) -> String {
    let people = team.people().chain(team.managers.iter().cloned());
    let missing: BTreeSet<String> = people
        .filter(|rep| standings.differs(rep))
        .map(|rep| rep.to_string())
        .collect();
    missing.into_iter().collect::<Vec<_>>().join(" ")
}
