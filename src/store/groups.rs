//! Who is in the chat's groups, as it said last.

use jiff::Timestamp;

use super::{Error, Json, Tx, row};

/// A group of people in the chat.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name as it is mentioned, without the `@`.
    pub handle: String,
    /// Who is in it, by their ids in the chat.
    pub users: Json<Vec<String>>,
    /// When the chat was asked last.
    pub looked_up_at: Timestamp,
}
row!(Group {
    handle,
    users,
    looked_up_at
});

const ALL: &str = "select handle, users, looked_up_at from chat_group order by handle";

/// Every group that was ever looked up.
///
/// # Errors
/// If the database does not answer.
pub async fn all(tx: &mut Tx) -> Result<Vec<Group>, Error> {
    tx.q(ALL).all().await
}

const KEEP: &str = "insert into chat_group (handle, users, looked_up_at) values ($1, $2, $3) \
     on conflict (handle) do update set users = excluded.users, looked_up_at = excluded.looked_up_at";

/// Keeps what the chat says of a group.
///
/// # Errors
/// If the database does not answer.
pub async fn keep(tx: &mut Tx, group: &Group) -> Result<(), Error> {
    let query = tx.q(KEEP).bind(&group.handle).bind(&group.users);
    query.bind(group.looked_up_at).exec().await?;
    Ok(())
}

const LOOK_AGAIN: &str = "update chat_group set looked_up_at = 0";

/// What is known of all groups counts no longer; until they are looked up it is gone by.
///
/// # Errors
/// If the database does not answer.
pub async fn look_again(tx: &mut Tx) -> Result<(), Error> {
    tx.q(LOOK_AGAIN).exec().await?;
    Ok(())
}
