//! The driver: lets time pass from one thing to the next, and does what engine, worker and people would.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    AFTERWARDS, Answers, Arrival, History,
    answers::Says,
    outcome::{Fate, Outcome},
    people::{People, everybody},
    records::Records,
    state::{Agenda, Next, Waiting, wakes_at},
};
use crate::{
    domain::{
        condition::SubmissionFacts,
        decide::{asked_anew, decide},
        event::{Actor, Effect, Event},
        filter,
        id::{Chance, RepId, TeamId},
        lead::{Lead, Offer, State},
        person,
        policy::Policy,
        route::Reader,
        world::World,
    },
    rules::Rules,
};

/// How many waiting leads may turn out not to be for whoever has room; as live.
const TRIED_IN_VAIN: usize = 8;

/// A simulation under way.
pub(super) struct Drive<'a> {
    pub(super) rules: &'a Rules,
    pub(super) history: &'a History,
    pub(super) arrivals: &'a [Arrival],
    pub(super) answers: &'a Answers,
    pub(super) world: World<'a>,
    pub(super) people: People,
    records: Records,
    /// Whether the rules say how often somebody may decline.
    limits_declines: bool,
    pub(super) now: Timestamp,
    pub(super) agenda: Agenda,
    waiting: Waiting,
    /// Those under way; what has ended is gone.
    pub(super) leads: Vec<Option<Lead>>,
    /// How many decisions there were about each.
    versions: Vec<u32>,
    /// Whether a lead counts against its owner's capacity.
    pub(super) counts: Vec<bool>,
    /// The last lead of everybody who is known.
    persons: BTreeMap<String, usize>,
    outcome: Outcome,
}

impl<'a> Drive<'a> {
    pub fn new(
        rules: &'a Rules,
        history: &'a History,
        arrivals: &'a [Arrival],
        answers: &'a Answers,
    ) -> Self {
        let world = World {
            policy: &rules.policy,
            reps: everybody(rules, history),
            turns: BTreeMap::new(),
            clocks: rules,
            previous_owner: None,
            chance: Chance::new(Timestamp::UNIX_EPOCH, 0),
        };
        Self {
            rules,
            history,
            arrivals,
            answers,
            world,
            people: People::default(),
            records: Records::new(&rules.policy),
            limits_declines: rules.policy.limits_declines(),
            now: Timestamp::MIN,
            agenda: Agenda::default(),
            waiting: Waiting::default(),
            leads: vec![None; arrivals.len()],
            versions: vec![0; arrivals.len()],
            counts: vec![false; arrivals.len()],
            persons: BTreeMap::new(),
            outcome: Outcome {
                fates: arrivals.iter().map(Fate::of).collect(),
                ..Outcome::default()
            },
        }
    }

    /// Lets all of it happen.
    pub fn run(mut self, passed: &mut dyn FnMut(usize)) -> Outcome {
        let last = self.arrivals.iter().map(|it| it.at).max();
        let end = last.and_then(|at| at.checked_add(AFTERWARDS).ok());
        let end = end.unwrap_or(Timestamp::MAX);
        self.burden();
        self.foresee();
        let mut come = 0;
        while let Some((at, next)) = self.agenda.pop() {
            if at > end {
                break;
            }
            if let Some(later) = self.sleeps_until(at) {
                self.agenda.note(later, next);
                continue;
            }
            self.now = self.now.max(at);
            if matches!(next, Next::Arrives(_)) {
                come += 1;
                passed(come);
            }
            self.take(next);
        }
        self.outcome.add_up(&self.people.most);
        self.outcome
    }

    fn take(&mut self, next: Next) {
        match next {
            Next::Arrives(n) => self.arrives(n),
            Next::Does(n, name) => self.does(n, name),
            Next::Due(n, version) => {
                if self.versions[n] == version {
                    self.happens(n, Event::Due);
                }
            }
            Next::Answers(n, offer) => self.answers(n, &offer),
            Next::Reviews(n, epoch) => self.reviews(n, epoch),
            Next::Contacts(n, epoch) => self.contacts(n, epoch),
            Next::Ends(n, epoch) => self.ends(n, epoch),
            Next::Pulls(n) => self.pulls(n),
            Next::Stales(n) => self.stales(n),
            Next::Unburdens(n) => self.unburdens(n),
            Next::Shows(n, offer) => self.shows(n, &offer),
            Next::Falls(n) => self.falls(n),
            Next::Recovers(n) => self.recovers(n),
            Next::Leaves(n) => self.leaves(n),
            Next::HandsOn(n) => self.hands_on(n),
            Next::Returns(n) => self.returns(n),
        }
    }

    pub(super) fn policy(&self) -> &'a Policy {
        &self.rules.policy
    }

    fn reader(&self) -> Reader<'a> {
        Reader::new(&self.rules.policy, self.rules, self.now).knowing(&self.history.odds)
    }

    fn arrives(&mut self, n: usize) {
        let arrival = &self.arrivals[n];
        let id = format!("lead_{n:026}");
        let mut lead = Lead::new(id.into(), arrival.number, arrival.source.clone(), self.now);
        lead.contact.clone_from(&arrival.person.contact);
        lead.attributes.clone_from(&arrival.person.attributes);
        lead.lead_type.clone_from(&arrival.person.lead_type);
        for (name, at) in arrival.activities.all() {
            if at <= self.now {
                lead.activities.add(name, at);
            } else {
                self.agenda.note(at, Next::Does(n, name.to_owned()));
            }
        }
        lead.previous_owner.clone_from(&arrival.previous_owner);
        lead.win = arrival.was.as_ref().and_then(|was| was.win);
        if let Some(rule) = self.policy().sources.get(&arrival.source) {
            lead.contact.fill_from(&rule.defaults);
        }
        if let Some(known) = self.known(n, &lead) {
            if self.leads[known].is_some() {
                self.outcome.fates[n].kept_out = Some("joined an earlier lead".to_owned());
                return;
            }
            let owner = self.outcome.fates[known].owner.clone();
            lead.previous_owner = lead.previous_owner.or(owner);
        }
        let reader = self.reader();
        // With a stored lead what it asked for is counted already.
        if arrival.was.is_none() {
            reader.count_request(&mut lead);
        }
        let filters = &self.policy().filters;
        let nothing = SubmissionFacts::default();
        if let Some(hit) = filter::sift(&reader, filters, &mut lead, &nothing) {
            self.outcome.fates[n].kept_out = Some(hit.to_string());
            return;
        }
        let by = Actor::Source(lead.source.to_string());
        self.leads[n] = Some(lead);
        let beside = Vec::new();
        self.happens(n, Event::Arrived { by, beside });
    }

    /// The last lead of the same person; from now on that is `n`, unless the last one is under way.
    fn known(&mut self, n: usize, lead: &Lead) -> Option<usize> {
        let signs = person::signs(&lead.contact, &lead.source);
        let surest = signs.first()?;
        let key = format!("{} {}", surest.kind.word(), surest.value);
        let known = self.persons.get(&key).copied();
        if known.is_none_or(|known| self.leads[known].is_none()) {
            self.persons.insert(key, n);
        }
        known
    }

    /// What the engine does with an event, and afterwards with the room it freed.
    pub(super) fn happens(&mut self, n: usize, event: Event) {
        let freed = self.decide(n, event);
        let policy = self.policy();
        let theirs = policy.teams.iter();
        let theirs = theirs.filter(|team| team.people().any(|rep| freed.contains(&rep)));
        let teams: BTreeSet<TeamId> = theirs.map(|team| team.id.clone()).collect();
        self.wake_waiting(&teams, freed.len(), Some(n));
    }

    pub(super) fn wake_waiting(
        &mut self,
        teams: &BTreeSet<TeamId>,
        mut rooms: usize,
        except: Option<usize>,
    ) {
        if rooms == 0 {
            return;
        }
        for n in self.waiting.first(teams, rooms + TRIED_IN_VAIN) {
            let waits = self.leads[n].as_ref().is_some_and(Lead::is_waiting);
            if rooms == 0 || Some(n) == except || !waits {
                continue;
            }
            self.decide(n, Event::SomebodyFree);
            let waits = self.leads[n].as_ref().is_some_and(Lead::is_waiting);
            rooms -= usize::from(!waits);
        }
    }

    /// Decides one event of one lead; who has room for another one now.
    pub(super) fn decide(&mut self, n: usize, event: Event) -> BTreeSet<RepId> {
        let Some(lead) = self.leads[n].take() else {
            return BTreeSet::new();
        };
        self.outcome.decisions += 1;
        self.people.look_back(&mut self.world.reps, self.now);
        self.records.recall(&mut self.world.reps, &lead, self.now);
        self.world.chance = Chance::new(self.now, u128::from(self.outcome.decisions) << 32);
        self.world.previous_owner.clone_from(&lead.previous_owner);
        let asked = asked_anew(&lead, &event, &self.reader());
        // What somebody did is put before the rules by the decision itself.
        let asked = asked.filter(|_| !matches!(event, Event::Did { .. }));
        let before = asked.unwrap_or_else(|| lead.clone());
        match decide(before, event, self.now, &self.world) {
            Ok((after, effects)) => self.settle(n, &lead, after, &effects),
            // What somebody wanted can't be any more: another was faster.
            Err(_) => {
                self.leads[n] = Some(lead);
                BTreeSet::new()
            }
        }
    }

    /// Keeps what became of a lead, and notes what follows from it.
    fn settle(
        &mut self,
        n: usize,
        before: &Lead,
        mut after: Lead,
        effects: &[Effect],
    ) -> BTreeSet<RepId> {
        self.versions[n] += 1;
        let counts = self.still_counts(&after);
        let counted = std::mem::replace(&mut self.counts[n], counts);
        let reps = &mut self.world.reps;
        self.people
            .carry(reps, n, (before, counted), (&after, counts));
        if self.limits_declines {
            self.people.note_declines(before, &after, self.now);
        }
        self.keep(&after, effects);
        self.outcome.count(n, &after, effects);
        self.outcome.fates[n].note(&after, self.now);
        let instead = self.waiting.moves(n, before, &after);
        let freed = after.freed_since(before);
        let in_front = self.waiting.is_in_front(n, &after);
        if let Some(at) = wakes_at(&mut after, in_front) {
            self.agenda
                .note(at.max(self.now), Next::Due(n, self.versions[n]));
        }
        self.follow(n, before, &after);
        let new: Vec<Offer> = after
            .offers
            .iter()
            .filter(|offer| before.offer(&offer.id).is_none())
            .cloned()
            .collect();
        let over = self.is_over(n, &after);
        self.leads[n] = Some(after).filter(|_| !over);
        for offer in new {
            self.deliver(n, &offer);
        }
        if let Some(next) = instead {
            self.look_out(next);
        }
        freed
    }

    /// Passes the teams' turns on, and keeps how leads end.
    fn keep(&mut self, lead: &Lead, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Round { team, turns } = effect {
                self.world.turns.insert(team.clone(), turns.clone());
            } else if let Effect::Ended(ended) = effect {
                self.records.count(lead, ended, self.now);
            }
        }
    }

    /// Whether nothing happens to a lead any more.
    fn is_over(&self, n: usize, lead: &Lead) -> bool {
        let rests = !lead.is_open() || matches!(lead.state, State::Nurture { .. });
        let done = self.arrivals[n].activities.all();
        rests && done.into_iter().all(|(_, at)| at <= self.now)
    }

    /// Whether a lead counts against its owner's capacity.
    fn still_counts(&self, lead: &Lead) -> bool {
        self.stale_at(lead).is_some_and(|at| at > self.now)
    }

    pub(super) fn stale_at(&self, lead: &Lead) -> Option<Timestamp> {
        let State::Owned { rep, .. } = &lead.state else {
            return None;
        };
        let stale = self.policy().reps.get(rep)?.stale;
        Some(lead.touched_at.checked_add(stale).unwrap_or(Timestamp::MAX))
    }

    /// A lead that has come to the front of its line looks out for itself.
    fn look_out(&mut self, n: usize) {
        let now = self.now;
        if let Some(lead) = self.leads[n].as_mut()
            && let Some(at) = wakes_at(lead, true)
        {
            self.agenda
                .note(at.max(now), Next::Due(n, self.versions[n]));
        }
    }

    /// The card is there at once, unless the chat is down.
    fn deliver(&mut self, n: usize, offer: &Offer) {
        let Some(rep) = self.policy().reps.get(&offer.rep) else {
            return;
        };
        if offer.asks_in_person() {
            self.people.note_offer(rep, self.now);
        }
        if !offer.is_pending() {
            return;
        }
        match self.silent_until(rep.chat) {
            Some(later) => self.agenda.note(later, Next::Shows(n, offer.id.clone())),
            None => self.shown(n, offer),
        }
    }

    /// Whoever a card is for answers it in their time.
    pub(super) fn shown(&mut self, n: usize, offer: &Offer) {
        let Some(rep) = self.policy().reps.get(&offer.rep) else {
            return;
        };
        let (offer_id, chat) = (offer.id.clone(), rep.chat);
        self.decide(
            n,
            Event::Delivered {
                offer: offer_id,
                chat,
            },
        );
        let answer = self.answers.answer(&self.arrivals[n], &offer.rep);
        if answer.says != Says::Nothing {
            let at = self.in_hours(&offer.rep, answer.after);
            self.agenda.note(at, Next::Answers(n, offer.id.clone()));
        }
    }

    /// What is known to happen from the beginning.
    fn foresee(&mut self) {
        self.foresee_outages();
        for (n, absence) in self.history.absences.iter().enumerate() {
            self.agenda.note(absence.from, Next::Leaves(n));
            if let Some(until) = absence.until {
                self.agenda.note(until, Next::Returns(n));
            }
        }
        for (n, arrival) in self.arrivals.iter().enumerate() {
            self.agenda.note(arrival.at, Next::Arrives(n));
        }
    }
}
