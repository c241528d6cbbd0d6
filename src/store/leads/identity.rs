//! To which lead the signs of a person lead.

use crate::{
    domain::{
        id::LeadId,
        person::{Sign, SignKind, matched},
    },
    store::{Error, Json, Sql, Tx, sql},
};

/// Signs that are held one by one; of a list with more than that everybody else waits for all of it. PostgreSQL has
/// room for some thousand locks in all.
const ONE_BY_ONE: usize = 1_000;

const BY_SIGN: &str = "select lead_id from identity where kind = $1 and value = $2";

/// The lead to which a sign leads.
///
/// # Errors
/// If the database does not answer.
pub async fn by_sign(tx: &mut Tx, sign: &Sign) -> Result<Option<LeadId>, Error> {
    let query = tx.q(BY_SIGN).bind(sign.kind.word()).bind(&sign.value);
    Ok(query.opt::<(LeadId,)>().await?.map(|(id,)| id))
}

/// The lead of the person with this address.
///
/// # Errors
/// If the database does not answer.
pub async fn by_email(tx: &mut Tx, email: &str) -> Result<Option<LeadId>, Error> {
    let sign = Sign {
        kind: SignKind::Email,
        value: matched(email),
    };
    by_sign(tx, &sign).await
}

/// A sign leads to whom it led first.
const CLAIM: Sql = sql!(
    "insert into identity (kind, value, lead_id) select value ->> 'kind', value ->> 'value', $1 from "
    [sqlite "json_each($2)"] [postgres "jsonb_array_elements($2)"]
    " where true on conflict (kind, value) do nothing"
);

/// Lets `signs` lead to `lead`, but for those that lead to another one already.
///
/// # Errors
/// If the database does not answer.
pub async fn claim(tx: &mut Tx, signs: &[Sign], lead: &LeadId) -> Result<(), Error> {
    if signs.is_empty() {
        return Ok(());
    }
    // In one order, so that of two at once one waits for the other, and not each for each.
    let mut signs = signs.to_vec();
    signs.sort();
    let query = tx.q(CLAIM).bind(lead);
    query.bind(Json(signs)).exec().await.map(drop)
}

/// Who holds a few signs shares the first lock with all others; who holds many has it alone.
const LOCK_SHARED: &str = "select pg_advisory_xact_lock_shared(7016040418)";
const LOCK_ALONE: &str = "select pg_advisory_xact_lock(7016040418)";

/// Two numbers are a lock's name; another person who happens to have the same waits for nothing, which does no harm.
/// What stands behind `from` is sorted before the first lock is taken.
const LOCK_EACH: Sql = sql!(
    [sqlite "select 1"]
    [postgres "select pg_advisory_xact_lock(sign) from (select distinct hashtextextended(value, 0) as sign \
               from jsonb_array_elements_text($1) order by 1) signs"]
);

/// Holds the people of these signs until the transaction ends, so that two submissions at the same moment make one
/// lead: look with [`by_sign`] after it. A row can't be locked that is not there yet, hence PostgreSQL's advisory
/// locks; SQLite has one writer anyway. Take them before any lead or turns are locked, and all of them at once.
///
/// # Errors
/// If the database does not answer.
pub async fn hold(tx: &mut Tx, signs: &[Sign]) -> Result<(), Error> {
    if signs.is_empty() || !tx.is_shared() {
        return Ok(());
    }
    if signs.len() > ONE_BY_ONE {
        return tx.q(LOCK_ALONE).exec().await.map(drop);
    }
    tx.q(LOCK_SHARED).exec().await?;
    let names = signs.iter();
    let names = names.map(|sign| format!("{} {}", sign.kind.word(), sign.value));
    let names: Vec<String> = names.collect();
    tx.q(LOCK_EACH).bind(Json(names)).exec().await.map(drop)
}
