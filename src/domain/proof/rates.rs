//! Shares: how sure one is, and whether two differ.

use super::{Z, by_chance, many, real};

/// With no more expected in a cell of the table the normal distribution does not fit. W. G. Cochran, Some methods for
/// strengthening the common chi-squared tests, Biometrics 10 (1954).
const FEW: f64 = 5.0;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Those in question.
    pub hits: u64,
    /// All; at least as many.
    pub of: u64,
}

impl Rate {
    /// 0 to 1; `None` of nothing.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| real(self.hits.min(self.of)) / real(self.of))
    }
}

/// Between which shares the true one lies. E. B. Wilson, Probable inference, the law of succession, and statistical
/// inference, Journal of the American Statistical Association 22 (1927); without a correction for continuity.
#[must_use]
pub fn wilson(rate: Rate) -> Option<(f64, f64)> {
    let (p, n) = (rate.share()?, real(rate.of));
    let z2 = Z * Z;
    let middle = 2.0 * n * p + z2;
    let width = Z * (z2 + 4.0 * n * p * (1.0 - p)).sqrt();
    let scale = 2.0 * (n + z2);
    let bound = |edge: f64| (edge / scale).clamp(0.0, 1.0);
    Some((bound(middle - width), bound(middle + width)))
}

/// How much more one share is than another, -1 to 1, and between which the truth lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// As counted.
    pub is: f64,
    /// At least.
    pub low: f64,
    /// At most.
    pub high: f64,
}

/// How much more `one` is than `other`. R. G. Newcombe, Interval estimation for the difference between independent
/// proportions, Statistics in Medicine 17 (1998), method 10.
#[must_use]
pub fn difference(one: Rate, other: Rate) -> Option<Difference> {
    let (p1, p2) = (one.share()?, other.share()?);
    let ((l1, u1), (l2, u2)) = (wilson(one)?, wilson(other)?);
    let is = p1 - p2;
    Some(Difference {
        is,
        low: is - ((p1 - l1).powi(2) + (u2 - p2).powi(2)).sqrt(),
        high: is + ((u1 - p1).powi(2) + (p2 - l2).powi(2)).sqrt(),
    })
}

/// How two shares were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestKind {
    /// By the normal distribution, the shares pooled.
    TwoProportions,
    /// Exactly, since there are few.
    Fisher,
}

/// What a test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tested {
    /// How likely chance alone gives a difference like this one.
    pub p: f64,
    /// By which test.
    pub kind: TestKind,
}

/// Whether two shares differ; `None` as long as one is of nothing.
#[must_use]
pub fn test_rates(one: Rate, other: Rate) -> Option<Tested> {
    let (p1, p2) = (one.share()?, other.share()?);
    let (n1, n2) = (real(one.of), real(other.of));
    let hits = real(one.hits) + real(other.hits);
    let pooled = hits / (n1 + n2);
    let least = n1.min(n2) * pooled.min(1.0 - pooled);
    if least <= FEW {
        let p = fisher(one, other);
        let kind = TestKind::Fisher;
        return Some(Tested { p, kind });
    }
    let spread = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    Some(Tested {
        p: by_chance((p1 - p2) / spread),
        kind: TestKind::TwoProportions,
    })
}

/// R. A. Fisher's exact test: how likely are all tables with the same sums that are no likelier than this one.
fn fisher(one: Rate, other: Rate) -> f64 {
    let hits = one.hits + other.hits;
    let all = one.of + other.of;
    let ways = |of: u64, hits: u64| {
        ln_factorial(of) - ln_factorial(hits) - ln_factorial(of.saturating_sub(hits))
    };
    let likely = |k: u64| (ways(one.of, k) + ways(other.of, hits - k) - ways(all, hits)).exp();
    let least = hits.saturating_sub(other.of);
    let seen = likely(one.hits);
    let as_rare = (least..=hits.min(one.of)).map(likely);
    // What is equally likely is calculated a little differently.
    let sum: f64 = as_rare.filter(|p| *p <= seen * (1.0 + 1e-7)).sum();
    sum.min(1.0)
}

/// The logarithm of 1 · 2 · … · n; of large numbers by Stirling's series, right to 1e-10.
fn ln_factorial(n: u64) -> f64 {
    const EXACT: u64 = 128;
    if n <= EXACT {
        return (2..=n).map(|k| real(k).ln()).sum();
    }
    let n = real(n);
    let tail = 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3));
    n * n.ln() - n + 0.5 * (std::f64::consts::TAU * n).ln() + tail
}

/// How many are needed on each side to find a difference like this one, so surely (see [`super::POWER_80`]); `None`
/// if there is no difference. J. L. Fleiss, Statistical Methods for Rates and Proportions, chapter 3, without a
/// correction for continuity.
#[must_use]
pub fn needed_for_rates(p1: f64, p2: f64, power: f64) -> Option<u64> {
    let (q1, q2) = (1.0 - p1, 1.0 - p2);
    let middle = f64::midpoint(p1, p2);
    let by_chance = Z * (2.0 * middle * (1.0 - middle)).sqrt();
    let by_power = power * (p1 * q1 + p2 * q2).sqrt();
    many(((by_chance + by_power) / (p1 - p2)).powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(hits: u64, of: u64) -> Rate {
        Rate { hits, of }
    }

    fn near(is: f64, expected: f64, within: f64) {
        assert!((is - expected).abs() <= within, "{is} is not {expected}");
    }

    /// R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998),
    /// table I, method 3.
    #[test]
    fn intervals_of_a_share_are_as_published() {
        for (hits, of, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let (l, h) = wilson(rate(hits, of)).expect("there are some");
            near(l, low, 5e-5);
            near(h, high, 5e-5);
        }
        assert_eq!(wilson(rate(0, 0)), None);
    }

    /// R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in
    /// Medicine 17 (1998), table II, method 10.
    #[test]
    fn intervals_of_a_difference_are_as_published() {
        for (one, other, low, high) in [
            (rate(56, 70), rate(48, 80), 0.0524, 0.3339),
            (rate(9, 10), rate(3, 10), 0.1705, 0.8090),
        ] {
            let found = difference(one, other).expect("there are some");
            near(found.low, low, 5e-5);
            near(found.high, high, 5e-5);
        }
    }

    /// Penn State, STAT 415, lesson 9.4: 351 of 605 non-smokers and 41 of 195 smokers are for a tax; Z = 8.99.
    #[test]
    fn many_are_compared_by_their_shares() {
        let (one, other) = (rate(351, 605), rate(41, 195));
        let tested = test_rates(one, other).expect("there are some");
        assert_eq!(tested.kind, TestKind::TwoProportions);
        near(tested.p.log10(), by_chance(8.99).log10(), 0.05);
    }

    /// R. A. Fisher's lady tasting tea, and the example of the encyclopaedia's article on his test.
    #[test]
    fn few_are_compared_exactly() {
        for (one, other, p) in [
            (rate(3, 4), rate(1, 4), 0.485_714),
            (rate(1, 10), rate(11, 14), 0.002_759),
            (rate(0, 3), rate(0, 9), 1.0),
        ] {
            let tested = test_rates(one, other).expect("there are some");
            assert_eq!(tested.kind, TestKind::Fisher);
            near(tested.p, p, 1e-6);
        }
        // Two of a million: no overflow, no endless sum.
        let rare = test_rates(rate(2, 1_000_000), rate(0, 1_000_000)).expect("there are some");
        near(rare.p, 0.5, 1e-5);
    }

    /// R's help of `power.prop.test`: 50 % against 75 % with a power of 90 % needs 76.7 on each side.
    #[test]
    fn so_many_are_needed_as_published() {
        assert_eq!(needed_for_rates(0.5, 0.75, 1.281_552), Some(77));
        assert_eq!(
            needed_for_rates(0.5, 0.6, super::super::POWER_80),
            Some(388)
        );
        assert_eq!(needed_for_rates(0.5, 0.5, super::super::POWER_80), None);
    }
}
