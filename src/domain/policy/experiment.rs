//! Two or more ways for the leads of one rule, so that it can be told which one is better.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::{Policy, Route, Sla, Strategy, Target, Team};
use crate::domain::{calendar::Period, contact::Field, id::RouteId, lead::Lead, mail::MailFacts};

/// The source of what somebody enters by hand.
const BY_HAND: &str = "manual";

/// One rule, split among accounts.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// As named in the file.
    pub id: String,
    /// Whose leads.
    pub on: RouteId,
    /// At least two, that differ.
    pub arms: Vec<Arm>,
}

/// One way of an experiment.
#[derive(Clone, Debug)]
pub struct Arm {
    /// `a`, `b`, … if the file does not name it.
    pub id: String,
    /// How many accounts it gets, against the other arms.
    pub weight: f64,
    /// The rule with what this arm changes of it.
    pub route: Route,
}

impl Experiment {
    /// The arm with this id.
    #[must_use]
    pub fn arm(&self, id: &str) -> Option<&Arm> {
        self.arms.iter().find(|arm| arm.id == id)
    }

    /// A digest of whom the arms are drawn for: the lead's company, else the person.
    #[must_use]
    pub fn unit_of(&self, lead: &Lead) -> String {
        let digest = digest([&self.id, "unit", &account_of(lead)]);
        hex::encode(&digest[..16])
    }

    /// The arm of an account, always the same one. Each arm draws for it, and the best draw for its weight has it
    /// (weighted rendezvous hashing): another order of the arms changes nothing, and an arm that is added takes only
    /// its share away from each of the others.
    #[must_use]
    pub fn arm_of(&self, account: &str) -> Option<&Arm> {
        let drawn = |arm: &Arm| -draw(&self.id, account, &arm.id).ln() / arm.weight;
        self.arms
            .iter()
            .min_by(|a, b| drawn(a).total_cmp(&drawn(b)))
    }
}

/// A number above 0 and below 1, the same on every machine.
fn draw(experiment: &str, account: &str, arm: &str) -> f64 {
    let bytes = digest([experiment, account, arm]);
    let number = bytes
        .iter()
        .take(6)
        .fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
    #[expect(clippy::cast_precision_loss, reason = "48 bits fit")]
    let share = (number as f64 + 0.5) / (1u64 << 48) as f64;
    share
}

fn digest(parts: [&str; 3]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
        digest.update([0]);
    }
    digest.finalize().into()
}

/// Whose leads stay together: the company by its domain, else the person.
fn account_of(lead: &Lead) -> Cow<'_, str> {
    let mail = lead.contact.text(Field::Email);
    let facts = MailFacts::of(mail);
    if let Some(company) = facts.company_domain {
        return Cow::Owned(company);
    }
    let person = [mail, lead.contact.text(Field::Phone)];
    let person = person.into_iter().find(|text| !text.is_empty());
    match person {
        Some(person) => Cow::Owned(person.to_lowercase()),
        None => Cow::Borrowed(lead.id.as_str()),
    }
}

impl Policy {
    /// The experiment on this rule.
    #[must_use]
    pub fn experiment_on(&self, rule: &RouteId) -> Option<&Experiment> {
        self.experiments.iter().find(|one| one.on == *rule)
    }

    /// The rule under which a lead goes, as the arm that the lead is in changes it; `None` for one that is no longer
    /// in the rules.
    #[must_use]
    pub fn route_of(&self, lead: &Lead) -> Option<&Route> {
        let rule = lead.routing.as_ref()?.rule.as_ref()?;
        let arm = lead.trial.as_ref().and_then(|trial| {
            let experiment = self.experiment_on(rule)?;
            let same = experiment.id == trial.experiment;
            experiment.arm(&trial.arm).filter(|_| same)
        });
        arm.map(|arm| &arm.route)
            .or_else(|| self.routes.iter().find(|route| route.id == *rule))
    }

    /// All rules, and what the arms of experiments make of them.
    pub fn ways(&self) -> impl Iterator<Item = &Route> {
        let arms = self.experiments.iter().flat_map(|one| &one.arms);
        self.routes.iter().chain(arms.map(|arm| &arm.route))
    }

    /// Whether some leads of a team are given out like this.
    #[must_use]
    pub fn gives_out_by(&self, strategy: Strategy, team: &Team) -> bool {
        let by_arm = |route: &Route| {
            let leads_here = |target: &Target| target.pushed_to() == Some(&team.id);
            route.strategy == Some(strategy) && route.to.iter().any(leads_here)
        };
        team.strategy == strategy || self.ways().any(by_arm)
    }

    /// The arm for a lead under this rule: the one that it has, else that of its account. Trials, lists and what
    /// people enter by hand are in none: nobody's speed is measured on them.
    #[must_use]
    pub fn arm_for(&self, lead: &Lead, rule: &RouteId) -> Option<(&Experiment, &Arm)> {
        let experiment = self.experiment_on(rule)?;
        if lead.test || lead.imported.is_some() || lead.source.as_str() == BY_HAND {
            return None;
        }
        let had = lead
            .trial
            .as_ref()
            .filter(|trial| trial.experiment == experiment.id)
            .and_then(|trial| experiment.arm(&trial.arm));
        let arm = had.or_else(|| experiment.arm_of(&account_of(lead)))?;
        Some((experiment, arm))
    }
}

impl Arm {
    /// What this arm does in place of what the rule does by itself, of whatever lead: "4 hours instead of the team's
    /// clock".
    #[must_use]
    pub fn words(&self, policy: &Policy, rule: &Route) -> String {
        let named = |route: &Route| {
            let id = route.sla.as_ref();
            id.map_or_else(
                || "the team's clock".to_owned(),
                |id| clock(policy.slas.get(id)),
            )
        };
        let differs = self.route.sla != rule.sla;
        self.said(rule, differs.then(|| (named(&self.route), named(rule))))
    }

    /// The same of a lead under these clocks, as the rule and this arm give them: "4 hours instead of 15 minutes".
    #[must_use]
    pub fn words_under(&self, rule: &Route, was: Option<&Sla>, is: Option<&Sla>) -> String {
        let differs = was.map(|sla| &sla.id) != is.map(|sla| &sla.id);
        self.said(rule, differs.then(|| (clock(is), clock(was))))
    }

    /// The arm that changes nothing goes as the rule says.
    fn said(&self, rule: &Route, clocks: Option<(String, String)>) -> String {
        let instead = |is: String, was: String| format!("{is} instead of {was}");
        let mut said: Vec<String> = clocks
            .map(|(is, was)| instead(is, was))
            .into_iter()
            .collect();
        if self.route.to != rule.to {
            said.push(instead(targets(&self.route.to), targets(&rule.to)));
        }
        said.extend(self.route.strategy.map(|it| it.word().to_owned()));
        if said.is_empty() {
            return "as the rule says".to_owned();
        }
        said.join(", ")
    }
}

/// How soon an answer is owed, else the clock's name.
fn clock(sla: Option<&Sla>) -> String {
    let Some(sla) = sla else {
        return "no clock".to_owned();
    };
    let name = || sla.id.as_ref().map_or("its own", |id| id.as_str());
    sla.acknowledge
        .map_or_else(|| format!("clock {}", name()), Period::words)
}

fn targets(targets: &[Target]) -> String {
    let said: Vec<String> = targets.iter().map(Target::words).collect();
    said.join(", else ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experiment(arms: &[(&str, f64)]) -> Experiment {
        let arm = |(id, weight): &(&str, f64)| Arm {
            id: (*id).to_owned(),
            weight: *weight,
            route: Route {
                id: "hot".into(),
                when: None,
                to: Vec::new(),
                sla: None,
                strategy: None,
                team: None,
            },
        };
        Experiment {
            id: "speed".to_owned(),
            on: "hot".into(),
            arms: arms.iter().map(arm).collect(),
        }
    }

    fn arms_of(experiment: &Experiment) -> Vec<String> {
        let arm = |n: u32| experiment.arm_of(&format!("company{n}.example"));
        let id = |arm: Option<&Arm>| arm.map_or_else(String::new, |arm| arm.id.clone());
        (0..4_000).map(|n| id(arm(n))).collect()
    }

    #[test]
    fn accounts_are_spread_by_weight_and_keep_their_arm() {
        let before = arms_of(&experiment(&[("a", 1.0), ("b", 3.0)]));
        let share = |arms: &[String], id: &str| arms.iter().filter(|arm| *arm == id).count();
        assert!(
            (900..1_100).contains(&share(&before, "a")),
            "{}",
            share(&before, "a")
        );
        assert_eq!(before, arms_of(&experiment(&[("b", 3.0), ("a", 1.0)])));
        // A third arm takes its share, and moves nobody between the others.
        let after = arms_of(&experiment(&[("a", 1.0), ("b", 3.0), ("c", 1.0)]));
        let mut both = before.iter().zip(&after);
        assert!(both.all(|(was, is)| was == is || is == "c"));
        assert!((700..900).contains(&share(&after, "c")));
    }

    /// The same on every machine and in every release: who is in which arm is a promise.
    #[test]
    fn the_arms_of_some_companies_never_change() {
        let experiment = experiment(&[("a", 1.0), ("b", 1.0)]);
        let arm = |account| experiment.arm_of(account).map(|arm| arm.id.as_str());
        let companies = [
            "globex.com",
            "initech.de",
            "company0.example",
            "company2.example",
        ];
        insta::assert_compact_debug_snapshot!(companies.map(arm), @r#"[Some("a"), Some("a"), Some("b"), Some("b")]"#);
    }
}
