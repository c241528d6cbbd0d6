//! Numbers: how long things took, what is typical of several runs, chance from a seed, and the time.

use std::time::Duration;

/// How long things took.
#[derive(Default)]
pub struct Times(Vec<i64>);

impl Times {
    /// Adds one.
    pub fn push(&mut self, took: Duration) {
        self.push_micros(i64::try_from(took.as_micros()).unwrap_or(i64::MAX));
    }

    /// Adds one that may be negative.
    pub fn push_micros(&mut self, micros: i64) {
        self.0.push(micros);
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The value in milliseconds below which this share lies.
    pub fn quantile(&mut self, share: f64) -> f64 {
        self.0.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank among at most some millions"
        )]
        let rank = ((self.0.len() as f64 * share).ceil() as usize).max(1);
        let micros = self.0.get(rank - 1).copied().unwrap_or_default();
        as_millis(micros)
    }

    /// `p50 1.2 ms, p99 3.4 ms, max 5.6 ms`.
    pub fn line(&mut self) -> String {
        let (p50, p99, max) = (self.quantile(0.5), self.quantile(0.99), self.quantile(1.0));
        format!("p50 {p50:.2} ms, p99 {p99:.2} ms, max {max:.2} ms")
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of some minutes")]
fn as_millis(micros: i64) -> f64 {
    micros as f64 / 1000.0
}

/// The middle one of some runs' figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// How many a second.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of at most some millions"
)]
pub fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(f64::EPSILON)
}

/// Chance that comes out the same for the same seed.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `below`.
    pub fn below(&mut self, below: u64) -> u64 {
        // SplitMix64: small, and even enough to choose moments and people by.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below.max(1)
    }
}

/// The time by the machine's clock in microseconds, as both programs under load read it.
#[expect(
    clippy::disallowed_methods,
    reason = "compares its own moments with those of programs on the same machine"
)]
pub fn wall() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}
