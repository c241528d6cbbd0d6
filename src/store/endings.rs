//! How leads ended, added up by reason and worth as it happens.

use jiff::Timestamp;

use super::{
    Error, Json, Row, RowRef, Sql, Tx, sql,
    tally::{Scope, quarter_of},
};
use crate::domain::{
    event::{Deal, Ended, Ending},
    id::{RepId, TeamId},
    lead::Lead,
    stats::EndingRow,
};

const COUNT: Sql = sql!(
    "insert into ending_tally (quarter_at, team, rep, ending, reason, currency, n, valued, worth) \
     values ($1, $2, $3, $4, $5, $6, 1, $7, $8) \
     on conflict (quarter_at, team, rep, ending, reason, currency) do update set \
     n = ending_tally.n + 1, valued = ending_tally.valued + excluded.valued, \
     worth = ending_tally.worth + excluded.worth"
);

/// Adds the ending of one lead.
///
/// # Errors
/// If the database does not answer.
pub async fn count(tx: &mut Tx, lead: &Lead, ended: &Ended) -> Result<(), Error> {
    let team = ended.team.as_ref().map_or("", TeamId::as_str);
    let deal = ended.deal.as_ref();
    let currency = deal.and_then(|deal| deal.currency.as_deref());
    let query = tx.q(COUNT).bind(quarter_of(lead)).bind(team);
    let query = query.bind(ended.rep.as_ref().map_or("", RepId::as_str));
    let query = query.bind(ended.ending.word()).bind(ended.reason.as_str());
    let query = query.bind(currency.unwrap_or_default());
    let query = query.bind(i64::from(deal.is_some()));
    query
        .bind(deal.map_or(0.0, |deal: &Deal| deal.value))
        .exec()
        .await?;
    Ok(())
}

impl Row for EndingRow {
    fn read(row: RowRef<'_>) -> Result<Self, sqlx::Error> {
        let word: String = row.get("ending")?;
        let ending = Ending::by_word(&word);
        Ok(Self {
            ending: ending.ok_or_else(|| sqlx::Error::Decode(format!("ending {word}").into()))?,
            reason: row.get("reason")?,
            currency: row.get("currency")?,
            n: row.get::<i64, _>("n")?.unsigned_abs(),
            valued: row.get::<i64, _>("valued")?.unsigned_abs(),
            worth: row.get("worth")?,
        })
    }
}

const REPORT: Sql = sql!(
    "select ending, reason, currency, cast(sum(n) as bigint) as n, cast(sum(valued) as bigint) as valued, \
     sum(worth) as worth from ending_tally where quarter_at >= $1 and quarter_at < $2 \
     and ($3 is null or team in (select value from "
    [sqlite "json_each($3)"] [postgres "jsonb_array_elements_text($3)"]
    ")) and ($4 is null or rep = $4) group by ending, reason, currency order by ending, n desc, reason, currency"
);

/// How the leads ended that arrived from `from` until before `until`; of one ending the usual reason first.
///
/// # Errors
/// If the database does not answer.
pub async fn report(
    tx: &mut Tx,
    from: Timestamp,
    until: Timestamp,
    scope: &Scope,
) -> Result<Vec<EndingRow>, Error> {
    let query = tx.q(REPORT).bind(from).bind(until);
    let query = query.bind(scope.teams.as_ref().map(Json));
    query.bind(&scope.rep).all().await
}
