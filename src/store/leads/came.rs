//! How many leads came to teams, and which ones went from somebody to others meanwhile.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::id::{LeadId, RepId, TeamId},
    store::{Error, Json, Sql, Tx, sql},
};

/// An offer that was made longer ago is looked at no more.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(180 * 24);

const CAME: Sql = sql!(
    "select team, count(*) from lead where created_at >= $2 and created_at <= $3 and test = false \
     and imported = false and team "
    [sqlite "in (select value from json_each($1))"]
    [postgres "= any (array(select jsonb_array_elements_text($1)))"]
    " group by team"
);

/// How many leads came to each of these teams in a span of time, lists apart; a team without any is missing.
///
/// # Errors
/// If the database does not answer.
pub async fn came(
    tx: &mut Tx,
    teams: &[TeamId],
    (from, until): (Timestamp, Timestamp),
) -> Result<BTreeMap<TeamId, i64>, Error> {
    let query = tx.q(CAME).bind(Json(teams)).bind(from).bind(until);
    let rows: Vec<(TeamId, i64)> = query.all().await?;
    Ok(rows.into_iter().collect())
}

/// An hour is as many microseconds.
const BY_HOUR: &str = "select created_at / 3600000000 as hour, count(*) as n from lead where team = $1 \
     and created_at >= $2 and test = false and imported = false group by created_at / 3600000000";

/// How many leads came to a team since then in each hour, lists apart: with the moment at which the hour begins.
///
/// # Errors
/// If the database does not answer.
pub async fn came_by_hour(
    tx: &mut Tx,
    team: &TeamId,
    since: Timestamp,
) -> Result<Vec<(Timestamp, i64)>, Error> {
    let rows: Vec<(i64, i64)> = tx.q(BY_HOUR).bind(team).bind(since).all().await?;
    let begin = |(hour, n): (i64, i64)| Some((Timestamp::from_second(hour * 3600).ok()?, n));
    Ok(rows.into_iter().filter_map(begin).collect())
}

const GIVEN_UP: &str = "select distinct lead_id from offer where rep = $1 and state = 'accepted' \
     and released_at >= $2 and released_at <= $3 and offered_at > $4 order by lead_id";

/// The leads that somebody owned and gave up in a span of time.
///
/// # Errors
/// If the database does not answer.
pub async fn given_up(
    tx: &mut Tx,
    rep: &RepId,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<LeadId>, Error> {
    let query = tx.q(GIVEN_UP).bind(rep).bind(from).bind(until);
    let query = query.bind(from.checked_sub(LONG_AGO).unwrap_or(Timestamp::MIN));
    let rows: Vec<(LeadId,)> = query.all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
