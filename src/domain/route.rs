//! Which rule a lead falls under, and why: scores, intent and fit first, then the ordered routes.

use std::{cell::LazyCell, collections::BTreeSet, sync::LazyLock};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    activity,
    condition::{AccountFacts, Condition, Facts, RepFacts, ScoreFacts, SubmissionFacts, Verdict},
    contact::Field,
    id::{RepId, SlaId, TeamId},
    lead::{Lead, Routing, Trial},
    mail::MailFacts,
    policy::{Account, Policy, Rep, Route, Sla, Target, Team, Territory, postal_code},
    score::{Intent, Score},
    strategy::Odds,
    world::Clocks,
};

/// A lead as conditions see it under these rules at this moment.
pub struct Reader<'a> {
    policy: &'a Policy,
    clocks: &'a dyn Clocks,
    now: Timestamp,
    odds: Option<&'a Odds>,
}

impl<'a> Reader<'a> {
    /// Reads leads under `policy` at `now`.
    #[must_use]
    pub fn new(policy: &'a Policy, clocks: &'a dyn Clocks, now: Timestamp) -> Self {
        Self {
            policy,
            clocks,
            now,
            odds: None,
        }
    }

    /// Knows how leads of every kind ended, and tells those it assesses of whom nobody has said it yet.
    #[must_use]
    pub fn knowing(mut self, odds: &'a Odds) -> Self {
        self.odds = Some(odds);
        self
    }

    /// Finds type, scores, intent and fit, then the rule that decides; writes them into the lead.
    pub fn route(&self, lead: &mut Lead) {
        self.assess(lead);
        let mut why = self.whose_company(lead);
        let mut rule = None;
        for route in &self.policy.routes {
            let verdict = self.verdict(lead, route.when.as_ref(), None);
            let failing = || self.failing(lead, route.when.as_ref()?);
            why.push(explain(route, &verdict, failing));
            if verdict.holds {
                rule = Some(route);
                break;
            }
        }
        if rule.is_none() {
            why.push("no rule held".to_owned());
        }
        let tried = rule.and_then(|route| self.try_on(lead, route));
        why.extend(tried.as_ref().map(|(_, said)| said.clone()));
        let way = tried.map(|(way, _)| way).or(rule);
        lead.routing = Some(Routing {
            rule: rule.map(|route| route.id.clone()),
            team: way.and_then(|route| self.team_behind(lead, route)),
            strategy: None,
            config: self.policy.hash.clone(),
            why,
            candidates: Vec::new(),
            overridden: false,
        });
    }

    /// Puts the lead into the arm of its account where there is an experiment on its rule; gives the rule as that arm
    /// changes it, and says so.
    fn try_on(&self, lead: &mut Lead, route: &Route) -> Option<(&'a Route, String)> {
        let (experiment, arm) = self.policy.arm_for(lead, &route.id)?;
        let known = lead.trial.as_ref();
        if known.is_none_or(|it| it.experiment != experiment.id || it.arm != arm.id) {
            lead.trial = Some(Trial {
                experiment: experiment.id.clone(),
                arm: arm.id.clone(),
                unit: experiment.unit_of(lead),
                since: self.now,
                counted: BTreeSet::new(),
            });
        }
        let clock = |route: &Route| {
            let team = self.team_behind(lead, route);
            let team = team.and_then(|team| self.policy.team(&team));
            sla_for(self.policy, Some(route), team, &lead.lead_type)
        };
        let words = arm.words_under(route, clock(route), clock(&arm.route));
        let said = format!("experiment {}: arm {}, {words}", experiment.id, arm.id);
        Some((&arm.route, said))
    }

    /// Finds the lead's type, scores, intent, fit and stage.
    pub fn assess(&self, lead: &mut Lead) {
        if let Some(named) = self.type_of(lead) {
            lead.lead_type.clone_from(named);
        }
        if let (Some(odds), None, true) = (self.odds, lead.win, self.policy.asks_win) {
            lead.win = Some(odds.of(lead));
        }
        self.rate(lead);
    }

    /// Finds the scores, intent, fit and stage of a lead whose type is known.
    pub fn rate(&self, lead: &mut Lead) {
        let scoring = &self.policy.scoring;
        lead.score = self.fit_score(lead);
        lead.fit = scoring.fit_level(lead.score.fit);
        scoring.count(&mut lead.score, &lead.activities, self.now);
        lead.stage = scoring.stage(lead.stage, lead.score.total());
        lead.intent = self.intent(lead);
    }

    /// Counts that the lead asked for something, where the rules say that a form is something that people do. Who only
    /// stands in a list has done nothing.
    pub fn count_request(&self, lead: &mut Lead) {
        if !self.policy.scoring.forms || lead.imported.is_some() {
            return;
        }
        let named = self.type_of(lead).unwrap_or(&lead.lead_type);
        let counted = activity::name(named);
        if !counted.is_empty() {
            lead.activities.add(&counted, self.now);
        }
    }

    /// The type that the rules of the lead's source give it.
    fn type_of(&self, lead: &Lead) -> Option<&'a String> {
        let types = &self.policy.sources.get(&lead.source)?.types;
        let mut types = types.iter();
        let rule = types.find(|rule| self.verdict(lead, rule.when.as_ref(), None).holds)?;
        Some(&rule.is)
    }

    /// Whether the rule that was found would have somebody look at the lead; without a rule a team does.
    #[must_use]
    pub fn leads_to_people(&self, asked: &Lead) -> bool {
        let first = self.policy.route_of(asked);
        let first = first.and_then(|route| route.to.first());
        !matches!(first, Some(Target::Nurture(_) | Target::Disqualify(_)))
    }

    /// The rule that holds for the lead as it has been rated; without the reasons.
    #[must_use]
    pub fn rule_for(&self, lead: &Lead) -> Option<&'a Route> {
        let mut routes = self.policy.routes.iter();
        routes.find(|route| self.verdict(lead, route.when.as_ref(), None).holds)
    }

    fn fit_score(&self, lead: &Lead) -> Score {
        let mut score = Score::default();
        for rule in &self.policy.scoring.fit {
            let verdict = self.verdict(lead, Some(&rule.when), None);
            if verdict.holds {
                score.fit += rule.points;
                score
                    .reasons
                    .push(format!("{:+} {}", rule.points, rule.why));
            } else if !verdict.missing.is_empty() {
                score
                    .reasons
                    .push(format!("0 {} ({})", rule.why, not_given(&verdict)));
            }
        }
        score
    }

    fn intent(&self, lead: &Lead) -> Intent {
        let rule = self
            .policy
            .intents
            .iter()
            .find(|rule| self.verdict(lead, rule.when.as_ref(), None).holds);
        rule.map_or(Intent::Low, |rule| rule.level)
    }

    /// Whether `condition` holds for the lead (and the rep); without a condition it does.
    #[must_use]
    pub fn verdict(
        &self,
        lead: &Lead,
        condition: Option<&Condition>,
        rep: Option<&Rep>,
    ) -> Verdict {
        let Some(condition) = condition else {
            return Verdict {
                holds: true,
                missing: Vec::new(),
            };
        };
        let about = About {
            rep,
            territory: self.territory(lead).unwrap_or_default(),
            ..About::default()
        };
        self.ask(lead, &about, |facts| condition.holds(facts))
    }

    /// Which part of a condition that does not hold is the reason, in words.
    fn failing(&self, lead: &Lead, condition: &Condition) -> Option<String> {
        let about = About {
            territory: self.territory(lead).unwrap_or_default(),
            ..About::default()
        };
        self.ask(lead, &about, |facts| {
            condition.failing(facts).map(str::to_owned)
        })
    }

    /// Whether a filter's `condition` holds for a lead and the submission that brings it.
    #[must_use]
    pub fn verdict_on(
        &self,
        lead: &Lead,
        condition: &Condition,
        submission: &SubmissionFacts<'_>,
    ) -> Verdict {
        let about = About {
            territory: self.territory(lead).unwrap_or_default(),
            submission: *submission,
            ..About::default()
        };
        self.ask(lead, &about, |facts| condition.holds(facts))
    }

    fn ask<T>(&self, lead: &Lead, about: &About<'_>, of: impl FnOnce(&Facts<'_>) -> T) -> T {
        let rep = about.rep;
        let mail = LazyLock::new(|| MailFacts::of(lead.contact.text(Field::Email)));
        let account = || {
            let found = self.account(lead);
            let owner = self.policy.owner_of(found, lead);
            AccountFacts {
                owner: owner.map_or("", RepId::as_str),
                ..found.map(account_facts).unwrap_or_default()
            }
        };
        let open = |name: &str| {
            self.clocks
                .clock(Some(&name.into()), &TimeZone::UTC)
                .is_open(self.now)
        };
        let done = |name: &str, within| lead.activities.count(name, within, self.now);
        let zone = rep
            .and_then(|rep| rep.timezone.as_ref())
            .and_then(TimeZone::iana_name)
            .unwrap_or_default();
        let facts = Facts {
            lead_type: &lead.lead_type,
            attributes: &lead.attributes,
            mail: &|| &mail,
            marks: &lead.marks,
            owner: lead.previous_owner.as_ref().map_or("", RepId::as_str),
            source: lead.source.as_str(),
            score: ScoreFacts {
                fit: lead.score.fit,
                engagement: lead.score.engagement,
                win: lead.win,
            },
            intent: lead.intent.word(),
            fit: lead.fit.word(),
            stage: lead.stage.word(),
            account: &account,
            territory: about.territory,
            lists: &self.policy.lists,
            open: &open,
            activities: &done,
            rep: rep.map(|rep| rep_facts(rep, zone)),
            submission: about.submission,
            ..Facts::about(&lead.contact, self.now)
        };
        of(&facts)
    }

    /// The named account the lead belongs to.
    #[must_use]
    pub fn account(&self, lead: &Lead) -> Option<&'a Account> {
        self.policy.account_of(&lead.contact)
    }

    /// Of which account it is, by what, and whose that makes it; nothing of a company that nobody knows.
    fn whose_company(&self, lead: &Lead) -> Vec<String> {
        let found = self.policy.accounts.explain(&lead.contact);
        let name = |rep: &RepId| self.policy.name_of(rep).to_owned();
        let kept = lead.company_owner.as_ref().map(|kept| {
            format!(
                "its leads are {}'s, who has lead #{}",
                name(&kept.rep),
                kept.lead
            )
        });
        let Some(found) = found else {
            let by = |kept: String| {
                let sign = lead
                    .company_owner
                    .as_ref()
                    .map_or("", |it| it.sign.as_str());
                format!("{}{sign}: {kept}", Routing::SAME_COMPANY)
            };
            return kept.map(by).into_iter().collect();
        };
        let account = found.account;
        let owner = match (&account.owner, &account.owner_of) {
            (Some(owner), None) => format!("its owner is {}", name(owner)),
            (Some(owner), Some(above)) => {
                format!("its owner is {}, who owns {above} above it", name(owner))
            }
            (None, _) => kept.unwrap_or_else(|| "nobody owns it".to_owned()),
        };
        let ties: String = found.ties.iter().map(|tie| format!("; {tie}")).collect();
        let (by, sign) = (found.by.name(), &found.sign);
        vec![format!(
            "{}{} by {by} {sign}: {owner}{ties}",
            Routing::ACCOUNT,
            account.name
        )]
    }

    /// The first territory that holds.
    #[must_use]
    pub fn territory(&self, lead: &Lead) -> Option<&'a str> {
        let among = |list: &[String], value: &str| {
            list.is_empty() || list.iter().any(|item| item.eq_ignore_ascii_case(value))
        };
        let code = LazyCell::new(|| postal_code(lead.contact.text(Field::PostalCode)));
        let begins = |codes: &[String]| {
            codes.is_empty() || codes.iter().any(|begin| code.starts_with(begin))
        };
        let holds = |territory: &&Territory| {
            among(&territory.countries, lead.contact.text(Field::Country))
                && among(&territory.regions, lead.contact.text(Field::Region))
                && begins(&territory.postal_codes)
                && territory.when.as_ref().is_none_or(|when| {
                    self.ask(lead, &About::default(), |facts| when.holds(facts))
                        .holds
                })
        };
        let found = self.policy.territories.iter().find(holds);
        found.map(|territory| territory.id.as_str())
    }

    /// The team whose managers, backups and channel stand behind a route.
    fn team_behind(&self, lead: &Lead, route: &Route) -> Option<TeamId> {
        let named = |rep: &RepId| self.policy.team_of(rep).map(|team| team.id.clone());
        let behind = route.to.iter().find_map(|target| match target {
            Target::Rep(rep) => named(rep),
            Target::AccountOwner => self.policy.account_owner(lead).and_then(named),
            Target::PreviousOwner => lead.previous_owner.as_ref().and_then(named),
            Target::Team(_)
            | Target::Pool { .. }
            | Target::Queue { .. }
            | Target::Review(_)
            | Target::Nurture(_)
            | Target::Disqualify(_) => target.team().cloned(),
        });
        route.team.clone().or(behind)
    }
}

/// What a condition is asked of beside the lead.
#[derive(Clone, Copy, Default)]
struct About<'a> {
    rep: Option<&'a Rep>,
    submission: SubmissionFacts<'a>,
    territory: &'a str,
}

/// The clock of a lead: its route's, else its team's for its type, else the one named like its type.
#[must_use]
pub fn sla_for<'p>(
    policy: &'p Policy,
    route: Option<&Route>,
    team: Option<&Team>,
    lead_type: &str,
) -> Option<&'p Sla> {
    let of_team = |team: &Team| {
        team.sla
            .by_type
            .get(lead_type)
            .or(team.sla.default.as_ref())
            .cloned()
    };
    let id = route
        .and_then(|route| route.sla.clone())
        .or_else(|| team.and_then(of_team))
        .unwrap_or_else(|| SlaId::from(lead_type));
    policy.slas.get(&id)
}

fn explain(route: &Route, verdict: &Verdict, failing: impl FnOnce() -> Option<String>) -> String {
    match (&route.when, verdict.holds) {
        (None, _) => format!("rule {} takes everything", route.id),
        (Some(when), true) => format!("rule {} holds: {}", route.id, when.words()),
        (Some(when), false) if verdict.missing.is_empty() => {
            let failing = failing().map_or_else(String::new, |why| format!(" ({why})"));
            format!("rule {} does not hold: {}{failing}", route.id, when.words())
        }
        (Some(when), false) => format!(
            "rule {} does not hold: {} ({})",
            route.id,
            when.words(),
            not_given(verdict)
        ),
    }
}

fn not_given(verdict: &Verdict) -> String {
    let names: Vec<String> = verdict
        .missing
        .iter()
        .map(|field| field.name().replace('_', " "))
        .collect();
    format!("{} not given", names.join(", "))
}

fn account_facts(account: &Account) -> AccountFacts<'_> {
    AccountFacts {
        name: &account.name,
        owner: "",
        tier: &account.tier,
        named: true,
        customer: account.customer,
    }
}

fn rep_facts<'a>(rep: &'a Rep, timezone: &'a str) -> RepFacts<'a> {
    let (country, region) = rep
        .country
        .as_deref()
        .map(|code| code.split_once('-').unwrap_or((code, "")))
        .unwrap_or_default();
    RepFacts {
        id: rep.id.as_str(),
        name: &rep.name,
        level: rep.level.word(),
        country,
        region,
        timezone,
        weight: rep.weight,
        languages: &rep.languages,
        territories: &rep.territories,
        skills: &rep.skills,
        functions: &rep.functions,
    }
}
