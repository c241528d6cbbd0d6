//! How long each leg of the lead's way took, counted when it ends; and accepts that nothing came of.

use jiff::Timestamp;

use super::Case;
use crate::domain::{
    event::{Actor, Effect, Ending, MeasureKind},
    id::{OfferId, RepId},
    lead::{Lasted, Leg, Offer, State},
};

impl Case<'_, '_> {
    fn lasted(&self, from: Timestamp, until: Timestamp) -> Lasted {
        let wall = from.duration_until(until);
        if !wall.is_positive() {
            return Lasted::default();
        }
        let clock = self.plan_clock();
        Lasted {
            wall,
            open: clock.map_or(wall, |clock| clock.open_between(from, until)),
        }
    }

    fn count_leg(&mut self, leg: Leg, rep: Option<&RepId>, took: Lasted) {
        let (wall, open) = leg.measures();
        self.count(wall, rep, Some(took.wall));
        self.count(open, rep, Some(took.open));
    }

    /// Somebody is asked: for the first time the lead has found somebody. How long a list has lain elsewhere is nobody's
    /// time.
    pub(super) fn first_offered(&mut self, rep: &RepId) {
        if self.lead.legs.offered.is_some() || self.lead.imported.is_some() {
            return;
        }
        let took = self.lasted(self.lead.came_at(), self.now);
        self.lead.legs.offered = Some(took);
        self.count_leg(Leg::Offered, Some(rep), took);
    }

    /// A rep's chat has a card: for the first time somebody can see the lead.
    pub(super) fn first_delivered(&mut self, rep: &RepId) {
        let came = self.lead.came_at();
        let mut offers = self.lead.offers.iter();
        let first = offers.find(|offer| offer.offered_at >= came);
        let Some(first) = first.filter(|_| self.lead.legs.delivered.is_none()) else {
            return;
        };
        let took = self.lasted(first.offered_at, self.now);
        self.lead.legs.delivered = Some(took);
        self.count_leg(Leg::Delivered, Some(rep), took);
    }

    /// A rep takes what they were asked: counts how long they took, without what Baton or the chat was down for.
    pub(super) fn answered_after(&mut self, offer: &Offer) {
        let seen = offer.delivered_at.unwrap_or(offer.offered_at);
        let mut lost = offer.not_theirs;
        if let Some(since) = offer.held_since {
            lost.add(self.lasted(since.max(seen), self.now));
        }
        let took = self.lasted(seen, self.now).without(lost);
        self.lead.legs.accepted = Some(took);
        self.lead.legs.lost = (!lost.is_none()).then_some(lost);
        self.count_leg(Leg::Accepted, Some(&offer.rep), took);
    }

    /// The first attempt of whoever has it.
    pub(super) fn first_contacted(&mut self, at: Timestamp) {
        let Some(offer) = self.owned_by().map(|(_, offer)| offer) else {
            return;
        };
        let since = offer.decided_at.unwrap_or(offer.offered_at);
        let (rep, took) = (offer.rep.clone(), self.lasted(since, at));
        self.lead.legs.contacted = Some(took);
        self.count_leg(Leg::Contacted, Some(&rep), took);
    }

    fn owned_by(&self) -> Option<(OfferId, &Offer)> {
        let State::Owned { offer, .. } = &self.lead.state else {
            return None;
        };
        Some((offer.clone(), self.lead.offer(offer)?))
    }

    /// Whether its owner had it for as long before the contact was due as an offer has at least.
    pub(super) fn had_time(&self) -> bool {
        let due = self.lead.plan.as_ref().and_then(|plan| plan.contact_by);
        let since = self.owned_by().and_then(|(_, offer)| offer.decided_at);
        let (Some(due), Some(since)) = (due, since) else {
            return false;
        };
        self.free_from(since) <= due
    }

    /// Whoever took it has done nothing with it: once for each time that somebody took it. What was given to somebody
    /// without asking is no accept.
    pub(super) fn count_hollow(&mut self) {
        if self.lead.clock.attempted_at.is_some() {
            return;
        }
        let taken = self.owned_by().filter(|(_, offer)| offer.taken);
        let Some((id, rep)) = taken
            .filter(|(_, offer)| offer.hollow.is_none())
            .map(|(id, offer)| (id, offer.rep.clone()))
        else {
            return;
        };
        let counted = self.count(MeasureKind::Hollow, Some(&rep), None);
        if let Some(offer) = self.lead.offer_mut(&id) {
            offer.hollow = counted;
        }
    }

    /// They had tried in time, as is said only now.
    pub(super) fn take_hollow_back(&mut self) {
        let Some((id, _)) = self.owned_by() else {
            return;
        };
        let offer = self.lead.offer_mut(&id);
        let counted = offer.and_then(|offer| offer.hollow.take());
        self.effects.extend(counted.map(Effect::Uncount));
    }

    /// Its owner is rid of it without having tried: by giving it back, or by an ending that says nothing of a person.
    pub(super) fn rid_of(&mut self, by: &Actor, ending: Option<Ending>) {
        let empty = match ending {
            None | Some(Ending::Lost | Ending::Nurture) => true,
            Some(Ending::Won | Ending::Disqualified | Ending::Duplicate) => false,
        };
        if empty && matches!(by, Actor::Rep(rep) if self.lead.owner() == Some(rep)) {
            self.count_hollow();
        }
    }
}
