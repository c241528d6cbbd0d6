//! Taking an answer back: an accept, a decline, or an offer that an absence passed on, as long as nobody
//! has acted on it.

use jiff::SignedDuration;

use super::Case;
use crate::domain::{
    event::{
        Actor, Audible, CardRef, Effect, Event, FactKind, Measure, MeasureKind, News, Notice,
        Refusal, Say, Sum,
    },
    id::{OfferId, RepId, TeamId},
    lead::{Before, Offer, Undo, Undoable},
    strategy::{Entry, EntryWhy},
};

/// How long an accept or a decline may be taken back.
pub const UNDO_WITHIN: SignedDuration = SignedDuration::from_secs(30);
/// How long what an absence passed on may be taken back.
pub const KEEP_WITHIN: SignedDuration = SignedDuration::from_secs(60);
/// The reason of an offer that was made in between.
const UNDONE: &str = "undone";

impl Case<'_, '_> {
    /// Whoever acts on a lead ends the other one's chance to take something back; clocks and chat don't.
    pub(super) fn settle_undo(&mut self, event: &Event) {
        let ends = match event {
            Event::Undo { .. } | Event::Snooze { .. } => false,
            Event::Due => self
                .lead
                .undo
                .as_ref()
                .is_some_and(|undo| undo.until <= self.now),
            Event::Arrived { .. }
            | Event::Accept { .. }
            | Event::Decline { .. }
            | Event::Claim { .. }
            | Event::Contacted { .. }
            | Event::Stage { .. }
            | Event::Close { .. }
            | Event::Assign { .. }
            | Event::NextStep { .. }
            | Event::Release { .. }
            | Event::Reoffer { .. }
            | Event::RouteOn { .. }
            | Event::Reroute { .. }
            | Event::RepGone { .. }
            | Event::LateAccept { .. }
            | Event::BackInLine { .. }
            | Event::RepBack { .. }
            | Event::OwnerLeaves { .. } => true,
            Event::Submitted(_)
            | Event::Did { .. }
            | Event::SomebodyFree
            | Event::Delivered { .. }
            | Event::Undeliverable { .. }
            | Event::NotShown { .. }
            | Event::ChatDown { .. }
            | Event::Outage { .. } => false,
        };
        if ends {
            self.lead.undo = None;
        }
    }

    /// Remembers how the lead stood before an answer that may be taken back.
    pub(super) fn keep_undo(&mut self) {
        let Some((what, id)) = self.undoable.take() else {
            return;
        };
        let Some(offer) = self.lead.offer(&id) else {
            return;
        };
        let by = offer.rep.clone();
        let within = match what {
            Undoable::Accept | Undoable::Decline => UNDO_WITHIN,
            Undoable::Away => KEEP_WITHIN,
        };
        self.lead.undo = Some(Undo {
            what,
            until: self.now + within,
            counted: self.counted_for(&by),
            turns: self.turned_for(&by, &id),
            sums: self.summed(),
            before: Box::new(Before::of(&self.before)),
            by,
            offer: id,
        });
    }

    /// What the answer added to the rep's numbers; a missed target stays missed.
    fn counted_for(&self, rep: &RepId) -> Vec<Measure> {
        let theirs = self.effects.iter().filter_map(|effect| match effect {
            Effect::Count(measure) if measure.rep.as_ref() == Some(rep) => Some(measure.clone()),
            _ => None,
        });
        theirs.filter(|one| is_of_an_answer(one.what)).collect()
    }

    /// What it added up; whom it went to next is asked no longer then.
    fn summed(&self) -> Vec<Sum> {
        let sums = self.effects.iter().filter_map(|effect| match effect {
            Effect::Sum { sum, back: false } => Some(sum.clone()),
            _ => None,
        });
        sums.collect()
    }

    fn turned_for(&self, rep: &RepId, id: &OfferId) -> Vec<(TeamId, Entry)> {
        let theirs = self.effects.iter().filter_map(|effect| match effect {
            Effect::Turn { team, entry } => Some((team.clone(), entry.clone())),
            _ => None,
        });
        theirs
            .filter(|(_, entry)| entry.rep == *rep && entry.offer.as_ref() == Some(id))
            .collect()
    }

    /// Gives the lead back what it was before the rep's answer.
    pub(super) fn take_back(&mut self, id: &OfferId, by: &RepId) -> Result<(), Refusal> {
        let offer = self.lead.offer(id).ok_or(Refusal::NoSuchOffer)?;
        if offer.rep != *by {
            return Err(Refusal::NotYours);
        }
        let now = self.now;
        let undo = self.lead.undo.take();
        let undo = undo.filter(|undo| undo.offer == *id && now < undo.until);
        let undo = undo.ok_or(Refusal::TooLate)?;
        let known: Vec<OfferId> = undo
            .before
            .offers
            .iter()
            .map(|one| one.id.clone())
            .collect();
        let since: Vec<Offer> = self
            .lead
            .offers
            .iter()
            .filter(|one| !known.contains(&one.id) && one.is_pending())
            .cloned()
            .collect();
        let hollow = self.lead.offer_mut(id).and_then(|one| one.hollow.take());
        self.effects.extend(hollow.map(Effect::Uncount));
        undo.before.restore(&mut self.lead);
        for offer in &since {
            self.take_away(offer, UNDONE);
            self.tell_taken_back(offer, by);
        }
        for measure in undo.counted {
            self.effects.push(Effect::Uncount(measure));
        }
        for sum in undo.sums {
            self.effects.push(Effect::Sum { sum, back: true });
        }
        for (team, entry) in undo.turns {
            let back = Entry {
                why: EntryWhy::Undone,
                amount: -entry.amount,
                ..entry
            };
            self.post_in_team(&team, back);
        }
        self.lead.touched_at = now;
        let detail = match undo.what {
            Undoable::Accept => "accept taken back",
            Undoable::Decline => "decline taken back",
            Undoable::Away => "kept although away",
        };
        let actor = Actor::Rep(by.clone());
        self.fact(FactKind::Reopened, actor, Some(by), Some(id), detail);
        Ok(())
    }

    /// Whoever was asked meanwhile need not answer any more.
    fn tell_taken_back(&mut self, offer: &Offer, by: &RepId) {
        self.say(Say {
            to: Audible::Rep(offer.rep.clone()),
            key: format!("undone:{}", offer.id),
            cause: None,
            notice: Notice::News {
                offer: offer.id.clone(),
                news: News::TakenBack { by: by.clone() },
            },
        });
    }

    /// The cards whose button to take something back comes or goes.
    pub(super) fn undo_changed(&self) -> Vec<CardRef> {
        let (was, is) = (self.before.undo.as_ref(), self.lead.undo.as_ref());
        if was == is {
            return Vec::new();
        }
        let shown = [was, is].into_iter().flatten();
        let shown = shown.filter(|undo| match undo.what {
            Undoable::Accept | Undoable::Decline => true,
            Undoable::Away => false,
        });
        let card = |undo: &Undo| CardRef::Offer {
            offer: undo.offer.clone(),
            rep: undo.by.clone(),
        };
        shown.map(card).collect()
    }
}

/// Whether an answer counts for it, so that taking the answer back takes it back too.
fn is_of_an_answer(what: MeasureKind) -> bool {
    match what {
        MeasureKind::Accepted
        | MeasureKind::AcceptedOpen
        | MeasureKind::AcknowledgeKept
        | MeasureKind::Assigned
        | MeasureKind::Declined
        | MeasureKind::Withdrawn => true,
        MeasureKind::Arrived
        | MeasureKind::Imported
        | MeasureKind::Routed
        | MeasureKind::Offered
        | MeasureKind::Expired
        | MeasureKind::Escalated
        | MeasureKind::Contacted
        | MeasureKind::AcknowledgeMissed
        | MeasureKind::ContactKept
        | MeasureKind::ContactMissed
        | MeasureKind::ReceivedOffered
        | MeasureKind::ReceivedOfferedOpen
        | MeasureKind::OfferedDelivered
        | MeasureKind::OfferedDeliveredOpen
        | MeasureKind::AcceptedContacted
        | MeasureKind::AcceptedContactedOpen
        | MeasureKind::Hollow
        | MeasureKind::Won
        | MeasureKind::Lost
        | MeasureKind::Duplicate => false,
    }
}
