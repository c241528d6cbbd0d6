//! What is still going on: the leads that are under way, those that wait, and what happens next.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use jiff::Timestamp;

use crate::domain::{
    id::{OfferId, TeamId},
    lead::{Lead, State},
    score::Intent,
};

/// So many of those that wait for a team look out for a chance by themselves; the rest stand behind them.
const IN_FRONT: usize = 32;

/// Something that will happen to a lead, or to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A lead comes in.
    Arrives(usize),
    /// Its person does something, called so.
    Does(usize, String),
    /// Its `wake_at` has come, unless something else has happened to it since.
    Due(usize, u32),
    /// Somebody says what they say to an offer.
    Answers(usize, OfferId),
    /// A manager decides where it goes.
    Reviews(usize, u32),
    /// Its owner tries to reach it.
    Contacts(usize, u32),
    /// It ends.
    Ends(usize, u32),
    /// Somebody takes it out of the queue.
    Pulls(usize),
    /// It counts against its owner's capacity no longer.
    Stales(usize),
    /// What somebody had before the first lead came counts against their capacity no longer.
    Unburdens(usize),
    /// A card is shown that could not be before.
    Shows(usize, OfferId),
    /// Something goes down.
    Falls(usize),
    /// It is up again.
    Recovers(usize),
    /// An absence begins.
    Leaves(usize),
    /// An absence without an end has lasted for long.
    HandsOn(usize),
    /// An absence ends.
    Returns(usize),
}

/// What happens next, in the order of time and, at one moment, as it was noted.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    next: BTreeMap<(Timestamp, u64), Next>,
    noted: u64,
}

impl Agenda {
    pub fn note(&mut self, at: Timestamp, next: Next) {
        self.noted += 1;
        self.next.insert((at, self.noted), next);
    }

    pub fn pop(&mut self) -> Option<(Timestamp, Next)> {
        self.next.pop_first().map(|((at, _), next)| (at, next))
    }
}

/// A place in a team's line of waiting leads: those that want most first, then the oldest.
type Place = (Reverse<Intent>, Timestamp, usize);

/// The leads that wait for somebody to be available, by team.
#[derive(Debug, Default)]
pub(super) struct Waiting(BTreeMap<Option<TeamId>, BTreeSet<Place>>);

impl Waiting {
    /// Takes a lead out as it was, and puts it in as it is. Returns who stands in front now instead.
    pub fn moves(&mut self, n: usize, before: &Lead, after: &Lead) -> Option<usize> {
        let (was, is) = (stands(n, before), stands(n, after));
        if was == is {
            return None;
        }
        let mut instead = None;
        if let Some((team, place)) = was
            && let Some(line) = self.0.get_mut(&team)
            && line.remove(&place)
        {
            instead = line.iter().nth(IN_FRONT - 1).map(|(.., n)| *n);
        }
        if let Some((team, place)) = is {
            self.0.entry(team).or_default().insert(place);
        }
        instead
    }

    /// Whether a waiting lead looks out for a chance by itself.
    pub fn is_in_front(&self, n: usize, lead: &Lead) -> bool {
        let Some((team, place)) = stands(n, lead) else {
            return true;
        };
        let line = self.0.get(&team);
        line.is_none_or(|line| line.iter().take(IN_FRONT).any(|one| *one == place))
    }

    /// The first of those that wait for one of `teams`.
    pub fn first(&self, teams: &BTreeSet<TeamId>, many: usize) -> Vec<usize> {
        let lines = teams
            .iter()
            .filter_map(|team| self.0.get(&Some(team.clone())));
        let mut found: Vec<&Place> = lines.flat_map(|line| line.iter().take(many)).collect();
        found.sort();
        found.into_iter().take(many).map(|(.., n)| *n).collect()
    }
}

fn stands(n: usize, lead: &Lead) -> Option<(Option<TeamId>, Place)> {
    let place = (Reverse(lead.intent), lead.created_at, n);
    lead.is_waiting().then(|| (lead.team().cloned(), place))
}

/// When something is due for a lead; without its own look-out for a chance if it does not stand in front.
pub(super) fn wakes_at(lead: &mut Lead, in_front: bool) -> Option<Timestamp> {
    let State::Queued {
        waiting: Some(waiting),
        ..
    } = &mut lead.state
    else {
        return lead.next_wake();
    };
    if in_front {
        return lead.next_wake();
    }
    let again_at = waiting.again_at.take();
    let wakes_at = lead.next_wake();
    if let State::Queued {
        waiting: Some(waiting),
        ..
    } = &mut lead.state
    {
        waiting.again_at = again_at;
    }
    wakes_at
}
