//! Which leads are due, wait, or concern somebody.

use jiff::Timestamp;

use crate::{
    domain::{
        id::{LeadId, OfferId, RepId, TeamId},
        lead::Lead,
        score::Intent,
    },
    store::{Error, Json, Query, Sql, Tx, sql},
};

async fn ids(query: Query<'_>) -> Result<Vec<LeadId>, Error> {
    let rows: Vec<(LeadId,)> = query.all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

const BY_NUMBER: &str = "select doc from lead where number = $1";

/// The lead with this number.
///
/// # Errors
/// If the database does not answer.
pub async fn by_number(tx: &mut Tx, number: i64) -> Result<Option<Lead>, Error> {
    let row: Option<(Json<Lead>,)> = tx.q(BY_NUMBER).bind(number).opt().await?;
    Ok(row.map(|(doc,)| doc.0))
}

const BY_OFFER: &str = "select l.doc from offer o join lead l on l.id = o.lead_id where o.id = $1";

/// The lead of which this is an offer.
///
/// # Errors
/// If the database does not answer.
pub async fn by_offer(tx: &mut Tx, offer: &OfferId) -> Result<Option<Lead>, Error> {
    let row: Option<(Json<Lead>,)> = tx.q(BY_OFFER).bind(offer).opt().await?;
    Ok(row.map(|(doc,)| doc.0))
}

const DUE: &str = "select id, wake_at from lead where wake_at <= $1 order by wake_at limit $2";

/// The leads for which something is due at `now`, and since when, the longest due first.
///
/// # Errors
/// If the database does not answer.
pub async fn due(
    tx: &mut Tx,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(LeadId, Timestamp)>, Error> {
    tx.q(DUE).bind(now).bind(limit).all().await
}

/// What a migration has put before the worker says 0: nothing was due for it.
const OVERDUE: &str =
    "select number, team from lead where wake_at <= $1 and wake_at > 0 order by number limit $2";

/// The numbers of leads for which something is due at `now`, and the teams behind them.
///
/// # Errors
/// If the database does not answer.
pub async fn overdue(
    tx: &mut Tx,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(i64, Option<TeamId>)>, Error> {
    tx.q(OVERDUE).bind(now).bind(limit).all().await
}

const NEXT_WAKE: &str = "select min(wake_at) from lead where wake_at is not null";

/// When something is due next.
///
/// # Errors
/// If the database does not answer.
pub async fn next_wake(tx: &mut Tx) -> Result<Option<Timestamp>, Error> {
    Ok(tx.q(NEXT_WAKE).one::<(Option<Timestamp>,)>().await?.0)
}

const WAITING: Sql = sql!(
    "select id from lead where waiting and intent = $1 and team "
    [sqlite "in (select value from json_each($2))"]
    [postgres "= any (array(select jsonb_array_elements_text($2)))"]
    " order by created_at, number limit $3"
);

/// The leads that wait for somebody of `teams` to be available: those that want most first, then the oldest.
///
/// # Errors
/// If the database does not answer.
pub async fn waiting(tx: &mut Tx, teams: &[TeamId], limit: usize) -> Result<Vec<LeadId>, Error> {
    let mut found = Vec::new();
    // One intent after the other: the index then gives the oldest without sorting all that wait.
    for intent in [Intent::High, Intent::Medium, Intent::Low] {
        let rest = limit.saturating_sub(found.len());
        if rest == 0 {
            break;
        }
        let query = tx.q(WAITING).bind(intent.word()).bind(Json(teams));
        let rest = i64::try_from(rest).unwrap_or(i64::MAX);
        found.extend(ids(query.bind(rest)).await?);
    }
    Ok(found)
}

const WAITING_AND_DUE: &str = "select id from lead where waiting and wake_at <= $1 \
     order by case intent when 'high' then 0 when 'medium' then 1 else 2 end, created_at, number limit $2";

/// The leads that wait for somebody and whose chance has come: those that want most first, then the oldest.
///
/// # Errors
/// If the database does not answer.
pub async fn waiting_and_due(
    tx: &mut Tx,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<LeadId>, Error> {
    ids(tx.q(WAITING_AND_DUE).bind(now).bind(most(limit))).await
}

fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

const WITHOUT_OWNER: &str = "select team, state, count(*) from lead \
     where state in ('offered', 'pooled', 'queued', 'review') and team is not null group by team, state";

/// How many leads of each team have no owner yet, by the state's word; from the index of states, never from
/// all that is stored.
///
/// # Errors
/// If the database does not answer.
pub async fn without_owner(tx: &mut Tx) -> Result<Vec<(TeamId, String, i64)>, Error> {
    tx.q(WITHOUT_OWNER).all().await
}

/// Every kind is named because that leads SQLite to the index of pending offers.
const PENDING_WITH: &str = "select distinct lead_id from offer where state = 'pending' and rep = $1 \
     and kind in ('push', 'pool', 'given', 'hand_over') order by lead_id";

/// The leads of which an offer waits for this rep's answer, also one to take over what a colleague owns; the oldest
/// first.
///
/// # Errors
/// If the database does not answer.
pub async fn pending_with(tx: &mut Tx, rep: &RepId) -> Result<Vec<LeadId>, Error> {
    ids(tx.q(PENDING_WITH).bind(rep)).await
}

/// Sorted afterwards: to spare the sorting, SQLite would walk through everybody's leads.
const OWNED_BY: &str = "select id from lead where state = 'owned' and owner = $1";

/// The leads that this rep owns and that have not ended, the oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn owned_by(tx: &mut Tx, rep: &RepId) -> Result<Vec<LeadId>, Error> {
    let mut owned = ids(tx.q(OWNED_BY).bind(rep)).await?;
    owned.sort();
    Ok(owned)
}

const OWNED_UNREACHED: &str = "select id from lead where state = 'owned' and owner = $1 \
     and doc -> 'clock' ->> 'contacted_at' is null";

/// Those of a rep's leads that nobody has reached, the oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn owned_unreached(tx: &mut Tx, rep: &RepId) -> Result<Vec<LeadId>, Error> {
    let mut owned = ids(tx.q(OWNED_UNREACHED).bind(rep)).await?;
    owned.sort();
    Ok(owned)
}

/// That every rep's name is at least "" leads SQLite to the index of pending offers.
const WITH_PENDING: &str = "select lead_id from offer where state = 'pending' and rep >= ''";

/// The leads of which any offer waits for an answer, the oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn with_pending_offers(tx: &mut Tx) -> Result<Vec<LeadId>, Error> {
    let mut found = ids(tx.q(WITH_PENDING)).await?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// Of all that are owned those for which nothing is due any more are most, and are not read.
const UNTRIED: &str = "select id from lead where wake_at is not null and state = 'owned' \
     and doc -> 'clock' ->> 'attempted_at' is null";

/// The leads that somebody owns and has not tried to reach, with something due, the oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn untried(tx: &mut Tx) -> Result<Vec<LeadId>, Error> {
    let mut found = ids(tx.q(UNTRIED)).await?;
    found.sort();
    Ok(found)
}

const ANYBODY_ASKED: &str = "select id from offer where state = 'pending' and rep >= '' limit 1";

/// Whether any offer waits for an answer.
///
/// # Errors
/// If the database does not answer.
pub async fn anybody_asked(tx: &mut Tx) -> Result<bool, Error> {
    Ok(tx.q(ANYBODY_ASKED).opt::<(OfferId,)>().await?.is_some())
}

const LAST_OWNER: &str = "select o.rep from lead l join offer o on o.lead_id = l.id \
     where l.email = $1 and o.state = 'accepted' order by o.decided_at desc, o.id desc limit 1";

/// Who last owned a lead with this address, whatever became of it.
///
/// # Errors
/// If the database does not answer.
pub async fn last_owner_of(tx: &mut Tx, email: &str) -> Result<Option<RepId>, Error> {
    let query = tx.q(LAST_OWNER).bind(email.to_lowercase());
    Ok(query.opt::<(RepId,)>().await?.map(|(rep,)| rep))
}

const PASSED_ON: &str = "select distinct lead_id from offer where rep = $1 and reason = 'away' \
     and state = 'withdrawn' and decided_at >= $2 order by lead_id";

/// The leads whose offers to a rep an absence has passed on since then.
///
/// # Errors
/// If the database does not answer.
pub async fn passed_on(tx: &mut Tx, rep: &RepId, since: Timestamp) -> Result<Vec<LeadId>, Error> {
    let found: Vec<(LeadId,)> = tx.q(PASSED_ON).bind(rep).bind(since).all().await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}
