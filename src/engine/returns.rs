//! Coming back: what came while somebody was away, told when they say so or when the absence is over.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

use super::{Engine, Error};
use crate::{
    domain::{
        event::{Actor, FactKind, Told},
        id::{LeadId, RepId, TeamId},
        lead::Lead,
        policy::{Profile, Rep},
    },
    store::{
        Tx, facts, leads, outbox,
        reps::{self, Absence},
    },
};

/// More leads than this are only counted.
const MOST: usize = 200;
/// Of so many own leads it is looked what became of them meanwhile.
const MOST_LOOKED_AT: usize = 50;

/// What came while somebody was away, and what waits for them now.
#[derive(Clone, Debug)]
pub struct Meanwhile {
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// How many leads came to each of their teams.
    pub came: BTreeMap<TeamId, i64>,
    /// What was theirs, or was offered to them, and went to others.
    pub covered: Vec<Lead>,
    /// What is theirs and moved on without them, with what happened last.
    pub moved: Vec<(Lead, FactKind)>,
    /// What they are asked for and what they own.
    pub waiting: Vec<Lead>,
    /// What they could take from the queue.
    pub queue: usize,
}

impl Engine {
    /// What came in an absence of somebody's up to `now`, as it is now.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn meanwhile(&self, absence: &Absence, now: Timestamp) -> Result<Meanwhile, Error> {
        let rep = &absence.rep;
        let from = absence.from_at;
        let until = absence.until_at.map_or(now, |until| until.min(now));
        let teams = self.teams_as_member(rep);
        self.db
            .read(async |mut tx| {
                let tx = &mut tx;
                let covered = covered(tx, rep, (from, until)).await?;
                let waiting = leads::of_rep(tx, rep, MOST).await?;
                Ok(Meanwhile {
                    from,
                    until,
                    came: leads::came(tx, &teams, (from, until)).await?,
                    moved: moved(tx, &waiting, rep, from).await?,
                    covered,
                    waiting,
                    queue: leads::queue(tx, &teams, MOST).await?.len(),
                })
            })
            .await
    }

    fn teams_as_member(&self, rep: &RepId) -> Vec<TeamId> {
        let rules = self.rules();
        let teams = rules.policy.teams.iter();
        let theirs = teams.filter(|team| team.members.contains(rep));
        theirs.map(|team| team.id.clone()).collect()
    }

    /// Tells everybody whose absence has ended by itself what came meanwhile: when their hours have begun, once. Returns
    /// how many were told.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn tell_returned(&self) -> Result<usize, Error> {
        let now = self.clock.now();
        let over = self
            .db
            .read(async |mut tx| reps::absences_over(&mut tx, now).await)
            .await?;
        let mut told = 0;
        for absence in over {
            if self.is_at_work(&absence.rep, now).await? {
                told += usize::from(self.tell_one(&absence, now).await?);
            }
        }
        Ok(told)
    }

    /// What decides, beside the configuration, when somebody works.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn profile(&self, rep: &RepId) -> Result<Profile, Error> {
        let profile = self
            .db
            .read(async |mut tx| reps::profile(&mut tx, rep).await);
        Ok(profile.await?)
    }

    /// A rep's zone: from the file, else as the chat's profile says, else UTC.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn zone_of(&self, rep: &Rep) -> Result<TimeZone, Error> {
        match &rep.timezone {
            Some(zone) => Ok(zone.clone()),
            None => Ok(rep.zone(&self.profile(&rep.id).await?)),
        }
    }

    /// Whether their hours run; of who is in the rules no more that does not matter.
    async fn is_at_work(&self, rep: &RepId, now: Timestamp) -> Result<bool, Error> {
        let rules = self.rules();
        let Some(rep) = rules.policy.reps.get(rep) else {
            return Ok(true);
        };
        let hours = rules.hours_of(rep, &self.profile(&rep.id).await?);
        // Whose hours never come is told at once.
        Ok(hours.is_open(now) || hours.next_open(now).is_none())
    }

    async fn tell_one(&self, absence: &Absence, now: Timestamp) -> Result<bool, Error> {
        let told = Told::Returned {
            absence: absence.id.clone(),
        };
        self.db
            .write(async |mut tx| {
                if !reps::absence_told(&mut tx, &absence.id, now).await? {
                    return Ok(false);
                }
                outbox::tell(
                    &mut tx,
                    &absence.rep,
                    &told,
                    &format!("{}/over", absence.id),
                    now,
                )
                .await?;
                Ok(true)
            })
            .await
    }
}

/// What went from somebody to others in a span of time, and is not theirs now.
async fn covered(
    tx: &mut Tx,
    rep: &RepId,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Lead>, Error> {
    let mut ids: Vec<LeadId> = leads::passed_on(tx, rep, from).await?;
    ids.extend(leads::given_up(tx, rep, (from, until)).await?);
    ids.sort();
    ids.dedup();
    let mut covered = Vec::new();
    for id in ids.iter().take(MOST) {
        let lead = leads::get(tx, id).await?;
        let others = |lead: &Lead| {
            lead.owner() != Some(rep) && !lead.pending().any(|offer| offer.rep == *rep)
        };
        covered.extend(lead.filter(others));
    }
    Ok(covered)
}

/// What of somebody's own moved on without them since then.
async fn moved(
    tx: &mut Tx,
    own: &[Lead],
    rep: &RepId,
    since: Timestamp,
) -> Result<Vec<(Lead, FactKind)>, Error> {
    let mut moved = Vec::new();
    let owned = own.iter().filter(|lead| lead.owner() == Some(rep));
    for lead in owned.take(MOST_LOOKED_AT) {
        let history = facts::timeline(tx, &lead.id).await?;
        let theirs = Actor::Rep(rep.clone());
        let news = history
            .into_iter()
            .rev()
            .find(|(at, fact)| *at >= since && fact.actor != theirs && is_news(fact.event));
        moved.extend(news.map(|(_, fact)| (lead.clone(), fact.event)));
    }
    Ok(moved)
}

/// Whether it is of interest to an owner who was not there.
fn is_news(kind: FactKind) -> bool {
    match kind {
        FactKind::Merged
        | FactKind::Assigned
        | FactKind::HandedOver
        | FactKind::Attempted
        | FactKind::Contacted
        | FactKind::Staged
        | FactKind::Escalated
        | FactKind::Reopened => true,
        FactKind::Created
        | FactKind::Routed
        | FactKind::Offered
        | FactKind::Delivered
        | FactKind::Reminded
        | FactKind::Declined
        | FactKind::Expired
        | FactKind::Withdrawn
        | FactKind::Owned
        | FactKind::Nurtured
        | FactKind::Reviewed
        | FactKind::Closed
        | FactKind::Erased => false,
    }
}
