//! What two sets of counts prove: intervals, tests, and how many more are needed. Plain formulas, each with its source.
//!
//! Everything is for a confidence of 95 % and two-sided: an arm may be better or worse.

mod ranks;
mod rates;

pub use ranks::{Ranked, Sooner, median_interval, needed_for_ranks, sooner};
pub use rates::{
    Difference, Rate, TestKind, Tested, difference, needed_for_rates, test_rates, wilson,
};

/// What 95 % of a normal distribution lie within, in standard deviations.
const Z: f64 = 1.959_964;

/// So sure one wants to be of finding what is there: 80 %, in standard deviations.
pub const POWER_80: f64 = 0.841_621;

/// Below this probability of mere chance a difference is believed.
pub const BELIEVED: f64 = 0.05;

/// How likely chance alone gives something as far off as `z` standard deviations, to either side. W. H. Press et al.,
/// Numerical Recipes, section 6.2 (`erfcc`): off by less than 1.2e-7 of the value.
fn by_chance(z: f64) -> f64 {
    const TERMS: [f64; 10] = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x);
    let sum = TERMS.iter().rev().fold(0.0, |sum, term| sum * t + term);
    (t * (-x * x + sum).exp()).min(1.0)
}

/// Counts as numbers to calculate with.
fn real(n: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 leads")]
    let n = n as f64;
    n
}

/// So many leads, rounded up.
fn many(n: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between 1 and 10^12"
    )]
    (n.is_finite() && n < 1e12).then(|| n.ceil().max(1.0) as u64)
}

/// Probabilities corrected for there being several: who tries often finds something by chance. S. Holm, A simple
/// sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979).
#[must_use]
pub fn holm(found: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|a, b| found[*a].total_cmp(&found[*b]));
    let mut corrected = found.to_vec();
    let mut least: f64 = 0.0;
    for (before, at) in order.into_iter().enumerate() {
        let left = u32::try_from(found.len() - before).unwrap_or(u32::MAX);
        least = least.max(found[at] * f64::from(left)).min(1.0);
        corrected[at] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables of the normal distribution.
    #[test]
    fn chance_is_as_in_the_tables() {
        for (z, expected) in [
            (0.0, 1.0),
            (1.0, 0.317_311),
            (1.959_964, 0.05),
            (3.0, 0.002_700),
            (-1.959_964, 0.05),
        ] {
            assert!(
                (by_chance(z) - expected).abs() < 1e-6,
                "{z}: {}",
                by_chance(z)
            );
        }
        assert!(by_chance(1e6).abs() < f64::EPSILON);
    }

    /// The example of the encyclopaedia's article on the method; R's `p.adjust(method = "holm")` says the same.
    #[test]
    fn several_findings_are_corrected_as_published() {
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (is, expected) in corrected.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((is - expected).abs() < 1e-12, "{corrected:?}");
        }
        assert_eq!(holm(&[0.7, 0.8]), [1.0, 1.0]);
        assert_eq!(holm(&[]), Vec::<f64>::new());
    }
}
