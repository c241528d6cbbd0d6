//! How fair turns are, measured: random offices with weights, newcomers, absences, leads that not everybody
//! may have, declines and what is given by hand. What somebody had is held against the share of each turn
//! that went by before their eyes, whatever the ledger says.
//!
//! ```text
//! cargo test --lib domain::strategy::fairness -- --nocapture
//! ```

use jiff::Timestamp;

use super::*;
use crate::domain::policy::Turn;

/// A generator good enough to make up offices with (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.roll().is_multiple_of(n)
    }

    fn up_to(&mut self, n: u64) -> u64 {
        self.roll() % n
    }
}

/// What may happen in an office beside leads that go out in turn.
#[derive(Clone, Copy, Default)]
struct Life {
    weights: bool,
    absences: bool,
    exclusions: bool,
    declines: Option<Turn>,
    by_hand: bool,
    ramp: bool,
}

struct Office {
    dice: Dice,
    life: Life,
    names: Vec<RepId>,
    weights: Vec<f64>,
    here: Vec<bool>,
    turns: Turns,
    had: Vec<f64>,
    due: Vec<f64>,
    lot: u64,
    worst: f64,
}

impl Office {
    fn new(seed: u64, life: Life) -> Self {
        let mut dice = Dice(seed);
        let people = usize::try_from(5 + dice.up_to(6)).unwrap();
        let weight =
            |dice: &mut Dice| [1.0, 1.0, 2.0, 0.5][usize::try_from(dice.up_to(4)).unwrap()];
        let weights = (0..people).map(|_| if life.weights { weight(&mut dice) } else { 1.0 });
        Self {
            weights: weights.collect(),
            names: (0..people)
                .map(|n| RepId::from(format!("rep{n}")))
                .collect(),
            here: vec![true; people],
            had: vec![0.0; people],
            due: vec![0.0; people],
            turns: Turns::default(),
            lot: 0,
            worst: 0.0,
            dice,
            life,
        }
    }

    fn weight(&self, n: usize) -> f64 {
        // The first is new and grows for 300 leads, a step each 20.
        let days = f64::from(u32::try_from(self.lot / 20).unwrap_or(u32::MAX));
        let part = if self.life.ramp && n == 0 {
            (days / 15.0).clamp(0.1, 1.0)
        } else {
            1.0
        };
        self.weights[n] * part
    }

    fn those<'a>(&self, names: &'a [RepId], may: impl Fn(usize) -> bool) -> Vec<Present<'a>> {
        let those = (0..names.len()).filter(|n| self.here[*n] && may(*n));
        those
            .map(|n| Present {
                rep: &names[n],
                weight: self.weight(n),
            })
            .collect()
    }

    fn book(&mut self, here: &[Present<'_>], who: &RepId, why: EntryWhy, amount: f64) {
        let entry = Entry {
            rep: who.clone(),
            why,
            amount,
            offer: None,
        };
        self.turns.post(&entry, Timestamp::UNIX_EPOCH);
        self.turns.pass_on(here, amount);
        let all: f64 = here.iter().map(|one| one.weight).sum();
        for one in here {
            let n = self.names.iter().position(|name| name == one.rep).unwrap();
            self.due[n] += amount * one.weight / all;
            self.had[n] += if one.rep == who { amount } else { 0.0 };
        }
    }

    /// One lead, until somebody takes it.
    fn lead(&mut self) {
        self.lot += 1;
        if self.life.absences {
            for n in 0..self.here.len() {
                // Away for some 100 leads, there for some 300.
                let turns = if self.here[n] { 300 } else { 100 };
                self.here[n] ^= self.dice.one_in(turns);
            }
        }
        let mut may: Vec<bool> = (0..self.here.len())
            .map(|_| !self.life.exclusions || !self.dice.one_in(4))
            .collect();
        let names = self.names.clone();
        loop {
            let here = self.those(&names, |_| true);
            let fit = self.those(&names, |n| may[n]);
            self.turns.settle(&here, AbsenceCredit::Average);
            let by_hand = self.life.by_hand && self.dice.one_in(10);
            let given = by_hand.then(|| {
                let n = usize::try_from(self.dice.up_to(64)).unwrap();
                fit.get(n % fit.len().max(1)).map(|one| one.rep)
            });
            let next = given.unwrap_or_else(|| self.turns.next(&fit, self.lot));
            let Some(next) = next else { break };
            self.book(&here, next, EntryWhy::Offered, 1.0);
            let declined = self.life.declines.filter(|_| self.dice.one_in(5));
            if declined == Some(Turn::Back) {
                self.book(&here, next, EntryWhy::Declined, -1.0);
            }
            if declined.is_none() {
                break;
            }
            may[names.iter().position(|name| name == next).unwrap()] = false;
        }
        let off = (0..self.had.len()).map(|n| (self.had[n] - self.due[n]).abs());
        self.worst = off.fold(self.worst, f64::max);
    }
}

/// How far anybody ever was from their share in so many offices, in turns: on the whole, and at worst.
fn measured(life: Life, offices: u64, leads: u32) -> (f64, f64) {
    let worst = (0..offices).map(|seed| {
        let mut office = Office::new(seed * 7 + 1, life);
        (0..leads).for_each(|_| office.lead());
        office.worst
    });
    let mut worst: Vec<f64> = worst.collect();
    worst.sort_by(f64::total_cmp);
    (worst[worst.len() / 2], worst[worst.len() - 1])
}

#[test]
fn nobody_is_far_from_their_share_whatever_happens() {
    let plain = Life::default();
    let weights = Life {
        weights: true,
        ..plain
    };
    let absences = Life {
        absences: true,
        ..weights
    };
    let exclusions = Life {
        exclusions: true,
        ..absences
    };
    let declines = |turn| Life {
        declines: Some(turn),
        ..exclusions
    };
    let by_hand = Life {
        by_hand: true,
        ..declines(Turn::Back)
    };
    let ramp = Life {
        ramp: true,
        ..by_hand
    };
    println!("in 30 offices of 5 to 10 people, 800 leads each: turns from the weighted share");
    for (what, life, bound) in [
        ("equal weights", plain, 1.0),
        ("weights of 0.5 to 2", weights, 1.0),
        ("and a quarter of the time away", absences, 1.5),
        ("and every fourth lead not for them", exclusions, 4.0),
        (
            "and every fifth declined, turn spent",
            declines(Turn::Spent),
            8.0,
        ),
        (
            "and every fifth declined, turn back",
            declines(Turn::Back),
            7.0,
        ),
        ("and every tenth given by hand", by_hand, 9.0),
        ("and a newcomer who grows", ramp, 8.0),
    ] {
        let (usual, worst) = measured(life, 30, 800);
        println!("{what:<40} usually {usual:>5.2}   at worst {worst:>5.2}");
        assert!(worst <= bound, "{what}: {worst}");
    }
}

#[test]
fn names_win_nothing_where_all_are_level_and_one_may_not() {
    let names: Vec<RepId> = ["ada", "bo", "zoe", "rep1", "rep2"]
        .map(RepId::from)
        .to_vec();
    for out in 0..names.len() {
        let fit: Vec<Present<'_>> = (0..names.len())
            .filter(|n| *n != out)
            .map(|n| Present {
                rep: &names[n],
                weight: 1.0,
            })
            .collect();
        let mut first: BTreeMap<&RepId, u32> = BTreeMap::new();
        for lot in 0..4_000 {
            let next = Turns::default().next(&fit, lot).expect("somebody is there");
            *first.entry(next).or_default() += 1;
        }
        for (rep, times) in first {
            assert!(
                (900..1_100).contains(&times),
                "{rep} is first {times} times of 4000"
            );
        }
    }
}

/// Gives a turn to whoever of those present is next.
pub(super) fn give(
    turns: &mut Turns,
    here: &[Present<'_>],
    absence: AbsenceCredit,
    lot: u64,
) -> RepId {
    turns.settle(here, absence);
    let rep = turns.next(here, lot).expect("somebody is there").clone();
    let entry = Entry {
        rep: rep.clone(),
        why: EntryWhy::Offered,
        amount: 1.0,
        offer: None,
    };
    turns.post(&entry, Timestamp::UNIX_EPOCH);
    turns.pass_on(here, 1.0);
    rep
}

#[test]
fn who_returns_catches_up_by_one_extra_turn_for_so_many_leads() {
    let names = ["a", "b", "c"].map(RepId::from);
    let mut turns = Turns::default();
    let paced = AbsenceCredit::OneExtraPer(10);
    let mut next = |there: &[RepId], lot: u64| {
        let here: Vec<Present<'_>> = there
            .iter()
            .map(|rep| Present { rep, weight: 1.0 })
            .collect();
        give(&mut turns, &here, paced, lot)
    };
    (0..30).for_each(|lot| drop(next(&names, lot)));
    (0..60).for_each(|lot| drop(next(&names[..2], lot)));
    let back: Vec<RepId> = (0..300).map(|lot| next(&names, lot)).collect();
    let of_c = |given: &[RepId]| given.iter().filter(|rep| rep.as_str() == "c").count();
    // A third of what nine extra turns leave of 100, and those nine.
    assert!(
        (38..=40).contains(&of_c(&back[..100])),
        "{}",
        of_c(&back[..100])
    );
    // The others have had 30 each meanwhile: 29 of them are back in the end.
    let all = of_c(&back);
    assert!((118..=122).contains(&all), "{all}");
}

#[test]
fn another_weight_counts_from_now_on_and_moves_nobody() {
    let names = ["a", "b"].map(RepId::from);
    let mut turns = Turns::default();
    let mut next = |of_a: f64, lot: u64| {
        let here =
            [(&names[0], of_a), (&names[1], 1.0)].map(|(rep, weight)| Present { rep, weight });
        give(&mut turns, &here, AbsenceCredit::Average, lot)
    };
    (0..200).for_each(|lot| drop(next(1.0, lot)));
    let after: Vec<RepId> = (0..30).map(|lot| next(2.0, lot)).collect();
    let of_a = after.iter().filter(|rep| rep.as_str() == "a").count();
    assert!((19..=21).contains(&of_a), "{of_a}");
}
