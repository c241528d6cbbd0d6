//! What the decisions of one transaction share: it is read once, however many leads are decided, and what only adds up
//! is written at the end.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::{
    domain::{
        event::Fact,
        id::{LeadId, RepId, TeamId},
        strategy::Turns,
        world::RepNow,
    },
    store::{
        Error, Tx, facts,
        leads::Locked,
        outbox,
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
    /// Teams, locked, for which no lead waits.
    unwaited: BTreeSet<TeamId>,
    /// What is told of leads.
    pub facts: Vec<(LeadId, Fact)>,
    /// What is counted.
    pub counts: Counts,
    /// What is added up beside.
    pub sums: Sums,
    /// Lines of the ledgers.
    pub postings: Vec<Posting>,
    /// Cards that are to show the present state.
    pub cards: Vec<outbox::Shown>,
}

impl Sitting {
    /// Locks the turns of these teams, unless they are. Always before any lead, in the order of their names, so that
    /// two decisions never wait for each other.
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

    /// Writes what has come together. Many decisions count in the same rows, so these are written last.
    pub async fn close(self, tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
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
