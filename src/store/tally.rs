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

/// The quarter of an hour in which a lead arrived, or came back.
pub(super) fn quarter_of(lead: &Lead) -> i64 {
    quarter(lead.came_at())
}

pub(super) fn quarter(at: Timestamp) -> i64 {
    let at = at.as_microsecond();
    at - at.rem_euclid(QUARTER)
}

/// A row of the numbers, but for how many.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Key {
    quarter_at: i64,
    team: String,
    rep: String,
    source: String,
    #[serde(rename = "type")]
    lead_type: String,
    rule: String,
    measure: &'static str,
    bucket: i64,
}

/// A row of the numbers of a part of the world, but for how many.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct PlaceKey {
    quarter_at: i64,
    territory: String,
    team: String,
    rep: String,
    measure: &'static str,
    bucket: i64,
}

/// A row with how many it counts.
#[derive(Serialize)]
struct Line<'k, K> {
    #[serde(flatten)]
    key: &'k K,
    n: i64,
}

/// Of which leads something is counted.
#[derive(Clone, Debug)]
pub struct Of {
    quarter_at: i64,
    source: String,
    lead_type: String,
    rule: String,
    territory: Option<String>,
}

impl Of {
    /// Of this lead, and of the part of the world it is of, where the rules name such parts; `""`: of none of them.
    #[must_use]
    pub fn lead(lead: &Lead, territory: Option<&str>) -> Self {
        let rule = lead.routing.as_ref().and_then(|it| it.rule.as_ref());
        Self {
            quarter_at: quarter_of(lead),
            source: lead.source.to_string(),
            lead_type: lead.lead_type.clone(),
            rule: rule.map(ToString::to_string).unwrap_or_default(),
            territory: territory.map(str::to_owned),
        }
    }
}

const COUNT: Sql = sql!(
    "insert into tally (quarter_at, team, rep, source, type, rule, measure, bucket, n) \
     select cast(value ->> 'quarter_at' as bigint), value ->> 'team', value ->> 'rep', value ->> 'source', \
     value ->> 'type', value ->> 'rule', value ->> 'measure', \
     cast(value ->> 'bucket' as bigint), cast(value ->> 'n' as bigint) from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements($1)"]
    " where true on conflict (quarter_at, team, rep, source, type, rule, measure, bucket) \
     do update set n = tally.n + excluded.n"
);

const COUNT_PLACES: Sql = sql!(
    "insert into territory_tally (quarter_at, territory, team, rep, measure, bucket, n) \
     select cast(value ->> 'quarter_at' as bigint), value ->> 'territory', value ->> 'team', value ->> 'rep', \
     value ->> 'measure', cast(value ->> 'bucket' as bigint), cast(value ->> 'n' as bigint) from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements($1)"]
    " where true on conflict (quarter_at, territory, team, rep, measure, bucket) \
     do update set n = territory_tally.n + excluded.n"
);

/// Counts that are to be added to the numbers.
#[derive(Debug, Default)]
pub struct Counts {
    rows: BTreeMap<Key, i64>,
    places: BTreeMap<PlaceKey, i64>,
}

impl Counts {
    /// Counts something so often; what was counted before, and is taken out, less than never.
    pub fn add(&mut self, of: &Of, measure: &Measure, often: i64) {
        let team = measure.team.as_ref().map_or("", TeamId::as_str);
        let rep = measure.rep.as_ref().map_or("", RepId::as_str);
        let bucket = measure.took.map_or(NO_TIME, bucket_of);
        let key = Key {
            quarter_at: of.quarter_at,
            team: team.to_owned(),
            rep: rep.to_owned(),
            source: of.source.clone(),
            lead_type: of.lead_type.clone(),
            rule: of.rule.clone(),
            measure: measure.what.word(),
            bucket,
        };
        *self.rows.entry(key).or_default() += often;
        let Some(territory) = &of.territory else {
            return;
        };
        let place = PlaceKey {
            quarter_at: of.quarter_at,
            territory: territory.clone(),
            team: team.to_owned(),
            rep: rep.to_owned(),
            measure: measure.what.word(),
            bucket,
        };
        *self.places.entry(place).or_default() += often;
    }

    /// Adds them to the numbers, in one statement. Many leads count in the same rows, so do it last in a transaction;
    /// the order of the rows is always the same, so that no two transactions wait for each other.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn store(&self, tx: &mut Tx) -> Result<(), Error> {
        add(tx, COUNT, &self.rows).await?;
        add(tx, COUNT_PLACES, &self.places).await
    }
}

/// Adds what was counted to the rows there are; what was taken out again as often writes none.
pub(super) async fn add<K: Serialize>(
    tx: &mut Tx,
    sql: Sql,
    rows: &BTreeMap<K, i64>,
) -> Result<(), Error> {
    let rows = rows.iter().filter(|(_, n)| **n != 0);
    let lines: Vec<Line<'_, K>> = rows.map(|(key, n)| Line { key, n: *n }).collect();
    if lines.is_empty() {
        return Ok(());
    }
    tx.q(sql).bind(Json(lines)).exec().await.map(drop)
}

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
    let of = Of {
        quarter_at: quarter(caught.at),
        source: caught.source.to_string(),
        lead_type: caught
            .lead
            .map(|lead| lead.lead_type.clone())
            .unwrap_or_default(),
        rule: rule.map(ToString::to_string).unwrap_or_default(),
        territory: caught.territory.map(str::to_owned),
    };
    let mut counts = Counts::default();
    counts.add(&of, measure, 1);
    counts.store(tx).await
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

#[derive(Debug)]
struct Hollow {
    rep: RepId,
    n: i64,
}
row!(Hollow { rep, n });

/// The measure is written out because that leads the databases to the index of it.
const HOLLOW: Sql = sql!(
    "select rep, cast(sum(n) as bigint) as n from tally where quarter_at >= $2 and measure = 'hollow' and rep in (select value from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements_text($1)"]
    ") group by rep"
);

/// How many leads that came since then each of these reps has accepted and not tried to reach in time; of whom none is
/// known, is missing.
///
/// # Errors
/// If the database does not answer.
pub async fn hollow(
    tx: &mut Tx,
    reps: &[RepId],
    since: Timestamp,
) -> Result<BTreeMap<RepId, i64>, Error> {
    let query = tx.q(HOLLOW).bind(Json(reps)).bind(since);
    let rows: Vec<Hollow> = query.all().await?;
    Ok(rows.into_iter().map(|row| (row.rep, row.n)).collect())
}

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
