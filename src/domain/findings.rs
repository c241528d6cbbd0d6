//! What an experiment has shown: each arm's numbers, and what they prove against the first arm.
//!
//! Of each company, else person, the first lead counts: they are what the arms are drawn for, and so what is independent.
//! Leads count in the arm that they were put in, whatever became of them later, and whoever has not been tried yet
//! counts as later than all who have: only so the arms are alike but for what they do.

use jiff::SignedDuration;

use super::{
    proof::{
        self, BELIEVED, Difference, POWER_80, Ranked, Rate, TestKind, difference, holm,
        needed_for_ranks, needed_for_rates, sooner, test_rates,
    },
    stats::middle_of,
};

/// What was counted in one arm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArmCounts {
    /// Which.
    pub arm: String,
    /// Leads that came into it, of each company the first.
    pub leads: u64,
    /// The later leads of those companies, which count no further.
    pub again: u64,
    /// When the first attempt to reach them was made, by its place in the histogram.
    pub contacted: Ranked,
    /// Leads won.
    pub won: u64,
}

/// One arm's numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmNumbers {
    /// Which.
    pub arm: String,
    /// Leads that came into it, of each company the first.
    pub leads: u64,
    /// The later leads of those companies, which count no further.
    pub again: u64,
    /// How many of them somebody has tried to reach.
    pub contacted: Share,
    /// How many of them were won.
    pub won: Share,
    /// Within what time half of them were tried.
    pub half: Half,
}

/// A share, and between which the truth lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// So many of so many.
    pub rate: Rate,
    /// The ends, 0 to 1; `None` of nothing.
    pub between: Option<(f64, f64)>,
}

/// Within what time half of an arm's leads were tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Half {
    /// `None`: half of them have not been tried.
    pub within: Option<SignedDuration>,
    /// Between which the truth lies; `None`: too few to say.
    pub low: Option<SignedDuration>,
    /// `None`: no lead has got so far.
    pub high: Option<SignedDuration>,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// How many were tried.
    Contacted,
    /// How soon.
    Speed,
    /// How many were won.
    Won,
}

impl Compared {
    /// In JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Contacted => "contacted",
            Self::Speed => "speed_to_lead",
            Self::Won => "won",
        }
    }
}

/// How two arms differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// A share is higher or lower.
    Rate(Difference),
    /// A lead of the arm is tried sooner than one of the first arm so often, 0 to 1.
    Sooner(f64),
}

/// What an arm proves against the first one.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which arm.
    pub arm: String,
    /// The first one.
    pub against: String,
    /// In what.
    pub what: Compared,
    /// How they differ.
    pub effect: Effect,
    /// How likely chance alone gives a difference like this one, corrected for the number of arms.
    pub p: f64,
    /// By which test; `None`: by ranks (Mann-Whitney).
    pub test: Option<TestKind>,
    /// How many leads each arm needs to prove a difference like this one, where it is not proved; `None` if there is
    /// none, or too few to guess.
    pub needed: Option<u64>,
}

impl Finding {
    /// Whether it is more than chance.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.p < BELIEVED
    }
}

/// What an experiment has shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// In the order of the rules.
    pub arms: Vec<ArmNumbers>,
    /// Each later arm against the first; nothing for what can't be compared yet.
    pub found: Vec<Finding>,
}

/// What these counts show, the first arm being what the others are compared with.
#[must_use]
pub fn findings(counts: &[ArmCounts]) -> Findings {
    let Some((first, others)) = counts.split_first() else {
        return Findings::default();
    };
    let all = [Compared::Contacted, Compared::Speed, Compared::Won];
    let found = all.into_iter().flat_map(|what| {
        let found = others.iter().filter_map(|arm| compare(first, arm, what));
        corrected(found.collect(), counts)
    });
    Findings {
        arms: counts.iter().map(numbers).collect(),
        found: found.collect(),
    }
}

impl ArmCounts {
    fn rate(&self, hits: u64) -> Rate {
        // A lead counts in the quarter of an hour in which it came, so what is asked for cuts no lead in two.
        Rate {
            hits: hits.min(self.leads),
            of: self.leads,
        }
    }

    fn tried(&self) -> Rate {
        self.rate(self.contacted.times.values().sum())
    }

    /// With those who have not been tried.
    fn ranked(&self) -> Ranked {
        Ranked {
            never: self.leads.saturating_sub(self.tried().hits),
            times: self.contacted.times.clone(),
        }
    }
}

fn numbers(counts: &ArmCounts) -> ArmNumbers {
    let share = |rate: Rate| Share {
        rate,
        between: proof::wilson(rate),
    };
    let (middle, between) = proof::median_interval(&counts.ranked()).unwrap_or_default();
    ArmNumbers {
        arm: counts.arm.clone(),
        leads: counts.leads,
        again: counts.again,
        contacted: share(counts.tried()),
        won: share(counts.rate(counts.won)),
        half: Half {
            within: middle.map(middle_of),
            low: between.map(|(low, _)| middle_of(low)),
            high: between.and_then(|(_, high)| high).map(middle_of),
        },
    }
}

fn compare(first: &ArmCounts, arm: &ArmCounts, what: Compared) -> Option<Finding> {
    let (effect, p, test) = match what {
        Compared::Contacted => of_rates(arm.tried(), first.tried())?,
        Compared::Won => of_rates(arm.rate(arm.won), first.rate(first.won))?,
        Compared::Speed => {
            let found = sooner(&arm.ranked(), &first.ranked())?;
            (Effect::Sooner(found.share), found.p, None)
        }
    };
    Some(Finding {
        arm: arm.arm.clone(),
        against: first.arm.clone(),
        what,
        effect,
        p,
        test,
        needed: None,
    })
}

fn of_rates(arm: Rate, first: Rate) -> Option<(Effect, f64, Option<TestKind>)> {
    let tested = test_rates(arm, first)?;
    let effect = Effect::Rate(difference(arm, first)?);
    Some((effect, tested.p, Some(tested.kind)))
}

/// Corrects what several arms have shown of one thing, and says how many leads are missing where it is no proof.
fn corrected(mut found: Vec<Finding>, counts: &[ArmCounts]) -> Vec<Finding> {
    let all: Vec<f64> = found.iter().map(|one| one.p).collect();
    for (one, p) in found.iter_mut().zip(holm(&all)) {
        one.p = p;
        let share = |arm: &str| {
            let arm = counts.iter().find(|counts| counts.arm == arm)?;
            match one.what {
                Compared::Contacted | Compared::Speed => arm.tried().share(),
                Compared::Won => arm.rate(arm.won).share(),
            }
        };
        if !one.is_proved() {
            one.needed = match one.effect {
                Effect::Rate(_) => share(&one.arm)
                    .zip(share(&one.against))
                    .and_then(|(p1, p2)| needed_for_rates(p1, p2, POWER_80)),
                Effect::Sooner(share) => needed_for_ranks(share, POWER_80),
            };
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stats::bucket_of;

    /// An arm whose leads were tried after so many minutes.
    fn arm(name: &str, leads: u64, minutes: &[i64], won: u64) -> ArmCounts {
        let mut contacted = Ranked::default();
        for time in minutes {
            let place = bucket_of(SignedDuration::from_mins(*time));
            *contacted.times.entry(place).or_default() += 1;
        }
        ArmCounts {
            arm: name.to_owned(),
            leads,
            again: 0,
            contacted,
            won,
        }
    }

    #[test]
    fn a_clear_difference_is_proved_and_a_small_one_says_how_many_are_missing() {
        let fast: Vec<i64> = (1..=90).collect();
        let slow: Vec<i64> = (60..=149).collect();
        let found = findings(&[arm("a", 100, &fast, 12), arm("b", 100, &slow, 10)]);
        let half = found.arms[0].half.within.expect("half were tried");
        assert!((48..=52).contains(&half.as_mins()), "{half:?}");
        let of = |what| {
            found
                .found
                .iter()
                .find(|one| one.what == what)
                .expect("compared")
        };
        assert!(of(Compared::Speed).is_proved());
        let Effect::Sooner(share) = of(Compared::Speed).effect else {
            panic!("times are compared by ranks")
        };
        assert!(share < 0.3, "b is slower: {share}");
        let won = of(Compared::Won);
        assert!(!won.is_proved());
        assert!(won.needed.is_some_and(|needed| needed > 3_000), "{won:?}");
        // The same share in both: nothing to prove, and no number proves it.
        assert_eq!(of(Compared::Contacted).needed, None);
    }

    #[test]
    fn several_arms_are_judged_more_strictly() {
        let two = findings(&[arm("a", 200, &[], 20), arm("b", 200, &[], 35)]);
        let many = findings(&[
            arm("a", 200, &[], 20),
            arm("b", 200, &[], 35),
            arm("c", 200, &[], 21),
            arm("d", 200, &[], 19),
        ]);
        let p = |of: &Findings| {
            of.found
                .iter()
                .find(|it| it.what == Compared::Won)
                .expect("compared")
                .p
        };
        assert!((p(&many) - 3.0 * p(&two)).abs() < 1e-12);
        assert!(p(&two) < BELIEVED && p(&many) > BELIEVED);
    }

    #[test]
    fn without_leads_nothing_is_said() {
        let found = findings(&[arm("a", 0, &[], 0), arm("b", 0, &[], 0)]);
        assert_eq!(
            (found.found, found.arms[0].half),
            (Vec::new(), Half::default())
        );
        assert_eq!(findings(&[]), Findings::default());
    }
}
