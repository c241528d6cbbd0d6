//! Whose turn it is in each team: the balance, which decisions read under lock, and the ledger that explains it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Error, Json, Row, RowRef, Sql, Tx, row, sql};
use crate::domain::{
    id::{LeadId, OfferId, RepId, TeamId},
    strategy::{Entry, Turns},
};

#[derive(Debug)]
struct Stored {
    team: TeamId,
    doc: Json<Turns>,
}
row!(Stored { team, doc });

const MAKE: Sql = sql!(
    "insert into turns (team, doc) select value, $2 from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements_text($1)"]
    " where true order by value on conflict (team) do nothing"
);

const LOCK: Sql = sql!(
    "select team, doc from turns where team in (select value from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements_text($1)"]
    ") order by team" [postgres " for update"]
);

/// The turns of `teams`, which nobody else can change until this transaction ends. Locked in the order
/// of their names, and before any lead, so that two decisions mostly don't wait for each other; where a lead brings in other
/// teams later, PostgreSQL finds out if they do, and one is tried again.
///
/// # Errors
/// If the database does not answer.
pub async fn lock(tx: &mut Tx, teams: &[TeamId]) -> Result<BTreeMap<TeamId, Turns>, Error> {
    if teams.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut turns = read(tx, teams).await?;
    if teams.iter().any(|team| !turns.contains_key(team)) {
        // Once in a team's life; should the order be broken here, PostgreSQL says so and it is tried again.
        let query = tx.q(MAKE).bind(Json(teams));
        query.bind(Json(Turns::default())).exec().await?;
        turns = read(tx, teams).await?;
    }
    Ok(turns)
}

async fn read(tx: &mut Tx, teams: &[TeamId]) -> Result<BTreeMap<TeamId, Turns>, Error> {
    let rows: Vec<Stored> = tx.q(LOCK).bind(Json(teams)).all().await?;
    Ok(rows.into_iter().map(|r| (r.team, r.doc.0)).collect())
}

const SAVE: &str = "insert into turns (team, doc) values ($1, $2) \
     on conflict (team) do update set doc = excluded.doc";

/// Stores the balances of a team that is locked.
///
/// # Errors
/// If the database does not answer.
pub async fn save(tx: &mut Tx, team: &TeamId, turns: &Turns) -> Result<(), Error> {
    tx.q(SAVE)
        .bind(team)
        .bind(Json(turns))
        .exec()
        .await
        .map(drop)
}

/// A line for a team's ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Posting {
    /// In whose ledger.
    pub team: TeamId,
    /// Of which lead.
    pub lead: Option<LeadId>,
    /// What it says.
    pub entry: Entry,
}

/// A line as it is written.
#[derive(Serialize)]
struct Line<'p> {
    team: &'p TeamId,
    rep: &'p RepId,
    lead: Option<&'p LeadId>,
    offer: Option<&'p OfferId>,
    why: &'static str,
    amount: f64,
}

impl<'p> Line<'p> {
    fn of(posting: &'p Posting) -> Self {
        Self {
            team: &posting.team,
            rep: &posting.entry.rep,
            lead: posting.lead.as_ref(),
            offer: posting.entry.offer.as_ref(),
            why: posting.entry.why.word(),
            amount: posting.entry.amount,
        }
    }
}

const POST: Sql = sql!(
    "insert into turn (team, rep, lead_id, offer_id, why, amount, at) \
     select value ->> 'team', value ->> 'rep', value ->> 'lead', value ->> 'offer', value ->> 'why', \
     cast(value ->> 'amount' as double precision), $2 from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements($1)"]
);

/// Adds lines to the ledgers of teams, in their order.
///
/// # Errors
/// If the database does not answer.
pub async fn post(tx: &mut Tx, postings: &[Posting], now: Timestamp) -> Result<(), Error> {
    if postings.is_empty() {
        return Ok(());
    }
    let lines: Vec<Line<'_>> = postings.iter().map(Line::of).collect();
    let query = tx.q(POST).bind(Json(lines));
    query.bind(now).exec().await.map(drop)
}

/// A line of the ledger as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub rep: RepId,
    /// Of which lead.
    pub lead: Option<LeadId>,
    /// By which offer.
    pub offer: Option<OfferId>,
    /// The word for why.
    pub why: String,
    /// Turns; positive ones count as had.
    pub amount: f64,
}

impl Row for Posted {
    fn read(row: RowRef<'_>) -> Result<Self, sqlx::Error> {
        Ok(Self {
            at: row.get("at")?,
            rep: row.get("rep")?,
            lead: row.get("lead_id")?,
            offer: row.get("offer_id")?,
            why: row.get("why")?,
            amount: row.get("amount")?,
        })
    }
}

const LEDGER: &str = "select at, rep, lead_id, offer_id, why, amount from turn where team = $1 \
     order by id desc limit $2";

/// The last lines of a team's ledger, newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn ledger(tx: &mut Tx, team: &TeamId, limit: i64) -> Result<Vec<Posted>, Error> {
    tx.q(LEDGER).bind(team).bind(limit).all().await
}

/// A line of a rep's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// When.
    pub at: Timestamp,
    /// By what number people call the lead, if it is about one.
    pub number: Option<i64>,
    /// The word for why.
    pub why: String,
    /// Turns; positive ones count as had.
    pub amount: f64,
}

impl Row for Own {
    fn read(row: RowRef<'_>) -> Result<Self, sqlx::Error> {
        Ok(Self {
            at: row.get("at")?,
            number: row.get("number")?,
            why: row.get("why")?,
            amount: row.get("amount")?,
        })
    }
}

const OWN: &str = "select turn.at, lead.number, turn.why, turn.amount from turn \
     left join lead on lead.id = turn.lead_id where turn.team = $1 and turn.rep = $2 \
     order by turn.id desc limit $3";

/// The last lines of one rep in a team's ledger, newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn own(tx: &mut Tx, team: &TeamId, rep: &RepId, limit: i64) -> Result<Vec<Own>, Error> {
    tx.q(OWN).bind(team).bind(rep).bind(limit).all().await
}

const LOOK: Sql = sql!(
    "select team, doc from turns where team in (select value from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements_text($1)"]
    ") order by team"
);

/// The turns of `teams`, to look at; a team that never gave one is missing.
///
/// # Errors
/// If the database does not answer.
pub async fn look(tx: &mut Tx, teams: &[TeamId]) -> Result<BTreeMap<TeamId, Turns>, Error> {
    let rows: Vec<Stored> = tx.q(LOOK).bind(Json(teams)).all().await?;
    Ok(rows.into_iter().map(|r| (r.team, r.doc.0)).collect())
}
