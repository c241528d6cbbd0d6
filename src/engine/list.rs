//! Many submissions at once, out of a list: each becomes what it would by itself, in one transaction.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Content, Engine, Error, Received, Submission, odds,
    receive::{Brought, Coming},
    sift::{Sieve, Sifting},
};
use crate::{
    domain::{
        event::Actor,
        id::{LeadId, RouteId, TeamId},
        person,
        route::Reader,
        submission::{NewLead, Signs, Status},
    },
    store::{Tx, submissions},
};

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// A new lead.
    Lead,
    /// Something more about a known one.
    Known,
    /// Nothing: the very same row came before.
    Again,
    /// Nothing: a filter took it out, or keeps it aside.
    Filtered,
}

/// What would become of a row, and where it would go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// What.
    pub became: Became,
    /// By which rule.
    pub rule: Option<RouteId>,
    /// Whose team stands behind that.
    pub team: Option<TeamId>,
}

impl Engine {
    /// Takes in rows, all or none of them; returns when they are durable.
    ///
    /// # Errors
    /// [`Error::Store`] when the database does not answer; nothing was kept then.
    pub async fn receive_list(
        &self,
        rows: &[(Submission, Content)],
    ) -> Result<Vec<(Became, Received)>, Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| {
                let (mut all, mut made) = (Vec::with_capacity(rows.len()), BTreeSet::new());
                for (submission, content) in rows {
                    let by = Actor::Source(submission.source.to_string());
                    let row = self.receive_in(&mut tx, submission, content, &by, now);
                    let row = row.await?;
                    all.push((self.became(&row, &mut made, now), row));
                }
                Ok(all)
            })
            .await
    }

    /// An id begins with when it was made, so a lead of just now is new when it is met for the first time.
    fn became(&self, row: &Received, made: &mut BTreeSet<LeadId>, now: Timestamp) -> Became {
        if row.status == Status::Duplicate {
            return Became::Again;
        }
        let Some(lead) = row.leads.first() else {
            return Became::Filtered;
        };
        let like = format!("lead_{}", self.clock.chance(now).next_ulid());
        let just_now = lead.as_str().get(..15) == like.get(..15);
        if just_now && made.insert(lead.clone()) {
            Became::Lead
        } else {
            Became::Known
        }
    }

    /// Says what would become of rows, without what they would do to each other. Writes nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn foresee(&self, rows: &[(Submission, NewLead)]) -> Result<Vec<Foreseen>, Error> {
        let now = self.clock.now();
        self.db
            .read(async |mut tx| {
                let mut all = Vec::with_capacity(rows.len());
                for (submission, new) in rows {
                    all.push(self.foresee_one(&mut tx, submission, new, now).await?);
                }
                Ok(all)
            })
            .await
    }

    async fn foresee_one(
        &self,
        tx: &mut Tx,
        submission: &Submission,
        new: &NewLead,
        now: Timestamp,
    ) -> Result<Foreseen, Error> {
        let by = Actor::Source(submission.source.to_string());
        let brought = Brought {
            source: &submission.source,
            by: &by,
            at: now,
        };
        let mut lead = self.new_lead(brought, new, now);
        let rules = self.rules();
        let reader = Reader::new(&rules.policy, &*rules, now);
        reader.count_request(&mut lead);
        odds::tell_new(tx, &rules.policy, &reader, &mut lead, now).await?;
        reader.route(&mut lead);
        let routing = lead.routing.take().unwrap_or_default();
        let coming = Coming {
            brought,
            signs: Signs::default(),
            // It only looks, so nobody is counted.
            sifting: Sifting::Again,
        };
        let mut sieve = Sieve::default();
        let through = self.sift(tx, &mut sieve, coming, new, now).await?;
        let became = match self.foreseen(tx, submission, new).await? {
            Became::Lead | Became::Known if through.is_none() => Became::Filtered,
            became => became,
        };
        Ok(Foreseen {
            became,
            rule: routing.rule,
            team: routing.team,
        })
    }

    async fn foreseen(
        &self,
        tx: &mut Tx,
        submission: &Submission,
        new: &NewLead,
    ) -> Result<Became, Error> {
        if let Some(id) = &submission.delivery_id
            && submissions::came_before(tx, &submission.source, id).await?
        {
            return Ok(Became::Again);
        }
        let signs = person::signs(&new.contact, &submission.source);
        let found = self.led_to(tx, &signs).await?;
        Ok(match person::recognise(&new.contact, &found) {
            Ok(_) => Became::Known,
            Err(_) => Became::Lead,
        })
    }
}
