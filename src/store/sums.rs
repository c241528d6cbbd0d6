//! Reasons and worth, added up as it happens: why offers were declined, which choices of rules people put aside, what
//! was put before whom.

use jiff::Timestamp;

use super::{
    Error, Json, Sql, Tx, row, sql,
    tally::{Scope, quarter_of},
};
use crate::domain::{
    event::{Portion, Sum, Why},
    fairness::GivenRow,
    id::{RepId, RouteId, TeamId},
    lead::Lead,
    reasons::{DECLINED, OVERRIDDEN, ReasonRow},
};

const COUNT_REASON: Sql = sql!(
    "insert into reason_tally (quarter_at, what, team, rep, rule, reason, n) values ($1, $2, $3, $4, $5, $6, $7) \
     on conflict (quarter_at, what, team, rep, rule, reason) do update set n = reason_tally.n + excluded.n"
);

const COUNT_GIVEN: Sql = sql!(
    "insert into given_tally (quarter_at, team, rep, intent, after_hours, currency, n, valued, worth) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     on conflict (quarter_at, team, rep, intent, after_hours, currency) do update set n = given_tally.n + excluded.n, \
     valued = given_tally.valued + excluded.valued, worth = given_tally.worth + excluded.worth"
);

/// Adds something up for a lead, or takes it `back` that was added before.
///
/// # Errors
/// If the database does not answer.
pub async fn add(tx: &mut Tx, lead: &Lead, sum: &Sum, back: bool) -> Result<(), Error> {
    let each = if back { -1 } else { 1 };
    match sum {
        Sum::Declined(why) => reason(tx, lead, DECLINED, why, each).await,
        Sum::Overridden(why) => reason(tx, lead, OVERRIDDEN, why, each).await,
        Sum::Given(given) => give(tx, lead, given, each).await,
    }
}

async fn reason(
    tx: &mut Tx,
    lead: &Lead,
    what: &'static str,
    why: &Why,
    each: i64,
) -> Result<(), Error> {
    let rule = lead.routing.as_ref().and_then(|it| it.rule.as_ref());
    let query = tx.q(COUNT_REASON).bind(quarter_of(lead)).bind(what);
    let query = query.bind(why.team.as_ref().map_or("", TeamId::as_str));
    let query = query.bind(why.rep.as_ref().map_or("", RepId::as_str));
    let query = query.bind(rule.map_or("", RouteId::as_str));
    let query = query.bind(why.reason.as_str()).bind(each);
    query.exec().await.map(drop)
}

async fn give(tx: &mut Tx, lead: &Lead, given: &Portion, each: i64) -> Result<(), Error> {
    let query = tx.q(COUNT_GIVEN).bind(quarter_of(lead)).bind(&given.team);
    let query = query.bind(&given.rep).bind(given.intent.word());
    let query = query.bind(i64::from(given.after_hours));
    let query = query.bind(given.currency.as_str()).bind(each);
    let query = query.bind(if given.worth.is_some() { each } else { 0 });
    let sign = if each < 0 { -1.0 } else { 1.0 };
    let worth = given.worth.map_or(0.0, |worth| worth * sign);
    query.bind(worth).exec().await.map(drop)
}

row!(ReasonRow {
    what,
    team,
    rep,
    rule,
    reason,
    n
});

const REASONS: Sql = sql!(
    "select what, team, rep, rule, reason, cast(sum(n) as bigint) as n from reason_tally \
     where quarter_at >= $1 and quarter_at < $2 and ($3 is null or team in (select value from "
    [sqlite "json_each($3)"] [postgres "jsonb_array_elements_text($3)"]
    ")) and ($4 is null or rep = $4) group by what, team, rep, rule, reason having sum(n) > 0 \
     order by n desc, reason, team, rep, rule"
);

/// Reasons of the leads that arrived from `from` until before `until`, the most frequent first.
///
/// # Errors
/// If the database does not answer.
pub async fn reasons(
    tx: &mut Tx,
    from: Timestamp,
    until: Timestamp,
    scope: &Scope,
) -> Result<Vec<ReasonRow>, Error> {
    let query = tx.q(REASONS).bind(from).bind(until);
    let query = query.bind(scope.teams.as_ref().map(Json));
    query.bind(&scope.rep).all().await
}

row!(GivenRow {
    team,
    rep,
    intent,
    after_hours,
    currency,
    n,
    valued,
    worth
});

const GIVEN: Sql = sql!(
    "select team, rep, intent, after_hours, currency, cast(sum(n) as bigint) as n, \
     cast(sum(valued) as bigint) as valued, sum(worth) as worth from given_tally \
     where quarter_at >= $1 and quarter_at < $2 and ($3 is null or team in (select value from "
    [sqlite "json_each($3)"] [postgres "jsonb_array_elements_text($3)"]
    ")) and ($4 is null or rep = $4) group by team, rep, intent, after_hours, currency having sum(n) > 0 \
     order by team, rep, intent, after_hours, currency"
);

/// What was put before whom of the leads that arrived from `from` until before `until`.
///
/// # Errors
/// If the database does not answer.
pub async fn given(
    tx: &mut Tx,
    from: Timestamp,
    until: Timestamp,
    scope: &Scope,
) -> Result<Vec<GivenRow>, Error> {
    let query = tx.q(GIVEN).bind(from).bind(until);
    let query = query.bind(scope.teams.as_ref().map(Json));
    query.bind(&scope.rep).all().await
}
