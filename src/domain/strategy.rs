//! Choosing a rep fairly: one order per team, as shortfall against the weighted share.
//!
//! Each turn that a team gives away moves its round on by one share: `1 / W`, where `W` is the
//! weight of everybody present. Somebody's due is their weight times the rounds they were present
//! for; what they had is counted against it. The next is whoever is furthest behind. Who was away
//! is credited, on return, exactly the share that went by meanwhile: neither flooded nor starved.
//! (The arithmetic of weighted fair queueing, kept as a ledger that people can read.)
//!
//! A share may change, with the file or day by day for a newcomer: from then on the new one counts,
//! and what went by before stays as it was.

#[cfg(test)]
mod fairness;
mod matching;
mod record;
mod share;

use std::{cmp::Ordering, collections::BTreeMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    id::{OfferId, RepId},
    policy::AbsenceCredit,
};

pub use matching::{BAND, Part, asked_level, hours_apart, matched, near_clock, near_level, said};
pub use record::{Odds, RECENT, Record, Tally, likeness, team_rate};
pub use share::{Allowance, STAR_SHARE, WINDOW, allowance, most_of_window};

/// The turns of one team.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Turns {
    /// How many rounds have gone by: one round is one turn per unit of weight present.
    pub round: f64,
    /// Everybody who was ever in line.
    pub reps: BTreeMap<RepId, Balance>,
    /// Who had the last [`WINDOW`] turns, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<RepId>,
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
    /// The weight by which the due was counted; absent: of before weights were kept, the one of now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Turns missed in absences that are still to come back, one at a time.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub owed: f64,
    /// When a late accept last gave a turn back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_at: Option<Timestamp>,
    /// How many turns the team had had when the last of them came back.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub owed_since: f64,
}

impl Balance {
    /// Goes by this weight from now on; what that adds to the due of before is to be credited.
    fn weigh(&mut self, weight: f64) -> f64 {
        let was = self.weight.replace(weight).unwrap_or(weight);
        self.seen * (weight - was)
    }

    /// Keeps what was missed, and gives one turn of it back when the team has had so many `leads`
    /// since the last. What is given back is a credit less.
    fn catch_up(&mut self, missed: f64, given: f64, leads: u32) -> f64 {
        if self.owed < 1.0 {
            self.owed_since = given;
        }
        self.owed += missed.max(0.0);
        if self.owed < 1.0 || given - self.owed_since < f64::from(leads) {
            return 0.0;
        }
        self.owed -= 1.0;
        self.owed_since = given;
        -1.0
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_nothing(amount: &f64) -> bool {
    *amount == 0.0
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
    /// A turn missed in an absence that came back.
    CatchUp,
    /// What keeps somebody's place when their weight changes.
    Weight,
    /// The lead was none: its turn came back.
    Invalid,
    /// The rep would have taken it, a little too late: its turn came back.
    Late,
}

impl EntryWhy {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Offered,
        Self::Claimed,
        Self::Declined,
        Self::Expired,
        Self::Withdrawn,
        Self::ByHand,
        Self::Undone,
        Self::Absence,
        Self::Baseline,
        Self::CatchUp,
        Self::Weight,
        Self::Invalid,
        Self::Late,
    ];

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
            Self::CatchUp => "catch_up",
            Self::Weight => "weight",
            Self::Invalid => "invalid",
            Self::Late => "late",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.word() == word)
    }

    /// Whether it counts as had without an offer.
    #[must_use]
    pub fn is_credit(self) -> bool {
        match self {
            Self::Absence | Self::Baseline | Self::CatchUp | Self::Weight => true,
            Self::Offered
            | Self::Claimed
            | Self::Declined
            | Self::Expired
            | Self::Withdrawn
            | Self::ByHand
            | Self::Undone
            | Self::Invalid
            | Self::Late => false,
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
    /// that went by, and whoever's weight is another one keeps their place. Returns the lines for the
    /// ledger.
    pub fn settle(&mut self, present: &[Present<'_>], absence: AbsenceCredit) -> Vec<Entry> {
        let (round, given) = (self.round, self.given());
        let mut entries = Vec::new();
        for person in present {
            let known = self.reps.contains_key(person.rep);
            if !known {
                self.reps.insert(person.rep.clone(), Balance::default());
            }
            let Some(balance) = self.reps.get_mut(person.rep) else {
                continue;
            };
            let weighed = balance.weigh(person.weight);
            let missed = (round - balance.seen) * person.weight;
            balance.seen = round;
            let passed = match absence {
                _ if !known => (EntryWhy::Baseline, missed),
                AbsenceCredit::Average | AbsenceCredit::OneExtraPer(_) => {
                    (EntryWhy::Absence, missed)
                }
                AbsenceCredit::None => (EntryWhy::Absence, 0.0),
            };
            let caught_up = match absence {
                AbsenceCredit::OneExtraPer(leads) => {
                    balance.catch_up(if known { missed } else { 0.0 }, given, leads)
                }
                AbsenceCredit::Average | AbsenceCredit::None => 0.0,
            };
            let weighed = (EntryWhy::Weight, weighed);
            let credits = [weighed, passed, (EntryWhy::CatchUp, caught_up)];
            for (why, amount) in credits.into_iter().filter(|(_, by)| by.abs() > 1e-9) {
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

    /// How many turns the team has had.
    fn given(&self) -> f64 {
        self.reps.values().map(|balance| balance.taken).sum()
    }

    /// How many turns `rep` is behind the weighted share; negative: ahead of it.
    #[must_use]
    pub fn shortfall(&self, rep: &RepId, weight: f64) -> f64 {
        self.reps.get(rep).map_or(0.0, |balance| {
            self.round * weight - balance.taken - balance.credit
        })
    }

    /// Everybody in line as they come next, with how many turns they are behind their share: as if all of
    /// them were there now.
    #[must_use]
    pub fn line(&self, people: &[Present<'_>], absence: AbsenceCredit) -> Vec<(RepId, f64)> {
        let mut turns = self.clone();
        turns.settle(people, absence);
        let mut line: Vec<&Present<'_>> = people.iter().collect();
        line.sort_by(|a, b| {
            let waited = |one: &Present<'_>| turns.waited_since(one.rep);
            turns
                .urgency(b)
                .total_cmp(&turns.urgency(a))
                .then_with(|| waited(a).cmp(&waited(b)))
        });
        let behind = |one: &Present<'_>| turns.shortfall(one.rep, one.weight);
        line.into_iter()
            .map(|one| (one.rep.clone(), behind(one)))
            .collect()
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
        if entry.why.is_credit() {
            balance.credit += entry.amount;
            return;
        }
        balance.taken += entry.amount;
        if entry.amount > 0.0 {
            balance.last_at = Some(now);
            self.recent.push(entry.rep.clone());
            let over = self.recent.len().saturating_sub(WINDOW);
            self.recent.drain(..over);
        } else if let Some(last) = self.recent.iter().rposition(|rep| *rep == entry.rep) {
            self.recent.remove(last);
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

    /// How much it is somebody's turn. Half a turn is taken off before the weight is, so that neither
    /// heavy nor light ones come too early (what Sainte-Laguë does with seats).
    fn urgency(&self, person: &Present<'_>) -> f64 {
        (self.shortfall(person.rep, person.weight) - 0.5) / person.weight.max(1e-9)
    }

    fn waited_since(&self, rep: &RepId) -> Option<Timestamp> {
        self.reps.get(rep).and_then(|balance| balance.last_at)
    }

    /// Whose turn it is among `eligible`: the largest shortfall for their weight; then who has
    /// waited longest; then by lot, never by name.
    #[must_use]
    pub fn next<'a>(&self, eligible: &[Present<'a>], lot: u64) -> Option<&'a RepId> {
        let line = eligible.iter().map(|one| (self.rank(one, lot), one.rep));
        line.min_by(|a, b| a.0.compare(&b.0)).map(|(_, rep)| rep)
    }

    /// Everybody eligible, whose turn it is first.
    #[must_use]
    pub fn places<'a>(&self, eligible: &[Present<'a>], lot: u64) -> Vec<&'a RepId> {
        let line = eligible.iter().map(|one| (self.rank(one, lot), one.rep));
        let mut line: Vec<(Rank, &RepId)> = line.collect();
        line.sort_by(|a, b| a.0.compare(&b.0));
        line.into_iter().map(|(_, rep)| rep).collect()
    }

    fn rank(&self, person: &Present<'_>, lot: u64) -> Rank {
        Rank {
            // What is nearly even is even.
            urgent: (self.urgency(person) * 1e9).round() + 0.0,
            waited_since: self.waited_since(person.rep),
            drawn: draw(person.rep, lot),
        }
    }
}

/// What decides who comes first, worked out once for each in line.
struct Rank {
    urgent: f64,
    waited_since: Option<Timestamp>,
    drawn: u64,
}

impl Rank {
    /// Whoever comes first is less.
    fn compare(&self, other: &Self) -> Ordering {
        let urgent = other.urgent.total_cmp(&self.urgent);
        urgent
            .then_with(|| self.waited_since.cmp(&other.waited_since))
            .then_with(|| other.drawn.cmp(&self.drawn))
    }
}

/// A number drawn for one rep: mixes the name with the lot (FNV-1a), and stirs until no name is favoured in
/// any run of lots (as SplitMix64 does).
fn draw(rep: &RepId, lot: u64) -> u64 {
    let seed = 0xcbf2_9ce4_8422_259f ^ lot;
    let mut drawn = rep.as_str().bytes().fold(seed, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    for (shift, factor) in [(30, 0xbf58_476d_1ce4_e5b9), (27, 0x94d0_49bb_1331_11eb)] {
        drawn = (drawn ^ (drawn >> shift)).wrapping_mul(factor);
    }
    drawn ^ (drawn >> 31)
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
        fairness::give(turns, &present, AbsenceCredit::Average, lot)
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
