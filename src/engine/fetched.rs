//! People of whom a submission gives an id only: asked for with the submission, made into their lead when their
//! vendor has said who they are, and shown to a manager when it does not say so for a day.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    Content, Engine, Error, Received,
    receive::{Brought, Coming},
    sift::{Sieve, Sifting},
};
use crate::{
    domain::{
        event::Actor,
        filter::Hit,
        id::{LeadId, SourceId, SubmissionId},
        person,
        submission::{NewLead, Signs, Status, Wanted},
    },
    store::{Tx, fetches, fetches::Fetch, leads, submissions},
};

/// How long a person is waited for before a manager is asked.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(24);

/// How long somebody is tried to be fetched in all; vendors forget them too.
const AT_LAST: SignedDuration = SignedDuration::from_hours(24 * 30);

/// How long nobody of an account is tried whose token was refused.
const REFUSED: SignedDuration = SignedDuration::from_hours(1);

/// How long a source is left alone after its vendor did not answer.
const UNANSWERED: SignedDuration = SignedDuration::from_secs(15);

/// The first pause, and the longest.
const SHORTEST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// After so many answers that there is nobody of that id it is believed.
const MISSING_FOR_GOOD: i64 = 6;

/// Why somebody was not fetched; in words without personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFetched {
    /// Tried again later; of a vendor that says when, then.
    Later {
        /// After how long, as the vendor says.
        after: Option<SignedDuration>,
        /// Why.
        why: String,
    },
    /// Somebody has to act: the token is missing or refused.
    Refused {
        /// Why.
        why: String,
    },
    /// The vendor knows nobody of that id.
    Missing {
        /// Why.
        why: String,
    },
}

impl fmt::Display for NotFetched {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Later { why, .. } | Self::Refused { why } | Self::Missing { why } => {
                to.write_str(why)
            }
        }
    }
}

impl Engine {
    /// Asks for everybody whom a submission names to be fetched. It is the same delivery again if all of them had
    /// been asked for.
    pub(super) async fn ask_for(
        &self,
        tx: &mut Tx,
        received: &mut Received,
        source: &SourceId,
        wanted: &[Wanted],
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut fresh = false;
        for one in wanted {
            let id = &received.submission;
            fresh |= fetches::add(tx, id, source, one, (now, now), PATIENCE).await?;
        }
        received.status = Status::Pending;
        if !fresh && let Some(one) = wanted.first() {
            received.status = Status::Duplicate;
            if let Some(first) = fetches::asked_by(tx, source, one).await?
                && let Some(first) = submissions::get(tx, &first).await?
            {
                received.leads = first.leads.0;
            }
        }
        Ok(())
    }

    /// Fetches nobody any more whom the vendor has taken back.
    pub(super) async fn withdraw(
        &self,
        tx: &mut Tx,
        source: &SourceId,
        keys: &[String],
        why: &str,
    ) -> Result<(), Error> {
        for key in keys {
            if let Some(submission) = fetches::withdraw(tx, source, key, why).await? {
                let made = Made::new(Status::Ignored, vec![why.to_owned()]);
                self.tell_submission(tx, &submission, made).await?;
            }
        }
        Ok(())
    }

    /// Makes of a person who was fetched what a submission of theirs would have made; `None` if somebody else was
    /// faster.
    ///
    /// # Errors
    /// [`Error::Store`]; they are fetched again then.
    pub async fn fetched(
        &self,
        fetch: &Fetch,
        content: &Content,
        answers: &[Value],
    ) -> Result<Option<Received>, Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| {
                if !fetches::hold(&mut tx, fetch).await? {
                    return Ok(None);
                }
                if fetches::works(&mut tx, fetch, now).await? {
                    let account = &fetch.doc.0.account;
                    self.fetch_works(&mut tx, &fetch.source, account).await?;
                }
                let made = self.made_of(&mut tx, fetch, content, now).await?;
                let word = made.outcome.word();
                fetches::done(&mut tx, fetch, word, Some(answers), None).await?;
                if made.outcome == Status::Quarantined {
                    let (source, since) = (&fetch.source, fetch.since_at);
                    self.tell_of_quarantine(&mut tx, source, since, now).await?;
                }
                self.tell_submission(&mut tx, &fetch.submission_id, made)
                    .await
                    .map(Some)
            })
            .await
    }

    async fn made_of(
        &self,
        tx: &mut Tx,
        fetch: &Fetch,
        content: &Content,
        now: Timestamp,
    ) -> Result<Made, Error> {
        match content {
            Content::Leads { leads, problems } => {
                let mut made = Made::new(Status::Accepted, problems.clone());
                if !leads.is_empty() && leads.iter().all(|lead| lead.test) {
                    made.outcome = Status::Test;
                }
                self.let_through_fetched(tx, fetch, &mut made, leads, now)
                    .await?;
                Ok(made)
            }
            Content::Quarantined(problems) => Ok(Made::new(Status::Quarantined, problems.clone())),
            Content::Ignored(why) => Ok(Made::new(Status::Ignored, vec![why.clone()])),
            Content::Ids(_) | Content::Withdrawn(..) | Content::Activities(_) | Content::Held => {
                let problem = "what the vendor answered names ids only".to_owned();
                Ok(Made::new(Status::Quarantined, vec![problem]))
            }
        }
    }

    /// Makes leads of those whom no filter keeps out; who is shown to a manager already is only marked.
    async fn let_through_fetched(
        &self,
        tx: &mut Tx,
        fetch: &Fetch,
        made: &mut Made,
        leads: &[NewLead],
        now: Timestamp,
    ) -> Result<(), Error> {
        let by = Actor::Source(fetch.source.to_string());
        let brought = Brought {
            source: &fetch.source,
            by: &by,
            at: fetch.since_at,
        };
        let coming = Coming {
            brought,
            signs: Signs::default(),
            sifting: match fetch.lead_id {
                None => Sifting::Fresh,
                Some(_) => Sifting::Waived,
            },
        };
        self.hold(tx, &fetch.source, leads).await?;
        let mut sieve = Sieve::default();
        for new in leads {
            let sifted = self.sift(tx, &mut sieve, coming, new, now).await?;
            if let Some(new) = sifted {
                let lead = Box::pin(self.known_at_last(tx, fetch, &new, now)).await?;
                made.leads.push(lead);
            }
        }
        let mut received = Received::new(fetch.submission_id.clone(), made.outcome);
        received.leads.clone_from(&made.leads);
        self.settle(tx, &sieve, brought, &mut received, now).await?;
        made.outcome = received.status;
        made.problems.extend(received.problems);
        made.hits = received.hits;
        Ok(())
    }

    /// Puts somebody off who could not be fetched; `known` is what the lead is made of if nobody is going to say
    /// more.
    ///
    /// # Errors
    /// [`Error::Store`]; the lease ends by itself then.
    pub async fn not_fetched(
        &self,
        fetch: &Fetch,
        why: &NotFetched,
        known: &NewLead,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| {
                if !fetches::hold(&mut tx, fetch).await? {
                    return Ok(());
                }
                let (source, pause) = (&fetch.source, self.pause(fetch, now));
                match why {
                    NotFetched::Later { after, why } => {
                        let rest = after.unwrap_or(UNANSWERED);
                        let due = now + after.map_or(pause, |after| pause.max(after));
                        fetches::later(&mut tx, fetch, due, why, false).await?;
                        fetches::pause(&mut tx, source, now + rest).await?;
                    }
                    NotFetched::Refused { why } => {
                        fetches::refused(&mut tx, fetch, now + REFUSED, why).await?;
                        let account = &fetch.doc.0.account;
                        self.fetch_refused(&mut tx, source, account, why, now)
                            .await?;
                    }
                    NotFetched::Missing { why } if fetch.attempts >= MISSING_FOR_GOOD => {
                        self.without(&mut tx, fetch, known, why, now).await?;
                        let outcome = fetches::settled(&mut tx, fetch.id).await?;
                        let outcome = outcome.unwrap_or(Status::Quarantined.word().to_owned());
                        fetches::done(&mut tx, fetch, &outcome, None, Some(why)).await?;
                    }
                    NotFetched::Missing { why } => {
                        fetches::later(&mut tx, fetch, now + pause, why, true).await?;
                    }
                }
                Ok(())
            })
            .await
    }

    /// Goes on without somebody who has been waited for long enough: first a manager is asked, in the end nobody
    /// tries any more.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn out_of_patience(&self, fetch: &Fetch, known: &NewLead) -> Result<(), Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| {
                if !fetches::hold(&mut tx, fetch).await? {
                    return Ok(());
                }
                let why = fetch.problem.as_deref().unwrap_or("nobody has asked yet");
                match &fetch.outcome {
                    None => self.without(&mut tx, fetch, known, why, now).await,
                    Some(outcome) => {
                        Ok(fetches::done(&mut tx, fetch, outcome, None, Some(why)).await?)
                    }
                }
            })
            .await
    }

    /// Makes the lead of what is known; without a manager to ask the submission is quarantined.
    async fn without(
        &self,
        tx: &mut Tx,
        fetch: &Fetch,
        known: &NewLead,
        why: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        if fetch.outcome.is_some() {
            return Ok(());
        }
        let problem = format!("the person could not be fetched: {why}");
        let mut made = Made::new(Status::Quarantined, vec![problem]);
        // What was only changed is no reason to ask anybody.
        if self.has_manager() && !known.update {
            let by = Actor::Source(fetch.source.to_string());
            let brought = Brought {
                source: &fetch.source,
                by: &by,
                at: fetch.since_at,
            };
            let mut lead = self.new_lead(brought, known, now);
            lead.unknown = Some(why.to_owned());
            let signs = person::signs(&lead.contact, &fetch.source);
            let lead = self.arrive(tx, lead, &by, Vec::new(), now).await?;
            leads::claim(tx, &signs, &lead).await?;
            made.outcome = Status::Accepted;
            made.leads.push(lead);
        }
        if made.outcome == Status::Quarantined {
            let (source, since) = (&fetch.source, fetch.since_at);
            self.tell_of_quarantine(tx, source, since, now).await?;
        }
        let patience = fetch.since_at + AT_LAST;
        let (word, lead) = (made.outcome.word(), made.leads.first());
        fetches::went_without(tx, fetch, word, lead, patience.max(now + PATIENCE)).await?;
        self.tell_submission(tx, &fetch.submission_id, made)
            .await
            .map(drop)
    }

    /// Whether somebody could decide what becomes of a lead that nobody knows.
    fn has_manager(&self) -> bool {
        let rules = self.rules();
        let policy = &rules.policy;
        let mut managers = policy.teams.iter().flat_map(|team| &team.managers);
        managers.any(|rep| policy.reps.contains_key(rep))
    }

    /// Longer each time, and not the same for all that failed together.
    fn pause(&self, fetch: &Fetch, now: Timestamp) -> SignedDuration {
        let doublings = u32::try_from((fetch.attempts - 1).clamp(0, 7)).unwrap_or(0);
        let pause = (SHORTEST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE);
        let fraction = self.clock.chance(now).fraction();
        pause - SignedDuration::from_secs_f64(pause.as_secs_f64() * 0.2 * fraction)
    }

    /// Writes into a submission what became of one of those whom it named.
    async fn tell_submission(
        &self,
        tx: &mut Tx,
        id: &SubmissionId,
        made: Made,
    ) -> Result<Received, Error> {
        let (mut leads, mut problems) = submissions::lock(tx, id).await?.unwrap_or_default();
        for lead in made.leads {
            if !leads.contains(&lead) {
                leads.push(lead);
            }
        }
        for problem in made.problems {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        let status = status_of(&fetches::outcomes(tx, id).await?);
        let first = leads.first();
        submissions::finish(tx, id, status.word(), first, &leads, &problems).await?;
        Ok(Received {
            leads,
            problems,
            hits: made.hits,
            ..Received::new(id.clone(), status)
        })
    }
}

/// What was made of one person.
struct Made {
    outcome: Status,
    leads: Vec<LeadId>,
    problems: Vec<String>,
    hits: Vec<Hit>,
}

impl Made {
    fn new(outcome: Status, problems: Vec<String>) -> Self {
        Self {
            outcome,
            leads: Vec::new(),
            problems,
            hits: Vec::new(),
        }
    }
}

/// What a submission is when these are the outcomes of those whom it named.
fn status_of(outcomes: &[(Option<String>, i64)]) -> Status {
    let some = |word: Option<&str>| outcomes.iter().any(|(known, _)| known.as_deref() == word);
    if some(None) {
        return Status::Pending;
    }
    let by_weight = [Status::Accepted, Status::Test, Status::Quarantined];
    let found = by_weight
        .into_iter()
        .find(|status| some(Some(status.word())));
    found.unwrap_or(Status::Ignored)
}
