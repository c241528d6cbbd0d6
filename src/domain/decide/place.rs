//! Finding somebody: targets in order, then the rungs of the escalation, else the queue.

use jiff::{Timestamp, tz::TimeZone};

use super::Case;
use crate::domain::{
    contact::Field,
    event::{Actor, Audible, Effect, FactKind, MeasureKind, Notice, Say},
    id::{OfferId, RepId, TeamId},
    lead::{Candidate, Offer, OfferKind, OfferLevel, OfferState, Routing, State, Waiting},
    plan::{Plan, StepDone},
    policy::{Prefer, Rep, Rung, Strategy, Target, Team, TurnRule, WhenClosed},
    route::{Reader, sla_for},
    strategy::{Entry, EntryWhy, Present},
    world::Unfit,
};

/// People who may be asked together, and in whose line it counts.
#[derive(Clone, Debug)]
pub(super) struct Group<'p> {
    pub reps: Vec<RepId>,
    pub team: Option<&'p Team>,
}

/// Somebody of a group with the verdict.
struct Considered<'p> {
    rep: &'p Rep,
    unfit: Option<Unfit>,
}

impl<'p> Considered<'p> {
    fn present(&self) -> Present<'p> {
        Present {
            rep: &self.rep.id,
            weight: self.rep.weight,
        }
    }
}

impl<'w> Case<'_, 'w> {
    /// A new lead: the rules have been asked, now somebody is found.
    pub(super) fn arrive(&mut self) {
        let source = Actor::Source(self.lead.source.to_string());
        self.fact(
            FactKind::Created,
            source,
            None,
            None,
            format!("by {}", self.lead.source),
        );
        self.count(MeasureKind::Arrived, None, None);
        self.place();
    }

    /// Starts a new plan and asks the targets of the lead's route in order.
    pub(super) fn place(&mut self) {
        self.begin_plan();
        let rule = self
            .lead
            .routing
            .as_ref()
            .and_then(|routing| routing.rule.as_ref());
        let detail = rule.map_or_else(|| "no rule held".to_owned(), |rule| format!("rule {rule}"));
        self.fact(FactKind::Routed, Actor::Baton, None, None, detail);
        if self.lead.test {
            self.disqualify("test lead");
        } else if !self.try_targets_from(0) {
            self.wait();
        }
    }

    /// A lead without an owner gets a clock of its own, under a new epoch.
    pub(super) fn begin_plan(&mut self) {
        self.lead.epoch += 1;
        let first = self.lead.plan.is_none() && self.lead.epoch == 1;
        let started_at = if first {
            self.lead.created_at
        } else {
            self.now
        };
        let team = self
            .lead
            .routing
            .as_ref()
            .and_then(|routing| routing.team.clone());
        let team = team.as_ref().and_then(|team| self.policy().team(team));
        let sla = sla_for(self.policy(), self.route(), team, &self.lead.lead_type);
        let zone = team
            .and_then(|team| team.timezone.clone())
            .unwrap_or(TimeZone::UTC);
        self.lead.plan = sla.map(|sla| {
            let clock = self.world.clocks.clock(sla.calendar.as_ref(), &zone);
            Plan::new(
                sla,
                team.map(|team| team.id.clone()),
                self.lead.epoch,
                started_at,
                &clock,
                &zone,
            )
        });
        self.lead.clock.acknowledged_at = None;
    }

    /// Asks the targets of the route from the `first` on; whether one of them took it.
    pub(super) fn try_targets_from(&mut self, first: usize) -> bool {
        let targets = self
            .route()
            .map(|route| route.to.as_slice())
            .unwrap_or_default();
        (first..targets.len()).any(|place| self.try_target(place, &targets[place]))
    }

    fn try_target(&mut self, place: usize, target: &Target) -> bool {
        let level = OfferLevel::Target(place);
        match target {
            Target::Team(team) => self
                .policy()
                .team(team)
                .is_some_and(|team| self.try_team(&level, team)),
            Target::Rep(_) | Target::AccountOwner | Target::PreviousOwner => {
                let group = self.group_of(target);
                self.push(&level, &group)
            }
            Target::Pool { team, size, hide } => {
                let Some(team) = self.policy().team(team) else {
                    return false;
                };
                self.pool(&level, team, *size, hide)
            }
            Target::Queue(team) => {
                self.lead.state = State::Queued {
                    team: Some(team.clone()),
                    waiting: None,
                };
                true
            }
            Target::Review(team) => {
                self.review(team.clone());
                true
            }
            Target::Nurture(label) => {
                self.nurture(label.clone());
                true
            }
            Target::Disqualify => {
                self.disqualify("by rule");
                true
            }
        }
    }

    fn try_team(&mut self, level: &OfferLevel, team: &'w Team) -> bool {
        let group = Group {
            reps: team.members.clone(),
            team: Some(team),
        };
        if self.push(level, &group) {
            return true;
        }
        let closed = self
            .consider(&group)
            .iter()
            .all(|one| matches!(one.unfit, Some(Unfit::Closed(_))));
        closed
            && self
                .when_closed(team)
                .is_some_and(|group| self.push(level, &group))
    }

    /// Who is asked while nobody of the team is in hours.
    fn when_closed(&self, team: &'w Team) -> Option<Group<'w>> {
        match &team.when_closed {
            WhenClosed::Wait => None,
            WhenClosed::Backups => Some(Group {
                reps: team.backups.clone(),
                team: Some(team),
            }),
            WhenClosed::Team(other) => {
                let other = self.policy().team(other)?;
                Some(Group {
                    reps: other.members.clone(),
                    team: Some(other),
                })
            }
        }
    }

    /// The people behind a target that names or means one.
    fn group_of(&self, target: &Target) -> Group<'w> {
        let reader = self.reader();
        let one = match target {
            Target::Rep(rep) => Some(rep.clone()),
            Target::AccountOwner => reader
                .account(&self.lead)
                .and_then(|account| account.owner.clone()),
            Target::PreviousOwner => self
                .world
                .previous_owner
                .clone()
                .or_else(|| self.lead.previous_owner.clone()),
            Target::Team(_)
            | Target::Pool { .. }
            | Target::Queue(_)
            | Target::Review(_)
            | Target::Nurture(_)
            | Target::Disqualify => None,
        };
        Group {
            reps: one.map(|rep| self.or_cover(rep)).into_iter().collect(),
            team: None,
        }
    }

    /// The rep, or while they are away whoever stands in.
    fn or_cover(&self, rep: RepId) -> RepId {
        let away = self
            .world
            .reps
            .get(&rep)
            .and_then(|person| person.away.as_ref());
        let cover = away
            .and_then(|away| away.cover.clone())
            .or_else(|| self.policy().reps.get(&rep)?.cover.clone());
        if away.is_some() {
            cover.unwrap_or(rep)
        } else {
            rep
        }
    }

    fn reader(&self) -> Reader<'w> {
        Reader::new(self.world.policy, self.world.clocks, self.now)
    }

    /// The people of a rung, for the team the plan means.
    pub(super) fn group_on(&self, rung: &Rung) -> Option<Group<'w>> {
        let team = match rung {
            Rung::Team | Rung::Backups => self.team()?,
            Rung::Other(team) => self.policy().team(team)?,
        };
        let reps = match rung {
            Rung::Team | Rung::Other(_) => team.members.clone(),
            Rung::Backups => team.backups.clone(),
        };
        Some(Group {
            reps,
            team: Some(team),
        })
    }

    /// Asks the next of a rung; whether there was somebody.
    pub(super) fn try_rung(&mut self, rung: &Rung) -> bool {
        let Some(group) = self.group_on(rung) else {
            return false;
        };
        self.push(&OfferLevel::Rung(rung.clone()), &group)
    }

    /// Nobody is left where the last offer was made: asks there and everywhere after it.
    pub(super) fn move_on(&mut self, level: &OfferLevel) {
        let found = match level {
            OfferLevel::Target(place) => self.try_targets_from(*place),
            OfferLevel::Rung(rung) => self.try_rung(rung),
            OfferLevel::Hand => self.try_targets_from(0),
        };
        if !found && !self.try_rungs_ahead() {
            self.wait();
        }
    }

    /// Takes the next `reoffer` steps at once until somebody is found.
    pub(super) fn try_rungs_ahead(&mut self) -> bool {
        let ahead: Vec<(usize, Rung)> = self
            .lead
            .plan
            .iter()
            .flat_map(Plan::rungs_ahead)
            .map(|(place, rung)| (place, rung.clone()))
            .collect();
        ahead.into_iter().any(|(place, rung)| {
            if let Some(plan) = self.lead.plan.as_mut() {
                plan.escalation[place].done = StepDone::Taken;
            }
            self.try_rung(&rung)
        })
    }

    /// Asks everybody whose turn has come already: somebody may be free now.
    pub(super) fn try_again(&mut self) {
        if !self.lead.is_waiting() {
            return;
        }
        let behind: Vec<Rung> = self
            .lead
            .plan
            .iter()
            .flat_map(Plan::rungs_behind)
            .cloned()
            .collect();
        let found = self.try_targets_from(0) || behind.iter().any(|rung| self.try_rung(rung));
        if !found {
            let again_at = self.next_chance();
            if let State::Queued {
                waiting: Some(waiting),
                ..
            } = &mut self.lead.state
            {
                waiting.again_at = again_at;
            }
        }
    }

    /// Nobody can take it: it waits in the queue, and the managers are told once for the cause.
    pub(super) fn wait(&mut self) {
        let team = self.team().map(|team| team.id.clone());
        let again_at = self.next_chance();
        self.lead.state = State::Queued {
            team: team.clone(),
            waiting: Some(Waiting { again_at }),
        };
        let Some(team) = team else { return };
        let why = self.why_nobody();
        let cause = format!("nobody:{team}");
        let key = format!("nobody:{team}:{}", self.lead.epoch);
        self.tell_managers(
            &team,
            &key,
            Some(cause),
            &Notice::NobodyFree {
                team: team.clone(),
                why,
            },
        );
    }

    fn why_nobody(&self) -> String {
        let candidates = self
            .lead
            .routing
            .as_ref()
            .map(|routing| routing.candidates.as_slice())
            .unwrap_or_default();
        let said: Vec<String> = candidates
            .iter()
            .map(|candidate| {
                format!(
                    "{} {}",
                    self.policy().name_of(&candidate.rep),
                    candidate.because
                )
            })
            .collect();
        if said.is_empty() {
            "nobody is in the team".to_owned()
        } else {
            said.join(", ")
        }
    }

    pub(super) fn tell_managers(
        &mut self,
        team: &TeamId,
        key: &str,
        cause: Option<String>,
        notice: &Notice,
    ) {
        let managers = self
            .policy()
            .team(team)
            .map(|team| team.managers.clone())
            .unwrap_or_default();
        for rep in managers {
            let cause = cause.clone();
            self.say(Say {
                key: format!("{key}:{rep}"),
                to: Audible::Rep(rep),
                cause,
                notice: notice.clone(),
            });
        }
    }

    /// The next moment at which the calendars know that somebody could take it.
    fn next_chance(&self) -> Option<Timestamp> {
        let targets = self
            .route()
            .map(|route| route.to.as_slice())
            .unwrap_or_default();
        let asked = targets.iter().flat_map(|target| match target {
            Target::Team(team) | Target::Pool { team, .. } => {
                let team = self.policy().team(team);
                let own = team.map(|team| Group {
                    reps: team.members.clone(),
                    team: Some(team),
                });
                let closed = team.and_then(|team| self.when_closed(team));
                own.into_iter().chain(closed).collect()
            }
            Target::Rep(_) | Target::AccountOwner | Target::PreviousOwner => {
                vec![self.group_of(target)]
            }
            Target::Queue(_) | Target::Review(_) | Target::Nurture(_) | Target::Disqualify => {
                Vec::new()
            }
        });
        let rungs = self
            .lead
            .plan
            .iter()
            .flat_map(Plan::rungs_behind)
            .filter_map(|rung| self.group_on(rung));
        let groups: Vec<Group<'_>> = asked.chain(rungs).collect();
        let moments = groups
            .iter()
            .flat_map(|group| self.consider(group))
            .filter_map(|one| {
                let person = self.world.reps.get(&one.rep.id)?;
                one.unfit.as_ref().and_then(|unfit| unfit.ends_at(person))
            });
        moments.filter(|at| *at > self.now).min()
    }

    /// Offers the lead to the next of a group; whether there was somebody.
    pub(super) fn push(&mut self, level: &OfferLevel, group: &Group<'w>) -> bool {
        let considered = self.consider(group);
        self.remember(&considered);
        let fit: Vec<&Rep> = considered
            .iter()
            .filter(|one| one.unfit.is_none())
            .map(|one| one.rep)
            .collect();
        if fit.is_empty() {
            return false;
        }
        let strategy = group
            .team
            .map_or(Strategy::RoundRobin, |team| team.strategy);
        let present: Vec<Present<'_>> = considered
            .iter()
            .filter(|one| one.unfit.as_ref().is_none_or(|unfit| !unfit.is_absence()))
            .map(Considered::present)
            .collect();
        let rep = self.choose(group, strategy, &fit, &present);
        if let Some(routing) = self.lead.routing.as_mut() {
            routing.strategy = group.team.map(|_| strategy);
        }
        let offer = self.offer_to(&rep, group.team, level.clone(), OfferKind::Push);
        self.lead.state = State::Offered {
            offer: offer.clone(),
        };
        if let Some(team) = group.team {
            self.post_turn(
                &team.id,
                Entry {
                    rep,
                    why: EntryWhy::Offered,
                    amount: 1.0,
                    offer: Some(offer),
                },
            );
            self.turns
                .entry(team.id.clone())
                .or_default()
                .pass_on(&present);
        }
        true
    }

    /// Whom the team's wishes and its strategy choose.
    fn choose(
        &mut self,
        group: &Group<'w>,
        strategy: Strategy,
        fit: &[&Rep],
        present: &[Present<'_>],
    ) -> RepId {
        let wished = self.narrow(
            fit,
            group
                .team
                .map(|team| team.prefer.as_slice())
                .unwrap_or_default(),
        );
        let lot = self.lead.number.unsigned_abs();
        let team = group
            .team
            .map_or_else(|| TeamId::from(""), |team| team.id.clone());
        let rule = group.team.map_or_else(TurnRule::default, |team| team.turns);
        let entries = self
            .turns
            .entry(team.clone())
            .or_default()
            .settle(present, rule.absence);
        self.effects
            .extend(entries.into_iter().map(|entry| Effect::Turn {
                team: team.clone(),
                entry,
            }));
        let least = |rep: &&Rep| self.load_of(rep);
        let lightest = wished
            .iter()
            .map(|rep| self.load_of(rep))
            .min_by(f64::total_cmp);
        let last: Vec<&Rep> = match strategy {
            Strategy::LeastLoaded => wished
                .iter()
                .copied()
                .filter(|rep| lightest.is_some_and(|load| least(rep) <= load + 1e-9))
                .collect(),
            Strategy::RoundRobin | Strategy::BestMatch | Strategy::TopPerformer => wished,
        };
        let in_line: Vec<Present<'_>> = last
            .iter()
            .map(|rep| Present {
                rep: &rep.id,
                weight: rep.weight,
            })
            .collect();
        let next = self
            .turns
            .get(&team)
            .and_then(|turns| turns.next(&in_line, lot))
            .cloned();
        next.unwrap_or_else(|| last[0].id.clone())
    }

    /// Open leads against capacity; without a capacity, their plain number.
    fn load_of(&self, rep: &Rep) -> f64 {
        let open = self.world.reps.get(&rep.id).map_or(0, |person| person.open);
        f64::from(open) / f64::from(rep.capacity.unwrap_or(1).max(1))
    }

    /// Keeps those who meet a wish, wish by wish; a wish nobody meets is left out.
    fn narrow<'r>(&self, fit: &[&'r Rep], wishes: &[Prefer]) -> Vec<&'r Rep> {
        wishes.iter().fold(fit.to_vec(), |left, wish| {
            let meets: Vec<&Rep> = left
                .iter()
                .copied()
                .filter(|rep| self.meets(rep, *wish, &left))
                .collect();
            if meets.is_empty() { left } else { meets }
        })
    }

    fn meets(&self, rep: &Rep, wish: Prefer, among: &[&Rep]) -> bool {
        let text = |field: Field| self.lead.contact.text(field);
        let has = |list: &[String], word: &str| {
            !word.is_empty() && list.iter().any(|item| item.eq_ignore_ascii_case(word))
        };
        match wish {
            Prefer::Languages => has(&rep.languages, text(Field::Language)),
            Prefer::Territories => self
                .reader()
                .territory(&self.lead)
                .is_some_and(|territory| has(&rep.territories, territory)),
            Prefer::Skills => [Field::Product, Field::UseCase, Field::Industry]
                .into_iter()
                .any(|field| has(&rep.skills, text(field))),
            Prefer::Level => among.iter().map(|rep| rep.level).max() == Some(rep.level),
        }
    }

    /// Lets everybody of the team who may, or the best `size` of them, claim it.
    pub(super) fn pool(
        &mut self,
        level: &OfferLevel,
        team: &'w Team,
        size: Option<usize>,
        hide: &[Field],
    ) -> bool {
        let group = Group {
            reps: team.members.clone(),
            team: Some(team),
        };
        let considered = self.consider(&group);
        self.remember(&considered);
        let mut fit: Vec<&Rep> = considered
            .iter()
            .filter(|one| one.unfit.is_none())
            .map(|one| one.rep)
            .collect();
        if let Some(size) = size.filter(|size| *size < fit.len()) {
            fit = self.best(&group, fit, size);
        }
        for rep in &fit {
            self.offer_to(&rep.id, Some(team), level.clone(), OfferKind::Pool);
        }
        if fit.is_empty() {
            return false;
        }
        self.lead.state = State::Pooled {
            team: team.id.clone(),
            hide: hide.to_vec(),
        };
        true
    }

    /// The first `size` in the team's order.
    fn best<'r>(&mut self, group: &Group<'w>, mut fit: Vec<&'r Rep>, size: usize) -> Vec<&'r Rep> {
        let strategy = group
            .team
            .map_or(Strategy::RoundRobin, |team| team.strategy);
        let mut best = Vec::new();
        while best.len() < size && !fit.is_empty() {
            let present: Vec<Present<'_>> = fit
                .iter()
                .map(|rep| Present {
                    rep: &rep.id,
                    weight: rep.weight,
                })
                .collect();
            let next = self.choose(group, strategy, &fit, &present);
            best.extend(fit.iter().copied().find(|rep| rep.id == next));
            fit.retain(|rep| rep.id != next);
        }
        best
    }

    /// Puts the lead in front of one rep.
    pub(super) fn offer_to(
        &mut self,
        rep: &RepId,
        team: Option<&Team>,
        level: OfferLevel,
        kind: OfferKind,
    ) -> OfferId {
        let id = self.chance.next_offer();
        let mut offer = Offer {
            id: id.clone(),
            rep: rep.clone(),
            team: team.map(|team| team.id.clone()),
            kind,
            level,
            epoch: self.lead.epoch,
            state: OfferState::Pending,
            offered_at: self.now,
            delivered_at: None,
            not_before: None,
            until: None,
            decided_at: None,
            released_at: None,
            reason: None,
            lost: jiff::SignedDuration::ZERO,
        };
        offer.not_before = Some(self.free_from(self.now));
        self.lead.offers.push(offer);
        self.fact(
            FactKind::Offered,
            Actor::Baton,
            Some(rep),
            Some(&id),
            self.policy().name_of(rep).to_owned(),
        );
        self.count(MeasureKind::Offered, Some(rep), None);
        id
    }

    /// When an offer delivered at `from` has had its time.
    pub(super) fn free_from(&self, from: Timestamp) -> Timestamp {
        let Some(plan) = &self.lead.plan else {
            return from;
        };
        let Some(at_least) = plan.at_least else {
            return from;
        };
        let zone = plan.zone();
        self.world
            .clocks
            .clock(plan.calendar.as_ref(), &zone)
            .add(from, at_least)
            .unwrap_or(from)
    }

    /// Everybody of a group with what speaks against them.
    fn consider(&self, group: &Group<'w>) -> Vec<Considered<'w>> {
        let mut considered: Vec<Considered<'w>> = group
            .reps
            .iter()
            .filter_map(|id| self.policy().reps.get(id))
            .map(|rep| Considered {
                rep,
                unfit: self.unfit(rep, group.team),
            })
            .collect();
        if considered.iter().all(|one| one.unfit.is_some()) {
            self.allow_a_second_round(&mut considered);
        }
        considered
    }

    fn unfit(&self, rep: &Rep, team: Option<&Team>) -> Option<Unfit> {
        let Some(person) = self.world.reps.get(&rep.id) else {
            return Some(Unfit::Unknown);
        };
        if self.lead.owner() == Some(&rep.id) {
            return Some(Unfit::OwnsIt);
        }
        if self
            .lead
            .offers
            .iter()
            .any(|offer| offer.rep == rep.id && offer.counts_as_had())
        {
            return Some(Unfit::HadIt);
        }
        person
            .unfit(rep, self.now)
            .or_else(|| self.mismatch(rep, team))
    }

    fn mismatch(&self, rep: &Rep, team: Option<&Team>) -> Option<Unfit> {
        let condition = team?.filter.as_ref()?;
        let verdict = self
            .reader()
            .verdict(&self.lead, Some(condition), Some(rep));
        (!verdict.holds).then(|| Unfit::NotMatching(condition.source().to_owned()))
    }

    /// When everybody has had the lead in an earlier epoch they may be asked again, but for whoever
    /// just let it go.
    fn allow_a_second_round(&self, considered: &mut [Considered<'w>]) {
        for one in considered
            .iter_mut()
            .filter(|one| one.unfit == Some(Unfit::HadIt))
        {
            let had = || {
                self.lead
                    .offers
                    .iter()
                    .filter(|offer| offer.rep == one.rep.id && offer.counts_as_had())
            };
            let before = had()
                .all(|offer| offer.epoch < self.lead.epoch && offer.state != OfferState::Declined);
            let let_go = self.lead.previous_owner.as_ref() == Some(&one.rep.id);
            let person = self.world.reps.get(&one.rep.id);
            if before
                && !let_go
                && let Some(person) = person
            {
                one.unfit = person.unfit(one.rep, self.now);
            }
        }
    }

    fn remember(&mut self, considered: &[Considered<'w>]) {
        let zone = self
            .team()
            .and_then(|team| team.timezone.clone())
            .unwrap_or(TimeZone::UTC);
        let candidates = considered.iter().map(|one| Candidate {
            rep: one.rep.id.clone(),
            eligible: one.unfit.is_none(),
            because: one
                .unfit
                .as_ref()
                .map_or_else(|| "free".to_owned(), |unfit| because(unfit, &zone)),
        });
        let candidates: Vec<Candidate> = candidates.collect();
        let routing = self.lead.routing.get_or_insert_with(Routing::default);
        routing
            .candidates
            .retain(|old| candidates.iter().all(|new| new.rep != old.rep));
        routing.candidates.extend(candidates);
    }

    pub(super) fn review(&mut self, team: TeamId) {
        self.fact(
            FactKind::Reviewed,
            Actor::Baton,
            None,
            None,
            format!("a manager of {team} decides"),
        );
        self.lead.state = State::Review { team };
    }

    pub(super) fn nurture(&mut self, label: String) {
        self.fact(FactKind::Nurtured, Actor::Baton, None, None, label.clone());
        self.lead.state = State::Nurture { label };
    }

    pub(super) fn disqualify(&mut self, reason: &str) {
        self.fact(
            FactKind::Closed,
            Actor::Baton,
            None,
            None,
            format!("disqualified: {reason}"),
        );
        self.lead.state = State::Disqualified {
            reason: reason.to_owned(),
        };
    }
}

/// Why not, in words that a manager reads and that name no lead.
fn because(unfit: &Unfit, zone: &TimeZone) -> String {
    let at = |at: &Timestamp| {
        at.to_zoned(zone.clone())
            .strftime("%a %d %b %H:%M %Z")
            .to_string()
    };
    match unfit {
        Unfit::Unknown => "is not known".to_owned(),
        Unfit::Inactive => "is not active".to_owned(),
        Unfit::Unreachable => "can't be reached in chat".to_owned(),
        Unfit::Away(None) => "is away".to_owned(),
        Unfit::Away(Some(until)) => format!("is away until {}", at(until)),
        Unfit::Closed(None) => "is outside working hours".to_owned(),
        Unfit::Closed(Some(opens)) => format!("is outside working hours until {}", at(opens)),
        Unfit::Full { open, capacity } => format!("is at {open} of {capacity} leads"),
        Unfit::Pending(most) => format!("has {most} unanswered offers"),
        Unfit::Capped(span, most) => format!("has had {most} offers in a {span}"),
        Unfit::HadIt => "had it already".to_owned(),
        Unfit::NotMatching(condition) => format!("does not match {condition}"),
        Unfit::OwnsIt => "owns it".to_owned(),
    }
}
