//! SLAs and the steps of their escalations.

use std::collections::BTreeMap;

use toml::Spanned;

use super::{
    super::raw::{self, Text},
    Compiler, builtin,
    known::Kind,
};
use crate::domain::{
    activity,
    calendar::Period,
    event::ContactHow,
    id::SlaId,
    policy::{Assignee, Audience, Repeat, Rung, Sla, Step, StepAction},
    suggest,
};

const ACTIONS: &str = "`remind`, `reoffer`, `widen`, `notify`, `assign` and `review`";
const MOST_TIMES: u32 = 100;

impl Compiler<'_> {
    pub fn slas(&mut self) -> BTreeMap<SlaId, Sla> {
        let built_in = builtin::SLAS.into_iter();
        let mut slas: BTreeMap<SlaId, Sla> = built_in
            .map(|(name, acknowledge, contact)| {
                (name.into(), builtin::sla(name, acknowledge, contact))
            })
            .collect();
        for (name, raw) in &self.raw.sla {
            let sla = self.sla(name.get_ref(), raw);
            slas.insert(name.get_ref().as_str().into(), sla);
        }
        slas
    }

    fn sla(&mut self, name: &str, raw: &raw::Sla) -> Sla {
        let acknowledge = self.some_period(&raw.acknowledge);
        let contact = self.some_period(&raw.contact);
        if let (Some(accepted), Some(reached)) = (acknowledge, contact)
            && is_before(reached, accepted)
        {
            let help = "`contact` counts from the lead's arrival, like `acknowledge`";
            let message = "nobody can be contacted before the lead is accepted";
            self.mistake(raw.contact.span(), message, help);
        }
        let retry = raw.retry.iter();
        let retry = retry.filter_map(|after| self.some_period(after)).collect();
        let exhausted = raw.exhausted.as_ref();
        let exhausted = exhausted.and_then(|it| self.target(it.get_ref(), &it.span()));
        let given = raw.escalation.as_ref();
        let escalation = given.map(|it| self.steps(it.get_ref()));
        Sla {
            id: Some(name.into()),
            acknowledge,
            contact,
            at_least: raw.at_least.as_ref().and_then(|it| self.period(it)),
            calendar: raw
                .calendar
                .as_ref()
                .and_then(|it| self.refer(Kind::Calendar, it)),
            escalation: escalation
                .or_else(|| acknowledge.map(builtin::escalation))
                .unwrap_or_default(),
            untouched: self.steps(&raw.untouched),
            retry,
            exhausted,
        }
    }

    /// What people do that is a contact, by the name under which it is counted.
    pub fn contacts(&mut self) -> BTreeMap<String, ContactHow> {
        let Some(given) = &self.raw.contact.activities else {
            let built_in = builtin::CONTACTS.into_iter();
            return built_in.map(|(name, how)| (name.to_owned(), how)).collect();
        };
        let mut contacts = BTreeMap::new();
        for (name, how) in given {
            let counted = activity::name(name.get_ref());
            if counted.is_empty() {
                let help = "an activity is called like `email_replied`";
                self.mistake(name.span(), "this names no activity", help);
            }
            match ContactHow::by_word(how.get_ref()) {
                Some(how) => drop(contacts.insert(counted, how)),
                None => {
                    let words = ContactHow::ALL.map(ContactHow::word);
                    let help = suggest::help(how.get_ref(), words).unwrap_or_default();
                    let message = format!("no outcome of a contact called `{}`", how.get_ref());
                    self.mistake(how.span(), message, help);
                }
            }
        }
        contacts
    }

    fn steps(&mut self, raw: &[Spanned<raw::Step>]) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for step in raw {
            let after = self.period(&step.get_ref().after);
            let action = self.action(step);
            let repeat = step.get_ref().repeat.as_ref();
            let repeat = repeat.and_then(|it| self.repeat(it));
            let (Some(after), Some(action)) = (after, action) else {
                continue;
            };
            if steps.last().is_some_and(|it| is_before(after, it.after)) {
                let message = "this step comes before the one above it";
                let help = "every `after` counts from the lead's arrival; put them in order";
                self.mistake(step.get_ref().after.span(), message, help);
            }
            steps.push(Step {
                after,
                action,
                repeat,
            });
        }
        steps
    }

    fn repeat(&mut self, raw: &raw::Repeat) -> Option<Repeat> {
        let every = self.some_period(&raw.every);
        let times = self.count(Some(&raw.times), "leave `repeat` out to do it once");
        if times.is_some_and(|it| it > MOST_TIMES) {
            let message = format!("a step is repeated {MOST_TIMES} times at most");
            let help = "repeat it more rarely, or end with a step that assigns the lead";
            self.mistake(raw.times.span(), message, help);
        }
        Some(Repeat {
            every: every?,
            times: times?,
        })
    }

    /// The one thing that a step does.
    fn action(&mut self, step: &Spanned<raw::Step>) -> Option<StepAction> {
        let raw = step.get_ref();
        let all = [
            ("remind", &raw.remind),
            ("reoffer", &raw.reoffer),
            ("widen", &raw.widen),
            ("notify", &raw.notify),
            ("assign", &raw.assign),
            ("review", &raw.review),
        ];
        let given = all
            .iter()
            .filter_map(|(key, it)| Some((*key, it.as_ref()?)));
        let given: Vec<(&str, &Text)> = given.collect();
        match given[..] {
            [] => {
                let help = format!("give it one of {ACTIONS}");
                self.mistake(step.span(), "this step does nothing", help);
                None
            }
            [(key, value)] => self.one_action(key, value),
            [(first, _), (second, value), ..] => {
                let message = format!("a step does one thing, this one `{first}` and `{second}`");
                self.mistake(value.span(), message, "write two steps");
                None
            }
        }
    }

    fn one_action(&mut self, key: &str, value: &Text) -> Option<StepAction> {
        let typed = self.filled(value)?;
        match (key, typed) {
            ("remind", "rep") => Some(StepAction::Remind),
            ("widen", "pool") => Some(StepAction::Widen),
            ("remind" | "widen", _) => {
                let only = if key == "remind" { "rep" } else { "pool" };
                let help = suggest::help(typed, [only]).unwrap_or_default();
                let message = format!("`{key}` can't be `{typed}`");
                self.mistake(value.span(), message, help);
                None
            }
            ("reoffer", "team") => Some(StepAction::Reoffer(Rung::Team)),
            ("reoffer", "backups") => Some(StepAction::Reoffer(Rung::Backups)),
            ("reoffer", _) => {
                let team = self.refer_or(Kind::Team, value, &["team", "backups"])?;
                Some(StepAction::Reoffer(Rung::Other(team)))
            }
            ("notify", "managers") => Some(StepAction::Notify(Audience::Managers)),
            ("notify", "channel") => Some(StepAction::Notify(Audience::Channel)),
            ("notify", _) => {
                let rep = self.refer_or(Kind::Rep, value, &["managers", "channel"])?;
                Some(StepAction::Notify(Audience::Rep(rep)))
            }
            ("assign", "managers") => Some(StepAction::Assign(Assignee::Managers)),
            ("assign", _) => {
                let rep = self.refer_or(Kind::Rep, value, &["managers"])?;
                Some(StepAction::Assign(Assignee::Rep(rep)))
            }
            (_, _) => self.refer(Kind::Team, value).map(StepAction::Review),
        }
    }
}

/// Whether one is surely shorter than the other: business days and hours can't be told apart.
fn is_before(one: Period, other: Period) -> bool {
    match (one, other) {
        (Period::Time(one), Period::Time(other)) => one < other,
        (Period::BusinessDays(one), Period::BusinessDays(other)) => one < other,
        (Period::Time(_), Period::BusinessDays(_)) | (Period::BusinessDays(_), Period::Time(_)) => {
            false
        }
    }
}
