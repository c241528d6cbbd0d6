//! `[[experiment]]`: a rule that is split among accounts, to find out which way is better.

use std::collections::BTreeSet;

use super::{super::raw, Compiler, known::Kind};
use crate::domain::policy::{Arm, Experiment, Route, Strategy};

impl Compiler<'_> {
    /// The experiments on these rules.
    pub fn experiments(&mut self, routes: &[Route]) -> Vec<Experiment> {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut experiments = Vec::new();
        for raw in &self.raw.experiment {
            self.enough_arms(raw);
            let on: Option<String> = self.refer(Kind::Route, &raw.on);
            let rule = on.and_then(|on| routes.iter().find(|route| route.id.as_str() == on));
            let Some(rule) = rule else {
                // What is wrong inside is told all the same.
                self.arms(raw, None);
                continue;
            };
            if !taken.insert(rule.id.to_string()) {
                let message = format!("the route `{}` is in an experiment already", rule.id);
                let help = "one at a time: what one of them does would be taken for the other's";
                self.mistake(raw.on.span(), message, help);
            }
            experiments.push(Experiment {
                id: raw.id.get_ref().clone(),
                on: rule.id.clone(),
                arms: self.arms(raw, Some(rule)),
            });
        }
        experiments
    }

    fn enough_arms(&mut self, raw: &raw::Experiment) {
        if raw.arms.get_ref().len() < 2 {
            let help =
                "add a second arm (`{}` is one that changes nothing), or take the experiment out";
            let message = "an experiment compares at least two arms";
            self.mistake(raw.arms.span(), message, help);
        }
    }

    /// The arms, without the rule only to find what is wrong in them.
    fn arms(&mut self, raw: &raw::Experiment, rule: Option<&Route>) -> Vec<Arm> {
        let mut arms: Vec<Arm> = Vec::new();
        for (place, typed) in raw.arms.get_ref().iter().enumerate() {
            let made = self.arm(place, typed.get_ref(), rule);
            let Some(arm) = made else { continue };
            let span = typed.span();
            if arms.iter().any(|before| before.id == arm.id) {
                let message = format!("a second arm is called `{}`", arm.id);
                let place = typed
                    .get_ref()
                    .id
                    .as_ref()
                    .map_or(span.clone(), toml::Spanned::span);
                self.mistake(place, message, "give each arm a name of its own");
            }
            if let Some(before) = arms.iter().find(|before| alike(before, &arm)) {
                let message = format!("the arms `{}` and `{}` do the same", before.id, arm.id);
                let help = "change `sla`, `strategy` or `to` in one of them: between these there is nothing to find";
                self.mistake(span, message, help);
            }
            arms.push(arm);
        }
        arms
    }

    fn arm(&mut self, place: usize, raw: &raw::Arm, rule: Option<&Route>) -> Option<Arm> {
        let sla = raw.sla.as_ref().and_then(|it| self.refer(Kind::Sla, it));
        let to = raw.to.as_ref().map(|it| self.targets(it));
        let weight = self.count(raw.weight.as_ref(), "leave the arm out instead");
        let strategy = raw.strategy.as_ref();
        let named = raw.id.as_ref().and_then(|it| self.said(it, "`id`"));
        let misnamed = raw.sla.is_some() && sla.is_none();
        let rule = rule.filter(|_| !misnamed)?;
        let route = Route {
            to: to.unwrap_or_else(|| rule.to.clone()),
            sla: sla.or_else(|| rule.sla.clone()),
            strategy: strategy.map(|it| meant(*it.get_ref())),
            ..rule.clone()
        };
        if let Some(strategy) = strategy
            && route.to.iter().all(|target| target.pushed_to().is_none())
        {
            let message = "`strategy` means something for a `team` or a `pool` only";
            let help = "take `strategy` out, or let `to` lead to a team";
            self.mistake(strategy.span(), message, help);
        }
        Some(Arm {
            id: named.unwrap_or_else(|| letter(place)),
            weight: f64::from(weight.unwrap_or(1)),
            route,
        })
    }
}

/// `a`, `b`, …
fn letter(place: usize) -> String {
    let letter = u8::try_from(place).ok().filter(|place| *place < 26);
    letter.map_or_else(
        || format!("arm{}", place + 1),
        |place| char::from(b'a' + place).to_string(),
    )
}

fn meant(strategy: raw::Strategy) -> Strategy {
    match strategy {
        raw::Strategy::RoundRobin => Strategy::RoundRobin,
        raw::Strategy::LeastLoaded => Strategy::LeastLoaded,
        raw::Strategy::BestMatch => Strategy::BestMatch,
        raw::Strategy::TopPerformer => Strategy::TopPerformer,
    }
}

/// Whether a lead would go the same way in both.
fn alike(one: &Arm, other: &Arm) -> bool {
    let (one, other) = (&one.route, &other.route);
    one.sla == other.sla && one.strategy == other.strategy && one.to == other.to
}
