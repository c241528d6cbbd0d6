//! Baton or a chat is down for a while: what would have happened meanwhile happens afterwards, and offers have the time
//! back, as live.

use jiff::Timestamp;

use super::{drive::Drive, state::Next};
use crate::domain::{
    event::{Down, Event},
    id::OfferId,
    lead::{Lead, Offer},
    policy::Platform,
};

/// A time in which something was down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// What.
    pub of: Down,
    /// From.
    pub from: Timestamp,
    /// Until.
    pub until: Timestamp,
}

impl Drive<'_> {
    /// When something is up again that is down at a moment.
    fn up_again(&self, of: Down, at: Timestamp) -> Option<Timestamp> {
        let outages = self.history.outages.iter();
        let mut now = outages.filter(|it| it.of == of && it.from <= at && at < it.until);
        now.next().map(|it| it.until)
    }

    /// When what would happen at that moment does, if Baton is down then.
    pub(super) fn sleeps_until(&self, at: Timestamp) -> Option<Timestamp> {
        self.up_again(Down::Baton, at)
    }

    /// When a chat that is down now takes something again.
    pub(super) fn silent_until(&self, chat: Platform) -> Option<Timestamp> {
        self.up_again(Down::Chat(chat), self.now)
    }

    /// A chat can't be reached: what people were asked there is held for them.
    pub(super) fn falls(&mut self, n: usize) {
        let Outage { of, from, .. } = self.history.outages[n];
        if let Down::Chat(chat) = of {
            self.tell_all_asked(&Event::ChatDown { chat, since: from });
        }
    }

    /// It is up again: who was asked has the time back.
    pub(super) fn recovers(&mut self, n: usize) {
        let Outage { of, from, until } = self.history.outages[n];
        self.tell_all_asked(&Event::Outage { of, from, until });
    }

    fn tell_all_asked(&mut self, event: &Event) {
        let is_concerned = |lead: &Option<Lead>| {
            let asked = |lead: &Lead| lead.pending().next().is_some();
            let lead = lead.as_ref();
            lead.is_some_and(|lead| asked(lead) || lead.owes_a_contact().is_some())
        };
        let leads = self.leads.iter().enumerate();
        let asked: Vec<usize> = leads
            .filter(|(_, lead)| is_concerned(lead))
            .map(|(n, _)| n)
            .collect();
        for n in asked {
            self.decide(n, event.clone());
        }
    }

    /// What could not be shown while the chat was down is shown now.
    pub(super) fn shows(&mut self, n: usize, id: &OfferId) {
        let offer = self.leads[n].as_ref().and_then(|lead| lead.offer(id));
        if let Some(offer) = offer.filter(|offer| offer.is_pending()).cloned() {
            self.shown(n, &offer);
        }
    }

    /// When somebody can answer, if their chat is down now.
    pub(super) fn answers_at(&self, offer: &Offer) -> Option<Timestamp> {
        let rep = self.policy().reps.get(&offer.rep)?;
        self.silent_until(rep.chat)
    }

    /// Everything that is known to be down, from the beginning.
    pub(super) fn foresee_outages(&mut self) {
        for (n, outage) in self.history.outages.iter().enumerate() {
            self.agenda.note(outage.from, Next::Falls(n));
            self.agenda.note(outage.until, Next::Recovers(n));
        }
    }
}
