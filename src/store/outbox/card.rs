//! Where cards stand in a chat, so that they can be changed there.

use jiff::Timestamp;

use super::{Claimed, Place};
use crate::{
    domain::{id::LeadId, policy::Platform},
    store::{Error, Tx, row},
};

/// A card that stands in a chat.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Its name, from [`card_key`](super::card_key).
    pub key: String,
    /// Whose.
    pub lead_id: LeadId,
    /// For whom.
    pub recipient: String,
    /// In which chat it stands.
    pub platform: Platform,
    /// The channel or direct messages it is in.
    pub conversation: String,
    /// Its name there.
    pub message: String,
    /// Which asking it serves.
    pub revision: i64,
    /// When it was last shown.
    pub shown_at: Timestamp,
}
row!(Card {
    key,
    lead_id,
    recipient,
    platform,
    conversation,
    message,
    revision,
    shown_at
});

impl Card {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            platform: self.platform,
            conversation: self.conversation.clone(),
            message: self.message.clone(),
        }
    }
}

const CARD: &str = "select key, lead_id, recipient, platform, conversation, message, revision, shown_at from card \
     where key = $1";

/// The card with this key, if it stands somewhere.
///
/// # Errors
/// If the database does not answer.
pub async fn card(tx: &mut Tx, key: &str) -> Result<Option<Card>, Error> {
    tx.q(CARD).bind(key).opt().await
}

const BY_MESSAGE: &str = "select key, lead_id, recipient, platform, conversation, message, revision, shown_at from card \
     where conversation = $1 and message = $2 and platform = $3 order by key limit 1";

/// The card that is this message.
///
/// # Errors
/// If the database does not answer.
pub async fn card_by_message(tx: &mut Tx, place: &Place) -> Result<Option<Card>, Error> {
    let query = tx.q(BY_MESSAGE).bind(&place.conversation);
    query.bind(&place.message).bind(place.platform).opt().await
}

const PUT: &str = "insert into card (key, lead_id, recipient, platform, conversation, message, revision, shown_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8) \
     on conflict (key) do update set recipient = excluded.recipient, platform = excluded.platform, conversation = excluded.conversation, \
     message = excluded.message, revision = excluded.revision, shown_at = excluded.shown_at \
     where card.revision <= excluded.revision";

/// Says that the card that `claimed` asked for stands at `place` since `now`. An older showing does not
/// replace a newer one.
///
/// # Errors
/// If the database does not answer.
pub async fn card_put(
    tx: &mut Tx,
    claimed: &Claimed,
    lead: &LeadId,
    place: &Place,
    now: Timestamp,
) -> Result<(), Error> {
    let query = tx.q(PUT).bind(&claimed.key).bind(lead);
    let query = query.bind(&claimed.recipient).bind(place.platform);
    let query = query.bind(&place.conversation);
    let query = query.bind(&place.message).bind(claimed.revision);
    query.bind(now).exec().await.map(drop)
}

/// Says that a notice stands at `place` since `now` under the name of a card, so that it can be changed there.
///
/// # Errors
/// If the database does not answer.
pub async fn notice_put(
    tx: &mut Tx,
    claimed: &Claimed,
    key: &str,
    lead: &LeadId,
    place: &Place,
    now: Timestamp,
) -> Result<(), Error> {
    let query = tx.q(PUT).bind(key).bind(lead);
    let query = query.bind(&claimed.recipient).bind(place.platform);
    let query = query.bind(&place.conversation);
    let query = query.bind(&place.message).bind(0_i64);
    query.bind(now).exec().await?;
    Ok(())
}

const AT: &str = "select key, lead_id, recipient, platform, conversation, message, revision, shown_at from card \
     where conversation = $1 and message = $2 and platform = $4 order by key limit $3";

/// The cards that stand in one message, at most so many.
///
/// # Errors
/// If the database does not answer.
pub async fn cards_at(tx: &mut Tx, place: &Place, most: i64) -> Result<Vec<Card>, Error> {
    let query = tx.q(AT).bind(&place.conversation);
    let query = query.bind(&place.message).bind(most);
    query.bind(place.platform).all().await
}

const GONE: &str = "delete from card where key = $1";

const NEW_AGAIN: &str = "update outbox set recipient = replace(replace(recipient, '#edit', ''), '#teams', '') where key = $1";

/// Forgets where a card stood: somebody has deleted it. If it is shown again, it waits among the new ones.
///
/// # Errors
/// If the database does not answer.
pub async fn card_gone(tx: &mut Tx, key: &str) -> Result<(), Error> {
    tx.q(GONE).bind(key).exec().await?;
    tx.q(NEW_AGAIN).bind(key).exec().await?;
    Ok(())
}

const CARDS_OF: &str = "select key, lead_id, recipient, platform, conversation, message, revision, shown_at from card \
     where lead_id = $1 order by key";

/// Every card of a lead.
///
/// # Errors
/// If the database does not answer.
pub async fn cards_of(tx: &mut Tx, lead: &LeadId) -> Result<Vec<Card>, Error> {
    tx.q(CARDS_OF).bind(lead).all().await
}

const THAT_ASK: &str = "select key, lead_id, recipient, platform, conversation, message, revision, shown_at from card \
     where platform = $1 and exists (select 1 from offer o where o.lead_id = card.lead_id and o.state = 'pending') \
     order by key";

/// The cards in a chat of leads of which an offer waits for an answer.
///
/// # Errors
/// If the database does not answer.
pub async fn cards_that_ask(tx: &mut Tx, platform: Platform) -> Result<Vec<Card>, Error> {
    tx.q(THAT_ASK).bind(platform).all().await
}

const IN_CHAT: &str = "select count(distinct card.lead_id) from card join lead l on l.id = card.lead_id \
     where card.platform = $1 and l.state not in ('closed', 'disqualified')";

/// Of how many open leads a card stands in a chat.
///
/// # Errors
/// If the database does not answer.
pub async fn open_leads_in(tx: &mut Tx, platform: Platform) -> Result<i64, Error> {
    let (count,) = tx.q(IN_CHAT).bind(platform).one().await?;
    Ok(count)
}
