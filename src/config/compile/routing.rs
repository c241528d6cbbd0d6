//! How good leads are and who gets them: scoring, intents, routes, declines, golden leads.

use std::ops::Range;

use jiff::tz::TimeZone;
use toml::Spanned;

use super::{
    super::raw::{self, Flag, OneOrMany},
    Compiler, builtin, canonical,
    known::Kind,
    people,
};
use crate::domain::{
    activity::Deed,
    condition::Scope,
    policy::{
        AfterDecline, DeclineReason, EngagementRule, FitRule, Golden, IntentRule, Route, Scoring,
        Target,
    },
    score::Intent,
};

const TARGETS: &str =
    "`team`, `pool`, `queue`, `review`, `owner`, `rep`, `nurture` and `disqualify`";

impl Compiler<'_> {
    pub fn scoring(&mut self) -> Scoring {
        let raw = &self.raw.scoring;
        let mut scoring = Scoring {
            forms: raw.forms,
            ..Scoring::default()
        };
        if let Some(half_life) = &raw.half_life {
            scoring.half_life = self.some_time(half_life);
        }
        if let Some(strong) = &raw.strong_fit {
            scoring.strong_fit = self.finite(strong);
        }
        if let Some(mql) = &raw.mql {
            scoring.mql = Some(self.finite(mql));
        }
        if let Some(lead) = &raw.lead {
            scoring.lead = Some(self.finite(lead));
        }
        if let (Some(least), Some(mql)) = (scoring.lead, &raw.mql)
            && least >= *mql.get_ref()
        {
            let help = "a subscriber becomes a lead first, then an MQL";
            self.mistake(mql.span(), "`mql` must be more than `lead`", help);
        }
        scoring.fit = raw.fit.iter().filter_map(|it| self.fit_rule(it)).collect();
        let did = raw.engagement.iter();
        scoring.engagement = did.filter_map(|it| self.engagement_rule(it)).collect();
        scoring
    }

    fn engagement_rule(&mut self, raw: &raw::EngagementRule) -> Option<EngagementRule> {
        let points = self.finite(&raw.points);
        let said = self.said(&raw.activity, "`activity`")?;
        let Some(deed) = Deed::by_name(&said) else {
            let help = "write it as the tracker names it, for instance `pricing_page`";
            self.mistake(raw.activity.span(), "this names no activity", help);
            return None;
        };
        let why = raw.why.as_ref().map(|why| why.get_ref().clone());
        Some(EngagementRule {
            activity: deed.name().to_owned(),
            points,
            why: why.unwrap_or_else(|| deed.name().replace('_', " ")),
        })
    }

    fn fit_rule(&mut self, raw: &raw::FitRule) -> Option<FitRule> {
        let points = self.finite(&raw.points);
        let when = self.condition(&raw.when, Scope::Lead)?;
        let why = raw.why.as_ref().unwrap_or(&raw.when);
        Some(FitRule {
            when,
            points,
            why: why.get_ref().clone(),
        })
    }

    pub fn intents(&mut self) -> Vec<IntentRule> {
        let rules = self.raw.intent.iter().filter_map(|raw| {
            let when = self.condition(&raw.when, Scope::Lead)?;
            Some(IntentRule {
                level: match raw.level {
                    raw::IntentLevel::High => Intent::High,
                    raw::IntentLevel::Medium => Intent::Medium,
                    raw::IntentLevel::Low => Intent::Low,
                },
                when: Some(when),
            })
        });
        rules.collect()
    }

    pub fn routes(&mut self) -> Vec<Route> {
        let raw = &self.raw.route;
        raw.iter().map(|it| self.route(it)).collect()
    }

    fn route(&mut self, raw: &raw::Route) -> Route {
        let when = raw.when.as_ref();
        Route {
            id: raw.id.get_ref().as_str().into(),
            when: when.and_then(|it| self.condition(it, Scope::Lead)),
            to: self.targets(&raw.to),
            sla: raw.sla.as_ref().and_then(|it| self.refer(Kind::Sla, it)),
            strategy: None,
            team: raw.team.as_ref().and_then(|it| self.refer(Kind::Team, it)),
        }
    }

    pub fn targets(&mut self, raw: &Spanned<OneOrMany<raw::Target>>) -> Vec<Target> {
        let all = &raw.get_ref().0;
        if all.is_empty() {
            let help = format!("give at least one of {TARGETS}");
            self.mistake(raw.span(), "this leads nowhere", help);
        }
        let targets = all.iter().filter_map(|it| self.target(it, &raw.span()));
        targets.collect()
    }

    /// The one place a target names. `span` is where it, or its list, stands.
    pub fn target(&mut self, raw: &raw::Target, span: &Range<usize>) -> Option<Target> {
        let texts = [
            ("team", &raw.team),
            ("pool", &raw.pool),
            ("queue", &raw.queue),
            ("review", &raw.review),
            ("rep", &raw.rep),
            ("nurture", &raw.nurture),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(key, it)| Some((key, it.as_ref()?.span())));
        let mut given: Vec<(&str, Range<usize>)> = texts.collect();
        given.extend(raw.owner.as_ref().map(|it| ("owner", it.span())));
        given.extend(raw.disqualify.as_ref().map(|it| ("disqualify", it.span())));
        match given.as_slice() {
            [] => {
                let help = format!("give one of {TARGETS}");
                self.mistake(span.clone(), "this target leads nowhere", help);
                return None;
            }
            [_] => {}
            [(first, _), (second, place), ..] => {
                let message = format!("a target is one thing, this one `{first}` and `{second}`");
                let help = "write a list, the first with somebody who may take it gets the lead: \
                            `to = [{ … }, { … }]`";
                self.mistake(place.clone(), message, help);
                return None;
            }
        }
        self.pool_only(raw);
        self.one_target(raw)
    }

    /// `size` and `matching` are about a pool, `hide` also about a queue.
    fn pool_only(&mut self, raw: &raw::Target) {
        if raw.pool.is_some() {
            return;
        }
        let size = raw.size.as_ref().map(|it| ("size", it.span()));
        let matching = raw.matching.as_ref().map(|it| ("matching", it.span()));
        let hide = raw.hide.first().filter(|_| raw.queue.is_none());
        let hide = hide.map(|it| ("hide", it.span()));
        for (key, span) in size.into_iter().chain(matching).chain(hide) {
            let message = format!("`{key}` means something for a `pool` only");
            let help = format!("take `{key}` out, or write `pool` instead of the target");
            self.mistake(span, message, help);
        }
    }

    fn one_target(&mut self, raw: &raw::Target) -> Option<Target> {
        if let Some(team) = &raw.team {
            return self.refer(Kind::Team, team).map(Target::Team);
        }
        if let Some(pool) = &raw.pool {
            let size = self.count(raw.size.as_ref(), "leave it out for everybody");
            let hide = raw.hide.iter().filter_map(|it| self.field(it)).collect();
            return Some(Target::Pool {
                team: self.refer(Kind::Team, pool)?,
                size: size.and_then(|it| usize::try_from(it).ok()),
                matching: raw.matching.as_ref().is_some_and(|it| *it.get_ref()),
                hide,
            });
        }
        if let Some(queue) = &raw.queue {
            let hide = raw.hide.iter().filter_map(|it| self.field(it)).collect();
            let team = self.refer(Kind::Team, queue)?;
            return Some(Target::Queue { team, hide });
        }
        if let Some(review) = &raw.review {
            return self.refer(Kind::Team, review).map(Target::Review);
        }
        if let Some(rep) = &raw.rep {
            return self.refer(Kind::Rep, rep).map(Target::Rep);
        }
        if let Some(label) = &raw.nurture {
            return self.said(label, "the label").map(Target::Nurture);
        }
        if let Some(owner) = &raw.owner {
            return Some(match owner.get_ref() {
                raw::OwnerOf::Account => Target::AccountOwner,
                raw::OwnerOf::Previous => Target::PreviousOwner,
            });
        }
        self.disqualify(raw.disqualify.as_ref()?)
    }

    fn disqualify(&mut self, flag: &Spanned<Flag>) -> Option<Target> {
        let label = match flag.get_ref() {
            Flag::Bool(true) => None,
            Flag::Text(label) => {
                let label = Spanned::new(flag.span(), label.clone());
                Some(self.said(&label, "the label")?)
            }
            Flag::Bool(false) => {
                self.mistake(
                    flag.span(),
                    "this target leads nowhere",
                    "write `disqualify = true`, or why: `disqualify = \"too small\"`",
                );
                return None;
            }
        };
        Some(Target::Disqualify(label))
    }

    pub fn declines(&mut self) -> Vec<DeclineReason> {
        let mut reasons = builtin::declines();
        for raw in &self.raw.decline {
            let id = raw.id.get_ref();
            let label = raw.label.as_ref().and_then(|it| self.said(it, "`label`"));
            match reasons.iter_mut().find(|it| it.id == *id) {
                Some(known) => {
                    override_with(known, raw, label);
                    known.per_day = self.count(raw.per_day.as_ref(), NO_REASON);
                }
                None => {
                    if raw.label.is_none() {
                        let help = "only the built-in reasons have one already: busy, territory, \
                                    language, conflict, duplicate, spam";
                        self.mistake(raw.id.span(), "`label` is missing", help);
                    }
                    let mut reason = DeclineReason {
                        id: id.clone(),
                        label: String::new(),
                        then: AfterDecline::Next,
                        turn: None,
                        managers_only: false,
                        per_day: None,
                    };
                    override_with(&mut reason, raw, label);
                    reason.per_day = self.count(raw.per_day.as_ref(), NO_REASON);
                    reasons.push(reason);
                }
            }
        }
        reasons
    }

    pub fn golden(&mut self) -> Vec<Golden> {
        let raw = &self.raw.golden;
        raw.iter().map(|it| self.golden_lead(it)).collect()
    }

    fn golden_lead(&mut self, raw: &raw::Golden) -> Golden {
        if raw.route.is_none() && raw.team.is_none() {
            let place = raw.lead.keys().next().map(Spanned::span);
            let help = "give the `route` it must take, or the `team` that must get it";
            let message = "this golden lead expects nothing";
            self.mistake(place.unwrap_or_default(), message, help);
        }
        let mut given = canonical::Given::default();
        for (field, value) in self.defaults(&raw.lead) {
            given.set(field, value);
        }
        let at = raw.at.as_ref();
        Golden {
            contact: given.contact,
            lead_type: given.lead_type,
            source: raw
                .source
                .as_ref()
                .and_then(|it| self.refer(Kind::Source, it)),
            route: raw
                .route
                .as_ref()
                .and_then(|it| self.refer(Kind::Route, it)),
            team: raw.team.as_ref().and_then(|it| self.refer(Kind::Team, it)),
            at: at.and_then(|it| self.moment(it, &TimeZone::UTC, false)),
            win: raw.win.as_ref().and_then(|it| self.share_of_wins(it)),
        }
    }

    fn share_of_wins(&mut self, raw: &Spanned<f64>) -> Option<f64> {
        let share = *raw.get_ref();
        if (0.0..=1.0).contains(&share) {
            return Some(share);
        }
        let help = "write a share such as `win = 0.4`";
        self.mistake(raw.span(), "`win` lies between 0 and 1", help);
        None
    }
}

/// Said where a reason could never be given.
const NO_REASON: &str = "`managers_only = true` keeps a reason from reps";

fn override_with(reason: &mut DeclineReason, raw: &raw::Decline, label: Option<String>) {
    reason.label = label.unwrap_or(std::mem::take(&mut reason.label));
    if let Some(then) = raw.then {
        reason.then = match then {
            raw::DeclineThen::Next => AfterDecline::Next,
            raw::DeclineThen::Review => AfterDecline::Review,
            raw::DeclineThen::Queue => AfterDecline::Queue,
            raw::DeclineThen::Disqualify => AfterDecline::Disqualify,
        };
    }
    reason.turn = raw.turn.map(people::turn).or(reason.turn);
    reason.managers_only = raw.managers_only;
}
