//! What managers ask for, summed from counts: how many, how fast, how much in time.
//!
//! Times are counted in a histogram whose steps grow by 4 %, so that a median over a million leads costs as
//! much as one over ten and is never off by more than 2 %.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    event::{Ending, Measure, MeasureKind},
    id::{RepId, RouteId, SourceId, TeamId},
};

/// How far a time read from the histogram may be from the one that went in; a little below the promised 2 %,
/// to leave room for rounding.
const ERROR: f64 = 0.0195;
/// How much longer than the step before it a step is.
const STEP: f64 = (1.0 + ERROR) / (1.0 - ERROR);
/// The place of what took less than a millisecond.
const NONE: i64 = 0;
/// What is counted without a time.
pub const NO_TIME: i64 = -1;

/// The place of `took` in the histogram; 0 for less than a millisecond.
#[must_use]
pub fn bucket_of(took: SignedDuration) -> i64 {
    let millis = took.as_secs_f64() * 1000.0;
    if millis < 1.0 {
        return NONE;
    }
    let step = (millis.ln() / STEP.ln()).ceil();
    // The longest duration there is lies below step 2000.
    #[expect(clippy::cast_possible_truncation, reason = "it is between 0 and 2000")]
    let place = step as i64;
    place + 1
}

/// The time that stands for a place in the histogram.
#[must_use]
pub fn middle_of(bucket: i64) -> SignedDuration {
    if bucket <= NONE {
        return SignedDuration::ZERO;
    }
    let step = f64::from(i32::try_from(bucket - 1).unwrap_or(i32::MAX));
    let millis = 2.0 * STEP.powf(step) / (STEP + 1.0);
    SignedDuration::try_from_secs_f64(millis / 1000.0).unwrap_or(SignedDuration::MAX)
}

/// Times, counted by their place in the histogram.
pub type Histogram = BTreeMap<i64, u64>;

/// The time below which the share `q` (0 to 1) of `times` lies; `None` if there are none.
#[must_use]
pub fn quantile(times: &Histogram, q: f64) -> Option<SignedDuration> {
    let total: u64 = times.values().sum();
    let mut below = 0;
    let place = times.iter().find(|(_, n)| {
        below += **n;
        share(below, total) >= q
    });
    place
        .or(times.last_key_value())
        .map(|(bucket, _)| middle_of(*bucket))
}

/// `part` of `whole`, 0 to 1.
fn share(part: u64, whole: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 leads")]
    let (part, whole) = (part as f64, whole as f64);
    part / whole
}

/// How often something was counted, for leads that are alike in all of this.
#[derive(Clone, Debug, PartialEq)]
pub struct TallyRow {
    /// The quarter of an hour in which they arrived; the first one, if times were summed.
    pub quarter_at: Timestamp,
    /// In whose numbers.
    pub team: Option<TeamId>,
    /// In whose numbers.
    pub rep: Option<RepId>,
    /// By which webhook they came.
    pub source: SourceId,
    /// From which part of the world, where that was counted.
    pub territory: Option<String>,
    /// What was asked for.
    pub lead_type: String,
    /// By which rule they went.
    pub rule: Option<RouteId>,
    /// What was counted.
    pub measure: MeasureKind,
    /// Of a time, its place in the histogram; else [`NO_TIME`].
    pub bucket: i64,
    /// How often.
    pub n: u64,
}

/// How often leads ended like this, and what they were worth.
#[derive(Clone, Debug, PartialEq)]
pub struct EndingRow {
    /// How.
    pub ending: Ending,
    /// Why; empty: not said in words that can be counted.
    pub reason: String,
    /// Of which money; empty: not said.
    pub currency: String,
    /// How many leads.
    pub n: u64,
    /// How many of them with a worth.
    pub valued: u64,
    /// What those were worth together.
    pub worth: f64,
}

/// By what a report is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// One line for each rep.
    Rep,
    /// One for each team.
    Team,
    /// One for each webhook.
    Source,
    /// One for each part of the world.
    Territory,
    /// One for each kind of lead.
    Type,
    /// One for each rule.
    Rule,
    /// One for each hour of the day in which leads arrived, `00` to `23`.
    Hour,
}

/// The numbers of one line of a report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    counts: BTreeMap<MeasureKind, u64>,
    times: BTreeMap<MeasureKind, Histogram>,
}

impl Stats {
    /// Sums all of `rows`.
    #[must_use]
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r TallyRow>) -> Self {
        let mut stats = Self::default();
        rows.into_iter().for_each(|row| stats.add(row));
        stats
    }

    /// Sums `rows` for each value of `by`, `""` for what has none; hours are those of `zone`.
    #[must_use]
    pub fn grouped<'r>(
        rows: impl IntoIterator<Item = &'r TallyRow>,
        by: By,
        zone: &TimeZone,
    ) -> BTreeMap<String, Self> {
        let mut groups: BTreeMap<String, Self> = BTreeMap::new();
        for row in rows {
            groups.entry(row.group(by, zone)).or_default().add(row);
        }
        groups
    }

    /// Adds one row.
    pub fn add(&mut self, row: &TallyRow) {
        *self.counts.entry(row.measure).or_default() += row.n;
        if row.bucket != NO_TIME {
            let times = self.times.entry(row.measure).or_default();
            *times.entry(row.bucket).or_default() += row.n;
        }
    }

    /// Adds one thing that was counted.
    pub fn count_one(&mut self, measure: &Measure) {
        *self.counts.entry(measure.what).or_default() += 1;
        if let Some(took) = measure.took {
            let times = self.times.entry(measure.what).or_default();
            *times.entry(bucket_of(took)).or_default() += 1;
        }
    }

    /// How often this was counted.
    #[must_use]
    pub fn count(&self, what: MeasureKind) -> u64 {
        self.counts.get(&what).copied().unwrap_or(0)
    }

    /// How long something took; `q` 0.5 is the median.
    #[must_use]
    pub fn time(&self, what: MeasureKind, q: f64) -> Option<SignedDuration> {
        quantile(self.times.get(&what)?, q)
    }

    /// From an offer's delivery to its accept.
    #[must_use]
    pub fn time_to_accept(&self, q: f64) -> Option<SignedDuration> {
        self.time(MeasureKind::Accepted, q)
    }

    /// From a lead's arrival to the first attempt to reach it: speed to lead.
    #[must_use]
    pub fn time_to_contact(&self, q: f64) -> Option<SignedDuration> {
        self.time(MeasureKind::Contacted, q)
    }

    /// The share (0 to 1) of leads that were accepted in time; `None` if none had a target that is decided.
    #[must_use]
    pub fn acknowledge_kept(&self) -> Option<f64> {
        self.kept(MeasureKind::AcknowledgeKept, MeasureKind::AcknowledgeMissed)
    }

    /// The share (0 to 1) of leads that were tried in time; `None` if none had a target that is decided.
    #[must_use]
    pub fn contact_kept(&self) -> Option<f64> {
        self.kept(MeasureKind::ContactKept, MeasureKind::ContactMissed)
    }

    /// The share (0 to 1) of offers answered yes among those that ended.
    #[must_use]
    pub fn accept_rate(&self) -> Option<f64> {
        let no = self.count(MeasureKind::Declined) + self.count(MeasureKind::Expired);
        let yes = self.count(MeasureKind::Accepted);
        (yes + no > 0).then(|| share(yes, yes + no))
    }

    fn kept(&self, kept: MeasureKind, missed: MeasureKind) -> Option<f64> {
        let (kept, missed) = (self.count(kept), self.count(missed));
        (kept + missed > 0).then(|| share(kept, kept + missed))
    }
}

impl TallyRow {
    fn group(&self, by: By, zone: &TimeZone) -> String {
        let text = match by {
            By::Rep => self.rep.as_ref().map(RepId::as_str),
            By::Team => self.team.as_ref().map(TeamId::as_str),
            By::Source => Some(self.source.as_str()),
            By::Territory => self.territory.as_deref(),
            By::Type => Some(self.lead_type.as_str()),
            By::Rule => self.rule.as_ref().map(RouteId::as_str),
            By::Hour => return format!("{:02}", zone.to_datetime(self.quarter_at).hour()),
        };
        text.unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(rep: &str, measure: MeasureKind, seconds: Option<i64>, n: u64) -> TallyRow {
        TallyRow {
            quarter_at: "2026-11-21T08:45:00Z".parse().expect("a time"),
            team: Some("sales".into()),
            rep: (!rep.is_empty()).then(|| rep.into()),
            source: "site".into(),
            territory: None,
            lead_type: "demo".to_owned(),
            rule: None,
            measure,
            bucket: seconds.map_or(NO_TIME, |s| bucket_of(SignedDuration::from_secs(s))),
            n,
        }
    }

    #[test]
    fn a_report_says_how_many_how_fast_and_how_much_in_time() {
        let rows = [
            row("anna", MeasureKind::Offered, None, 10),
            row("anna", MeasureKind::Accepted, Some(60), 5),
            row("anna", MeasureKind::Accepted, Some(600), 4),
            row("anna", MeasureKind::Declined, None, 1),
            row("anna", MeasureKind::AcknowledgeKept, None, 3),
            row("anna", MeasureKind::AcknowledgeMissed, None, 1),
            row("ben", MeasureKind::Offered, None, 2),
            row("", MeasureKind::Arrived, None, 7),
        ];
        let by_rep = Stats::grouped(&rows, By::Rep, &TimeZone::UTC);
        assert_eq!(by_rep.keys().collect::<Vec<_>>(), ["", "anna", "ben"]);
        let anna = &by_rep["anna"];
        let median = anna.time_to_accept(0.5).expect("accepts").as_secs_f64();
        let p90 = anna.time_to_accept(0.9).expect("accepts").as_secs_f64();
        assert!(
            (median - 60.0).abs() < 1.2 && (p90 - 600.0).abs() < 12.0,
            "{median} {p90}"
        );
        assert_eq!(
            (anna.accept_rate(), anna.acknowledge_kept()),
            (Some(0.9), Some(0.75))
        );
        assert_eq!(
            (anna.contact_kept(), anna.time_to_contact(0.5)),
            (None, None)
        );
        assert_eq!(Stats::of(&rows).count(MeasureKind::Offered), 12);
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        let by_hour = Stats::grouped(&rows, By::Hour, &berlin);
        assert_eq!(by_hour.keys().collect::<Vec<_>>(), ["09"]);
    }

    #[test]
    fn extremes_have_a_place() {
        assert_eq!(bucket_of(SignedDuration::MIN), NONE);
        assert_eq!(bucket_of(SignedDuration::from_micros(999)), NONE);
        assert!(bucket_of(SignedDuration::MAX) < 2000);
        assert_eq!(middle_of(NONE), SignedDuration::ZERO);
        assert!(middle_of(i64::MAX) > SignedDuration::from_hours(1));
        assert_eq!(quantile(&Histogram::new(), 0.5), None);
    }

    proptest! {
        /// Every quantile is within 2 % of the one that sorting all times would give.
        #[test]
        fn a_quantile_is_off_by_at_most_two_percent(
            mut millis in prop::collection::vec(1i64..10_000_000_000, 1..200), q in 0.01f64..=1.0,
        ) {
            let mut times = Histogram::new();
            for ms in &millis {
                *times.entry(bucket_of(SignedDuration::from_millis(*ms))).or_default() += 1;
            }
            millis.sort_unstable();
            let exact = (1..=millis.len()).find(|n| *n as f64 / millis.len() as f64 >= q).expect("q is at most 1");
            let exact = millis[exact - 1] as f64 / 1000.0;
            let told = quantile(&times, q).expect("there are some").as_secs_f64();
            prop_assert!((told - exact).abs() <= exact * 0.02, "{told} for {exact}");
        }

        /// Longer never counts as shorter.
        #[test]
        fn places_keep_the_order(a in 0i64..i64::MAX / 2, b in 0i64..i64::MAX / 2) {
            let place = |ms: i64| bucket_of(SignedDuration::from_millis(ms));
            prop_assert!(place(a.min(b)) <= place(a.max(b)));
        }
    }
}
