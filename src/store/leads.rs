//! Leads: each one value, its columns taken from it to find it by, its offers beside it to count.

mod came;
mod columns;
mod find;
mod identity;
mod list;
mod offers;
mod save;
mod stand_ins;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::value::{RawValue, to_raw_value};

use super::{Channel, Error, Json, Sql, Tx, row, sql};
use crate::domain::{id::LeadId, lead::Lead};

pub use came::{came, came_by_hour, given_up};
pub(super) use columns::Columns;
pub use find::{
    anybody_asked, by_number, by_offer, due, last_owner_of, next_wake, overdue, owned_by,
    owned_unreached, passed_on, pending_with, untried, waiting, waiting_and_due,
    with_pending_offers, without_owner,
};
pub use identity::{by_email, by_sign, claim, hold};
pub use list::{Cursor, LeadFilter, list};
pub(super) use offers::OfferRow;
pub use save::Saves;
pub use stand_ins::stood_in_for;
pub use waiting::{of_rep, oldest, queue, queued_alone};

/// A lead and how often it was changed; locked, if nobody else can change it until the transaction ends.
#[derive(Clone, Debug)]
pub struct Locked {
    /// As it is.
    pub lead: Lead,
    /// For [`Saves::add`].
    pub version: i64,
}

#[derive(Debug)]
struct Stored {
    doc: Json<Lead>,
    version: i64,
}
row!(Stored { doc, version });

const NEXT_NUMBER: Sql = sql!(
    [sqlite "insert into counter (name, value) values ('lead', 1001) \
             on conflict (name) do update set value = counter.value + 1 returning value"]
    [postgres "select nextval('lead_number')"]
);

/// The number of the next lead. One may be skipped if its transaction is given up.
///
/// # Errors
/// If the database does not answer.
pub async fn next_number(tx: &mut Tx) -> Result<i64, Error> {
    Ok(tx.q(NEXT_NUMBER).one::<(i64,)>().await?.0)
}

const INSERT: Sql = sql!(
    "insert into lead (id, doc, version, updated_at, state, stage, intent, fit, owner, team, rule, waiting, \
     epoch, wake_at, touched_at, type, email, external_id, words, number, source, test, created_at, \
     imported) values ($1, " [sqlite "$2"] [postgres "cast($2 as json)"] ", $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
     $22, $23, $24)"
);

/// Stores a new lead with its offers.
///
/// # Errors
/// If there is one with this id or number, or the database does not answer.
pub async fn insert(tx: &mut Tx, lead: &Lead) -> Result<(), Error> {
    let columns = Columns::of(lead);
    let doc = text(written(lead)?);
    let query = tx.q(INSERT).bind(&lead.id).bind(doc).bind(1_i64);
    columns
        .bind(query.bind(lead.created_at))
        .bind(lead.number)
        .bind(&lead.source)
        .bind(lead.test)
        .bind(lead.created_at)
        .bind(lead.imported.is_some())
        .exec()
        .await?;
    let offers = lead.offers.iter();
    let offers = offers.map(|offer| offers::Line::of(&lead.id, offer));
    offers::save(tx, offers.collect()).await?;
    if let Some(change) = stand_ins::Change::of(lead, None) {
        change.store(tx).await?;
    }
    if columns.wake_at.is_some() {
        tx.notify(Channel::Leads);
    }
    Ok(())
}

/// A lead as its column holds it.
fn written(lead: &Lead) -> Result<Box<RawValue>, Error> {
    Ok(to_raw_value(lead).map_err(|error| sqlx::Error::Encode(error.into()))?)
}

fn text(doc: Box<RawValue>) -> String {
    Box::<str>::from(doc).into()
}

const LOCK: Sql = sql!("select doc, version from lead where id = $1" [postgres " for update"]);

/// The lead, which nobody else can change until this transaction ends.
///
/// # Errors
/// If the database does not answer.
pub async fn lock(tx: &mut Tx, id: &LeadId) -> Result<Option<Locked>, Error> {
    let stored: Option<Stored> = tx.q(LOCK).bind(id).opt().await?;
    Ok(stored.map(|stored| Locked {
        lead: stored.doc.0,
        version: stored.version,
    }))
}

const SEEN: Sql = sql!(
    "select doc, version from lead where id "
    [sqlite "in (select value from json_each($1))"]
    [postgres "= any (array(select jsonb_array_elements_text($1)))"]
);

/// Those of the leads that there are, with their versions, to look at before they are locked.
///
/// # Errors
/// If the database does not answer.
pub async fn seen(tx: &mut Tx, ids: &[LeadId]) -> Result<BTreeMap<LeadId, Locked>, Error> {
    let rows: Vec<Stored> = tx.q(SEEN).bind(Json(ids)).all().await?;
    let seen = rows.into_iter().map(|row| Locked {
        lead: row.doc.0,
        version: row.version,
    });
    Ok(seen.map(|one| (one.lead.id.clone(), one)).collect())
}

const LOCK_SEEN: Sql = sql!(
    "select id, version from lead where id "
    [sqlite "in (select value from json_each($1))"]
    [postgres "= any (array(select jsonb_array_elements_text($1)))"]
    " order by id" [postgres " for update"]
);

/// Locks leads that were `seen`. What has changed since is read again, and what is gone is left out.
///
/// # Errors
/// If the database does not answer.
pub async fn lock_seen(
    tx: &mut Tx,
    mut before: BTreeMap<LeadId, Locked>,
) -> Result<BTreeMap<LeadId, Locked>, Error> {
    let ids: Vec<&LeadId> = before.keys().collect();
    let now: Vec<(LeadId, i64)> = tx.q(LOCK_SEEN).bind(Json(ids)).all().await?;
    let mut locked = BTreeMap::new();
    let mut changed = Vec::new();
    for (id, version) in now {
        match before.remove(&id).filter(|one| one.version == version) {
            Some(same) => drop(locked.insert(id, same)),
            None => changed.push(id),
        }
    }
    if !changed.is_empty() {
        locked.extend(seen(tx, &changed).await?);
    }
    Ok(locked)
}

const STORED_AS_DUE: Sql = sql!(
    "select id from lead where wake_at <= $2 and id "
    [sqlite "in (select value from json_each($1))"]
    [postgres "= any (array(select jsonb_array_elements_text($1)))"]
);

/// Those of the leads that are found when it is looked what is due at `now`.
///
/// # Errors
/// If the database does not answer.
pub async fn stored_as_due(
    tx: &mut Tx,
    ids: &[LeadId],
    now: Timestamp,
) -> Result<BTreeSet<LeadId>, Error> {
    let query = tx.q(STORED_AS_DUE).bind(Json(ids)).bind(now);
    let rows: Vec<(LeadId,)> = query.all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

const GET: &str = "select doc from lead where id = $1";

/// The lead, to look at.
///
/// # Errors
/// If the database does not answer.
pub async fn get(tx: &mut Tx, id: &LeadId) -> Result<Option<Lead>, Error> {
    let row: Option<(Json<Lead>,)> = tx.q(GET).bind(id).opt().await?;
    Ok(row.map(|(doc,)| doc.0))
}
