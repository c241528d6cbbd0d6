//! What the decisions of one transaction share: it is read once, however many leads are decided, and what only adds up
//! is written at the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use jiff::Timestamp;

use crate::{
    domain::{
        event::Fact,
        id::{LeadId, RepId, TeamId},
        lead::Lead,
        strategy::Turns,
        world::RepNow,
    },
    store::{
        Error, Tx, facts,
        leads::{Locked, Saves},
        outbox::{self, Said},
        reps::{self, Load, Wanted},
        sums::Sums,
        tally::Counts,
        turns::{self, Posting},
    },
};

/// Decisions taken in one transaction, at one moment. To be ended with [`close`](Self::close).
#[derive(Default)]
pub(super) struct Sitting {
    /// Leads that are locked, as they are.
    pub held: BTreeMap<LeadId, Locked>,
    /// Whose turn it is in the teams that are locked.
    turns: BTreeMap<TeamId, Turns>,
    /// The teams whose turns are not stored yet as they are.
    turned: BTreeSet<TeamId>,
    /// How people stand, but for what they carry, which every decision may change.
    people: BTreeMap<RepId, RepNow>,
    /// People whom nobody else asks meanwhile.
    kept: BTreeSet<RepId>,
    /// How much people carry, of what was asked of each.
    loads: BTreeMap<RepId, (Wanted, Load)>,
    /// Teams, locked, for which no lead waits.
    unwaited: BTreeSet<TeamId>,
    /// Leads that are decided and not written yet.
    saves: Saves,
    /// What is told of leads.
    pub facts: Vec<(LeadId, Fact)>,
    /// What is counted.
    pub counts: Counts,
    /// What is added up beside.
    pub sums: Sums,
    /// Lines of the ledgers.
    pub postings: Vec<Posting>,
    /// Notices that are to be sent.
    pub says: Vec<Said>,
    /// Cards that are to show the present state.
    pub cards: Vec<outbox::Shown>,
}

impl Sitting {
    /// Locks the turns of these teams, unless they are, in the order of their names. Mostly before any lead, so that two
    /// decisions don't wait for each other; where a lead that waits brings other teams in, PostgreSQL finds out if they
    /// do, and one is tried again.
    pub async fn lock(&mut self, tx: &mut Tx, teams: &[TeamId]) -> Result<(), Error> {
        let open = teams.iter().filter(|team| !self.turns.contains_key(*team));
        let open: Vec<TeamId> = open.cloned().collect();
        self.turns.extend(turns::lock(tx, &open).await?);
        Ok(())
    }

    /// The turns of these teams, for one decision.
    pub fn lend_turns(&mut self, teams: &[TeamId]) -> BTreeMap<TeamId, Turns> {
        let lent = teams
            .iter()
            .filter_map(|team| self.turns.remove_entry(team));
        lent.collect()
    }

    /// Takes back what was lent.
    pub fn take_turns_back(&mut self, turns: BTreeMap<TeamId, Turns>) {
        self.turns.extend(turns);
    }

    /// A team's turns are others now.
    pub fn turn(&mut self, team: TeamId, turns: Turns) {
        self.turned.insert(team.clone());
        self.turns.insert(team, turns);
    }

    /// Those of these people of whom it has not been read how they stand.
    pub fn unknown(&self, people: &[RepId]) -> Vec<RepId> {
        let unknown = people.iter().filter(|rep| !self.people.contains_key(*rep));
        unknown.cloned().collect()
    }

    /// Keeps how people stand.
    pub fn know(&mut self, people: BTreeMap<RepId, RepNow>) {
        self.people.extend(people);
    }

    /// Those of these people of whom it is known how they stand.
    pub fn known(&self, people: &[RepId]) -> BTreeMap<RepId, RepNow> {
        let known = people
            .iter()
            .filter_map(|rep| self.people.get_key_value(rep));
        known.map(|(rep, now)| (rep.clone(), now.clone())).collect()
    }

    /// Somebody stands otherwise now.
    pub fn forget(&mut self, rep: &RepId) {
        self.people.remove(rep);
    }

    /// Lets nobody else ask these people until the transaction ends, before their [`loads`](Self::loads) are read. Whom
    /// one team alone may ask is kept by that team's turns.
    pub async fn keep(
        &mut self,
        tx: &mut Tx,
        people: impl Iterator<Item = &RepId>,
        by_its_team: impl Fn(&RepId) -> bool,
    ) -> Result<(), Error> {
        if !tx.is_shared() {
            return Ok(());
        }
        let new: Vec<&RepId> = people.filter(|rep| !self.kept.contains(*rep)).collect();
        let open = new.iter().copied().filter(|rep| !by_its_team(rep));
        let open: Vec<&RepId> = open.collect();
        if !open.is_empty() {
            reps::keep_loads(tx, &open).await?;
        }
        self.kept.extend(new.into_iter().cloned());
        Ok(())
    }

    /// How much people carry, of what is `wanted` of each.
    pub async fn loads(
        &mut self,
        tx: &mut Tx,
        wanted: Vec<Wanted>,
        now: Timestamp,
    ) -> Result<Vec<(RepId, Load)>, Error> {
        let known = |wanted: &&Wanted| {
            let known = self.loads.get(&wanted.rep);
            known.is_some_and(|(known, _)| known == *wanted)
        };
        let unknown: Vec<Wanted> = wanted.iter().filter(|one| !known(one)).cloned().collect();
        if !unknown.is_empty() {
            self.write_leads(tx, now).await?;
            let mut read: BTreeMap<_, _> =
                reps::loads(tx, &unknown, now).await?.into_iter().collect();
            for one in unknown {
                let load = read.remove(&one.rep).unwrap_or_default();
                self.loads.insert(one.rep.clone(), (one, load));
            }
        }
        let load = |one: Wanted| Some((one.rep.clone(), self.loads.get(&one.rep)?.1));
        Ok(wanted.into_iter().filter_map(load).collect())
    }

    /// Whether no lead waits for any of these teams, as far as that was found out.
    pub fn nobody_waits(&self, teams: &[TeamId]) -> bool {
        teams.iter().all(|team| self.unwaited.contains(team))
    }

    /// No lead was found that waits for one of these teams. While a team is locked nobody else lets one wait.
    pub fn found_nobody(&mut self, teams: &[TeamId]) {
        let locked = teams.iter().filter(|team| self.turns.contains_key(*team));
        self.unwaited.extend(locked.cloned());
    }

    /// A lead waits now.
    pub fn somebody_waits(&mut self) {
        self.unwaited.clear();
    }

    /// Keeps a lead to be written, which is stored as it was `before` at `version`.
    pub fn decided(
        &mut self,
        lead: &Lead,
        version: i64,
        before: &Lead,
        now: Timestamp,
    ) -> Result<(), Error> {
        for rep in carriers(before)
            .chain(carriers(lead))
            .collect::<BTreeSet<_>>()
        {
            if let Some((wanted, load)) = self.loads.get_mut(rep) {
                *load -= Load::of(before, wanted, now);
                *load += Load::of(lead, wanted, now);
            }
        }
        self.saves.add(lead, version, before)
    }

    /// Writes the leads that are decided, for who reads leads or offers from the database.
    pub async fn write_leads(&mut self, tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
        mem::take(&mut self.saves).store(tx, now).await
    }

    /// Writes what has come together. Many decisions count in the same rows, so these are written last.
    pub async fn close(mut self, tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
        self.write_leads(tx, now).await?;
        outbox::say(tx, &self.says, now).await?;
        facts::append(tx, &self.facts, now).await?;
        outbox::show(tx, &self.cards, now).await?;
        turns::post(tx, &self.postings, now).await?;
        for team in &self.turned {
            if let Some(turns) = self.turns.get(team) {
                turns::save(tx, team, turns).await?;
            }
        }
        self.sums.store(tx).await?;
        self.counts.store(tx).await
    }
}

/// Who may carry something of a lead.
fn carriers(lead: &Lead) -> impl Iterator<Item = &RepId> {
    let asked = lead.offers.iter().map(|offer| &offer.rep);
    asked.chain(lead.owner())
}
