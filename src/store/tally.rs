//! What managers count, added up as it happens.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Error, Json, Row, RowRef, Sql, Tx, row, sql};
use crate::domain::{
    event::{Measure, MeasureKind},
    id::{RepId, SourceId, TeamId},
    lead::Lead,
    stats::{NO_TIME, TallyRow, bucket_of},
};

/// Fifteen minutes: the finest step in which all zones' hours begin.
const QUARTER: i64 = 15 * 60 * 1_000_000;

/// What differs between the things counted of one lead at once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Key<'m> {
    team: &'m str,
    rep: &'m str,
    measure: &'static str,
    bucket: i64,
}

impl<'m> Key<'m> {
    fn of(measure: &'m Measure) -> Self {
        Self {
            team: measure.team.as_ref().map_or("", TeamId::as_str),
            rep: measure.rep.as_ref().map_or("", RepId::as_str),
            measure: measure.what.word(),
            bucket: measure.took.map_or(NO_TIME, bucket_of),
        }
    }
}

#[derive(Serialize)]
struct Line<'m> {
    #[serde(flatten)]
    key: Key<'m>,
    n: i64,
}

/// The counts of one lead, in the order of their rows.
fn lines(measures: &[Measure], each: i64) -> Vec<Line<'_>> {
    let mut lines: BTreeMap<Key<'_>, i64> = BTreeMap::new();
    for measure in measures {
        *lines.entry(Key::of(measure)).or_default() += each;
    }
    lines.into_iter().map(|(key, n)| Line { key, n }).collect()
}

/// The quarter of an hour in which a lead arrived, or came back.
pub(super) fn quarter_of(lead: &Lead) -> i64 {
    quarter(lead.came_at())
}

pub(super) fn quarter(at: Timestamp) -> i64 {
    let at = at.as_microsecond();
    at - at.rem_euclid(QUARTER)
}

const COUNT: Sql = sql!(
    "insert into tally (quarter_at, team, rep, source, type, rule, measure, bucket, n) \
     select $1, value ->> 'team', value ->> 'rep', $2, $3, $4, value ->> 'measure', \
     cast(value ->> 'bucket' as bigint), cast(value ->> 'n' as bigint) from "
    [sqlite "json_each($5)"] [postgres "jsonb_array_elements($5)"]
    " where true on conflict (quarter_at, team, rep, source, type, rule, measure, bucket) \
     do update set n = tally.n + excluded.n"
);

/// A submission that made no lead, as its person or itself was known.
#[derive(Clone, Copy, Debug)]
pub struct Caught<'c> {
    /// The webhook that sent it.
    pub source: &'c SourceId,
    /// The lead of whom it speaks.
    pub lead: Option<&'c Lead>,
    /// The part of the world of that lead, where the rules name such parts; `""`: none of them.
    pub territory: Option<&'c str>,
    /// When it came.
    pub at: Timestamp,
}

/// Counts a submission that made no lead: when it came, and by the webhook that it came by.
///
/// # Errors
/// If the database does not answer.
pub async fn caught(tx: &mut Tx, caught: &Caught<'_>, measure: &Measure) -> Result<(), Error> {
    let rule = caught
        .lead
        .and_then(|lead| lead.routing.as_ref()?.rule.as_ref());
    let line = std::slice::from_ref(measure);
    let query = tx.q(COUNT).bind(quarter(caught.at)).bind(caught.source);
    let query = query.bind(caught.lead.map_or("", |lead| lead.lead_type.as_str()));
    let query = query.bind(rule.map_or("", |rule| rule.as_str()));
    query.bind(Json(lines(line, 1))).exec().await?;
    let Some(territory) = caught.territory else {
        return Ok(());
    };
    let query = tx
        .q(COUNT_TERRITORY)
        .bind(quarter(caught.at))
        .bind(territory);
    query.bind(Json(lines(line, 1))).exec().await.map(drop)
}

/// Counts `measures` of one lead, in one statement. Many leads count in the same rows, so do it last in a transaction;
/// the order of the rows is always the same, so that no two transactions wait for each other.
///
/// # Errors
/// If the database does not answer.
pub async fn count(tx: &mut Tx, lead: &Lead, measures: &[Measure]) -> Result<(), Error> {
    add(tx, lead, measures, 1).await
}

/// Takes `measures` out again that were counted before, in one statement.
///
/// # Errors
/// If the database does not answer.
pub async fn uncount(tx: &mut Tx, lead: &Lead, measures: &[Measure]) -> Result<(), Error> {
    add(tx, lead, measures, -1).await
}

async fn add(tx: &mut Tx, lead: &Lead, measures: &[Measure], each: i64) -> Result<(), Error> {
    if measures.is_empty() {
        return Ok(());
    }
    let rule = lead.routing.as_ref().and_then(|r| r.rule.as_ref());
    let query = tx.q(COUNT).bind(quarter_of(lead));
    let query = query.bind(&lead.source).bind(&lead.lead_type);
    let query = query.bind(rule.map_or("", |rule| rule.as_str()));
    query
        .bind(Json(lines(measures, each)))
        .exec()
        .await
        .map(drop)
}

const COUNT_TERRITORY: Sql = sql!(
    "insert into territory_tally (quarter_at, territory, team, rep, measure, bucket, n) \
     select $1, $2, value ->> 'team', value ->> 'rep', value ->> 'measure', \
     cast(value ->> 'bucket' as bigint), cast(value ->> 'n' as bigint) from "
    [sqlite "json_each($3)"] [postgres "jsonb_array_elements($3)"]
    " where true on conflict (quarter_at, territory, team, rep, measure, bucket) \
     do update set n = territory_tally.n + excluded.n"
);

/// Counts `measures` of one lead for the part of the world it is of; `""`: of none that the rules name.
///
/// # Errors
/// If the database does not answer.
pub async fn count_territory(
    tx: &mut Tx,
    lead: &Lead,
    territory: &str,
    measures: &[Measure],
) -> Result<(), Error> {
    add_territory(tx, lead, territory, measures, 1).await
}

/// Takes `measures` out of the numbers of a part of the world again.
///
/// # Errors
/// If the database does not answer.
pub async fn uncount_territory(
    tx: &mut Tx,
    lead: &Lead,
    territory: &str,
    measures: &[Measure],
) -> Result<(), Error> {
    add_territory(tx, lead, territory, measures, -1).await
}

async fn add_territory(
    tx: &mut Tx,
    lead: &Lead,
    territory: &str,
    measures: &[Measure],
    each: i64,
) -> Result<(), Error> {
    if measures.is_empty() {
        return Ok(());
    }
    let query = tx.q(COUNT_TERRITORY).bind(quarter_of(lead)).bind(territory);
    query
        .bind(Json(lines(measures, each)))
        .exec()
        .await
        .map(drop)
}

/// Whose numbers a report is about; what is not set does not matter.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Of these teams.
    pub teams: Option<Vec<TeamId>>,
    /// Of this rep.
    pub rep: Option<RepId>,
}

macro_rules! report {
    ($quarter:literal, $group:literal) => {
        sql!(
            "select " $quarter " as quarter_at, team, rep, source, type, rule, measure, bucket, \
             cast(sum(n) as bigint) as n from tally where quarter_at >= $1 and quarter_at < $2 \
             and ($3 is null or team in (select value from "
            [sqlite "json_each($3)"] [postgres "jsonb_array_elements_text($3)"]
            ")) and ($4 is null or rep = $4) group by " $group "team, rep, source, type, rule, measure, bucket"
        )
    };
}

const REPORT: Sql = report!("min(quarter_at)", "");
const REPORT_BY_QUARTER: Sql = report!("quarter_at", "quarter_at, ");

impl Row for TallyRow {
    fn read(row: RowRef<'_>) -> Result<Self, sqlx::Error> {
        let (team, rep, rule): (String, String, String) =
            (row.get("team")?, row.get("rep")?, row.get("rule")?);
        Ok(Self {
            quarter_at: row.get("quarter_at")?,
            team: (!team.is_empty()).then(|| team.into()),
            rep: (!rep.is_empty()).then(|| rep.into()),
            source: row.get("source")?,
            territory: None,
            lead_type: row.get("type")?,
            rule: (!rule.is_empty()).then(|| rule.into()),
            measure: row.get("measure")?,
            bucket: row.get("bucket")?,
            n: row.get::<i64, _>("n")?.unsigned_abs(),
        })
    }
}

/// What was counted of the leads that arrived from `from` until before `until`, summed over time.
///
/// # Errors
/// If the database does not answer.
pub async fn report(
    tx: &mut Tx,
    from: Timestamp,
    until: Timestamp,
    scope: &Scope,
) -> Result<Vec<TallyRow>, Error> {
    rows(tx, REPORT, from, until, scope).await
}

/// The same, for each quarter of an hour: for reports by time of day, and for curves.
///
/// # Errors
/// If the database does not answer.
pub async fn report_by_quarter(
    tx: &mut Tx,
    from: Timestamp,
    until: Timestamp,
    scope: &Scope,
) -> Result<Vec<TallyRow>, Error> {
    rows(tx, REPORT_BY_QUARTER, from, until, scope).await
}

#[derive(Debug)]
struct OfTerritory {
    territory: String,
    team: String,
    rep: String,
    measure: MeasureKind,
    bucket: i64,
    n: i64,
}
row!(OfTerritory {
    territory,
    team,
    rep,
    measure,
    bucket,
    n
});

const BY_TERRITORY: Sql = sql!(
    "select territory, team, rep, measure, bucket, cast(sum(n) as bigint) as n from territory_tally \
     where quarter_at >= $1 and quarter_at < $2 and ($3 is null or team in (select value from "
    [sqlite "json_each($3)"] [postgres "jsonb_array_elements_text($3)"]
    ")) and ($4 is null or rep = $4) group by territory, team, rep, measure, bucket"
);

/// The same by the parts of the world that the rules name; only what was counted while they did.
///
/// # Errors
/// If the database does not answer.
pub async fn report_by_territory(
    tx: &mut Tx,
    from: Timestamp,
    until: Timestamp,
    scope: &Scope,
) -> Result<Vec<TallyRow>, Error> {
    let query = tx.q(BY_TERRITORY).bind(from).bind(until);
    let query = query.bind(scope.teams.as_ref().map(Json));
    let rows: Vec<OfTerritory> = query.bind(&scope.rep).all().await?;
    let row = |row: OfTerritory| TallyRow {
        quarter_at: from,
        team: (!row.team.is_empty()).then(|| row.team.into()),
        rep: (!row.rep.is_empty()).then(|| row.rep.into()),
        source: "".into(),
        territory: (!row.territory.is_empty()).then_some(row.territory),
        lead_type: String::new(),
        rule: None,
        measure: row.measure,
        bucket: row.bucket,
        n: row.n.unsigned_abs(),
    };
    Ok(rows.into_iter().map(row).collect())
}

async fn rows(
    tx: &mut Tx,
    sql: Sql,
    from: Timestamp,
    until: Timestamp,
    scope: &Scope,
) -> Result<Vec<TallyRow>, Error> {
    let query = tx.q(sql).bind(from).bind(until);
    let query = query.bind(scope.teams.as_ref().map(Json));
    query.bind(&scope.rep).all().await
}
