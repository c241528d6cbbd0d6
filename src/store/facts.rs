//! The history of leads: append only, written in the transaction of what it tells.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Error, Json, Row, RowRef, Sql, Tx, sql};
use crate::domain::{
    event::{Actor, Fact},
    id::LeadId,
};

/// A fact as it is written; `n` counts from 1 for each lead in one call.
#[derive(Serialize)]
struct Line<'f> {
    lead: &'f str,
    n: usize,
    event: &'static str,
    actor: String,
    rep: Option<&'f str>,
    offer: Option<&'f str>,
    detail: &'f str,
}

impl<'f> Line<'f> {
    fn new(lead: &'f LeadId, n: usize, fact: &'f Fact) -> Self {
        Self {
            lead: lead.as_str(),
            n,
            event: fact.event.word(),
            actor: fact.actor.word(),
            rep: fact
                .rep
                .as_ref()
                .map(super::super::domain::id::RepId::as_str),
            offer: fact
                .offer
                .as_ref()
                .map(super::super::domain::id::OfferId::as_str),
            detail: &fact.detail,
        }
    }
}

/// A fact with its time.
struct Told(Timestamp, Fact);

impl Row for Told {
    fn read(row: RowRef<'_>) -> Result<Self, sqlx::Error> {
        let fact = Fact {
            event: row.get("event")?,
            actor: Actor::by_word(&row.get::<String, _>("actor")?),
            rep: row.get("rep")?,
            offer: row.get("offer_id")?,
            detail: row.get("detail")?,
        };
        Ok(Self(row.get("at")?, fact))
    }
}

const APPEND: Sql = sql!(
    "insert into fact (lead_id, seq, at, event, actor, rep, offer_id, detail) \
     select value ->> 'lead', (select coalesce(max(seq), 0) from fact where lead_id = value ->> 'lead') \
     + cast(value ->> 'n' as bigint), $1, \
     value ->> 'event', value ->> 'actor', value ->> 'rep', value ->> 'offer', value ->> 'detail' from "
    [sqlite "json_each($2)"] [postgres "jsonb_array_elements($2)"]
);

/// Adds facts to the histories of leads, which are locked or new.
///
/// # Errors
/// If the database does not answer.
pub async fn append(tx: &mut Tx, facts: &[(LeadId, Fact)], now: Timestamp) -> Result<(), Error> {
    if facts.is_empty() {
        return Ok(());
    }
    let mut many: BTreeMap<&LeadId, usize> = BTreeMap::new();
    let lines = facts.iter().map(|(lead, fact)| {
        let n = many.entry(lead).or_default();
        *n += 1;
        Line::new(lead, *n, fact)
    });
    let lines: Vec<_> = lines.collect();
    let query = tx.q(APPEND).bind(now);
    query.bind(Json(lines)).exec().await.map(drop)
}

const TIMELINE: &str =
    "select at, event, actor, rep, offer_id, detail from fact where lead_id = $1 order by seq";

/// The history of a lead, oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn timeline(tx: &mut Tx, lead: &LeadId) -> Result<Vec<(Timestamp, Fact)>, Error> {
    let told: Vec<Told> = tx.q(TIMELINE).bind(lead).all().await?;
    Ok(told.into_iter().map(|Told(at, fact)| (at, fact)).collect())
}
