//! Leads as lists show them: those of a rep, and those of some teams that wait in a state.

use crate::{
    domain::{
        id::{RepId, TeamId},
        lead::Lead,
        score::Intent,
    },
    store::{Error, Json, Query, Sql, Tx, sql},
};

async fn docs(query: Query<'_>) -> Result<Vec<Lead>, Error> {
    let rows: Vec<(Json<Lead>,)> = query.all().await?;
    Ok(rows.into_iter().map(|(doc,)| doc.0).collect())
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// Every kind is named because that leads SQLite to the index of pending offers.
const ASKED: &str = "select doc from lead where id in (select lead_id from offer where state = 'pending' \
     and rep = $1 and kind in ('push', 'pool', 'given', 'hand_over')) order by id limit $2";
const OWNED: &str =
    "select doc from lead where owner = $1 and state = 'owned' order by touched_at limit $2";

/// The leads that a rep is asked for, the oldest first, then those that they own, the longest untouched first;
/// at most so many of each.
///
/// # Errors
/// If the database does not answer.
pub async fn of_rep(tx: &mut Tx, rep: &RepId, most: usize) -> Result<Vec<Lead>, Error> {
    let mut all = docs(tx.q(ASKED).bind(rep).bind(limit(most))).await?;
    let owned = docs(tx.q(OWNED).bind(rep).bind(limit(most))).await?;
    // Who hands a lead over owns it until the other has answered.
    let asked: Vec<_> = all.iter().map(|lead| lead.id.clone()).collect();
    all.extend(owned.into_iter().filter(|lead| !asked.contains(&lead.id)));
    Ok(all)
}

const OLDEST: Sql = sql!(
    "select doc from lead where state = $1 and team "
    [sqlite "in (select value from json_each($2))"]
    [postgres "= any (array(select jsonb_array_elements_text($2)))"]
    " order by created_at limit $3"
);

/// The leads of these teams in the state with this word, the oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn oldest(
    tx: &mut Tx,
    state: &str,
    teams: &[TeamId],
    most: usize,
) -> Result<Vec<Lead>, Error> {
    let query = tx.q(OLDEST).bind(state);
    docs(query.bind(Json(teams)).bind(limit(most))).await
}

/// The state is written out because that leads the databases to the index of what is queued.
const QUEUED: Sql = sql!(
    "select doc from lead where state = 'queued' and intent = $1 and team "
    [sqlite "in (select value from json_each($2))"]
    [postgres "= any (array(select jsonb_array_elements_text($2)))"]
    " order by imported, created_at limit $3"
);

const QUEUED_ALONE: Sql = sql!(
    "select doc from lead where state = 'queued' and intent = $1 and imported = false and team "
    [sqlite "in (select value from json_each($2))"]
    [postgres "= any (array(select jsonb_array_elements_text($2)))"]
    " order by created_at limit $3"
);

/// The queued leads of these teams that came by themselves, the oldest first: a list may be a hundred thousand.
///
/// # Errors
/// If the database does not answer.
pub async fn queued_alone(tx: &mut Tx, teams: &[TeamId], most: usize) -> Result<Vec<Lead>, Error> {
    let mut found = Vec::new();
    for intent in [Intent::High, Intent::Medium, Intent::Low] {
        let query = tx.q(QUEUED_ALONE).bind(intent.word());
        found.extend(docs(query.bind(Json(teams)).bind(limit(most))).await?);
    }
    found.sort_by_key(|lead| (lead.created_at, lead.number));
    found.truncate(most);
    Ok(found)
}

/// What can be pulled from the queues of these teams: those that want most first, of them those that came by themselves
/// before those out of lists, then the oldest.
///
/// # Errors
/// If the database does not answer.
pub async fn queue(tx: &mut Tx, teams: &[TeamId], most: usize) -> Result<Vec<Lead>, Error> {
    let mut found = Vec::new();
    for intent in [Intent::High, Intent::Medium, Intent::Low] {
        let rest = most.saturating_sub(found.len());
        if rest == 0 {
            break;
        }
        let query = tx.q(QUEUED).bind(intent.word());
        found.extend(docs(query.bind(Json(teams)).bind(limit(rest))).await?);
    }
    Ok(found)
}
