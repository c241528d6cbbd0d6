//! People who take no leads any more: taken out of the configuration, switched off in it, or past their last day. What
//! waits for their answer goes on at once; what they own is offered to others little by little, the most urgent first.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
};

use jiff::{SignedDuration, Timestamp};

use super::{Engine, Error, apply::address};
use crate::{
    domain::{
        event::{Audible, Event, Gone, Notice, Say},
        id::{LeadId, RepId, TeamId},
        lead::Lead,
        policy::Policy,
        score::Intent,
    },
    store::{
        Tx, leads,
        outbox::{self, Said},
        reps,
    },
};

/// How often each colleague in a lead's team may be asked for one of the leads of somebody who has left.
const PACE: SignedDuration = SignedDuration::from_mins(1);

/// Somebody who takes no leads any more, and what becomes of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Who.
    pub rep: RepId,
    /// As they are called.
    pub name: String,
    /// Unanswered offers that went on at once.
    pub asked: usize,
    /// Leads that they own, and that are offered to others one after the other.
    pub owned: usize,
    /// When the last of these is.
    pub until: Timestamp,
}

impl Engine {
    /// Notes who is in the configuration and who no longer takes leads: offers to those go on at once, and what they own
    /// is offered to others in turn. Returns whose leads move.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn note_people(&self) -> Result<Vec<Left>, Error> {
        let now = self.clock.now();
        let rules = self.rules();
        let left = self
            .db
            .write(async |mut tx| {
                let mut left = Vec::new();
                for (rep, name) in who_left(&mut tx, &rules.policy, now).await? {
                    let one = self.moves(&mut tx, &rep, name, now).await?;
                    left.extend(one);
                }
                Ok::<_, Error>(left)
            })
            .await?;
        self.left_noted
            .store(now.as_microsecond(), Ordering::Relaxed);
        Ok(left)
    }

    /// Notes whose last day is over since that was looked at; mostly nobody's, which costs nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn note_last_days(&self) -> Result<usize, Error> {
        let now = self.clock.now();
        let noted = self.left_noted.load(Ordering::Relaxed);
        let rules = self.rules();
        let over = |until: Timestamp| until <= now && until.as_microsecond() > noted;
        if !rules
            .policy
            .reps
            .values()
            .any(|rep| rep.until.is_some_and(over))
        {
            return Ok(0);
        }
        let left = self.note_people().await?;
        Ok(left.iter().map(|one| one.asked + one.owned).sum())
    }

    /// Moves what somebody who has left had; `None` if that is nothing.
    async fn moves(
        &self,
        tx: &mut Tx,
        rep: &RepId,
        name: String,
        now: Timestamp,
    ) -> Result<Option<Left>, Error> {
        let mut teams = BTreeSet::new();
        let asked = self.pass_on_all(tx, rep, Gone::Removed, now).await?;
        teams.extend(asked.iter().filter_map(|lead| lead.team().cloned()));
        let owned = self.owned_still(tx, rep).await?;
        let mut places: BTreeMap<Option<TeamId>, usize> = BTreeMap::new();
        let mut until = now;
        for lead in &owned {
            let team = lead.team().cloned();
            let place = places.entry(team.clone()).or_default();
            let at = now + PACE * self.wave(*place, team.as_ref(), rep, now);
            *place += 1;
            until = until.max(at);
            teams.extend(team);
            let rep = rep.clone();
            let leaves = Event::OwnerLeaves { rep, at };
            self.decide_stored(tx, &lead.id, leaves, now).await?;
        }
        if asked.is_empty() && owned.is_empty() {
            return Ok(None);
        }
        let left = Left {
            rep: rep.clone(),
            name,
            asked: asked.len(),
            owned: owned.len(),
            until,
        };
        self.tell_of(tx, &left, &teams, now).await?;
        Ok(Some(left))
    }

    /// What somebody owns and is not to give up yet: those who want most first, then the oldest.
    async fn owned_still(&self, tx: &mut Tx, rep: &RepId) -> Result<Vec<Lead>, Error> {
        let ids: Vec<LeadId> = leads::owned_by(tx, rep).await?;
        let mut owned = Vec::new();
        for id in ids {
            let lead = leads::get(tx, &id).await?;
            owned.extend(lead.filter(|lead| lead.leaves_at.is_none()));
        }
        let urgency = |lead: &Lead| match lead.intent {
            Intent::High => 0,
            Intent::Medium => 1,
            Intent::Low => 2,
        };
        owned.sort_by_key(|lead| (urgency(lead), lead.created_at, lead.number));
        Ok(owned)
    }

    /// In which minute the lead of this place goes on: each colleague gets one a minute.
    fn wave(&self, place: usize, team: Option<&TeamId>, left: &RepId, now: Timestamp) -> i32 {
        let rules = self.rules();
        let team = team.and_then(|team| rules.policy.team(team));
        let colleagues = team.map_or(1, |team| {
            let there = |id: &&RepId| {
                let rep = rules.policy.reps.get(*id);
                *id != left && rep.is_some_and(|rep| rep.is_employed(now))
            };
            team.members.iter().filter(there).count()
        });
        i32::try_from(place / colleagues.max(1)).unwrap_or(i32::MAX)
    }

    /// Tells the managers of these teams, once.
    async fn tell_of(
        &self,
        tx: &mut Tx,
        left: &Left,
        teams: &BTreeSet<TeamId>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rules = self.rules();
        let teams = teams.iter().filter_map(|team| rules.policy.team(team));
        let managers: BTreeSet<&RepId> = teams.flat_map(|team| &team.managers).collect();
        for manager in managers.into_iter().filter(|manager| **manager != left.rep) {
            let say = Say {
                key: format!("left:{}:{}", left.rep, now.as_microsecond()),
                to: Audible::Rep(manager.clone()),
                cause: None,
                notice: Notice::Left {
                    rep: left.rep.clone(),
                    name: left.name.clone(),
                    asked: left.asked,
                    owned: left.owned,
                    until: left.until,
                },
            };
            let (to, bundle) = (address(&say.to), rules.policy.bundle);
            let said = Said::of_rep(&left.rep, &to, &say, bundle);
            outbox::say(tx, &[said], now).await?;
        }
        Ok(())
    }
}

/// Who takes no leads any more, with their names; marks who is in the configuration and who is not.
async fn who_left(
    tx: &mut Tx,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<(RepId, String)>, Error> {
    let mut left = Vec::new();
    for known in reps::all(tx).await? {
        if !policy.reps.contains_key(&known.id) && reps::gone(tx, &known.id, now).await? {
            let name = known.name.filter(|name| !name.is_empty());
            let name = name.unwrap_or_else(|| known.id.to_string());
            left.push((known.id, name));
        }
    }
    for rep in policy.reps.values() {
        reps::here(tx, &rep.id).await?;
        reps::leaving(tx, &rep.id, rep.until, now).await?;
        if rep.has_left(now) {
            left.push((rep.id.clone(), rep.name.clone()));
        }
    }
    Ok(left)
}
