//! Putting a lead in front of people, and taking it away again.

use jiff::Timestamp;

use super::{Case, choose::Group};
use crate::domain::{
    contact::Field,
    event::{Actor, Effect, FactKind, MeasureKind},
    id::{OfferId, RepId, TeamId},
    lead::{Lasted, Offer, OfferKind, OfferLevel, OfferState, Reason, State},
    policy::{AbsenceCredit, Platform, Rep, Route, Strategy, Target, Team, Turn},
    strategy::{Entry, EntryWhy, Present},
};

/// Why an offer expired whose rep could have answered it.
const NO_ANSWER: &str = "no answer";
/// Why one expired that the rep had not seen, not in their hours, or not for as long as they should.
const OUT_OF_REACH: &str = "out of reach";

/// Of whom a pool is made.
#[derive(Clone, Copy, Default)]
pub(super) struct Among {
    /// Only so many.
    pub size: Option<usize>,
    /// Only those who suit it.
    pub matching: bool,
}

impl<'w> Case<'_, 'w> {
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
        let strategy = self.strategy_of(group);
        let present: Vec<Present<'_>> = considered
            .iter()
            .filter(|one| one.unfit.as_ref().is_none_or(|unfit| !unfit.is_absence()))
            .map(|one| self.present(one.rep))
            .collect();
        let rep = self.choose(group, strategy, &fit, &present);
        self.note_places(group, &fit);
        if let Some(routing) = self.lead.routing.as_mut() {
            routing.strategy = group.team.map(|_| strategy);
        }
        let offer = self.offer_to(&rep, group.team, level.clone(), OfferKind::Push);
        self.lead.state = State::Offered {
            offer: offer.clone(),
        };
        if let Some(team) = group.team {
            let entry = Entry {
                rep,
                why: EntryWhy::Offered,
                amount: 1.0,
                offer: Some(offer),
            };
            self.post_turn(&team.id, entry, &present);
        }
        true
    }

    /// How somebody of a group is found: as its team says, unless the lead's rule says otherwise for those it leads to.
    fn strategy_of(&self, group: &Group<'_>) -> Strategy {
        let Some(team) = group.team else {
            return Strategy::RoundRobin;
        };
        let leads_here = |route: &&Route| {
            let mut teams = route.to.iter().filter_map(Target::pushed_to);
            teams.any(|to| *to == team.id)
        };
        let by_rule = self.route().filter(leads_here);
        by_rule
            .and_then(|route| route.strategy)
            .unwrap_or(team.strategy)
    }

    /// Lets everybody of the team who may, or the best `size` of them, claim it.
    pub(super) fn pool(
        &mut self,
        level: &OfferLevel,
        team: &'w Team,
        among: Among,
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
        if among.matching {
            fit = self.first_by(team.strategy.matching(), Some(team), &fit);
        }
        if let Some(size) = among.size.filter(|size| *size < fit.len()) {
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
    pub(super) fn best<'r>(
        &mut self,
        group: &Group<'w>,
        mut fit: Vec<&'r Rep>,
        size: usize,
    ) -> Vec<&'r Rep> {
        let strategy = self.strategy_of(group);
        let mut best = Vec::new();
        while best.len() < size && !fit.is_empty() {
            let present: Vec<Present<'_>> = fit.iter().map(|rep| self.present(rep)).collect();
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
            given: None,
            behalf: None,
            lost: jiff::SignedDuration::ZERO,
            made_up_until: None,
            lost_to_chat: jiff::SignedDuration::ZERO,
            late: None,
            delivered_in: Platform::default(),
            held_since: None,
            not_shown: None,
            not_theirs: Lasted::default(),
            turn: false,
            taken: false,
            hollow: None,
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
        self.first_offered(rep);
        match kind {
            OfferKind::Push | OfferKind::Given => self.sum_given(team.map(|team| &team.id), rep),
            // To claim is to be given; a colleague's wish is no turn.
            OfferKind::Pool | OfferKind::HandOver => {}
        }
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

    /// Ends a pending offer.
    pub(super) fn end_offer(&mut self, id: &OfferId, state: OfferState, reason: Reason) {
        let now = self.now;
        if let Some(offer) = self.lead.offer_mut(id) {
            offer.state = state;
            offer.decided_at = Some(now);
            offer.reason = Some(reason);
        }
    }

    /// Takes all pending offers away, `except` one.
    pub(super) fn withdraw_pending(&mut self, except: Option<&OfferId>, reason: &str) {
        let ended: Vec<Offer> = self
            .lead
            .pending()
            .filter(|offer| Some(&offer.id) != except)
            .cloned()
            .collect();
        for offer in ended {
            self.end_offer(&offer.id, OfferState::Withdrawn, Reason::own(reason));
            self.fact(
                FactKind::Withdrawn,
                Actor::Baton,
                Some(&offer.rep),
                Some(&offer.id),
                reason,
            );
            self.count(MeasureKind::Withdrawn, Some(&offer.rep), None);
            self.turn_back(&offer, EntryWhy::Withdrawn);
        }
    }

    /// Gives the turn of an offer back, if it cost one.
    pub(super) fn turn_back(&mut self, offer: &Offer, why: EntryWhy) {
        if offer.turn
            && let Some(team) = offer.team.clone()
        {
            let entry = Entry {
                rep: offer.rep.clone(),
                why,
                amount: -1.0,
                offer: Some(offer.id.clone()),
            };
            self.post_in_team(&team, entry);
        }
    }

    /// Posts a turn that was not chosen by the round: everybody of the rep's group who is there
    /// sees it go by, so that who is absent is neither flooded nor starved by it later.
    pub(super) fn post_in_team(&mut self, id: &TeamId, entry: Entry) {
        let policy = self.policy();
        let Some(team) = policy.team(id) else {
            return;
        };
        let group = if team.members.contains(&entry.rep) {
            &team.members
        } else {
            &team.backups
        };
        let there = |rep: &&Rep| {
            let person = self.world.reps.get(&rep.id);
            rep.id == entry.rep
                || person.is_some_and(|person| person.unfit(rep, self.now).is_none())
        };
        let reps = group.iter().filter_map(|rep| policy.reps.get(rep));
        let present: Vec<Present<'_>> = reps.filter(there).map(|rep| self.present(rep)).collect();
        self.settle(id, &present, team.turns.absence);
        self.post_turn(id, entry, &present);
    }

    /// Credits those who come back or join with the share that went by.
    pub(super) fn settle(
        &mut self,
        line: &TeamId,
        present: &[Present<'_>],
        absence: AbsenceCredit,
    ) {
        let turns = self.turns.entry(line.clone()).or_default();
        let entries = turns.settle(present, absence);
        for entry in entries {
            self.turned.insert(line.clone());
            self.effects.push(Effect::Turn {
                team: line.clone(),
                entry,
            });
        }
    }

    /// Writes a line into the ledger; the round moves with it.
    pub(super) fn post_turn(&mut self, line: &TeamId, entry: Entry, present: &[Present<'_>]) {
        let turns = self.turns.entry(line.clone()).or_default();
        turns.post(&entry, self.now);
        turns.pass_on(present, entry.amount);
        let offer = entry.offer.as_ref();
        if let Some(offer) = offer.and_then(|offer| self.lead.offer_mut(offer)) {
            offer.turn = entry.amount > 0.0;
        }
        self.turned.insert(line.clone());
        self.effects.push(Effect::Turn {
            team: line.clone(),
            entry,
        });
    }

    /// Whether the rep had their time: they have seen it, it is their hours, and nothing was broken down.
    fn could_answer(&self, offer: &Offer) -> bool {
        let there = self.world.reps.get(&offer.rep).is_some_and(|person| {
            let extra = person.extra_until.is_some_and(|until| until > self.now);
            person.away.is_none() && (extra || person.calendar.is_open(self.now))
        });
        let by_itself = self.actor == Actor::Baton && offer.free_at() <= self.now;
        there && by_itself && offer.can_expire() && offer.lost.is_zero()
    }

    pub(super) fn expire_pending(&mut self) {
        self.give_up_unshown();
        let pending: Vec<Offer> = self.lead.asked().cloned().collect();
        for offer in pending {
            let reason = match self.could_answer(&offer) {
                true => NO_ANSWER,
                false => OUT_OF_REACH,
            };
            self.end_offer(&offer.id, OfferState::Expired, Reason::own(reason));
            self.fact(
                FactKind::Expired,
                Actor::Baton,
                Some(&offer.rep),
                Some(&offer.id),
                self.policy().name_of(&offer.rep).to_owned(),
            );
            self.count(MeasureKind::Expired, Some(&offer.rep), None);
            let rule = offer
                .team
                .as_ref()
                .and_then(|team| self.policy().team(team))
                .map(|team| team.turns.expired);
            if rule == Some(Turn::Back) {
                self.turn_back(&offer, EntryWhy::Expired);
            }
        }
    }

    pub(super) fn take_away(&mut self, offer: &Offer, reason: &str) {
        self.end_offer(&offer.id, OfferState::Withdrawn, Reason::own(reason));
        self.fact(
            FactKind::Withdrawn,
            Actor::Baton,
            Some(&offer.rep),
            Some(&offer.id),
            reason,
        );
        self.count(MeasureKind::Withdrawn, Some(&offer.rep), None);
        self.turn_back(offer, EntryWhy::Withdrawn);
    }
}
