//! What programs may ask for twice: they repeat a call whose answer they have not seen, and the second
//! time must do nothing.

use jiff::{SignedDuration, Timestamp};

use super::{Absence, Engine, Error};
use crate::{
    domain::{
        event::{Actor, ContactHow, Event, Fact, FactKind},
        id::LeadId,
    },
    store::{facts, leads, reps},
};

/// Within this time the same words about a lead are the same call again, as with a source's bodies.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// What came of trying to reach a lead, as a program says it.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Who says so.
    pub by: Actor,
    /// What came of it.
    pub how: ContactHow,
    /// When, if it was not just now.
    pub at: Option<Timestamp>,
    /// In words.
    pub note: String,
}

impl Engine {
    /// Notes an attempt to reach a lead, unless the same was said of it: with its time, or within the last ten
    /// minutes.
    ///
    /// # Errors
    /// Like [`handle`](Engine::handle).
    pub async fn contact_once(&self, lead: &LeadId, contact: &Contact) -> Result<(), Error> {
        let now = self.clock.now();
        let Contact { by, how, at, note } = contact;
        self.db
            .write(async |mut tx| {
                // Nobody else writes to its history until this is done.
                leads::lock(&mut tx, lead).await?.ok_or(Error::NoSuchLead)?;
                let told = facts::timeline(&mut tx, lead).await?;
                let since = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
                // Words with a time in them are the same whenever they are said.
                let lately = told
                    .iter()
                    .filter(|(said, _)| at.is_some() || *said > since);
                let mut same = lately.filter(|(_, fact)| says(fact, contact));
                if same.next().is_some() {
                    return Ok(());
                }
                let event = Event::Contacted {
                    by: by.clone(),
                    how: *how,
                    at: *at,
                    note: note.clone(),
                    next: None,
                };
                Box::pin(self.handle_in(&mut tx, lead, event, now))
                    .await
                    .map(drop)
            })
            .await
    }

    /// Makes a rep absent like [`away`](Engine::away), unless they are, or will be, for just that time.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn away_once(&self, absence: &Absence) -> Result<(), Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| {
                reps::lock(&mut tx, &absence.rep).await?;
                let known = reps::absences_of(&mut tx, &absence.rep, now).await?;
                let same = |one: &reps::Absence| {
                    let from = absence
                        .from
                        .map_or(one.from_at <= now, |from| from == one.from_at);
                    from && one.until_at == absence.until && one.cover == absence.cover
                };
                if known.iter().any(same) {
                    return Ok(());
                }
                self.away_in(&mut tx, absence, now).await.map(drop)
            })
            .await
    }
}

/// Whether a line of history says what `contact` says.
fn says(fact: &Fact, contact: &Contact) -> bool {
    let attempt = matches!(fact.event, FactKind::Attempted | FactKind::Contacted);
    let detail = fact.detail.as_str();
    let said = detail.strip_suffix(ContactHow::IN_TIME).unwrap_or(detail);
    attempt && fact.actor == contact.by && said == contact.how.detail(&contact.note)
}
