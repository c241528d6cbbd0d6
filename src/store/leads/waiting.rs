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
     and rep = $1 and kind in ('push', 'pool', 'given')) order by id limit $2";
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
    "select doc from lead where state = $1 and ($2 is null or intent = $2) and team "
    [sqlite "in (select value from json_each($3))"]
    [postgres "= any (array(select jsonb_array_elements_text($3)))"]
    " order by created_at limit $4"
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
    let query = tx.q(OLDEST).bind(state).bind(None::<String>);
    docs(query.bind(Json(teams)).bind(limit(most))).await
}

/// What can be pulled from the queues of these teams: those that want most first, then the oldest.
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
        let query = tx.q(OLDEST).bind("queued").bind(intent.word());
        found.extend(docs(query.bind(Json(teams)).bind(limit(rest))).await?);
    }
    Ok(found)
}
