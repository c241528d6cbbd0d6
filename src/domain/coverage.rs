//! When a team has somebody: the hours in which it should, those in which somebody is there, and what is left between.

use jiff::{SignedDuration, Timestamp};

/// From a moment to a later one.
pub type Span = (Timestamp, Timestamp);

/// Nobody for less than this is a lunch break.
pub const GAP: SignedDuration = SignedDuration::from_mins(30);

/// These spans in order, those that touch as one.
#[must_use]
pub fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut all: Vec<Span> = Vec::new();
    for (from, until) in spans.into_iter().filter(|(from, until)| from < until) {
        match all.last_mut() {
            Some((_, last)) if *last >= from => *last = until.max(*last),
            Some(_) | None => all.push((from, until)),
        }
    }
    all
}

/// What of `spans` lies in none of `others`.
#[must_use]
pub fn without(spans: &[Span], others: &[Span]) -> Vec<Span> {
    let others = union(others.to_vec());
    let mut left = Vec::new();
    for (mut from, until) in union(spans.to_vec()) {
        for (begin, end) in others.iter().copied() {
            if begin >= until {
                break;
            }
            if begin > from {
                left.push((from, begin));
            }
            from = from.max(end);
        }
        if from < until {
            left.push((from, until));
        }
    }
    left
}

/// What of `spans` lies between the ends of another one.
#[must_use]
pub fn within(spans: &[Span], (first, last): Span) -> Vec<Span> {
    let cut = spans.iter();
    let cut = cut.map(|(from, until)| ((*from).max(first), (*until).min(last)));
    cut.filter(|(from, until)| from < until).collect()
}

/// What of the hours `wanted` nobody is there for, longer than a break.
#[must_use]
pub fn gaps(wanted: &[Span], there: &[Span]) -> Vec<Span> {
    let mut gaps = without(wanted, there);
    gaps.retain(|(from, until)| until.duration_since(*from) >= GAP);
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3_600).expect("a moment")
    }

    fn spans(all: &[(i64, i64)]) -> Vec<Span> {
        all.iter()
            .map(|(from, until)| (at(*from), at(*until)))
            .collect()
    }

    #[test]
    fn spans_that_touch_are_one() {
        let all = spans(&[(5, 6), (1, 3), (2, 4), (6, 7), (9, 9)]);
        assert_eq!(union(all), spans(&[(1, 4), (5, 7)]));
    }

    #[test]
    fn a_gap_is_what_nobody_is_there_for() {
        for (wanted, there, left) in [
            (vec![(9, 17)], vec![], vec![(9, 17)]),
            (vec![(9, 17)], vec![(8, 18)], vec![]),
            (
                vec![(9, 17)],
                vec![(10, 12), (11, 13)],
                vec![(9, 10), (13, 17)],
            ),
            (
                vec![(9, 12), (13, 17)],
                vec![(11, 14)],
                vec![(9, 11), (14, 17)],
            ),
            (vec![(9, 12)], vec![(12, 13), (7, 9)], vec![(9, 12)]),
        ] {
            let found = gaps(&spans(&wanted), &spans(&there));
            assert_eq!(found, spans(&left), "{wanted:?} {there:?}");
        }
        let minutes = SignedDuration::from_mins(29);
        let short = [(at(9), at(10))];
        assert_eq!(gaps(&short, &[(at(9), at(10) - minutes)]), []);
    }
}
