//! Times: which side is sooner, and where the middle lies. By ranks, since times are never spread evenly.

use super::{Z, by_chance, many, real};
use crate::domain::stats::Histogram;

/// With fewer on a side ranks say nothing that the normal distribution could judge.
const FEW: u64 = 8;

/// Times, and those that have none yet: they are later than all that have one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ranked {
    /// By their place in the histogram.
    pub times: Histogram,
    /// Without a time yet.
    pub never: u64,
}

impl Ranked {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.times.values().sum::<u64>() + self.never
    }

    /// Each place with how many are there, the soonest first; whoever has no time stands at the end.
    fn places(&self) -> impl Iterator<Item = (i64, u64)> {
        let timed = self.times.iter().map(|(place, n)| (*place, *n));
        timed.chain(std::iter::once((i64::MAX, self.never)))
    }

    fn at(&self, place: i64) -> u64 {
        match place {
            i64::MAX => self.never,
            place => self.times.get(&place).copied().unwrap_or(0),
        }
    }

    /// The place of the `rank`th, counted from 1; `None` for one that has no time.
    fn place(&self, rank: u64) -> Option<i64> {
        let mut before = 0;
        let mut places = self.times.iter();
        let found = places.find(|(_, n)| {
            before += **n;
            before >= rank
        });
        found.map(|(place, _)| *place)
    }
}

/// Whether one side is sooner than the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sooner {
    /// How often a lead of the one side is sooner than one of the other, 0 to 1; ties are half.
    pub share: f64,
    /// How likely chance alone gives a difference like this one.
    pub p: f64,
}

/// Whether `one` is sooner than `other`; `None` while there are too few to say. H. B. Mann and D. R. Whitney, On a test
/// of whether one of two random variables is stochastically larger than the other, Annals of Mathematical Statistics
/// 18 (1947); by the normal distribution, corrected for ties and continuity.
#[must_use]
pub fn sooner(one: &Ranked, other: &Ranked) -> Option<Sooner> {
    let (n1, n2) = (one.all(), other.all());
    if n1 < FEW || n2 < FEW {
        return None;
    }
    let mut all: Vec<i64> = one
        .places()
        .chain(other.places())
        .map(|(at, _)| at)
        .collect();
    all.sort_unstable();
    all.dedup();
    // How many of the other side come later, and how many of both share a place.
    let (mut wins, mut ties) = (0.0, 0.0);
    let mut later = real(n2);
    for place in all {
        let (mine, theirs) = (real(one.at(place)), real(other.at(place)));
        later -= theirs;
        wins += mine * (later + theirs / 2.0);
        let both = mine + theirs;
        ties += both.powi(3) - both;
    }
    let (n1, n2) = (real(n1), real(n2));
    let n = n1 + n2;
    let spread = (n1 * n2 / 12.0 * ((n + 1.0) - ties / (n * (n - 1.0)))).sqrt();
    let off = (wins - n1 * n2 / 2.0).abs();
    let p = if spread > 0.0 {
        by_chance((off - 0.5).max(0.0) / spread)
    } else {
        1.0
    };
    Some(Sooner {
        share: wins / (n1 * n2),
        p,
    })
}

/// A place, and those between which the true one lies; without the upper one it lies beyond all that were reached.
pub type Between = (Option<i64>, Option<(i64, Option<i64>)>);

/// The middle one's place, and those between which the true middle lies; an end that no lead has reached is `None`.
/// M. J. Campbell and M. J. Gardner, Calculating confidence intervals for some non-parametric analyses, British
/// Medical Journal 296 (1988).
#[must_use]
pub fn median_interval(all: &Ranked) -> Option<Between> {
    let n = all.all();
    if n == 0 {
        return None;
    }
    let half = real(n) / 2.0;
    let width = Z * real(n).sqrt() / 2.0;
    let rank = |at: f64| many_or_none(at.round(), n);
    let middle = all.place(n.div_ceil(2));
    let low = rank(half - width).and_then(|rank| all.place(rank));
    let high = rank(1.0 + half + width).map(|rank| all.place(rank));
    Some((middle, low.zip(high)))
}

/// A rank that there is.
fn many_or_none(rank: f64, n: u64) -> Option<u64> {
    (rank >= 1.0)
        .then(|| many(rank))
        .flatten()
        .filter(|rank| *rank <= n)
}

/// How many are needed on each side to find that one is sooner so often. G. E. Noether, Sample size determination for
/// some common nonparametric tests, Journal of the American Statistical Association 82 (1987).
#[must_use]
pub fn needed_for_ranks(share: f64, power: f64) -> Option<u64> {
    many((Z + power).powi(2) / (6.0 * (share - 0.5).powi(2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers as places: only their order counts.
    fn ranked(times: &[i64], never: u64) -> Ranked {
        let mut all = Ranked {
            never,
            ..Ranked::default()
        };
        for time in times {
            *all.times.entry(*time).or_default() += 1;
        }
        all
    }

    /// Ozone in New York in May and August 1973 (R's `airquality`, the example of `wilcox.test`): W = 127.5,
    /// p = 0.0001208.
    #[test]
    fn ties_are_judged_as_published() {
        let may = [
            41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23,
            45, 115, 37,
        ];
        let august = [
            39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168,
            73, 76, 118, 84, 85,
        ];
        let found = sooner(&ranked(&may, 0), &ranked(&august, 0)).expect("enough");
        let w = 26.0 * 26.0 * (1.0 - found.share);
        assert!((w - 127.5).abs() < 1e-9, "{w}");
        assert!((found.p - 0.000_120_8).abs() < 5e-8, "{}", found.p);
    }

    /// Whoever has no time yet is later than everybody; the other way round the finding is the same.
    #[test]
    fn who_has_no_time_yet_is_last() {
        let (fast, slow) = (
            ranked(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0),
            ranked(&[1, 2, 3], 7),
        );
        let found = sooner(&fast, &slow).expect("enough");
        assert!((found.share - 0.745).abs() < 1e-9, "{found:?}");
        let turned = sooner(&slow, &fast).expect("enough");
        assert!(
            (turned.share + found.share - 1.0).abs() < 1e-9 && (turned.p - found.p).abs() < 1e-12
        );
        assert_eq!(sooner(&fast, &ranked(&[1, 2], 0)), None);
        let none = sooner(&ranked(&[], 10), &ranked(&[], 20)).expect("enough");
        assert!((none.p - 1.0).abs() < 1e-12, "{none:?}");
    }

    /// The paper's table: of 10 the second and the ninth, of 25 the eighth and the eighteenth, of 100 the 40th and the
    /// 61st; below six there is no interval.
    #[test]
    fn the_middle_lies_between_the_published_ranks() {
        for (n, low, high) in [(6, 1, 6), (10, 2, 9), (25, 8, 18), (100, 40, 61)] {
            let times: Vec<i64> = (1..=n).collect();
            let (middle, between) = median_interval(&ranked(&times, 0)).expect("some");
            assert_eq!(
                (middle, between),
                (Some((n + 1) / 2), Some((low, Some(high))))
            );
        }
        assert_eq!(
            median_interval(&ranked(&[1, 2, 3], 0)),
            Some((Some(2), None))
        );
        assert_eq!(
            median_interval(&ranked(&[1, 2, 3], 9)),
            Some((None, Some((3, None))))
        );
        assert_eq!(median_interval(&ranked(&[], 0)), None);
    }

    /// By the paper's formula: who is sooner 7 times in 10 is found with 33 on each side.
    #[test]
    fn so_many_are_needed_to_tell_who_is_sooner() {
        assert_eq!(needed_for_ranks(0.7, super::super::POWER_80), Some(33));
        assert_eq!(needed_for_ranks(0.5, super::super::POWER_80), None);
    }
}
