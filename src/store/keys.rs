//! Keys that Baton signs with for itself, which replicas share and a restart does not change.

use jiff::Timestamp;

use super::{Error, Tx};

const KEEP: &str = "insert into signing_key (name, key, made_at) values ($1, $2, $3) on conflict (name) do nothing";
const GET: &str = "select key from signing_key where name = $1";

/// The key of this name; `fresh`, if there was none.
///
/// # Errors
/// If the database does not answer.
pub async fn get_or_keep(
    tx: &mut Tx,
    name: &str,
    fresh: &str,
    now: Timestamp,
) -> Result<String, Error> {
    tx.q(KEEP).bind(name).bind(fresh).bind(now).exec().await?;
    Ok(tx.q(GET).bind(name).one::<(String,)>().await?.0)
}
