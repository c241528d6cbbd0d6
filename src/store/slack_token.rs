//! The bot's token while tokens expire: one row, which replicas share.

use jiff::Timestamp;

use super::{Error, Tx, row};

/// The pair of tokens in force.
#[derive(Clone)]
pub struct Stored {
    /// A digest of the refresh token of the configuration that it came from.
    pub origin: String,
    /// The bot's.
    pub access_token: String,
    /// Changed for the next pair, once.
    pub refresh_token: String,
    /// When the bot's token ends; the Unix epoch as long as that is not known.
    pub expires_at: Timestamp,
    /// When Slack gave it out.
    pub renewed_at: Timestamp,
}
row!(Stored {
    origin,
    access_token,
    refresh_token,
    expires_at,
    renewed_at
});

const GET: &str = "select origin, access_token, refresh_token, expires_at, renewed_at \
     from slack_token where id = 'bot'";

/// The pair in force, if there ever was one.
///
/// # Errors
/// If the database does not answer.
pub async fn get(tx: &mut Tx) -> Result<Option<Stored>, Error> {
    tx.q(GET).opt().await
}

const BEGIN: &str = "insert into slack_token \
     (id, origin, access_token, refresh_token, expires_at, renewed_at, renewing_until) \
     values ('bot', $1, $2, $3, $4, $4, $4) on conflict (id) do update set \
     origin = excluded.origin, access_token = excluded.access_token, refresh_token = excluded.refresh_token, \
     expires_at = excluded.expires_at, renewed_at = excluded.renewed_at, renewing_until = excluded.renewing_until \
     where slack_token.origin <> excluded.origin";

/// Keeps the tokens of a configuration, unless what is there came from it; what is in force then.
///
/// # Errors
/// If the database does not answer.
pub async fn begin(
    tx: &mut Tx,
    origin: &str,
    access_token: &str,
    refresh_token: &str,
) -> Result<Stored, Error> {
    let query = tx.q(BEGIN).bind(origin).bind(access_token);
    let query = query.bind(refresh_token).bind(Timestamp::UNIX_EPOCH);
    query.exec().await?;
    tx.q(GET).one().await
}

const TAKE: &str = "update slack_token set renewing_until = $2 \
     where id = 'bot' and refresh_token = $1 and renewing_until <= $3";

/// Takes the renewal of this pair on until a moment; whether nobody else has it, or has done it.
///
/// # Errors
/// If the database does not answer.
pub async fn take(
    tx: &mut Tx,
    refresh_token: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, Error> {
    let query = tx.q(TAKE).bind(refresh_token).bind(until);
    Ok(query.bind(now).exec().await? > 0)
}

const KEEP: &str = "update slack_token set access_token = $2, refresh_token = $3, expires_at = $4, \
     renewed_at = $5, renewing_until = 0 where id = 'bot' and refresh_token = $1";

/// Keeps the pair that a refresh token was changed for.
///
/// # Errors
/// If the database does not answer.
pub async fn keep(tx: &mut Tx, refresh_token: &str, next: &Stored) -> Result<(), Error> {
    let query = tx.q(KEEP).bind(refresh_token).bind(&next.access_token);
    let query = query.bind(&next.refresh_token).bind(next.expires_at);
    query.bind(next.renewed_at).exec().await?;
    Ok(())
}
