//! Choosing a rep fairly: one order per team, as shortfall against the weighted share.
//!
//! Each turn that a team gives away moves its round on by one share: `1 / W`, where `W` is the
//! weight of everybody present. Somebody's due is their weight times the rounds they were present
//! for; what they had is counted against it. The next is whoever is furthest behind. Who was away
//! is credited, on return, exactly the share that went by meanwhile: neither flooded nor starved.
//! (The arithmetic of weighted fair queueing, kept as a ledger that people can read.)

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    id::{OfferId, RepId},
    policy::AbsenceCredit,
};

/// The turns of one team.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Turns {
    /// How many rounds have gone by: one round is one turn per unit of weight present.
    pub round: f64,
    /// Everybody who was ever in line.
    pub reps: BTreeMap<RepId, Balance>,
}

/// What one rep has had.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Balance {
    /// Turns that count: offers, less those given back.
    pub taken: f64,
    /// What counts as had without an offer: absences, the baseline of a newcomer.
    pub credit: f64,
    /// The round up to which this rep's due is settled.
    pub seen: f64,
    /// When the last offer was made; breaks ties.
    pub last_at: Option<Timestamp>,
}

/// One line of the append-only ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose.
    pub rep: RepId,
    /// Why.
    pub why: EntryWhy,
    /// Turns: positive ones count as had.
    pub amount: f64,
    /// The offer it is about.
    pub offer: Option<OfferId>,
}

/// Why a line stands in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryWhy {
    /// An offer was made.
    Offered,
    /// A pool's lead was claimed, or one was pulled from the queue.
    Claimed,
    /// A declined offer whose turn came back.
    Declined,
    /// An expired offer whose turn came back.
    Expired,
    /// An offer that was taken away through no doing of the rep.
    Withdrawn,
    /// A person or a step gave the lead.
    ByHand,
    /// A claim or decline that was taken back.
    Undone,
    /// The share that went by during an absence.
    Absence,
    /// The share that had gone by before somebody joined.
    Baseline,
}

impl EntryWhy {
    /// As stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Claimed => "claimed",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::ByHand => "by_hand",
            Self::Undone => "undone",
            Self::Absence => "absence",
            Self::Baseline => "baseline",
        }
    }
}

/// Somebody in line, present at this decision.
#[derive(Clone, Debug)]
pub struct Present<'a> {
    /// Who.
    pub rep: &'a RepId,
    /// Their share against the others.
    pub weight: f64,
}

impl Turns {
    /// Settles everybody who is present: newcomers get the baseline, those who come back the share
    /// that went by. Returns the lines for the ledger.
    pub fn settle(&mut self, present: &[Present<'_>], absence: AbsenceCredit) -> Vec<Entry> {
        let round = self.round;
        let mut entries = Vec::new();
        for person in present {
            let (why, from) = match self.reps.get(person.rep) {
                None => (EntryWhy::Baseline, 0.0),
                Some(balance) => (EntryWhy::Absence, balance.seen),
            };
            let balance = self.reps.entry(person.rep.clone()).or_default();
            balance.seen = round;
            let forgiven = why == EntryWhy::Baseline || absence == AbsenceCredit::Average;
            let amount = (round - from) * person.weight;
            if forgiven && amount > 1e-9 {
                balance.credit += amount;
                entries.push(Entry {
                    rep: person.rep.clone(),
                    why,
                    amount,
                    offer: None,
                });
            }
        }
        entries
    }

    /// How many turns `rep` is behind the weighted share; negative: ahead of it.
    #[must_use]
    pub fn shortfall(&self, rep: &RepId, weight: f64) -> f64 {
        self.reps.get(rep).map_or(0.0, |balance| {
            self.round * weight - balance.taken - balance.credit
        })
    }

    /// Writes a line into the balance.
    pub fn post(&mut self, entry: &Entry, now: Timestamp) {
        let round = self.round;
        let balance = self
            .reps
            .entry(entry.rep.clone())
            .or_insert_with(|| Balance {
                seen: round,
                ..Balance::default()
            });
        match entry.why {
            EntryWhy::Absence | EntryWhy::Baseline => balance.credit += entry.amount,
            EntryWhy::Offered
            | EntryWhy::Claimed
            | EntryWhy::Declined
            | EntryWhy::Expired
            | EntryWhy::Withdrawn
            | EntryWhy::ByHand
            | EntryWhy::Undone => balance.taken += entry.amount,
        }
        if entry.amount > 0.0 {
            balance.last_at = Some(now);
        }
    }

    /// Moves the round on by some turns (back for a turn given back) that were shared among those
    /// present, and settles them: it went by before their eyes.
    pub fn pass_on(&mut self, present: &[Present<'_>], turns: f64) {
        let weight: f64 = present.iter().map(|person| person.weight).sum();
        if weight <= 0.0 {
            return;
        }
        self.round += turns / weight;
        for person in present {
            if let Some(balance) = self.reps.get_mut(person.rep) {
                balance.seen = self.round;
            }
        }
    }

    /// Whose turn it is among `eligible`: the largest shortfall for their weight; then who has
    /// waited longest; then by lot, never by name.
    #[must_use]
    pub fn next<'a>(&self, eligible: &[Present<'a>], lot: u64) -> Option<&'a RepId> {
        let behind = |person: &Present<'a>| {
            self.shortfall(person.rep, person.weight) / person.weight.max(1e-9)
        };
        let waited = |rep: &RepId| self.reps.get(rep).and_then(|balance| balance.last_at);
        eligible
            .iter()
            .max_by(|a, b| {
                let (of_a, of_b) = (behind(a), behind(b));
                let by_shortfall = if (of_a - of_b).abs() < 1e-9 {
                    std::cmp::Ordering::Equal
                } else {
                    of_a.total_cmp(&of_b)
                };
                by_shortfall
                    .then_with(|| waited(b.rep).cmp(&waited(a.rep)))
                    .then_with(|| draw(a.rep, lot).cmp(&draw(b.rep, lot)))
            })
            .map(|person| person.rep)
    }
}

/// A number drawn for one rep: mixes the name with the lot (FNV-1a), so that no name is favoured.
fn draw(rep: &RepId, lot: u64) -> u64 {
    let seed = 0xcbf2_9ce4_8422_2325 ^ lot;
    rep.as_str()
        .bytes()
        .fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
        .rotate_left(29)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn give(turns: &mut Turns, names: &[(RepId, f64)], lot: u64) -> RepId {
        let present: Vec<Present<'_>> = names
            .iter()
            .map(|(rep, weight)| Present {
                rep,
                weight: *weight,
            })
            .collect();
        turns.settle(&present, AbsenceCredit::Average);
        let rep = turns
            .next(&present, lot)
            .cloned()
            .expect("somebody is present");
        let entry = Entry {
            rep: rep.clone(),
            why: EntryWhy::Offered,
            amount: 1.0,
            offer: None,
        };
        turns.post(&entry, Timestamp::UNIX_EPOCH);
        turns.pass_on(&present, 1.0);
        rep
    }

    fn count(given: &[RepId], rep: &str) -> usize {
        given.iter().filter(|name| name.as_str() == rep).count()
    }

    #[test]
    fn twice_the_weight_is_twice_the_leads() {
        let names = [(RepId::from("ayse"), 2.0), (RepId::from("jonas"), 1.0)];
        let mut turns = Turns::default();
        let given: Vec<RepId> = (0..300).map(|lot| give(&mut turns, &names, lot)).collect();
        assert_eq!((count(&given, "ayse"), count(&given, "jonas")), (200, 100));
    }

    #[test]
    fn who_returns_is_neither_flooded_nor_starved() {
        let all = [
            (RepId::from("a"), 1.0),
            (RepId::from("b"), 1.0),
            (RepId::from("c"), 1.0),
        ];
        let mut turns = Turns::default();
        for lot in 0..30 {
            give(&mut turns, &all, lot);
        }
        for lot in 0..100 {
            give(&mut turns, &all[..2], lot);
        }
        let back: Vec<RepId> = (0..30).map(|lot| give(&mut turns, &all, lot)).collect();
        assert!((9..=11).contains(&count(&back, "c")), "{back:?}");
    }

    #[test]
    fn a_newcomer_starts_level() {
        let all = [
            (RepId::from("a"), 1.0),
            (RepId::from("b"), 1.0),
            (RepId::from("new"), 1.0),
        ];
        let mut turns = Turns::default();
        for lot in 0..50 {
            give(&mut turns, &all[..2], lot);
        }
        let after: Vec<RepId> = (0..9).map(|lot| give(&mut turns, &all, lot)).collect();
        assert_eq!(count(&after, "new"), 3);
    }

    proptest! {
        /// Whoever comes and goes, nobody present is ever further than two turns per unit of
        /// weight from the share of the time they were there.
        #[test]
        fn nobody_strays_from_the_weighted_share(
            weights in prop::collection::vec(1u8..4, 2..7),
            rounds in prop::collection::vec((any::<u64>(), any::<u8>()), 1..300),
        ) {
            let names: Vec<(RepId, f64)> = weights.iter().enumerate()
                .map(|(n, weight)| (RepId::from(format!("rep{n}")), f64::from(*weight))).collect();
            let mut turns = Turns::default();
            for (lot, mask) in rounds {
                let here: Vec<(RepId, f64)> = names.iter().enumerate()
                    .filter(|(n, _)| mask & (1 << n) != 0).map(|(_, name)| name.clone()).collect();
                if here.is_empty() { continue }
                give(&mut turns, &here, lot);
                for (rep, weight) in &here {
                    let off = turns.shortfall(rep, *weight);
                    prop_assert!(off.abs() <= 2.0 * f64::from(*weights.iter().max().expect("not empty")) + 1.0, "{rep} is off by {off}");
                }
            }
        }
    }
}
