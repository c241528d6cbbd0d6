//! Leads whose clock nobody chose, or that have none.

use toml::Spanned;

use super::Linter;
use crate::{
    config::{
        compile::builtin::LAST_SLA,
        raw::{Form, Source},
    },
    domain::{
        id::{RepId, SlaId},
        policy::{Route, StepAction, Target},
    },
    rules::walk,
};

const ADVICE: &str = "name an SLA like the type, or give the route an `sla`";

const AT_THE_END: &str = "then nobody has to act: its managers, else the channel, are told again each working day until somebody has it; end with `assign`, `review` or `notify`";

impl Linter<'_> {
    pub(super) fn clocks(&mut self) {
        let sources = self.raw.source.iter();
        let all = sources.flat_map(|raw| types(raw).into_iter().map(move |it| (raw, it)));
        let unnamed = all.filter(|(_, lead_type)| !self.is_sla(lead_type));
        let unnamed: Vec<(&Source, String)> = unnamed.collect();
        self.teams_without(&unnamed);
        self.routes_without(&unnamed);
    }

    /// Escalations after whose last step nobody in particular has to act.
    pub(super) fn ends(&mut self) {
        for (name, raw) in &self.raw.sla {
            let sla = self
                .rules
                .policy
                .slas
                .get(&SlaId::from(name.get_ref().as_str()));
            let last = sla.and_then(|sla| sla.escalation.last());
            let does = match last.map(|step| &step.action) {
                Some(StepAction::Remind) => "reminds the rep",
                Some(StepAction::Reoffer(_)) => "asks the next one",
                Some(StepAction::Widen) => "asks everybody",
                Some(StepAction::Notify(_) | StepAction::Assign(_) | StepAction::Review(_))
                | None => continue,
            };
            let Some(written) = &raw.escalation else {
                continue;
            };
            let place = written
                .get_ref()
                .last()
                .map_or(written.span(), Spanned::span);
            let message = format!(
                "the escalation of `{name}` ends with a step that {does}",
                name = name.get_ref()
            );
            self.say(place, message, AT_THE_END);
        }
    }

    fn is_sla(&self, name: &str) -> bool {
        self.rules.policy.slas.contains_key(&SlaId::from(name))
    }

    /// Teams that did not choose a clock for such leads: one remark each, however many sources there are.
    fn teams_without(&mut self, unnamed: &[(&Source, String)]) {
        let routes = &self.rules.policy.routes;
        for team in &self.raw.team {
            let id = team.id.get_ref();
            let gets = routes
                .iter()
                .any(|route| route.sla.is_none() && walk::leads_to(route, &id.as_str().into()));
            let chosen = |lead_type: &str| match team.sla.as_ref().map(Spanned::get_ref) {
                Some(Form::Text(_)) => true,
                Some(Form::Long(by_type)) => by_type.keys().any(|it| {
                    matches!(it.get_ref().as_str(), "default") || it.get_ref() == lead_type
                }),
                None => false,
            };
            let without = unnamed.iter().filter(|(_, it)| gets && !chosen(it));
            if let Some(leads) = leads(without) {
                let message =
                    format!("the team `{id}` has no SLA for {leads}: their clock is `{LAST_SLA}`");
                let place = team.sla.as_ref().map_or(team.id.span(), Spanned::span);
                self.say(place, message, "give the team an `sla` with a `default`");
            }
        }
    }

    /// Routes that can lead to somebody behind whom no team stands.
    fn routes_without(&mut self, unnamed: &[(&Source, String)]) {
        for (route, raw) in self.rules.policy.routes.iter().zip(&self.raw.route) {
            if route.sla.is_none()
                && self.can_be_without_team(route)
                && let Some(leads) = leads(unnamed.iter())
            {
                let message = format!("the route `{}` can leave {leads} without a clock", route.id);
                self.say(raw.id.span(), message, ADVICE);
            }
        }
    }

    fn can_be_without_team(&self, route: &Route) -> bool {
        let policy = &self.rules.policy;
        let alone = |rep: &RepId| policy.team_of(rep).is_none();
        let without = |target: &Target| match target {
            Target::Team(_) | Target::Pool { .. } | Target::Queue { .. } | Target::Review(_) => {
                Some(false)
            }
            Target::Rep(rep) => Some(alone(rep)),
            Target::AccountOwner | Target::PreviousOwner => Some(policy.reps.keys().any(alone)),
            Target::Nurture(_) | Target::Disqualify(_) => None,
        };
        let behind: Vec<bool> = route.to.iter().filter_map(without).collect();
        route.team.is_none() && !behind.is_empty() && behind.iter().all(|it| *it)
    }
}

/// "leads of `website` without a type and 2 other kinds"; `None` if there are none.
fn leads<'a>(mut kinds: impl Iterator<Item = &'a (&'a Source, String)>) -> Option<String> {
    let (source, lead_type) = kinds.next()?;
    let source = source.id.get_ref();
    let first = match lead_type.as_str() {
        "" => format!("leads of `{source}` without a type"),
        some => format!("leads of `{source}` with the type `{some}`"),
    };
    Some(match kinds.count() {
        0 => first,
        1 => format!("{first} and one other kind"),
        more => format!("{first} and {more} other kinds"),
    })
}

/// The types that a source's leads can have; empty is none, or whatever the payload says.
fn types(source: &Source) -> Vec<String> {
    let default = source
        .defaults
        .iter()
        .find(|(name, _)| name.get_ref() == "type");
    let default = default.and_then(|(_, value)| value.get_ref().as_str());
    let otherwise = default.unwrap_or_default().to_owned();
    match source.kind.as_ref().map(Spanned::get_ref) {
        Some(Form::Text(one)) => vec![one.clone()],
        Some(Form::Long(rules)) => {
            let named = rules.iter().map(|it| it.is.get_ref().clone());
            let all = rules.iter().any(|it| it.when.is_none());
            named.chain((!all).then_some(otherwise)).collect()
        }
        None => vec![otherwise],
    }
}
