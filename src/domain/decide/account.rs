//! Leads of an account that somebody owns: nobody else gets one in silence. Whoever stands in for an owner who is away
//! gives it back; where nobody does, and somebody else is asked, the owner is told.

use jiff::SignedDuration;

use super::{Case, choose::Group};
use crate::domain::{
    event::{Actor, Audible, FactKind, News, Notice, Say},
    id::{OfferId, RepId},
    lead::{Behalf, Offer, OfferKind, OfferLevel, State},
    policy::Target,
};

/// When an owner who is back, and can't be given anything now, is looked for again.
const AGAIN: SignedDuration = SignedDuration::from_mins(15);

impl<'w> Case<'_, 'w> {
    /// Asks the account's owner, or while they are away whoever stands in for them.
    pub(super) fn ask_account_owner(&mut self, level: &OfferLevel) -> bool {
        let Some(owner) = self.policy().account_owner(&self.lead).cloned() else {
            return false;
        };
        let asked = self.or_cover(owner.clone());
        if asked == owner {
            return self.push(level, &alone(owner));
        }
        let away = self.consider(&alone(owner.clone()));
        self.remember(&away);
        let found = self.push(level, &alone(asked));
        if found {
            self.stands_in_for(&owner);
        }
        found
    }

    /// Whoever was just asked is asked in the owner's place, who hears of it.
    fn stands_in_for(&mut self, owner: &RepId) {
        let State::Offered { offer: id } = self.lead.state.clone() else {
            return;
        };
        let away = self.world.reps.get(owner);
        let away = away.and_then(|person| person.away.as_ref());
        let until = away.and_then(|away| away.until);
        self.mark(
            &id,
            Behalf::StandsIn {
                owner: owner.clone(),
                until,
            },
        );
        self.say(Say {
            to: Audible::Rep(owner.clone()),
            key: format!("stands-in:{id}"),
            cause: None,
            notice: Notice::StoodIn { offer: id },
        });
    }

    fn mark(&mut self, offer: &OfferId, behalf: Behalf) {
        if let Some(offer) = self.lead.offer_mut(offer) {
            offer.behalf = Some(behalf);
        }
    }

    /// What an account's owner had goes to whoever stands in for them, and comes back.
    pub(super) fn keep_for_account(&mut self, owner: &RepId, cover: Option<&RepId>) {
        let theirs = self.policy().account_owner(&self.lead) == Some(owner);
        let asked = match &self.lead.state {
            State::Offered { offer } => self.lead.offer(offer).map(|offer| &offer.rep),
            State::Pending
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => None,
        };
        if theirs && cover.is_some() && asked == cover && self.lead.stood_in().is_none() {
            self.stands_in_for(owner);
        }
    }

    /// The absence of an account's owner should be over by now.
    pub(super) fn look_for_owner(&mut self) {
        let Some((owner, Some(until))) = self.lead.stood_in_for() else {
            return;
        };
        let owner = owner.clone();
        if until > self.now {
            return;
        }
        self.rep_back(&owner);
        let Some((_, Some(until))) = self.lead.stood_in_for() else {
            return;
        };
        if until > self.now {
            return;
        }
        let Some(offer) = self.lead.stood_in().map(|offer| offer.id.clone()) else {
            return;
        };
        let person = self.world.reps.get(&owner);
        let until = match person.map(|person| &person.away) {
            Some(Some(away)) => away.until.filter(|until| *until > self.now),
            Some(None) => Some(self.now + AGAIN),
            // They are no longer in the rules: whoever has it keeps it.
            None => None,
        };
        self.mark(&offer, Behalf::StandsIn { owner, until });
    }

    /// An account's owner is there again: what somebody had, or was asked for, in their place is theirs.
    pub(super) fn rep_back(&mut self, rep: &RepId) {
        let stood_in = self.lead.stood_in_for();
        if stood_in.is_none_or(|(owner, _)| owner != rep) {
            return;
        }
        let Some(offer) = self.lead.stood_in().cloned() else {
            return;
        };
        let here = self.world.reps.get(rep);
        if here.is_none_or(|person| person.away.is_some()) {
            return;
        }
        if !offer.is_pending() {
            return self.give_back(&offer, rep);
        }
        let can = self.consider(&alone(rep.clone()));
        if can.iter().any(|one| one.unfit.is_none()) {
            self.take_away(&offer, "returned");
            self.tell(&offer.rep, &offer.id, News::Returned { to: rep.clone() });
            if !self.push(&offer.level, &alone(rep.clone())) {
                self.move_on(&offer.level);
            }
        }
    }

    fn give_back(&mut self, offer: &Offer, owner: &RepId) {
        self.release_owner();
        let id = self.offer_to(owner, None, offer.level.clone(), OfferKind::Given);
        let from = offer.rep.clone();
        self.mark(&id, Behalf::Returned { from: from.clone() });
        let name = self.policy().name_of(owner).to_owned();
        self.fact(
            FactKind::HandedOver,
            Actor::Baton,
            Some(owner),
            Some(&id),
            name,
        );
        self.own(&id, owner, &Actor::Baton);
        self.tell(&from, &offer.id, News::Returned { to: owner.clone() });
        self.tell(owner, &id, News::YoursAgain { from });
    }

    fn tell(&mut self, rep: &RepId, offer: &OfferId, news: News) {
        self.say(Say {
            to: Audible::Rep(rep.clone()),
            key: format!("returned:{offer}"),
            cause: None,
            notice: Notice::News {
                offer: offer.clone(),
                news,
            },
        });
    }

    /// Somebody else is asked for a lead of an account: its owner hears of it, unless they had it themselves.
    pub(super) fn tell_account_owner(&mut self) {
        let Some(owner) = self.passed_over() else {
            return;
        };
        let epoch = self.lead.epoch;
        self.say(Say {
            to: Audible::Rep(owner),
            key: format!("went-on:{epoch}"),
            cause: Some("went-on".to_owned()),
            notice: Notice::WentOn { epoch },
        });
    }

    /// The account's owner, if automation has just asked others without having asked them.
    fn passed_over(&self) -> Option<RepId> {
        if self.lead.test || !self.targets().contains(&Target::AccountOwner) {
            return None;
        }
        let owner = self.policy().account_owner(&self.lead)?;
        let there = self.policy().reps.get(owner);
        let there = there.is_some_and(|rep| !rep.has_left(self.now));
        let did_it = self.actor == Actor::Rep(owner.clone());
        let of_now = |offer: &&Offer| offer.epoch == self.lead.epoch;
        let mut asked = self.lead.offers.iter().filter(of_now);
        let knows = asked.any(|offer| offer.rep == *owner) || self.before.owner() == Some(owner);
        let fresh = self.lead.offers.iter();
        let mut fresh = fresh.filter(|offer| self.before.offer(&offer.id).is_none());
        let others = fresh.any(|offer| self.is_by_itself(offer));
        (there && others && !did_it && !knows).then(|| owner.clone())
    }

    /// Whether no person made the offer, and nobody is asked in another's place.
    fn is_by_itself(&self, offer: &Offer) -> bool {
        let by_itself = match offer.kind {
            OfferKind::Push | OfferKind::Pool => true,
            OfferKind::Given => self.actor == Actor::Baton,
            OfferKind::HandOver => false,
        };
        by_itself && offer.given.is_none() && offer.behalf.is_none()
    }
}

fn alone<'w>(rep: RepId) -> Group<'w> {
    Group {
        reps: vec![rep],
        team: None,
    }
}
