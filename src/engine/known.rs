//! One person, one lead: a submission joins the lead of whoever it speaks of, or makes one.

use jiff::Timestamp;

use super::{
    Engine, Error,
    receive::{Brought, Came},
};
use crate::{
    domain::{
        event::{Actor, Effect, Ending, Event, Measure, MeasureKind, Sent},
        id::{LeadId, SourceId, SubmissionId},
        lead::Lead,
        person::{self, Known, Sign, SignKind},
        route::Reader,
        submission::NewLead,
    },
    store::{Tx, fetches::Fetch, leads, tally},
};

/// A submission that speaks of somebody.
#[derive(Clone, Copy)]
pub(super) struct Joining<'a> {
    /// Where it is kept whole.
    pub submission: &'a SubmissionId,
    /// From whom.
    pub from: Brought<'a>,
    /// What it says.
    pub new: &'a NewLead,
}

impl Engine {
    /// Holds everybody of whom a submission speaks, before any lead is locked.
    pub(super) async fn hold(
        &self,
        tx: &mut Tx,
        source: &SourceId,
        new: &[NewLead],
    ) -> Result<(), Error> {
        let real = new.iter().filter(|new| !new.test);
        let signs: Vec<Sign> = real
            .flat_map(|new| person::signs(&new.contact, source))
            .collect();
        Ok(leads::hold(tx, &signs).await?)
    }

    /// The lead of this person, whom the caller holds, gets what is new; without one a lead is made.
    pub(super) async fn join_or_make(
        &self,
        tx: &mut Tx,
        joining: Joining<'_>,
        now: Timestamp,
    ) -> Result<LeadId, Error> {
        let Joining { from, new, .. } = joining;
        if new.test {
            return self.make(tx, from, new, Came::default(), now).await;
        }
        let signs = person::signs(&new.contact, from.source);
        let found = self.led_to(tx, &signs).await?;
        match person::recognise(&new.contact, &found) {
            Ok((lead, known)) => {
                Box::pin(self.join(tx, joining, &lead, known, now)).await?;
                Ok(lead)
            }
            Err(beside) => {
                let waited = self.waited(tx, &signs).await?;
                let came = Came {
                    beside,
                    did: &waited,
                };
                let lead = self.make(tx, from, new, came, now).await?;
                leads::claim(tx, &signs, &lead).await?;
                self.adopted(tx, &lead, &waited).await?;
                Ok(lead)
            }
        }
    }

    /// The leads to which these signs lead, the surest sign first.
    pub(super) async fn led_to(
        &self,
        tx: &mut Tx,
        signs: &[Sign],
    ) -> Result<Vec<(SignKind, Lead)>, Error> {
        let mut found: Vec<(SignKind, Lead)> = Vec::new();
        for sign in signs {
            let Some(id) = leads::by_sign(tx, sign).await? else {
                continue;
            };
            let again = found.iter().find(|(_, lead)| lead.id == id);
            let lead = match again {
                Some((_, lead)) => Some(lead.clone()),
                None => leads::get(tx, &id).await?,
            };
            found.extend(lead.map(|lead| (sign.kind, lead)));
        }
        Ok(found)
    }

    /// Adds what a submission says to a lead of the same person.
    pub(super) async fn join(
        &self,
        tx: &mut Tx,
        joining: Joining<'_>,
        lead: &LeadId,
        known: Known,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Joining {
            submission,
            from,
            new,
        } = joining;
        let told = learned_from(new, from.source, known.by);
        let sent = Sent {
            new: new.clone(),
            submission: submission.clone(),
            source: from.source.clone(),
            by: from.by.clone(),
            known,
        };
        let event = Event::Submitted(Box::new(sent));
        let handled = self.handle_in(tx, lead, event, now).await?;
        // What it knew before leads there already.
        let mut signs = person::signs(&handled.lead.contact, &handled.lead.source);
        signs.retain(|sign| sign.kind != SignKind::ExternalId);
        signs.extend(told);
        leads::claim(tx, &signs, lead).await?;
        self.adopt(tx, lead, &signs, now).await?;
        let caught = |effect: &Effect| match effect {
            Effect::Count(measure) => measure.what == MeasureKind::Duplicate,
            Effect::Fact(_)
            | Effect::Show(_)
            | Effect::Say(_)
            | Effect::Turn { .. }
            | Effect::Round { .. }
            | Effect::Uncount(_)
            | Effect::Ended(_)
            | Effect::Tried { .. }
            | Effect::Sum { .. }
            | Effect::Unreachable { .. } => false,
        };
        if !handled.effects.iter().any(caught) {
            return Ok(());
        }
        self.count_caught(tx, from.source, Some(&handled.lead), now)
            .await
    }

    /// The lead of somebody who is known now: the one that was made without them, an earlier one of theirs, or a
    /// new one.
    pub(super) async fn known_at_last(
        &self,
        tx: &mut Tx,
        fetch: &Fetch,
        new: &NewLead,
        now: Timestamp,
    ) -> Result<LeadId, Error> {
        let by = Actor::Source(fetch.source.to_string());
        let brought = Brought {
            source: &fetch.source,
            by: &by,
            at: fetch.since_at,
        };
        let joining = Joining {
            submission: &fetch.submission_id,
            from: brought,
            new,
        };
        let Some(without) = &fetch.lead_id else {
            return self.join_or_make(tx, joining, now).await;
        };
        let signs = person::signs(&new.contact, &fetch.source);
        let found = self.led_to(tx, &signs).await?;
        let others: Vec<(SignKind, Lead)> = found
            .into_iter()
            .filter(|(_, lead)| lead.id != *without)
            .collect();
        if let Ok((lead, known)) = person::recognise(&new.contact, &others)
            && self.end_as_double(tx, without, &lead, now).await?
        {
            self.join(tx, joining, &lead, known, now).await?;
            return Ok(lead);
        }
        let also = others.iter().map(|(kind, lead)| (*kind, lead.number));
        let known = Known {
            by: SignKind::Email,
            also: also.collect(),
        };
        self.join(tx, joining, without, known, now).await?;
        Ok(without.clone())
    }

    /// Ends a lead that was made without its person, who has another one; not if somebody has taken it meanwhile.
    async fn end_as_double(
        &self,
        tx: &mut Tx,
        without: &LeadId,
        other: &LeadId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (made, known) = (leads::get(tx, without).await?, leads::get(tx, other).await?);
        let (Some(made), Some(known)) = (made, known) else {
            return Ok(false);
        };
        if !made.waits_for_its_person() {
            return Ok(false);
        }
        let event = Event::Close {
            by: Actor::Baton,
            ending: Ending::Duplicate,
            deal: None,
            why: None,
            note: format!("its person is lead #{}", known.number),
        };
        self.handle_in(tx, without, event, now).await?;
        Ok(true)
    }

    /// Counts a submission that made no lead as somebody was known, or the delivery was: by the webhook that sent it,
    /// at the time at which it came.
    pub(super) async fn count_caught(
        &self,
        tx: &mut Tx,
        source: &SourceId,
        lead: Option<&Lead>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let team = lead.and_then(Lead::team).cloned();
        let measure = Measure {
            team,
            rep: None,
            what: MeasureKind::Duplicate,
            took: None,
        };
        let rules = self.rules();
        let reader = Reader::new(&rules.policy, &*rules, now);
        let territory = lead.filter(|_| !rules.policy.territories.is_empty());
        let territory = territory.map(|lead| reader.territory(lead).unwrap_or_default());
        metrics::counter!("baton_measures_total", "measure" => measure.what.word()).increment(1);
        let caught = tally::Caught {
            source,
            lead,
            territory,
            at: now,
        };
        Ok(tally::caught(tx, &caught, &measure).await?)
    }
}

/// The source's own id of a person, of whom it is sure enough that it is this one.
fn learned_from(new: &NewLead, source: &SourceId, by: SignKind) -> Option<Sign> {
    let signs = person::signs(&new.contact, source);
    let own = signs.into_iter().find(|it| it.kind == SignKind::ExternalId);
    own.filter(|_| by != SignKind::Name)
}
