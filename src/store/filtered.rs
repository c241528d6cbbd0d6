//! What filters did, and who sent how much lately.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::{Error, Tx, row};
use crate::domain::{
    condition::Same,
    filter::{Hit, Then},
    id::{LeadId, SourceId, SubmissionId},
};

/// Filters that held of those whom one submission brings.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    /// The submission.
    pub submission: &'a SubmissionId,
    /// By which webhook it came.
    pub source: &'a SourceId,
    /// When.
    pub at: Timestamp,
    /// The lead that a sender without proof is told of.
    pub told: Option<&'a LeadId>,
}

const NOTE: &str = "insert into filtered (submission_id, filter, did, source, at, people, told) \
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (submission_id, filter) \
     do update set did = excluded.did, people = excluded.people, let_in_at = null";

/// Writes down that a filter held of so many people. Asked again of the same submission, the last answer counts.
///
/// # Errors
/// If the database does not answer.
pub async fn note(tx: &mut Tx, note: &Note<'_>, hit: &Hit, people: i64) -> Result<(), Error> {
    let told = match hit.then {
        Then::Drop | Then::Park => note.told,
        Then::Mark => None,
    };
    let query = tx.q(NOTE).bind(note.submission).bind(&hit.filter);
    let query = query.bind(hit.then.word()).bind(note.source).bind(note.at);
    query.bind(people).bind(told).exec().await?;
    Ok(())
}

const LET_IN: &str = "update filtered set let_in_at = $2 \
     where submission_id = $1 and did <> 'mark' and let_in_at is null";

/// Writes down that those whom filters had kept out were let in.
///
/// # Errors
/// If the database does not answer.
pub async fn let_in(tx: &mut Tx, id: &SubmissionId, at: Timestamp) -> Result<(), Error> {
    tx.q(LET_IN).bind(id).bind(at).exec().await?;
    Ok(())
}

const TOLD: &str = "select told from filtered where submission_id = $1 and told is not null order by filter limit 1";

/// The lead that a sender without proof was told of.
///
/// # Errors
/// If the database does not answer.
pub async fn told(tx: &mut Tx, id: &SubmissionId) -> Result<Option<LeadId>, Error> {
    let told: Option<(LeadId,)> = tx.q(TOLD).bind(id).opt().await?;
    Ok(told.map(|(lead,)| lead))
}

/// What one filter did within a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Which.
    pub filter: String,
    /// `drop`, `park` or `mark`.
    pub did: String,
    /// To how many people.
    pub people: i64,
    /// How many of them somebody let in all the same.
    pub let_in: i64,
}
row!(Count {
    filter,
    did,
    people,
    let_in
});

const COUNTS: &str = "select filter, did, cast(sum(people) as bigint) as people, \
     cast(sum(case when let_in_at is null then 0 else people end) as bigint) as let_in \
     from filtered where at >= $1 and at < $2 group by filter, did order by filter, did";

/// What each filter did from one moment to another.
///
/// # Errors
/// If the database does not answer.
pub async fn counts(tx: &mut Tx, from: Timestamp, to: Timestamp) -> Result<Vec<Count>, Error> {
    tx.q(COUNTS).bind(from).bind(to).all().await
}

const CAME: &str = "insert into sender (kind, digest, at) values ($1, $2, $3)";
const FORGET: &str = "delete from sender where at < $1";

/// Writes down that somebody sent something, and forgets whoever did so a day ago.
///
/// # Errors
/// If the database does not answer.
pub async fn came(tx: &mut Tx, same: Same, what: &str, at: Timestamp) -> Result<(), Error> {
    let query = tx.q(CAME).bind(word(same)).bind(digest(same, what));
    query.bind(at).exec().await?;
    let long_ago = at.checked_sub(Same::LONGEST).unwrap_or(Timestamp::MIN);
    tx.q(FORGET).bind(long_ago).exec().await?;
    Ok(())
}

const HOW_MANY: &str =
    "select count(*) from sender where kind = $1 and digest = $2 and at > $3 and at <= $4";

/// How many came from there within so long before `now`.
///
/// # Errors
/// If the database does not answer.
pub async fn how_many(
    tx: &mut Tx,
    same: Same,
    what: &str,
    within: SignedDuration,
    now: Timestamp,
) -> Result<i64, Error> {
    let since = now.checked_sub(within).unwrap_or(Timestamp::MIN);
    let query = tx.q(HOW_MANY).bind(word(same)).bind(digest(same, what));
    Ok(query.bind(since).bind(now).one::<(i64,)>().await?.0)
}

fn word(same: Same) -> &'static str {
    match same {
        Same::Email => "email",
        Same::Domain => "domain",
    }
}

fn digest(same: Same, what: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(word(same));
    digest.update([0]);
    digest.update(what.to_lowercase());
    hex::encode(digest.finalize())
}
