//! Loading what a decision looks at: the people of the teams concerned, and nobody else.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Engine, Error, sitting::Sitting};
use crate::{
    domain::{
        id::{RepId, TeamId},
        lead::{Lead, State},
        policy::{Caps, Policy, Rep, Strategy, Team},
        world::{RepNow, World},
    },
    rules::Rules,
    store::{
        Tx, records,
        reps::{self, Status, Wanted},
    },
};

impl Engine {
    /// What a decision about `lead` looks at; the turns of the teams are the sitting's, lent until it is over.
    pub(super) async fn world<'r>(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        rules: &'r Rules,
        lead: &Lead,
        teams: &[TeamId],
        now: Timestamp,
    ) -> Result<World<'r>, Error> {
        let people = if teams.is_empty() {
            Vec::new()
        } else {
            people_of(&rules.policy, lead, teams)
        };
        let mut reps = self
            .reps_for(tx, sitting, rules, (lead, &people), now)
            .await?;
        // Somebody may have named another one to stand in for them this time.
        let named = reps
            .values()
            .filter_map(|one| one.away.as_ref()?.cover.clone());
        let missing: Vec<RepId> = named.filter(|cover| !reps.contains_key(cover)).collect();
        if !missing.is_empty() {
            let covers = self.reps_for(tx, sitting, rules, (lead, &missing), now);
            reps.extend(covers.await?);
        }
        if by_record(&rules.policy, teams) {
            for (rep, record) in records::lately(tx, &people, lead, now).await? {
                if let Some(person) = reps.get_mut(&rep) {
                    person.record = record;
                }
            }
        }
        Ok(World {
            policy: &rules.policy,
            reps,
            turns: sitting.lend_turns(teams),
            clocks: rules,
            previous_owner: lead.previous_owner.clone(),
            chance: self.clock.chance(now),
        })
    }

    /// How these people stand now, with as much of what they carry as a decision about `lead` asks for. One that waits
    /// goes to nobody who has many unanswered offers.
    pub(super) async fn reps_for(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        rules: &Rules,
        (lead, people): (&Lead, &[RepId]),
        now: Timestamp,
    ) -> Result<BTreeMap<RepId, RepNow>, Error> {
        let unknown = sitting.unknown(people);
        sitting.know(self.reps_as(tx, rules, &unknown, &[], now).await?);
        let mut reps = sitting.known(people);
        let paced = lead.is_waiting();
        let wanted: Vec<Wanted> = people
            .iter()
            .filter_map(|id| rules.policy.reps.get(id))
            .filter_map(|rep| wanted(rep, &rules.policy, paced, now))
            .collect();
        let limited = wanted.iter().map(|one| &one.rep);
        let by_its_team = |rep: &RepId| is_in_one_team(&rules.policy, rep);
        sitting.keep(tx, limited, by_its_team).await?;
        for (rep, load) in sitting.loads(tx, wanted, now).await? {
            if let Some(person) = reps.get_mut(&rep) {
                person.pending = load.pending;
                person.open = load.open;
                person.offered = load.offered;
            }
        }
        Ok(reps)
    }

    /// How these people stand now, with what limits of theirs ask for.
    pub(super) async fn reps_now(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        people: &[RepId],
        now: Timestamp,
    ) -> Result<BTreeMap<RepId, RepNow>, Error> {
        let reps = people.iter().filter_map(|id| rules.policy.reps.get(id));
        let wanted = reps.filter_map(|rep| wanted(rep, &rules.policy, false, now));
        let wanted: Vec<Wanted> = wanted.collect();
        self.reps_as(tx, rules, people, &wanted, now).await
    }

    /// How these people stand now, with what is `wanted` of each counted.
    pub(super) async fn reps_as(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        people: &[RepId],
        wanted: &[Wanted],
        now: Timestamp,
    ) -> Result<BTreeMap<RepId, RepNow>, Error> {
        if people.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut status = reps::status(tx, people, wanted, now).await?;
        let mut reps = BTreeMap::new();
        for rep in people.iter().filter_map(|id| rules.policy.reps.get(id)) {
            let Status {
                profile,
                extra_until,
                unreachable,
                away,
                load,
            } = status.remove(&rep.id).unwrap_or_default();
            let hours = rules.hours_of(rep, &profile);
            reps.insert(
                rep.id.clone(),
                RepNow {
                    away,
                    extra_until,
                    unreachable,
                    pending: load.pending,
                    open: load.open,
                    offered: load.offered,
                    ..RepNow::idle(hours, rep.zone(&profile))
                },
            );
        }
        Ok(reps)
    }
}

/// Whether one team, and no other, may ask somebody.
fn is_in_one_team(policy: &Policy, rep: &RepId) -> bool {
    let asks = |team: &&Team| team.people().any(|one| one == *rep);
    policy.teams.iter().filter(asks).count() == 1
}

/// What has to be counted of a rep: no more than a limit or a strategy asks for, mostly nothing.
fn wanted(rep: &Rep, policy: &Policy, paced: bool, now: Timestamp) -> Option<Wanted> {
    let counts = rep.capacity.is_some() || by_load(policy, &rep.id) || held(policy, &rep.id);
    let capped = rep.caps != Caps::default();
    (counts || capped || paced || rep.pending.is_some()).then(|| Wanted {
        rep: rep.id.clone(),
        open_since: counts.then(|| now.checked_sub(rep.stale).unwrap_or(Timestamp::MIN)),
        offered: capped,
    })
}

/// Whether somebody's team looks at how much its people carry.
fn by_load(policy: &Policy, rep: &RepId) -> bool {
    policy
        .teams
        .iter()
        .any(|team| policy.gives_out_by(Strategy::LeastLoaded, team) && team.members.contains(rep))
}

/// Whether one of these teams goes by how leads ended.
fn by_record(policy: &Policy, teams: &[TeamId]) -> bool {
    let mut teams = teams.iter().filter_map(|team| policy.team(team));
    let by_record = [Strategy::BestMatch, Strategy::TopPerformer];
    teams.any(|team| {
        let mut asked = by_record.into_iter();
        asked.any(|strategy| policy.gives_out_by(strategy, team))
    })
}

/// Whether somebody's open leads limit what they take from a queue.
fn held(policy: &Policy, rep: &RepId) -> bool {
    let mut teams = policy.teams.iter();
    teams.any(|team| team.held.is_some() && team.people().any(|one| one == *rep))
}

fn people_of(policy: &Policy, lead: &Lead, teams: &[TeamId]) -> Vec<RepId> {
    let of_teams = teams
        .iter()
        .filter_map(|team| policy.team(team))
        .flat_map(Team::people);
    let of_offers = lead
        .offers
        .iter()
        .filter(|offer| offer.is_pending())
        .map(|offer| offer.rep.clone());
    let by_name = policy.reps_targeted(lead);
    // Who had a lead that may come back is asked first, whatever team they are in.
    let asleep = !lead.is_open() || matches!(lead.state, State::Nurture { .. });
    let earlier = lead.previous_owner.iter().filter(|_| asleep);
    let covers = earlier
        .clone()
        .filter_map(|rep| policy.reps.get(rep)?.cover.as_ref());
    let stood_in = lead.stood_in_for().map(|(owner, _)| owner.clone());
    let by_name = by_name
        .into_iter()
        .chain(stood_in)
        .chain(earlier.chain(covers).cloned());
    let all: BTreeSet<RepId> = of_teams.chain(of_offers).chain(by_name).collect();
    all.into_iter().collect()
}
