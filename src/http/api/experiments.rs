//! Experiments among the numbers of `GET /api/v1/stats`: each arm, and what it proves against the first.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    commands::experiment,
    domain::{
        findings::{ArmNumbers, Effect, Finding, Share},
        policy::Policy,
    },
    store::{self, Db},
    words::experiment::Standing,
};

/// Two ways or more for the leads of one rule.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Experiment")]
pub(super) struct ExperimentView {
    id: String,
    /// The rule.
    on: String,
    /// When its first lead came, of those that are counted here.
    since: Option<Timestamp>,
    arms: Vec<ArmView>,
    findings: Vec<FindingView>,
}

/// One way.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Arm")]
struct ArmView {
    arm: String,
    /// In words.
    does: String,
    /// Leads that came into it, of each company the first.
    leads: u64,
    /// The later leads of those companies, which count no further.
    again: u64,
    contacted: ShareView,
    won: ShareView,
    /// Within what time half of them were tried, in seconds; none: half have not been tried.
    half_within_s: Option<f64>,
}

/// A share, and between which the truth lies, 95 % sure.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Share")]
struct ShareView {
    leads: u64,
    /// 0 to 1; none: of nothing.
    share: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

/// What an arm proves against the first.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct FindingView {
    arm: String,
    against: String,
    /// `contacted`, `speed_to_lead` or `won`.
    what: &'static str,
    /// How many more, 0 to 1; of `speed_to_lead` how often one of this arm is tried sooner.
    effect: f64,
    /// How likely chance alone gives a difference like this one.
    p: f64,
    proved: bool,
    /// So many leads each arm would need; none: it is proved, or there is none.
    leads_needed: Option<u64>,
}

/// All of the rules, of the leads that came into them between two moments.
pub(super) async fn all(
    db: &Db,
    policy: &Policy,
    moments: (Timestamp, Timestamp),
) -> Result<Vec<ExperimentView>, store::Error> {
    let mut all = Vec::with_capacity(policy.experiments.len());
    for one in &policy.experiments {
        all.push(view(
            &experiment::gather(db, policy, one, Some(moments)).await?,
        ));
    }
    Ok(all)
}

fn view(standing: &Standing) -> ExperimentView {
    let arms = standing.findings.arms.iter().zip(&standing.does);
    ExperimentView {
        id: standing.id.clone(),
        on: standing.on.to_string(),
        since: standing.since,
        arms: arms.map(|(numbers, does)| arm(numbers, does)).collect(),
        findings: standing.findings.found.iter().map(finding).collect(),
    }
}

fn arm(numbers: &ArmNumbers, does: &str) -> ArmView {
    ArmView {
        arm: numbers.arm.clone(),
        does: does.to_owned(),
        leads: numbers.leads,
        again: numbers.again,
        contacted: share(numbers.contacted),
        won: share(numbers.won),
        half_within_s: numbers
            .half
            .within
            .map(|took: SignedDuration| took.as_secs_f64()),
    }
}

fn share(share: Share) -> ShareView {
    ShareView {
        leads: share.rate.hits,
        share: share.rate.share(),
        low: share.between.map(|(low, _)| low),
        high: share.between.map(|(_, high)| high),
    }
}

fn finding(finding: &Finding) -> FindingView {
    FindingView {
        arm: finding.arm.clone(),
        against: finding.against.clone(),
        what: finding.what.word(),
        effect: match finding.effect {
            Effect::Rate(by) => by.is,
            Effect::Sooner(share) => share,
        },
        p: finding.p,
        proved: finding.is_proved(),
        leads_needed: finding.needed,
    }
}
