//! Another submission that speaks of the same person.

use super::Case;
use crate::domain::{
    contact::{Contact, Field, FieldValue},
    event::{Actor, Audible, FactKind, MeasureKind, Notice, Say},
    id::SubmissionId,
    lead::{Clock, Lead, Offer, State},
    submission::NewLead,
};

impl Case<'_, '_> {
    /// Another submission joins the lead: whoever has it is told what is new, nobody else is asked.
    pub(super) fn submitted(&mut self, new: &NewLead, submission: &SubmissionId, by: Actor) {
        let waited = waits_for_its_person(&self.lead);
        let unknown = self.lead.unknown.take().is_some();
        let what = fill(&mut self.lead.contact, &new.contact);
        let left_out = self.lead.add_attributes(&new.attributes);
        self.lead.add_marks(&new.marks);
        let more = match left_out {
            0 => None,
            1 => Some(format!("one more answer is in {submission} only")),
            many => Some(format!("{many} more answers are in {submission} only")),
        };
        let news = what
            .iter()
            .map(|(field, _)| field.name())
            .collect::<Vec<_>>();
        let news = Some(news.join(", ")).filter(|news| !news.is_empty());
        self.fact(
            FactKind::Merged,
            by,
            None,
            None,
            news.into_iter().chain(more).collect::<Vec<_>>().join("; "),
        );
        if waited {
            self.place();
            return;
        }
        // Who stands in a list has not written again: nobody is told, and nothing begins anew.
        if new.import.is_some() {
            return;
        }
        if !unknown {
            self.count(MeasureKind::Duplicate, None, None);
        }
        if matches!(self.lead.state, State::Nurture { .. }) {
            self.fact(FactKind::Reopened, Actor::Baton, None, None, "wrote again");
            // A new wish is to be answered anew, whatever became of the last one.
            self.lead.clock = Clock::default();
            self.place();
            return;
        }
        let what: Vec<String> = what
            .into_iter()
            .map(|(field, text)| format!("{}: {text}", field.name().replace('_', " ")))
            .collect();
        let holders: Vec<Offer> = self
            .lead
            .offers
            .iter()
            .filter(|offer| offer.is_pending() || self.is_owners(offer))
            .cloned()
            .collect();
        for offer in holders {
            let key = format!("again:{}:{}", offer.id, self.now.as_microsecond());
            let notice = Notice::WroteAgain {
                offer: offer.id,
                what: what.clone(),
            };
            self.say(Say {
                to: Audible::Rep(offer.rep),
                key,
                cause: None,
                notice,
            });
        }
    }
}

/// Whether a manager is to decide for no other reason than that nobody knows who it is.
pub(super) fn waits_for_its_person(lead: &Lead) -> bool {
    lead.unknown.is_some() && matches!(lead.state, State::Review { .. } | State::Queued { .. })
}

/// Fills in what `new` knows and the lead doesn't; says what is new or differs. What a person is
/// known by is never overwritten by a form that anybody can fill in.
fn fill(contact: &mut Contact, new: &Contact) -> Vec<(Field, String)> {
    let differs: Vec<(Field, FieldValue)> = new
        .iter()
        .filter(|(field, value)| contact.get(*field) != Some(*value))
        .map(|(field, value)| (field, value.clone()))
        .collect();
    contact.fill_from(new);
    if !new.text(Field::Message).is_empty() {
        contact.set_text(Field::Message, new.text(Field::Message));
    }
    differs
        .into_iter()
        .map(|(field, value)| (field, value.to_string()))
        .collect()
}
