//! Filters: who among those whom a submission brings becomes a lead, with which marks, and what is written down of
//! the others.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use jiff::{SignedDuration, Timestamp};

use super::{
    Engine, Error, Received, odds,
    receive::{Brought, Coming},
};
use crate::{
    domain::{
        condition::{Same, SubmissionFacts},
        contact::Field,
        event::Actor,
        filter::{self, Filter, Hit, Then},
        id::LeadId,
        lead::Lead,
        mail,
        route::Reader,
        submission::{NewLead, Status},
    },
    rules::Rules,
    store::{Tx, filtered, leads},
};

/// How far filters have a say in a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sifting {
    /// It has just come: they have, and who sent it is counted.
    Fresh,
    /// It is read once more: they have, and nobody is counted twice.
    Again,
    /// A person lets it in: what would take it out or keep it aside has none, marks are set all the same.
    Waived,
}

/// What the filters of one submission came to.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    /// Each filter that held, with of how many people.
    hits: BTreeMap<Hit, i64>,
    /// How many no filter kept out.
    through: usize,
    /// A trial counts nowhere.
    test: bool,
}

impl Sieve {
    /// Notes whom the filters let through and whom not.
    fn note(&mut self, marks: &[String], hit: Option<&Hit>) {
        let marks = marks.iter().map(|filter| Hit {
            filter: filter.clone(),
            then: Then::Mark,
        });
        for hit in marks.chain(hit.cloned()) {
            *self.hits.entry(hit).or_default() += 1;
        }
        self.through += usize::from(hit.is_none());
    }

    /// Those who did not become leads, with how many of each.
    fn out(&self) -> impl Iterator<Item = (&Hit, i64)> {
        let out = self.hits.iter().filter(|(hit, _)| hit.then != Then::Mark);
        out.map(|(hit, people)| (hit, *people))
    }

    /// What is said of those who did not become leads.
    fn problems(&self) -> Vec<String> {
        let said = self.out().map(|(hit, people)| match people {
            1 => hit.to_string(),
            many => format!("{many} {hit}"),
        });
        said.collect()
    }

    /// Says what the filters did.
    pub fn tell(&self, received: &mut Received) {
        received.hits = self.hits.keys().cloned().collect();
        received.sifted = self.problems();
        received.problems.extend(received.sifted.iter().cloned());
        if self.through == 0
            && let Some(status) = self.status()
        {
            received.status = status;
        }
    }

    /// What a submission is of which nobody became a lead.
    fn status(&self) -> Option<Status> {
        let mut status = None;
        for (hit, _) in self.out() {
            match hit.then {
                Then::Park => return Some(Status::Quarantined),
                Then::Drop => status = Some(Status::Ignored),
                Then::Mark => {}
            }
        }
        status
    }
}

impl Received {
    /// What a sender may be told who has proved nothing: of filters nothing, so that nobody can try out what gets past
    /// them. Who was kept out looks accepted, under the name of a lead that does not exist.
    #[must_use]
    pub fn veiled(mut self) -> Self {
        let Some((status, lead)) = self.veil.take() else {
            return self;
        };
        self.status = status;
        if self.leads.is_empty() {
            self.leads.push(lead);
        }
        let sifted = std::mem::take(&mut self.sifted);
        self.problems.retain(|problem| !sifted.contains(problem));
        self
    }
}

impl Engine {
    /// Asks the filters about somebody; as whom they become a lead, if they do.
    pub(super) async fn sift<'n>(
        &self,
        tx: &mut Tx,
        sieve: &mut Sieve,
        coming: Coming<'_>,
        new: &'n NewLead,
        now: Timestamp,
    ) -> Result<Option<Cow<'n, NewLead>>, Error> {
        let rules = self.rules();
        // What a colleague has typed in is wanted.
        if rules.policy.filters.is_empty() || matches!(coming.brought.by, Actor::Rep(_)) {
            sieve.through += 1;
            return Ok(Some(Cow::Borrowed(new)));
        }
        let mut lead = self.new_lead(coming.brought, new, now);
        let hit = ask(tx, &rules, &mut lead, coming, now).await?;
        sieve.note(&lead.marks, hit.as_ref());
        sieve.test |= new.test;
        Ok(match hit {
            Some(_) => None,
            None if lead.marks.is_empty() => Some(Cow::Borrowed(new)),
            None => Some(Cow::Owned(NewLead {
                marks: lead.marks,
                ..new.clone()
            })),
        })
    }

    /// Says what the filters did, and writes it down.
    pub(super) async fn settle(
        &self,
        tx: &mut Tx,
        sieve: &Sieve,
        brought: Brought<'_>,
        received: &mut Received,
        now: Timestamp,
    ) -> Result<(), Error> {
        if sieve.out().next().is_some() {
            let nobody = format!("lead_{}", self.clock.chance(now).next_ulid());
            received.veil = Some((received.status, LeadId::from(nobody)));
        }
        sieve.tell(received);
        if sieve.test {
            return Ok(());
        }
        let note = filtered::Note {
            submission: &received.submission,
            source: brought.source,
            at: now,
            told: received.veil.as_ref().map(|(_, lead)| lead),
        };
        for (hit, people) in &sieve.hits {
            filtered::note(tx, &note, hit, *people).await?;
        }
        Ok(())
    }
}

/// Marks the lead; what keeps it out, if something does.
async fn ask(
    tx: &mut Tx,
    rules: &Rules,
    lead: &mut Lead,
    coming: Coming<'_>,
    now: Timestamp,
) -> Result<Option<Hit>, Error> {
    let mut filters = Cow::Borrowed(&rules.policy.filters);
    if coming.sifting == Sifting::Waived {
        filters.to_mut().retain(|filter| filter.then == Then::Mark);
    }
    if filters.iter().any(|filter| filter.when.asks_owner()) {
        let email = lead.contact.text(Field::Email);
        lead.previous_owner = leads::last_owner_of(tx, email).await?;
    }
    let counted = count(tx, &filters, lead, coming.sifting, now).await?;
    let same = |same, within| counted.get(&(same, within)).copied().unwrap_or(0);
    let facts = SubmissionFacts {
        honeypot: coming.signs.honeypot,
        seconds: coming.signs.seconds,
        same: &same,
    };
    let reader = Reader::new(&rules.policy, rules, now);
    reader.count_request(lead);
    if filters.iter().any(|filter| filter.when.asks_win()) {
        odds::tell_new(tx, &rules.policy, &reader, lead, now).await?;
    }
    Ok(filter::sift(&reader, &filters, lead, &facts))
}

/// Who sent how much, as far as filters ask; this one included.
async fn count(
    tx: &mut Tx,
    filters: &[Filter],
    lead: &Lead,
    sifting: Sifting,
    now: Timestamp,
) -> Result<BTreeMap<(Same, SignedDuration), u32>, Error> {
    let asked: BTreeSet<(Same, SignedDuration)> = filters
        .iter()
        .flat_map(|filter| filter.when.counts())
        .collect();
    let kinds: BTreeSet<Same> = asked.iter().map(|(same, _)| *same).collect();
    if sifting == Sifting::Fresh && !lead.test {
        for same in kinds {
            if let Some(what) = what_of(same, lead) {
                filtered::came(tx, same, what, now).await?;
            }
        }
    }
    let mut counted = BTreeMap::new();
    for (same, within) in asked {
        if let Some(what) = what_of(same, lead) {
            let many = filtered::how_many(tx, same, what, within, now).await?;
            counted.insert((same, within), u32::try_from(many).unwrap_or(u32::MAX));
        }
    }
    Ok(counted)
}

/// What a lead may have in common with others; nothing where it gave no address.
fn what_of(same: Same, lead: &Lead) -> Option<&str> {
    let email = lead.contact.text(Field::Email);
    let domain = mail::domain_of(email)?;
    Some(match same {
        Same::Email => email,
        Same::Domain => domain,
    })
}
