//! What becomes known from outside: deliveries, people who are gone, outages.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Case, MOMENT, NOTICED, choose::Group, clock::NO_LONGER};
use crate::domain::{
    calendar::{Calendar, Period},
    event::{Actor, Down, Effect, FactKind, Gone, MeasureKind, Notice},
    id::{OfferId, RepId},
    lead::{Cause, Lasted, Offer, OfferLevel, Promise, State, Undoable},
    policy::{Platform, Rung, Target},
};

impl Case<'_, '_> {
    pub(super) fn delivered(&mut self, id: &OfferId, chat: Platform) {
        let (now, free) = (self.now, self.free_from(self.now));
        let answer_by = self.answer_by();
        let Some(offer) = self
            .lead
            .offer_mut(id)
            .filter(|offer| offer.delivered_at.is_none())
        else {
            return;
        };
        offer.delivered_at = Some(now);
        offer.not_shown = None;
        offer.delivered_in = chat;
        if offer.is_hand_over() {
            offer.until = Some(answer_by);
        }
        let extended = offer.not_before.filter(|_| !offer.lost.is_zero());
        offer.not_before = extended.max(Some(free));
        let rep = offer.rep.clone();
        self.first_delivered(&rep);
        self.fact(FactKind::Delivered, Actor::Baton, Some(&rep), Some(id), "");
    }

    /// The chat will not show the card: the lead moves on at once, and the managers hear of it.
    pub(super) fn undeliverable(&mut self, id: &OfferId, why: &str) {
        let Some(offer) = self.lead.offer(id).cloned() else {
            return;
        };
        self.unreachable = Some(offer.rep.clone());
        self.effects.push(Effect::Unreachable {
            rep: offer.rep.clone(),
            why: why.to_owned(),
        });
        self.report(&offer, why, false);
        if !offer.is_pending() {
            return;
        }
        self.take_away(&offer, "undeliverable");
        self.go_on_after(&offer);
    }

    /// The managers hear that the chat has not shown somebody a card.
    fn report(&mut self, offer: &Offer, why: &str, once: bool) {
        let Some(team) = self.team().map(|team| team.id.clone()) else {
            return;
        };
        let rep = offer.rep.clone();
        let key = format!("unreachable:{}", offer.id);
        let cause = if once {
            format!("not-shown:{rep}")
        } else {
            format!("unreachable:{rep}")
        };
        let why = why.to_owned();
        let notice = Notice::CannotReach { rep, why, once };
        self.tell_managers(&team, &key, Some(cause), &notice);
    }

    /// A card that the chat does not take, and takes of others: when it is not tried `again`, the lead moves on at
    /// once, else at the step that would have taken it from somebody who saw it.
    pub(super) fn not_shown(&mut self, id: &OfferId, why: String, again: bool) {
        let Some(offer) = self.lead.offer_mut(id) else {
            return;
        };
        if !offer.is_pending() || offer.delivered_at.is_some() {
            return;
        }
        offer.not_shown = Some(why.clone());
        let offer = offer.clone();
        if !again {
            self.give_up_showing(&offer, &why);
            self.go_on_after(&offer);
        }
    }

    /// Gives up what the chat has tried in vain to show.
    pub(super) fn give_up_unshown(&mut self) {
        let unshown = self.lead.asked().filter_map(|offer| {
            let why = offer.not_shown.clone()?;
            Some((offer.clone(), why))
        });
        for (offer, why) in unshown.collect::<Vec<_>>() {
            self.give_up_showing(&offer, &why);
        }
    }

    /// Whoever could not see their card has let nothing expire, and is not asked for this lead again.
    fn give_up_showing(&mut self, offer: &Offer, why: &str) {
        self.report(offer, why, true);
        self.take_away(offer, "not shown");
    }

    /// Whoever was asked is out of it: the next one is asked, or the owner keeps it.
    fn go_on_after(&mut self, offer: &Offer) {
        if offer.is_hand_over() {
            self.stays(&offer.id);
        } else {
            self.pass_on(&offer.level);
        }
    }

    /// A rep is away or has left: what they were asked goes to the next; what somebody who left
    /// owned is offered again.
    pub(super) fn rep_gone(&mut self, rep: &RepId, why: &Gone) {
        let reason = match why {
            Gone::Away | Gone::AwayForLong { .. } => "away",
            Gone::Removed => "left",
        };
        // When they are back may be known only now.
        if self.lead.is_waiting() {
            self.look_ahead();
        }
        let asked: Vec<Offer> = self
            .lead
            .pending()
            .filter(|offer| offer.rep == *rep)
            .cloned()
            .collect();
        for offer in &asked {
            self.take_away(offer, reason);
        }
        if let Some(offer) = asked.first() {
            if *why == Gone::Away {
                self.undoable = Some((Undoable::Away, offer.id.clone()));
            }
            self.go_on_after(offer);
        }
        if *why == Gone::Removed {
            // Of those who are left everybody may have had it: then they may be asked again.
            self.try_again();
        }
        if !matches!(&self.lead.state, State::Owned { rep: owner, .. } if owner == rep) {
            return;
        }
        match why {
            Gone::Away => {}
            Gone::AwayForLong { cover } => {
                // An attempt that reached nobody is no contact.
                if self.lead.clock.contacted_at.is_none() {
                    self.leave_owner(NO_LONGER);
                    self.find_another(cover.as_ref());
                    self.keep_for_account(rep, cover.as_ref());
                }
            }
            Gone::Removed => {
                self.leave_owner(NO_LONGER);
                self.find_another(None);
            }
        }
    }

    /// Whoever owns it has left; when it is this lead's turn, it goes to somebody else.
    pub(super) fn owner_leaves(&mut self, rep: &RepId, at: Timestamp) {
        if matches!(&self.lead.state, State::Owned { rep: owner, .. } if owner == rep) {
            self.lead.leaves_at = Some(at);
        }
    }

    /// The turn of a lead whose owner has left has come, unless they are there again.
    pub(super) fn leave_in_turn(&mut self) {
        let State::Owned { rep, .. } = self.lead.state.clone() else {
            return;
        };
        if self.lead.leaves_at.is_none_or(|at| at > self.now) {
            return;
        }
        self.lead.leaves_at = None;
        let rule = self.policy().reps.get(&rep);
        if rule.is_none_or(|rule| rule.has_left(self.now)) {
            self.rep_gone(&rep, &Gone::Removed);
        }
    }

    /// Somebody else for a lead that has lost its owner: who stands in, else wherever its rule sends
    /// it. What a person took on is not dropped for it.
    fn find_another(&mut self, cover: Option<&RepId>) {
        let stands_in = Group {
            reps: cover.cloned().into_iter().collect(),
            team: None,
        };
        if self.push(&OfferLevel::Hand, &stands_in) {
            return;
        }
        let targets = self.targets();
        let ends = |target: &Target| matches!(target, Target::Nurture(_) | Target::Disqualify(_));
        let people = targets.iter().enumerate();
        let mut people = people.filter(|(_, target)| !ends(target)).peekable();
        let found = if people.peek().is_none() {
            self.try_rung(&Rung::Team)
        } else {
            people.any(|(place, target)| self.try_target(place, target))
        };
        if !found && !self.try_rungs_ahead() {
            self.wait();
        }
    }

    /// While the chat is down nobody can read a card again or get the next one: who has been asked
    /// keeps the lead until it is back.
    pub(super) fn chat_down(&mut self, chat: Platform, since: Timestamp) {
        let owned_by = self.lead.owes_a_contact().cloned();
        for offer in self.lead.offers.iter_mut() {
            let seen = offer.delivered_at.is_some_and(|at| at <= since);
            let seen = seen && offer.delivered_in == chat;
            // Who has it can't say there that they have called.
            let waits = offer.is_pending() || owned_by.as_ref() == Some(&offer.id);
            if waits && seen && offer.held_since.is_none() {
                offer.held_since = Some(since);
            }
        }
        // What could not be shown just before is not that card's fault.
        let reps = &self.world.policy.reps;
        let there = |offer: &&mut Offer| reps.get(&offer.rep).is_none_or(|rep| rep.chat == chat);
        for offer in self.lead.offers.iter_mut().filter(there) {
            offer.not_shown = None;
        }
    }

    /// What something was down for, in the clock's hours, is added to every offer that waited
    /// meanwhile, never to the clock itself. The chat's time is added to what was held for it; while it
    /// is down, Baton's is a part of that.
    pub(super) fn outage(&mut self, of: Down, from: Timestamp, until: Timestamp) {
        let clock = self
            .plan_clock()
            .unwrap_or_else(|| Calendar::always(TimeZone::UTC));
        let ends = self.lead.taken_away_at();
        let waited = |offer: &&mut Offer| {
            let concerned = match of {
                Down::Baton => offer.held_since.is_none() && offer.offered_at < until,
                // Held is let go, also when a clock that was put back says that it was not asked yet.
                Down::Chat(chat) => offer.held_since.is_some() && offer.delivered_in == chat,
            };
            offer.is_pending() && concerned
        };
        let mut extended = Vec::new();
        for offer in self.lead.offers.iter_mut().filter(waited) {
            let mut from = offer.held_since.take().unwrap_or(from);
            if of == Down::Baton {
                let made_up = offer.made_up_until;
                from = made_up.map_or(from, |at| at.max(from)).min(until);
                offer.made_up_until = made_up.max(Some(until));
            }
            let lost = clock.open_between(from.max(offer.offered_at), until);
            let end = ends.unwrap_or_else(|| offer.free_at());
            offer.lost += lost;
            let seen = offer.delivered_at.map(|at| from.max(at));
            if let Some(seen) = seen.filter(|at| *at < until) {
                offer.not_theirs.add(Lasted {
                    wall: seen.duration_until(until),
                    open: clock.open_between(seen, until),
                });
            }
            if matches!(of, Down::Chat(_)) {
                offer.lost_to_chat += lost;
            }
            offer.not_before = clock.add(end, Period::Time(lost)).or(Some(end));
            // No step of the plan ends a hand-over; it has a deadline of its own.
            if let Some(own) = offer.until.filter(|_| offer.is_hand_over()) {
                offer.until = clock.add(own, Period::Time(lost)).or(Some(own));
            }
            if offer.delivered_at.is_some() && lost >= NOTICED {
                extended.push((offer.rep.clone(), offer.id.clone(), lost));
            }
        }
        for (rep, offer, lost) in extended {
            let detail = more_time(of, lost);
            self.fact(
                FactKind::Delivered,
                Actor::Baton,
                Some(&rep),
                Some(&offer),
                detail,
            );
        }
        self.give_owner_time(of, from, until);
        self.note_breaches(until - MOMENT);
    }

    /// Whoever has the lead could not say meanwhile that they had called: a target missed in that time is not theirs, and
    /// the lead is not taken from them as soon as they can.
    fn give_owner_time(&mut self, of: Down, from: Timestamp, until: Timestamp) {
        let Some(id) = self.lead.owes_a_contact().cloned() else {
            return;
        };
        let free = self.free_from(until);
        let Some(offer) = self.lead.offer_mut(&id) else {
            return;
        };
        let cause = match of {
            Down::Baton => Cause::Baton,
            Down::Chat(chat) if offer.delivered_in == chat => {
                offer.held_since = None;
                Cause::Chat
            }
            Down::Chat(_) => return,
        };
        let Some(plan) = self.lead.plan.as_mut() else {
            return;
        };
        plan.leave_owner_until(from, free);
        let missed = plan.contact_by.is_some_and(|by| from < by && by <= until);
        if missed && !self.lead.has_breached(Promise::Contact) {
            self.miss(Promise::Contact, MeasureKind::ContactMissed, cause);
        }
    }
}

/// Why there is more time to answer, in words.
fn more_time(of: Down, lost: SignedDuration) -> String {
    let what = match of {
        Down::Baton => "Baton",
        Down::Chat(_) => "the chat",
    };
    let time = match (lost.as_mins(), lost.as_secs()) {
        (0, seconds) => format!("{seconds} seconds"),
        (1, _) => "a minute".to_owned(),
        (minutes, _) => format!("{minutes} minutes"),
    };
    format!("{time} more to answer, as long as {what} was down")
}
