//! What people do while time goes by: answer, call, end, pull out of a queue, go away and come back.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{answers::Says, drive::Drive, people::away_at, state::Next};
use crate::domain::{
    activity::Deed,
    calendar::Period,
    event::{Actor, ContactHow, Ending, Event, Gone, Handing, Premise, Receiver},
    id::{OfferId, RepId, TeamId},
    lead::{Decided, Lead, OfferKind, State},
};

/// How many waiting leads somebody who comes back is tried for at once; as live.
const FOR_WHO_RETURNS: usize = 20;
/// When a queue that nobody could take from is looked at again.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(30);

impl Drive<'_> {
    /// What an owner does with a lead, and what somebody who looks into a queue does.
    pub(super) fn follow(&mut self, n: usize, before: &Lead, after: &Lead) {
        let arrival = &self.arrivals[n];
        if let State::Owned { rep, .. } = &after.state
            && before.owner() != Some(rep)
        {
            let contact = self.answers.contact_after(arrival, rep);
            let contact = self.in_hours(rep, contact);
            self.agenda.note(contact, Next::Contacts(n, after.epoch));
            let end = self.now + self.answers.end_after(arrival, rep);
            self.agenda.note(end, Next::Ends(n, after.epoch));
            if let Some(at) = self.stale_at(after) {
                self.agenda.note(at, Next::Stales(n));
            }
        }
        if let State::Review { team } = &after.state
            && !matches!(before.state, State::Review { .. })
            && let Some(manager) = self.manager_of(team)
        {
            let (_, decided) = self.answers.decision(arrival, &manager);
            let at = self.in_hours(&manager, decided);
            self.agenda.note(at, Next::Reviews(n, after.epoch));
        }
        if in_queue(after) && !in_queue(before) {
            let after = self.answers.usual().accept;
            self.agenda.note(self.now + after, Next::Pulls(n));
        }
    }

    /// Who decides for a team: the first of its managers who are in the rules.
    fn manager_of(&self, team: &TeamId) -> Option<RepId> {
        let managers = &self.policy().team(team)?.managers;
        let known = |rep: &&RepId| self.policy().reps.contains_key(*rep);
        managers.iter().find(known).cloned()
    }

    /// A manager decides of a lead as in fact; where that can't be, it goes on by the rules.
    pub(super) fn reviews(&mut self, n: usize, epoch: u32) {
        let in_review = |lead: &&Lead| lead.epoch == epoch && reviewed_by(lead).is_some();
        let lead = self.leads[n].as_ref().filter(in_review);
        let Some(manager) = lead
            .and_then(reviewed_by)
            .and_then(|team| self.manager_of(team))
        else {
            return;
        };
        let arrival = &self.arrivals[n];
        let owner = arrival.was.as_ref().and_then(|was| was.owner.clone());
        let (what, _) = self.answers.decision(arrival, &manager);
        let by = Actor::Rep(manager);
        match (what, owner) {
            (Decided::Assigned, Some(owner)) => self.happens(n, given(owner, by.clone())),
            (Decided::Ended, _) => self.happens(n, closed(by.clone(), Ending::Disqualified)),
            (Decided::Assigned | Decided::Routed | Decided::Late | Decided::Settled, _) => {}
        }
        if self.leads[n].as_ref().and_then(reviewed_by).is_some() {
            self.happens(n, Event::RouteOn { by });
        }
    }

    /// So much later in somebody's working hours.
    pub(super) fn in_hours(&self, rep: &RepId, after: SignedDuration) -> Timestamp {
        let person = self.world.reps.get(rep);
        let at = person.and_then(|it| it.calendar.add(self.now, Period::Time(after)));
        at.unwrap_or(self.now + after)
    }

    pub(super) fn answers(&mut self, n: usize, id: &OfferId) {
        let offer = self.leads[n].as_ref().and_then(|lead| lead.offer(id));
        let Some(offer) = offer.filter(|offer| offer.is_pending()) else {
            return;
        };
        if let Some(later) = self.answers_at(offer) {
            return self.agenda.note(later, Next::Answers(n, id.clone()));
        }
        let (by, in_pool) = (offer.rep.clone(), offer.kind == OfferKind::Pool);
        let says = self.answers.answer(&self.arrivals[n], &by).says;
        let offer = id.clone();
        let event = match says {
            Says::Accepts if in_pool => Event::Claim { by },
            Says::Accepts => Event::Accept { offer, by },
            Says::Declines(reason) => Event::Decline {
                offer,
                by,
                reason: self.reason(reason),
                note: String::new(),
            },
            Says::Nothing => return,
        };
        self.happens(n, event);
    }

    /// The reason that was given, or one that these rules know.
    fn reason(&self, given: String) -> String {
        let policy = self.policy();
        if policy.decline(&given).is_some() {
            return given;
        }
        policy
            .declines
            .first()
            .map_or(given, |first| first.id.clone())
    }

    /// Somebody does something more, by which a lead that rests may come back.
    pub(super) fn does(&mut self, n: usize, name: String) {
        let source = self.arrivals[n].source.clone();
        let what = Deed::Did(name);
        let at = self.now;
        self.happens(n, Event::Did { what, at, source });
    }

    pub(super) fn contacts(&mut self, n: usize, epoch: u32) {
        let Some(owner) = self.owner_since(n, epoch) else {
            return;
        };
        let event = Event::Contacted {
            by: Actor::Rep(owner),
            how: ContactHow::Reached,
            at: None,
            note: String::new(),
            next: None,
        };
        self.happens(n, event);
    }

    pub(super) fn ends(&mut self, n: usize, epoch: u32) {
        let Some(owner) = self.owner_since(n, epoch) else {
            return;
        };
        let ending = self.answers.ending(&self.arrivals[n], &owner);
        self.happens(n, closed(Actor::Rep(owner), ending));
    }

    /// Who owns a lead whose plan is still that of `epoch`.
    fn owner_since(&self, n: usize, epoch: u32) -> Option<RepId> {
        let lead = self.leads[n].as_ref().filter(|lead| lead.epoch == epoch)?;
        lead.owner().cloned()
    }

    /// Whoever of the team is free and carries least takes the lead out of the queue.
    pub(super) fn pulls(&mut self, n: usize) {
        let Some(lead) = &self.leads[n] else { return };
        let State::Queued {
            team: Some(team),
            waiting: None,
        } = &lead.state
        else {
            return;
        };
        let members = self.policy().team(team).map(|team| team.members.as_slice());
        let people = members.unwrap_or_default().iter().filter_map(|id| {
            let rep = self.policy().reps.get(id)?;
            Some((rep, self.world.reps.get(id)?))
        });
        let free = people.filter(|(rep, person)| person.unfit(rep, self.now).is_none());
        let least = free.min_by_key(|(_, person)| person.open);
        if let Some(by) = least.map(|(rep, _)| rep.id.clone()) {
            self.happens(n, Event::Claim { by });
        }
        if self.leads[n].as_ref().is_some_and(in_queue) {
            self.agenda.note(self.now + LOOK_AGAIN, Next::Pulls(n));
        }
    }

    pub(super) fn stales(&mut self, n: usize) {
        let Some(lead) = self.leads[n].clone() else {
            return;
        };
        match self.stale_at(&lead) {
            Some(at) if at > self.now => self.agenda.note(at, Next::Stales(n)),
            Some(_) if self.counts[n] => {
                self.counts[n] = false;
                let reps = &mut self.world.reps;
                self.people.carry(reps, n, (&lead, true), (&lead, false));
            }
            Some(_) | None => {}
        }
    }

    /// Puts on everybody's hands what they had before the first lead came.
    pub(super) fn burden(&mut self) {
        let Some(begins) = self.arrivals.iter().map(|it| it.at).min() else {
            return;
        };
        for (n, (rep, touched_at)) in self.history.carried.iter().enumerate() {
            let stale = self.policy().reps.get(rep).map(|rep| rep.stale);
            let until = stale.and_then(|stale| touched_at.checked_add(stale).ok());
            if let Some(until) = until.filter(|until| *until > begins)
                && let Some(person) = self.world.reps.get_mut(rep)
            {
                person.open += 1;
                self.agenda.note(until, Next::Unburdens(n));
            }
        }
    }

    pub(super) fn unburdens(&mut self, n: usize) {
        let (rep, _) = &self.history.carried[n];
        if let Some(person) = self.world.reps.get_mut(rep) {
            person.open = person.open.saturating_sub(1);
        }
        self.wake_waiting(&self.teams_of(rep), 1, None);
    }

    fn teams_of(&self, rep: &RepId) -> BTreeSet<TeamId> {
        let theirs = self.policy().teams.iter();
        let theirs = theirs.filter(|team| team.people().any(|one| one == *rep));
        theirs.map(|team| team.id.clone()).collect()
    }

    pub(super) fn leaves(&mut self, n: usize) {
        let absence = &self.history.absences[n];
        let rep = &absence.rep;
        let Some(person) = self.world.reps.get_mut(rep) else {
            return;
        };
        person.away = away_at(&self.history.absences, rep, self.now);
        let long_at = person.calendar.business_day_after(absence.from);
        for n in self.people.pending_with(rep) {
            let (rep, why) = (rep.clone(), Gone::Away);
            self.decide(n, Event::RepGone { rep, why });
        }
        match (absence.until, long_at) {
            (Some(until), Some(at)) if at <= until => self.hands_on(n),
            (None, Some(at)) => self.agenda.note(at, Next::HandsOn(n)),
            (Some(_) | None, _) => {}
        }
    }

    /// They are away for long: what they own and have not reached goes on.
    pub(super) fn hands_on(&mut self, n: usize) {
        let absence = self.history.absences[n].clone();
        let rep = &absence.rep;
        let usual = self.policy().reps.get(rep).and_then(|it| it.cover.clone());
        let cover = absence.cover.clone().or(usual);
        for n in self.people.owned_by(rep) {
            let why = Gone::AwayForLong {
                cover: cover.clone(),
            };
            let rep = rep.clone();
            self.decide(n, Event::RepGone { rep, why });
        }
    }

    pub(super) fn returns(&mut self, n: usize) {
        let rep = &self.history.absences[n].rep;
        let away = away_at(&self.history.absences, rep, self.now);
        let Some(person) = self.world.reps.get_mut(rep) else {
            return;
        };
        person.away = away;
        self.wake_waiting(&self.teams_of(rep), FOR_WHO_RETURNS, None);
    }
}

fn closed(by: Actor, ending: Ending) -> Event {
    Event::Close {
        by,
        ending,
        deal: None,
        why: None,
        note: String::new(),
    }
}

/// What a manager says who gives a lead in review to somebody.
fn given(owner: RepId, by: Actor) -> Event {
    Event::Assign {
        to: Receiver::Rep(owner),
        by,
        handing: Handing::Now,
        words: String::new(),
        premise: Premise::InReview,
    }
}

/// The team whose managers are to decide of it.
fn reviewed_by(lead: &Lead) -> Option<&TeamId> {
    if let State::Review { team } = &lead.state {
        return Some(team);
    }
    None
}

/// Whether it lies in a queue until somebody pulls it.
fn in_queue(lead: &Lead) -> bool {
    matches!(lead.state, State::Queued { waiting: None, .. })
}
