//! People who have to be fetched from their vendor: each is fetched once, one after the other of a source, by
//! whoever holds the lease.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Channel, Error, Json, Sql, Tx, row, sql};
use crate::domain::{
    id::{LeadId, SourceId, SubmissionId},
    submission::Wanted,
};

/// Somebody who is to be fetched.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// Its number.
    pub id: i64,
    /// Proves that it is still ours when we are done.
    pub lease: i64,
    /// The submission that named them.
    pub submission_id: SubmissionId,
    /// By which webhook it came.
    pub source: SourceId,
    /// Whom.
    pub doc: Json<Wanted>,
    /// Tries, the present one included.
    pub attempts: i64,
    /// When the submission came.
    pub since_at: Timestamp,
    /// When a lead is made without them; once it is, when they are given up.
    pub patience_at: Timestamp,
    /// What the last attempt came to.
    pub problem: Option<String>,
    /// What became of it so far: the submission's word.
    pub outcome: Option<String>,
    /// The lead that was made without them.
    pub lead_id: Option<LeadId>,
}
row!(Fetch {
    id,
    lease,
    submission_id,
    source,
    doc,
    attempts,
    since_at,
    patience_at,
    problem,
    outcome,
    lead_id
});

const ADD: &str = "insert into person_fetch (submission_id, source, key, account, doc, state, due_at, lease, attempts, \
     since_at, patience_at) values ($1, $2, $3, $4, $5, 'waiting', $6, 0, 0, $7, $8) \
     on conflict (source, key) do nothing";

/// Asks for somebody to be fetched, from now on until `patience` is over; whether nobody had asked for that before.
///
/// # Errors
/// If the database does not answer.
pub async fn add(
    tx: &mut Tx,
    submission: &SubmissionId,
    source: &SourceId,
    wanted: &Wanted,
    (since, now): (Timestamp, Timestamp),
    patience: SignedDuration,
) -> Result<bool, Error> {
    let query = tx.q(ADD).bind(submission).bind(source).bind(&wanted.key);
    let query = query.bind(&wanted.account).bind(Json(wanted.clone()));
    let query = query.bind(now).bind(since).bind(now + patience);
    let fresh = query.exec().await? > 0;
    tx.notify(Channel::Fetches);
    Ok(fresh)
}

const FIRST: &str = "select submission_id from person_fetch where source = $1 and key = $2";

/// The submission that asked first for somebody.
///
/// # Errors
/// If the database does not answer.
pub async fn asked_by(
    tx: &mut Tx,
    source: &SourceId,
    wanted: &Wanted,
) -> Result<Option<SubmissionId>, Error> {
    let query = tx.q(FIRST).bind(source).bind(&wanted.key);
    Ok(query.opt::<(SubmissionId,)>().await?.map(|(id,)| id))
}

const SOURCES: &str = "select distinct source from person_fetch where state <> 'done' and due_at <= $1 \
     and (leased_until is null or leased_until <= $1) order by source";

/// The sources of which somebody is to be fetched now.
///
/// # Errors
/// If the database does not answer.
pub async fn due_sources(tx: &mut Tx, now: Timestamp) -> Result<Vec<SourceId>, Error> {
    let rows: Vec<(SourceId,)> = tx.q(SOURCES).bind(now).all().await?;
    Ok(rows.into_iter().map(|(source,)| source).collect())
}

const NEXT: &str = "select min(case when leased_until > at then leased_until else at end) from ( \
         select leased_until, case when due_at < patience_at then due_at else patience_at end as at \
         from person_fetch where state <> 'done') as waiting";

/// When something is due next, or a lease ends.
///
/// # Errors
/// If the database does not answer.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Timestamp>, Error> {
    Ok(tx.q(NEXT).one::<(Option<Timestamp>,)>().await?.0)
}

/// No index can say "one of each source", so on PostgreSQL those who claim of one come one after the other.
const LOCK: &str = "select pg_advisory_xact_lock(hashtextextended($1, 2))";

const CLAIM: &str = "update person_fetch set leased_until = $3, lease = lease + 1, attempts = attempts + 1 \
     where id in (select f.id from person_fetch f where f.source = $1 and f.state <> 'done' and f.due_at <= $2 \
         and not exists (select 1 from person_fetch g where g.source = $1 and g.state <> 'done' \
             and g.leased_until > $2) order by f.due_at, f.id limit 1) \
     returning id, lease, submission_id, source, doc, attempts, since_at, patience_at, problem, outcome, lead_id";

/// Takes the next of a source until a moment, unless somebody else has one of it.
///
/// # Errors
/// If the database does not answer.
pub async fn claim(
    tx: &mut Tx,
    source: &SourceId,
    (now, until): (Timestamp, Timestamp),
) -> Result<Option<Fetch>, Error> {
    if tx.is_shared() {
        tx.q(LOCK).bind(source).exec().await?;
    }
    tx.q(CLAIM).bind(source).bind(now).bind(until).opt().await
}

const OVERDUE: &str = "select id, lease, submission_id, source, doc, attempts, since_at, patience_at, problem, outcome, lead_id \
     from person_fetch where state <> 'done' and patience_at <= $1 \
     and (leased_until is null or leased_until <= $1) order by patience_at, id limit 50";

/// Those who have been waited for long enough.
///
/// # Errors
/// If the database does not answer.
pub async fn overdue(tx: &mut Tx, now: Timestamp) -> Result<Vec<Fetch>, Error> {
    tx.q(OVERDUE).bind(now).all().await
}

const HOLD: Sql = sql!(
    "select id from person_fetch where id = $1 and lease = $2 and state <> 'done'"
    [postgres " for update"]
);

/// Whether it is still to be done, and by whoever holds this lease; nobody else settles it until this transaction
/// ends.
///
/// # Errors
/// If the database does not answer.
pub async fn hold(tx: &mut Tx, fetch: &Fetch) -> Result<bool, Error> {
    let query = tx.q(HOLD).bind(fetch.id).bind(fetch.lease);
    Ok(query.opt::<(i64,)>().await?.is_some())
}

const DONE: &str = "update person_fetch set state = 'done', outcome = $2, answers = $3, problem = $4, \
     leased_until = null where id = $1";

/// Settles it.
///
/// # Errors
/// If the database does not answer.
pub async fn done(
    tx: &mut Tx,
    fetch: &Fetch,
    outcome: &str,
    answers: Option<&[Value]>,
    problem: Option<&str>,
) -> Result<(), Error> {
    let query = tx.q(DONE).bind(fetch.id).bind(outcome);
    let query = query.bind(answers.map(|answers| Json(answers.to_vec())));
    query.bind(problem).exec().await?;
    Ok(())
}

const WITHDRAW: &str = "update person_fetch set state = 'done', outcome = coalesce(outcome, 'ignored'), problem = $3, \
     leased_until = null where source = $1 and key = $2 and state <> 'done' returning submission_id";

/// Fetches somebody no more; the submission that named them, if they were still waited for.
///
/// # Errors
/// If the database does not answer.
pub async fn withdraw(
    tx: &mut Tx,
    source: &SourceId,
    key: &str,
    why: &str,
) -> Result<Option<SubmissionId>, Error> {
    let query = tx.q(WITHDRAW).bind(source).bind(key).bind(why);
    Ok(query.opt::<(SubmissionId,)>().await?.map(|(id,)| id))
}

const SETTLED: &str = "select outcome from person_fetch where id = $1";

/// What became of it so far.
///
/// # Errors
/// If the database does not answer.
pub async fn settled(tx: &mut Tx, id: i64) -> Result<Option<String>, Error> {
    let known: Option<(Option<String>,)> = tx.q(SETTLED).bind(id).opt().await?;
    Ok(known.and_then(|(outcome,)| outcome))
}

const WITHOUT: &str =
    "update person_fetch set outcome = $2, lead_id = $3, patience_at = $4 where id = $1";

/// Writes down what was made without the person, who is still waited for until `patience`.
///
/// # Errors
/// If the database does not answer.
pub async fn went_without(
    tx: &mut Tx,
    fetch: &Fetch,
    outcome: &str,
    lead: Option<&LeadId>,
    patience: Timestamp,
) -> Result<(), Error> {
    let query = tx.q(WITHOUT).bind(fetch.id).bind(outcome);
    query.bind(lead).bind(patience).exec().await?;
    Ok(())
}

const LATER: &str = "update person_fetch set state = $5, due_at = $3, problem = $4, leased_until = null \
     where id = $1 and lease = $2 and state <> 'done'";

/// Tries it again then; one that is `missing` is not hurried when others of its source come.
///
/// # Errors
/// If the database does not answer.
pub async fn later(
    tx: &mut Tx,
    fetch: &Fetch,
    due: Timestamp,
    problem: &str,
    missing: bool,
) -> Result<(), Error> {
    let query = tx.q(LATER).bind(fetch.id).bind(fetch.lease);
    let state = if missing { "missing" } else { "waiting" };
    query.bind(due).bind(problem).bind(state).exec().await?;
    Ok(())
}

const PAUSE: &str =
    "update person_fetch set due_at = $2 where source = $1 and state <> 'done' and due_at < $2";

/// Leaves a source alone until a moment.
///
/// # Errors
/// If the database does not answer.
pub async fn pause(tx: &mut Tx, source: &SourceId, until: Timestamp) -> Result<(), Error> {
    tx.q(PAUSE).bind(source).bind(until).exec().await?;
    Ok(())
}

const REFUSED: &str = "update person_fetch set state = 'refused', due_at = $3, problem = $4, \
     leased_until = case when id = $5 then null else leased_until end \
     where source = $1 and account = $2 and state <> 'done'";

/// Parks everybody of an account whose token is refused until a moment.
///
/// # Errors
/// If the database does not answer.
pub async fn refused(
    tx: &mut Tx,
    fetch: &Fetch,
    until: Timestamp,
    problem: &str,
) -> Result<(), Error> {
    let query = tx.q(REFUSED).bind(&fetch.source).bind(&fetch.doc.0.account);
    query
        .bind(until)
        .bind(problem)
        .bind(fetch.id)
        .exec()
        .await?;
    Ok(())
}

const HURRY: &str = "update person_fetch set due_at = $3 where source = $1 and account = $2 \
     and state in ('waiting', 'refused') and due_at > $3";

const WAS_REFUSED: &str = "update person_fetch set state = 'waiting' where source = $1 and account = $2 \
     and state = 'refused'";

/// The vendor answers for this account: what failed or was parked there is tried now. Whether something was parked.
///
/// # Errors
/// If the database does not answer.
pub async fn works(tx: &mut Tx, fetch: &Fetch, now: Timestamp) -> Result<bool, Error> {
    let account = &fetch.doc.0.account;
    let query = tx.q(WAS_REFUSED).bind(&fetch.source).bind(account);
    let parked = query.exec().await? > 0;
    let query = tx.q(HURRY).bind(&fetch.source).bind(account);
    query.bind(now).exec().await?;
    Ok(parked)
}

const TRY_AGAIN: &str =
    "update person_fetch set due_at = $1 where state = 'refused' and due_at > $1";

/// Tries everybody who was parked: the tokens may be others now.
///
/// # Errors
/// If the database does not answer.
pub async fn try_again(tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
    tx.q(TRY_AGAIN).bind(now).exec().await?;
    tx.notify(Channel::Fetches);
    Ok(())
}

const ONCE_MORE: &str = "update person_fetch set state = 'waiting', outcome = null, attempts = 0, due_at = $2, \
     patience_at = $3, leased_until = null where submission_id = $1 and outcome = 'quarantined' and lead_id is null";

/// Asks once more for those whom a submission names of whom nothing usable was learned, until a moment; how many.
///
/// # Errors
/// If the database does not answer.
pub async fn once_more(
    tx: &mut Tx,
    submission: &SubmissionId,
    (now, patience): (Timestamp, Timestamp),
) -> Result<u64, Error> {
    let query = tx.q(ONCE_MORE).bind(submission);
    query.bind(now).bind(patience).exec().await
}

const TAKE_OVER: Sql = sql!(
    [sqlite "update person_fetch set leased_until = null where leased_until is not null"]
    [postgres "select 1 where false"]
);

/// Ends the leases of whoever ran before, where nobody else can run.
///
/// # Errors
/// If the database does not answer.
pub async fn take_over(tx: &mut Tx) -> Result<(), Error> {
    tx.q(TAKE_OVER).exec().await?;
    Ok(())
}

const OUTCOMES: &str =
    "select outcome, count(*) from person_fetch where submission_id = $1 group by outcome";

/// What became of those whom a submission named, each with how many; no word: still to be known.
///
/// # Errors
/// If the database does not answer.
pub async fn outcomes(
    tx: &mut Tx,
    submission: &SubmissionId,
) -> Result<Vec<(Option<String>, i64)>, Error> {
    tx.q(OUTCOMES).bind(submission).all().await
}

/// How the people of a source stand who are still waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whose.
    pub source: SourceId,
    /// How many.
    pub waiting: i64,
    /// Of them those whose token is refused.
    pub refused: i64,
    /// Since when the first of them is waited for.
    pub since: Timestamp,
    /// What the last attempt with one of them came to.
    pub problem: Option<String>,
}
row!(Standing {
    source,
    waiting,
    refused,
    since,
    problem
});

const STANDING: &str = "select source, count(*) as waiting, \
     cast(sum(case when state = 'refused' then 1 else 0 end) as bigint) as refused, min(since_at) as since, \
     coalesce(max(case when state = 'refused' then problem end), max(problem)) as problem \
     from person_fetch where state <> 'done' group by source order by source";

/// The sources of which people are waited for.
///
/// # Errors
/// If the database does not answer.
pub async fn standing(tx: &mut Tx) -> Result<Vec<Standing>, Error> {
    tx.q(STANDING).all().await
}
