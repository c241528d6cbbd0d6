//! Submissions as they came in, and telling a repeated one from a new one.

mod list;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Error, Json, Sql, Tx, row, sql};
use crate::domain::id::{LeadId, SourceId, SubmissionId};
pub use list::{Listed, Selection, list, oldest, since};

/// A request that has just come in.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// What it will be called.
    pub id: SubmissionId,
    /// By which webhook.
    pub source: SourceId,
    /// When.
    pub received_at: Timestamp,
    /// The header, if there was one.
    pub content_type: Option<String>,
    /// What followed the `?`.
    pub query: String,
    /// Those of its headers that say what it is.
    pub headers: BTreeMap<String, String>,
    /// As it came.
    pub body: Vec<u8>,
    /// A digest of all that makes two requests the same: the body, and the query where that holds the fields.
    pub body_hash: String,
    /// The vendor's id of this delivery.
    pub delivery_id: Option<String>,
    /// Without a delivery id: for how long an identical body is taken for a repetition.
    pub window: SignedDuration,
    /// What is known of it so far: the answer's word.
    pub status: String,
}

/// What came of storing a submission.
#[derive(Clone, Debug, PartialEq)]
pub enum Inserted {
    /// It is new.
    Fresh,
    /// It was there already; nothing was changed.
    Again {
        /// The first one.
        id: SubmissionId,
        /// What became of the first one.
        status: String,
        /// The lead that the first one made or joined.
        lead: Option<LeadId>,
        /// All of them, for a batch.
        leads: Vec<LeadId>,
        /// Whether it says the same; only a delivery id can repeat with something else in it.
        same_body: bool,
    },
}

/// A submission as it is stored.
#[derive(Clone, Debug)]
pub struct Submission {
    /// What it is called.
    pub id: SubmissionId,
    /// By which webhook it came.
    pub source: SourceId,
    /// When.
    pub received_at: Timestamp,
    /// The header, if there was one.
    pub content_type: Option<String>,
    /// What followed the `?`.
    pub query: String,
    /// Those of its headers that say what it is.
    pub headers: Json<BTreeMap<String, String>>,
    /// As it came.
    pub body: Vec<u8>,
    /// The vendor's id of this delivery.
    pub delivery_id: Option<String>,
    /// What became of it: the answer's word.
    pub status: String,
    /// Why it could not be used as it was.
    pub problems: Json<Vec<String>>,
    /// The lead it made or joined.
    pub lead_id: Option<LeadId>,
    /// All of them, for a batch.
    pub leads: Json<Vec<LeadId>>,
}
row!(Submission {
    id,
    source,
    received_at,
    content_type,
    query,
    headers,
    body,
    delivery_id,
    status,
    problems,
    lead_id,
    leads
});

#[derive(Debug)]
struct First {
    id: SubmissionId,
    status: String,
    lead_id: Option<LeadId>,
    leads: Json<Vec<LeadId>>,
    body_hash: String,
}
row!(First {
    id,
    status,
    lead_id,
    leads,
    body_hash
});

const INSERT: &str = "insert into submission (id, source, received_at, content_type, query, body, body_hash, \
     delivery_id, status, problems, leads, headers) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11) \
     on conflict (source, delivery_id) where delivery_id is not null do nothing";

const BY_DELIVERY: &str = "select id, status, lead_id, leads, body_hash from submission \
     where source = $1 and delivery_id = $2";

const BY_BODY: &str = "select id, status, lead_id, leads, body_hash from submission \
     where source = $1 and body_hash = $2 and received_at > $3 order by received_at desc limit 1";

/// Stores `new` unless it is there already: by its delivery id, else by an identical body within the window.
/// Of two at the same moment one is fresh and the other finds it.
///
/// # Errors
/// If the database does not answer.
pub async fn insert(tx: &mut Tx, new: &NewSubmission) -> Result<Inserted, Error> {
    if new.delivery_id.is_none()
        && let Some(first) = find_by_body(tx, new).await?
    {
        return Ok(again(first, new));
    }
    if store(tx, new).await? {
        return Ok(Inserted::Fresh);
    }
    let query = tx.q(BY_DELIVERY).bind(&new.source).bind(&new.delivery_id);
    Ok(again(query.one().await?, new))
}

async fn store(tx: &mut Tx, new: &NewSubmission) -> Result<bool, Error> {
    let none = Json(Vec::<String>::new());
    let query = tx
        .q(INSERT)
        .bind(&new.id)
        .bind(&new.source)
        .bind(new.received_at)
        .bind(&new.content_type)
        .bind(&new.query)
        .bind(&new.body)
        .bind(&new.body_hash)
        .bind(&new.delivery_id)
        .bind(&new.status)
        .bind(none)
        .bind(Json(new.headers.clone()));
    Ok(query.exec().await? == 1)
}

/// No unique index can speak of a window, so on PostgreSQL those with the same body come one after the other.
const LOCK_BODY: &str = "select pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 1))";

async fn find_by_body(tx: &mut Tx, new: &NewSubmission) -> Result<Option<First>, Error> {
    if tx.is_shared() {
        let lock = tx.q(LOCK_BODY).bind(&new.source).bind(&new.body_hash);
        lock.exec().await?;
    }
    let since = new
        .received_at
        .checked_sub(new.window)
        .unwrap_or(Timestamp::MIN);
    let query = tx.q(BY_BODY).bind(&new.source).bind(&new.body_hash);
    query.bind(since).opt().await
}

fn again(first: First, new: &NewSubmission) -> Inserted {
    Inserted::Again {
        id: first.id,
        status: first.status,
        lead: first.lead_id,
        leads: first.leads.0,
        same_body: first.body_hash == new.body_hash,
    }
}

const DELIVERED: &str = "select id from submission where source = $1 and delivery_id = $2";

/// Whether a delivery of this id came before.
///
/// # Errors
/// If the database does not answer.
pub async fn came_before(tx: &mut Tx, source: &SourceId, delivery_id: &str) -> Result<bool, Error> {
    let query = tx.q(DELIVERED).bind(source).bind(delivery_id);
    Ok(query.opt::<(SubmissionId,)>().await?.is_some())
}

const FINISH: &str =
    "update submission set status = $2, lead_id = $3, leads = $4, problems = $5 where id = $1";

/// Says what became of a submission.
///
/// # Errors
/// If the database does not answer.
pub async fn finish(
    tx: &mut Tx,
    id: &SubmissionId,
    status: &str,
    lead: Option<&LeadId>,
    leads: &[LeadId],
    problems: &[String],
) -> Result<(), Error> {
    let query = tx.q(FINISH).bind(id).bind(status).bind(lead);
    query
        .bind(Json(leads))
        .bind(Json(problems))
        .exec()
        .await
        .map(drop)
}

const GET: &str = "select id, source, received_at, content_type, query, headers, body, delivery_id, status, problems, lead_id, leads \
     from submission where id = $1";

/// The submission, whole.
///
/// # Errors
/// If the database does not answer.
pub async fn get(tx: &mut Tx, id: &SubmissionId) -> Result<Option<Submission>, Error> {
    tx.q(GET).bind(id).opt().await
}

#[derive(Debug)]
struct SoFar {
    leads: Json<Vec<LeadId>>,
    problems: Json<Vec<String>>,
}
row!(SoFar { leads, problems });

const LOCK: Sql =
    sql!("select leads, problems from submission where id = $1" [postgres " for update"]);

/// The leads of a submission so far, and its problems; nobody else changes them until this transaction ends.
///
/// # Errors
/// If the database does not answer.
pub async fn lock(
    tx: &mut Tx,
    id: &SubmissionId,
) -> Result<Option<(Vec<LeadId>, Vec<String>)>, Error> {
    let known: Option<SoFar> = tx.q(LOCK).bind(id).opt().await?;
    Ok(known.map(|known| (known.leads.0, known.problems.0)))
}

/// A submission that was over its source's rate and waits to be let in.
#[derive(Clone, Debug)]
pub struct Held {
    /// What it is called.
    pub id: SubmissionId,
    /// The header, if there was one.
    pub content_type: Option<String>,
    /// Those of its headers that say what it is.
    pub headers: Json<BTreeMap<String, String>>,
    /// As it came.
    pub body: Vec<u8>,
    /// When.
    pub received_at: Timestamp,
}
row!(Held {
    id,
    content_type,
    headers,
    body,
    received_at
});

const HELD: &str = "select id, content_type, headers, body, received_at from submission where source = $1 and status = 'held' \
     order by received_at, id limit $2";

/// The submissions of a source that wait to be let in, the oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn held(tx: &mut Tx, source: &SourceId, limit: i64) -> Result<Vec<Held>, Error> {
    tx.q(HELD).bind(source).bind(limit).all().await
}

const LOCK_HELD: Sql = sql!(
    "select id from submission where id = $1 and status = 'held'" [postgres " for update"]
);

/// Whether the submission still waits to be let in; nobody else lets it in until this transaction ends.
///
/// # Errors
/// If the database does not answer.
pub async fn lock_held(tx: &mut Tx, id: &SubmissionId) -> Result<bool, Error> {
    Ok(tx
        .q(LOCK_HELD)
        .bind(id)
        .opt::<(SubmissionId,)>()
        .await?
        .is_some())
}

const LOCK_STATUS: Sql =
    sql!("select status from submission where id = $1" [postgres " for update"]);

/// What has become of a submission; nobody else changes it until this transaction ends.
///
/// # Errors
/// If the database does not answer.
pub async fn lock_status(tx: &mut Tx, id: &SubmissionId) -> Result<Option<String>, Error> {
    let known: Option<(String,)> = tx.q(LOCK_STATUS).bind(id).opt().await?;
    Ok(known.map(|(status,)| status))
}
