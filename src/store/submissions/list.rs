//! Lists of what came in, for whoever looks after it.

use jiff::Timestamp;

use crate::{
    domain::id::{LeadId, SourceId, SubmissionId},
    store::{Error, Json, Query, Sql, Tx, row, sql},
};

/// Which submissions are wanted; what is not set does not matter.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// What became of it: the answer's word.
    pub status: Option<String>,
    /// It came by.
    pub source: Option<SourceId>,
    /// It came at or after.
    pub since: Option<Timestamp>,
    /// It came before.
    pub until: Option<Timestamp>,
    /// A filter that held of it.
    pub filter: Option<String>,
}

/// A submission without what it says.
#[derive(Clone, Debug)]
pub struct Listed {
    /// What it is called.
    pub id: SubmissionId,
    /// By which webhook it came.
    pub source: SourceId,
    /// When.
    pub received_at: Timestamp,
    /// What became of it: the answer's word.
    pub status: String,
    /// Why it could not be used as it was.
    pub problems: Json<Vec<String>>,
    /// The leads that it made or joined.
    pub leads: Json<Vec<LeadId>>,
    /// How many bytes its body has.
    pub size: i64,
}
row!(Listed {
    id,
    source,
    received_at,
    status,
    problems,
    leads,
    size
});

/// One list; `$narrowed` repeats what finds the fewest, so that an index is used.
macro_rules! list {
    ($narrowed:literal $order:literal) => {
        sql!(
            "select id, source, received_at, status, problems, leads, cast(length(body) as bigint) as size \
             from submission s where ($1 is null or status = $1) and ($2 is null or source = $2) \
             and ($3 is null or received_at >= $3) and ($4 is null or received_at < $4) \
             and ($5 is null or exists (select 1 from filtered f where f.submission_id = s.id and f.filter = $5))"
            $narrowed $order
        )
    };
}

const NEWEST: Sql = list!("" " and ($6 is null or id < $6) order by id desc limit $7");
const NEWEST_QUARANTINED: Sql = list!(
    " and status = 'quarantined'" " and ($6 is null or id < $6) order by id desc limit $7"
);
const NEWEST_FILTERED: Sql = list!(
    " and id in (select submission_id from filtered where filter = $5)"
    " and ($6 is null or id < $6) order by id desc limit $7"
);
const OLDEST: Sql = list!("" " and ($6 is null or id > $6) order by id limit $7");
const OLDEST_QUARANTINED: Sql =
    list!(" and status = 'quarantined'" " and ($6 is null or id > $6) order by id limit $7");

impl Selection {
    fn bind<'q>(&self, query: Query<'q>, after: Option<&SubmissionId>, limit: i64) -> Query<'q> {
        let query = query.bind(&self.status).bind(&self.source);
        let query = query.bind(self.since).bind(self.until);
        query.bind(&self.filter).bind(after).bind(limit)
    }

    fn is_quarantined(&self) -> bool {
        self.status.as_deref() == Some("quarantined")
    }
}

/// The newest of a selection, behind the one named.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    tx: &mut Tx,
    which: &Selection,
    behind: Option<&SubmissionId>,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let sql = match which {
        Selection {
            filter: Some(_), ..
        } => NEWEST_FILTERED,
        _ if which.is_quarantined() => NEWEST_QUARANTINED,
        _ => NEWEST,
    };
    which.bind(tx.q(sql), behind, limit).all().await
}

/// The oldest of a selection, after the one named.
///
/// # Errors
/// If the database does not answer.
pub async fn oldest(
    tx: &mut Tx,
    which: &Selection,
    after: Option<&SubmissionId>,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let sql = if which.is_quarantined() {
        OLDEST_QUARANTINED
    } else {
        OLDEST
    };
    which.bind(tx.q(sql), after, limit).all().await
}

const SINCE: &str = "select id, problems from submission where status = 'quarantined' and source = $1 \
     and received_at >= $2 order by received_at, id limit $3";

/// The submissions of a source that came from a moment on and wait for somebody to look at them, each with its problems.
///
/// # Errors
/// If the database does not answer.
pub async fn since(
    tx: &mut Tx,
    source: &SourceId,
    from: Timestamp,
    limit: i64,
) -> Result<Vec<(SubmissionId, Json<Vec<String>>)>, Error> {
    let query = tx.q(SINCE).bind(source).bind(from);
    query.bind(limit).all().await
}
