//! The best must not drown: nobody gets more than a share of a team's last turns.

use crate::domain::id::RepId;

/// Over so many of a team's last turns a share is counted.
pub const WINDOW: usize = 20;

/// The share of `top-performer` where the team sets none.
pub const STAR_SHARE: f64 = 0.4;

/// How somebody stands against their share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowance {
    /// The next turn may be theirs.
    Free,
    /// It may, but they have just had several in a row.
    Paced,
    /// They have had as many as may be.
    Spent,
}

/// How many of the last [`WINDOW`] turns such a share is.
#[must_use]
pub fn most_of_window(share: f64) -> usize {
    most(share, WINDOW)
}

/// How many of `n` turns in a row a share is; of a whole window never more, of fewer the next whole
/// number, so that the turns are spread and the first is everybody's.
fn most(share: f64, n: usize) -> usize {
    let exact = share * number(n);
    let whole = if n >= WINDOW {
        (exact + 1e-9).floor()
    } else {
        (exact - 1e-9).ceil()
    };
    (1..=n).rev().find(|n| number(*n) <= whole).unwrap_or(1)
}

fn number(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}

/// Whether the next turn may be `rep`'s, of a team whose last turns were `recent`, oldest first; with how
/// many of them they had and may have.
#[must_use]
pub fn allowance(recent: &[RepId], rep: &RepId, share: f64) -> (Allowance, usize, usize) {
    let window = recent.iter().rev().take(WINDOW - 1);
    let (mut had, mut paced) = (0, false);
    for (before, one) in window.enumerate() {
        had += usize::from(one == rep);
        paced |= had + 1 > most(share, before + 2);
    }
    let cap = most_of_window(share);
    let allowed = if had + 1 > cap {
        Allowance::Spent
    } else if paced {
        Allowance::Paced
    } else {
        Allowance::Free
    };
    (allowed, had, cap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn give(recent: &mut Vec<RepId>, fit: &[RepId], share: f64) -> RepId {
        let best = |allowed| {
            let mut fit = fit.iter();
            fit.find(|rep| allowance(recent, rep, share).0 <= allowed)
        };
        let next = [Allowance::Free, Allowance::Paced]
            .into_iter()
            .find_map(best);
        let next = next.expect("somebody is below their share").clone();
        recent.push(next.clone());
        next
    }

    #[test]
    fn the_best_get_their_share_spread_over_the_turns() {
        let fit: Vec<RepId> = ["a", "b", "c"].map(RepId::from).to_vec();
        let mut recent = Vec::new();
        let given: String = (0..20)
            .map(|_| give(&mut recent, &fit, 0.4).to_string())
            .collect();
        assert_eq!(given, "ababcababcababcababc");
    }

    proptest! {
        /// As long as there are enough people to fill the shares, whoever is there.
        #[test]
        fn of_any_window_nobody_has_more_than_the_share(
            share in 0.2..1.0_f64,
            there in prop::collection::vec(prop::sample::subsequence(vec![0_usize, 1, 2, 3, 4, 5, 6], 0..2), 1..200),
        ) {
            let names: Vec<RepId> = (0..7).map(|n| RepId::from(format!("rep{n}"))).collect();
            let mut recent: Vec<RepId> = Vec::new();
            for away in there {
                let fit: Vec<RepId> = (0..7).filter(|n| !away.contains(n)).map(|n| names[n].clone()).collect();
                give(&mut recent, &fit, share);
                let from = recent.len().saturating_sub(WINDOW);
                for name in &names {
                    let had = recent[from..].iter().filter(|one| *one == name).count();
                    prop_assert!(had <= most(share, WINDOW), "{name} had {had} of {share}");
                }
            }
        }
    }
}
