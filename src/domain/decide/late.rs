//! An accept that comes after the offer has moved on: it is written down, and may put the rep back in line.
//!
//! The turn that the offer had cost comes back by one press, for a day, once for each offer and once a day in each
//! team: who was a minute late loses nothing by it, and who lets everything go by wins nothing.

use jiff::{SignedDuration, Timestamp};

use super::Case;
use crate::domain::{
    event::{Actor, FactKind, Refusal},
    id::{OfferId, RepId},
    lead::{Late, Offer, OfferState},
    phrase::say_duration,
    strategy::EntryWhy,
};

/// For so long after it moved on an offer may give its turn back, and in so long another one in the same team may not.
const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Case<'_, '_> {
    /// Notes that a rep pressed too late, the first time.
    pub(super) fn accept_late(&mut self, id: &OfferId, by: &RepId) -> Result<(), Refusal> {
        let offer = self.expired_of(id, by)?;
        if offer.late.is_some() {
            return Ok(());
        }
        let (at, returns) = (self.now, self.may_return(&offer));
        let after = offer
            .decided_at
            .map_or(SignedDuration::ZERO, |over| at.duration_since(over));
        if let Some(offer) = self.lead.offer_mut(id) {
            offer.late = Some(Late { at, returns });
        }
        let detail = format!("accepted {} too late", say_duration(after));
        self.fact(
            FactKind::Expired,
            Actor::Rep(by.clone()),
            Some(by),
            Some(id),
            detail,
        );
        Ok(())
    }

    /// Gives the turn back that an offer had cost whose rep pressed too late.
    pub(super) fn back_in_line(&mut self, id: &OfferId, by: &RepId) -> Result<(), Refusal> {
        let offer = self.expired_of(id, by)?;
        let asked = offer.late.is_some_and(|late| late.returns);
        if !asked || !self.may_return(&offer) {
            return Err(Refusal::KeepsPlace);
        }
        self.turn_back(&offer, EntryWhy::Late);
        if let Some(late) = self
            .lead
            .offer_mut(id)
            .and_then(|offer| offer.late.as_mut())
        {
            late.returns = false;
        }
        let turns = offer
            .team
            .as_ref()
            .and_then(|team| self.turns.get_mut(team));
        if let Some(balance) = turns.and_then(|turns| turns.reps.get_mut(by)) {
            balance.late_at = Some(self.now);
        }
        Ok(())
    }

    fn expired_of(&self, id: &OfferId, by: &RepId) -> Result<Offer, Refusal> {
        let offer = self.lead.offer(id).ok_or(Refusal::NoSuchOffer)?;
        if offer.rep != *by {
            return Err(Refusal::NotYours);
        }
        if offer.state != OfferState::Expired {
            return Err(Refusal::OfferOver);
        }
        Ok(offer.clone())
    }

    /// Whether an offer that moved on may still give its turn back.
    fn may_return(&self, offer: &Offer) -> bool {
        let within_a_day = |at: Timestamp| self.now.duration_since(at) < DAY;
        let turns = offer.team.as_ref().and_then(|team| self.turns.get(team));
        let last = turns.and_then(|turns| turns.reps.get(&offer.rep)?.late_at);
        offer.turn && offer.decided_at.is_some_and(within_a_day) && !last.is_some_and(within_a_day)
    }
}
