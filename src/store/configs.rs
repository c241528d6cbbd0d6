//! The configurations that came into force, one after the other, without secrets.

use jiff::Timestamp;

use super::{Error, Json, Tx, row};

/// A configuration that came into force.
#[derive(Clone, Debug)]
pub struct InForce {
    /// When.
    pub at: Timestamp,
    /// `sha256:…`, as decisions name it.
    pub hash: String,
    /// Its files, by name, with their text; what a file includes comes after it.
    pub files: Json<Vec<(String, String)>>,
}
row!(InForce { at, hash, files });

const NOTE: &str = "insert into config (at, hash, files) select $1, $2, $3 \
     where not exists (select 1 from (select hash from config order by at desc limit 1) last where last.hash = $2) \
     on conflict (at, hash) do nothing";

/// Notes that a configuration is in force, unless it was so before; whether that is new.
///
/// # Errors
/// If the database does not answer.
pub async fn note(
    tx: &mut Tx,
    hash: &str,
    files: &[(String, String)],
    now: Timestamp,
) -> Result<bool, Error> {
    let query = tx.q(NOTE).bind(now).bind(hash).bind(Json(files));
    Ok(query.exec().await? > 0)
}

const LAST: &str = "select at, hash, files from config order by at desc limit $1";

/// The last of them, the newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn last(tx: &mut Tx, limit: i64) -> Result<Vec<InForce>, Error> {
    tx.q(LAST).bind(limit).all().await
}

const CALLED: &str =
    "select at, hash, files from config where hash like $1 escape '!' order by at desc";

/// Those whose hash begins so, the newest first, each as often as it came into force.
///
/// # Errors
/// If the database does not answer.
pub async fn called(tx: &mut Tx, begins: &str) -> Result<Vec<InForce>, Error> {
    let pattern: String = begins.chars().filter(char::is_ascii_alphanumeric).collect();
    let query = tx.q(CALLED).bind(format!("sha256:{pattern}%"));
    query.all().await
}
