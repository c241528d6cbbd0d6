//! Submissions that were kept first and are made into what they say later: held ones when there is room,
//! quarantined ones when somebody lets them in.

use jiff::Timestamp;

use super::{
    Content, Engine, Error, PATIENCE, Received,
    receive::{Brought, Coming},
    sift::{Sieve, Sifting},
};
use crate::{
    domain::{
        event::Actor,
        id::{SourceId, SubmissionId},
        submission::{Signs, Status},
    },
    store::{Tx, fetches, filtered, submissions},
};

/// A submission that was kept.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its name.
    pub id: SubmissionId,
    /// By which webhook it came.
    pub source: SourceId,
    /// When.
    pub received_at: Timestamp,
    /// What the form said of itself.
    pub signs: Signs,
}

impl Stored {
    fn coming<'a>(&'a self, by: &'a Actor, sifting: Sifting, now: Timestamp) -> Coming<'a> {
        Coming {
            brought: Brought {
                source: &self.source,
                by,
                at: self.received_at.min(now),
            },
            signs: self.signs,
            sifting,
        }
    }

    fn by(&self) -> Actor {
        Actor::Source(self.source.to_string())
    }
}

impl Engine {
    /// Makes of a kept submission what it says. Whoever it brings came when it did; their clock begins now.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn let_in(
        &self,
        tx: &mut Tx,
        kept: &Stored,
        sifting: Sifting,
        content: &Content,
        now: Timestamp,
    ) -> Result<Received, Error> {
        if let Content::Ids(_) = content
            && fetches::once_more(tx, &kept.id, (now, now + PATIENCE)).await? > 0
        {
            let word = Status::Pending.word();
            submissions::finish(tx, &kept.id, word, None, &[], &[]).await?;
            return Ok(Received::new(kept.id.clone(), Status::Pending));
        }
        let (before, _) = submissions::lock(tx, &kept.id).await?.unwrap_or_default();
        let by = kept.by();
        let coming = kept.coming(&by, sifting, now);
        let mut received = self
            .make_of(tx, kept.id.clone(), coming, content, now)
            .await?;
        if !received.leads.is_empty() {
            filtered::let_in(tx, &kept.id, now).await?;
        }
        if !before.is_empty() {
            // Those whom it had left out come to those whom it had made.
            received.leads.splice(0..0, before);
            received.status = Status::Accepted;
            let (word, leads) = (received.status.word(), &received.leads);
            let problems = &received.problems;
            submissions::finish(tx, &kept.id, word, leads.first(), leads, problems).await?;
        }
        Ok(received)
    }

    /// What would become of a kept submission; writes nothing, and names no leads.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn would_let_in(
        &self,
        tx: &mut Tx,
        kept: &Stored,
        sifting: Sifting,
        content: &Content,
        now: Timestamp,
    ) -> Result<Received, Error> {
        let received = |status| Received::new(kept.id.clone(), status);
        Ok(match content {
            Content::Leads { leads, problems } => {
                let by = kept.by();
                let coming = kept.coming(&by, sifting, now);
                let mut sieve = Sieve::default();
                for new in leads {
                    self.sift(tx, &mut sieve, coming, new, now).await?;
                }
                let mut received = received(Status::Accepted);
                received.problems.clone_from(problems);
                sieve.tell(&mut received);
                received
            }
            // Whom it concerns is known only when it is let in; without anybody it is kept for them.
            Content::Activities(told) => Received {
                problems: told.problems.clone(),
                ..received(Status::Ignored)
            },
            Content::Ids(_) => received(Status::Pending),
            Content::Held => received(Status::Held),
            Content::Quarantined(problems) => Received {
                problems: problems.clone(),
                ..received(Status::Quarantined)
            },
            Content::Withdrawn(_, why) | Content::Ignored(why) => Received {
                problems: vec![why.clone()],
                ..received(Status::Ignored)
            },
        })
    }
}
