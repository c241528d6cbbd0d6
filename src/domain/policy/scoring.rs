//! What leads are worth: points for what they are and for what they do, and the levels that points reach.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    activity::Activities,
    condition::Condition,
    score::{Fit, Score, Stage},
};

/// How fit and engagement are counted.
#[derive(Clone, Debug)]
pub struct Scoring {
    /// Points for what a lead is.
    pub fit: Vec<FitRule>,
    /// Points for what a lead does.
    pub engagement: Vec<EngagementRule>,
    /// After so long an activity counts half; absent: for ever in full.
    pub half_life: Option<SignedDuration>,
    /// Whether what somebody asks for in a form counts as an activity under its type. Where a tracker tells of forms
    /// as well they would count twice.
    pub forms: bool,
    /// From which fit score on fit is strong.
    pub strong_fit: f64,
    /// Below which total a lead is only a subscriber; absent: none is.
    pub lead: Option<f64>,
    /// From which total on a lead is an MQL; absent: no score makes it one.
    pub mql: Option<f64>,
}

impl Default for Scoring {
    fn default() -> Self {
        Self {
            fit: Vec::new(),
            engagement: Vec::new(),
            half_life: None,
            forms: false,
            strong_fit: 25.0,
            lead: None,
            mql: None,
        }
    }
}

/// Points for what a lead is.
#[derive(Clone, Debug)]
pub struct FitRule {
    /// Which leads.
    pub when: Condition,
    /// How many, negative ones too.
    pub points: f64,
    /// In words, for the reasons.
    pub why: String,
}

/// Points for what a lead does.
#[derive(Clone, Debug)]
pub struct EngagementRule {
    /// Under which name it is counted.
    pub activity: String,
    /// How many each time, negative ones too.
    pub points: f64,
    /// In words, for the reasons.
    pub why: String,
}

impl Scoring {
    /// Whether fit is strong with so many points.
    #[must_use]
    pub fn fit_level(&self, points: f64) -> Fit {
        if points >= self.strong_fit {
            Fit::Strong
        } else {
            Fit::Weak
        }
    }

    /// Counts what was done, as it is worth `now`: the points fade while nobody looks, so they are never stored as
    /// they are but counted whenever they are read.
    pub fn count(&self, score: &mut Score, done: &Activities, now: Timestamp) {
        score.engagement = 0.0;
        score.did.clear();
        for rule in &self.engagement {
            let times = done.times(&rule.activity);
            if times.is_empty() {
                continue;
            }
            let worth: f64 = times.iter().map(|at| self.left_of(*at, now)).sum();
            let points = hundredths(rule.points * worth);
            score.engagement += points;
            let times = match times.len() {
                1 => "once".to_owned(),
                many => format!("{many} times"),
            };
            let line = format!("{:+} {} ({times})", tenths(points), rule.why);
            score.did.push(line);
        }
        score.engagement = hundredths(score.engagement);
    }

    /// How much of an activity's worth is left: a half after one half-life, a quarter after two.
    fn left_of(&self, at: Timestamp, now: Timestamp) -> f64 {
        let Some(half_life) = self.half_life else {
            return 1.0;
        };
        let age = now.duration_since(at).as_secs_f64().max(0.0);
        (-age / half_life.as_secs_f64()).exp2()
    }

    /// The stage that a total makes of one: what people or sales have made of a lead no score takes back.
    #[must_use]
    pub fn stage(&self, was: Stage, total: f64) -> Stage {
        match was {
            Stage::Subscriber | Stage::Lead | Stage::Mql => {
                if self.mql.is_some_and(|least| total >= least) {
                    Stage::Mql
                } else if self.lead.is_some_and(|least| total < least) {
                    Stage::Subscriber
                } else {
                    Stage::Lead
                }
            }
            Stage::Sal | Stage::Sql | Stage::Opportunity | Stage::Customer => was,
        }
    }
}

/// To two places: what faded within these minutes changes no level.
fn hundredths(points: f64) -> f64 {
    (points * 100.0).round() / 100.0
}

fn tenths(points: f64) -> f64 {
    (points * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day)
    }

    fn rule(activity: &str, points: f64) -> EngagementRule {
        EngagementRule {
            activity: activity.to_owned(),
            points,
            why: activity.replace('_', " "),
        }
    }

    /// The usual table of the field.
    fn usual(half_life: Option<i64>) -> Scoring {
        Scoring {
            engagement: vec![
                rule("contact_form", 15.0),
                rule("pricing_page", 15.0),
                rule("trial", 25.0),
                rule("download", 10.0),
                rule("email_click", 5.0),
                rule("email_open", 2.0),
                rule("blog_post", 2.0),
                rule("unsubscribed", -5.0),
            ],
            half_life: half_life.map(|days| SignedDuration::from_hours(24 * days)),
            mql: Some(60.0),
            ..Scoring::default()
        }
    }

    fn done(what: &[(&str, usize)]) -> Activities {
        let mut done = Activities::default();
        for (name, times) in what {
            for _ in 0..*times {
                done.add(name, at(0));
            }
        }
        done
    }

    fn counted(scoring: &Scoring, done: &Activities, now: Timestamp) -> Score {
        let mut score = Score::default();
        scoring.count(&mut score, done, now);
        score
    }

    #[test]
    fn the_worked_examples_of_the_field_make_76_and_19() {
        let eager = [
            ("download", 3),
            ("email_open", 3),
            ("email_click", 3),
            ("trial", 1),
        ];
        let cool = [("pricing_page", 1), ("email_open", 2)];
        let scoring = usual(None);
        let eager = counted(&scoring, &done(&eager), at(0));
        let cool = counted(&scoring, &done(&cool), at(0));
        assert_eq!((eager.total(), cool.total()), (76.0, 19.0));
        assert_eq!(scoring.stage(Stage::Lead, eager.total()), Stage::Mql);
        assert_eq!(scoring.stage(Stage::Lead, cool.total()), Stage::Lead);
        insta::assert_debug_snapshot!(eager.did, @r#"
        [
            "+25 trial (once)",
            "+30 download (3 times)",
            "+15 email click (3 times)",
            "+6 email open (3 times)",
        ]
        "#);
    }

    #[test]
    fn what_was_done_is_worth_half_after_a_half_life() {
        let (scoring, done) = (usual(Some(30)), done(&[("download", 2)]));
        let after = |days| counted(&scoring, &done, at(days)).engagement;
        assert_eq!(
            (after(0), after(30), after(60), after(300)),
            (20.0, 10.0, 5.0, 0.02)
        );
        // A clock that is behind makes nothing of more worth.
        assert_eq!(after(-1), 20.0);
    }

    #[test]
    fn an_unsubscription_and_time_take_a_stage_back_but_not_from_sales() {
        let scoring = usual(Some(30));
        let mut score = Score::default();
        let mut done = done(&[("trial", 2), ("download", 1)]);
        scoring.count(&mut score, &done, at(0));
        assert_eq!(scoring.stage(Stage::Lead, score.total()), Stage::Mql);
        done.add("unsubscribed", at(0));
        scoring.count(&mut score, &done, at(0));
        assert_eq!(score.total(), 55.0);
        assert_eq!(scoring.stage(Stage::Mql, score.total()), Stage::Lead);
        assert_eq!(scoring.stage(Stage::Sal, score.total()), Stage::Sal);
        let strict = Scoring {
            lead: Some(5.0),
            ..usual(None)
        };
        assert_eq!(strict.stage(Stage::Lead, 4.0), Stage::Subscriber);
        assert_eq!(strict.stage(Stage::Subscriber, 5.0), Stage::Lead);
    }

    proptest! {
        /// Without another activity what somebody did is never worth more later, and never less than nothing.
        #[test]
        fn engagement_only_fades(
            days in prop::collection::vec(0i64..400, 1..30),
            half_life in 1i64..200,
            looks in prop::collection::vec(400i64..2000, 2..6),
        ) {
            let scoring = usual(Some(half_life));
            let mut done = Activities::default();
            for day in days {
                done.add("download", at(day));
            }
            let mut looks = looks;
            looks.sort_unstable();
            let seen: Vec<f64> = looks.iter().map(|day| counted(&scoring, &done, at(*day)).engagement).collect();
            prop_assert!(seen.windows(2).all(|two| two[0] >= two[1]), "{seen:?}");
            prop_assert!(seen.iter().all(|points| *points >= 0.0), "{seen:?}");
        }
    }
}
