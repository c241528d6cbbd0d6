//! Who a rep is in each chat: their user, and the conversation in which they get direct messages.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Error, Tx, row};
use crate::domain::{
    id::RepId,
    policy::{Platform, Rep},
};

/// A rep's account in a chat, as it was found there last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Whose.
    pub rep: RepId,
    /// In which chat.
    pub platform: Platform,
    /// Their id there.
    pub user_id: String,
    /// The conversation of direct messages, once there is one.
    pub conversation: Option<String>,
    /// Where calls about that conversation go, if the chat says.
    pub address: Option<String>,
    /// The rep's address by which the chat was asked; absent: by their id, or they were not asked for.
    pub found_by: Option<String>,
    /// When the chat was asked about them last; absent: to be asked again.
    pub looked_up_at: Option<Timestamp>,
}
row!(Account {
    rep,
    platform,
    user_id,
    conversation,
    address,
    found_by,
    looked_up_at
});

impl Account {
    /// Whether it may still be the rep's, as far as the configuration says who they are.
    #[must_use]
    pub fn may_be_of(&self, rep: &Rep) -> bool {
        match rep.user_in(self.platform) {
            Some(user) => user == self.user_id,
            None => self.found_by.as_ref().is_none_or(|it| *it == rep.email),
        }
    }

    /// Whether the chat was asked for exactly what the configuration says of them.
    #[must_use]
    pub fn is_as_told(&self, rep: &Rep) -> bool {
        let told = rep.user_in(self.platform).is_some();
        self.may_be_of(rep) && (told || self.found_by.is_some())
    }
}

const OF: &str = "select rep, platform, user_id, conversation, address, found_by, looked_up_at from account \
     where rep = $1 and platform = $2";

/// A rep's account in a chat, if they were found there.
///
/// # Errors
/// If the database does not answer.
pub async fn of(tx: &mut Tx, rep: &RepId, platform: Platform) -> Result<Option<Account>, Error> {
    tx.q(OF).bind(rep).bind(platform).opt().await
}

const ALL: &str = "select rep, platform, user_id, conversation, address, found_by, looked_up_at from account order by rep, platform";

/// Everybody's accounts.
///
/// # Errors
/// If the database does not answer.
pub async fn all(tx: &mut Tx) -> Result<Vec<Account>, Error> {
    tx.q(ALL).all().await
}

const BY_USER: &str = "select a.rep, a.platform, a.user_id, a.conversation, a.address, a.found_by, a.looked_up_at \
     from account a join rep r on r.id = a.rep where a.platform = $1 and a.user_id = $2 and r.gone_at is null order by a.rep";

/// Who has this user of a chat as their account: one, or several until the chat is asked again.
///
/// # Errors
/// If the database does not answer.
pub async fn by_user(tx: &mut Tx, platform: Platform, user: &str) -> Result<Vec<Account>, Error> {
    tx.q(BY_USER).bind(platform).bind(user).all().await
}

/// What a chat says of a rep; of name and zone, what it does not say stays as it was.
#[derive(Clone, Copy, Debug)]
pub struct Learned<'a> {
    /// Which chat.
    pub platform: Platform,
    /// Their id there.
    pub user: &'a str,
    /// The address that they were asked for by, unless it was by that id.
    pub found_by: Option<&'a str>,
    /// As in their profile.
    pub name: Option<&'a str>,
    /// The time zone in their profile.
    pub zone: Option<&'a str>,
}

/// Direct messages belong to a user: with another user the old conversation is forgotten.
const LEARNED: &str = "insert into account (rep, platform, user_id, looked_up_at, found_by) values ($1, $2, $3, $4, $5) \
     on conflict (rep, platform) do update set \
     conversation = case when account.user_id = excluded.user_id then account.conversation end, \
     address = case when account.user_id = excluded.user_id then account.address end, \
     user_id = excluded.user_id, looked_up_at = excluded.looked_up_at, found_by = excluded.found_by";

const PROFILE: &str = "insert into rep (id, name, zone) values ($1, $2, $3) on conflict (id) do update set \
     name = coalesce(nullif(excluded.name, ''), rep.name), zone = coalesce(excluded.zone, rep.zone), gone_at = null";

/// Keeps what a chat says of a rep.
///
/// # Errors
/// If the database does not answer.
pub async fn learned(
    tx: &mut Tx,
    rep: &RepId,
    what: Learned<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let profile = tx.q(PROFILE).bind(rep).bind(what.name).bind(what.zone);
    profile.exec().await?;
    let query = tx.q(LEARNED).bind(rep).bind(what.platform);
    let query = query.bind(what.user).bind(now).bind(what.found_by);
    query.exec().await?;
    Ok(())
}

const CONVERSATION: &str = "update account set conversation = $4, address = coalesce($5, address) \
     where rep = $1 and platform = $2 and user_id = $3";

/// The conversation in which a rep, as this user of a chat, gets direct messages, and where calls about it go.
///
/// # Errors
/// If the database does not answer.
pub async fn conversation(
    tx: &mut Tx,
    rep: &RepId,
    (platform, user): (Platform, &str),
    conversation: &str,
    address: Option<&str>,
) -> Result<(), Error> {
    let query = tx.q(CONVERSATION).bind(rep).bind(platform).bind(user);
    query.bind(conversation).bind(address).exec().await?;
    Ok(())
}

const MET: &str = "insert into account (rep, platform, user_id, conversation, address) values ($1, $2, $3, $4, $5) \
     on conflict (rep, platform) do update set user_id = excluded.user_id, \
     found_by = case when account.user_id = excluded.user_id then account.found_by end, \
     conversation = excluded.conversation, address = coalesce(excluded.address, account.address)";

/// A rep, as this user of a chat, has a conversation with Baton there; they need not have been looked up.
///
/// # Errors
/// If the database does not answer.
pub async fn met(
    tx: &mut Tx,
    rep: &RepId,
    (platform, user): (Platform, &str),
    conversation: &str,
    address: Option<&str>,
) -> Result<(), Error> {
    let query = tx.q(MET).bind(rep).bind(platform).bind(user);
    query.bind(conversation).bind(address).exec().await?;
    Ok(())
}

const LOOK_AGAIN: &str = "update account set looked_up_at = null where rep = $1 and platform = $2";

/// What a chat said of this rep counts no longer; until it is asked again it is gone by.
///
/// # Errors
/// If the database does not answer.
pub async fn look_again(tx: &mut Tx, rep: &RepId, platform: Platform) -> Result<(), Error> {
    tx.q(LOOK_AGAIN).bind(rep).bind(platform).exec().await?;
    Ok(())
}

/// Everybody's user in every chat, to recognise whom somebody mentions.
///
/// # Errors
/// If the database does not answer.
pub async fn users(tx: &mut Tx) -> Result<Vec<(RepId, String)>, Error> {
    let all = all(tx).await?;
    Ok(all.into_iter().map(|it| (it.rep, it.user_id)).collect())
}

/// Everybody's accounts in one chat, by rep.
///
/// # Errors
/// If the database does not answer.
pub async fn in_chat(tx: &mut Tx, platform: Platform) -> Result<BTreeMap<RepId, Account>, Error> {
    let all = all(tx).await?.into_iter();
    let there = all.filter(|it| it.platform == platform);
    Ok(there.map(|it| (it.rep.clone(), it)).collect())
}
