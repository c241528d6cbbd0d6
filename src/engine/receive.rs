//! A submission comes in: kept whole, recognised if it came before, joined to a known person's
//! lead or made into a new one, all in one transaction.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    Engine, Error, activities,
    decision::concerned,
    known::Joining,
    odds,
    sift::{Sieve, Sifting},
    sitting::Sitting,
};
use crate::{
    domain::{
        activity::Activity,
        contact::Field,
        decide::decide,
        event::{Actor, Event},
        filter::Hit,
        id::{LeadId, SourceId, SubmissionId},
        lead::Lead,
        person::SignKind,
        route::Reader,
        submission::{ImportTo, NewLead, Signs, Status, Wanted},
    },
    store::{Tx, activities::Kept, filtered, leads, submissions},
};

/// One inbound request as it came.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Which webhook.
    pub source: SourceId,
    /// Its declared type.
    pub content_type: Option<String>,
    /// Its query, without credentials.
    pub query: String,
    /// Those of its headers that say what it is.
    pub headers: BTreeMap<String, String>,
    /// Its bytes.
    pub body: Vec<u8>,
    /// SHA-256 of the body, in hex.
    pub body_hash: String,
    /// The sender's own name for this delivery.
    pub delivery_id: Option<String>,
    /// Within this time an identical body is the same delivery.
    pub window: SignedDuration,
}

/// What a source's reading of a submission came to.
#[derive(Clone, Debug)]
pub enum Content {
    /// People.
    Leads {
        /// Who.
        leads: Vec<NewLead>,
        /// What could not be understood of them.
        problems: Vec<String>,
    },
    /// Ids only: the people have to be fetched.
    Ids(Vec<Wanted>),
    /// What is not to be fetched any more, by its keys, and why.
    Withdrawn(Vec<String>, String),
    /// What people did.
    Activities(Activities),
    /// Kept whole, not usable yet.
    Quarantined(Vec<String>),
    /// Nothing to do with leads.
    Ignored(String),
    /// Over the source's rate; let in later.
    Held,
}

/// What a source tells of what people did.
#[derive(Clone, Debug)]
pub struct Activities {
    /// At least one, or somebody is described.
    pub activities: Vec<Activity>,
    /// Who they are, where that is said.
    pub leads: Vec<NewLead>,
    /// What could not be understood.
    pub problems: Vec<String>,
    /// The source's word for it, if it has one.
    pub why: String,
}

/// From whom a person comes, and when they came.
#[derive(Clone, Copy)]
pub(super) struct Brought<'a> {
    /// The webhook.
    pub source: &'a SourceId,
    /// Who.
    pub by: &'a Actor,
    /// When: before now, if the person had to be fetched.
    pub at: Timestamp,
}

/// What is known of somebody of whom there is no lead yet.
#[derive(Default)]
pub(super) struct Came<'a> {
    /// Leads of others to whom one of the signs leads.
    pub beside: Vec<(SignKind, i64)>,
    /// What they did before.
    pub did: &'a [Kept],
}

/// What the sender is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The submission's name.
    pub submission: SubmissionId,
    /// What became of it.
    pub status: Status,
    /// The leads it made or joined.
    pub leads: Vec<LeadId>,
    /// What could not be understood, and what filters did.
    pub problems: Vec<String>,
    /// Of the problems those that tell of filters.
    pub(super) sifted: Vec<String>,
    /// The filters that held.
    pub hits: Vec<Hit>,
    /// What a sender hears who has proved nothing, in place of what filters did: of the making of this lead.
    pub(super) veil: Option<(Status, LeadId)>,
}

impl Received {
    pub(super) fn new(submission: SubmissionId, status: Status) -> Self {
        Self {
            submission,
            status,
            leads: Vec::new(),
            problems: Vec::new(),
            sifted: Vec::new(),
            hits: Vec::new(),
            veil: None,
        }
    }
}

/// How a submission comes to be read.
#[derive(Clone, Copy)]
pub(super) struct Coming<'a> {
    pub brought: Brought<'a>,
    pub signs: Signs,
    pub sifting: Sifting,
}

impl Engine {
    /// Takes a submission in; returns when it is durable.
    ///
    /// # Errors
    /// [`Error::Store`] when the database does not answer; nothing was kept then.
    pub async fn receive(
        &self,
        submission: &Submission,
        content: &Content,
    ) -> Result<Received, Error> {
        let by = Actor::Source(submission.source.to_string());
        self.receive_by(submission, content, &by).await
    }

    /// Takes a submission in that somebody else than its source brings.
    ///
    /// # Errors
    /// Like [`receive`](Self::receive).
    pub async fn receive_by(
        &self,
        submission: &Submission,
        content: &Content,
        by: &Actor,
    ) -> Result<Received, Error> {
        self.backlog_first().await;
        let now = self.clock.now();
        self.db
            .write(async |mut tx| {
                Box::pin(self.receive_in(&mut tx, submission, content, by, now)).await
            })
            .await
    }

    pub(super) async fn receive_in(
        &self,
        tx: &mut Tx,
        submission: &Submission,
        content: &Content,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Received, Error> {
        let id = SubmissionId::from(format!("sub_{}", self.clock.chance(now).next_ulid()));
        let row = submissions::NewSubmission {
            id: id.clone(),
            source: submission.source.clone(),
            received_at: now,
            content_type: submission.content_type.clone(),
            query: submission.query.clone(),
            headers: submission.headers.clone(),
            body: submission.body.clone(),
            body_hash: submission.body_hash.clone(),
            delivery_id: submission.delivery_id.clone(),
            window: submission.window,
            status: Status::Accepted.word().to_owned(),
        };
        let coming = Coming {
            brought: Brought {
                source: &submission.source,
                by,
                at: now,
            },
            signs: Signs::of(&submission.headers),
            sifting: Sifting::Fresh,
        };
        match submissions::insert(tx, &row).await? {
            // On the heap: whoever may take something in, such as a press, would carry all of it on the stack.
            submissions::Inserted::Fresh => {
                Box::pin(self.make_of(tx, id, coming, content, now)).await
            }
            submissions::Inserted::Again {
                leads,
                same_body: true,
                id,
                ..
            } => {
                if !is_of_list(content) {
                    self.count_again(tx, &submission.source, &leads, now)
                        .await?;
                }
                let told = filtered::told(tx, &id).await?;
                Ok(Received {
                    leads,
                    veil: told.map(|lead| (Status::Duplicate, lead)),
                    ..Received::new(id, Status::Duplicate)
                })
            }
            submissions::Inserted::Again {
                same_body: false,
                id: first,
                ..
            } => {
                let problem = format!("another body came with this delivery id before, as {first}");
                let kept = submissions::NewSubmission {
                    delivery_id: None,
                    window: SignedDuration::ZERO,
                    ..row
                };
                submissions::insert(tx, &kept).await?;
                let content = Content::Quarantined(vec![problem]);
                Box::pin(self.make_of(tx, id, coming, &content, now)).await
            }
        }
    }

    /// Counts a delivery that came again, if it has made or joined a lead.
    async fn count_again(
        &self,
        tx: &mut Tx,
        source: &SourceId,
        first: &[LeadId],
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(id) = first.first() else {
            return Ok(());
        };
        let lead = leads::get(tx, id).await?.filter(|lead| !lead.test);
        match &lead {
            Some(_) => self.count_caught(tx, source, lead.as_ref(), now).await,
            None => Ok(()),
        }
    }

    pub(super) async fn make_of(
        &self,
        tx: &mut Tx,
        id: SubmissionId,
        coming: Coming<'_>,
        content: &Content,
        now: Timestamp,
    ) -> Result<Received, Error> {
        let mut received = Received::new(id, Status::Accepted);
        let source = coming.brought.source;
        match content {
            Content::Leads { leads, problems } => {
                received.problems.clone_from(problems);
                if !leads.is_empty() && leads.iter().all(|lead| lead.test) {
                    received.status = Status::Test;
                }
                self.hold(tx, source, leads).await?;
                self.let_through(tx, &mut received, coming, leads, now)
                    .await?;
            }
            Content::Ids(wanted) => {
                self.ask_for(tx, &mut received, source, wanted, now).await?;
            }
            Content::Activities(told) => {
                Box::pin(self.note_activities(tx, &mut received, coming, told, now)).await?;
            }
            Content::Withdrawn(keys, why) => {
                self.withdraw(tx, source, keys, why).await?;
                let gone = self.deleted(tx, source, keys, now).await?;
                received.leads.extend(gone);
                received.status = Status::Ignored;
                received.problems.push(why.clone());
            }
            Content::Quarantined(problems) => {
                received.status = Status::Quarantined;
                received.problems.clone_from(problems);
            }
            Content::Ignored(why) => {
                received.status = Status::Ignored;
                received.problems.push(why.clone());
            }
            Content::Held => received.status = Status::Held,
        }
        let at = coming.brought.at;
        if received.status == Status::Quarantined && coming.sifting == Sifting::Fresh {
            self.tell_of_quarantine(tx, source, at, now).await?;
        }
        let (id, status) = (&received.submission, received.status.word());
        submissions::finish(
            tx,
            id,
            status,
            received.leads.first(),
            &received.leads,
            &received.problems,
        )
        .await?;
        Ok(received)
    }

    /// Makes leads of those whom no filter keeps out.
    pub(super) async fn let_through(
        &self,
        tx: &mut Tx,
        received: &mut Received,
        coming: Coming<'_>,
        leads: &[NewLead],
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut sieve = Sieve::default();
        let brought = coming.brought;
        for new in leads {
            let sifted = self.sift(tx, &mut sieve, coming, new, now).await?;
            if let Some(new) = sifted {
                let joining = Joining {
                    submission: &received.submission,
                    from: brought,
                    new: &new,
                };
                let lead = Box::pin(self.join_or_make(tx, joining, now)).await?;
                if !received.leads.contains(&lead) {
                    received.leads.push(lead);
                }
            }
        }
        self.settle(tx, &sieve, brought, received, now).await
    }

    /// Makes a lead. Whoever had an earlier one of this address may have it again.
    pub(super) async fn make(
        &self,
        tx: &mut Tx,
        from: Brought<'_>,
        new: &NewLead,
        came: Came<'_>,
        now: Timestamp,
    ) -> Result<LeadId, Error> {
        let mut lead = self.new_lead(from, new, now);
        activities::remember(&mut lead, came.did);
        let email = lead.contact.text(Field::Email);
        // Of whom nobody has met nobody can be the earlier owner: only a trial is made of somebody known.
        if new.test && !email.is_empty() {
            lead.previous_owner = leads::last_owner_of(tx, email).await?;
        }
        self.arrive(tx, lead, from.by, came.beside, now).await
    }

    /// A lead as it came, before anybody has asked the rules.
    pub(super) fn new_lead(&self, from: Brought<'_>, new: &NewLead, now: Timestamp) -> Lead {
        let id = LeadId::from(format!("lead_{}", self.clock.chance(now).next_ulid()));
        let before = new.import.and_then(|import| import.arrived_at);
        let came = before.map_or(from.at, |at| at.min(from.at));
        let mut lead = Lead::new(id, 0, from.source.clone(), came);
        lead.imported = new.import.map(|import| import.to);
        lead.touched_at = now;
        lead.lead_type.clone_from(&new.lead_type);
        lead.test = new.test;
        lead.contact.clone_from(&new.contact);
        lead.attributes.clone_from(&new.attributes);
        lead.marks.clone_from(&new.marks);
        lead
    }

    /// Asks the rules where a new lead goes, and brings it there.
    pub(super) async fn arrive(
        &self,
        tx: &mut Tx,
        mut lead: Lead,
        by: &Actor,
        beside: Vec<(SignKind, i64)>,
        now: Timestamp,
    ) -> Result<LeadId, Error> {
        let rules = self.rules();
        let id = lead.id.clone();
        lead.company_owner = self.company_owner(tx, &lead, &rules.policy, now).await?;
        let reader = Reader::new(&rules.policy, &*rules, now);
        reader.count_request(&mut lead);
        odds::tell_new(tx, &rules.policy, &reader, &mut lead, now).await?;
        reader.route(&mut lead);
        let teams = match lead.imported {
            // Nobody is asked, so nobody's situation matters.
            Some(ImportTo::Queue | ImportTo::Nurture) => Vec::new(),
            Some(ImportTo::Route) | None => concerned(&lead, &Event::SomebodyFree, &rules, now),
        };
        let mut sitting = Sitting::default();
        sitting.lock(tx, &teams).await?;
        lead.number = leads::next_number(tx).await?;
        let world = self
            .world(tx, &mut sitting, &rules, &lead, &teams, now)
            .await?;
        let before = lead.clone();
        let arrived = Event::Arrived {
            by: by.clone(),
            beside,
        };
        let (lead, effects) =
            decide(lead, arrived, now, &world).map_err(|refusal| Error::Refused {
                refusal,
                lead: Box::new(before),
            })?;
        leads::insert(tx, &lead).await?;
        self.apply(tx, &mut sitting, &lead, &effects, now).await?;
        sitting.close(tx, now).await?;
        Ok(id)
    }
}

/// Whether it stood in a list: who reads a list again has caught nobody.
fn is_of_list(content: &Content) -> bool {
    matches!(content, Content::Leads { leads, .. } if leads.iter().all(|lead| lead.import.is_some()))
}
