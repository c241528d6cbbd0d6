//! The people while time goes by: what they carry, when they are away, what they were offered lately.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::{Absence, History};
use crate::{
    domain::{
        id::RepId,
        lead::{Lead, Offer, OfferState, State},
        policy::{Caps, Rep},
        world::{Away, Offered, RepNow},
    },
    rules::Rules,
};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is known of each rep beside what a decision sees of them.
#[derive(Debug, Default)]
pub(super) struct People {
    /// The leads with an offer that waits for them.
    pending: BTreeMap<RepId, BTreeSet<usize>>,
    /// The leads that they own.
    owned: BTreeMap<RepId, BTreeSet<usize>>,
    /// When those with a cap were offered something in the last week.
    offered: BTreeMap<RepId, VecDeque<Timestamp>>,
    /// What they declined in the last day, by reason, where the rules limit that.
    declined: BTreeMap<RepId, VecDeque<(Timestamp, String)>>,
    /// The most that they carried at once.
    pub most: BTreeMap<RepId, u32>,
}

/// Everybody of the rules at the beginning: with nothing to do.
pub(super) fn everybody(rules: &Rules, history: &History) -> BTreeMap<RepId, RepNow> {
    let free = |rep: &Rep| {
        let profile = history.profile(&rep.id);
        RepNow::idle(rules.hours_of(rep, &profile), rep.zone(&profile))
    };
    let reps = rules.policy.reps.values();
    reps.map(|rep| (rep.id.clone(), free(rep))).collect()
}

impl People {
    /// The leads with an offer that waits for `rep`.
    pub fn pending_with(&self, rep: &RepId) -> Vec<usize> {
        let theirs = self.pending.get(rep).into_iter().flatten();
        theirs.copied().collect()
    }

    /// The leads that `rep` owns.
    pub fn owned_by(&self, rep: &RepId) -> Vec<usize> {
        let theirs = self.owned.get(rep).into_iter().flatten();
        theirs.copied().collect()
    }

    /// Takes a lead as it was out of what its people carry, and puts it in as it is now. `counts` says whether its
    /// owner still has it on their hands.
    pub fn carry(
        &mut self,
        reps: &mut BTreeMap<RepId, RepNow>,
        n: usize,
        (before, counted): (&Lead, bool),
        (after, counts): (&Lead, bool),
    ) {
        for offer in before.pending() {
            remove(&mut self.pending, &offer.rep, n);
        }
        for offer in after.pending() {
            let theirs = self.pending.entry(offer.rep.clone()).or_default();
            theirs.insert(n);
        }
        if let State::Owned { rep, .. } = &before.state {
            remove(&mut self.owned, rep, n);
        }
        if let State::Owned { rep, .. } = &after.state {
            self.owned.entry(rep.clone()).or_default().insert(n);
        }
        for (rep, pending, open) in burden(before, counted) {
            if let Some(person) = reps.get_mut(rep) {
                person.pending = person.pending.saturating_sub(pending);
                person.open = person.open.saturating_sub(open);
            }
        }
        for (rep, pending, open) in burden(after, counts) {
            if let Some(person) = reps.get_mut(rep) {
                person.pending += pending;
                person.open += open;
                let most = self.most.entry(rep.clone()).or_default();
                *most = person.open.max(*most);
            }
        }
    }

    /// Notes that somebody was offered something, if a cap of theirs counts that.
    pub fn note_offer(&mut self, rep: &Rep, now: Timestamp) {
        if rep.caps != Caps::default() {
            let theirs = self.offered.entry(rep.id.clone()).or_default();
            theirs.push_back(now);
        }
    }

    /// Notes who has declined a lead.
    pub fn note_declines(&mut self, before: &Lead, after: &Lead, now: Timestamp) {
        let declined = |offer: &&Offer| offer.state == OfferState::Declined;
        let fresh = |offer: &&Offer| before.offer(&offer.id).is_none_or(|was| !declined(&was));
        for offer in after.offers.iter().filter(declined).filter(fresh) {
            let reason = offer.reason.clone().unwrap_or_default().id;
            let theirs = self.declined.entry(offer.rep.clone()).or_default();
            theirs.push_back((now, reason));
        }
    }

    /// Brings what those with a cap were offered lately, and what was declined, up to date.
    pub fn look_back(&mut self, reps: &mut BTreeMap<RepId, RepNow>, now: Timestamp) {
        for (rep, declines) in &mut self.declined {
            while declines.front().is_some_and(|(at, _)| *at <= now - DAY) {
                declines.pop_front();
            }
            if let Some(person) = reps.get_mut(rep) {
                person.declined.clear();
                for (_, reason) in declines.iter() {
                    *person.declined.entry(reason.clone()).or_default() += 1;
                }
            }
        }
        for (rep, times) in &mut self.offered {
            while times.front().is_some_and(|at| *at <= now - WEEK) {
                times.pop_front();
            }
            if let Some(person) = reps.get_mut(rep) {
                let since = |ago: SignedDuration| {
                    let old = times.partition_point(|at| *at <= now - ago);
                    u32::try_from(times.len() - old).unwrap_or(u32::MAX)
                };
                person.offered = Offered {
                    hour: since(HOUR),
                    day: since(DAY),
                    week: since(WEEK),
                };
            }
        }
    }
}

fn remove(from: &mut BTreeMap<RepId, BTreeSet<usize>>, rep: &RepId, n: usize) {
    if let Some(theirs) = from.get_mut(rep) {
        theirs.remove(&n);
    }
}

/// Who carries how much of a lead: offers that wait for their answer, and everything that is open.
fn burden(lead: &Lead, counts: bool) -> Vec<(&RepId, u32, u32)> {
    let asked = lead.pending().filter(|offer| offer.asks_in_person());
    let mut carried: Vec<(&RepId, u32, u32)> = asked.map(|offer| (&offer.rep, 1, 1)).collect();
    if let State::Owned { rep, .. } = &lead.state
        && counts
    {
        carried.push((rep, 0, 1));
    }
    carried
}

/// Who is away at a moment: of absences that overlap the one that ends later counts.
pub(super) fn away_at(absences: &[Absence], rep: &RepId, now: Timestamp) -> Option<Away> {
    let theirs = absences
        .iter()
        .filter(|it| it.rep == *rep && it.from <= now && it.until.is_none_or(|until| until > now));
    let last = theirs.max_by_key(|it| (it.until.is_none(), it.until))?;
    Some(Away {
        until: last.until,
        cover: last.cover.clone(),
    })
}
