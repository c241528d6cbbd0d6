//! Why offers were declined, and how often people put aside what a rule had chosen: that shows when a rule is wrong.

use std::collections::BTreeMap;

use super::stats::By;

/// In `what`: an offer was declined.
pub const DECLINED: &str = "declined";
/// In `what`: a person gave the lead to somebody else.
pub const OVERRIDDEN: &str = "overridden";

/// So many declines for a reason, or leads given to a team by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonRow {
    /// [`DECLINED`] or [`OVERRIDDEN`].
    pub what: String,
    /// `""` in these: none. Of an override the one that had it before.
    pub team: String,
    /// Whose.
    pub rep: String,
    /// By which rule the lead went.
    pub rule: String,
    /// The reason, or the team; `""`: given back.
    pub reason: String,
    /// How often.
    pub n: i64,
}

/// What reasons tell of some leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons {
    /// Ids of reasons, the most frequent first.
    pub declined: Vec<(String, u64)>,
    /// Leads that people gave to somebody else than the rule had chosen.
    pub overridden: u64,
    /// From which team to which, the most frequent first; to `""`: given back.
    pub moves: Vec<Move>,
}

/// Leads that people gave from one team to another, or within one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The team that had them; `""`: none.
    pub from: String,
    /// The team that got them; `""`: they were given back.
    pub to: String,
    /// How many.
    pub n: u64,
}

impl Reasons {
    /// Sums all of `rows`.
    #[must_use]
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r ReasonRow>) -> Self {
        let mut declined: BTreeMap<String, u64> = BTreeMap::new();
        let mut moves: BTreeMap<(String, String), u64> = BTreeMap::new();
        for row in rows {
            let n = u64::try_from(row.n).unwrap_or(0);
            if row.what == DECLINED {
                *declined.entry(row.reason.clone()).or_default() += n;
            } else {
                let way = (row.team.clone(), row.reason.clone());
                *moves.entry(way).or_default() += n;
            }
        }
        let mut declined: Vec<(String, u64)> = declined.into_iter().collect();
        declined.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let moves = moves
            .into_iter()
            .map(|((from, to), n)| Move { from, to, n });
        let mut moves: Vec<Move> = moves.collect();
        moves.sort_by_key(|way| std::cmp::Reverse(way.n));
        Self {
            declined,
            overridden: moves.iter().map(|way| way.n).sum(),
            moves,
        }
    }

    /// Sums `rows` for each value of `by`, `""` for what has none; nothing where it is not known of a reason.
    #[must_use]
    pub fn grouped(rows: &[ReasonRow], by: By) -> BTreeMap<String, Self> {
        let key = |row: &ReasonRow| match by {
            By::Rep => Some(row.rep.clone()),
            By::Team => Some(row.team.clone()),
            By::Rule => Some(row.rule.clone()),
            By::Source | By::Territory | By::Type | By::Hour => None,
        };
        let mut keys: Vec<String> = rows.iter().filter_map(key).collect();
        keys.sort_unstable();
        keys.dedup();
        let theirs = |wanted: &str| {
            let of = rows
                .iter()
                .filter(|row| key(row).as_deref() == Some(wanted));
            Self::of(of)
        };
        keys.into_iter()
            .map(|wanted| {
                let reasons = theirs(&wanted);
                (wanted, reasons)
            })
            .collect()
    }

    /// The way that more than half of the moved leads went.
    #[must_use]
    pub fn mostly(&self) -> Option<&Move> {
        let first = self.moves.first()?;
        (first.n * 2 > self.overridden).then_some(first)
    }
}

/// From this share on a rule is questioned; below it people do what no rule can.
const QUESTIONED: f64 = 0.2;
/// With fewer it may be chance.
const ENOUGH: u64 = 5;

/// Whether people put aside so many of a rule's choices that the rule seems wrong.
#[must_use]
pub fn is_questioned(overridden: u64, of: u64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 leads")]
    let share = overridden as f64 / of.max(1) as f64;
    overridden >= ENOUGH && share >= QUESTIONED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(what: &str, team: &str, rep: &str, rule: &str, reason: &str, n: i64) -> ReasonRow {
        ReasonRow {
            what: what.to_owned(),
            team: team.to_owned(),
            rep: rep.to_owned(),
            rule: rule.to_owned(),
            reason: reason.to_owned(),
            n,
        }
    }

    #[test]
    fn reasons_are_grouped_by_rule_and_by_rep() {
        let rows = [
            row(DECLINED, "sdr", "ann", "hot", "busy", 2),
            row(DECLINED, "sdr", "ben", "hot", "territory", 3),
            row(DECLINED, "sdr", "ann", "warm", "busy", 1),
            row(OVERRIDDEN, "sdr", "ann", "hot", "enterprise", 4),
            row(OVERRIDDEN, "sdr", "ben", "hot", "", 1),
            row(OVERRIDDEN, "sdr", "ben", "hot", "sdr", 2),
        ];
        let by_rule = Reasons::grouped(&rows, By::Rule);
        let hot = &by_rule["hot"];
        let said = |of: &Reasons| {
            let said = of
                .declined
                .iter()
                .map(|(reason, n)| format!("{reason} {n}"));
            said.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(said(hot), "territory 3, busy 2");
        assert_eq!((hot.overridden, by_rule["warm"].overridden), (7, 0));
        let most = hot.mostly().expect("four of seven");
        assert_eq!(
            (most.from.as_str(), most.to.as_str(), most.n),
            ("sdr", "enterprise", 4)
        );
        assert_eq!(said(&Reasons::grouped(&rows, By::Rep)["ann"]), "busy 3");
        assert_eq!(Reasons::grouped(&rows, By::Hour), BTreeMap::new());
        assert_eq!(Reasons::of(&rows).overridden, 7);
    }

    #[test]
    fn a_rule_is_questioned_when_its_leads_keep_being_moved() {
        for (moved, of, questioned) in [
            (12, 30, true),
            (5, 25, true),
            (5, 26, false),
            (4, 4, false),
            (0, 0, false),
        ] {
            assert_eq!(is_questioned(moved, of), questioned, "{moved} of {of}");
        }
    }
}
